// Errors, as a page.
import { html } from "hono/html";

/** What went wrong in the words of libsts, which hold nothing personal; anything else is a bug. */
export function problem(error, c, log) {
  const known = typeof error?.code === "string" && error.name === "StsError";
  log(`${c.req.method} ${new URL(c.req.url).pathname}: ${known ? `${error.code} ${error.message}` : (error?.stack ?? error)}`);
  const words = c.var.words?.problem;
  if (words === undefined) return c.text("500", 500);
  c.status(500);
  const body = html`<p>${words.nothingLost}</p>
    ${known ? html`<p><code>${error.code}</code> ${error.message}</p>` : ""}
    <p><a href="/">${words.back}</a></p>`;
  return c.render(body, { title: words.title });
}
