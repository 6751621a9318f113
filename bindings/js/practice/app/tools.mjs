// What a person can do with a document, and how its state is told in short. Which tools come first
// is a matter of looks: all of them can be used at any time, and libsts says what comes of it.
import { html } from "hono/html";
import { Sts } from "libsts";

import { icon, stateLook } from "./parts.mjs";

/** All, in the order in which they are always shown. */
export const TOOLS = [
  "invia",
  "modifica",
  "dettagli",
  "reinvia",
  "aggiorna",
  "cancella",
  "rimborso",
  "risincronizza",
  "elimina",
];
const ICONS = {
  invia: "send",
  modifica: "edit",
  dettagli: "document",
  reinvia: "send",
  aggiorna: "sync",
  cancella: "close",
  rimborso: "refund",
  risincronizza: "differ",
  elimina: "trash",
};
const CHANGING = ["dettagli", "risincronizza"];
const USUAL = {
  ready: ["invia", "modifica", "dettagli", "elimina"],
  queued: ["dettagli", "modifica"],
  sending: ["dettagli"],
  handed_in: ["dettagli"],
  unknown: CHANGING,
  changing: ["dettagli", "modifica"],
  accepted: ["dettagli", "modifica", "cancella", "rimborso", "elimina"],
  accepted_with_warnings: ["dettagli", "modifica", "cancella", "rimborso", "elimina"],
  refused: ["modifica", "aggiorna", "invia", "dettagli", "elimina"],
  conflict: ["dettagli", "aggiorna", "cancella", "risincronizza"],
  changed_after_sending: ["modifica", "aggiorna", "risincronizza", "dettagli"],
  change_refused: ["modifica", "aggiorna", "risincronizza", "dettagli"],
  cancelled: ["invia", "modifica", "dettagli", "elimina"],
  given_up: ["invia", "risincronizza", "dettagli"],
};
const OTHERWISE = ["modifica", "dettagli", "elimina"];

/**
 * The tools for a document, as `actions` of parts.mjs takes them: first those that are usual in its
 * state, then the others.
 * @param {string} back the path to come back to
 */
export function toolsFor(row, words, back) {
  const usual = row.deleting ? ["dettagli", "elimina"] : (USUAL[row.state] ?? OTHERWISE);
  const path = `/documenti/${encodeURIComponent(row.id)}`;
  const item = (name) => {
    const look = { name, icon: ICONS[name], ...words.tools[name] };
    if (name === "dettagli") return { ...look, href: path };
    if (name === "modifica") return { ...look, href: `${path}/modifica` };
    if (name === "rimborso") return { ...look, href: `${path}/rimborso` };
    if (name === "elimina") return { ...look, href: `${path}/azioni/elimina`, tone: "danger" };
    return { ...look, action: `${path}/azioni/${name}`, fields: { torna: back } };
  };
  // What was deleted here is not edited any more.
  const possible = row.deleting ? TOOLS.filter((name) => !["modifica", "rimborso"].includes(name)) : TOOLS;
  return {
    usual: possible.filter((name) => usual.includes(name)).map(item),
    others: possible.filter((name) => !usual.includes(name)).map(item),
  };
}

/** The state of a row in a word, as `badge` of parts.mjs takes it. */
export function stateOf(row, words) {
  const look = (tone, key, icon) => ({ tone, text: words.states[key], icon });
  if (row.problem !== null) return look("fix", "unreadable");
  if (row.deleting === 2 && row.state === "change_refused") return look("fix", "deletionRefused", "close");
  if (row.deleting === 2 && row.state === "changed_after_sending") return look("fix", "deletionStuck", "stop");
  if (row.deleting !== 0) return look("wait", "deleting", "trash");
  if (row.state === null) return look("wait", "untold", "sync");
  return { ...stateLook(row.state), text: words.states[row.state] ?? words.states.other };
}

/** What a message of the service means and what to do about it; many documents have the same. */
const explained = new Map();
export function explain(codice, tipo) {
  const key = `${tipo}|${codice}`;
  let found = explained.get(key);
  if (found === undefined) {
    if (explained.size > 1_000) explained.clear();
    explained.set(key, (found = Sts.explain(codice, tipo || undefined)));
  }
  return found;
}

const USABLE = ["proven", "untested"];

/** The notice about what lets nothing leave at all, as `note` of parts.mjs takes it; undefined when there is none. */
export function blockedBy({ credentials, paused, notices }, { lang, words }) {
  if (USABLE.includes(credentials.standing) && !paused) return undefined;
  // The gravest comes first.
  return notices[0] && { tone: "error", text: notices[0][lang], action: { href: "/impostazioni", text: words.tools.settings } };
}

const GRAVITY = ["error", "warning", "info"];

/** The first thing to know of a document, as a sentence of libsts; undefined when there is none. */
export function glance(view, lang) {
  if (!view) return undefined;
  const message = view.messaggi.find(({ codice, tipo }) => explain(codice, tipo).severity !== "ok");
  if (message !== undefined) return explain(message.codice, message.tipo).meaning[lang];
  const grave = (reason) => (GRAVITY.indexOf(reason.severity) + 3) % 3;
  return [...view.reasons].sort((a, b) => grave(a) - grave(b))[0]?.[lang];
}

const DAY = 86_400_000;
/** From how many days on a deadline is worth a line in the list. */
const NEAR = 30;

/** The deadline of what is still to be sent, in a line, when it is near or past. */
export function dueLine({ var: { office, words, format } }, row) {
  if (row.deadline === null || !["da-inviare", "da-correggere", "rifiutati"].includes(row.shelf)) return undefined;
  const days = Math.round((Date.parse(row.deadline) - Date.parse(Sts.data(office.now).data)) / DAY);
  if (days > NEAR) return undefined;
  const w = words.documents;
  const text = days < 0 ? w.late(format.day(row.deadline)) : w.deadline(format.day(row.deadline), days);
  return html`<p class="due tone-${days < 0 ? "fix" : "warn"}">${icon("calendar")}${text}</p>`;
}
