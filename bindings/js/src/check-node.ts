import { small } from "./checks.js";
import { fromDisk } from "./disk.js";

export type * from "../types.js";
export { Sts } from "./checks.js";
export { StsError } from "./error.js";
export type { Questions, Time } from "./questions.js";

small.locateBy(() => fromDisk("check.wasm"));

/** Loads the module. Any number of calls load it once; after a bug, they load a new one. */
export function init(): Promise<void> {
  return small.init();
}
