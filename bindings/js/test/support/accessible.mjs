import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Asserts that axe finds nothing on a page, and that no contrast stays untold. */
export async function assertAccessible(page, at = "") {
  // A page without its style sheets yet is not what anybody sees.
  await page.waitForLoadState();
  // The tool is evaluated, not loaded, and stays within the policy of the page.
  await page.evaluate(axe);
  const runOnly = { type: "tag", values };
  const { violations, incomplete } = await page.evaluate((only) => window.axe.run(document, { runOnly: only }), runOnly);
  const told = (found) =>
    found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  assert.deepEqual(told(violations), [], at);
  const unsure = incomplete.filter(({ id }) => id === "color-contrast");
  assert.deepEqual(told(unsure), [], `${at} contrast that cannot be told`);
}
