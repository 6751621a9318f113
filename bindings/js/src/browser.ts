import { everything } from "./engine.js";
import { type Source, fetched } from "./instance.js";

export * from "./common.js";
export type { Source } from "./instance.js";

everything.locateBy(() => fetched(new URL("./sts.wasm", import.meta.url)));

/**
 * Loads the module, from beside this file unless it is given. Any number of calls load it once;
 * after a bug, they load a new one.
 */
export function init(source?: Source | Promise<Source>): Promise<void> {
  return everything.init(source);
}
