// The form of an invoice, as a person fills it in: with the check while typing and without script.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Database } from "../app/database.mjs";
import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { Practice } from "./support/practice.mjs";

const ANNA = { name: "Anna Provani", cf: "PRVNNA80C61X999L" };
const TYPO = "PRVNNA80C61X999M";
/** A form that comes again is told by the browser's console, too. */
const EXPECTED = /status of 4(09|22)/;
const surprising = (wrong) => wrong.filter((text) => !EXPECTED.test(text));

const field = (page, label, row = 0) => page.getByLabel(label, { exact: true }).nth(row);

/** Fills in a new invoice; `form` by label. */
async function fill(page, { name = ANNA.name, cf = ANNA.cf, amount = "60,00", paid = "23/11/2026" } = {}) {
  await field(page, "Nome e cognome").fill(name);
  // Left as with the tabulator: a known patient's data come then.
  await field(page, "Nome e cognome").blur();
  await field(page, "Codice fiscale").fill(cf);
  await field(page, "Importo senza IVA, in euro").fill(amount);
  await field(page, "Ricevuto il").fill(paid);
}

/** Opens the form from the list, as a person does. */
async function begin(page) {
  await page.getByRole("link", { name: "Elenco documenti" }).first().click();
  await page.getByRole("link", { name: "Nuova fattura" }).first().click();
  await page.getByRole("heading", { name: "Nuova fattura" }).waitFor();
}

/** As `assertSound`, in a window as tall as the page: the verdict sticks to the foot of a small one, above what is there. */
async function sound(page) {
  const before = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...before, height: Math.max(height, before.height) });
  await assertSound(page);
  await page.setViewportSize(before);
}

const checked = (page, verdict) => page.locator(`sts-check[verdict=${verdict}]`).waitFor();
const save = (page) => page.getByRole("button", { name: "Salva", exact: true }).click();
const saved = (page, sentence) => page.getByText(sentence).waitFor();
const only = (practice) => [...practice.documents().values()].at(0);
const invoiceOf = (row) => JSON.parse(row.invoice);

test("S13 S14 S15 S24: a wrong tax code is told at the field while typing, mended, saved, and the invoice sent", async (t) => {
  const practice = await Practice.start(t);
  await practice.logIn();
  const { page, asked, wrong } = await open(t, practice);
  await begin(page);
  const before = asked.length;
  await checked(page, "fix");
  await fill(page, { cf: TYPO });
  const told = page.locator("sts-reason", { hasText: "errore di battitura" });
  await told.waitFor();
  const input = field(page, "Codice fiscale");
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  assert.match(await input.getAttribute("aria-describedby"), new RegExp(await told.getAttribute("id")));
  await input.fill(ANNA.cf);
  await told.waitFor({ state: "detached" });
  await checked(page, "send");
  assert.deepEqual(asked.slice(before).filter((one) => !/\/libsts\/|\/public\//.test(one)), [], "typing asks nobody");
  await sound(page);
  await save(page);
  await saved(page, "Da sola non parte");
  const row = only(practice);
  assert.equal(row.state, "ready");
  assert.deepEqual(invoiceOf(row).pagamenti, [{ dataPagamento: "2026-11-23", importo: "60.00", modalitaPagamento: "MP08" }]);
  assert.equal((await practice.simulator.control("GET", "/documents")).length, 0, "S20: nothing leaves by itself");
  await page.getByRole("button", { name: "Invia", exact: false }).first().click();
  await page.getByText("Accettato").first().waitFor();
  assert.equal((await practice.simulator.control("GET", "/documents")).length, 1);
  assert.deepEqual(surprising(wrong), []);
});

test("S18: a change of what was sent leaves at once; one that changes nothing there sends nothing", async (t) => {
  const practice = await Practice.start(t);
  await practice.logIn();
  const { page, wrong } = await open(t, practice);
  await begin(page);
  await fill(page);
  await save(page);
  await saved(page, "Da sola non parte");
  await page.getByRole("button", { name: "Invia", exact: false }).first().click();
  await page.getByText("Accettato").first().waitFor();

  const edit = async () => {
    await page.goto(`/documenti/${only(practice).id}/modifica`);
    await page.getByText("Quando salvi, la modifica parte subito").waitFor();
  };
  await edit();
  await field(page, "Importo senza IVA, in euro").fill("75,50");
  await field(page, "Importo, in euro").fill("");
  await save(page);
  await saved(page, "La modifica è partita subito, e Sistema TS l’ha accettata.");
  const [there] = await practice.simulator.control("GET", "/documents");
  assert.deepEqual(there.totalsCents, { SP: 7550 });
  assert.deepEqual(there.history.map(({ operation }) => operation), ["Inserimento", "Variazione"]);

  await edit();
  await field(page, "Descrizione").fill("Colloquio");
  await save(page);
  await saved(page, "Per Sistema TS non cambia nulla");
  assert.equal((await practice.simulator.control("GET", "/documents"))[0].history.length, 2);

  await edit();
  await field(page, "Stato").selectOption({ label: "Annullata" });
  await save(page);
  await saved(page, "È stata cancellata anche su Sistema TS");
  assert.equal((await practice.simulator.control("GET", "/documents"))[0].cancelled, true);
  assert.deepEqual(surprising(wrong), []);
});

test("S20: an edit of what was never sent sends nothing, and says so", async (t) => {
  const practice = await Practice.start(t);
  await practice.logIn();
  const { page } = await open(t, practice);
  await begin(page);
  await fill(page);
  await save(page);
  await saved(page, "Da sola non parte");
  await page.goto(`/documenti/${only(practice).id}/modifica`);
  await page.getByText("Quando salvi non parte nulla").waitFor();
  await field(page, "Importo senza IVA, in euro").fill("80");
  await field(page, "Importo, in euro").fill("80");
  await save(page);
  await saved(page, "Da sola non parte");
  assert.equal(only(practice).total, "80.00");
  assert.deepEqual(await practice.simulator.control("GET", "/documents"), []);
});

test("rows come and go; the total and an only payment follow from them", async (t) => {
  const practice = await Practice.start(t, { invoices: 5 });
  const { page, wrong } = await open(t, practice);
  await begin(page);
  assert.equal(await field(page, "Numero").inputValue(), "6/2026", "the next number is proposed");
  await fill(page);
  await page.getByRole("button", { name: "Aggiungi una prestazione" }).click();
  await page.getByRole("button", { name: "Aggiungi una prestazione" }).click();
  const amounts = page.getByLabel("Importo senza IVA, in euro");
  assert.equal(await amounts.count(), 3);
  await amounts.nth(1).fill("1.020,5");
  await amounts.nth(2).fill("20");
  await page.getByRole("group", { name: "Prestazione 2" }).getByRole("button", { name: "Togli" }).click();
  await field(page, "Contributo alla cassa, in euro").fill("1,60");
  await field(page, "Marca da bollo, in euro").fill("2");
  await page.getByText(/Calcolato: 83,60/).waitFor();
  await checked(page, "send");
  await save(page);
  await saved(page, "Da sola non parte");
  const row = [...practice.documents().values()].find(({ number }) => number === "6/2026");
  const invoice = invoiceOf(row);
  assert.deepEqual(invoice.dettaglioLinee.map(({ prezzoTotale }) => prezzoTotale), ["60,00", "20"].map((text) => text.replace(",", ".")));
  assert.equal(invoice.importoTotaleDocumento, "83.60");
  assert.equal(invoice.pagamenti[0].importo, "83.60");
  assert.deepEqual(wrong, []);
});

test("two payments are kept as two", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await begin(page);
  await fill(page, { amount: "100" });
  await field(page, "Importo, in euro").fill("40");
  await page.getByRole("button", { name: "Aggiungi un pagamento" }).click();
  await field(page, "Ricevuto il", 1).fill("22/11/2026");
  await field(page, "Importo, in euro", 1).fill("60");
  await field(page, "Modalità", 1).selectOption({ label: "Contanti (MP01)" });
  await checked(page, "send");
  await save(page);
  await saved(page, "Da sola non parte");
  assert.deepEqual(invoiceOf(only(practice)).pagamenti, [
    { dataPagamento: "2026-11-23", importo: "40", modalitaPagamento: "MP08" },
    { dataPagamento: "2026-11-22", importo: "60", modalitaPagamento: "MP01" },
  ]);
});

test("what cannot be read comes again with everything typed and a sentence at each field, without script, too", async (t) => {
  const practice = await Practice.start(t);
  for (const scripts of [true, false]) {
    const { page, wrong } = await open(t, practice, { scripts });
    await begin(page);
    await fill(page, { name: "", amount: "sessanta", paid: "31/02/2026" });
    await page.keyboard.press("Tab");
    if (scripts) await page.locator("sts-reason", { hasText: "non esiste" }).waitFor();
    await save(page);
    await page.getByText("Non è stato ancora salvato nulla").waitFor();
    assert.equal(await field(page, "Importo senza IVA, in euro").inputValue(), "sessanta");
    assert.equal(await field(page, "Ricevuto il").inputValue(), "31/02/2026");
    assert.ok((await page.locator(".field [aria-invalid=true]").count()) >= 3);
    for (const input of await page.locator(".field [aria-invalid=true]").all()) {
      const ids = (await input.getAttribute("aria-describedby")).split(" ");
      const sentences = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).innerText()));
      assert.ok(sentences.some((text) => text.length > 10), await input.getAttribute("name"));
    }
    assert.equal(practice.documents().size, 0);
    assert.equal(await page.getByRole("link", { name: "Vai al primo" }).getAttribute("href"), "#f-paziente");
    // Timers of axe do not run there.
    if (scripts) await sound(page);
    assert.deepEqual(surprising(wrong), []);
  }
});

test("an invoice with a mistake can be kept as it is, and its sentence is at the field when it is opened again", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice, { scripts: false });
  await begin(page);
  await fill(page, { cf: TYPO });
  await save(page);
  await page.getByText("errore di battitura").waitFor();
  assert.equal(practice.documents().size, 0);
  await page.getByRole("button", { name: "Salva lo stesso" }).click();
  await saved(page, "c’è ancora qualcosa da correggere");
  await page.goto(`/documenti/${only(practice).id}/modifica`);
  assert.match(await page.locator(".field", { has: field(page, "Codice fiscale") }).innerText(), /errore di battitura/);
  await field(page, "Codice fiscale").fill(ANNA.cf);
  await save(page);
  await saved(page, "Da sola non parte");
  assert.equal(only(practice).state, "ready");
});

test("X6: an opposition is the patient's: remembered, filled in, and sent without the tax code", async (t) => {
  const practice = await Practice.start(t);
  await practice.logIn();
  const { page } = await open(t, practice);
  await begin(page);
  await fill(page);
  await page.getByLabel("Si oppone all’invio dei suoi dati").check();
  await checked(page, "send");
  await save(page);
  await saved(page, "Da sola non parte");
  await page.getByRole("button", { name: "Invia", exact: false }).first().click();
  await page.getByText("Accettato").first().waitFor();
  const [there] = await practice.simulator.control("GET", "/documents");
  assert.deepEqual([there.flagOpposizione, there.hasCittadino], [true, false]);

  await begin(page);
  await field(page, "Nome e cognome").fill(ANNA.name);
  await field(page, "Nome e cognome").blur();
  assert.equal(await field(page, "Codice fiscale").inputValue(), ANNA.cf);
  assert.equal(await page.getByLabel("Si oppone all’invio dei suoi dati").isChecked(), true);
});

test("X6: without script a known patient is filled in when saving, and an opposition is never lost", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice, { scripts: false });
  await begin(page);
  await fill(page);
  await page.getByLabel("Si oppone all’invio dei suoi dati").check();
  await save(page);
  await saved(page, "Da sola non parte");

  await begin(page);
  await fill(page, { cf: "" });
  await save(page);
  await page.getByText("Questo paziente si è opposto all’invio").waitFor();
  assert.equal(await page.getByLabel("Si oppone all’invio dei suoi dati").isChecked(), true);
  assert.equal(await field(page, "Codice fiscale").inputValue(), ANNA.cf);
  await save(page);
  await saved(page, "Da sola non parte");
  const flags = [...practice.documents().values()].map((row) => invoiceOf(row).cessionarioCommittente.flagOpposizione);
  assert.deepEqual(flags, ["1", "1"]);

  // Who has changed their mind is asked for once, and then believed.
  await begin(page);
  await fill(page, { cf: "" });
  await save(page);
  await page.getByLabel("Si oppone all’invio dei suoi dati").uncheck();
  await save(page);
  await saved(page, "Da sola non parte");
  const database = new Database(practice.file);
  t.after(() => database.close());
  assert.deepEqual(database.all("SELECT opposes FROM patient").map(({ opposes }) => opposes), [0]);
});

test("X5: in a closed year an edit changes the invoice here alone, and the form says so before", async (t) => {
  const practice = await Practice.start(t, { at: "2026-01-20T09:00:00Z" });
  await practice.logIn();
  const { page } = await open(t, practice);
  await begin(page);
  await field(page, "Data di emissione").fill("10/12/2025");
  await fill(page, { paid: "10/12/2025" });
  await save(page);
  await saved(page, "Da sola non parte");
  await page.getByRole("button", { name: "Invia", exact: false }).first().click();
  await page.getByText("Accettato").first().waitFor();
  await practice.simulator.control("POST", "/clock", { now: "2026-11-23T09:00:00Z" });
  await practice.end();
  const database = new Database(practice.file);
  database.set("ahead", Date.parse("2026-11-23T09:00:00Z") - Date.now());
  database.close();
  await practice.again();
  const later = await open(t, practice);
  await later.page.goto(`/documenti/${only(practice).id}/modifica`);
  await later.page.getByText("l’anno di questo documento è chiuso").waitFor();
  await field(later.page, "Importo senza IVA, in euro").fill("99");
  await field(later.page, "Importo, in euro").fill("99");
  await save(later.page);
  await saved(later.page, "Su Sistema TS resta com’era");
  assert.deepEqual((await practice.simulator.control("GET", "/documents"))[0].totalsCents, { SP: 6000 });
});

test("two windows on one invoice: the second is told, and overwrites nothing", async (t) => {
  const practice = await Practice.start(t);
  const first = await open(t, practice);
  await begin(first.page);
  await fill(first.page);
  await save(first.page);
  await saved(first.page, "Da sola non parte");
  const { id } = only(practice);
  const second = await open(t, practice);
  for (const { page } of [first, second]) {
    await page.goto(`/documenti/${id}/modifica`);
    await checked(page, "send");
  }
  await field(first.page, "Importo senza IVA, in euro").fill("70");
  await field(first.page, "Importo, in euro").fill("70");
  await save(first.page);
  await saved(first.page, "Da sola non parte");
  await field(second.page, "Importo senza IVA, in euro").fill("90");
  await field(second.page, "Importo, in euro").fill("90");
  for (let again = 0; again < 2; again += 1) {
    await save(second.page);
    await second.page.getByText("è stata salvata da un’altra finestra").waitFor();
    assert.equal(await field(second.page, "Importo senza IVA, in euro").inputValue(), "90", "what was typed is there");
    assert.equal(only(practice).total, "70.00");
  }
  await shot(second.page, "invoice-conflict-light-1280");
  await second.page.getByRole("link", { name: "Apri la versione salvata" }).click();
  assert.equal(await field(second.page, "Importo senza IVA, in euro").inputValue(), "70");
  await field(second.page, "Importo senza IVA, in euro").fill("90");
  await field(second.page, "Importo, in euro").fill("90");
  await save(second.page);
  await saved(second.page, "Da sola non parte");
  assert.equal(only(practice).total, "90.00");
});

test("pressed twice, Save makes one invoice", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await begin(page);
  await fill(page);
  const fields = await page.locator("form.invoice").evaluate((form) => Object.fromEntries(new FormData(form)));
  await save(page);
  await saved(page, "Da sola non parte");
  const { status, text } = await practice.post("/documenti/nuovo", { ...fields, "dettaglioLinee[0].prezzoTotale": "99" });
  assert.equal(status, 409);
  assert.match(text, /Questa fattura è già stata salvata/);
  assert.equal(practice.documents().size, 1);
  assert.equal(only(practice).total, "60.00");
});

test("an invoice that libsts cannot read is shown as such, and is mended by saving it", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await begin(page);
  await fill(page);
  await save(page);
  await saved(page, "Da sola non parte");
  await practice.end();
  const row = only(practice);
  const database = new Database(practice.file);
  const invoice = JSON.stringify({ ...invoiceOf(row), invented: 1 });
  database.run("UPDATE document SET invoice = ?, version = version + 1 WHERE id = ?", invoice, row.id);
  database.close();
  await practice.again();
  const again = await open(t, practice);
  await again.page.goto(`/documenti/${row.id}/modifica`);
  await again.page.getByText("non può ancora essere letta per Sistema TS").waitFor();
  assert.equal(await again.page.locator(".wrong").count(), 0, "its fields are right");
  await assertSound(again.page);
  await shot(again.page, "invoice-unreadable-light-1280");
  await save(again.page);
  await saved(again.page, "Da sola non parte");
  assert.equal(only(practice).problem, null);
});

test("a credit note names its original", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await begin(page);
  await fill(page);
  assert.equal(await page.getByRole("group", { name: "Documento originale" }).isVisible(), false);
  await field(page, "Tipo di documento").selectOption({ label: "Nota di credito" });
  await page.getByLabel("Numero dell’originale").fill("1/2026");
  await page.getByLabel("Data dell’originale").fill("2/11/2026");
  await save(page);
  await page.waitForURL(/\/documenti\/[\w-]{36}$/);
  const invoice = invoiceOf(only(practice));
  assert.equal(invoice.tipoDocumento, "TD04");
  assert.deepEqual(invoice.fatturaCollegata, { numDocumento: "1/2026", dataEmissione: "2026-11-02" });
});

test("in English the same form speaks English, and takes amounts with a point", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice, { lang: "en" });
  await page.goto("/documenti/nuovo");
  await page.getByLabel("Name and surname").fill(ANNA.name);
  await page.getByLabel("Tax code").fill(TYPO);
  await page.getByLabel("Amount without VAT, in euro").fill("60.50");
  await page.getByLabel("Received on").fill("23/11/2026");
  await page.locator("sts-reason[severity=error]").waitFor();
  assert.match(await page.locator("sts-reason[severity=error]").innerText(), /tax code/i);
  await page.getByLabel("Tax code").fill(ANNA.cf);
  await checked(page, "send");
  await sound(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("It does not leave by itself").waitFor();
  assert.equal(only(practice).total, "60.50");
  assert.deepEqual(wrong, []);
});

test("pictures of the form", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  for (const { colorScheme, width, name } of LOOKS) {
    const { page, wrong } = await open(t, practice, { colorScheme, width });
    await page.goto("/documenti/nuovo");
    await checked(page, "fix");
    await sound(page);
    await shot(page, `invoice-new-${name}`);
    await fill(page);
    await page.getByRole("button", { name: "Aggiungi una prestazione" }).click();
    await field(page, "Importo senza IVA, in euro", 1).fill("20");
    await checked(page, "send");
    await sound(page);
    await shot(page, `invoice-ready-${name}`);
    await field(page, "Codice fiscale").fill(TYPO);
    await save(page);
    await page.getByText("Non è stato ancora salvato nulla").waitFor();
    await page.locator("sts-reason[severity=error]").waitFor();
    await sound(page);
    await shot(page, `invoice-wrong-${name}`);
    assert.deepEqual(surprising(wrong), []);
  }
  const { page } = await open(t, practice, { scripts: false });
  await page.goto("/documenti/nuovo");
  await shot(page, "invoice-without-script-light-1280");
});
