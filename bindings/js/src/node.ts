import { everything } from "./engine.js";
import { fromDisk } from "./disk.js";

export * from "./common.js";
export { NodeSqliteStore } from "./store/node-sqlite.js";
export { NodeSqliteWasmStore } from "./store/node-sqlite-wasm.js";

everything.locateBy(() => fromDisk("sts.wasm"));

/** Loads the module. Any number of calls load it once; after a bug, they load a new one. */
export function init(): Promise<void> {
  return everything.init();
}
