import { mkdirSync, rmdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { uptime } from "node:os";

import { StsError } from "../error.js";
import { BUSY, type Connection, SqliteStore, createPrivate } from "./sqlite.js";
import { storeFailed } from "./store.js";

/** As much of `node-sqlite3-wasm` as is used here. */
interface Sqlite {
  Database: new (path: string) => {
    exec(sql: string): void;
    run(sql: string, values: unknown[]): unknown;
    all(sql: string, values: unknown[]): unknown[];
    close(): void;
  };
}

const require = createRequire(import.meta.url);

/**
 * Records in one SQLite file, by the npm package `node-sqlite3-wasm`, for Node 18 and 20.
 *
 * That package keeps processes apart by a folder beside the file, `<file>.lock`, and not by the
 * locks of other builds of SQLite. So any number of Node processes with this store may share a
 * file, but nothing else may have it open meanwhile: no `NodeSqliteStore`, no other language. A
 * process killed in the middle of a commit leaves the folder behind; the next start of the machine
 * clears it, and until then every call fails with `STORE_LOCKED` and says what to remove.
 */
export class NodeSqliteWasmStore extends SqliteStore {
  /** Opens the file, creating it for its owner alone. */
  constructor(path: string) {
    let sqlite: Sqlite;
    try {
      sqlite = require("node-sqlite3-wasm") as Sqlite;
    } catch (cause) {
      const message = "NodeSqliteWasmStore needs a package: npm install node-sqlite3-wasm";
      throw new StsError("STORE", null, message, { cause });
    }
    createPrivate(path);
    clearLock(path);
    super(connect(sqlite, path));
  }
}

function connect(sqlite: Sqlite, path: string): Connection {
  let database: InstanceType<Sqlite["Database"]>;
  try {
    database = new sqlite.Database(path);
  } catch (cause) {
    throw storeFailed("opening its file", cause);
  }
  const patiently = <T>(call: () => T): T => {
    for (const began = Date.now(); ; pause(5)) {
      try {
        return call();
      } catch (error) {
        if (!(error instanceof Error && /database is locked/.test(error.message))) throw error;
        if (Date.now() - began > BUSY) {
          const message = `another process holds ${path}; when none is left, remove the folder ${path}.lock`;
          throw new StsError("STORE_LOCKED", null, message, { cause: error });
        }
      }
    }
  };
  return {
    run: (sql, values) =>
      patiently(() => void (values === undefined ? database.exec(sql) : database.run(sql, values))),
    all: (sql, values) => patiently(() => database.all(sql, values) as Record<string, unknown>[]),
    close: () => database.close(),
  };
}

/** SQLite waits in the middle of a call, and so must this. */
function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Removes a lock that is older than the machine's start: whoever held it is gone. */
function clearLock(path: string): void {
  const [lock, clearing] = [`${path}.lock`, `${path}.lock.clearing`];
  if (!isFromBefore(lock)) return;
  try {
    // One process at a time, or one would remove the lock that another has just taken.
    mkdirSync(clearing);
  } catch {
    return;
  }
  try {
    if (isFromBefore(lock)) rmdirSync(lock);
  } finally {
    rmdirSync(clearing);
  }
}

function isFromBefore(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  // A minute, for clocks that were set at the start.
  return found !== undefined && found.mtimeMs < Date.now() - uptime() * 1000 - 60_000;
}
