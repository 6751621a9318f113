// The form of an invoice, as HTML. Names of fields are paths of the invoice: fields.mjs reads them
// on the server, `<sts-check>` in the page.
import { html } from "hono/html";

import { button, checkbox, field, hidden, section } from "../parts.mjs";
import { rowsOf, typedIn } from "./fields.mjs";

/** Empty rows for who has no script; with one, rows are added by a button. */
const SPARE = 2;

/** Fields that few need: they travel along when the invoice has them. */
const CARRIED = {
  plain: ["pIva", "dispositivo"],
  dettaglioLinee: ["flagTipoSpesa", "sanitaria"],
  datiCassaPrevidenziale: ["alCassa", "aliquotaIVA", "naturaIVA"],
  fatturaCollegata: ["pIva", "dispositivo"],
};

/**
 * @param {object} it
 * @param it.form what the fields hold, by name
 * @param it.errors sentences by name of field
 * @param it.patients those offered
 * @param it.words, it.lang
 * @param it.settings what the invoice is judged with
 * @param it.now the time it is judged at, or null for that of the reader
 * @param it.action, it.cancel paths
 * @param it.anyway whether it may be saved with what is wrong in it
 */
export function invoiceForm(it) {
  const { form, words, settings, now, lang, action, cancel, anyway } = it;
  const parts = [patient, document, lines, extras, payments].map((part) => part(it));
  const inner = html`<form class="stack invoice" method="post" action="${action}" autocomplete="off" novalidate>
      ${hidden({ id: typedIn(form, "id"), versione: typedIn(form, "versione") || "0", opposizioneVista: typedIn(form, "opposizioneVista") })}
      ${carried(form, "", CARRIED.plain)}
      ${parts}
      <div class="buttons">
        ${button({ text: words.save, tone: "primary" })}
        ${anyway && button({ text: words.saveAnyway, name: "comunque", value: "1" })}
        ${button({ text: words.cancel, tone: "quiet", href: cancel })}
      </div>
    </form>`;
  return html`<link rel="stylesheet" href="/public/invoice.css">
    <link rel="preload" href="/libsts/check.wasm" as="fetch" crossorigin>
    <sts-check lang="${lang}" settings="${JSON.stringify(settings)}"${now === null ? "" : html` now="${String(now)}"`}>${inner}</sts-check>`;
}

/** A field of the invoice. */
const sts = ({ form, errors }) => (name, rest) =>
  field({
    value: typedIn(form, name),
    ...rest,
    name,
    error: errors[name],
    attributes: { "data-sts": name, ...rest.attributes },
  });

const money = { size: "short", attributes: { inputmode: "decimal" } };
/** Not of the type `date`, which shows it the way of the browser's country and loses what it cannot read. */
const day = ({ words }) => ({ size: "short", attributes: { placeholder: words.dayPlaceholder, maxlength: 10, inputmode: "text" } });

/** The options of a list, with what the invoice has and the list has not. */
function options(names, value) {
  const all = Object.entries(names).map(([key, text]) => ({ value: key, text }));
  return value === "" || value in names ? all : [...all, { value, text: value }];
}

function chosen(it, name, names, label, rest = {}) {
  const value = name in it.form ? typedIn(it.form, name) : (rest.otherwise ?? "");
  return sts(it)(name, { label, type: "select", options: options(names, value), value, ...rest });
}

/** What no field shows. */
const carried = (form, prefix, keys) =>
  keys
    .map((key) => prefix + key)
    .filter((name) => typedIn(form, name) !== "")
    .map((name) => html`<input type="hidden" name="${name}" value="${typedIn(form, name)}" data-sts="${name}">`);

function patient(it) {
  const { form, errors, patients, words } = it;
  const said = words.patient;
  const one = sts(it);
  const opposes = "cessionarioCommittente.flagOpposizione";
  const body = html`<div class="fields">
      ${field({
        label: said.name,
        name: "paziente",
        value: typedIn(form, "paziente"),
        hint: said.nameHint,
        error: errors.paziente,
        required: true,
        size: "whole",
        attributes: { list: "pazienti", maxlength: 200, "data-patient": true },
      })}
      ${one("cessionarioCommittente.cfCittadino", {
        label: said.cf,
        attributes: { maxlength: 20, autocapitalize: "characters", spellcheck: "false" },
      })}
      ${chosen(it, "cessionarioCommittente.personaFisica", { true: said.person, false: said.company }, said.kind)}
      ${checkbox({
        label: said.opposes,
        name: opposes,
        checked: typedIn(form, opposes) === "1",
        hint: it.opposesKnown ? html`${said.opposesKnown} ${said.opposesHint}` : said.opposesHint,
        error: errors[opposes],
        size: "whole",
        attributes: { "data-sts": opposes },
      })}
      ${one("cessionarioCommittente.pIva", { label: said.vat, hint: said.vatHint, size: "company", attributes: { maxlength: 13 } })}
    </div>
    <datalist id="pazienti">${patients.map(
      ({ name, cf, opposes }) => html`<option value="${name}" data-cf="${cf}" data-opposes="${opposes ? "1" : ""}"></option>`,
    )}</datalist>`;
  return section({ title: said.title, body });
}

function document(it) {
  const { form, words } = it;
  const said = words.document;
  const one = sts(it);
  const body = html`<div class="fields pairs">
      ${chosen(it, "tipoDocumento", said.kinds, said.kind)}
      ${chosen(it, "stato", said.states, said.state, { hint: said.stateHint })}
      ${one("numDocumento", { label: said.number, attributes: { maxlength: 40 } })}
      ${one("dataEmissione", { label: said.day, ...day(it) })}
    </div>
    <fieldset class="original part" data-original>
      <legend>${said.original}</legend>
      <p class="hint">${said.originalLead}</p>
      <div class="fields">
        ${one("fatturaCollegata.numDocumento", { label: said.originalNumber, attributes: { maxlength: 40 } })}
        ${one("fatturaCollegata.dataEmissione", { label: said.originalDay, ...day(it) })}
      </div>
      ${carried(form, "fatturaCollegata.", CARRIED.fatturaCollegata)}
    </fieldset>`;
  return section({ title: said.title, body });
}

/** A list of rows: those of the invoice, one at least, and spare ones that a script takes away. */
function rows(it, list, said, one) {
  const used = rowsOf(it.form, list).filter((n) =>
    Object.keys(it.form).some((name) => name.startsWith(`${list}[${n}].`) && typedIn(it.form, name) !== ""),
  );
  const numbers = used.length > 0 ? [...used] : [0];
  const shownRows = numbers.length;
  for (let n = Math.max(...numbers) + 1; numbers.length < shownRows + SPARE; n += 1) numbers.push(n);
  return html`<div class="rows" data-rows="${list}" data-label="${said.row("{n}")}">${numbers.map(
      (n, at) => html`<fieldset class="row part${at >= shownRows ? " spare" : ""}" data-row="${n}">
        <legend>${said.row(at + 1)}</legend>
        <div class="fields">${one(`${list}[${n}]`)}</div>
        ${button({ text: said.remove, tone: "quiet", icon: "close", small: true, type: "button", "data-remove": true, hidden: true })}
      </fieldset>`,
    )}</div>
    <div class="buttons">${button({ text: said.add, icon: "plus", type: "button", "data-add": list, hidden: true })}</div>`;
}

function lines(it) {
  const said = it.words.lines;
  const one = sts(it);
  // A further row is mostly like the first.
  const first = (key) => ({ otherwise: typedIn(it.form, `dettaglioLinee[0].${key}`) });
  const body = rows(it, "dettaglioLinee", said, (at) => html`
      ${one(`${at}.descrizione`, { label: said.description, hint: said.descriptionHint, size: "whole", attributes: { maxlength: 500 } })}
      ${one(`${at}.prezzoTotale`, { label: said.amount, ...money })}
      ${chosen(it, `${at}.naturaIVA`, it.words.natures, said.nature, first("naturaIVA"))}
      ${one(`${at}.aliquotaIVA`, { label: said.rate, ...money, attributes: { ...money.attributes, "data-rate": true } })}
      ${chosen(it, `${at}.tipoSpesa`, { "": said.byCategory, ...it.words.expenses }, said.kind, first("tipoSpesa"))}
      ${carried(it.form, `${at}.`, CARRIED.dettaglioLinee)}`);
  return section({ title: said.title, body });
}

function extras(it) {
  const said = it.words.extras;
  const one = sts(it);
  const funds = rowsOf(it.form, "datiCassaPrevidenziale");
  const all = funds.length > 0 ? funds : [0];
  const body = html`<div class="fields pairs">
      ${all.map((n) => {
        const at = `datiCassaPrevidenziale[${n}]`;
        return html`${one(`${at}.importoContributoCassa`, { label: said.fund, ...money })}
          ${chosen(it, `${at}.tipoCassa`, { "": said.noFund, ...said.funds }, said.fundKind)}
          ${carried(it.form, `${at}.`, CARRIED.datiCassaPrevidenziale)}`;
      })}
      ${one("datiBollo.importoBollo", { label: said.stamp, ...money })}
      ${chosen(it, "datiBollo.addebitato", { true: said.charged, false: said.notCharged }, said.stampCharged)}
      ${one("importoTotaleDocumento", {
        label: said.total,
        ...money,
        hint: html`${said.totalHint} <output class="computed" data-computed="${said.computed}">${
          it.computed && `${said.computed} ${it.computed}`
        }</output>`,
      })}
    </div>`;
  return section({ title: said.title, body });
}

function payments(it) {
  const said = it.words.payments;
  const one = sts(it);
  const body = rows(it, "pagamenti", said, (at) => html`
      ${one(`${at}.dataPagamento`, { label: said.day, ...day(it) })}
      ${one(`${at}.importo`, { label: said.amount, hint: said.amountHint, ...money })}
      ${chosen(it, `${at}.modalitaPagamento`, said.ways, said.way)}`);
  return section({ title: said.title, lead: said.lead, body });
}
