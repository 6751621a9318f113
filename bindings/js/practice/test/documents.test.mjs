// The list of documents and the page of one, as a person uses them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LOOKS, assertSound, open, shot } from "./support/pages.mjs";
import { Practice } from "./support/practice.mjs";

/** A tab of the list, with its count. */
async function tab(page, name) {
  const text = await page.getByRole("navigation", { name: "Quali documenti" }).getByRole("link", { name }).innerText();
  return Number(text.replace(/\D/g, ""));
}

test("S13 S14 S15: the list says at a glance which invoices can be sent and why others cannot", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  const { page, wrong } = await open(t, practice);
  await page.getByRole("link", { name: "Elenco documenti" }).click();
  assert.equal(await page.locator("tbody tr").count(), 24);
  assert.equal(await tab(page, /^Tutti/), 24);
  const ready = await tab(page, /^Da inviare/);
  const waiting = await tab(page, /^In attesa/);
  assert.ok(ready > 0 && waiting > 0);
  await page.getByRole("link", { name: /^In attesa/ }).click();
  assert.equal(await page.locator("tbody tr").count(), waiting);
  assert.match(await page.locator("tbody tr").first().innerText(), /In attesa[\s\S]*non risulta pagato/);
  await assertSound(page);
  assert.deepEqual(wrong, []);
});

test("pictures of the list", async (t) => {
  const practice = await Practice.start(t, { invoices: 24 });
  await practice.logIn();
  for (const { colorScheme, width, name } of LOOKS) {
    const { page, wrong } = await open(t, practice, { colorScheme, width });
    await page.goto("/documenti");
    await assertSound(page);
    await shot(page, `documents-${name}`);
    await page.getByRole("button", { name: /^Azioni/ }).first().click();
    await shot(page, `documents-menu-${name}`);
    await page.keyboard.press("Escape");
    await page.getByRole("rowheader").first().getByRole("link").click();
    await assertSound(page);
    await shot(page, `document-ready-${name}`);
    assert.deepEqual(wrong, []);
  }
});
