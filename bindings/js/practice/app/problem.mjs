// What went wrong, or is not there, as a page.
import { html } from "hono/html";

import { button, empty } from "./parts.mjs";

/** What went wrong in the words of libsts, which hold nothing personal; anything else is a bug. */
export function problem(error, c, log) {
  const known = typeof error?.code === "string" && error.name === "StsError";
  log(`${c.req.method} ${new URL(c.req.url).pathname}: ${known ? `${error.code} ${error.message}` : (error?.stack ?? error)}`);
  const words = c.var.words?.problem;
  if (words === undefined) return c.text("500", 500);
  const alone = error.name === "SimulatorGone";
  c.status(alone ? 503 : 500);
  const body = html`<p>${alone ? words.simulatorGone : words.nothingLost}</p>
    ${known ? html`<p><code>${error.code}</code> ${error.message}</p>` : ""}
    <p><a href="/">${words.back}</a></p>`;
  return c.render(body, { title: words.title });
}

/** An address of nothing. Files are asked for by pages, which need no page about them. */
export function nothingHere(c) {
  const words = c.var.words?.problem;
  if (words === undefined) return c.text("404", 404);
  c.status(404);
  const back = button({ href: "/", text: words.back });
  return c.render(empty({ title: words.notThere, text: words.notThereText, icon: "question", action: back }), { title: words.notThere });
}
