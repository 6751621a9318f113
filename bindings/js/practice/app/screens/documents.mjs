import { Sts } from "libsts";
import { html } from "hono/html";

import { FILTERS, PAGE, counts, one, page, sendable } from "../documents.mjs";
import {
  actions,
  amount,
  badge,
  button,
  empty,
  figures,
  note,
  pager,
  post,
  progress,
  search,
  section,
  table,
  tabs,
  time,
} from "../parts.mjs";
import { blockedBy, dueLine, glance, stateOf, toolsFor } from "../tools.mjs";

/** Elenco documenti. */
export function documents(app) {
  app.get("/documenti", (c) => {
    const { database, lang, words, office } = c.var;
    const w = words.documents;
    const today = Sts.data(office.now).data;
    const asked = c.req.query("filtro");
    const filter = FILTERS.includes(asked) ? asked : "tutti";
    const sought = (c.req.query("cerca") ?? "").trim().slice(0, 100);
    const many = counts(database, today, sought);
    const last = Math.max(1, Math.ceil(many[filter] / PAGE));
    const number = Math.min(Math.max(Math.trunc(Number(c.req.query("pagina"))) || 1, 1), last);
    const rows = page(database, { filter, search: sought, today, number });
    const href = (to) => pathTo({ filter, search: sought, number: 1, ...to });
    const here = href({ number });
    const ready = sendable(database);

    const body = html`
      ${office.job?.running && note({ tone: "info", text: w.underWay, action: { href: "/documenti/invia", text: w.follow } })}
      ${search({ action: "/documenti", name: "cerca", value: sought, label: w.search, text: w.searchButton,
        fields: filter === "tutti" ? {} : { filtro: filter } })}
      ${tabs({ label: w.views, items: FILTERS.map((name) => ({ href: href({ filter: name }), text: w.filters[name],
        count: c.var.format.number(many[name]), current: name === filter, tone: many[name] > 0 ? TONES[name] : undefined })) })}
      ${rows.length === 0 ? nothing(w, { filter, sought }) : html`
        ${table({ caption: w.caption, columns: columns(w), rows: rows.map((row) => tableRow(c, row, here)) })}
        ${last > 1 && pager({ label: w.pager,
          text: w.range(...[(number - 1) * PAGE + 1, (number - 1) * PAGE + rows.length, many[filter]].map(c.var.format.number)),
          previous: { text: w.newer, href: number > 1 ? href({ number: number - 1 }) : undefined },
          next: { text: w.older, href: number < last ? href({ number: number + 1 }) : undefined } })}`}`;
    return c.render(body, {
      title: w.title,
      actions: html`${ready > 0 && post({ action: "/documenti/invia", text: w.sendAll(ready), tone: "primary", icon: "send" })}
        ${button({ href: "/documenti/nuovo", text: w.create, icon: "plus", tone: ready > 0 ? "plain" : "primary" })}`,
    });
  });

  app.post("/documenti/invia", (c) => {
    c.var.office.sendReady();
    return c.redirect("/documenti/invia", 303);
  });

  app.get("/documenti/invia", async (c) => {
    const w = c.var.words.documents.progress;
    const { job } = c.var.office;
    const how = job?.progress;
    const around = { title: how?.running ? w.title : w.titleDone, back: { href: "/documenti", text: w.back }, width: "narrow" };
    if (how === undefined || how.total === 0) {
      const ready = sendable(c.var.database);
      const none = empty({ title: w.none, text: w.noneText, action: button({ href: "/documenti", text: w.back }) });
      const send = post({ action: "/documenti/invia", text: c.var.words.documents.sendAll(ready), tone: "primary", icon: "send" });
      return c.render(ready > 0 ? send : none, { ...around, title: w.title });
    }
    if (how.running) {
      return c.render(
        html`${progress({ label: w.label, value: how.done, max: how.total, text: w.text(how.done, how.total),
            source: "/documenti/invia/avanzamento" })}
          <p class="reload">${button({ href: "/documenti/invia", text: w.reload, icon: "sync" })}</p>`,
        { ...around, lead: w.lead, scripts: ["/public/progress.js"] },
      );
    }
    const { health } = await c.var.office.desk.health();
    return c.render(ending(c, job, how, health), { ...around, width: undefined });
  });

  app.get("/documenti/invia/avanzamento", (c) => {
    const how = c.var.office.job?.progress;
    return c.json(how === undefined ? null : { ...how, text: c.var.words.documents.progress.text(how.done, how.total) });
  });
}

/** Documents of an end that are named; there may be thousands. */
const NAMED = 10;

/** What became of all that was sent. */
function ending(c, job, how, health) {
  const { words } = c.var;
  const w = words.documents.progress;
  const { number } = c.var.format;
  const figure = (key, filter, tone) =>
    how[key] > 0 ? [{ value: number(how[key]), text: w[key](how[key]), href: `/documenti?filtro=${filter}`, tone }] : [];
  const shown = [
    ...figure("accepted", "accettati", "send"),
    ...figure("refused", "rifiutati", "fix"),
    ...figure("later", "inviati", "wait"),
    ...figure("held", "da-correggere", "warn"),
  ];
  return html`<div class="stack">
    ${how.failed && note({ tone: "error", text: w.failed })}
    ${how.later > 0 && blockedBy(health, c.var) && note(blockedBy(health, c.var))}
    ${how.accepted === how.total && note({ tone: "success", text: w.all })}
    ${figures(shown)}
    ${named(c, job.ended("refused"), w.refusedTitle)}
    ${named(c, job.ended("held"), w.heldTitle)}
    ${named(c, job.ended("later"), w.laterTitle)}
    <div class="buttons">${button({ href: "/documenti", text: w.back, tone: "primary" })}</div>
  </div>`;
}

function named(c, ids, title) {
  if (ids.length === 0) return "";
  const { database, lang, words } = c.var;
  const w = words.documents;
  const rows = ids.slice(0, NAMED).map((id) => one(database, id)).filter((row) => row !== undefined);
  return section({
    title,
    bare: true,
    body: html`${table({
      caption: title,
      columns: [{ label: w.columns.number, kind: "title" }, { label: w.columns.state, kind: "state" }, { label: w.progress.reason }],
      rows: rows.map((row) => ({ cells: [
        html`<a href="/documenti/${encodeURIComponent(row.id)}">${row.number || w.noNumber}</a>`,
        badge(stateOf(row, words)),
        glance(JSON.parse(row.view ?? "null"), lang) ?? "",
      ] })),
    })}${ids.length > NAMED && html`<p>${w.progress.more(c.var.format.number(ids.length - NAMED))}</p>`}`,
  });
}

const TONES = { "da-inviare": "ready", "da-correggere": "fix", rifiutati: "fix", "in-ritardo": "fix" };

function pathTo({ filter, search, number }) {
  const query = new URLSearchParams();
  if (filter !== "tutti") query.set("filtro", filter);
  if (search !== "") query.set("cerca", search);
  if (number > 1) query.set("pagina", number);
  const text = query.toString();
  return text === "" ? "/documenti" : `/documenti?${text}`;
}

const columns = (w) => [
  { label: w.columns.number, kind: "title" },
  { label: w.columns.issued, kind: "date" },
  { label: w.columns.patient },
  { label: w.columns.total, kind: "amount" },
  { label: w.columns.paid, kind: "date" },
  { label: w.columns.state, kind: "state" },
  { label: w.columns.actions, kind: "actions" },
];

function tableRow(c, row, here) {
  const { lang, words, format } = c.var;
  const w = words.documents;
  const view = JSON.parse(row.view ?? "null");
  const said = row.problem !== null ? w.unreadable : (glance(view, lang) ?? (view?.protocollo && w.protocollo(view.protocollo)));
  const number = row.number || w.noNumber;
  const { usual, others } = toolsFor(row, words, here);
  return {
    id: `d-${row.id}`,
    cells: [
      html`<a href="/documenti/${encodeURIComponent(row.id)}">${number}</a>`,
      row.issued && time(row.issued, format.day(row.issued)),
      row.patient,
      row.total && amount(row.total, format.money(row.total)),
      row.paid ? time(row.paid, format.day(row.paid)) : w.unpaid,
      html`${badge(stateOf(row, words))}
        ${said && html`<p class="glance">${said}</p>`}
        ${dueLine(c, row)}`,
      actions({ id: `a-${row.id}`, text: words.tools.button, about: words.tools.about(number), close: words.tools.close,
        items: usual, more: { text: words.tools.more, items: others } }),
    ],
  };
}

function nothing(w, { filter, sought }) {
  if (sought !== "") {
    return empty({ title: w.empty.search(sought), icon: "search", action: button({ href: "/documenti", text: w.allAgain }) });
  }
  if (filter !== "tutti") return empty({ title: w.empty.view, icon: "check", action: button({ href: "/documenti", text: w.allAgain }) });
  return empty({
    title: w.empty.none,
    text: w.empty.noneText,
    action: button({ href: "/documenti/nuovo", text: w.create, icon: "plus", tone: "primary" }),
  });
}
