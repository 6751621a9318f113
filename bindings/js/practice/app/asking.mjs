// A question to the service that could not be asked, or was not answered.
import { html } from "hono/html";

import { patiently } from "./app.mjs";
import { button, empty, notes } from "./parts.mjs";
import { explain } from "./transmissions/looks.mjs";

/** What is put right in the settings. */
const SETTINGS = ["credentials_not_usable", "paused"];
const TONES = { errore: "error", segnalazione: "warning", ok: "info" };

/** How long a page waits for the service, in milliseconds. */
const PATIENCE = 45_000;

/** What libsts answers to a question for the service; without credentials there is none to ask with. */
export async function ask(office, work, ids = []) {
  try {
    return (await patiently(office.run(work, ids), PATIENCE)) ?? { answer: "asked", outcome: { asked: "slow" } };
  } catch (error) {
    if (error?.code !== "CREDENTIALS_MISSING") throw error;
    return { answer: "asked", outcome: { asked: "credentials_not_usable" } };
  }
}

/**
 * @param title what is not possible now
 * @param answer `asked` or `no_answer` of libsts
 * @param again the path that asks anew
 */
export function notNow(c, { title, answer, again }) {
  const { words, format, lang } = c.var;
  const w = words.asking;
  const { asked = "no_answer", until } = answer.outcome ?? {};
  const said = w[asked] ?? w.other;
  const told = (answer.messaggi ?? []).map((messaggio) => {
    const { severity, meaning, advice } = explain(messaggio);
    const text = html`${messaggio.codice && html`<code>${messaggio.codice}</code> `}${meaning[lang]}`;
    return { tone: TONES[severity] ?? "info", text, detail: advice[lang] };
  });
  const action = SETTINGS.includes(asked)
    ? button({ href: "/impostazioni", text: w.settings, tone: "primary" })
    : asked !== "no_protocollo" && button({ href: again, text: w.again, icon: "sync", tone: "primary" });
  return html`${empty({ title, text: typeof said === "function" ? said(format.time(until)) : said, icon: "clock", action })}
    ${notes(told)}`;
}
