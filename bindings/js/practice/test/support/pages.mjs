// The practice in a browser: what a test opens, and what it holds each page to.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import { assertAccessible } from "../../../test/support/accessible.mjs";
import { launch } from "../../../test/support/chromium.mjs";

const SHOTS = process.env.STS_SHOTS ?? fileURLToPath(new URL("../../../../../target/practice/", import.meta.url));

let launched;
after(async () => (await launched)?.close());

/**
 * A page of the practice, in a browser window of its own, at its Home.
 *
 * @param lang `it` or `en`; scripts: false for a browser that runs none
 * @returns `{ page, asked, wrong }`: what the page asked for, as `GET /documenti`, and what went wrong
 *   on it: errors, warnings, violations of the policy, answers of 500 and above
 */
export async function open(t, practice, { lang = "it", colorScheme = "light", width = 1280, height = 900, scripts = true } = {}) {
  launched ??= launch();
  const context = await (await launched).newContext({
    acceptDownloads: true,
    baseURL: practice.url,
    colorScheme,
    javaScriptEnabled: scripts,
    locale: lang === "it" ? "it-IT" : "en-GB",
    reducedMotion: "reduce",
    viewport: { width, height },
  });
  t.after(() => context.close());
  await context.addCookies([{ name: "lingua", value: lang, url: practice.url }]);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const [asked, wrong] = [[], []];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(message.text());
  });
  page.on("request", (request) => {
    const { origin, pathname, search } = new URL(request.url());
    asked.push(`${request.method()} ${origin === new URL(practice.url).origin ? "" : origin}${pathname}${search}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) wrong.push(`${response.status()} ${response.url()}`);
  });
  await page.goto("/");
  return { page, asked, wrong };
}

/** Asserts what every page keeps to: accessible, nothing wider than the window, one heading. */
export async function assertSound(page, at = page.url()) {
  await assertAccessible(page, at);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `${at}: ${wider} pixels wider than the window`);
  assert.equal(await page.locator("h1").count(), 1, `${at}: one h1`);
}

/** Keeps a picture of the whole page as `target/practice/NAME.png`, or in the folder STS_SHOTS. */
export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.waitForLoadState();
  const before = page.viewportSize();
  await page.evaluate(() => window.scrollTo(0, 0));
  // In one window, as some things stick to its edges.
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: before.width, height: Math.max(height, before.height) });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  await page.setViewportSize(before);
}

/** Light and dark, phone and desktop: `[{ colorScheme, width, name }]`, for `open` and `shot`. */
export const LOOKS = ["light", "dark"].flatMap((colorScheme) =>
  [360, 1280].map((width) => ({ colorScheme, width, name: `${colorScheme}-${width}` })),
);
