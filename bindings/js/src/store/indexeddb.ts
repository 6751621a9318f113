import { StsError } from "../error.js";
import {
  type Commit,
  type Entry,
  REVISION,
  type Range,
  type Store,
  type Write,
  revisionOf,
  storeFailed,
} from "./store.js";

const TABLE = "sts_store";

/**
 * Records in a database of the browser, for tests and for pages that work without network.
 *
 * A browser may throw such databases away. Keep nothing in them that exists nowhere else.
 */
export class IndexedDbStore implements Store {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
    // Another page wants to delete the database or change it.
    database.onversionchange = () => database.close();
  }

  /** Opens the database of this name, creating it where there is none. */
  static async open(name: string): Promise<IndexedDbStore> {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      return new IndexedDbStore(await ended(request));
    } catch (cause) {
      throw storeFailed("opening its database", cause);
    }
  }

  async get(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    return this.#inside("reading keys", "readonly", async (table) => {
      const found = await Promise.all(keys.map((key) => ended(table.get(encoded(key)))));
      return found.map((value: unknown) => (value === undefined ? undefined : bytes(value)));
    });
  }

  async scan({ from, to, limit }: Range): Promise<Entry[]> {
    const [first, end] = [encoded(from), encoded(to)];
    if (limit === 0 || indexedDB.cmp(first, end) >= 0) return [];
    return this.#inside("reading a range", "readonly", async (table) => {
      const range = IDBKeyRange.bound(first, end, false, true);
      const [keys, values] = await Promise.all([
        ended(table.getAllKeys(range, limit)),
        ended(table.getAll(range, limit)),
      ]);
      return keys.map((key, i): Entry => [decoded(key), bytes(values[i])]);
    });
  }

  async commit(expected: number, writes: Write[]): Promise<Commit> {
    return this.#inside("committing", "readwrite", async (table) => {
      const found: unknown = await ended(table.get(encoded(REVISION)));
      if (revisionOf(found === undefined ? undefined : bytes(found)) !== expected) {
        return "conflict";
      }
      for (const { key, value } of writes) {
        if (value === null) table.delete(encoded(key));
        else table.put(value, encoded(key));
      }
      return "done";
    });
  }

  /** Closes the database. */
  close(): void {
    this.#database.close();
  }

  async #inside<T>(
    doing: string,
    mode: IDBTransactionMode,
    work: (table: IDBObjectStore) => Promise<T>,
  ): Promise<T> {
    try {
      const transaction = this.#database.transaction(TABLE, mode, { durability: "strict" });
      const over = new Promise<void>((done, fail) => {
        transaction.oncomplete = () => done();
        transaction.onabort = () => fail(transaction.error ?? new Error("it was broken off"));
      });
      // Whatever breaks it off is told by both, and is to be heard once.
      over.catch(() => undefined);
      const result = await work(transaction.objectStore(TABLE));
      await over;
      return result;
    } catch (error) {
      throw error instanceof StsError ? error : storeFailed(doing, error);
    }
  }
}

/** Keys are bytes, because the browser would order texts by their UTF-16. */
function encoded(key: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(key);
}

function decoded(key: IDBValidKey): string {
  return new TextDecoder().decode(key as ArrayBuffer);
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error("a value is not bytes");
}

function ended<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error ?? new Error("no reason given"));
  });
}
