import { html } from "hono/html";
import { Sts } from "libsts";

import { one } from "../documents.mjs";
import { amount, badge, button, disclosure, empty, facts, icon, note, notes, post, section, time, timeline } from "../parts.mjs";
import { blockedBy, dueLine, explain, stateOf, toolsFor } from "../tools.mjs";

/** All about one document. */
export function document(app) {
  app.get("/documenti/:id", async (c) => {
    const id = c.req.param("id");
    const row = one(c.var.database, id);
    if (row === undefined) return notThere(c);
    const { status } = await c.var.office.desk.status(id);
    const { health } = await c.var.office.desk.health();
    const w = c.var.words.document;
    const invoice = JSON.parse(row.invoice);
    const held = status ? blocked(c, status, health) : undefined;
    const scadenza = status?.scadenza ?? deadlineOf(c, row);
    // What was edited and not told yet is judged in a moment; what libsts says is of before.
    const settled = row.problem === null && row.deleting === 0;
    return c.render(
      html`${standing(c, row, status)}
        ${held && html`<div class="blocked">${note(held)}</div>`}
        <div class="two">
          <div class="said-of-it">
            ${settled && status && reasons(c, row, status)}
            ${status && messages(c, row, status)}
            ${settled && status && plan(c, status, held !== undefined)}
          </div>
          <div class="beside">
            ${tools(c, row)}
            ${scadenza && deadline(c, row, scadenza)}
          </div>
          <div class="kept">
            ${data(c, row, invoice, status)}
            ${status && history(c, status)}
          </div>
        </div>`,
      {
        title: invoice.fatturaCollegata ? w.creditNote(row.number) : w.title(row.number),
        back: { href: "/documenti", text: w.back },
      },
    );
  });
}

/** The page for a document that is not there. */
export function notThere(c) {
  const w = c.var.words.document;
  c.status(404);
  return c.render(
    empty({ title: w.gone, text: w.goneText, icon: "question", action: button({ href: "/documenti", text: w.back }) }),
    { title: w.title(""), back: { href: "/documenti", text: w.back } },
  );
}

function sentence(c, row, status) {
  const w = c.var.words.document;
  if (row.problem !== null) return w.unreadable;
  if (row.deleting === 2 && row.state === "change_refused") return w.deletionRefused;
  if (row.deleting === 2 && row.state === "changed_after_sending") return w.deletionStuck;
  if (row.deleting !== 0) return w.deleting;
  if (status === null || row.told !== row.version) return w.untold;
  return status[c.var.lang];
}

function standing(c, row, status) {
  const { protocollo } = status?.document ?? {};
  return html`<div class="standing card">
    <p>${badge(stateOf(row, c.var.words))}${protocollo && html` <span class="protocol">${c.var.words.document.protocollo(protocollo)}</span>`}</p>
    <p class="sentence">${sentence(c, row, status)}</p>
    ${dueLine(c, row)}
  </div>`;
}

const WANTED = ["queued", "changing", "unknown", "handed_in"];
/** What keeps everything from leaving, when this document waits for it to leave. */
function blocked(c, { document }, health) {
  return WANTED.includes(document.state) ? blockedBy(health, c.var) : undefined;
}

const TONES = { error: "error", warning: "warning", info: "info" };

function reasons(c, row, { document: { reasons } }) {
  if (reasons.length === 0) return "";
  const { lang, words } = c.var;
  const w = words.document;
  return section({
    title: w.reasons,
    bare: true,
    body: html`${notes(reasons.map((reason) => ({
      tone: TONES[reason.severity] ?? "info",
      label: w.severity[reason.severity],
      text: html`${fieldOf(reason.path, w)}${reason[lang]}`,
    })))}
    ${reasons.some(({ severity }) => severity === "error") && html`<div class="buttons">${button({
      href: `/documenti/${encodeURIComponent(row.id)}/modifica`, text: w.fix, icon: "edit", tone: "primary" })}</div>`}`,
  });
}

/** The field that a reason is about, as a person knows it: «Importo, riga 2». */
function fieldOf(path, w) {
  const parts = path.split("/").filter(Boolean);
  const name = parts.filter((part) => !/^\d+$/.test(part)).at(-1);
  if (name === undefined || w.fields[name] === undefined) return "";
  const at = parts.find((part) => /^\d+$/.test(part));
  return html`<b>${w.fields[name]}${at !== undefined && Number(at) > 0 && `, ${w.row(Number(at) + 1)}`}.</b> `;
}

const MESSAGE_TONES = { errore: "error", segnalazione: "warning", ok: "success" };

function messages(c, row, { document: { messaggi } }) {
  if (messaggi.length === 0) return "";
  const { lang, words } = c.var;
  const w = words.document;
  return section({
    title: w.messages,
    bare: true,
    body: notes(messaggi.map(({ codice, tipo, descrizione }) => {
      const { severity, meaning, advice } = explain(codice, tipo);
      return {
        tone: MESSAGE_TONES[severity] ?? "info",
        text: html`<b>${codice}</b> ${meaning[lang]}`,
        detail: html`<p>${advice[lang]}</p>${descrizione && html`<p lang="it">${w.words(descrizione)}</p>`}`,
      };
    })),
  });
}

function plan(c, { document, plan }, held) {
  const { lang, words, format } = c.var;
  const w = words.document;
  return section({
    title: w.next,
    body: html`<p>${plan[lang]}</p>
      ${plan.steps.length > 1 && html`<ol class="steps">${plan.steps.map(({ operation, idSpesa }) =>
        html`<li>${w.steps[operation] ?? w.steps.other} ${w.stepOf(idSpesa.numDocumento)}</li>`)}</ol>`}
      ${document.due > c.var.office.now && !held && html`<p class="due">${icon("clock")}${w.due(format.time(document.due))}</p>`}
      ${document.saveAgain && html`<p>${w.saveAgain}</p>`}`,
  });
}

/** The deadline of what must be corrected first, which libsts does not keep. */
function deadlineOf({ var: { office } }, { shelf, paid }) {
  if (shelf !== "da-correggere" || paid === null) return null;
  return Sts.data(paid).valid ? Sts.scadenza(paid, office.settings, office.now).scadenza : null;
}

function deadline(c, row, scadenza) {
  const { words, format, office } = c.var;
  const w = words.document;
  const f = w.deadlineFacts;
  const { stake, stato } = scadenza;
  const day = (iso) => time(iso, format.longDay(iso));
  const costs = Number(stake.perDocumento) > 0;
  // What is there has nothing to lose by the deadline.
  const waits = row.shelf !== "accettati";
  const free = stake.senzaSanzioneFinoAl >= Sts.data(office.now).data;
  return section({
    title: w.deadline,
    body: facts([
      { term: f.by, value: html`${day(scadenza.scadenza)}${scadenza.expected && html` (${w.expected})`}` },
      { term: f.state, value: w.years[stato] ?? w.years.other },
      { term: f.stake, value: !waits ? null : costs ? w.stake(format.money(stake.perDocumento)) : w.noStake },
      { term: f.most, value: waits && costs ? format.money(stake.massimo) : null },
      { term: f.reduced, value: waits && costs ? day(stake.ridottaFinoAl) : null },
      { term: f.free, value: free ? day(stake.senzaSanzioneFinoAl) : null },
      { term: f.close, value: day(scadenza.chiusura) },
    ]),
  });
}

/** How a transmission ended, for this document as well as one can tell from the row of the registry. */
function outcomeOf({ transmission, acceptance }) {
  if (["not_sent", "lost", "unknown", "open"].includes(transmission)) return transmission;
  return acceptance;
}

const OUTCOME_ICONS = { refused: "close", not_sent: "stop", lost: "stop", unknown: "question", open: "sync" };
const OUTCOME_TONES = {
  accepted: "send",
  accepted_with_warnings: "warn",
  partly_refused: "warn",
  refused: "fix",
  not_sent: "none",
  lost: "none",
  unknown: "warn",
};

function history(c, { history }) {
  const { words, format } = c.var;
  const w = words.document;
  return section({
    title: w.history,
    body: history.length === 0 ? html`<p>${w.noHistory}</p>` : timeline(history.map((row) => {
      const outcome = outcomeOf(row);
      return {
        tone: OUTCOME_TONES[outcome] ?? "wait",
        icon: OUTCOME_ICONS[outcome],
        title: `${w.operations[row.operation] ?? w.operations.other}: ${w.outcomes[outcome] ?? w.outcomes.other}`,
        when: time(new Date(row.at).toISOString(), format.time(row.at)),
        body: html`${row.protocollo && html`<p>${w.protocollo(row.protocollo)}</p>`}
          <p><a href="/invii/${row.number}">${w.transmission(row.number)}</a></p>`,
      };
    })),
  });
}

/** What a person comes for in a state, where there is one thing to do. */
const FIRST = { ready: "invia", given_up: "invia", refused: "modifica", change_refused: "modifica" };

function tools(c, row) {
  const { words } = c.var;
  const w = words.document;
  const { usual, others } = toolsFor(row, words, `/documenti/${encodeURIComponent(row.id)}`);
  const list = (items) =>
    html`<ul class="tools">${items.filter(({ name }) => name !== "dettagli").map((item) => tool(item, item.name === first))}</ul>`;
  const first = row.deleting === 0 ? FIRST[row.state] : undefined;
  return section({
    id: "azioni",
    title: w.tools,
    body: html`${list(usual)}${disclosure({ title: w.otherTools, body: html`<p>${w.otherToolsHint}</p>${list(others)}` })}`,
  });
}

function tool({ text, hint, icon, href, action, fields, tone, name }, first) {
  const id = `t-${name}`;
  const look = { text, icon, tone: first ? "primary" : "plain", "aria-describedby": id };
  return html`<li${tone === "danger" && html` class="grave"`}>${href ? button({ ...look, href }) : post({ ...look, action, fields })}<p id="${id}">${hint}</p></li>`;
}

function data(c, row, invoice, status) {
  const { words, format } = c.var;
  const w = words.document;
  const f = w.facts;
  const { cfCittadino, flagOpposizione } = invoice.cessionarioCommittente ?? {};
  const money = (text) => amount(text, format.money(text));
  const list = (items) => html`<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}</ul>`;
  const original = invoice.fatturaCollegata;
  const payments = invoice.pagamenti ?? [];
  return section({
    title: w.data,
    body: facts([
      { term: f.status, value: { bozza: f.draft, annullata: f.annullata }[invoice.stato] ?? null },
      { term: f.number, value: row.number || null },
      { term: f.issued, value: row.issued ? time(row.issued, format.day(row.issued)) : null },
      { term: f.original, value: original ? w.ofDay(original.numDocumento, format.day(original.dataEmissione)) : null },
      { term: f.patient, value: row.patient },
      { term: f.cf, value: flagOpposizione === "1" ? f.opposes : (cfCittadino ?? null) },
      { term: f.lines, value: list((invoice.dettaglioLinee ?? []).map(({ prezzoTotale, tipoSpesa, descrizione }) =>
        html`${[tipoSpesa, descrizione].filter(Boolean).join(" · ")} ${money(prezzoTotale)}`)) },
      { term: f.fund, value: invoice.datiCassaPrevidenziale?.length
        ? list(invoice.datiCassaPrevidenziale.map(({ importoContributoCassa }) => money(importoContributoCassa))) : null },
      { term: f.stamp, value: invoice.datiBollo ? money(invoice.datiBollo.importoBollo) : null },
      { term: f.total, value: row.total ? money(row.total) : null },
      { term: f.payments, value: payments.length === 0 ? f.unpaid
        : list(payments.map(({ importo, dataPagamento }) => w.on(format.money(importo), format.day(dataPagamento)))) },
      { term: f.sent, value: status?.document.totale ? money(status.document.totale) : null },
    ]),
  });
}
