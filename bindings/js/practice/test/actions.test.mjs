// The tools of the document list, as a person uses them: menus, confirmations, what is said then, and
// what Sistema TS has afterwards.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Database } from "../app/database.mjs";
import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { Practice } from "./support/practice.mjs";
import { Service } from "./support/service.mjs";

const DAY = 24 * 60;

/** A test with a practice that can send, and a page at its list, on which nothing may go wrong. */
function walk(name, { invoices = 5, at, behind, lang, logIn = true } = {}, work) {
  test(name, async (t) => {
    let service;
    const between = async (simulator) => (service = await Service.start(t, simulator)).url;
    const practice = await Practice.start(t, { invoices, ...(at && { at }), ...(behind && { behind: between }) });
    if (logIn) await practice.logIn();
    const { page, wrong } = await open(t, practice, { lang });
    await page.goto("/documenti");
    await work({ practice, page, service });
    // A form that comes back is an answer like any other.
    assert.deepEqual(wrong.filter((text) => !/status of 422/.test(text)), []);
  });
}

/** The row of an invoice. */
const rowOf = (page, number) => page.getByRole("row").filter({ has: page.getByRole("link", { name: number, exact: true }) });

/** Chooses a tool in the menu of a row. */
async function choose(page, number, tool) {
  const row = rowOf(page, number);
  await row.getByRole("button", { name: `Azioni: Fattura ${number}` }).click();
  const menu = row.getByRole("group");
  const item = menu.locator(".item").filter({ has: page.locator("b", { hasText: new RegExp(`^${tool}$`) }) });
  if (!(await item.isVisible())) await menu.getByText("Altre azioni").click();
  await item.click();
}

const flash = (page) => page.locator(".flash").innerText();
const state = async (page, number) => (await rowOf(page, number).locator(".badge").innerText()).trim();

/** What Sistema TS has under a number. */
async function there(practice, numDocumento) {
  const all = await practice.simulator.control("GET", "/documents");
  return all.find(({ key }) => key.numDocumento === numDocumento);
}

/** How often an operation was called. */
async function called(practice, operation) {
  return (await practice.simulator.control("GET", "/log")).filter((call) => call.operation === operation).length;
}

/** Somebody cancels a document on the portal. */
async function cancelOnPortal(practice, numDocumento) {
  const { key } = await there(practice, numDocumento);
  await practice.simulator.control("POST", "/cancellations", key);
}

const fault = (practice, body) => practice.simulator.control("POST", "/faults", body);

/** The last of the invented invoices, which are all ready but the third from the end. */
const LAST = "5/2026";

walk("S1 S21 S24 S34: «Invia» in the row's «Azioni» sends one document, and its outcome is there at once", {}, async ({ practice, page }) => {
  assert.equal(await state(page, LAST), "Pronto");
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /Fatto: Sistema TS l’ha accettato/);
  assert.equal(await state(page, LAST), "Accettato");
  assert.match(await rowOf(page, LAST).innerText(), /Protocollo \d+/);
  assert.equal((await there(practice, LAST)).timesInserted, 1);
  assert.equal((await practice.simulator.control("GET", "/documents")).length, 1);
  await assertSound(page);
});

walk("S21: sending what was sent already, what waits and what is wrong sends nothing and says why", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /lo ha già, con questi dati: non è partito nulla/);
  await page.goto("/documenti?filtro=non-da-inviare");
  const waiting = (await page.getByRole("rowheader").first().innerText()).trim();
  await choose(page, waiting, "Invia");
  assert.match(await flash(page), /così com’è non può partire/i);
  assert.match(await page.locator("main").innerText(), /non risulta pagato/);
  assert.equal(await called(practice, "Inserimento"), 1);
});

walk("S21: everything that is ready is sent with one press, with progress, and its end is told with links", { invoices: 24 }, async ({ practice, page }) => {
  const ready = Number((await page.getByRole("link", { name: /^Da inviare/ }).innerText()).replace(/\D/g, ""));
  const number = (await page.goto("/documenti?filtro=da-inviare"), (await page.getByRole("rowheader").first().innerText()).trim());
  const { key } = await keyOf(practice, number);
  await fault(practice, { fault: { kind: "code", codice: "S011" }, operation: "Inserimento", document: key, times: 100 });
  await fault(practice, { fault: { kind: "slow", ms: 60 }, operation: "Inserimento", times: 1000 });
  await page.getByRole("button", { name: `Invia tutti i documenti pronti (${ready})` }).click();
  await page.getByRole("progressbar").waitFor();
  assert.match(await page.locator("[role=status]").innerText(), /\d+ di \d+/);
  await assertSound(page);
  for (const { colorScheme, width, name } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    if (await page.getByRole("progressbar").isVisible()) await shot(page, `sending-${name}`);
  }
  await page.getByRole("heading", { name: "Invio terminato" }).waitFor();
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.reload();
  assert.match(await page.locator(".figures").innerText(), new RegExp(`${ready - 1}\\s+accettati[\\s\\S]*1\\s+rifiutato`));
  await assertSound(page);
  for (const { colorScheme, width, name } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await shot(page, `sent-${name}`);
  }
  assert.match(await page.getByRole("row").filter({ hasText: number }).innerText(), /codice fiscale/);
  await page.getByRole("link", { name: /rifiutato/ }).click();
  await page.waitForLoadState();
  assert.equal(await page.locator("tbody tr").count(), 1);
  assert.equal((await practice.simulator.control("GET", "/documents")).length, ready - 1);
});

/** The key of a document of the practice. */
async function keyOf(practice, number) {
  const row = [...practice.documents().values()].find((one) => one.number === number);
  const { pIva, dataEmissione, dispositivo, numDocumento } = JSON.parse(row.view).idSpesa;
  return { id: row.id, key: { pIva, dataEmissione, dispositivo, numDocumento } };
}

test("S21: a sending can be followed without script", async (t) => {
  const practice = await Practice.start(t, { invoices: 8 });
  await practice.logIn();
  await fault(practice, { fault: { kind: "slow", ms: 150 }, operation: "Inserimento", times: 1000 });
  const { page } = await open(t, practice, { scripts: false });
  await page.goto("/documenti");
  await page.getByRole("button", { name: /^Invia tutti/ }).click();
  await page.getByRole("link", { name: "Aggiorna la pagina" }).waitFor();
  while (await page.getByRole("link", { name: "Aggiorna la pagina" }).isVisible()) {
    await page.getByRole("link", { name: "Aggiorna la pagina" }).click();
  }
  assert.equal(await page.locator("h1").innerText(), "Invio terminato");
});

walk("S26 S27: «Re-invia» of a document that is still there inserts nothing and says what can be done", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Re-invia");
  assert.match(await flash(page), /c’è ancora[\s\S]*aggiornarlo, oppure prima cancellarlo/);
  assert.equal((await there(practice, LAST)).timesInserted, 1);
  await shot(page, "resend-still-there");
});

walk("S26 S27: «Re-invia» inserts again what is not there any more", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await cancelOnPortal(practice, LAST);
  await choose(page, LAST, "Re-invia");
  assert.match(await flash(page), /Fatto: Sistema TS l’ha accettato/);
  const now = await there(practice, LAST);
  assert.deepEqual([now.timesInserted, now.cancelled], [2, false]);
});

walk("S28: «Aggiorna» varies a document that is there", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Aggiorna");
  assert.match(await flash(page), /Fatto/);
  assert.equal(await called(practice, "Variazione"), 1);
  assert.equal((await there(practice, LAST)).timesInserted, 1);
});

walk("S28: «Aggiorna» of what was never sent sends nothing", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Aggiorna");
  assert.match(await flash(page), /non c’è nulla da aggiornare/);
  assert.equal((await practice.simulator.control("GET", "/log")).length, 0);
});

walk("S29 X4: a refusal is explained on the document's page, and after the correction «Aggiorna» inserts it", {}, async ({ practice, page }) => {
  await fault(practice, { fault: { kind: "code", codice: "S011" }, operation: "Inserimento" });
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /Sistema TS l’ha rifiutato/);
  const text = await page.locator("main").innerText();
  assert.match(text, /S011[\s\S]*codice fiscale del paziente è scritto in modo sbagliato/);
  assert.match(text, /Correggi il codice fiscale leggendolo dalla tessera sanitaria/);
  await assertSound(page);
  for (const { colorScheme, width, name } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await shot(page, `document-refused-${name}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("link", { name: "Modifica" }).click();
  await page.locator('[name="cessionarioCommittente.cfCittadino"]').fill("PZNPRV80A01X999E");
  await page.getByRole("button", { name: /^Salva/ }).first().click();
  await page.waitForURL(/\/documenti\/[^/]+$/);
  assert.equal((await practice.simulator.control("GET", "/documents")).length, 0, "the correction alone sends nothing");
  await page.goto("/documenti");
  await choose(page, LAST, "Aggiorna");
  assert.match(await flash(page), /Fatto: Sistema TS l’ha accettato/);
  assert.equal(await called(practice, "Variazione"), 0);
  assert.equal((await there(practice, LAST)).timesInserted, 1);
});

walk("X4: a remark is no refusal: the document is there, and is not sent again", {}, async ({ practice, page }) => {
  await fault(practice, { fault: { kind: "late" }, operation: "Inserimento" });
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /accettato, con segnalazioni\. Non va inviato di nuovo/);
  assert.match(await page.locator("main").innerText(), /Accettato con segnalazioni[\s\S]*Che cosa dice Sistema TS/);
  await assertSound(page);
  await shot(page, "document-warnings");
  await page.goto("/documenti?filtro=accettati");
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /lo ha già/);
  assert.equal((await there(practice, LAST)).timesInserted, 1);
});

walk("S30: «Cancella su STS» asks, takes it off there alone, and the invoice stays until it is sent again", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Cancella su STS");
  assert.equal(await page.locator("h1").innerText(), "Cancella su Sistema TS");
  assert.equal((await there(practice, LAST)).cancelled, false, "asking does nothing");
  await assertSound(page);
  await page.getByRole("link", { name: "No, torna indietro" }).click();
  assert.equal((await there(practice, LAST)).cancelled, false);
  await page.goto("/documenti");
  await choose(page, LAST, "Cancella su STS");
  await page.getByRole("button", { name: "Cancella su STS" }).click();
  assert.match(await flash(page), /su Sistema TS non c’è più/);
  assert.equal((await there(practice, LAST)).cancelled, true);
  await page.goto("/documenti");
  assert.equal(await state(page, LAST), "Cancellato su STS");
  await practice.later(DAY);
  assert.equal((await there(practice, LAST)).cancelled, true, "it is not sent again by itself");
  await page.reload();
  await choose(page, LAST, "Invia");
  assert.equal(await state(page, LAST), "Accettato");
});

walk("S30: there is nothing to cancel of what was never sent", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Cancella su STS");
  assert.match(await flash(page), /non c’è nulla da cancellare/);
  assert.equal((await practice.simulator.control("GET", "/log")).length, 0);
});

walk("S31 S32: a refund warns, asks, and goes as a document of its own", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Rimborsa");
  assert.match(await page.locator("main").innerText(), /Usalo solo se hai davvero restituito del denaro/);
  await assertSound(page);
  await shot(page, "refund-form");
  await page.getByLabel("Numero della nota di credito").fill("NC1");
  await page.getByLabel("Importo restituito").fill("20,00");
  const note = await page.locator("main [name=id]").inputValue();
  await page.getByRole("button", { name: "Continua" }).click();
  assert.match(await page.locator("main").innerText(), /20,00\s€[\s\S]*Prima di andare avanti/);
  assert.equal(await called(practice, "Rimborso"), 0, "asking does nothing");
  await assertSound(page);
  await shot(page, "refund-confirm");
  await page.getByRole("button", { name: "Rimborsa" }).click();
  assert.match(await flash(page), /Rimborso accettato/);
  assert.equal(await page.locator("h1").innerText(), "Nota di credito NC1");
  const original = await there(practice, LAST);
  assert.deepEqual(original.refundedCents, { SP: 2000 });
  assert.equal((await there(practice, "NC1")).refundOf.numDocumento, LAST);
  // As when a press comes twice, or the page before is sent again.
  const { id } = await keyOf(practice, LAST);
  const sent = { id: note, numero: "NC1", data: "2026-11-23", importo: "30,00", pagamento: "2026-11-23", modo: "MP08", confermato: "1" };
  const again = await practice.post(`/documenti/${id}/rimborso`, sent);
  assert.equal(again.at, `/documenti/${note}`);
  await page.goto("/documenti");
  assert.equal(await state(page, "NC1"), "Accettato");
  assert.equal(await called(practice, "Rimborso"), 1);
});

walk("S31 S32: a refund of more than was paid, of what is not there, or without a number does not leave", {}, async ({ practice, page }) => {
  const before = practice.documents().size;
  await choose(page, LAST, "Rimborsa");
  await page.getByLabel("Numero della nota di credito").fill("NC1");
  await page.getByRole("button", { name: "Continua" }).click();
  assert.match(await page.getByRole("alert").innerText(), /Sistema TS non ha la fattura da rimborsare/);
  await page.goto("/documenti");
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Rimborsa");
  await page.getByLabel("Numero della nota di credito").fill("NC1");
  await page.getByLabel("Importo restituito").fill("1.000,00");
  await page.getByRole("button", { name: "Continua" }).click();
  assert.match(await page.getByRole("alert").innerText(), /supererebbero il suo importo/);
  assert.equal(await page.getByLabel("Numero della nota di credito").inputValue(), "NC1", "what was typed stays");
  await page.getByLabel("Importo restituito").fill("venti");
  await page.getByLabel("Numero della nota di credito").fill(" ");
  await page.getByRole("button", { name: "Continua" }).click();
  await page.waitForLoadState();
  assert.equal(await page.locator("[aria-invalid=true]").count(), 2);
  await assertSound(page);
  await shot(page, "refund-wrong");
  assert.equal(await called(practice, "Rimborso"), 0);
  assert.equal(practice.documents().size, before, "no row is left behind");
});

walk("S25 S33 X8: «Risincronizza» puts right what differs, and sends nothing where nothing does", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Risincronizza");
  assert.match(await flash(page), /Sistema TS e il programma coincidono/);
  assert.equal(await called(practice, "Inserimento"), 1);
  await cancelOnPortal(practice, LAST);
  await choose(page, LAST, "Risincronizza");
  assert.match(await flash(page), /Fatto/);
  assert.deepEqual([(await there(practice, LAST)).timesInserted, (await there(practice, LAST)).cancelled], [2, false]);
});

/** As when another program has sent an invoice, of another amount: this one knows nothing of it. */
async function sentElsewhere(practice, number) {
  const { id } = await keyOf(practice, number);
  await practice.post(`/documenti/${id}/azioni/invia`);
  await practice.end();
  for (const name of readdirSync(practice.data)) if (name.startsWith("sts-")) rmSync(join(practice.data, name));
  const database = new Database(practice.file);
  const { invoice } = database.get("SELECT invoice FROM document WHERE id = ?", id);
  const { dettaglioLinee, pagamenti, ...rest } = JSON.parse(invoice);
  delete rest.importoTotaleDocumento;
  delete rest.datiCassaPrevidenziale;
  dettaglioLinee[0].prezzoTotale = pagamenti[0].importo = "44.00";
  database.run("UPDATE document SET invoice = ?, total = '44.00' WHERE id = ?", JSON.stringify({ ...rest, dettaglioLinee, pagamenti }), id);
  database.close();
  await practice.again();
}

test("S25: where Sistema TS has something else under the number nothing is overwritten, until a person chooses", async (t) => {
  const practice = await Practice.start(t, { invoices: 5 });
  await practice.logIn();
  await sentElsewhere(practice, LAST);
  const before = (await there(practice, LAST)).totalsCents;
  const { page } = await open(t, practice);
  await page.goto("/documenti");
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /con questo numero risulta altro/);
  assert.deepEqual((await there(practice, LAST)).totalsCents, before);
  await assertSound(page);
  await shot(page, "document-conflict");
  await page.goto("/documenti?filtro=rifiutati");
  assert.equal(await state(page, LAST), "Non coincide");
  await choose(page, LAST, "Aggiorna");
  assert.match(await flash(page), /Fatto/);
  assert.deepEqual((await there(practice, LAST)).totalsCents, { SP: 4400 });
  assert.equal((await there(practice, LAST)).timesInserted, 1);
});

walk("S19: a deletion that Sistema TS refuses is told with its reason, and can be asked for again", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await fault(practice, { fault: { kind: "code", codice: "S915" }, operation: "Cancellazione" });
  await choose(page, LAST, "Elimina");
  await page.getByRole("button", { name: "Elimina" }).click();
  assert.match(await flash(page), /ha rifiutato la cancellazione e ha ancora i dati/);
  assert.match(await page.locator("main").innerText(), /Eliminazione rifiutata[\s\S]*S915/);
  await assertSound(page);
  await shot(page, "deletion-refused");
  await page.getByRole("link", { name: "Elimina" }).click();
  await page.getByRole("button", { name: "Elimina" }).click();
  assert.match(await flash(page), /Fattura eliminata, qui e su Sistema TS/);
  assert.equal((await there(practice, LAST)).cancelled, true);
});

walk("S19 S35: «Elimina» of a sent invoice asks, and takes it off Sistema TS at once", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  await choose(page, LAST, "Elimina");
  assert.match(await page.locator("main").innerText(), /la cancellazione parte subito[\s\S]*non si recupera/);
  await assertSound(page);
  await shot(page, "delete-confirm");
  assert.equal((await there(practice, LAST)).cancelled, false);
  await page.getByRole("button", { name: "Elimina" }).click();
  assert.match(await flash(page), /Fattura eliminata, qui e su Sistema TS/);
  assert.equal(await rowOf(page, LAST).count(), 0);
  assert.equal((await there(practice, LAST)).cancelled, true);
});

walk("S20: «Elimina» of what was never sent asks Sistema TS nothing", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Elimina");
  assert.match(await page.locator("main").innerText(), /Non è mai stata inviata/);
  await page.getByRole("button", { name: "Elimina" }).click();
  assert.match(await flash(page), /Fattura eliminata\./);
  assert.equal(await rowOf(page, LAST).count(), 0);
  assert.equal((await practice.simulator.control("GET", "/log")).length, 0);
});

for (const moment of ["before", "after"]) {
  const when = moment === "before" ? "before Sistema TS has it" : "before the answer is back";
  test(`S19: a deletion goes through although the program dies ${when}`, async (t) => {
    let service;
    const behind = async (simulator) => (service = await Service.start(t, simulator)).url;
    const practice = await Practice.start(t, { invoices: 5, behind });
    await practice.logIn();
    const { id } = await keyOf(practice, LAST);
    await practice.post(`/documenti/${id}/azioni/invia`);
    const held = service.hold(moment, "cancellazione");
    const pressed = practice.post(`/documenti/${id}/azioni/elimina`, { confermato: "1" }).catch(() => undefined);
    const release = await held;
    await practice.kill();
    release();
    await pressed;
    await practice.again();
    for (let n = 0; practice.documents().has(id) && n < 12; n += 1) await practice.later(10);
    assert.equal(practice.documents().has(id), false);
    assert.equal((await there(practice, LAST)).cancelled, true);
    assert.equal(await called(practice, "Cancellazione"), 1);
  });
}

walk("X5: in a closed year a deletion changes the invoice here alone, and says so", { at: "2026-01-20T09:00:00Z", invoices: 30 }, async ({ practice, page }) => {
  const { number } = [...practice.documents().values()].find(({ paid, state }) => paid?.startsWith("2025") && state === "ready");
  await page.goto(`/documenti?cerca=${encodeURIComponent(number)}`);
  await choose(page, number, "Invia");
  for (let n = 0; n < 75; n += 1) await practice.later(DAY);
  const log = (await practice.simulator.control("GET", "/log")).length;
  await page.goto(`/documenti?cerca=${encodeURIComponent(number)}`);
  await choose(page, number, "Elimina");
  assert.match(await page.locator("main").innerText(), /Il suo anno è chiuso: a Sistema TS non parte nulla/);
  await page.getByRole("button", { name: "Elimina" }).click();
  assert.match(await flash(page), /Il suo anno è chiuso: su Sistema TS resta com’è/);
  assert.equal((await there(practice, number)).cancelled, false);
  assert.equal((await practice.simulator.control("GET", "/log")).length, log);
});

walk("no answer comes: the document says that it is being found out, and is not sent twice", {}, async ({ practice, page }) => {
  await fault(practice, { fault: { kind: "lost_after_storing" }, operation: "Inserimento" });
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /La risposta di Sistema TS non è arrivata/);
  await assertSound(page);
  await shot(page, "document-unknown");
  await page.getByText("Altre azioni").click();
  await page.getByRole("button", { name: "Invia", exact: true }).click();
  assert.match(await flash(page), /È già in corso, o se ne sta verificando l’esito/);
  for (let n = 0; n < 12 && (await keyState(practice)) !== "accepted"; n += 1) await practice.later(10);
  assert.equal(await keyState(practice), "accepted");
  assert.equal((await there(practice, LAST)).timesInserted, 1);
});

const keyState = async (practice) => [...practice.documents().values()].find(({ number }) => number === LAST).state;

walk("without credentials a document waits, and its page says why", { logIn: false }, async ({ page }) => {
  await choose(page, LAST, "Invia");
  assert.match(await flash(page), /È in coda/);
  assert.match(await page.locator("main").innerText(), /Inserisci le credenziali di Sistema TS/);
  await assertSound(page);
  await shot(page, "document-queued-no-credentials");
  await page.goto("/documenti");
  await page.getByRole("button", { name: /^Invia tutti/ }).click();
  await page.getByRole("heading", { name: "Invio terminato" }).waitFor();
  assert.match(await page.locator("main").innerText(), /Inserisci le credenziali[\s\S]*partiranno da soli più tardi/);
});

walk("every tool has its sentence in English too", { lang: "en" }, async ({ page }) => {
  const row = rowOf(page, LAST);
  await row.getByRole("button", { name: /^Actions/ }).click();
  await row.getByText("More actions").click();
  const texts = await row.locator(".item b").allInnerTexts();
  assert.deepEqual(texts.sort(), ["Cancel on STS", "Delete", "Details", "Edit", "Refund", "Resynchronise", "Send", "Send again", "Update"]);
  assert.ok((await row.locator(".item small").allInnerTexts()).every((hint) => hint.length > 15));
  await row.locator(".item").filter({ hasText: "Send" }).first().click();
  assert.match(await flash(page), /Done: Sistema TS accepted it/);
});

walk("S31: who deletes an invoice is told of its credit note, which Sistema TS refuses without it", {}, async ({ practice, page }) => {
  await choose(page, LAST, "Invia");
  const { id } = await keyOf(practice, LAST);
  await page.goto(`/documenti/${id}/rimborso`);
  await page.getByLabel("Numero della nota di credito").fill("R1/2026");
  await page.getByLabel("Importo restituito").fill("10");
  await page.getByRole("button", { name: "Continua" }).click();
  await page.getByRole("button", { name: "Rimborsa" }).click();
  await page.goto(`/documenti/${id}/azioni/elimina`);
  assert.match(await page.getByRole("main").innerText(), /La nota di credito R1\/2026 la rimborsa/);

  const note = [...practice.documents()].find(([, { number }]) => number === "R1/2026")[0];
  await page.goto(`/documenti/${note}/rimborso`);
  assert.match(await flash(page), /Una nota di credito non si rimborsa/);
});
