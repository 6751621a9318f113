// Every state in light and dark, narrow and wide: checked by axe and kept as a picture to look at,
// in the folder that STS_SHOTS names, or else in target/element.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertAccessible } from "../../test/support/accessible.mjs";
import { launch } from "../../test/support/chromium.mjs";
import { fill, GOOD, serve } from "./site.mjs";

const SHOTS =
  process.env.STS_SHOTS ?? fileURLToPath(new URL("../../../../target/element/", import.meta.url));
const set = (page, name, value) =>
  page.locator("sts-check").evaluate((e, [n, v]) => e.setAttribute(n, v), [name, value]);

/** How each state comes about, and the words of its panel. */
const STATES = {
  loading: { words: "Preparo il controllo", wasm: "never" },
  failed: { words: "Controllo non disponibile", wasm: "abort" },
  incomplete: { words: "Da completare", act: async () => {} },
  send: {
    words: "Pronta per l’invio",
    act: async (page) => {
      await fill(page, GOOD);
      await page.getByText("Che cosa sarà inviato").click();
      await page.locator("dl").getByText("118/2026").waitFor();
    },
  },
  "send-warning": {
    words: "merita un’occhiata",
    act: (page) => fill(page, { ...GOOD, bollo: "", totale: "81,60", pagato: "81,60" }),
  },
  "send-late": {
    words: "Sanzione",
    act: async (page) => {
      await fill(page, GOOD);
      await set(page, "now", "2027-02-04T10:00:00Z");
    },
  },
  "send-soon": {
    words: "mancano 3 giorni",
    act: async (page) => {
      await fill(page, GOOD);
      await set(page, "now", "2027-01-29T10:00:00Z");
    },
  },
  wait: { words: "In attesa", act: (page) => fill(page, { ...GOOD, pagata: "", pagato: "" }) },
  "wait-review": {
    words: "l’esito cambia da solo",
    act: (page) => fill(page, { ...GOOD, pagata: "30/11/2026" }),
  },
  fix: {
    words: "3 punti da sistemare",
    act: (page) =>
      fill(page, { ...GOOD, cf: "PRVNNA80C61X999M", numero: "118 / 2026", totale: "80,00" }),
  },
  "fix-all": {
    words: "Da correggere",
    act: (page) => page.getByRole("button", { name: "Salva" }).click(),
  },
  out_of_scope: {
    words: "non serve fare nulla",
    act: async (page) => {
      await fill(page, GOOD);
      await page.getByLabel("Persona fisica").uncheck();
    },
  },
  closed: {
    words: "Il termine era",
    act: (page) => fill(page, { ...GOOD, emissione: "18/12/2025", pagata: "18/12/2025" }),
  },
  english: {
    words: "Needs correction",
    act: async (page) => {
      await set(page, "lang", "en");
      await fill(page, { ...GOOD, cf: "PRVNNA80C61X999M", emissione: "" });
    },
  },
};

let site, chromium;
before(async () => {
  [site, chromium] = await Promise.all([serve(), launch()]);
  await mkdir(SHOTS, { recursive: true });
});
after(async () => {
  await chromium?.close();
  await site?.close();
});

for (const [name, { words, wasm, act }] of Object.entries(STATES)) {
  describe(name, () => {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [360, 1280]) {
        test(`${colorScheme}, ${width} pixels wide: said, and accessible`, () =>
          looked(name, words, wasm, act, colorScheme, width));
      }
    }
  });
}

async function looked(name, words, wasm, act, colorScheme, width) {
  const viewport = { width, height: 740 };
  const context = await chromium.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    if (wasm)
      await page.route("**/*.wasm", (route) => (wasm === "abort" ? route.abort() : undefined));
    await page.goto(`${site.origin}/page.html`);
    if (act) {
      await page.locator("sts-check[verdict]").waitFor({ state: "attached" });
      await act(page);
    }
    await page.locator(".panel", { hasText: words }).waitFor();
    const file = (kind) => join(SHOTS, `${name}-${colorScheme}-${kind}.png`);
    await page.evaluate(() => window.scrollTo(0, 0));
    if (width === 360) await page.screenshot({ path: file("360-window") });
    // The whole page in one window, as the panel sticks to its foot.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: file(width) });
    const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(scrolls, false, "nothing is wider than the page");
    await assertAccessible(page);
  } finally {
    await context.close();
  }
}
