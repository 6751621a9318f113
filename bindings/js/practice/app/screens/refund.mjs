import { randomUUID } from "node:crypto";

import { html } from "hono/html";
import { Sts } from "libsts";

import { patiently, say } from "../app.mjs";
import { one } from "../documents.mjs";
import { button, confirm, facts, field, hidden, note, notes } from "../parts.mjs";
import { notThere } from "./document.mjs";

const METHODS = ["MP08", "MP05", "MP02", "MP01"];

/** Rimborso: a credit note for a document, sent as a refund. */
export function refund(app) {
  app.get("/documenti/:id/rimborso", (c) => {
    const row = one(c.var.database, c.req.param("id"));
    if (row === undefined) return notThere(c);
    if (isRefund(row)) return notTwice(c, row);
    const today = Sts.data(c.var.office.now).data;
    const id = randomUUID();
    return form(c, row, { values: { id, numero: "", data: today, importo: amountOf(row), pagamento: today, modo: "MP08" } });
  });

  app.post("/documenti/:id/rimborso", async (c) => {
    const { office, database, words } = c.var;
    const row = one(database, c.req.param("id"));
    if (row === undefined) return notThere(c);
    if (isRefund(row)) return notTwice(c, row);
    const values = given(await c.req.parseBody());
    if (one(database, values.id) !== undefined) {
      // The form was sent twice, or gone back to.
      say(c, "refund.there", {}, "info");
      return c.redirect(`/documenti/${encodeURIComponent(values.id)}`, 303);
    }
    const wrong = remarks(c, values);
    if (Object.keys(wrong).length > 0) return form(c, row, { values, wrong });
    const kept = creditNote(row, values);
    const { verdict, reasons } = Sts.check({ ...kept.invoice, id: values.id }, office.settings, office.now);
    if (verdict !== "send") return form(c, row, { values, outcome: "not_sendable", reasons });
    if (values.confermato !== "1") {
      const { outcome } = await office.run((driver) => driver.refund({ ...kept.invoice, id: values.id }, false));
      if (outcome === "needs_confirmation") return sure(c, row, values);
      return form(c, row, { values, outcome });
    }
    // It is ours before it leaves, so that a fall in between cannot leave Sistema TS alone with it.
    office.keep(values.id, kept);
    const work = office.run((driver) => driver.refund({ ...kept.invoice, id: values.id }, true), [values.id]);
    const answer = await patiently(work);
    const went = answer === undefined || ["queued", "already_sent"].includes(answer.outcome);
    if (!went) {
      office.remove(values.id);
      await office.catchUp();
      return form(c, row, { values: { ...values, id: randomUUID() }, outcome: answer.outcome, reasons: answer.saved?.reasons });
    }
    const { key, tone } = result(answer, one(database, values.id), words.refund);
    say(c, `refund.${key}`, {}, tone);
    return c.redirect(`/documenti/${encodeURIComponent(values.id)}`, 303);
  });
}

const isRefund = (row) => JSON.parse(row.invoice).fatturaCollegata != null;

/** What a refund gave back is taken back by cancelling it. */
function notTwice(c, { id }) {
  say(c, "refund.ofRefund", {}, "warning");
  return c.redirect(`/documenti/${encodeURIComponent(id)}`, 303);
}

const TONES = { accepted: "success", accepted_with_warnings: "warning", refused: "error", unknown: "warning" };

function result(answer, row, words) {
  if (answer === undefined) return { key: "waiting", tone: "info" };
  if (answer.outcome !== "queued") return { key: `outcomes.${answer.outcome}`, tone: "info" };
  const known = Object.hasOwn(words.states, row?.state ?? "");
  return { key: `states.${known ? row.state : "other"}`, tone: TONES[row?.state] ?? "info" };
}

function given(body) {
  const text = (name) => (typeof body[name] === "string" ? body[name].trim() : "");
  const id = /^[0-9a-f-]{36}$/.test(text("id")) ? text("id") : randomUUID();
  const [numero, data, pagamento, confermato] = ["numero", "data", "pagamento", "confermato"].map(text);
  const modo = METHODS.includes(text("modo")) ? text("modo") : METHODS[0];
  return { id, numero, data, importo: decimal(text("importo")), pagamento, modo, confermato };
}

/** An amount as people write it, `1.234,5`, as libsts takes it, `1234.50`; what is none stays as it is. */
function decimal(text) {
  const bare = text.replace(/[\s€]/g, "");
  const number = /^\d{1,3}(\.\d{3})+(,\d{1,2})?$/.test(bare) || bare.includes(",") ? bare.replaceAll(".", "").replace(",", ".") : bare;
  const [, whole, cents = ""] = /^0*(\d+)(?:\.(\d{1,2}))?$/.exec(number) ?? [];
  return whole === undefined ? text : `${whole}.${cents.padEnd(2, "0")}`;
}

function remarks(c, { id, numero, data, importo, pagamento }) {
  const w = c.var.words.refund;
  const wrong = {};
  const day = (text) => Sts.data(text).valid;
  if (numero === "") wrong.numero = w.numberMissing;
  if (!day(data)) wrong.data = w.dayWrong;
  if (!day(pagamento)) wrong.pagamento = w.dayWrong;
  if (!Sts.importo(importo).valid || Number(importo) === 0) wrong.importo = w.amountWrong;
  const same = c.var.database.get("SELECT 1 FROM document WHERE number = ? AND issued = ? AND id <> ?", numero, data, id);
  if (same !== undefined) wrong.numero = w.taken;
  return wrong;
}

/** The total of a row, as far as it has one. */
const amountOf = (row) => row.total || "";

/** The credit note, as `keep` takes it: the whole invoice in small, or one line of its kind. */
function creditNote(row, { numero, data, importo, pagamento, modo }) {
  const original = JSON.parse(row.invoice);
  const { tipoSpesa, flagTipoSpesa, naturaIVA, aliquotaIVA } = original.dettaglioLinee?.[0] ?? {};
  const whole = importo === row.total;
  const parts = whole
    ? {
        dettaglioLinee: original.dettaglioLinee,
        datiBollo: original.datiBollo,
        datiCassaPrevidenziale: original.datiCassaPrevidenziale,
      }
    : { dettaglioLinee: [{ prezzoTotale: net(importo, aliquotaIVA), tipoSpesa, flagTipoSpesa, naturaIVA, aliquotaIVA }] };
  const invoice = {
    stato: "emessa",
    tipoDocumento: "TD04",
    pIva: original.pIva,
    dataEmissione: data,
    numDocumento: numero,
    cessionarioCommittente: original.cessionarioCommittente,
    ...parts,
    pagamenti: [{ dataPagamento: pagamento, importo, modalitaPagamento: modo }],
    fatturaCollegata: {
      dataEmissione: row.issued,
      numDocumento: row.number,
      pIva: original.pIva,
      dispositivo: original.dispositivo,
    },
  };
  return { patient: row.patient, opposes: null, invoice: JSON.parse(JSON.stringify(invoice)) };
}

/** An amount without the VAT in it. */
function net(importo, aliquotaIVA) {
  const rate = Number(aliquotaIVA ?? 0);
  return (Math.round((Number(importo) * 100 * 100) / (100 + rate)) / 100).toFixed(2);
}

function form(c, row, { values, wrong = {}, outcome, reasons = [] }) {
  const { words, format, lang } = c.var;
  const w = words.refund;
  const f = w.fields;
  const said = (reason) => ({ tone: reason.severity, text: reason[lang] });
  if (outcome !== undefined || Object.keys(wrong).length > 0) c.status(422);
  return c.render(
    html`${outcome !== undefined && html`<div role="alert">${note({ tone: "error",
        text: w.outcomes[outcome] ?? w.outcomes.other })}</div>`}
      ${notes(reasons.map(said))}
      ${note({ tone: "warning", label: w.warningLabel, text: w.warning, detail: w.warningDetail })}
      <form class="card fields" method="post" action="/documenti/${encodeURIComponent(row.id)}/rimborso">
        ${hidden({ id: values.id })}
        ${field({ label: f.number, name: "numero", value: values.numero, hint: f.numberHint, error: wrong.numero, required: true,
          attributes: { maxlength: 20, autocomplete: "off" } })}
        ${field({ label: f.issued, name: "data", type: "date", value: values.data, error: wrong.data, size: "short", required: true })}
        ${field({ label: f.amount, name: "importo", value: values.importo.replace(/^(\d+)\.(\d\d)$/, "$1,$2"), error: wrong.importo, unit: "€", size: "short",
          required: true, hint: f.amountHint(format.money(row.total)), attributes: { inputmode: "decimal", autocomplete: "off" } })}
        ${field({ label: f.paid, name: "pagamento", type: "date", value: values.pagamento, error: wrong.pagamento, size: "short", required: true })}
        ${field({ label: f.method, name: "modo", type: "select", value: values.modo,
          options: METHODS.map((value) => ({ value, text: f.methods[value] })) })}
        <div class="buttons">${button({ text: w.submit, tone: "primary" })}</div>
      </form>`,
    { title: w.title, lead: w.lead(row.number), width: "narrow", back: { href: `/documenti/${encodeURIComponent(row.id)}`, text: w.back } },
  );
}

function sure(c, row, values) {
  const { words, format } = c.var;
  const w = words.refund.confirm;
  const path = `/documenti/${encodeURIComponent(row.id)}/rimborso`;
  const { id, numero, data, importo, pagamento, modo } = values;
  return c.render(
    confirm({
      text: w.text(format.money(importo), row.number),
      happens: { title: words.actions.happens, items: w.happens },
      cannot: { title: words.actions.cannot, items: w.cannot },
      body: facts([
        { term: w.facts.number, value: `${numero}, ${format.day(data)}` },
        { term: w.facts.amount, value: format.money(importo) },
        { term: w.facts.paid, value: format.day(pagamento) },
      ]),
      action: path,
      fields: { id, numero, data, importo, pagamento, modo, confermato: "1" },
      submit: { text: w.submit, tone: "danger" },
      cancel: { href: path, text: w.cancel },
    }),
    { title: w.title, width: "narrow", back: { href: `/documenti/${encodeURIComponent(row.id)}`, text: words.refund.back } },
  );
}
