// The element in a page, used as a person uses it.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { launch } from "../../test/support/chromium.mjs";
import { GOOD, open, serve, type } from "./site.mjs";

let site, chromium, context;
before(async () => {
  [site, chromium] = await Promise.all([serve(), launch()]);
});
after(async () => {
  await chromium?.close();
  await site?.close();
});
beforeEach(async () => {
  context = await chromium.newContext();
});
afterEach(() => context.close());

/** Amounts have an unbreakable blank before the sign of the euro. */
const plain = (text) => text.replaceAll("\u00a0", " ");
const title = (page) => page.locator(".title").innerText();
const verdict = (page) => page.locator("sts-check").getAttribute("verdict");
const described = (page, name) =>
  page
    .locator(`[name=${name}]`)
    .first()
    .evaluate((control) =>
      (control.getAttribute("aria-describedby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "")
        .join(" "),
    );
const fresh = async (name = "page.html") => {
  const { page, wrong } = await open(context, `${site.origin}/${name}`);
  return Object.assign(page, { wrong });
};

describe("each verdict is said in words", () => {
  const cases = [
    ["send", "Pronta per l’invio", GOOD],
    ["wait", "In attesa", { ...GOOD, pagata: "", pagato: "" }],
    ["out_of_scope", "Non va inviata", { ...GOOD, emissione: "18/12/2025", pagata: "18/12/2025" }],
    ["fix", "Da correggere", { ...GOOD, cf: "PRVNNA80C61X999M" }],
  ];
  for (const [expected, words, values] of cases) {
    test(`${expected}, typed key by key`, async () => {
      const page = await fresh();
      await type(page, values);
      assert.equal(await verdict(page), expected);
      assert.equal(await title(page), words);
      assert.deepEqual(page.wrong, []);
    });
  }
});

test("an empty form is incomplete and nobody shouts", async () => {
  const page = await fresh();
  assert.equal(await verdict(page), "fix");
  assert.equal(await title(page), "Da completare");
  assert.equal(await page.locator("sts-reason").count(), 0);
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
});

test("a word being typed is not wrong until the typing stops, and right at its last key", async () => {
  const page = await fresh();
  const cf = page.locator("[name=cf]");
  await cf.pressSequentially("PRVNNA80C61X9");
  assert.equal(await page.locator("sts-reason").count(), 0);
  await page.locator("sts-reason").waitFor();
  assert.equal(await cf.getAttribute("aria-invalid"), "true");
  assert.match(await described(page, "cf"), /16 caratteri/);
  await cf.pressSequentially("99");
  assert.equal(await cf.getAttribute("aria-invalid"), "true", "once told, it stays until right");
  await cf.pressSequentially("L");
  assert.equal(await page.locator("sts-reason").count(), 0);
  assert.equal(await cf.getAttribute("aria-invalid"), null);
  assert.equal(await cf.getAttribute("aria-describedby"), null);
});

test("leaving a field says at once what is wrong with it, after its label and not in it", async () => {
  const page = await fresh();
  await page.locator("[name=numero]").pressSequentially("118 / 2026");
  await page.keyboard.press("Tab");
  assert.match(await described(page, "numero"), /senza spazi/);
  assert.equal(await page.getByLabel("Numero", { exact: true }).count(), 1);
});

test("saving says what is missing everywhere, emptying the form takes it back", async () => {
  const page = await fresh();
  await page.getByRole("button", { name: "Salva" }).click();
  assert.equal(await title(page), "Da correggere");
  assert.equal(await page.locator("[name=numero]").getAttribute("aria-invalid"), "true");
  await page.getByRole("button", { name: "Svuota" }).click();
  await page.locator(".title", { hasText: "Da completare" }).waitFor();
  assert.equal(await page.locator("sts-reason").count(), 0);
});

test("rows come and go while typing, and reasons stay with their row", async () => {
  const page = await fresh();
  await type(page, GOOD);
  await page.getByRole("button", { name: "Aggiungi riga" }).click();
  assert.equal(await verdict(page), "send", "a blank row counts for nothing");
  const second = page.locator("[name=importo]").nth(1);
  await second.pressSequentially("12,345");
  await second.blur();
  assert.equal(await second.getAttribute("aria-invalid"), "true");
  assert.equal(await page.locator("[name=importo]").first().getAttribute("aria-invalid"), null);
  const button = page.locator("button.reason", { hasText: "Importo, riga 2" });
  await button.waitFor();
  await page.getByRole("button", { name: "Togli riga" }).click();
  await page.locator("sts-check[verdict=send]").waitFor();
  assert.equal(await page.locator("sts-reason").count(), 0);
});

test("a press on a button is not lost to the sentence of the field it leaves", async () => {
  const page = await fresh();
  await type(page, GOOD);
  await page.evaluate(() => {
    window.submitted = 0;
    document.addEventListener("submit", () => (window.submitted += 1));
  });
  const field = page.locator("[name=pagata]");
  await field.fill("");
  await field.pressSequentially("31/02/2026");
  const told = page.locator("sts-reason", { hasText: "non esiste" });
  assert.equal(await told.count(), 0, "it is still being typed");
  const button = page.getByRole("button", { name: "Salva" });
  await button.scrollIntoViewIfNeeded();
  const { x, y } = await button.boundingBox();
  await page.mouse.move(x + 3, y + 3);
  await page.mouse.down();
  assert.equal(await told.count(), 0, "nothing moves under the pointer");
  await page.mouse.up();
  await told.waitFor();
  assert.equal(await page.evaluate(() => window.submitted), 1);
});

test("a page may write what was judged into its form", async () => {
  const page = await fresh();
  const judged = await page.evaluate(async () => {
    const output = document.createElement("output");
    document.querySelector("form").append(output);
    let n = 0;
    document.addEventListener("sts-judged", ({ detail }) => {
      n += 1;
      if (n < 50) output.textContent = `${detail.judgement.verdict} ${n}`;
    });
    document.querySelector("sts-check").refresh();
    await new Promise((done) => setTimeout(done));
    return n;
  });
  assert.equal(judged, 1);
});

test("a row copied with its sentence does not keep it", async () => {
  const page = await fresh();
  await type(page, { ...GOOD, importo: "80,001" });
  assert.equal(await page.locator("#righe sts-reason").count(), 1);
  await page.getByRole("button", { name: "Aggiungi riga" }).click();
  const [first, second] = await page.locator("[name=importo]").all();
  await page.waitForFunction(() => document.querySelectorAll("#righe sts-reason").length === 1);
  assert.equal(await first.getAttribute("aria-invalid"), "true");
  assert.equal(await second.getAttribute("aria-invalid"), null);
  assert.equal(await second.getAttribute("aria-describedby"), null);
  await second.pressSequentially("5,001");
  await second.blur();
  const ids = await page.locator("#righe sts-reason").evaluateAll((all) => all.map(({ id }) => id));
  assert.equal(new Set(ids).size, 2);
});

test("a reason leads to its field by keyboard alone", async () => {
  const page = await fresh();
  await type(page, { ...GOOD, totale: "80,00" });
  await page.getByRole("button", { name: "Svuota" }).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.name), "totale");
});

test("what will be sent is shown on demand, without the tax code", async () => {
  const page = await fresh();
  await type(page, GOOD);
  await page.getByText("Che cosa sarà inviato").click();
  const list = page.locator("dl");
  await list.getByText("118/2026").waitFor();
  const text = plain(await list.innerText());
  for (const part of ["16 novembre 2026", "18 novembre 2026", "SP · N2.2 · 83,60 €", "cifrato"]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  const shadow = await page.locator("sts-check").evaluate((e) => e.shadowRoot.textContent);
  assert.ok(!shadow.includes(GOOD.cf));
  await page.locator("[name=opposizione]").check();
  await type(page, { cf: "" });
  assert.match(await list.innerText(), /non inviato/);
});

test("the deadline and the days left are shown, and a late document says what is at stake", async () => {
  const page = await fresh();
  await type(page, GOOD);
  assert.match(await page.locator(".deadline").innerText(), /1 febbraio 2027\s+mancano 70 giorni/);
  await page.locator("sts-check").evaluate((e) => e.setAttribute("now", "2027-02-01T22:30:00Z"));
  await page.getByText("scade oggi").waitFor();
  await page.locator("sts-check").evaluate((e) => e.setAttribute("now", "2027-02-01T23:30:00Z"));
  await page.getByText("scaduto ieri").waitFor();
  assert.match(await page.locator(".stake").innerText(), /a documento/);
});

test("a screen reader hears the outcome once the typing has ended, and only once", async () => {
  const page = await fresh();
  // What the page opens with is there to be read and is not called out.
  await page.waitForTimeout(1500);
  const said = page.getByRole("status");
  assert.equal(await said.textContent(), "");
  await said.evaluate((node) => {
    window.heard = [];
    new MutationObserver(() => window.heard.push(node.textContent)).observe(node, {
      childList: true,
    });
  });
  await type(page, GOOD);
  assert.equal(await said.textContent(), "", "not in the middle of typing");
  await page.waitForFunction(() => window.heard.length > 0);
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(heard.map(plain), ["Pronta per l’invio. Spesa di 83,60 €."]);
});

test("judgements are told by an event, with the invoice that was read", async () => {
  const page = await fresh();
  await page.evaluate(() => {
    document.addEventListener("sts-judged", ({ detail }) => (window.last = detail));
  });
  await type(page, GOOD);
  const { judgement, invoice } = await page.evaluate(() => window.last);
  assert.equal(judgement.verdict, "send");
  assert.deepEqual(invoice, {
    id: "new",
    stato: "emessa",
    cessionarioCommittente: { cfCittadino: GOOD.cf, personaFisica: true },
    numDocumento: "118/2026",
    dataEmissione: "2026-11-16",
    dettaglioLinee: [{ prezzoTotale: "80.00", naturaIVA: "N2.2", tipoSpesa: "SP" }],
    datiCassaPrevidenziale: [{ importoContributoCassa: "1.60" }],
    datiBollo: { importoBollo: "2.00", addebitato: true },
    importoTotaleDocumento: "83.60",
    pagamenti: [{ dataPagamento: "2026-11-18", importo: "83.60", modalitaPagamento: "MP08" }],
  });
});

describe("beside a form, in English, with the module handed over", () => {
  const filled = { number: "5", cf: GOOD.cf, fee: "60", fee2: "5", amount: "65" };
  const dated = async (page) => {
    await page.locator("[name=issued]").fill("2026-11-16");
    await page.locator("[name=paid]").fill("2026-11-18");
  };

  test("the verdict comes as inside, and rows with gaps close ranks", async () => {
    const page = await fresh("beside.html");
    await type(page, filled);
    await dated(page);
    assert.equal(await verdict(page), "send");
    assert.equal(await title(page), "Ready to send");
    const invoice = await page.locator("sts-check").evaluate((e) => e.invoice);
    assert.deepEqual(
      invoice.dettaglioLinee.map((line) => line.prezzoTotale),
      ["60", "5"],
    );
    assert.equal(invoice.id, "7");
    assert.deepEqual(page.wrong, []);
  });

  test("places the host has made are used, also for a list as a whole", async () => {
    const page = await fresh("beside.html");
    await type(page, { ...filled, cf: "PRVNNA80C61X999M", amount: "99" });
    await dated(page);
    assert.match(await page.locator("#of-cf").innerText(), /check character/);
    assert.match(await page.locator("#of-payments").innerText(), /exceed/);
    await type(page, { cf: GOOD.cf, amount: "65" });
    assert.equal((await page.locator("#of-cf").innerText()).trim(), "");
    assert.equal((await page.locator("#of-payments").innerText()).trim(), "");
  });

  test("descriptions of the host stay where ours come and go", async () => {
    const page = await fresh("beside.html");
    await type(page, { number: "a b" });
    assert.match(await described(page, "number"), /as printed.*no blanks/);
    await type(page, { number: "ab" });
    assert.equal(await page.locator("[name=number]").getAttribute("aria-describedby"), "hint");
  });

  test("radio buttons are one field", async () => {
    const page = await fresh("beside.html");
    await type(page, filled);
    await dated(page);
    await page.getByLabel("a company").check();
    assert.equal(await verdict(page), "out_of_scope");
    await page.getByLabel("a person").check();
    assert.equal(await verdict(page), "send");
  });

  test("an invoice of the host takes the place of the fields until it is taken back", async () => {
    const page = await fresh("beside.html");
    await page.locator("sts-check").evaluate((e) => {
      e.invoice = { id: "1", stato: "annullata" };
    });
    await page.locator("sts-check[verdict=out_of_scope]").waitFor();
    await page.locator("sts-check").evaluate((e) => {
      e.invoice = null;
    });
    await page.locator("sts-check[verdict=fix]").waitFor();
  });

  test("a converter of the host has the last word on a field", async () => {
    const page = await fresh("beside.html");
    await page.locator("sts-check").evaluate((e) => {
      e.convert = (path, _control, value) => (path === "numDocumento" ? `A-${value}` : value);
    });
    await type(page, { number: "5" });
    const number = await page.locator("sts-check").evaluate((e) => e.invoice.numDocumento);
    assert.equal(number, "A-5");
  });

  test("an element that leaves takes its words with it", async () => {
    const page = await fresh("beside.html");
    await type(page, { number: "a b", fee: "1.234" });
    await page.locator("form sts-reason:not([path])").first().waitFor();
    await page.locator("sts-check").evaluate((e) => e.remove());
    assert.equal(await page.locator("form sts-reason:not([path])").count(), 0);
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
  });
});

test("without the module the form stays usable and a sentence says what is missing", async () => {
  const page = await context.newPage();
  await page.route("**/*.wasm", (route) => route.abort());
  await page.addInitScript(() => {
    window.failed = 0;
    document.addEventListener("sts-failed", () => (window.failed += 1));
    document.addEventListener("submit", () => (window.submitted = true));
  });
  await page.goto(`${site.origin}/page.html`);
  await page.getByText("Controllo non disponibile").waitFor();
  await type(page, GOOD);
  await page.getByRole("button", { name: "Salva" }).click();
  assert.equal(await page.evaluate(() => window.submitted), true);
  assert.equal(await page.evaluate(() => window.failed), 1, "told once");
  assert.equal(await verdict(page), null);
});

test("when the network is back the module is loaded after all", async () => {
  const page = await context.newPage();
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(`${site.origin}/page.html`);
  await page.getByText("Controllo non disponibile").waitFor();
  await type(page, GOOD);
  await page.unroute("**/*.wasm");
  await context.setOffline(true);
  await context.setOffline(false);
  await page.locator('sts-check[verdict="send"]').waitFor();
});

test("settings that are wrong are named to the developer, and put right without a reload", async () => {
  const page = await fresh();
  await page.locator("sts-check").evaluate((e) => {
    e.good = e.settings;
    e.settings = { ambiente: "test" };
  });
  await page.getByText("Controllo non disponibile").waitFor();
  assert.match(page.wrong.join(), /SETTINGS.*\/profile/);
  await page.locator("sts-check").evaluate((e) => {
    e.settings = e.good;
  });
  await page.locator("sts-check[verdict]").waitFor();
  await page.locator("sts-check").evaluate((e) => {
    e.settings = null;
    e.setAttribute("settings", '{ "cfProprietario": "FNZLGO84B69X999F" ');
  });
  await page.getByText("Controllo non disponibile").waitFor();
  assert.match(page.wrong.join(), /settings is not JSON/);
  assert.doesNotMatch(page.wrong.join(), /FNZLGO/);
});

test("words of a later engine are shown as they come", async () => {
  const page = await fresh();
  await page.locator("sts-check").evaluate((e) => {
    const later = {
      code: "LATER",
      path: "/later",
      severity: "hint",
      it: "Una novità.",
      en: "",
      source: "",
    };
    const judgement = {
      verdict: "later",
      reviewOn: null,
      totale: null,
      esclusi: [],
      scadenza: null,
    };
    e.constructor.sts = { ...e.constructor.sts, check: () => ({ ...judgement, reasons: [later] }) };
    e.refresh();
  });
  assert.equal(await title(page), "Esito sconosciuto");
  assert.match(await page.locator(".reasons").innerText(), /Una novità/);
  assert.deepEqual(page.wrong, []);
});

test("after a bug of the engine the next key finds a new one", async () => {
  const page = await fresh();
  await page.locator("sts-check").evaluate((e) => {
    const { sts, init } = e.constructor;
    window.started = 0;
    e.constructor.init = () => ((window.started += 1), init());
    e.constructor.sts = {
      ...sts,
      check: () => {
        e.constructor.sts = sts;
        throw Object.assign(new Error("a bug"), { code: "PANIC" });
      },
    };
    e.refresh();
  });
  await page.getByText("Controllo non disponibile").waitFor();
  assert.equal(await page.evaluate(() => window.started), 1);
  await type(page, GOOD);
  assert.equal(await verdict(page), "send");
});

test("on a narrow page the verdict is in sight and covers no field in use", async () => {
  const narrow = await chromium.newContext({ viewport: { width: 360, height: 640 } });
  try {
    const { page } = await open(narrow, `${site.origin}/page.html`);
    for (let i = 0; i < 14; i += 1) {
      await page.keyboard.press("Tab");
      const covered = await page.evaluate(() => {
        const { activeElement } = document;
        const panel = document.querySelector("sts-check").shadowRoot.querySelector(".panel");
        const field = activeElement.getBoundingClientRect();
        return activeElement.matches("form *") && field.bottom > panel.getBoundingClientRect().top;
      });
      assert.equal(covered, false, `field ${i}`);
    }
    await page.evaluate(() => window.scrollTo(0, 0));
    assert.ok(await page.locator(".title").isVisible());
    const box = await page.locator(".head").boundingBox();
    assert.ok(box.y + box.height <= 641, "the head is inside the window");
  } finally {
    await narrow.close();
  }
});

test("colours follow the page, and a theme overrules it", async () => {
  const dark = await chromium.newContext({ colorScheme: "dark" });
  try {
    const { page } = await open(dark, `${site.origin}/page.html`);
    const surface = () =>
      page.locator(".panel").evaluate((panel) => getComputedStyle(panel).backgroundColor);
    assert.equal(await surface(), "rgb(23, 27, 32)");
    await page.locator("sts-check").evaluate((e) => e.setAttribute("theme", "light"));
    await page.locator(".panel.light").waitFor();
    assert.equal(await surface(), "rgb(255, 255, 255)");
    // A page without dark colours of its own gets no dark panel.
    await page.evaluate(() => {
      document.querySelector("sts-check").removeAttribute("theme");
      document.documentElement.style.colorScheme = "normal";
    });
    await page.locator(".panel:not(.light)").waitFor();
    assert.equal(await surface(), "rgb(255, 255, 255)");
    await page.locator("sts-check").evaluate((e) => e.setAttribute("theme", "auto"));
    await page.locator(".panel.auto").waitFor();
    assert.equal(await surface(), "rgb(23, 27, 32)");
  } finally {
    await dark.close();
  }
});

test("the looks can be changed by variables and parts", async () => {
  const page = await fresh();
  await page.emulateMedia({ reducedMotion: "reduce" });
  const colours = await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "sts-check { --sts-surface: rgb(1, 2, 3) } sts-check::part(title) { color: rgb(4, 5, 6) }",
    );
    document.adoptedStyleSheets = [sheet];
    const { shadowRoot } = document.querySelector("sts-check");
    return [
      getComputedStyle(shadowRoot.querySelector(".panel")).backgroundColor,
      getComputedStyle(shadowRoot.querySelector(".title")).color,
    ];
  });
  assert.deepEqual(colours, ["rgb(1, 2, 3)", "rgb(4, 5, 6)"]);
});
