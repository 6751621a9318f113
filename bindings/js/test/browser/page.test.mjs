// What works in a page, in Chromium: the questions, the store of the browser, times, privacy.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "vite";

import { browser, serve } from "../support/browser.mjs";
import { folder } from "../support/folder.mjs";
import { difference } from "../support/part.mjs";
import { PROFILE, invoice } from "../support/simulator.mjs";
import { jsonFiles } from "../support/workspace.mjs";

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** A page over the package, with this module of its own; everything it logs or fails at. */
async function page(t, script, { root = folder(t), chromium } = {}) {
  cpSync(join(PACKAGE, "dist"), join(root, "dist"), { recursive: true });
  const head = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${CSP}">`;
  writeFileSync(join(root, "index.html"), `${head}<title>a</title><script type="module" src="main.js"></script>`);
  writeFileSync(join(root, "main.js"), script);
  const served = await serve(t, root);
  const opened = await (chromium ?? (await browser(t))).newPage();
  const errors = [];
  opened.on("pageerror", (error) => errors.push(String(error)));
  opened.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await opened.goto(served.url);
  return { opened, errors, ...served };
}

const VECTORS = jsonFiles("fixtures/vectors").flatMap(({ name, file }) =>
  file.cases.map((one) => ({ ...one, name: `${name}/${one.id}: ${one.comment}` })),
);

for (const entry of ["check", "browser"]) {
  test(`the vectors over the entry ${entry}`, async (t) => {
    const script = `import { Sts, init } from "./dist/${entry}.js";
      await init(); window.asked = (all) => all.map(({ ask, question }) => Sts.ask(ask, question)); window.ready = true;`;
    const { opened, errors } = await page(t, script);
    await opened.waitForFunction(() => window.ready);
    const questions = VECTORS.map(({ ask, question }) => ({ ask, question }));
    const answers = await opened.evaluate((all) => window.asked(all), questions);
    for (const [i, { name, expect }] of VECTORS.entries()) {
      await t.test(`the vector ${name}`, () => assert.equal(difference(expect, answers[i], "", false), null));
    }
    assert.deepEqual(errors, []);
  });
}

test("the store of the browser keeps the rules of a store", async (t) => {
  const script = `import { IndexedDbStore } from "./dist/browser.js";
    import { checkSharedStore, checkStore, storeRules } from "./dist/testing.js";
    let stores = 0;
    window.rules = storeRules;
    window.check = (rule) => checkStore(() => IndexedDbStore.open("a" + (stores += 1)), rule);
    window.checkShared = () => checkSharedStore(() => IndexedDbStore.open("shared"));
    window.ready = true;`;
  const { opened, errors } = await page(t, script);
  await opened.waitForFunction(() => window.ready);
  for (const rule of await opened.evaluate("window.rules")) {
    await t.test(rule, () => opened.evaluate((rule) => window.check(rule), rule));
  }
  await t.test("connections exclude each other", () => opened.evaluate("window.checkShared()"));
  assert.deepEqual(errors, []);
});

test("the engine works in a page, over the store of the browser", async (t) => {
  const script = `import { Driver, IndexedDbStore } from "./dist/browser.js";
    window.save = async (settings, invoice) => {
      const http = { perform: () => Promise.resolve({ end: "not_sent" }) };
      using driver = new Driver({ settings, http, store: await IndexedDbStore.open("practice") });
      await driver.save([invoice]);
      return (await driver.document(invoice.id)).document.state;
    }; window.ready = true;`;
  const { opened, errors } = await page(t, script);
  await opened.waitForFunction(() => window.ready);
  const settings = { ambiente: "test", profile: PROFILE };
  const state = await opened.evaluate(([a, b]) => window.save(a, b), [settings, invoice("1")]);
  assert.equal(state, "ready");
  assert.deepEqual(errors, []);
});

test("the first check is there at once, the next ones sooner, and none asks the network", async (t) => {
  const script = `import { Sts, init } from "./dist/check.js";
    const profile = ${JSON.stringify(PROFILE)}, invoice = ${JSON.stringify(invoice("1"))};
    await init();
    Sts.check(invoice, profile);
    const first = performance.now();
    const times = [];
    for (let i = 0; i < 200; i += 1) {
      const began = performance.now();
      Sts.check({ ...invoice, id: String(i) }, profile);
      times.push(performance.now() - began);
    }
    addEventListener("load", () => setTimeout(() => done()));
    const done = () => {
      const [{ loadEventEnd }] = performance.getEntriesByType("navigation");
      if (loadEventEnd > 0) window.times = { first: first - loadEventEnd, next: times.sort((a, b) => a - b)[100] };
    };
    if (document.readyState === "complete") setTimeout(done);
    window.again = () => Sts.check(invoice, profile).verdict;`;
  const chromium = await browser(t);
  const measured = [];
  for (let i = 0; i < 5; i += 1) {
    const { opened, errors, asked } = await page(t, script, { chromium, root: folder(t) });
    await opened.waitForFunction(() => window.times);
    measured.push(await opened.evaluate("window.times"));
    asked.length = 0;
    await opened.context().setOffline(true);
    assert.equal(await opened.evaluate("window.again()"), "send");
    assert.deepEqual([asked, errors], [[], []]);
    await opened.close();
  }
  const best = (name) => Math.min(...measured.map((one) => one[name]));
  t.diagnostic(`measured first check ${best("first").toFixed(1)} ms after navigation end, later ones ${(best("next") * 1000).toFixed(0)} µs`);
  assert.ok(best("first") <= 50, `${best("first")} ms after navigation end`);
  assert.ok(best("next") < 1, `${best("next")} ms`);
});

/** A consumer's folder with the packed package in it. */
function consumer(t, name) {
  const root = folder(t);
  cpSync(join(PACKAGE, "test/consumers", name), root, { recursive: true });
  mkdirSync(join(root, "node_modules/libsts"), { recursive: true });
  for (const file of ["package.json", "dist"]) {
    cpSync(join(PACKAGE, file), join(root, "node_modules/libsts", file), { recursive: true });
  }
  return root;
}

test("a plain page with a strict policy, and one built by Vite, import it", async (t) => {
  const [plain, vite] = [consumer(t, "page"), consumer(t, "vite")];
  await build({ root: vite, logLevel: "error", build: { target: "es2022" } });
  const chromium = await browser(t);
  for (const root of [plain, join(vite, "dist")]) {
    const { url } = await serve(t, root);
    const opened = await chromium.newPage();
    await opened.goto(url);
    await opened.waitForFunction(() => document.title === "valid", undefined, { timeout: 10_000 });
  }
});

// The one has the limit of issue 5; the other what it weighs today and a little more, see wasm/README.md.
const MOST = { sts: 418_000, check: 80_000 };

test("the modules do not grow unnoticed", (t) => {
  for (const [name, most] of Object.entries(MOST)) {
    const file = join(PACKAGE, `dist/${name}.wasm`);
    const gzipped = execFileSync("gzip", ["-9", "-c", file], { maxBuffer: 1 << 26 }).length;
    t.diagnostic(`measured ${name}.wasm: ${readFileSync(file).length} bytes, ${gzipped} gzipped`);
    assert.ok(gzipped <= most, `${name}.wasm: ${gzipped} bytes gzipped, more than ${most}`);
  }
});
