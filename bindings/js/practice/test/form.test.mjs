// What the form of an invoice rests on: reading what was typed, numbers, patients.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";

import { init } from "libsts";

import { folder } from "../../test/support/folder.mjs";
import { Database } from "../app/database.mjs";
import { read, shown } from "../app/invoice/fields.mjs";
import { nextNumber, taken } from "../app/invoice/numbers.mjs";
import { ofInvoice, ofName, offered, remember } from "../app/patients.mjs";

before(init);

/** A practice's tables with invoices of these numbers, of the day given. */
function practice(t, numbers = [], day = "2026-03-02") {
  const database = new Database(join(folder(t), "practice.db"));
  t.after(() => database.close());
  numbers.forEach((number, at) =>
    database.run(
      `INSERT INTO document (id, patient, invoice, number, issued, total, sought, version, told, deleting, unread)
       VALUES (?, 'Anna Provani', '{}', ?, ?, '60.00', '', 1, 1, 0, 0)`,
      String(at),
      number,
      day,
    ),
  );
  return database;
}

test("amounts and days are read as people in Italy write them, and written back the same way", () => {
  const { invoice, errors } = read({
    dataEmissione: "2/3/2026",
    "dettaglioLinee[0].prezzoTotale": "1.234,50 €",
    "dettaglioLinee[1].prezzoTotale": "60.5",
    "pagamenti[0].dataPagamento": "03.03.2026",
    "pagamenti[0].importo": "-3,00",
  });
  assert.deepEqual(errors, {});
  assert.equal(invoice.dataEmissione, "2026-03-02");
  assert.deepEqual(invoice.dettaglioLinee, [{ prezzoTotale: "1234.50" }, { prezzoTotale: "60.5" }]);
  assert.deepEqual(invoice.pagamenti, [{ dataPagamento: "2026-03-03", importo: "-3.00" }]);
  assert.equal(shown(invoice, "it")["dettaglioLinee[0].prezzoTotale"], "1234,50");
  assert.equal(shown(invoice, "en")["dettaglioLinee[0].prezzoTotale"], "1234.50");
  assert.equal(shown(invoice, "it").dataEmissione, "02/03/2026");
  assert.deepEqual(read(shown(invoice, "it")).invoice, invoice, "shown and read again it is the same");
});

test("an amount that could be meant in two ways is not guessed", () => {
  for (const text of ["1.234", "12,345", "1,2,3", "sessanta", "6O,00", "1e3"]) {
    const { errors } = read({ importoTotaleDocumento: text });
    assert.deepEqual(errors, { importoTotaleDocumento: "amount" }, text);
  }
  for (const text of ["31/02/2026", "18/11/26", "ieri", "2026-13-01"]) {
    assert.deepEqual(read({ dataEmissione: text }).errors, { dataEmissione: "date" }, text);
  }
});

test("rows in which nothing was typed are left out, and the others close ranks", () => {
  const { invoice, names } = read({
    "dettaglioLinee[0].naturaIVA": "N2.2",
    "dettaglioLinee[2].prezzoTotale": "60",
    "dettaglioLinee[2].naturaIVA": "N4",
    "dettaglioLinee[11].prezzoTotale": "20",
    "datiBollo.addebitato": "true",
    "pagamenti[0].modalitaPagamento": "MP08",
  });
  assert.deepEqual(invoice.dettaglioLinee, [{ prezzoTotale: "60", naturaIVA: "N4" }, { prezzoTotale: "20" }]);
  assert.equal(invoice.datiBollo, undefined);
  assert.equal(invoice.pagamenti, undefined);
  assert.equal(names["/dettaglioLinee/1/prezzoTotale"], "dettaglioLinee[11].prezzoTotale");
  assert.equal(read({ "dettaglioLinee[x].prezzoTotale": "1", "dettaglioLinee[-1].prezzoTotale": "1" }).invoice.dettaglioLinee, undefined);
});

test("the next number is written as those before", (t) => {
  const cases = [
    [[], "1/2026"],
    [["9/2026", "10/2026"], "11/2026"],
    [["2026-009"], "2026-010"],
    [["7/26"], "8/26"],
    [["A-99", "bozza", ""], "A-100"],
    [["2026"], "2027"],
    [["12345678901234567890"], undefined],
  ];
  for (const [numbers, next] of cases) {
    const found = nextNumber(practice(t, numbers), "2026-11-23");
    if (next !== undefined) assert.equal(found, next, numbers.join());
    assert.ok(found.length <= 21, numbers.join());
  }
  assert.equal(nextNumber(practice(t, ["9/2025"], "2025-12-31"), "2026-01-02"), "1/2026", "a year begins anew");
});

test("a number is taken within its year, by another invoice", (t) => {
  const database = practice(t, ["9/2026"]);
  assert.equal(taken(database, { number: "9/2026", day: "2026-11-23", id: "new" }), true);
  assert.equal(taken(database, { number: "9/2026", day: "2026-11-23", id: "0" }), false);
  assert.equal(taken(database, { number: "9/2026", day: "2025-11-23", id: "new" }), false);
  assert.equal(taken(database, { number: "", day: undefined, id: "new" }), false);
});

test("X6: an opposition belongs to the person, with or without a tax code", (t) => {
  const database = practice(t);
  const keep = (name, cf, opposes) => database.together(() => remember(database, { name, cf, opposes }));
  keep("Bruno Inventi", undefined, true);
  assert.deepEqual(ofInvoice(database, "Bruno Inventi", ""), { cf: "", name: "Bruno Inventi", opposes: true });
  // The tax code comes to be known: still the same person, still opposed.
  keep("Bruno Inventi", "nvnbrn75s02x999o", null);
  assert.deepEqual(offered(database), [{ cf: "NVNBRN75S02X999O", name: "Bruno Inventi", opposes: true }]);
  // An invoice without the code is about the same person.
  keep("Bruno Inventi", "", false);
  assert.deepEqual(offered(database), [{ cf: "NVNBRN75S02X999O", name: "Bruno Inventi", opposes: false }]);
  // A name may be written otherwise, and may be that of two.
  keep("Bruno M. Inventi", "NVNBRN75S02X999O", null);
  keep("Bruno M. Inventi", "PZNPRV80A01X999E", true);
  assert.equal(ofName(database, "bruno m. inventi").length, 2);
  assert.equal(ofInvoice(database, "Bruno M. Inventi", ""), undefined, "which of the two is not guessed");
});
