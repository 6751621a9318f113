// The list of documents, as questions to the table.

/** Views of the list, in order; `tutti` is all, `in-ritardo` those whose deadline is past. */
export const FILTERS = [
  "tutti",
  "da-inviare",
  "da-correggere",
  "inviati",
  "accettati",
  "rifiutati",
  "in-ritardo",
  "non-da-inviare",
];

/** Rows of a page. */
export const PAGE = 50;

/** What is late when its deadline is past: everything that a person can still send. */
const OPEN = "shelf IN ('da-inviare', 'da-correggere', 'rifiutati')";

/** What can leave now, as libsts knows it. */
export const SENDABLE = "state = 'ready' AND deleting = 0 AND version = told AND problem IS NULL";

/** A text as it is sought: small letters without accents. */
export const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** What a document is found by. */
export const soughtBy = (number, patient) => plain(`${number} ${patient}`);

/** Where every word is in what a document is found by: the index has all that a search looks at. */
function found(words) {
  if (words.length === 0) return { table: "document", sql: "", values: [] };
  const sql = words.map(() => " AND instr(sought, ?) > 0").join("");
  return { table: "document INDEXED BY document_sought", sql, values: words };
}

const wordsOf = (text) => plain(text).split(/\s+/).filter(Boolean).slice(0, 8);

/**
 * How many documents are in each view. `today` is the day in Italy.
 * @returns {Record<string, number>}
 */
export function counts(database, today, search = "") {
  const { table, sql, values } = found(wordsOf(search));
  const all = Object.fromEntries(FILTERS.map((name) => [name, 0]));
  const rows = database.all(
    `SELECT shelf, count(*) AS n, sum(${OPEN} AND deadline < ?) AS late FROM ${table} WHERE 1${sql} GROUP BY shelf`,
    today,
    ...values,
  );
  for (const { shelf, n, late } of rows) {
    all.tutti += n;
    all["in-ritardo"] += late ?? 0;
    if (shelf !== null) all[shelf] = n;
  }
  return all;
}

/** One page of a view, newest first; the first page is 1. */
export function page(database, { filter, search = "", today, number }) {
  const { table, sql, values } = found(wordsOf(search));
  const [view, given] =
    filter === "tutti" ? ["1", []] : filter === "in-ritardo" ? [`${OPEN} AND deadline < ?`, [today]] : ["shelf = ?", [filter]];
  // The rows are long: an index finds those of the page, and only they are read.
  const rows = `SELECT rowid FROM ${table} WHERE ${view}${sql} ORDER BY issued DESC, rowid DESC LIMIT ${PAGE} OFFSET ?`;
  return database.all(
    `SELECT id, patient, number, issued, paid, total, deadline, version, told, deleting, problem, state, shelf, view
     FROM document WHERE rowid IN (${rows}) ORDER BY issued DESC, rowid DESC`,
    ...given,
    ...values,
    (number - 1) * PAGE,
  );
}

/** How many documents leave with «Invia tutti». */
export const sendable = (database) =>
  database.get(`SELECT count(*) AS n FROM document WHERE shelf = 'da-inviare' AND ${SENDABLE}`).n;

/** One document with all its columns, or undefined. */
export const one = (database, id) => database.get("SELECT * FROM document WHERE id = ?", id);
