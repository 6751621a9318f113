// Home, as a person meets it in the morning.
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { CREDENTIALS } from "../../test/support/simulator.mjs";
import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { Practice, until } from "./support/practice.mjs";

const attention = (page) => page.locator("#attenzione").innerText();
const states = (practice) => [...practice.documents().values()].map(({ state }) => state);

/** Sends all that is ready, and waits for it. */
async function sendAll(practice) {
  await practice.post("/documenti/invia");
  await until(() => !states(practice).includes("ready"));
}

test("S7 S8 S21: the first steps lead from nothing to the first document, and are gone then", async (t) => {
  const practice = await Practice.start(t, { invoices: 3 });
  const { page, wrong } = await open(t, practice);
  const step = (text) => page.getByRole("listitem").filter({ hasText: text });
  assert.match(await step("Scrivi password").innerText(), /Da fare/);
  await assertSound(page);
  await page.getByRole("link", { name: "Scrivi le credenziali" }).click();
  await page.getByLabel("Password", { exact: true }).fill(CREDENTIALS.password);
  await page.getByLabel("Codice PIN").fill(CREDENTIALS.pincode);
  await page.getByRole("button", { name: "Salva", exact: true }).first().click();

  await page.getByRole("link", { name: "Home" }).click();
  assert.match(await step("Scrivi password").innerText(), /Fatto/);
  await page.getByRole("link", { name: "Prova le credenziali" }).click();
  await page.getByRole("button", { name: "Test credenziali" }).click();

  await page.getByRole("link", { name: "Home" }).click();
  assert.match(await step("Prova le credenziali").innerText(), /Fatto/);
  await page.getByRole("link", { name: "Vai ai documenti pronti" }).click();
  assert.match(page.url(), /filtro=da-inviare/);
  await sendAll(practice);

  await page.getByRole("link", { name: "Home" }).click();
  await page.waitForLoadState();
  assert.equal(await page.getByText("Per cominciare").count(), 0);
  assert.match(await attention(page), /È tutto a posto/);

  // Who has sent before is not a beginner with a new password.
  await practice.post("/impostazioni", { password: "Altra.0001" });
  await page.reload();
  assert.equal(await page.getByText("Per cominciare").count(), 0);
  assert.match(await attention(page), /non sono ancora state provate/);
  assert.deepEqual(wrong, []);
});

test("what needs a person comes gravest first, each with a way to where it is put right", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  await practice.logIn();
  await practice.simulator.control("POST", "/faults", { fault: { kind: "code", codice: "S011" }, operation: "Inserimento" });
  await sendAll(practice);
  await practice.post("/impostazioni/sospensione", { sospeso: "1" });
  const { page, wrong } = await open(t, practice);
  const items = await page.locator("#attenzione li").allInnerTexts();
  assert.match(items[0], /scartati da Sistema TS, da correggere e inviare di nuovo: 1/);
  assert.ok(items.some((text) => /L'invio è sospeso/.test(text)));
  assert.ok(items.some((text) => /Documenti da correggere prima dell'invio: 5/.test(text)));
  await assertSound(page);

  const places = await page.locator("#attenzione a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  assert.equal(places.length, items.length, "each has a way");
  await page.locator("#attenzione a").first().click();
  assert.match(page.url(), /filtro=rifiutati/);
  assert.equal(await page.locator("tbody tr").count(), 1);
  for (const place of places) {
    await page.goto(place);
    const id = new URL(page.url()).hash;
    if (id !== "") assert.equal(await page.locator(id).count(), 1, place);
    else assert.ok((await page.locator("tbody tr").count()) > 0, place);
  }
  assert.deepEqual(wrong, []);
});

test("each number of documents leads to the list of just those", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const { page, wrong } = await open(t, practice);
  const figures = await page.locator("a.figure").evaluateAll((links) =>
    links.map((link) => ({ href: link.getAttribute("href"), n: Number(link.querySelector(".value").textContent) })),
  );
  assert.equal(figures.reduce((sum, { n }) => sum + n, 0), 24);
  for (const { href, n } of figures) {
    await page.goto(href);
    assert.equal(await page.locator("tbody tr").count(), n, href);
  }
  assert.deepEqual(wrong, []);
});

test("the next deadline says what waits for it, and what is late says what it costs", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const { page } = await open(t, practice);
  const deadline = () => page.locator("section", { hasText: "Prossima scadenza" }).last().innerText();
  assert.match(await deadline(), /1 febbraio 2027[\s\S]*Mancano 70 giorni[\s\S]*nessuna, entro la scadenza/);

  const late = await Practice.start(t, { invoices: 24, at: "2027-02-20T09:00:00Z" });
  const { page: after, wrong } = await open(t, late);
  assert.match(await attention(after), /la cui scadenza è passata: 1\. Inviali: la sanzione cresce/);
  assert.match(await after.locator("a.figure", { hasText: "in ritardo" }).innerText(), /1/);
  assert.match(await after.locator("main").innerText(), /Pronti, oltre la scadenza\s+1\s+Sanzione se invii oggi[^\d]+\d+,\d\d\s€/);
  await assertSound(after);
  await shot(after, "home-late");
  assert.deepEqual(wrong, []);
});

test("S22 S23: when the cycle looked last and looks next is told, and follows the clock", async (t) => {
  const practice = await Practice.start(t, { invoices: 3 });
  await practice.logIn();
  const { page, wrong } = await open(t, practice);
  const cycle = () => page.locator("section", { hasText: "Controllo automatico" }).last().innerText();
  assert.match(await cycle(), /Invio automatico: no/);
  assert.match(await cycle(), /Ultimo controllo\s+23\/11\/26, 10:0\d\s+Prossimo controllo\s+23\/11\/26, 10:1\d/);
  await page.getByRole("button", { name: "+10 minuti" }).click();
  assert.match(await page.locator(".flash").innerText(), /Sono passati 10 minuti/);
  assert.match(await cycle(), /Ultimo controllo\s+23\/11\/26, 10:1\d\s+Prossimo controllo\s+23\/11\/26, 10:2\d/);
  await page.getByRole("link", { name: "Cambia nelle impostazioni" }).click();
  await page.getByRole("switch", { name: "Invio automatico" }).click();
  await page.getByRole("link", { name: "Home" }).click();
  assert.match(await cycle(), /Invio automatico: sì[\s\S]*Ogni 10 minuti/);
  assert.deepEqual(wrong, []);
});

/** Writes over the records of libsts. */
function spoil({ data }) {
  const store = readdirSync(data).find((name) => /^sts-.*\.db$/.test(name));
  for (const name of readdirSync(data)) {
    if (name.startsWith(store)) writeFileSync(join(data, name), "no database\n".repeat(500));
  }
}

test("records that cannot be read are told in plain words, and the invoices are there all the same", async (t) => {
  const running = await Practice.start(t, { invoices: 3 });
  const { page: home } = await open(t, running);
  spoil(running);
  await home.goto("/");
  assert.match(await attention(home), /non riesce a lavorare con il registro degli invii/);
  assert.equal(await home.locator("a.figure").count(), 6);
  await assertSound(home);
  await shot(home, "home-failure");
  await home.goto("/impostazioni");
  assert.match(await home.locator(".notes").first().innerText(), /non può lavorare con Sistema TS/);

  const practice = await Practice.start(t, { invoices: 1 });
  await practice.kill();
  spoil(practice);
  await practice.again();
  const { page } = await open(t, practice);
  assert.match(page.url(), /impostazioni$/);
  assert.match(await page.locator(".notes").first().innerText(), /non può lavorare con Sistema TS/);
  await assertSound(page);
});

test("pictures of Home", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const pictures = async (state) => {
    for (const { colorScheme, width, name } of LOOKS) {
      const { page, wrong } = await open(t, practice, { colorScheme, width });
      await assertSound(page);
      await shot(page, `home-${state}-${name}`);
      assert.deepEqual(wrong, []);
    }
  };
  await pictures("first");
  await practice.logIn();
  await practice.simulator.control("POST", "/faults", { fault: { kind: "code", codice: "S011" }, operation: "Inserimento" });
  await sendAll(practice);
  await pictures("busy");
  const { page } = await open(t, practice, { lang: "en" });
  await assertSound(page);
  await shot(page, "home-en");
});
