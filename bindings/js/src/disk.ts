import { readFile } from "node:fs/promises";

import { StsError } from "./error.js";

/** Reads a module of this package and compiles it. */
export async function fromDisk(name: string): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readFile(new URL(name, import.meta.url));
  } catch (cause) {
    const message = `${name} is missing beside the package's code: bundlers must leave libsts external`;
    throw new StsError("NOT_LOADED", null, message, { cause });
  }
  return WebAssembly.compile(bytes);
}
