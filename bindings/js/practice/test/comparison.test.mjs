// A month compared with what the service has, as a person does it.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Database } from "../app/database.mjs";
import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { Practice } from "./support/practice.mjs";

const key = ({ number, issued }) => ({ pIva: "99900011000", dataEmissione: issued, dispositivo: 1, numDocumento: number });
const november = ({ paid }) => paid?.startsWith("2026-11") ?? false;
const EXPECTED = /status of 4(09|22)/;

/** A practice whose invoices of this month are sent. */
async function sent(t, invoices = 6) {
  const practice = await Practice.start(t, { invoices });
  await practice.logIn();
  await practice.post("/documenti/invia");
  for (;;) {
    const { text } = await practice.get("/documenti/invia/avanzamento");
    if (JSON.parse(text)?.running === false) break;
  }
  const accepted = [...practice.documents().values()].filter((row) => row.state === "accepted" && november(row));
  return { practice, accepted };
}

/** Chooses this month and compares. */
async function compare(page) {
  await page.getByRole("link", { name: "Confronto mese" }).first().click();
  const months = page.getByLabel("Mese del pagamento");
  await months.selectOption({ label: await months.locator("option", { hasText: "novembre 2026" }).innerText() });
  await page.getByRole("button", { name: "Confronta" }).click();
  await page.getByRole("heading", { name: "Confronto di novembre 2026" }).waitFor();
}

test("S33 X8: when all agree, the month says so and offers nothing; the page says when it is needed", async (t) => {
  const { practice, accepted } = await sent(t);
  const { page, wrong } = await open(t, practice);
  await compare(page);
  assert.match(await page.locator("main").innerText(), /Serve solo quando nell’Elenco invii ci sono errori/);
  await page.getByText(`${accepted.length} documenti coincidono.`).waitFor();
  assert.equal(await page.getByRole("link", { name: "Risincronizza mese" }).count(), 0);
  await assertSound(page);
  assert.deepEqual(wrong, []);
});

test("S25 S33: what is missing on Sistema TS is shown, and leaves again after a confirmation", async (t) => {
  const { practice, accepted } = await sent(t);
  const [gone] = accepted;
  await practice.simulator.control("POST", "/cancellations", key(gone));
  const { page, wrong } = await open(t, practice);
  await compare(page);
  await page.getByText("Un documento è diverso.").waitFor();
  const row = page.getByRole("table", { name: "Differenze" }).getByRole("row").filter({ hasText: gone.number });
  assert.match(await row.innerText(), /Manca su Sistema TS[\s\S]*€[\s\S]*Nulla[\s\S]*si chiede documento per documento/);
  const transmissions = async () => (await practice.simulator.control("GET", "/transmissions")).length;
  const before = await transmissions();

  await page.getByRole("link", { name: "Risincronizza mese" }).click();
  assert.match(await page.locator("form.confirm").innerText(), /Vuoi risincronizzare novembre 2026\?[\s\S]*Usala solo se/);
  await assertSound(page);
  await page.getByRole("link", { name: "Annulla" }).click();
  await page.getByText("Un documento è diverso.").waitFor();
  assert.equal(await transmissions(), before, "asking and comparing change nothing");

  await page.getByRole("link", { name: "Risincronizza mese" }).click();
  await page.getByRole("button", { name: "Risincronizza mese" }).click();
  await page.getByText("Quello che mancava è ripartito").waitFor();
  await page.getByText(`${accepted.length} documenti coincidono.`).waitFor();
  const there = (await practice.simulator.control("GET", "/documents")).find((one) => one.key.numDocumento === gone.number);
  assert.equal(there.cancelled, false);
  assert.deepEqual(wrong, []);
});

test("S33: what Sistema TS has already is taken as right, and nothing leaves", async (t) => {
  const { practice, accepted } = await sent(t);
  // Another installation, whose libsts has seen none of it.
  await practice.end();
  for (const name of readdirSync(practice.data)) if (name.startsWith("sts-")) rmSync(join(practice.data, name));
  const database = new Database(practice.file);
  database.run("UPDATE document SET told = 0, unread = 0, state = NULL, verdict = NULL, view = NULL");
  database.close();
  await practice.again();
  await practice.logIn();
  const { page, wrong } = await open(t, practice);
  await compare(page);
  assert.equal(await page.getByText("Già su Sistema TS", { exact: true }).count(), accepted.length);
  const before = (await practice.simulator.control("GET", "/transmissions")).length;
  await page.getByRole("link", { name: "Prendi per buono Sistema TS" }).click();
  await assertSound(page);
  await page.getByRole("button", { name: "Prendi per buono" }).click();
  await page.getByText("Non è stato trasmesso nulla.").waitFor();
  await page.getByText(`${accepted.length} documenti coincidono.`).waitFor();
  assert.equal((await practice.simulator.control("GET", "/transmissions")).length, before);
  for (const { id } of accepted) assert.equal(practice.documents().get(id).state, "accepted");
  assert.deepEqual(wrong, []);
});

test("what stands in the way of a comparison is told with what to do", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.goto("/confronto?mese=2026-11");
  await page.getByText("Le credenziali mancano o sono state rifiutate").waitFor();
  await practice.logIn();
  await practice.post("/impostazioni/sospensione", { sospeso: "1" });
  await page.reload();
  await page.getByText("Gli invii sono sospesi").waitFor();
  await page.getByRole("link", { name: "Vai alle impostazioni" }).click();
  await page.waitForURL("**/impostazioni");
  await practice.post("/impostazioni/sospensione", { sospeso: "0" });
  await practice.simulator.control("POST", "/faults", { fault: { kind: "maintenance" }, times: 100 });
  await page.goto("/confronto?mese=2026-11");
  await page.getByText("Il mese non si può confrontare adesso").waitFor();
  await assertSound(page);
  await shot(page, "comparison-no-answer-light-1280");
  await practice.simulator.control("DELETE", "/faults");
  await page.getByRole("link", { name: "Riprova" }).click();
  await page.getByText("non ci sono documenti inviati").waitFor();
  await page.goto("/confronto?mese=novembre");
  await page.getByText("Scegli un mese dall’elenco.").waitFor();
  assert.equal((await practice.post("/confronto/risincronizza", { mese: "2026-11" })).at, "/confronto/risincronizza?mese=2026-11");
  assert.deepEqual(wrong.filter((text) => !EXPECTED.test(text)), []);
});

test("pictures of the comparison, in both languages", async (t) => {
  const { practice, accepted } = await sent(t, 8);
  for (const row of accepted.slice(0, 2)) await practice.simulator.control("POST", "/cancellations", key(row));
  for (const { colorScheme, width, name } of LOOKS) {
    const { page, wrong } = await open(t, practice, { colorScheme, width });
    await page.goto("/confronto?mese=2026-11");
    await assertSound(page);
    await shot(page, `comparison-${name}`);
    await page.getByRole("link", { name: "Risincronizza mese" }).click();
    await assertSound(page);
    await shot(page, `comparison-confirm-${name}`);
    assert.deepEqual(wrong, []);
  }
  const { page } = await open(t, practice, { lang: "en" });
  await page.goto("/confronto?mese=2026-11");
  await page.getByRole("heading", { name: "Comparison of November 2026" }).waitFor();
  assert.match(await page.getByRole("table", { name: "Differences" }).innerText(), /sent again if absent/);
});
