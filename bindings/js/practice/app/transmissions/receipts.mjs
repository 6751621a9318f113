// The receipts of a protocol on a page: what came, what is missing, and what the errors say.
import { html } from "hono/html";

import { badge, button, empty, notes, section, table } from "../parts.mjs";
import { linkTo, rowsOf } from "./looks.mjs";

const TONES = { errore: "error", segnalazione: "warning", ok: "info" };
const BADGES = { errore: { tone: "fix", icon: "close" }, segnalazione: { tone: "warn" }, ok: { tone: "none" } };

/** @param receipts as libsts gave them; `zip`, `again`: paths that ask anew, for the file and for this page */
export function receiptsPage(c, { receipts, zip, again }) {
  const { words, format, office } = c.var;
  const w = words.transmissions.receipts;
  const problems = receipts.missing.filter(({ code }) => code !== "NO_ERRORS");
  return html`<link rel="stylesheet" href="/public/transmissions.css">
    ${receipts.entries.length === 0
      ? empty({ title: w.nothing, text: w.nothingText, icon: "download", action: button({ href: again, text: words.asking.again, icon: "sync" }) })
      : section({
          title: w.inside,
          lead: w.asked(format.time(office.now)),
          body: html`<ul class="entries">${receipts.entries.map((name) => html`<li><code>${name}</code><br>
              <small class="muted">${w.kinds[name.split(".").at(-1)] ?? ""}</small></li>`)}</ul>
            <div class="buttons">${button({ href: zip, text: w.download, icon: "download", tone: "primary" })}</div>`,
        })}
    ${problems.length > 0 && section({ title: w.missing, bare: true, body: notes(problems.map((one) => missing(c, one))) })}
    ${rows(c, receipts)}`;
}

function missing({ var: { words, lang } }, one) {
  const w = words.transmissions.receipts;
  const detail = one.messaggi.map(({ codice, descrizione }) => html`<p lang="it"><small><code>${codice}</code> ${descrizione}</small></p>`);
  return { tone: TONES[one.severity] ?? "info", text: html`<b>${w.parts[one.what] ?? one.what}.</b> ${one[lang]}`, detail: detail.length > 0 && detail };
}

/** The file of errors, readable. */
function rows(c, { rows: told, unreadable, missing, entries }) {
  const { words, lang, database } = c.var;
  const said = words.transmissions;
  const w = said.receipts;
  if (told.length === 0 && unreadable === 0) {
    const none = missing.some(({ code }) => code === "NO_ERRORS");
    return entries.length > 0 && none ? html`<p>${badge({ tone: "send", text: w.noRows })}</p>` : "";
  }
  const known = rowsOf(database, told.map(({ document }) => document).filter((id) => id !== null));
  return section({
    title: w.rows,
    lead: w.rowsLead,
    bare: true,
    body: html`${table({
      caption: w.rows,
      columns: [
        { label: w.columns.document, kind: "title" },
        { label: w.columns.code },
        { label: w.columns.what },
        { label: w.columns.todo },
      ],
      rows: told.map((row) => ({
        tone: row.severity === "errore" ? "fix" : "warn",
        cells: [
          html`${row.document === null ? row.idSpesa.numDocumento : linkTo(row.document, known.get(row.document), said)}${
            row.tipoSpesa && html`<br><small class="muted">${w.item(row.tipoSpesa)}</small>`}`,
          html`<code>${row.codice}</code>`,
          html`${badge({ ...(BADGES[row.severity] ?? BADGES.ok), text: w.severities[row.severity] ?? row.severity })}
            <p>${row.meaning[lang]}</p><p lang="it"><small class="muted">${said.one.original(row.descrizione)}</small></p>`,
          row.advice[lang],
        ],
      })),
    })}
    ${unreadable > 0 && notes([{ tone: "warning", text: w.unreadable(unreadable) }])}`,
  });
}
