// Sistema TS → Impostazioni, as a person uses it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";

import { CREDENTIALS } from "../../test/support/simulator.mjs";
import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { startPlain } from "./support/plain.mjs";
import { Practice, until } from "./support/practice.mjs";

const SETTINGS = "/impostazioni";
const save = (page) => page.locator("#titolare").getByRole("button", { name: "Salva", exact: true }).click();
const tryThem = (page) => page.getByRole("button", { name: "Test credenziali" }).click();
const access = (page) => page.locator("#credenziali").innerText();
const flash = (page) => page.locator(".flash").innerText();
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

/** Types credentials as a person, and saves. */
async function type(page, { password, pincode } = CREDENTIALS) {
  await page.goto(SETTINGS);
  if (password !== undefined) await page.getByLabel("Password", { exact: true }).fill(password);
  if (pincode !== undefined) await page.getByLabel("Codice PIN").fill(pincode);
  await save(page);
}

test("S5 S6: tax code and identification code are there from the start, and another code is remarked", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.getByRole("link", { name: "Impostazioni", exact: true }).click();
  assert.equal(await page.getByLabel("Codice fiscale titolare").inputValue(), CREDENTIALS.username);
  assert.equal(await page.getByLabel("Codice identificativo").inputValue(), CREDENTIALS.username);
  await assertSound(page);

  await page.getByLabel("Codice identificativo").fill("STRUTTURA1");
  await save(page);
  assert.match(await page.locator("#f-username-hint").innerText(), /diverso dal codice fiscale/);
  assert.equal(await page.getByLabel("Codice identificativo").inputValue(), "STRUTTURA1");
  assert.deepEqual(wrong, []);
});

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
  const password = await page.locator("#credenziali code").nth(1).innerText();
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

test("S12: settings of structures are off, are checked when they are on, and what was typed is kept", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.goto(SETTINGS);
  const more = page.locator("#titolare summary");
  assert.match(await more.innerText(), /disattivate/);
  assert.equal(await page.getByLabel("Codice Regione").isVisible(), false);
  await more.click();
  await page.getByLabel("Attiva le impostazioni aggiuntive").check();
  await page.getByLabel("Categoria").selectOption("farmacia");
  await page.getByLabel("Codice Regione").fill("907");
  await page.getByLabel("Codice ASL").fill("001");
  await page.getByLabel("Codice struttura").fill("9");
  await page.getByLabel("Password", { exact: true }).fill("Mai.Rimandata1");
  await save(page);
  assert.equal(await page.getByLabel("Codice struttura").getAttribute("aria-invalid"), "true");
  assert.match(await page.locator("#f-codiceSSA-error").innerText(), /forma attesa/);
  assert.equal(await page.getByLabel("Codice Regione").inputValue(), "907", "what was typed stays");
  assert.equal(await page.getByLabel("Categoria").inputValue(), "farmacia");
  assert.ok(!(await page.content()).includes("Mai.Rimandata1"));
  await assertSound(page);

  await page.getByLabel("Codice struttura").fill("90007");
  await save(page);
  assert.match(await flash(page), /salvate/);
  assert.match(await more.innerText(), /attive/);
  assert.equal(await page.getByLabel("Codice struttura").inputValue(), "90007");

  // Off again: the profession alone.
  await page.getByLabel("Attiva le impostazioni aggiuntive").uncheck();
  await page.getByLabel("Categoria").selectOption("psicologo");
  await save(page);
  assert.match(await more.innerText(), /disattivate/);
  // Chromium notes the answer 422 in its console.
  assert.deepEqual(wrong.filter((text) => !text.includes("422")), []);
});

test("S4 S8 S12: another access is checked, and one that cannot be tested is tested by the next file", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await type(page);
  await page.locator("#titolare summary").click();
  await page.getByLabel("Attiva le impostazioni aggiuntive").check();
  await page.getByLabel("Accesso", { exact: true }).selectOption("entrate");
  await save(page);
  assert.match(await page.locator("#f-sede-error").innerText(), /intermediario Entratel/);
  await page.locator(".notes").getByRole("link", { name: "Sede Entratel" }).click();
  await page.getByLabel("Sede Entratel").fill("07874631000-000");
  await save(page);
  assert.match(await flash(page), /salvate/);

  await page.getByLabel("Sede Entratel").fill("");
  await page.getByLabel("Accesso", { exact: true }).selectOption("enti");
  await save(page);
  await tryThem(page);
  assert.match(await flash(page), /si provano con il prossimo invio/);
  assert.deepEqual(wrong.filter((text) => !text.includes("422")), []);
});

test("a tax code or VAT number that is none is told at its field, in the words of libsts", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await page.goto(SETTINGS);
  await page.getByLabel("Codice fiscale titolare").fill("PSCPRV80A01X999J");
  await page.getByLabel("Partita IVA").fill("1");
  await save(page);
  assert.match(await page.locator("#f-cfProprietario-error").innerText(), /errore di battitura/);
  assert.match(await page.locator("#f-pIva-error").innerText(), /11 cifre/);
  assert.equal(await page.getByLabel("Codice fiscale titolare").inputValue(), "PSCPRV80A01X999J");
  assert.match(await page.locator(".notes").first().innerText(), /Non è stato salvato nulla/);
  await page.goto(SETTINGS);
  assert.equal(await page.getByLabel("Codice fiscale titolare").inputValue(), CREDENTIALS.username);
});

test("X7: characters of a password that Sistema TS may read in another way are remarked", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await type(page, { password: "Perché€1", pincode: CREDENTIALS.pincode });
  assert.match(await page.locator("#titolare .note").innerText(), /usare lettere senza accento, cifre e il punto/);
  await type(page, { password: CREDENTIALS.password });
  assert.equal(await page.locator("#titolare .note").count(), 0);
});

test("S2 S16 S17 S22 S23 X2: automatic sending is off, goes on with one press, from today or an earlier day", async (t) => {
  const practice = await Practice.start(t, { invoices: 13 });
  const { page, wrong } = await open(t, practice);
  await type(page);
  await tryThem(page);
  const toggle = page.getByRole("switch", { name: "Invio automatico" });
  assert.equal(await toggle.getAttribute("aria-checked"), "false");
  assert.match(await toggle.innerText(), /No/);
  await practice.later();
  assert.equal((await practice.simulator.control("GET", "/documents")).length, 0, "nothing leaves by itself");

  await toggle.click();
  assert.equal(await toggle.getAttribute("aria-checked"), "true");
  assert.match(await page.locator("#automatico").innerText(), /Ogni 10 minuti[\s\S]*dopo 10 minuti/);
  assert.equal(await page.getByLabel("Invia solo documenti pagati dal").inputValue(), "2026-11-23");
  await assertSound(page);
  const accepted = () => [...practice.documents().values()].filter(({ state }) => state === "accepted");
  for (let round = 0; round < 4 && accepted().length === 0; round += 1) await practice.later();
  assert.deepEqual(accepted().map(({ paid }) => paid), ["2026-11-23"], "what was paid today, and no more");

  await page.getByLabel("Invia solo documenti pagati dal").fill("2026-11-15");
  await page.getByRole("button", { name: "Cambia la data" }).click();
  for (let round = 0; round < 6 && accepted().length < 8; round += 1) await practice.later();
  assert.ok(accepted().every(({ paid }) => paid >= "2026-11-15"));
  assert.equal(accepted().length, 8);

  await toggle.click();
  assert.equal(await toggle.getAttribute("aria-checked"), "false");
  await practice.later();
  assert.equal(accepted().length, 8);
  assert.equal((await practice.post("/impostazioni/automatico", { automatico: "1", dal: "2027-01-01" })).status, 422);
  assert.deepEqual(wrong, []);
});

test("everything can be paused, and resumes", async (t) => {
  const practice = await Practice.start(t, { invoices: 3 });
  const { page, wrong } = await open(t, practice);
  await type(page);
  await tryThem(page);
  const toggle = page.getByRole("switch", { name: "Sospendi tutti gli invii" });
  await toggle.click();
  assert.equal(await toggle.getAttribute("aria-checked"), "true");
  await practice.post("/documenti/invia");
  await practice.later();
  assert.equal((await practice.simulator.control("GET", "/documents")).length, 0);
  await page.goto("/");
  assert.match(await page.locator("#attenzione").innerText(), /L'invio è sospeso/);
  await page.locator("#attenzione").getByRole("link", { name: "Apri le impostazioni" }).click();
  await toggle.click();
  await until(async () => (await practice.simulator.control("GET", "/documents")).length === 2);
  assert.deepEqual(wrong, []);
});

test("the way documents travel is behind «Altre impostazioni»", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.goto(SETTINGS);
  assert.equal(await page.getByLabel("Sempre in gruppo").isVisible(), false);
  await page.getByText("Altre impostazioni").click();
  assert.equal(await page.locator("[name=canale][value=auto]").isChecked(), true);
  await page.getByLabel("Sempre in gruppo").check();
  await page.locator("details", { hasText: "Come viaggiano" }).getByRole("button", { name: "Salva" }).click();
  await page.getByText("Altre impostazioni").click();
  assert.equal(await page.getByLabel("Sempre in gruppo").isChecked(), true);
  assert.deepEqual(wrong, []);
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

test("in the demonstration the environment stays; elsewhere it changes after a warning", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice);
  await page.goto(SETTINGS);
  assert.match(await page.locator("#ambiente").innerText(), /non si può cambiare/);
  assert.equal(await page.locator("#ambiente").getByRole("link").count(), 0);
  await practice.post("/impostazioni/ambiente", { ambiente: "produzione", confermato: "1" });
  await page.reload();
  assert.match(await page.locator("#ambiente").innerText(), /Prova/);

  const plain = await startPlain(t);
  const { page: real, wrong } = await open(t, plain);
  assert.match(real.url(), /impostazioni$/, "who the holder is comes first");
  await assertSound(real);
  await shot(real, "settings-empty");
  // The identification code follows the tax code.
  await real.getByLabel("Codice fiscale titolare").pressSequentially(CREDENTIALS.username);
  assert.equal(await real.getByLabel("Codice identificativo").inputValue(), CREDENTIALS.username);
  await real.getByLabel("Partita IVA").fill("99900011000");
  await save(real);
  assert.match(await flash(real), /mancano ancora password o pincode/);
  assert.match(await real.locator("#ambiente").innerText(), /Prova/);
  await real.getByRole("link", { name: "Passa all’ambiente reale" }).click();
  assert.match(await real.locator("main").innerText(), /non sa nulla di ciò che hai inviato in prova/);
  await assertSound(real);
  await shot(real, "settings-environment");
  await real.getByRole("button", { name: "Passa all’ambiente reale" }).click();
  assert.match(await real.locator("#ambiente").innerText(), /Reale/);
  assert.deepEqual(wrong, []);
});

test("without scripts, too, settings are saved and tested", async (t) => {
  const practice = await Practice.start(t);
  const { page } = await open(t, practice, { scripts: false });
  await type(page);
  await tryThem(page);
  assert.match(await flash(page), /Credenziali giuste/);
});

test("pictures of the settings", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const states = {
    missing: async () => undefined,
    proven: async () => {
      await practice.logIn();
      await practice.post("/impostazioni/prova");
      await practice.post("/impostazioni/automatico", { automatico: "1" });
    },
    refused: async () => {
      await practice.logIn({ ...CREDENTIALS, password: "Perché€1" });
      await practice.post("/impostazioni/prova");
    },
  };
  for (const [state, reach] of Object.entries(states)) {
    await reach();
    for (const { colorScheme, width, name } of LOOKS) {
      const { page } = await open(t, practice, { colorScheme, width });
      await page.goto(SETTINGS);
      await assertSound(page);
      await shot(page, `settings-${state}-${name}`);
      if (state !== "refused") continue;
      await page.locator("#titolare summary").click();
      await page.getByText("Altre impostazioni").click();
      await page.getByLabel("Partita IVA").fill("1");
      await save(page);
      await assertSound(page);
      await shot(page, `settings-wrong-${name}`);
      await page.goto(`${SETTINGS}/prova`);
      await assertSound(page);
      await shot(page, `settings-again-${name}`);
    }
  }
  const { page } = await open(t, practice, { lang: "en" });
  await page.goto(SETTINGS);
  await assertSound(page);
  await shot(page, "settings-en");
});
