// The web application: what every request passes, and where the screens are.
import { fileURLToPath } from "node:url";

import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";

import { formats } from "./format.mjs";
import { page } from "./page.mjs";
import { nothingHere, problem } from "./problem.mjs";
import { actions } from "./screens/actions.mjs";
import { comparison } from "./screens/comparison.mjs";
import { demo } from "./screens/demo.mjs";
import { document } from "./screens/document.mjs";
import { documents } from "./screens/documents.mjs";
import { home } from "./screens/home.mjs";
import { invoice } from "./screens/invoice.mjs";
import { settings } from "./screens/settings.mjs";
import { transmissions } from "./screens/transmissions.mjs";
import { LANGUAGES, wordsOf } from "./words.mjs";

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join("; ");
const HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
const SAFE = ["GET", "HEAD"];
/** What our forms send; a request without a body says nothing. */
const FORM = /^(application\/x-www-form-urlencoded)?\s*(;|$)/i;
/** Longest body of a form, in bytes. */
const LONGEST = 256 * 1024;
const YEAR = 365 * 24 * 60 * 60;

/**
 * @param office see office.mjs
 * @param database see database.mjs
 * @param simulator the demonstration's simulator (app/demo/simulator.mjs), or null
 */
export function createApp({ office, database, simulator, log = console.error }) {
  const app = new Hono();

  app.use(async (c, next) => {
    await next();
    c.header("content-security-policy", POLICY);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "same-origin");
    c.header("cross-origin-opener-policy", "same-origin");
    c.header("cross-origin-resource-policy", "same-origin");
    if (c.res.headers.get("cache-control") === null) c.header("cache-control", "no-store");
  });

  app.use(async (c, next) => {
    // Another site that has its name point here would come with that name.
    if (!HOSTS.test(c.req.header("host") ?? "")) return c.text("Host", 421);
    if (!SAFE.includes(c.req.method) && !sameOrigin(c)) return c.text("Origin", 403);
    await next();
  });

  const files = (path, folder) =>
    app.use(
      `${path}*`,
      serveStatic({
        root: folder,
        rewriteRequestPath: (asked) => asked.slice(path.length - 1),
        onFound: (_, c) => c.header("cache-control", "no-cache"),
      }),
      (c) => c.notFound(),
    );
  files("/public/", fileURLToPath(new URL("../public/", import.meta.url)));
  files("/libsts/", fileURLToPath(new URL("dist/", import.meta.resolve("libsts/package.json"))));

  app.use(bodyLimit({ maxSize: LONGEST, onError: (c) => c.text("413", 413) }));
  app.use(async (c, next) => {
    if (!SAFE.includes(c.req.method) && !FORM.test(c.req.header("content-type") ?? "")) return c.text("415", 415);
    await next();
  });

  app.use(async (c, next) => {
    const chosen = getCookie(c, "lingua");
    const lang = LANGUAGES.includes(chosen) ? chosen : "it";
    c.set("lang", lang);
    c.set("words", wordsOf(lang));
    c.set("format", formats(lang));
    c.set("office", office);
    c.set("database", database);
    c.set("simulator", simulator);
    // c.render(body, { title, lead, actions, back, scripts, width }): see page.mjs.
    c.setRenderer((body, around) => c.html(page({ ...around, ...common(c), body })));
    // Nothing but the settings makes sense before the holder is known.
    const early = !office.ready && !["/impostazioni", "/lingua", "/dimostrazione"].some((p) => c.req.path.startsWith(p));
    if (early) return c.redirect("/impostazioni", 303);
    await next();
  });

  app.post("/lingua", async (c) => {
    const { lingua, torna } = await c.req.parseBody();
    const lang = LANGUAGES.includes(lingua) ? lingua : "it";
    setCookie(c, "lingua", lang, { path: "/", httpOnly: true, sameSite: "Strict", maxAge: YEAR });
    return c.redirect(local(torna) ?? "/", 303);
  });

  for (const screen of [home, settings, documents, invoice, document, actions, comparison, transmissions]) screen(app);
  if (simulator !== null) demo(app);

  app.notFound(nothingHere);
  app.onError((error, c) => problem(error, c, log));
  return app;
}

/** A path of ours to come back to, and not //elsewhere; otherwise undefined. */
export const local = (path) => (/^\/(?![/\\])[\x21-\x7e]*$/.test(path ?? "") ? path : undefined);

/** What every page has. */
function common(c) {
  const { lang, words, format, office, simulator } = c.var;
  const { pathname, search } = new URL(c.req.url);
  const now = office.now;
  const demo = simulator === null ? undefined : { iso: new Date(now).toISOString(), text: format.time(now) };
  return { lang, words: words.page, path: pathname + search, notice: heard(c), demo };
}

/**
 * Tells the next page to say something: a key of the words `said`, or the way to one of another
 * screen, such as `actions.waiting`, and what it is about.
 */
export function say(c, key, about = {}, tone = "success") {
  setCookie(c, "detto", JSON.stringify({ key, about, tone }), { path: "/", httpOnly: true, sameSite: "Strict", maxAge: 60 });
}

const TONES = ["success", "info", "warning", "error"];

/** What the page before left to be said, as `note` of parts.mjs takes it, once. */
function heard(c) {
  const left = getCookie(c, "detto");
  if (left === undefined) return undefined;
  setCookie(c, "detto", "", { path: "/", httpOnly: true, sameSite: "Strict", maxAge: 0 });
  try {
    const { key, about, tone } = JSON.parse(left);
    const way = key.includes(".") ? key.split(".") : ["said", key];
    const said = way.reduce((words, name) => (Object.hasOwn(Object(words), name) ? words[name] : undefined), c.var.words);
    const text = typeof said === "function" ? said(about) : said;
    return typeof text === "string" && TONES.includes(tone) ? { text, tone } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a request comes from a page of ours. Browsers say so; what says nothing is no browser of today. */
function sameOrigin(c) {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin";
  return c.req.header("origin") === `http://${c.req.header("host")}`;
}

/** How long a page waits for what goes on by itself anyway, in milliseconds. */
const PATIENCE = 4_000;

/** Ends with `work`, or with undefined when that takes long; it goes on all the same. */
export async function patiently(work, milliseconds = PATIENCE) {
  let timer;
  const late = new Promise((done) => (timer = setTimeout(done, milliseconds)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
