// Sistema TS → Impostazioni, as a person uses it; the credentials are in credentials.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CREDENTIALS } from "../../test/support/simulator.mjs";
import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { startPlain } from "./support/plain.mjs";
import { Practice, until } from "./support/practice.mjs";
import { SETTINGS, access, flash, save, tryThem, type } from "./support/settings.mjs";

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
  await shot(page, "settings-structures");
  await page.setViewportSize({ width: 360, height: 800 });
  await assertSound(page);
  await shot(page, "settings-structures-360");
  await page.setViewportSize({ width: 1280, height: 900 });

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

test("S12: what belongs to the expense follows the settings, and what has left stays as it is", async (t) => {
  const practice = await Practice.start(t, { invoices: 13 });
  const { page, wrong } = await open(t, practice);
  await type(page);
  const totals = () => new Map([...practice.documents()].map(([id, { view }]) => [id, JSON.parse(view).totale]));
  const choose = async (text) => {
    await page.getByLabel("Bollo a carico del paziente").selectOption(text);
    await save(page);
    await until(() => [...practice.documents().values()].every(({ version, told, unread }) => version === told && unread === 0));
  };
  const before = totals();
  await page.locator("#titolare summary").click();
  await page.getByLabel("Attiva le impostazioni aggiuntive").check();
  await choose("Non si invia");
  const without = totals();
  const stamped = [...before.keys()].filter((id) => before.get(id) !== without.get(id));
  assert.ok(stamped.length > 0);
  for (const id of stamped) assert.equal(Number(before.get(id)) - Number(without.get(id)), 2, "the stamp duty");

  await practice.post("/documenti/invia");
  await until(() => [...practice.documents().values()].every(({ state }) => state !== "ready"));
  const calls = (await practice.simulator.control("GET", "/log")).length;
  await choose("Con la spesa a cui appartiene");
  assert.deepEqual(totals(), without);
  assert.equal((await practice.simulator.control("GET", "/log")).length, calls, "nothing is sent again");
  assert.deepEqual(wrong, []);
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

test("the keyboard alone is enough", async (t) => {
  const practice = await Practice.start(t);
  const { page, wrong } = await open(t, practice);
  await page.goto(SETTINGS);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const reach = async (label) => {
    for (let n = 0; n < 30; n += 1) {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      if ((await focused.count()) > 0 && (await page.getByLabel(label, { exact: true }).and(focused).count()) > 0) return;
    }
    assert.fail(`not reached: ${label}`);
  };
  await reach("Password");
  await page.keyboard.type(CREDENTIALS.password);
  await reach("Codice PIN (pincode)");
  await page.keyboard.type(CREDENTIALS.pincode);
  await page.keyboard.press("Enter");
  await page.waitForURL(/impostazioni$/);
  await page.locator(".flash").waitFor();
  await reach("Invio automatico");
  await page.keyboard.press("Space");
  await page.waitForURL(/#automatico$/);
  assert.equal(await page.getByRole("switch", { name: "Invio automatico" }).getAttribute("aria-checked"), "true");
  assert.deepEqual(wrong, []);
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
