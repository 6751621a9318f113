// One transmission: what was sent, what became of it, its receipts.
import { html } from "hono/html";
import { Sts } from "libsts";

import { button, disclosure, facts, notes, section, table, time } from "../parts.mjs";
import { acceptanceBadge, countsOf, dueOf, explain, glance, linkTo, operationOf, rowsOf, transmissionBadge } from "./looks.mjs";

const TONES = { errore: "error", segnalazione: "warning", ok: "info" };
const ORDER = ["errore", "segnalazione", "ok"];

export function one(c, it) {
  const { words, format, lang, database } = c.var;
  const said = words.transmissions;
  const w = said.one;
  const rows = rowsOf(database, it.documents);
  const at = (when) => time(new Date(when).toISOString(), format.time(when));
  const pending = it.acceptance === "pending" ? (dueOf(rows) ?? c.var.office.nextLook) : null;
  return html`<link rel="stylesheet" href="/public/transmissions.css">
    ${section({
      title: w.outcomes,
      body: html`<div class="outcomes">
        <div><h3>${w.transmission}</h3>${transmissionBadge(it, said)}
          <p>${said.transmissionMeanings[it.transmission] ?? said.transmissionMeanings.other}</p></div>
        <div><h3>${w.acceptance}</h3>${acceptanceBadge(it, said)}
          <p>${said.acceptanceMeanings[it.acceptance] ?? said.acceptanceMeanings.other}
            ${pending !== null && w.next(format.time(Math.max(pending, c.var.office.now)))}</p>
          ${countsOf(it, said)}</div>
      </div>`,
    })}
    ${messages(it.messaggi, w, lang)}
    ${receipts(it, w)}
    ${section({
      title: w.facts,
      body: facts([
        { term: w.at, value: at(it.at) },
        { term: w.operation, value: html`${operationOf(it, said)}. ${said.operationMeanings[it.operation] ?? ""}` },
        { term: w.document, value: it.documents.length === 1 ? linkTo(it.documents[0], rows.get(it.documents[0]), said) : null },
        { term: w.channel, value: it.channel === "file" ? said.channels.file(it.documents.length) : said.channels.sync },
        { term: w.protocol, value: it.protocollo === null ? said.protocolNone : html`<code>${it.protocollo}</code>` },
        { term: w.file, value: it.file && html`<code>${it.file.nomeFile}</code>` },
        { term: w.fileState, value: it.file && fileState(it.file, w, lang) },
        { term: w.settled, value: it.settledAt === null ? null : at(it.settledAt) },
      ]),
    })}
    ${it.documents.length > 1 && documents(c, it, rows)}
    ${disclosure({
      title: w.support,
      hint: w.supportHint,
      body: facts([
        { term: w.numberOf, value: String(it.number) },
        { term: w.request, value: html`<code>${it.requestDigest}</code>` },
        { term: w.response, value: it.responseDigest && html`<code>${it.responseDigest}</code>` },
      ]),
    })}`;
}

function fileState({ stato }, w, lang) {
  if (stato === null) return w.fileStateNone;
  const { meaning, advice } = Sts.fileState(String(stato));
  return html`${meaning[lang]} ${advice[lang]}`;
}

/** Each message with what it means and what to do, the gravest first. */
function messages(messaggi, w, lang) {
  if (messaggi.length === 0) return "";
  const told = messaggi.map((messaggio) => ({ messaggio, ...explain(messaggio) }));
  told.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return section({
    title: w.messages,
    bare: true,
    body: notes(
      told.map(({ messaggio, severity, meaning, advice }) => ({
        tone: TONES[severity] ?? "info",
        text: html`${messaggio.codice && html`<code>${messaggio.codice}</code> `}${meaning[lang]}`,
        detail: html`<p>${advice[lang]}</p>${messaggio.descrizione && html`<p lang="it"><small>${w.original(messaggio.descrizione)}</small></p>`}`,
      })),
    ),
  });
}

function receipts({ number, protocollo }, w) {
  const body =
    protocollo === null
      ? html`<p>${w.receiptsNone}</p>`
      : html`<p>${w.receiptsText}</p>
        <div class="buttons">
          ${button({ href: `/invii/${number}/ricevute`, text: w.download, icon: "download", tone: "primary" })}
          ${button({ href: `/invii/${number}/ricevute?leggi=1`, text: w.read })}
        </div>`;
  return section({ title: w.receipts, body, id: "ricevute" });
}

/** What each document of it came to, where this was its last transmission. */
function documents(c, it, rows) {
  const { words, format, lang } = c.var;
  const said = words.transmissions;
  const w = said.one;
  return section({
    title: w.documents,
    bare: true,
    body: table({
      caption: w.documents,
      columns: [{ label: w.number, kind: "title" }, { label: w.issued, kind: "date" }, { label: w.result }],
      rows: byDay(it.documents, rows).map((id) => {
        const row = rows.get(id);
        const view = JSON.parse(row?.view ?? "null");
        const last = view?.transmissions.at(-1) === it.number;
        const result =
          row === undefined
            ? w.resultGone
            : !last
              ? w.resultLater
              : html`${outcomeOf(view, said)}${glance(view.messaggi, said, lang)}`;
        return { cells: [linkTo(id, row, said), row?.issued ? time(row.issued, format.day(row.issued)) : "", result] };
      }),
    }),
  });
}

/** In the order of the days they were issued on; those that are no longer here come last. */
function byDay(documents, rows) {
  const day = (id) => rows.get(id)?.issued || "9999";
  return [...documents].sort((a, b) => day(a).localeCompare(day(b)));
}

/** States of documents as outcomes of a file. */
const OUTCOMES = { handed_in: "pending", accepted: "accepted", accepted_with_warnings: "accepted_with_warnings", refused: "refused" };

function outcomeOf({ state }, said) {
  return state in OUTCOMES ? acceptanceBadge({ acceptance: OUTCOMES[state] }, said) : "";
}
