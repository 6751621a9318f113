// The registry of transmissions, one of them, and its receipts, as a person uses them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { Practice } from "./support/practice.mjs";

// Of the packages of bindings/js, as the browser is.
const { unzipSync } = createRequire(new URL("../../test/", import.meta.url))("fflate");

const latin = (bytes) => Buffer.from(bytes).toString("latin1");
const HOUR = 3_600_000;

/** Sends everything that is ready, and waits for the end. */
async function sendAll(practice) {
  await practice.post("/documenti/invia");
  for (;;) {
    const { text } = await practice.get("/documenti/invia/avanzamento");
    if (JSON.parse(text)?.running === false) return;
  }
}

/** Searches with what stands in the fields, and waits for the page that has the answer. */
async function search(page) {
  const arrived = page.waitForEvent("framenavigated");
  await page.getByRole("button", { name: "Cerca" }).click();
  await arrived;
  await page.waitForLoadState();
}

/** The key of a document of the practice, as the simulator names it. */
const key = ({ number, issued }) => ({ pIva: "99900011000", dataEmissione: issued, dispositivo: 1, numDocumento: number });
const fault = (practice, codice, row) =>
  practice.simulator.control("POST", "/faults", { fault: { kind: "code", codice }, document: key(row), times: 100 });
const ready = (practice) => [...practice.documents().values()].filter(({ state }) => state === "ready");

/** A practice whose third invoice is refused and whose second one is stored with a remark. */
async function mixed(t, { channel, invoices = 4 } = {}) {
  const practice = await Practice.start(t, { invoices });
  await practice.logIn();
  if (channel === "file") await practice.post("/impostazioni/canale", { canale: "file" });
  const [, warned, refused] = ready(practice);
  await fault(practice, "W014", warned);
  await fault(practice, "S011", refused);
  return { practice, warned, refused };
}

/** The row of a document in the registry. */
const rowOf = (page, { number }) => page.getByRole("row").filter({ has: page.getByRole("link", { name: number, exact: true }) });
const cell = (row, label) => row.locator(`td[data-label="${label}"]`);

/** Downloads with a press on a link; gives the name and what is inside, by name. */
async function downloaded(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return { name: download.suggestedFilename(), inside: unzipSync(readFileSync(await download.path())) };
}

test("S36 S37 S38 S39 S40 S41 S42 X4: every transmission has its time, operation, documents, protocol and both outcomes", async (t) => {
  const { practice, warned, refused } = await mixed(t);
  const [accepted] = ready(practice);
  await sendAll(practice);
  const { page, wrong } = await open(t, practice);
  await page.getByRole("link", { name: "Elenco invii STS" }).click();
  await page.waitForLoadState();
  assert.equal(await page.locator("tbody tr").count(), 3);
  const numbers = await page.locator("tbody th a").evaluateAll((links) => links.map((a) => Number(a.getAttribute("href").split("/").at(-1))));
  assert.deepEqual(numbers, [...numbers].sort((a, b) => b - a), "the newest first");

  const good = rowOf(page, accepted);
  assert.match(await good.locator("th").innerText(), /^23\/11\/26, 10:\d\d$/);
  assert.match(await cell(good, "Operazione").innerText(), /^Inserimento/);
  assert.match(await cell(good, "Protocollo").innerText(), /^\d{17}$/);
  assert.equal(await cell(good, "Trasmissione").innerText(), "Trasmesso");
  assert.equal(await cell(good, "Accoglienza").innerText(), "Accolto");

  // X4: a remark is no error, and what has one is stored.
  const remarked = await cell(rowOf(page, warned), "Accoglienza").innerText();
  assert.match(remarked, /^Accolto con segnalazioni\s+Segnalazioni\s+W014/);
  assert.doesNotMatch(remarked, /Errori/);
  const failed = await cell(rowOf(page, refused), "Accoglienza").innerText();
  assert.match(failed, /^Scartato\s+Errori\s+S011/);
  assert.doesNotMatch(failed, /Segnalazioni/);
  assert.equal(await cell(rowOf(page, refused), "Trasmissione").innerText(), "Trasmesso", "the sending itself went well");

  await rowOf(page, refused).locator("th a").click();
  const messages = page.locator("section", { has: page.getByRole("heading", { name: "Che cosa ha detto Sistema TS" }) });
  assert.match(await messages.innerText(), /S011[\s\S]*Testo originale/);
  assert.match(await page.locator("main").innerText(), /Esito della trasmissione\s+Trasmesso[\s\S]*Esito dell’accoglienza\s+Scartato/);
  await assertSound(page);
  await page.getByText("Per l’assistenza").click();
  assert.match(await page.locator("details").innerText(), /Richiesta \(SHA-256\)\s+[0-9a-f]{64}/);
  assert.deepEqual(wrong, []);
});

test("S36: changes, cancellations and deletions are in the registry, too, and it can be searched", async (t) => {
  const { practice, warned } = await mixed(t);
  const [accepted] = ready(practice);
  await sendAll(practice);
  await practice.post(`/documenti/${accepted.id}/azioni/cancella`, { confermato: "1" });
  const { page } = await open(t, practice);
  const rows = page.locator("tbody tr");
  const begin = async () => {
    await page.goto("/invii");
    await page.getByText("Cerca fra gli invii").click();
  };
  const found = async (label, option) => {
    await begin();
    await page.getByLabel(label, { exact: true }).selectOption({ label: option });
    await search(page);
    return rows.count();
  };
  await page.goto("/invii");
  assert.match(await rows.first().innerText(), /Cancellazione/);
  assert.equal(await found("Esito", "Con errori"), 1);
  assert.equal(await found("Esito", "Con segnalazioni"), 1);
  assert.match(await rows.first().innerText(), new RegExp(warned.number));
  assert.equal(await found("Esito", "In attesa"), 0);
  await page.getByText("Nessun invio corrisponde").waitFor();

  await begin();
  const protocol = await cell(rowOf(page, warned), "Protocollo").innerText();
  await page.getByLabel("Protocollo", { exact: true }).fill(protocol);
  await search(page);
  assert.equal(await rows.count(), 1);
  await page.getByLabel("Protocollo", { exact: true }).fill("");
  await page.getByLabel("Dal", { exact: true }).fill("24/11/2026");
  await search(page);
  await page.getByText("Nessun invio corrisponde").waitFor();
  await page.getByLabel("Dal", { exact: true }).fill("ieri");
  await search(page);
  await page.getByText("Scrivi una data").waitFor();
  await page.goto(`/invii?documento=${accepted.id}`);
  assert.equal(await rows.count(), 2);
  await assertSound(page);
});

test("S16 S22 S23 S34 S41: the cycle sends a file by itself, and brings its outcome ten minutes at a time", async (t) => {
  const practice = await Practice.start(t, { invoices: 4 });
  await practice.logIn();
  await practice.simulator.control("POST", "/settings", { processing_delay_ms: HOUR });
  const { page, wrong } = await open(t, practice);
  await page.getByRole("link", { name: "Elenco invii STS" }).click();
  await page.getByText("Non c’è ancora nessun invio").waitFor();
  await assertSound(page);
  await practice.post("/impostazioni/automatico", { automatico: "1", dal: "2026-01-01" });
  await page.getByRole("link", { name: "Elenco invii STS" }).click();
  const later = () => page.getByRole("button", { name: "+10 minuti" }).click();
  await later();
  const row = page.locator("tbody tr").first();
  await row.waitFor();
  assert.match(await cell(row, "Operazione").innerText(), /File di 3 documenti/);
  assert.equal(await cell(row, "Trasmissione").innerText(), "Trasmesso");
  assert.match(await cell(row, "Accoglienza").innerText(), /^In attesa\s+3 inviati$/);
  await row.locator("th a").click();
  assert.match(await page.locator("main").innerText(), /Stato del file[\s\S]*Prossima domanda|Prossima domanda[\s\S]*Stato del file/);
  await assertSound(page);
  await shot(page, "transmission-pending-light-1280");
  let looks = 0;
  for (; looks < 60 && (await page.getByText("Accolto", { exact: true }).count()) === 0; looks += 1) await later();
  assert.ok(looks > 1 && looks < 60, `${looks} looks`);
  await page.goto("/invii");
  assert.match(await cell(page.locator("tbody tr").first(), "Accoglienza").innerText(), /^Accolto\s+3 inviati\s*3 accolti$/);
  assert.deepEqual(wrong, []);
});

test("X1: the cycle sends at most 25 invoices in one transmission, and all in the end", async (t) => {
  const practice = await Practice.start(t, { invoices: 60 });
  await practice.logIn();
  const all = ready(practice).length;
  assert.ok(all > 25 && all < 60);
  await practice.post("/impostazioni/automatico", { automatico: "1", dal: "2025-01-01" });
  const { page, wrong } = await open(t, practice);
  let sizes = [];
  for (let looks = 0; looks < 30 && sizes.reduce((sum, n) => sum + n, 0) < all; looks += 1) {
    await page.getByRole("button", { name: "+10 minuti" }).click();
    await page.goto("/invii");
    const operations = await page.locator('td[data-label="Operazione"]').allInnerTexts();
    sizes = operations.map((text) => Number(/File di (\d+) documenti/.exec(text)?.[1] ?? 1));
  }
  assert.equal(sizes.reduce((sum, n) => sum + n, 0), all);
  assert.equal(Math.max(...sizes), 25);
  assert.deepEqual(wrong, []);
});

test("S43 S44 S45: the receipts of a document come as one ZIP with the original PDF", async (t) => {
  const { practice } = await mixed(t);
  const [accepted] = ready(practice);
  await sendAll(practice);
  const { page, wrong } = await open(t, practice);
  await page.goto("/invii");
  const row = rowOf(page, accepted);
  const protocol = await cell(row, "Protocollo").innerText();
  const { name, inside } = await downloaded(page, row.getByRole("link", { name: /^Ricevute/ }));
  assert.equal(name, `ricevute-sts-${protocol}.zip`, "nothing of a person is in the name");
  assert.deepEqual(Object.keys(inside), [`${protocol}.pdf`]);
  const pdf = latin(inside[`${protocol}.pdf`]);
  assert.match(pdf, /^%PDF-/);
  assert.match(pdf, new RegExp(`\\(.*${protocol}.*\\) Tj`));
  await row.locator("th a").click();
  await page.getByRole("link", { name: "Leggi che cosa dicono" }).click();
  await page.getByText("Nessun errore sui documenti").waitFor();
  await assertSound(page);
  assert.deepEqual(wrong, []);
});

test("S46: with errors the ZIP has a second archive with the CSV, and the page says what it says", async (t) => {
  const { practice, warned, refused } = await mixed(t, { channel: "file" });
  await sendAll(practice);
  const { page, wrong } = await open(t, practice);
  await page.goto("/invii");
  const row = page.locator("tbody tr").first();
  for (let looks = 0; looks < 60 && /In attesa/.test(await row.innerText()); looks += 1) {
    await page.getByRole("button", { name: "+10 minuti" }).click();
  }
  assert.match(await cell(row, "Accoglienza").innerText(), /^Accolto in parte\s+3 inviati\s*2 accolti\s*1 con segnalazioni\s*1 scartato/);
  const protocol = await cell(row, "Protocollo").innerText();
  const { inside } = await downloaded(page, row.getByRole("link", { name: /^Ricevute/ }));
  assert.deepEqual(Object.keys(inside), [`${protocol}.pdf`, `${protocol}-errori.zip`]);
  const errors = unzipSync(inside[`${protocol}-errori.zip`]);
  const texts = Object.entries(errors).filter(([name]) => /csv$/i.test(name)).map(([, bytes]) => latin(bytes));
  assert.ok(texts.length > 0, Object.keys(errors).join());
  const csv = texts.join("\n");
  assert.match(csv, new RegExp(`${refused.number}[^\n]*S011`));
  assert.match(csv, new RegExp(`${warned.number}[^\n]*W014`));

  await row.locator("th a").click();
  const documents = page.getByRole("table", { name: "Documenti di questo invio" });
  assert.match(await documents.getByRole("row").filter({ hasText: refused.number }).innerText(), /Scartato[\s\S]*S011/);
  assert.match(await documents.getByRole("row").filter({ hasText: warned.number }).innerText(), /Accolto con segnalazioni[\s\S]*W014/);
  await page.getByRole("link", { name: "Leggi che cosa dicono" }).click();
  const told = page.getByRole("table", { name: "Che cosa dicono gli errori" });
  assert.match(await told.getByRole("row").filter({ hasText: refused.number }).innerText(), /S011[\s\S]*Errore: non registrato/);
  assert.match(await told.getByRole("row").filter({ hasText: warned.number }).innerText(), /W014[\s\S]*Segnalazione: registrato/);
  await assertSound(page);
  assert.equal(Object.keys((await downloaded(page, page.getByRole("link", { name: "Scarica l’archivio (ZIP)" }))).inside).length, 2);
  await told.getByRole("link", { name: refused.number }).click();
  await page.waitForURL(`**/documenti/${refused.id}`);
  assert.deepEqual(wrong, []);
});

test("S43: when there are no receipts, the page says what is missing and what to do", async (t) => {
  const { practice } = await mixed(t, { channel: "file" });
  const asked = /status of 4(09|22)/;
  const { page, wrong } = await open(t, practice);
  await practice.simulator.control("POST", "/settings", { processing_delay_ms: 100 * HOUR });
  await sendAll(practice);
  await page.goto("/invii");
  const receipts = page.locator("tbody tr").first().getByRole("link", { name: /^Ricevute/ });
  await receipts.click();
  await page.getByText("Sistema TS non ha dato nessuna ricevuta").waitFor();
  assert.match(await page.locator(".notes").innerText(), /Ricevuta PDF\.[\s\S]*Archivio degli errori\./);
  await assertSound(page);
  await shot(page, "receipts-not-yet-light-1280");

  await page.goto("/invii");
  await page.getByLabel("Numero di protocollo").fill("20000000000000001");
  await page.getByRole("button", { name: "Chiedi le ricevute" }).click();
  await page.getByText("controlla il numero di protocollo").waitFor();
  await page.goto("/invii");
  await page.getByLabel("Numero di protocollo").fill("non è un protocollo");
  await page.getByRole("button", { name: "Chiedi le ricevute" }).click();
  await page.getByText("solo cifre e lettere").waitFor();

  await practice.post("/impostazioni/sospensione", { sospeso: "1" });
  await page.goto("/invii");
  await receipts.click();
  await page.getByText("Gli invii sono sospesi").waitFor();
  await assertSound(page);
  assert.deepEqual(wrong.filter((text) => !asked.test(text)), []);
});

test("S43: when a part of the receipts is missing, the page says which, and what came can be had all the same", async (t) => {
  const { practice } = await mixed(t, { channel: "file" });
  await sendAll(practice);
  for (let looks = 0; looks < 12; looks += 1) await practice.later();
  await practice.simulator.control("POST", "/faults", { fault: { kind: "maintenance" }, operation: "DettaglioErrori", times: 2 });
  const { page, wrong } = await open(t, practice);
  await page.goto("/invii/1");
  await page.getByRole("link", { name: "Scarica le ricevute (ZIP)" }).click();
  await page.getByRole("heading", { name: "Che cosa manca" }).waitFor();
  assert.match(await page.locator(".notes").innerText(), /Archivio degli errori\./);
  await assertSound(page);
  const { inside } = await downloaded(page, page.getByRole("link", { name: "Scarica l’archivio (ZIP)" }));
  assert.equal(Object.keys(inside).length, 1);
  assert.match(Object.keys(inside)[0], /\.pdf$/);
  await page.goto("/invii/1");
  const whole = await downloaded(page, page.getByRole("link", { name: "Scarica le ricevute (ZIP)" }));
  assert.equal(Object.keys(whole.inside).length, 2);
  assert.deepEqual(wrong, []);
});

test("without credentials nothing is asked for, and the page leads to the settings", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await page.goto("/invii/ricevute?protocollo=20000000000000001");
  await page.getByText("Le credenziali mancano o sono state rifiutate").waitFor();
  await page.getByRole("link", { name: "Vai alle impostazioni" }).click();
  await page.waitForURL("**/impostazioni");
});

test("fifty transmissions make a page, and there is a way forth and back", async (t) => {
  const practice = await Practice.start(t, { invoices: 110 });
  await practice.logIn();
  await sendAll(practice);
  const { page } = await open(t, practice);
  await page.goto("/invii");
  const first = () => page.locator("tbody th a").first().getAttribute("href");
  const seen = [];
  for (;;) {
    assert.ok((await page.locator("tbody tr").count()) <= 50);
    seen.push(...(await page.locator("tbody th a").evaluateAll((links) => links.map((a) => a.getAttribute("href")))));
    const next = page.getByRole("link", { name: "Meno recenti" });
    if ((await next.count()) === 0) break;
    await next.click();
  }
  const all = new Set(seen);
  assert.equal(all.size, seen.length);
  assert.ok(seen.length > 50, String(seen.length));
  const newer = page.getByRole("link", { name: "Più recenti" });
  while ((await newer.count()) > 0) await newer.click();
  assert.equal(await first(), seen[0]);
  assert.equal((await practice.get("/invii?dopo=zero")).status, 200);
  assert.equal((await practice.get("/invii/99999")).status, 404);
});

test("pictures of the registry, in both languages", async (t) => {
  const { practice, refused } = await mixed(t, { channel: "file", invoices: 24 });
  await sendAll(practice);
  for (let looks = 0; looks < 12; looks += 1) await practice.later();
  await practice.post("/impostazioni/canale", { canale: "sync" });
  await practice.simulator.control("POST", "/faults", { fault: { kind: "lost_after_storing" }, times: 1 });
  await practice.post(`/documenti/${ready(practice)[0]?.id ?? refused.id}/azioni/aggiorna`, { confermato: "1" });
  for (const { colorScheme, width, name } of LOOKS) {
    const { page, wrong } = await open(t, practice, { colorScheme, width });
    await page.goto("/invii");
    await assertSound(page);
    await shot(page, `transmissions-${name}`);
    await page.locator("tbody tr").last().locator("th a").click();
    await assertSound(page);
    await shot(page, `transmission-${name}`);
    await page.getByRole("link", { name: "Leggi che cosa dicono" }).click();
    await page.getByRole("heading", { name: /^Ricevute del protocollo/ }).waitFor();
    await assertSound(page);
    await shot(page, `receipts-${name}`);
    assert.deepEqual(wrong, []);
  }
  const { page } = await open(t, practice, { lang: "en" });
  await page.goto("/invii");
  await page.getByRole("heading", { name: "Transmissions" }).waitFor();
  assert.match(await page.locator("tbody tr").last().innerText(), /Insertion[\s\S]*Transmitted[\s\S]*Accepted in part/);
  await shot(page, "transmissions-english-light-1280");
});
