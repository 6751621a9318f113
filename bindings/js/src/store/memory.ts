import {
  type Commit,
  type Entry,
  REVISION,
  type Range,
  type Store,
  type Write,
  compareKeys,
  revisionOf,
} from "./store.js";

/** Records in memory, for tests: they are gone with the process. */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Uint8Array>();

  get(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    return Promise.resolve(keys.map((key) => this.#entries.get(key)?.slice()));
  }

  scan({ from, to, limit }: Range): Promise<Entry[]> {
    const inside = [...this.#entries.keys()].filter(
      (key) => compareKeys(from, key) <= 0 && compareKeys(key, to) < 0,
    );
    const found = inside.sort(compareKeys).slice(0, limit);
    return Promise.resolve(
      found.map((key) => [key, (this.#entries.get(key) as Uint8Array).slice()]),
    );
  }

  commit(expected: number, writes: Write[]): Promise<Commit> {
    if (revisionOf(this.#entries.get(REVISION)) !== expected) return Promise.resolve("conflict");
    for (const { key, value } of writes) {
      if (value === null) this.#entries.delete(key);
      else this.#entries.set(key, value.slice());
    }
    return Promise.resolve("done");
  }
}
