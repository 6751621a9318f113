// Confronto mese: what the practice has sent of a month beside what Sistema TS has.
import { html } from "hono/html";
import { Sts } from "libsts";

import { say } from "../app.mjs";
import { ask, notNow } from "../asking.mjs";
import { amount, badge, button, confirm, empty, field, notes, section, table } from "../parts.mjs";
import { linkTo, rowsOf } from "../transmissions/looks.mjs";

/** Most months offered. */
const OFFERED = 48;

/** What can follow, by the last part of its path. */
const STEPS = {
  risincronizza: { apply: "realign", words: "realign", icon: "sync", tone: "primary" },
  adotta: { apply: "adopt", words: "adopt", icon: "check", tone: "primary" },
};

const KINDS = {
  missing_there: { tone: "fix", icon: "close" },
  missing_here: { tone: "warn", icon: "question" },
  not_known_there: { tone: "warn", icon: "check" },
  different: { tone: "fix", icon: "differ" },
  refunds_differ: { tone: "fix", icon: "refund" },
  unsettled: { tone: "wait" },
};

export function comparison(app) {
  app.get("/confronto", async (c) => {
    const w = c.var.words.comparison;
    const asked = c.req.query("mese");
    if (asked === undefined) return page(c, {});
    const month = monthOf(asked);
    if (month === null) {
      c.status(422);
      return page(c, { asked, error: w.wrongMonth });
    }
    const answer = await compare(c, month, "nothing");
    if (answer.answer !== "comparison") {
      c.status(409);
      return page(c, { asked, body: notNow(c, { title: w.notNow, answer, again: pathOf("/confronto", asked) }) });
    }
    return page(c, { asked, body: result(c, asked, month, answer.comparison) });
  });

  for (const [name, step] of Object.entries(STEPS)) {
    const path = `/confronto/${name}`;
    app.get(path, (c) => {
      const asked = c.req.query("mese") ?? "";
      const month = monthOf(asked);
      if (month === null) return c.redirect("/confronto", 303);
      return confirmed(c, asked, month, step, path);
    });

    app.post(path, async (c) => {
      const w = c.var.words.comparison;
      const { mese, confermato } = await c.req.parseBody();
      const month = monthOf(mese);
      if (month === null) return c.redirect("/confronto", 303);
      if (confermato !== "1") return c.redirect(pathOf(path, mese), 303);
      const answer = await compare(c, month, step.apply);
      if (answer.answer !== "comparison") {
        c.status(409);
        return page(c, { asked: mese, body: notNow(c, { title: w.notNow, answer, again: pathOf("/confronto", mese) }) });
      }
      const some = answer.comparison.differences.length > 0;
      say(c, step.apply === "adopt" ? "adopted" : some ? "realigned" : "realignedNothing");
      return c.redirect(pathOf("/confronto", mese), 303);
    });
  }
}

const pathOf = (path, mese) => `${path}?mese=${mese}`;

/** `2026-11` as libsts takes a month; null for anything else. */
function monthOf(text) {
  const parts = /^(20\d\d)-(0[1-9]|1[0-2])$/.exec(text ?? "");
  return parts && { anno: Number(parts[1]), mese: Number(parts[2]) };
}

/** Asks the service; the documents that differ are read again. */
function compare({ var: { office } }, month, apply) {
  const ids = [];
  return ask(office, async (driver) => {
    const answer = await driver.compare(month, apply);
    for (const { document } of answer.comparison?.differences ?? []) if (document !== null && apply !== "nothing") ids.push(document);
    return answer;
  }, ids);
}

/** The months in which something was paid, and this one, the newest first. */
function months({ var: { database, office, words, format } }, asked) {
  const counted = database.all(
    "SELECT substr(paid, 1, 7) AS month, count(*) AS n FROM document WHERE paid IS NOT NULL GROUP BY month ORDER BY month DESC LIMIT ?",
    OFFERED,
  );
  const all = new Map(counted.map(({ month, n }) => [month, n]));
  for (const month of [Sts.data(office.now).data.slice(0, 7), asked]) {
    if (monthOf(month) !== null && !all.has(month)) all.set(month, 0);
  }
  return [...all]
    .sort(([a], [b]) => b.localeCompare(a))
    .map(([value, n]) => ({ value, text: words.comparison.option(name(format, value), n) }));
}

function name(format, value) {
  const { anno, mese } = monthOf(value);
  return format.month(anno, mese);
}

function page(c, { asked, error, body }) {
  const { words } = c.var;
  const w = words.comparison;
  const form = html`<link rel="stylesheet" href="/public/transmissions.css">
    <section class="section card"><form class="finder" action="/confronto">
      ${field({ label: w.month, name: "mese", type: "select", options: months(c, asked), value: asked, error })}
      ${button({ text: w.compare, icon: "differ", tone: "primary" })}
    </form><p class="hint">${w.compareHint}</p></section>`;
  return c.render([form, body ?? ""], { title: w.title, lead: w.lead });
}

function result(c, asked, month, found) {
  const { words, format, office } = c.var;
  const w = words.comparison;
  const { matched, differences, more, unreadable } = found;
  const n = differences.length + more;
  const none = n === 0 && matched === 0 && unreadable === 0;
  const told = [];
  if (n > 0) told.push({ tone: "warning", text: w.differs(n), detail: w.matched(matched) });
  else if (!none) told.push({ tone: "success", text: w.matched(matched), detail: w.allWell });
  if (unreadable > 0) told.push({ tone: "warning", text: w.unreadable(unreadable) });
  return html`${section({
      title: w.resultOf(format.month(month.anno, month.mese)),
      lead: w.asked(format.time(office.now)),
      bare: true,
      body: none ? empty({ title: w.nothing, icon: "calendar" }) : notes(told),
    })}
    ${n > 0 && html`${list(c, found)}${steps(c, asked)}`}`;
}

function list(c, { differences, more }) {
  const { words, lang, database } = c.var;
  const w = words.comparison;
  const rows = rowsOf(database, differences.map(({ document }) => document).filter((id) => id !== null));
  return section({
    title: w.differences,
    lead: w.differencesLead,
    bare: true,
    body: html`${table({
      caption: w.differences,
      columns: [
        { label: w.columns.document, kind: "title" },
        { label: w.columns.kind },
        { label: w.columns.here },
        { label: w.columns.there },
        { label: w.columns.realign },
      ],
      rows: differences.map((one) => ({
        tone: KINDS[one.kind]?.tone ?? "none",
        cells: [
          one.document === null ? one.idSpesa.numDocumento : linkTo(one.document, rows.get(one.document), words.transmissions),
          badge({ ...(KINDS[one.kind] ?? { tone: "none", icon: "info" }), text: w.kinds[one.kind] ?? w.kinds.other }),
          side(c, one.here),
          side(c, one.there),
          one[lang],
        ],
      })),
    })}
    ${more > 0 && html`<p class="muted">${w.more(more)}</p>`}`,
  });
}

/** What one side has: amounts by kind of expense, day of payment, protocol. */
function side({ var: { words, format } }, has) {
  const w = words.comparison;
  if (has === null) return html`<span class="muted">${w.none}</span>`;
  return html`${has.totali.map(([tipo, total]) => html`${amount(total, format.money(total))} <small class="muted">${tipo}</small><br>`)}${
    has.dataPagamento && html`<small>${w.paid(format.day(has.dataPagamento))}</small><br>`}${
    has.protocollo && html`<small><code>${has.protocollo}</code></small>`}`;
}

/** What can be done about it, each with what it means; asked again before it is done. */
function steps(c, asked) {
  const w = c.var.words.comparison;
  return html`<div class="columns">${Object.entries(STEPS).map(([name, step]) => section({
    title: w[step.words].title,
    body: html`<p>${w[step.words].text}</p>
      <div class="buttons">${button({ href: pathOf(`/confronto/${name}`, asked), text: w[step.words].title, icon: step.icon })}</div>`,
  }))}</div>`;
}

function confirmed(c, asked, month, step, path) {
  const { words, format } = c.var;
  const w = words.comparison;
  const own = w[step.words];
  return c.render(
    confirm({
      text: own.question(format.month(month.anno, month.mese)),
      happens: { title: w.happens, items: own.happens },
      cannot: { title: w.cannot, items: own.cannot },
      action: path,
      fields: { mese: asked, confermato: "1" },
      submit: { text: own.submit, tone: step.tone, icon: step.icon },
      cancel: { href: pathOf("/confronto", asked), text: w.cancel },
    }),
    { title: own.title, width: "narrow", back: { href: pathOf("/confronto", asked), text: w.title } },
  );
}
