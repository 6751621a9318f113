import { closeSync, openSync } from "node:fs";

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

/** A connection to SQLite, as far as the store needs one. All calls are synchronous. */
export interface Connection {
  run(sql: string, values?: (number | Uint8Array)[]): void;
  all(sql: string, values: (number | Uint8Array)[]): Record<string, unknown>[];
  close(): void;
}

/** How long a process waits for the transaction of another, in milliseconds. */
export const BUSY = 10_000;

const CREATE = `CREATE TABLE IF NOT EXISTS sts_store (
  key TEXT NOT NULL PRIMARY KEY COLLATE BINARY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID`;
// Keys are handed over as bytes, because some libraries end a text at its first NUL.
const KEY = "CAST(? AS TEXT)";
const VALUE = `SELECT value FROM sts_store WHERE key = ${KEY}`;
const ENTRIES = `SELECT key, value FROM sts_store WHERE key >= ${KEY} AND key < ${KEY}
  ORDER BY key LIMIT ?`;
const PUT = `INSERT INTO sts_store (key, value) VALUES (${KEY}, ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
const DELETE = `DELETE FROM sts_store WHERE key = ${KEY}`;

const encoder = new TextEncoder();

/**
 * One file of SQLite, over whichever library reads it: the same table, and the same care, as the
 * stores of the other languages, so that each can open the others' files.
 *
 * It uses a rollback journal and not WAL: at rest there is exactly one file, which a practice can
 * copy. `synchronous=EXTRA` makes a commit survive the loss of power, the removal of the journal
 * included. The records are in the table `sts_store`; other tables of the same file are left
 * alone.
 */
export class SqliteStore implements Store {
  readonly #connection: Connection;

  protected constructor(connection: Connection) {
    this.#connection = connection;
    try {
      connection.run("PRAGMA synchronous = EXTRA");
      // What is deleted or replaced is overwritten.
      connection.run("PRAGMA secure_delete = ON");
      connection.run(CREATE);
    } catch (cause) {
      connection.close();
      throw storeFailed("preparing its table", cause);
    }
  }

  get(keys: string[]): Promise<(Uint8Array | undefined)[]> {
    const value = (key: string) => {
      const [row] = this.#connection.all(VALUE, [encoder.encode(key)]);
      return row === undefined ? undefined : bytes(row["value"]);
    };
    // One transaction, so that all are read at one instant.
    return this.#inside("reading keys", "BEGIN", () => keys.map(value));
  }

  scan({ from, to, limit }: Range): Promise<Entry[]> {
    return attempt("reading a range", () =>
      this.#connection
        .all(ENTRIES, [encoder.encode(from), encoder.encode(to), limit])
        .map((row): Entry => [String(row["key"]), bytes(row["value"])]),
    );
  }

  commit(expected: number, writes: Write[]): Promise<Commit> {
    return this.#inside("committing", "BEGIN IMMEDIATE", () => {
      const [row] = this.#connection.all(VALUE, [encoder.encode(REVISION)]);
      const found = revisionOf(row === undefined ? undefined : bytes(row["value"]));
      if (found !== expected) return "conflict";
      for (const { key, value } of writes) {
        if (value === null) this.#connection.run(DELETE, [encoder.encode(key)]);
        else this.#connection.run(PUT, [encoder.encode(key), value]);
      }
      return "done";
    });
  }

  /** Closes the file. */
  close(): void {
    this.#connection.close();
  }

  #inside<T>(doing: string, begin: string, work: () => T): Promise<T> {
    return attempt(doing, () => {
      this.#connection.run(begin);
      try {
        const done = work();
        this.#connection.run("COMMIT");
        return done;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  #rollBack(): void {
    try {
      this.#connection.run("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself.
    }
  }
}

/** SQLite answers at once; the driver waits all the same, because other stores do not. */
function attempt<T>(doing: string, work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error instanceof StsError ? error : storeFailed(doing, error));
  }
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Error("a value is not bytes");
}

/** Creates the file for its owner alone (mode 0600), unless it exists. */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    if (!exists) throw storeFailed("creating its file", cause);
  }
}
