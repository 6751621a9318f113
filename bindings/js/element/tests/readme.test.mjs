// The page that the READMEs print, as printed.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { launch } from "../../test/support/chromium.mjs";
import { open, serve } from "./site.mjs";

test("the page of the README checks an invoice, in at most 20 lines", async () => {
  const printed = async (name) => {
    const readme = await readFile(new URL(name, import.meta.url), "utf8");
    return /^```html\n(.*?)^```/ms.exec(readme)[1];
  };
  const page = await printed("../README.md");
  assert.equal(await printed("../../../../README.md"), page, "the project's own prints the same");
  assert.ok(page.trimEnd().split("\n").length <= 20);
  const [site, chromium] = await Promise.all([serve({ "/start.html": page }), launch()]);
  try {
    const { page, wrong } = await open(await chromium.newContext(), `${site.origin}/start.html`);
    await page.locator("sts-check").evaluate((e) => (e.now = Date.parse("2026-11-23T10:00:00Z")));
    await page.locator(".title", { hasText: "Da completare" }).waitFor();
    const path = (words) => page.locator(`[data-sts="${words}"]`);
    await path("cessionarioCommittente.cfCittadino").pressSequentially("PRVNNA80C61X999L");
    await path("numDocumento").pressSequentially("118/2026");
    await path("dataEmissione").fill("2026-11-16");
    await path("dettaglioLinee[].prezzoTotale").pressSequentially("70,00");
    await page.locator("sts-check[verdict=wait]").waitFor();
    await path("pagamenti[].dataPagamento").fill("2026-11-18");
    await path("pagamenti[].importo").pressSequentially("70,00");
    await page.locator(".title", { hasText: "Pronta per l’invio" }).waitFor();
    assert.deepEqual(wrong, []);
  } finally {
    await chromium.close();
    await site.close();
  }
});
