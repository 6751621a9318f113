// A server for the tests: the pages of this folder under the strictest policy that the element
// promises to work with.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = fileURLToPath(new URL("../../dist/", import.meta.url));
const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
].join("; ");

/** Serves this folder at `/` and the built package at `/libsts/`; `extra` adds texts by path. */
export async function serve(extra = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://page").pathname);
    const headers = { "content-security-policy": POLICY, "cache-control": "no-store" };
    try {
      const file = path.startsWith("/libsts/") ? join(PACKAGE, path.slice(8)) : join(HERE, path);
      const body = extra[path] ?? (await readFile(file));
      headers["content-type"] = TYPES[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, headers).end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((closed) => server.close(closed)),
  };
}

/** An invoice as its fields hold it when it can go. */
export const GOOD = {
  cf: "PRVNNA80C61X999L",
  numero: "118/2026",
  emissione: "16/11/2026",
  importo: "80,00",
  cassa: "1,60",
  bollo: "2,00",
  totale: "83,60",
  pagata: "18/11/2026",
  pagato: "83,60",
};

/** Types into the fields of the form, key by key, and leaves the last one. */
export async function type(page, values) {
  for (const [name, text] of Object.entries(values)) {
    const field = page.locator(`[name=${name}]`).first();
    await field.fill("");
    await field.pressSequentially(text);
  }
  await page.evaluate(() => document.activeElement?.blur());
}

/** Puts values into the fields at once, as a host's program or a paste does. */
export async function fill(page, values) {
  for (const [name, text] of Object.entries(values)) {
    await page.locator(`[name=${name}]`).first().fill(text);
  }
  await page.evaluate(() => document.activeElement?.blur());
}

/** A page with the element, ready, and what went wrong on it. */
export async function open(context, url) {
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(message.text());
  });
  await page.goto(url);
  await page.locator("sts-check[verdict]").first().waitFor({ state: "attached" });
  return { page, wrong };
}
