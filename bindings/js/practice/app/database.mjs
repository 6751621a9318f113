// The practice's own tables, in one SQLite file. libsts keeps its records in the same file, over a
// connection of its own, so nothing here awaits inside a transaction.
import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/**
 * Where the list of documents puts a state. One of a later version is on no shelf, and in the list
 * of all.
 */
const SHELVES = {
  "da-inviare": ["ready"],
  "da-correggere": ["to_fix"],
  inviati: ["queued", "sending", "handed_in", "unknown", "changing"],
  accettati: ["accepted", "accepted_with_warnings", "changed_after_sending"],
  rifiutati: ["refused", "conflict", "change_refused", "given_up"],
  "non-da-inviare": ["waiting", "out_of_scope", "cancelled", "deleted"],
};

function shelf() {
  const cases = Object.entries(SHELVES).map(
    ([name, states]) => `WHEN state IN (${states.map((state) => `'${state}'`).join(", ")}) THEN '${name}'`,
  );
  return `CASE WHEN problem IS NOT NULL THEN 'da-correggere' ${cases.join(" ")} END`;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS setting (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL          -- JSON
) STRICT;
CREATE TABLE IF NOT EXISTS secret (
  name TEXT PRIMARY KEY,
  sealed BLOB NOT NULL         -- see vault.mjs
) STRICT;
CREATE TABLE IF NOT EXISTS patient (
  cf TEXT NOT NULL,            -- empty for who opposes and left none
  name TEXT NOT NULL,
  opposes INTEGER NOT NULL,    -- 1: no tax code of this person goes to Sistema TS
  PRIMARY KEY (cf, name)
) STRICT;
CREATE INDEX IF NOT EXISTS patient_by_name ON patient (name COLLATE NOCASE);
CREATE TABLE IF NOT EXISTS document (
  id TEXT PRIMARY KEY,
  patient TEXT NOT NULL,       -- the name
  sought TEXT NOT NULL,        -- what a search finds it by, see documents.mjs
  invoice TEXT NOT NULL,       -- as libsts takes it, JSON
  number TEXT NOT NULL,
  issued TEXT NOT NULL,        -- YYYY-MM-DD, empty in a draft without a date
  paid TEXT,                   -- the last payment, YYYY-MM-DD
  total TEXT NOT NULL,         -- 123.45, empty in a draft without lines
  deadline TEXT,               -- until when it is to be sent, YYYY-MM-DD
  version INTEGER NOT NULL,    -- counts the edits
  told INTEGER NOT NULL,       -- the version that libsts was given
  deleting INTEGER NOT NULL,   -- 1: the user deleted it, libsts does not know yet; 2: libsts is at it
  unread INTEGER NOT NULL,     -- counts what happened to it since what libsts says was read
  problem TEXT,                -- why libsts did not take it, JSON {code, path, message}
  state TEXT,                  -- the rest is what libsts says of it
  verdict TEXT,
  view TEXT,                   -- DocumentView, JSON
  shelf TEXT GENERATED ALWAYS AS (${shelf()}) STORED
) STRICT;
CREATE TABLE IF NOT EXISTS transmission (
  number INTEGER PRIMARY KEY   -- libsts told of it: its documents are to be read
) STRICT;
CREATE TABLE IF NOT EXISTS ledger (
  name TEXT PRIMARY KEY        -- every ledger of libsts that was ever open: environment and holder
) STRICT;
CREATE TABLE IF NOT EXISTS removed (
  ledger TEXT NOT NULL,        -- which does not know yet
  id TEXT NOT NULL,            -- that this document is gone
  PRIMARY KEY (ledger, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS document_by_day ON document (issued);
CREATE INDEX IF NOT EXISTS document_by_patient ON document (patient, issued);
CREATE INDEX IF NOT EXISTS document_by_shelf ON document (shelf, issued);
CREATE INDEX IF NOT EXISTS document_by_deadline ON document (shelf, deadline);
CREATE INDEX IF NOT EXISTS document_sought ON document (sought, shelf, deadline, issued);
CREATE INDEX IF NOT EXISTS document_untold ON document (id) WHERE version <> told;
CREATE INDEX IF NOT EXISTS document_deleting ON document (id) WHERE deleting = 1;
CREATE INDEX IF NOT EXISTS document_unread ON document (id) WHERE unread > 0;
`;

/** Opens the file, and makes it for its owner alone when it is not there. */
export class Database {
  #sqlite;
  #statements = new Map();

  constructor(path) {
    try {
      closeSync(openSync(path, "wx", 0o600));
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    this.#sqlite = new DatabaseSync(path);
    this.#sqlite.exec("PRAGMA busy_timeout = 10000; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON");
    this.#sqlite.exec(TABLES);
  }

  all(sql, ...values) {
    return this.#prepared(sql).all(...values);
  }

  get(sql, ...values) {
    return this.#prepared(sql).get(...values);
  }

  run(sql, ...values) {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** Everything or nothing; `work` is synchronous. */
  together(work) {
    this.#sqlite.exec("BEGIN IMMEDIATE");
    try {
      const done = work();
      this.#sqlite.exec("COMMIT");
      return done;
    } catch (error) {
      this.#sqlite.exec("ROLLBACK");
      throw error;
    }
  }

  /** A choice of the practice, or undefined. */
  setting(name) {
    const row = this.get("SELECT value FROM setting WHERE name = ?", name);
    return row === undefined ? undefined : JSON.parse(row.value);
  }

  set(name, value) {
    this.run(
      "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      JSON.stringify(value),
    );
  }

  close() {
    this.#sqlite.close();
  }

  #prepared(sql) {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#sqlite.prepare(sql)));
    return statement;
  }
}
