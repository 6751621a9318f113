import { everything } from "./engine.js";
import type { Source } from "./instance.js";

export * from "./common.js";
export type { Source } from "./instance.js";

/**
 * Makes the module usable: `libsts/sts.wasm`, however the host's platform imports it. Any number
 * of calls load it once; after a bug, they load a new one.
 */
export function init(source: Source | Promise<Source>): Promise<void> {
  return everything.init(source);
}
