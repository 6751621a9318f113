// The patients of the practice: whom an invoice form knows already. The opposition belongs to the
// person and not to one invoice, so it is kept here, with or without a tax code.

/** How many a form offers, those of the latest invoices first. */
const OFFERED = 300;

/** A tax code as it is compared. */
export const bare = (cf) => (cf ?? "").replace(/\s/g, "").toUpperCase();

const seen = (row) => row && { cf: row.cf, name: row.name, opposes: row.opposes === 1 };

/**
 * Keeps who somebody is. With `opposes` null, what was said about the opposition before stays.
 * To be called within a transaction.
 */
export function remember(database, { name, cf, opposes }) {
  const known = ofInvoice(database, name, cf);
  const opposed = (opposes ?? known?.opposes ?? false) ? 1 : 0;
  // Who had no tax code and has one now is the same person.
  if (known !== undefined) database.run("DELETE FROM patient WHERE cf = ? AND name = ?", known.cf, known.name);
  database.run("INSERT INTO patient (cf, name, opposes) VALUES (?, ?, ?)", bare(cf) || (known?.cf ?? ""), name, opposed);
}

/** Whom an invoice is about: by tax code, and without one by a name that only one person has. */
export function ofInvoice(database, name, cf) {
  const code = bare(cf);
  if (code !== "") {
    const found =
      database.get("SELECT * FROM patient WHERE cf = ?", code) ??
      database.get("SELECT * FROM patient WHERE cf = '' AND name = ?", name);
    return seen(found);
  }
  const found = database.all("SELECT * FROM patient WHERE name = ? ORDER BY cf LIMIT 2", name);
  return found.length === 1 || found[0]?.cf === "" ? seen(found[0]) : undefined;
}

/** Everybody of a name, whatever the capitals. */
export const ofName = (database, name) =>
  database.all("SELECT * FROM patient WHERE name = ? COLLATE NOCASE ORDER BY cf", name).map(seen);

/** Those whom a form offers. */
export const offered = (database) =>
  database
    .all(
      `SELECT p.* FROM patient p
       LEFT JOIN (SELECT patient AS name, MAX(issued) AS last FROM document GROUP BY patient) d USING (name)
       ORDER BY d.last DESC LIMIT ?`,
      OFFERED,
    )
    .map(seen)
    .sort((a, b) => a.name.localeCompare(b.name, "it"));
