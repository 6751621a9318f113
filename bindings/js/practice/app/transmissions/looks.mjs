// How a transmission, its outcomes and the service's messages look.
import { html } from "hono/html";
import { Sts } from "libsts";

import { badge, icon } from "../parts.mjs";

const TRANSMISSIONS = {
  open: { tone: "wait", icon: "sync" },
  answered: { tone: "send" },
  not_sent: { tone: "fix", icon: "stop" },
  unknown: { tone: "warn", icon: "question" },
  recovered: { tone: "send" },
  lost: { tone: "fix", icon: "close" },
};
const ACCEPTANCES = {
  pending: { tone: "wait" },
  accepted: { tone: "send" },
  accepted_with_warnings: { tone: "warn" },
  partly_refused: { tone: "fix", icon: "differ" },
  refused: { tone: "fix", icon: "close" },
  none: { tone: "none" },
};
const NEW = { tone: "none", icon: "info" };

/** The outcome of the sending itself. */
export const transmissionBadge = ({ transmission }, words) =>
  badge({ ...(TRANSMISSIONS[transmission] ?? NEW), text: words.transmissions[transmission] ?? words.transmissions.other });

/** What the service decided of the data. */
export const acceptanceBadge = ({ acceptance }, words) =>
  badge({ ...(ACCEPTANCES[acceptance] ?? NEW), text: words.acceptances[acceptance] ?? words.acceptances.other });

/** The colour of a row's edge: only what a person should look at has one. */
export function toneOf({ acceptance, transmission }) {
  if (["refused", "partly_refused"].includes(acceptance) || ["lost", "not_sent"].includes(transmission)) return "fix";
  if (acceptance === "accepted_with_warnings" || transmission === "unknown") return "warn";
  return undefined;
}

export const operationOf = ({ operation }, words) => words.operations[operation] ?? words.operations.other;

/** What a message means and what to do about it; a fault has no code. */
export const explain = ({ codice, tipo, descrizione }) =>
  codice === "" ? Sts.fault(descrizione) : Sts.explain(codice, tipo || undefined);

const KINDS = [
  { severity: "errore", words: "errors", look: "fix", drawing: "alert" },
  { severity: "segnalazione", words: "warnings", look: "warn", drawing: "warning" },
];

/** Errors and remarks apart from one another, in a line each: code and what it means. */
export function glance(messaggi, words, lang) {
  const told = messaggi.map((messaggio) => ({ ...messaggio, ...explain(messaggio) }));
  return KINDS.map(({ severity, words: name, look, drawing }) => {
    const own = told.filter((one) => one.severity === severity);
    if (own.length === 0) return "";
    return html`<div class="told tone-${look}">${icon(drawing)}<div><b>${words[name]}</b>
      ${own.map(({ codice, meaning }) => html`<p>${codice && html`<code>${codice}</code> `}${meaning[lang]}</p>`)}</div></div>`;
  });
}

/** How many documents ended how; nothing for a single one. */
export function countsOf({ counts, channel }, words, { all = false } = {}) {
  if (channel !== "file" && !all) return "";
  const said = words.counts;
  const items = [
    [counts.inviati, said.sent, "none"],
    [counts.accolti, said.accepted, "send"],
    [counts.segnalati, said.warned, "warn"],
    [counts.scartati, said.refused, "fix"],
  ];
  const shown = items.filter(([n], at) => at === 0 || n > 0);
  return html`<ul class="counts">${shown.map(([n, text, tone]) => html`<li class="tone-${tone}">${text(n)}</li>`)}</ul>`;
}

/** Rows of the practice's documents, by id. */
export function rowsOf(database, ids) {
  const found = new Map();
  for (let at = 0; at < ids.length; at += 500) {
    const some = ids.slice(at, at + 500);
    const marks = some.map(() => "?").join(", ");
    for (const row of database.all(`SELECT id, number, issued, state, view FROM document WHERE id IN (${marks})`, ...some)) {
      found.set(row.id, row);
    }
  }
  return found;
}

/** A document's number with where it is. */
export function linkTo(id, row, words) {
  if (row === undefined) return html`<span class="muted">${words.removed}</span>`;
  return html`<a href="/documenti/${encodeURIComponent(id)}">${row.number || words.noNumber}</a>`;
}

/** When something happens next by itself with one of these documents; null when nothing does. */
export function dueOf(rows) {
  const times = [...rows.values()].map(({ view }) => JSON.parse(view ?? "null")?.due ?? null).filter((due) => due !== null);
  return times.length === 0 ? null : Math.min(...times);
}
