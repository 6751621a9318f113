import { small } from "./checks.js";
import { type Source, fetched } from "./instance.js";

export type * from "../types.js";
export { Sts } from "./checks.js";
export { StsError } from "./error.js";
export type { Source } from "./instance.js";
export type { Questions, Time } from "./questions.js";

small.locateBy(() => fetched(new URL("./check.wasm", import.meta.url)));

/**
 * Loads the module, from beside this file unless it is given. Any number of calls load it once;
 * after a bug, they load a new one.
 */
export function init(source?: Source | Promise<Source>): Promise<void> {
  return small.init(source);
}
