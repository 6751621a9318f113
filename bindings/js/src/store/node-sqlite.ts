import { createRequire } from "node:module";

import { StsError } from "../error.js";
import { BUSY, type Connection, SqliteStore, createPrivate } from "./sqlite.js";
import { storeFailed } from "./store.js";

/** As much of `node:sqlite` as is used here. */
interface Sqlite {
  DatabaseSync: new (path: string) => {
    exec(sql: string): void;
    prepare(sql: string): {
      all(...values: unknown[]): unknown[];
      run(...values: unknown[]): unknown;
    };
    close(): void;
  };
}

const require = createRequire(import.meta.url);

/**
 * Records in one SQLite file, by the SQLite of Node 22.5 and later. Any number of processes of one
 * machine may share the file.
 */
export class NodeSqliteStore extends SqliteStore {
  /** Opens the file, creating it for its owner alone. */
  constructor(path: string) {
    let sqlite: Sqlite;
    try {
      sqlite = require("node:sqlite") as Sqlite;
    } catch (cause) {
      const message = `Node ${process.versions.node} has no node:sqlite: use NodeSqliteWasmStore, or Node 22.13 or later`;
      throw new StsError("STORE", null, message, { cause });
    }
    createPrivate(path);
    super(connect(sqlite, path));
  }
}

function connect(sqlite: Sqlite, path: string): Connection {
  try {
    const database = new sqlite.DatabaseSync(path);
    database.exec(`PRAGMA busy_timeout = ${BUSY}`);
    const statements = new Map<string, ReturnType<typeof database.prepare>>();
    const prepared = (sql: string) => {
      const statement = statements.get(sql) ?? database.prepare(sql);
      statements.set(sql, statement);
      return statement;
    };
    return {
      run: (sql, values) =>
        void (values === undefined ? database.exec(sql) : prepared(sql).run(...values)),
      all: (sql, values) => prepared(sql).all(...values) as Record<string, unknown>[],
      close: () => database.close(),
    };
  } catch (cause) {
    throw storeFailed("opening its file", cause);
  }
}
