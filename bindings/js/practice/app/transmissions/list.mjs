// The list of transmissions.
import { html } from "hono/html";

import { button, disclosure, empty, field, hidden, note, pager, section, table, time } from "../parts.mjs";
import { acceptanceBadge, countsOf, glance, linkTo, operationOf, rowsOf, toneOf, transmissionBadge } from "./looks.mjs";

/** How many documents a row names; the others are folded. */
const NAMED = 3;

/**
 * @param {object} it
 * @param it.transmissions rows of the registry
 * @param it.next for the page after; null at the end
 * @param it.query what was asked for, as typed: `esito`, `protocollo`, `dal`, `al`, `documento`
 * @param it.before the starts of the pages before this one
 * @param it.errors sentences by field
 */
export function list(c, it) {
  const { words, lang, format, database, office } = c.var;
  const said = words.transmissions;
  const asked = Object.values(it.query).some((value) => value !== "");
  const rows = rowsOf(database, [...new Set(it.transmissions.flatMap(({ documents }) => documents))]);
  const pages = pagesOf(it);
  return html`<link rel="stylesheet" href="/public/transmissions.css">
    ${filter(said, it)}
    ${it.query.documento !== "" && note({ tone: "info", text: said.filter.document(numberOf(database, it.query.documento, said)), action: { href: "/invii", text: said.all } })}
    ${it.transmissions.length === 0
      ? nothing(said, asked)
      : html`${table({
          caption: said.caption,
          columns: [
            { label: said.columns.at, kind: "title" },
            { label: said.columns.operation },
            { label: said.columns.documents },
            { label: said.columns.protocol },
            { label: said.columns.transmission },
            { label: said.columns.acceptance },
            { label: said.columns.actions, kind: "actions" },
          ],
          rows: it.transmissions.map((one) => ({ tone: toneOf(one), cells: cells(one, { rows, said, lang, format }) })),
        })}
        ${pages.previous !== null || pages.next !== null
          ? pager({
              label: said.pager.label,
              text: said.pager.text(it.transmissions.length),
              previous: { text: said.pager.previous, ...(pages.previous !== null && { href: pages.previous }) },
              next: { text: said.pager.next, ...(pages.next !== null && { href: pages.next }) },
            })
          : ""}`}
    <p class="muted">${looked(said, format, office)}</p>
    ${byProtocol(said)}`;
}

function cells(one, { rows, said, lang, format }) {
  return [
    html`<a href="/invii/${one.number}">${time(new Date(one.at).toISOString(), format.time(one.at))}</a>`,
    html`${operationOf(one, said)}<br><small class="muted">${one.channel === "file" ? said.channels.file(one.documents.length) : said.channels.sync}</small>`,
    documentsOf(one, rows, said),
    one.protocollo === null ? html`<span class="muted">${said.protocolNone}</span>` : html`<code>${one.protocollo}</code>`,
    transmissionBadge(one, said),
    html`${acceptanceBadge(one, said)}${countsOf(one, said)}${glance(one.messaggi, said, lang)}`,
    one.protocollo === null
      ? ""
      : button({
          href: `/invii/${one.number}/ricevute`,
          text: said.receiptsShort,
          icon: "download",
          small: true,
          label: said.receiptsOf(one.number),
        }),
  ];
}

function documentsOf({ documents }, rows, said) {
  const links = documents.map((id) => linkTo(id, rows.get(id), said));
  const joined = (some) => some.map((link, at) => (at === 0 ? link : html`, ${link}`));
  if (links.length <= NAMED + 1) return joined(links);
  return html`${joined(links.slice(0, NAMED))}
    <details class="rest"><summary>${said.more(links.length - NAMED)}</summary>${joined(links.slice(NAMED))}</details>`;
}

function numberOf(database, id, said) {
  return database.get("SELECT number FROM document WHERE id = ?", id)?.number || said.removed;
}

/** What the cycle did and will do, in a sentence. */
function looked(said, format, office) {
  const parts = [];
  if (office.lastLook !== null) parts.push(said.refreshed(format.time(office.lastLook)));
  const next = office.nextLook;
  parts.push(next === null ? said.manual : said.asksAt(format.time(Math.max(next, office.now))));
  return parts.join(" ");
}

const nothing = (said, asked) =>
  asked
    ? empty({ title: said.none, text: said.noneText, icon: "search", action: button({ href: "/invii", text: said.all }) })
    : empty({ title: said.empty, text: said.emptyText, icon: "send", action: button({ href: "/documenti", text: said.emptyGo }) });

function filter(said, { query, errors }) {
  const words = said.filter;
  const outcomes = Object.entries(words.outcomes).map(([value, text]) => ({ value, text }));
  const day = { size: "short", attributes: { placeholder: words.dayPlaceholder, maxlength: 10 } };
  const form = html`<form class="finder" role="search" aria-label="${words.label}" action="/invii">
    ${query.documento !== "" && hidden({ documento: query.documento })}
    ${field({ label: words.outcome, name: "esito", type: "select", options: outcomes, value: query.esito })}
    ${field({ label: words.protocol, name: "protocollo", value: query.protocollo, attributes: { maxlength: 64, autocomplete: "off" } })}
    ${field({ label: words.from, name: "dal", value: query.dal, error: errors.dal, ...day })}
    ${field({ label: words.to, name: "al", value: query.al, error: errors.al, ...day })}
    ${button({ text: words.search, icon: "search" })}
  </form>`;
  const open = ["esito", "protocollo", "dal", "al"].some((name) => query[name] !== "");
  return disclosure({ title: words.label, body: form, open });
}

function byProtocol(said) {
  const words = said.byProtocol;
  return section({
    title: words.title,
    lead: words.lead,
    body: html`<form class="finder" action="/invii/ricevute">
      ${field({ label: words.label, name: "protocollo", id: "f-ricevute", required: true, attributes: { maxlength: 64, autocomplete: "off" } })}
      ${button({ text: words.submit })}
    </form>`,
  });
}

/** Addresses of the pages beside this one. Those before are remembered in the address. */
function pagesOf({ query, before, after, next }) {
  const address = (at, trail) => {
    const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
    if (at !== "") asked.set("dopo", at);
    if (trail.length > 0) asked.set("prima", trail.join("."));
    const text = String(asked);
    return text === "" ? "/invii" : `/invii?${text}`;
  };
  return {
    previous: after === null ? null : address(before.at(-1) ?? "", before.slice(0, -1)),
    next: next === null ? null : address(next, after === null ? [] : [...before, after]),
  };
}
