// Credentials: typed, tested, refused, expired, under another key.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";

import { CREDENTIALS } from "../../test/support/simulator.mjs";
import { assertSound, open, shot } from "./support/pages.mjs";
import { Practice, until } from "./support/practice.mjs";
import { SETTINGS, access, flash, save, tryThem, type } from "./support/settings.mjs";

const wrongLogins = async ({ simulator }) =>
  (await simulator.control("GET", "/users")).reduce((sum, user) => sum + user.wrongLogins, 0);

/** An address where nobody listens. */
async function nobody() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

test("S3 S4 S7 S8: own credentials are saved, tested, and never seen again", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.goto(SETTINGS);
  assert.match(await page.locator("#titolare").innerText(), /Si usano le tue credenziali di Sistema TS, in tuo nome/);
  await type(page);
  assert.match(await flash(page), /Impostazioni salvate/);
  assert.match(await access(page), /Da provare/);
  for (const label of ["Password", "Codice PIN (pincode)"]) {
    const input = page.getByLabel(label, { exact: true });
    assert.equal(await input.inputValue(), "");
    assert.equal(await input.getAttribute("type"), "password");
  }
  assert.match(await page.locator("#f-password-hint").innerText(), /Salvato/);

  await tryThem(page);
  assert.match(await flash(page), /Credenziali giuste/);
  assert.match(await access(page), /Funzionano/);
  assert.match(await access(page), /valido fino al 31 dicembre 2099/);

  // Empty fields change nothing.
  await save(page);
  await tryThem(page);
  assert.match(await flash(page), /Credenziali giuste/);
  const html = await page.content();
  const bytes = practice.bytes();
  for (const secret of [CREDENTIALS.password, CREDENTIALS.pincode]) {
    assert.ok(!html.includes(secret) && !bytes.includes(secret) && !practice.log.includes(secret), "a secret shows");
  }
  assert.deepEqual(wrong, []);
});

test("S8: a wrong password is told with what to do, and goes out again only when a person insists", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await type(page, { password: "Sbagliata.1", pincode: CREDENTIALS.pincode });
  await tryThem(page);
  assert.match(await flash(page), /ha rifiutato le credenziali/);
  assert.equal(await page.locator(".flash").getAttribute("role"), "alert");
  assert.match(await access(page), /Rifiutate[\s\S]*non dice il motivo[\s\S]*sistemats\.it[\s\S]*otto errori/);
  assert.equal(await wrongLogins(practice), 1);
  await assertSound(page);

  await tryThem(page);
  assert.match(page.url(), /prova$/);
  assert.match(await page.locator("main").innerText(), /otto password sbagliate/);
  await assertSound(page);
  await page.getByRole("link", { name: "Torna alle impostazioni" }).click();
  assert.equal(await wrongLogins(practice), 1, "nothing went out");
  assert.match(await access(page), /non dice il motivo/, "what is known is still known");

  await tryThem(page);
  await page.getByRole("button", { name: "Prova lo stesso" }).click();
  assert.match(await flash(page), /ha rifiutato/);
  assert.equal(await wrongLogins(practice), 2);

  await type(page, { password: CREDENTIALS.password });
  await tryThem(page);
  assert.match(await flash(page), /Credenziali giuste/);
  assert.deepEqual(wrong, []);
});

test("S8: a wrong pincode is told as such", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await type(page, { password: CREDENTIALS.password, pincode: "9000000009" });
  await tryThem(page);
  assert.match(await access(page), /Rifiutate[\s\S]*Il pincode è sbagliato/);
});

test("S8: no connection, no answer and a service in trouble are told apart, and leave the credentials open", async (t) => {
  const practice = await Practice.start(t, { invoices: 3 });
  const { page, wrong } = await open(t, practice);
  await type(page);
  await practice.simulator.control("POST", "/faults", { fault: { kind: "lost_before_storing" } });
  await tryThem(page);
  assert.match(await flash(page), /non ha avuto risposta/);
  assert.match(await access(page), /Da provare[\s\S]*non ha risposto in tempo/);

  await practice.simulator.control("POST", "/faults", { fault: { kind: "http", status: 503 } });
  await tryThem(page);
  assert.match(await flash(page), /non ha dato un esito/);
  assert.match(await access(page), /in difficoltà, o in manutenzione/);
  assert.deepEqual(wrong, []);

  const nowhere = await Practice.start(t, { behind: nobody });
  const other = await open(t, nowhere);
  await type(other.page);
  await tryThem(other.page);
  assert.match(await flash(other.page), /non è raggiungibile/);
  assert.match(await access(other.page), /controlla la connessione/);
  assert.deepEqual(other.wrong, []);
});

test("S8: after too many silences nothing leaves, until a test that a person asked for is answered", async (t) => {
  const practice = await Practice.start(t, { invoices: 3 });
  const { page, wrong } = await open(t, practice);
  await type(page);
  await practice.simulator.control("POST", "/faults", { fault: { kind: "lost_before_storing" }, times: 3 });
  for (let round = 0; round < 3; round += 1) await tryThem(page);
  assert.match(await access(page), /Da verificare[\s\S]*Prova le credenziali/);
  await assertSound(page);
  await page.goto("/");
  assert.match(await page.locator("#attenzione").innerText(), /non risponde più/);
  const calls = (await practice.simulator.control("GET", "/log")).length;
  await practice.post("/documenti/invia");
  await practice.later();
  assert.equal((await practice.simulator.control("GET", "/log")).length, calls);
  await page.goto(SETTINGS);
  await tryThem(page);
  assert.match(await access(page), /Funzionano/);
  await until(() => [...practice.documents().values()].filter(({ state }) => state === "accepted").length === 2);
  assert.deepEqual(wrong, []);
});

test("S8: a slow test is said to be under way, and its end shows by itself", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await type(page);
  await practice.simulator.control("POST", "/faults", { fault: { kind: "slow", ms: 5_500 } });
  await tryThem(page);
  assert.match(await flash(page), /è in corso/);
  await page.getByText("Funzionano").waitFor();
  assert.deepEqual(wrong, []);
});

test("S9 S10 S11 X3: an expired password stops everything with its own words, and a new one lets it go on", async (t) => {
  const practice = await Practice.start(t, { invoices: 3 });
  const { page, wrong } = await open(t, practice);
  await type(page);
  await tryThem(page);
  await page.getByRole("switch", { name: "Invio automatico" }).click();
  await page.goto("/dimostrazione");
  await page.getByRole("button", { name: "Avvia: Password scaduta" }).click();
  await page.getByRole("button", { name: "+1 giorno" }).first().click();
  await practice.post("/documenti/invia");
  await until(async () => (await practice.get("/impostazioni")).text.includes("Rifiutate"));

  await page.goto("/");
  assert.match(await page.locator("#attenzione").innerText(), /se la password è scaduta cambiala su sistemats\.it e poi qui/);
  await page.locator("#attenzione").getByRole("link", { name: "Apri le impostazioni" }).first().click();
  assert.match(page.url(), /impostazioni#credenziali/);
  assert.match(await access(page), /La password è scaduta\. Cambiala su sistemats\.it, poi scrivi qui quella nuova/);
  assert.match(await page.locator("#automatico").innerText(), /fermo per proteggere la tua utenza/);
  assert.match(await page.locator("#password").innerText(), /Entra su sistemats\.it/);
  const before = (await practice.simulator.control("GET", "/log")).length;
  await practice.later(1440);
  assert.equal((await practice.simulator.control("GET", "/log")).length, before, "nothing is tried with it");

  await page.goto("/dimostrazione");
  await page.getByRole("button", { name: "Rinnova la password" }).click();
  const password = await page.locator("#credenziali code").nth(2).innerText();
  assert.notEqual(password, CREDENTIALS.password);
  await type(page, { password });
  await tryThem(page);
  assert.match(await access(page), /Funzionano/);
  await practice.later();
  await until(async () => [...practice.documents().values()].filter(({ state }) => state === "accepted").length === 2);
  assert.deepEqual(wrong, []);
});

test("S9: the age of the password is known, can be put right, and is noticed before it expires", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.goto(SETTINGS);
  assert.equal(await page.getByLabel("Ho cambiato la password il").count(), 0, "nothing to date yet");
  await type(page);
  assert.match(await page.locator("#password").innerText(), /23 novembre 2026[\s\S]*60 giorni/);
  const day = page.getByLabel("Ho cambiato la password il");
  await day.fill("2026-10-01");
  await page.getByRole("button", { name: "Salva il giorno" }).click();
  assert.match(await flash(page), /in uso dal 01\/10\/2026/);
  assert.match(await page.locator("#password").innerText(), /53 giorni[\s\S]*7 giorni/);
  await page.goto("/");
  assert.match(await page.locator("#attenzione").innerText(), /ha 53 giorni/);

  const future = await practice.post("/impostazioni/password", { giorno: "2026-12-24" });
  assert.equal(future.status, 422);
  assert.match(future.text, /non sia nel futuro/);
  assert.deepEqual(wrong, []);
});

test("X7: characters of a password that Sistema TS may read in another way are remarked", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await type(page, { password: "Perché€1", pincode: CREDENTIALS.pincode });
  assert.match(await page.locator("#titolare .note").innerText(), /usare lettere senza accento, cifre e il punto/);
  await type(page, { password: CREDENTIALS.password });
  assert.equal(await page.locator("#titolare .note").count(), 0);
});

test("credentials under another key are said to be unreadable, and stay until all three are typed", async (t) => {
  const key = (letter) => ({ PRACTICE_KEY: Buffer.alloc(32, letter).toString("base64") });
  const practice = await Practice.start(t, { environment: key("a") });
  await practice.logIn();
  await practice.kill();
  await practice.again(key("b"));
  const { page } = await open(t, practice);
  assert.match(await page.locator("#attenzione").innerText(), /non si possono leggere/);
  await page.goto(SETTINGS);
  assert.match(await page.locator(".notes").first().innerText(), /chiave diversa[\s\S]*Rimetti la chiave di prima/);
  await shot(page, "settings-key");
  await assertSound(page);
  await page.getByLabel("Password", { exact: true }).fill(CREDENTIALS.password);
  await save(page);
  assert.match(await page.locator("#f-pincode-error").innerText(), /Scrivilo di nuovo/);

  await practice.kill();
  await practice.again(key("a"));
  const again = await open(t, practice);
  await again.page.goto(SETTINGS);
  await tryThem(again.page);
  assert.match(await flash(again.page), /Credenziali giuste/, "nothing was overwritten");

  await practice.kill();
  await practice.again(key("b"));
  const last = await open(t, practice);
  await type(last.page);
  await tryThem(last.page);
  assert.match(await flash(last.page), /Credenziali giuste/);
});

test("without scripts, too, settings are saved and tested", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice, { scripts: false });
  await type(page);
  await tryThem(page);
  assert.match(await flash(page), /Credenziali giuste/);
});
