// The list of documents and the page of one, as a person uses them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { Practice } from "./support/practice.mjs";

/** A tab of the list. */
const tab = (page, name) => page.getByRole("navigation", { name: "Quali documenti" }).getByRole("link", { name });
const countOf = async (page, name) => Number((await tab(page, name).innerText()).replace(/\D/g, ""));
const numbers = (page) => page.locator("tbody th").allInnerTexts();
const rows = (page) => page.locator("tbody tr").count();

test("S13 S14 S15: the list says at a glance which invoices can be sent and why others cannot", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const { page, wrong } = await open(t, practice);
  await page.getByRole("link", { name: "Elenco documenti" }).click();
  assert.equal(await rows(page), 24);
  assert.equal(await countOf(page, /^Tutti/), 24);
  const views = [/^Da inviare/, /^Da correggere/, /^In attesa/];
  let sum = 0;
  for (const view of views) {
    await tab(page, view).click();
    const count = await countOf(page, view);
    assert.ok(count > 0);
    assert.equal(await rows(page), count);
    assert.equal(await tab(page, view).getAttribute("aria-current"), "true");
    sum += count;
  }
  assert.equal(sum, 24);
  assert.match(await page.locator("tbody").innerText(), /In attesa\s+Il documento non risulta pagato/);
  await tab(page, /^Da correggere/).click();
  assert.match(await page.locator("tbody").innerText(), /Da correggere\s+Il codice fiscale/);
  for (const badge of await page.locator("tbody .badge").all()) assert.equal(await badge.locator("svg").count(), 1);
  await assertSound(page);
  assert.deepEqual(wrong, []);
});

test("the newest invoice comes first, fifty on a page, and the pages follow one another", async (t) => {
  const practice = await Practice.start(t, { invoices: 120 });
  const { page } = await open(t, practice);
  await page.goto("/documenti");
  const seen = await numbers(page);
  assert.equal(seen.length, 50);
  assert.match(await page.getByRole("navigation", { name: "Pagine" }).innerText(), /1–50 di 120/);
  await page.getByRole("link", { name: "Meno recenti" }).click();
  seen.push(...(await numbers(page)));
  await page.getByRole("link", { name: "Meno recenti" }).click();
  seen.push(...(await numbers(page)));
  assert.equal(await page.getByRole("link", { name: "Meno recenti" }).count(), 0);
  assert.equal(new Set(seen).size, 120);
  const stored = [...practice.documents().values()];
  const day = (number) => stored.find((row) => row.number === number).issued;
  const days = seen.map(day);
  assert.deepEqual(days, [...days].sort().reverse());
  await page.goto("/documenti?pagina=99");
  assert.equal(await rows(page), 20, "a page beyond the last is the last");
  await page.goto("/documenti?pagina=-1&filtro=boh");
  assert.equal(await rows(page), 50);
});

test("a search finds numbers and patients, whatever their capitals and accents, and stays with its filter", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const { page } = await open(t, practice);
  await page.goto("/documenti");
  const search = async (text) => {
    await page.getByRole("searchbox").fill(text);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("cerca") === text);
  };
  await search("PÀZINI piero");
  const patients = await page.locator("tbody td:nth-of-type(2)").allInnerTexts();
  assert.ok(patients.length > 0);
  assert.deepEqual([...new Set(patients)], ["Piero Pazini"]);
  assert.equal(await countOf(page, /^Tutti/), patients.length);
  await tab(page, /^Da inviare/).click();
  assert.equal(await page.getByRole("searchbox").inputValue(), "PÀZINI piero");
  assert.ok((await rows(page)) <= patients.length);
  await page.goto("/documenti");
  await search("12/2026");
  assert.deepEqual(await numbers(page), ["12/2026"]);
  await search("% _ '\"<b>");
  assert.match(await page.locator("main").innerText(), /Nessun documento per «% _ '"<b>»/);
  await page.getByRole("link", { name: "Mostra tutti" }).click();
  assert.equal(await rows(page), 24);
});

test("a practice without invoices is led to its first", async (t) => {
  const practice = await Practice.start(t, { invoices: 0 });
  const { page } = await open(t, practice);
  await page.goto("/documenti");
  assert.match(await page.locator("main").innerText(), /Ancora nessuna fattura/);
  await assertSound(page);
  await shot(page, "documents-empty");
  await page.getByRole("link", { name: "Nuova fattura" }).last().click();
  assert.match(page.url(), /\/documenti\/nuovo$/);
  await page.goto("/documenti/invia");
  assert.match(await page.locator("main").innerText(), /Non c’è nulla di pronto da inviare/);
  await page.goto("/documenti/nessuna");
  assert.match(await page.locator("main").innerText(), /Questa fattura non c’è/);
});

test("a deadline that is near is told, one that is past is late and has its filter and its stake", async (t) => {
  const practice = await Practice.start(t, { invoices: 5, at: "2026-12-15T09:00:00Z" });
  const { page } = await open(t, practice);
  await page.goto("/documenti");
  assert.equal(await page.locator(".due").count(), 0);
  for (let n = 0; n < 25; n += 1) await practice.later(1440);
  await page.reload();
  assert.match(await page.locator(".due").first().innerText(), /Da inviare entro il 01\/02\/2027: mancano \d+ giorni/);
  assert.equal(await countOf(page, /^In ritardo/), 0);
  await shot(page, "documents-deadline-near");
  for (let n = 0; n < 30; n += 1) await practice.later(1440);
  await page.reload();
  assert.match(await page.locator(".due").first().innerText(), /Termine scaduto il 01\/02\/2027/);
  assert.equal(await countOf(page, /^In ritardo/), 4);
  await tab(page, /^In ritardo/).click();
  assert.equal(await rows(page), 4);
  await assertSound(page);
  await page.locator("tbody th a").first().click();
  const text = await page.locator("main").innerText();
  assert.match(text, /Se parte oggi\s+Sanzione di \d/);
  await shot(page, "document-late");
});

test("the page of a document says everything about it, field by field where something is wrong", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const { page, wrong } = await open(t, practice);
  const wrongOne = [...practice.documents().values()].find(({ view }) => /CF_|CODICE_FISCALE|cfCittadino/.test(view) && /"verdict":"fix"/.test(view));
  await page.goto(`/documenti/${wrongOne.id}`);
  const text = await page.locator("main").innerText();
  assert.match(text, /Va corretto prima di poterlo inviare/);
  assert.match(text, /Motivi[\s\S]*Codice fiscale\./);
  assert.match(text, new RegExp(wrongOne.patient));
  assert.doesNotMatch(await page.title(), new RegExp(wrongOne.patient));
  await page.getByRole("link", { name: "Correggi la fattura" }).click();
  assert.match(page.url(), /\/modifica$/);
  await page.goBack();
  await assertSound(page);
  assert.deepEqual(wrong, []);
});

test("the list and the page of a document read as well in English", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  await practice.logIn();
  const { page } = await open(t, practice, { lang: "en" });
  await page.goto("/documenti");
  assert.match(await page.locator("main").innerText(), /Documents[\s\S]*To correct[\s\S]*Number\s+Date\s+Patient/);
  await page.goto("/documenti?filtro=da-inviare");
  await page.getByRole("button", { name: /^Send all documents/ }).click();
  await page.getByRole("heading", { name: "Sending finished" }).waitFor();
  assert.match(await page.locator("main").innerText(), /accepted/);
  await page.goto("/documenti?filtro=accettati");
  await page.locator("tbody th a").first().click();
  assert.match(await page.locator("main").innerText(), /Insertion: accepted/);
  await assertSound(page);
  await shot(page, "document-accepted-en");
});

for (const { colorScheme, width, name } of LOOKS) {
  test(`pictures of the list and of a document's page: ${name}`, async (t) => {
    const practice = await Practice.start(t, { invoices: 24 });
    await practice.logIn();
    const { page, wrong } = await open(t, practice, { colorScheme, width });
    await page.goto("/documenti");
    await assertSound(page);
    await shot(page, `documents-${name}`);
    await page.getByRole("button", { name: /^Azioni/ }).first().click();
    await page.getByRole("group").filter({ visible: true }).getByText("Altre azioni").click();
    await assertSound(page);
    await shot(page, `documents-menu-${name}`);
    await page.keyboard.press("Escape");
    await page.goto("/documenti?filtro=da-inviare");
    await page.locator("tbody th a").first().click();
    await assertSound(page);
    await shot(page, `document-ready-${name}`);
    await page.goto("/documenti?filtro=da-correggere");
    await page.locator("tbody th a").first().click();
    await assertSound(page);
    await shot(page, `document-to-fix-${name}`);
    assert.deepEqual(wrong, []);
  });
}
