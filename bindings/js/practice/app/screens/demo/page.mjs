// The panel of the demonstration as a page.
import { html } from "hono/html";

import { PROFILE } from "../../demo/invoices.mjs";
import { total } from "../../demo/mirror.mjs";
import { NAMES } from "../../demo/troubles.mjs";
import { badge, button, disclosure, empty, facts, field, note, post, section, table, time } from "../../parts.mjs";

const HERE = "/dimostrazione";
/** Rows that are shown of what there may be thousands of. */
const SHOWN = 30;

export function page(c, { on, rows, calls, credentials }) {
  const { words } = c.var;
  const body = html`<div class="stack">
    ${clock(c)}
    ${access(c, credentials)}
    ${troubles(c, on)}
    ${portal(c, rows)}
    ${truth(c, rows)}
    ${log(c, calls)}
  </div>`;
  return c.render(body, { title: words.demo.title, lead: words.demo.lead });
}

function clock({ var: { office, words, format } }) {
  const w = words.demo.clock;
  const at = (instant) => (instant === null ? w.never : time(new Date(instant).toISOString(), format.time(instant)));
  return section({
    id: "orologio",
    title: w.title,
    lead: w.lead,
    body: html`${facts([
        { term: w.now, value: at(office.now) },
        { term: w.looked, value: at(office.lastLook) },
        { term: w.next, value: at(office.nextLook) },
      ])}
      <form method="post" action="${HERE}/orologio">
        <input type="hidden" name="torna" value="${HERE}">
        <div class="buttons">
          ${button({ text: w.minutes, name: "minuti", value: "10", icon: "clock" })}
          ${button({ text: w.day, name: "minuti", value: "1440", icon: "calendar" })}
        </div>
      </form>`,
  });
}

function access({ var: { words } }, { username, password, pincode }) {
  const w = words.demo.access;
  return section({
    id: "credenziali",
    title: w.title,
    lead: w.lead,
    body: html`${facts([
        { term: w.pIva, value: html`<code>${PROFILE.pIva}</code>` },
        { term: w.username, value: html`<code>${username}</code>` },
        { term: w.password, value: html`<code>${password}</code>` },
        { term: w.pincode, value: html`<code>${pincode}</code>` },
      ])}
      <div class="buttons">${post({ action: `${HERE}/credenziali`, text: w.use, icon: "lock" })}
        ${post({ action: `${HERE}/password`, text: w.renew, icon: "edit" })}</div>
      <p class="muted">${w.renewHint}</p>`,
  });
}

function troubles({ var: { words } }, on) {
  const w = words.demo;
  const rows = NAMES.map((name) => {
    const { title, seen, ends } = w.troubles[name];
    const isOn = on.includes(name);
    return {
      tone: isOn ? "warn" : undefined,
      cells: [
        isOn ? html`${title} ${badge({ tone: "warn", text: w.on })}` : title,
        html`<p>${seen}</p><p class="muted">${ends}</p>`,
        post({ action: `${HERE}/guasto`, fields: { quale: name }, text: w.begin, small: true, label: `${w.begin}: ${title}` }),
      ],
    };
  });
  return section({
    id: "guasti",
    title: w.troublesTitle,
    lead: w.troublesLead,
    bare: true,
    actions: post({ action: `${HERE}/normale`, text: w.normal, tone: on.length > 0 ? "primary" : "plain", icon: "check" }),
    body: html`${on.length > 0 && note({ tone: "warning", text: w.someOn(on.length) })}
      ${table({
        caption: w.troublesTitle,
        columns: [
          { label: w.columns.what, kind: "title" },
          { label: w.columns.seen, kind: "state" },
          { label: w.columns.begin, kind: "actions" },
        ],
        rows,
      })}`,
  });
}

function portal({ var: { words, format } }, rows) {
  const w = words.demo.portal;
  const there = rows.filter((row) => row.there && !row.there.cancelled).slice(0, 200);
  const options = there.map(({ key }) => ({
    value: JSON.stringify(key),
    text: w.option(key.numDocumento, format.day(key.dataEmissione)),
  }));
  return section({
    id: "portale",
    title: w.title,
    lead: w.lead,
    body: options.length === 0
      ? html`<p>${w.none}</p>`
      : html`<form method="post" action="${HERE}/portale">
          <div class="fields">${field({ label: w.document, name: "documento", type: "select", options })}</div>
          <div class="buttons">${button({ text: w.cancel, icon: "trash" })}</div>
        </form>`,
  });
}

function truth(c, rows) {
  const { words, format } = c.var;
  const w = words.demo.truth;
  const twice = rows.filter((row) => row.twice).length;
  const apart = rows.filter((row) => !row.agrees).length;
  const there = rows.filter((row) => row.there && !row.there.cancelled).length;
  return section({
    id: "verita",
    title: w.title,
    lead: w.lead,
    bare: true,
    body: html`
      ${rows.length > 0 && note(verdict(w, { twice, apart, there }))}
      ${rows.length === 0
        ? empty({ title: w.none, text: w.noneText })
        : table({
            caption: w.caption,
            columns: [
              { label: w.columns.number, kind: "title" },
              { label: w.columns.day, kind: "date" },
              { label: w.columns.total, kind: "amount", corner: true },
              { label: w.columns.refunded, kind: "amount" },
              { label: w.columns.inserted },
              { label: w.columns.there },
              { label: w.columns.here },
            ],
            rows: rows.slice(0, SHOWN).map((row) => truthRow(c, row)),
          })}
      ${rows.length > SHOWN && html`<p class="muted">${w.more(format.number(rows.length - SHOWN))}</p>`}`,
  });
}

function verdict(w, { twice, apart, there }) {
  if (twice > 0) return { tone: "error", text: w.twice(twice) };
  if (apart > 0) return { tone: "warning", text: w.apart(apart), detail: w.apartText };
  return { tone: "success", text: w.agrees(there) };
}

function truthRow({ var: { words, format } }, { key, there, here, twice, agrees }) {
  const w = words.demo.truth;
  const cents = (all) => (all && Object.keys(all).length > 0 ? format.money(total(all)) : "");
  const state = here === null
    ? w.unknownHere
    : html`<a href="/documenti/${encodeURIComponent(here.id)}">${words.states[here.state] ?? here.state}</a>`;
  return {
    tone: twice ? "fix" : agrees ? undefined : "warn",
    cells: [
      key.numDocumento,
      time(key.dataEmissione, format.day(key.dataEmissione)),
      cents(there?.totalsCents),
      cents(there?.refundedCents),
      there === null ? "" : w.times(there.timesInserted),
      there === null ? w.absent : there.cancelled ? w.cancelled : w.present,
      state,
    ],
  };
}

function log({ var: { words, format } }, calls) {
  const w = words.demo.log;
  const rows = calls.slice(-SHOWN).reverse().map(({ at_ms, operation, documents, answer, faults }) => ({
    tone: faults.length > 0 ? "warn" : undefined,
    cells: [
      time(new Date(at_ms).toISOString(), format.time(at_ms)),
      operation ?? w.unknown,
      documents.map(({ numDocumento }) => numDocumento).join(", "),
      answer,
      faults.map(({ kind }) => kind).join(", "),
    ],
  }));
  return disclosure({
    title: w.title,
    hint: w.hint(format.number(calls.length)),
    body: rows.length === 0
      ? html`<p>${w.none}</p>`
      : table({
          caption: w.title,
          columns: [
            { label: w.columns.at, kind: "date" },
            { label: w.columns.operation, kind: "title" },
            { label: w.columns.documents },
            { label: w.columns.answer },
            { label: w.columns.faults },
          ],
          rows,
        }),
  });
}
