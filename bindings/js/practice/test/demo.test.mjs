// The panel of the demonstration: what it lets happen ends as it says.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CREDENTIALS } from "../../test/support/simulator.mjs";
import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { startPlain } from "./support/plain.mjs";
import { Practice, until } from "./support/practice.mjs";

const PANEL = "/dimostrazione";
const states = (practice) => [...practice.documents().values()].map(({ state }) => state);
const count = (practice, state) => states(practice).filter((one) => one === state).length;
const stored = async ({ simulator }) => simulator.control("GET", "/documents");
const truth = async (page) => (await page.goto(PANEL), page.locator("#verita .note").innerText());

/** A practice that can send, its panel in the browser. */
async function ready(t, options = { invoices: 3 }) {
  const practice = await Practice.start(t, options);
  await practice.logIn();
  await practice.post("/impostazioni/prova");
  const { page, wrong } = await open(t, practice);
  await page.goto(PANEL);
  return { practice, page, wrong };
}

const begin = (page, title) => page.getByRole("button", { name: `Avvia: ${title}` }).click();

/** Sends one document that is ready, as its page does; gives its id. */
async function sendOne(practice) {
  const [id] = [...practice.documents()].find(([, { state }]) => state === "ready");
  await practice.post(`/documenti/${id}/azioni/invia`);
  return id;
}

/** Presses «+10 minuti» until a document is in a state, at most as often as the panel says. */
async function passUntil(practice, page, id, state, minutes) {
  for (let passed = 0; passed < minutes; passed += 10) {
    if (practice.documents().get(id).state === state) return;
    await page.goto(PANEL);
    await page.locator("#orologio").getByRole("button", { name: "+10 minuti" }).click();
  }
  assert.equal(practice.documents().get(id).state, state);
}

for (const [title, how, minutes] of [
  ["Richiesta persa", "was lost before it arrived", 30],
  ["Risposta persa", "arrived, and the answer was lost", 10],
]) {
  test(`a request that ${how} ends with one document there, as the panel says`, async (t) => {
    const { practice, page, wrong } = await ready(t);
    await begin(page, title);
    assert.match(await page.locator("tr", { hasText: title }).innerText(), /In corso/);
    const id = await sendOne(practice);
    assert.equal(practice.documents().get(id).state, "unknown");
    await passUntil(practice, page, id, "accepted", minutes);
    const [document, ...others] = await stored(practice);
    assert.deepEqual([document.timesInserted, others.length], [1, 0]);
    assert.match(await truth(page), /1 documento, una volta sola/);
    assert.match(await page.locator("#verita tbody").innerText(), /1 volta[\s\S]*c’è[\s\S]*Accettato/);
    assert.deepEqual(wrong, []);
  });
}

for (const title of ["Sistema TS in manutenzione", "Sistema TS guasto"]) {
  test(`«${title}» lasts until all is normal, and then everything leaves once`, async (t) => {
    const { practice, page, wrong } = await ready(t, { invoices: 3 });
    await begin(page, title);
    const id = await sendOne(practice);
    assert.notEqual(practice.documents().get(id).state, "accepted");
    assert.equal((await stored(practice)).length, 0);
    await page.goto(PANEL);
    assert.match(await page.locator("#guasti .note").innerText(), /Ci sono|C’è un guasto/);
    await page.getByRole("button", { name: "Tutto normale" }).click();
    await page.waitForLoadState();
    assert.equal(await page.locator("#guasti .note").count(), 0);
    await passUntil(practice, page, id, "accepted", 30);
    assert.deepEqual((await stored(practice)).map(({ timesInserted }) => timesInserted), [1]);
    assert.deepEqual(wrong, []);
  });
}

test("a tax code that is refused leaves nothing there, and the next one goes", async (t) => {
  const { practice, page, wrong } = await ready(t);
  await begin(page, "Codice fiscale rifiutato");
  const id = await sendOne(practice);
  assert.equal(practice.documents().get(id).state, "refused");
  await sendOne(practice);
  assert.equal(count(practice, "accepted"), 1);
  assert.match(await truth(page), /1 documento, una volta sola/);
  assert.deepEqual(wrong, []);
});

test("unknown citizens are stored with a remark, and are not sent again", async (t) => {
  const { practice, page, wrong } = await ready(t);
  await begin(page, "Cittadino sconosciuto");
  const id = await sendOne(practice);
  assert.equal(practice.documents().get(id).state, "accepted_with_warnings");
  await page.getByRole("button", { name: "Tutto normale" }).click();
  await sendOne(practice);
  assert.equal(count(practice, "accepted"), 1);
  assert.match(await truth(page), /Ci sono 2 documenti/);
  assert.deepEqual(wrong, []);
});

test("slow processing keeps a group handed in for two hours", async (t) => {
  const { practice, page, wrong } = await ready(t, { invoices: 13 });
  await begin(page, "Elaborazione lenta");
  await practice.post("/impostazioni/automatico", { automatico: "1", dal: "2026-11-01" });
  await until(async () => {
    await practice.later();
    return count(practice, "handed_in") > 0;
  });
  const waiting = count(practice, "handed_in");
  for (let minutes = 0; minutes < 60; minutes += 10) await practice.later();
  assert.equal(count(practice, "handed_in"), waiting, "not yet");
  assert.match(await page.goto(PANEL).then(() => page.locator("#verita").innerText()), /nulla/);
  for (let minutes = 0; minutes < 180 && count(practice, "handed_in") > 0; minutes += 10) await practice.later();
  assert.equal(count(practice, "accepted"), 12);
  assert.match(await truth(page), /Ci sono 12 documenti, ognuno una volta sola/);
  assert.deepEqual(wrong, []);
});

test("an account that is locked stops everything, and works again when it is unlocked and tested", async (t) => {
  const { practice, page, wrong } = await ready(t);
  await begin(page, "Utenza bloccata");
  await sendOne(practice);
  await page.goto("/");
  assert.match(await page.locator("#attenzione").innerText(), /non accetta le credenziali/);
  await page.goto(PANEL);
  await page.getByRole("button", { name: "Tutto normale" }).click();
  await page.goto("/impostazioni");
  await page.getByRole("button", { name: "Test credenziali" }).click();
  await page.getByRole("button", { name: "Prova lo stesso" }).click();
  assert.match(await page.locator("#credenziali").innerText(), /Funzionano/);
  await until(() => count(practice, "accepted") === 1);
  assert.deepEqual(wrong, []);
});

test("slow answers leave the pages fast", async (t) => {
  const { practice, page } = await ready(t);
  await begin(page, "Sistema TS lento");
  await practice.post("/documenti/invia");
  const began = performance.now();
  await page.goto("/documenti");
  await page.goto("/");
  assert.ok(performance.now() - began < 4_500, "pages wait for the service");
});

test("a document that somebody cancels on the portal is seen to differ", async (t) => {
  const { practice, page, wrong } = await ready(t);
  assert.match(await page.locator("#portale").innerText(), /ancora nulla/);
  await sendOne(practice);
  await page.goto(PANEL);
  await page.getByRole("button", { name: "Cancella sul portale" }).click();
  assert.match(await page.locator(".flash").innerText(), /è stato cancellato sul portale/);
  assert.match(await truth(page), /Su un documento il programma crede altro/);
  assert.match(await page.locator("#verita tbody").innerText(), /cancellato[\s\S]*Accettato/);
  assert.match(await page.locator("#portale").innerText(), /ancora nulla/);
  assert.deepEqual(wrong, []);
});

test("S8: the simulator's credentials are taken with one press, and a renewed password has to be typed", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.goto(PANEL);
  await page.getByRole("button", { name: "Usa queste credenziali" }).click();
  await page.getByRole("button", { name: "Test credenziali" }).click();
  assert.match(await page.locator("#credenziali").innerText(), /Funzionano/);
  await page.goto(PANEL);
  await page.getByRole("button", { name: "Rinnova la password" }).click();
  assert.equal(await page.locator("#credenziali code").nth(2).innerText(), "Prova.0001");
  await page.goto("/impostazioni");
  await page.getByRole("button", { name: "Test credenziali" }).click();
  assert.match(await page.locator("#credenziali").innerText(), /Rifiutate/);
  await page.getByLabel("Password", { exact: true }).fill("Prova.0001");
  await page.getByRole("button", { name: "Salva", exact: true }).first().click();
  await page.getByRole("button", { name: "Test credenziali" }).click();
  assert.match(await page.locator("#credenziali").innerText(), /Funzionano/);
  assert.deepEqual(wrong, []);
});

test("the clock moves on by ten minutes or a day, and comes back to nowhere but this program", async (t) => {
  const { practice, page } = await ready(t);
  await page.locator("#orologio").getByRole("button", { name: "+1 giorno" }).click();
  assert.match(await page.locator("#orologio").innerText(), /24\/11\/26/);
  const { at } = await practice.post(`${PANEL}/orologio`, { minuti: "10", torna: "//elsewhere.example/" });
  assert.equal(at, PANEL);
  const { now_ms: now } = await practice.simulator.control("GET", "/clock");
  assert.equal(new Date(now).toISOString().slice(0, 10), "2026-11-24", "the simulator's clock goes along");
});

test("outside the demonstration there is no panel, no clock and no simulator", async (t) => {
  const plain = await startPlain(t);
  const { page } = await open(t, plain);
  assert.equal(await page.getByRole("link", { name: "Dimostrazione" }).count(), 0);
  const headers = { origin: new URL(plain.url).origin, "sec-fetch-site": "same-origin" };
  const ask = async (path, method) => (await fetch(new URL(path, plain.url), { method, headers, redirect: "manual" })).status;
  assert.equal(await ask(PANEL, "GET"), 404);
  for (const act of ["orologio", "guasto", "normale", "credenziali", "password", "portale"]) {
    assert.equal(await ask(`${PANEL}/${act}`, "POST"), 404, act);
  }
});

test("invented invoices show every verdict, and thousands of them are mostly ready", async (t) => {
  const few = await Practice.start(t, { invoices: 24 });
  const seen = new Map([...few.documents().values()].map(({ state, verdict }) => [state, verdict]));
  const all = { out_of_scope: "out_of_scope", ready: "send", to_fix: "fix", waiting: "wait" };
  assert.deepEqual(Object.fromEntries([...seen].sort()), all);
  const many = await Practice.start(t, { invoices: 1000 });
  assert.ok(count(many, "ready") > 980);
});

test("pictures of the panel", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const pictures = async (state) => {
    for (const { colorScheme, width, name } of LOOKS) {
      const { page, wrong } = await open(t, practice, { colorScheme, width });
      await page.goto(PANEL);
      if (state === "busy") await page.locator("summary").click();
      await assertSound(page);
      await shot(page, `demo-${state}-${name}`);
      assert.deepEqual(wrong, []);
    }
  };
  await pictures("first");
  await practice.logIn(CREDENTIALS);
  await practice.post("/documenti/invia");
  await until(() => count(practice, "ready") === 0);
  await practice.post(`${PANEL}/guasto`, { quale: "persa" });
  await practice.post(`${PANEL}/guasto`, { quale: "scaduta" });
  const [first] = await stored(practice);
  await practice.simulator.control("POST", "/cancellations", first.key);
  await pictures("busy");
  const { page } = await open(t, practice, { lang: "en" });
  await page.goto(PANEL);
  await assertSound(page);
  await shot(page, "demo-en");
});

test("without its simulator the demonstration says so, and its other pages are there", async (t) => {
  const practice = await Practice.start(t, { invoices: 3 });
  await practice.logIn();
  await practice.simulator.stop();
  const panel = await practice.get("/dimostrazione");
  assert.equal(panel.status, 503);
  assert.match(panel.text, /Il simulatore di Sistema TS non risponde/);
  for (const path of ["/", "/documenti", "/invii", "/impostazioni", "/confronto"]) {
    assert.equal((await practice.get(path)).status, 200, path);
  }
});
