// The form of an invoice: new, edited, and saved with what becomes of it.
import { randomUUID } from "node:crypto";

import { Sts } from "libsts";

import { patiently, say } from "../app.mjs";
import { idOf } from "../fields.mjs";
import { read, shown, typedIn } from "../invoice/fields.mjs";
import { invoiceForm } from "../invoice/form.mjs";
import { nextNumber, taken } from "../invoice/numbers.mjs";
import { outcome } from "../invoice/outcome.mjs";
import { notes } from "../parts.mjs";
import { bare, ofInvoice, ofName, offered } from "../patients.mjs";

const OPPOSES = "cessionarioCommittente.flagOpposizione";
const CF = "cessionarioCommittente.cfCittadino";

/** States of documents that Sistema TS has, or may have: what is saved leaves at once. */
const THERE = [
  "queued",
  "sending",
  "handed_in",
  "unknown",
  "accepted",
  "accepted_with_warnings",
  "changing",
  "changed_after_sending",
  "change_refused",
];

/** What an id may be, in our paths and in libsts. */
const ID = /^[\w-]{1,64}$/;

export function invoice(app) {
  app.get("/documenti/nuovo", (c) => {
    const { office, database, lang } = c.var;
    const today = Sts.data(office.now).data;
    const form = {
      ...shown({ stato: "emessa", tipoDocumento: "TD01", numDocumento: nextNumber(database, today), dataEmissione: today }, lang),
      ...starting(database),
      id: randomUUID(),
    };
    return show(c, { form });
  });

  app.post("/documenti/nuovo", async (c) => {
    const form = await c.req.parseBody();
    if (!ID.test(typedIn(form, "id"))) form.id = randomUUID();
    return save(c, form, null);
  });

  app.get("/documenti/:id/modifica", (c) => {
    const row = found(c);
    if (row === undefined) return gone(c);
    return show(c, { form: stored(c, row), row });
  });

  app.post("/documenti/:id/modifica", async (c) => {
    const row = found(c);
    if (row === undefined) return gone(c);
    const form = await c.req.parseBody();
    form.id = row.id;
    return save(c, form, row);
  });
}

function found(c) {
  return c.var.database.get("SELECT * FROM document WHERE id = ? AND deleting = 0", c.req.param("id"));
}

function gone(c) {
  say(c, "invoiceGone", {}, "warning");
  return c.redirect("/documenti", 303);
}

/** What the invoices before had: contribution, stamp duty and VAT are rarely different in the next. */
function starting(database) {
  const rows = database.all("SELECT invoice FROM document WHERE total <> '' ORDER BY issued DESC, rowid DESC LIMIT 10");
  const last = rows.map(({ invoice }) => JSON.parse(invoice)).find(({ dettaglioLinee }) => dettaglioLinee?.[0]?.naturaIVA);
  const { dettaglioLinee, datiCassaPrevidenziale, datiBollo } = last ?? {};
  return {
    "cessionarioCommittente.personaFisica": "true",
    "dettaglioLinee[0].naturaIVA": dettaglioLinee?.[0]?.naturaIVA ?? "N2.2",
    "dettaglioLinee[0].tipoSpesa": dettaglioLinee?.[0]?.tipoSpesa ?? "",
    "datiCassaPrevidenziale[0].tipoCassa": datiCassaPrevidenziale?.[0]?.tipoCassa ?? "",
    "datiBollo.addebitato": String(datiBollo?.addebitato ?? true),
  };
}

/** A kept invoice as its form shows it. */
function stored(c, row) {
  const invoice = JSON.parse(row.invoice);
  const { settings, now } = c.var.office;
  const { importoTotaleDocumento: total, ...rest } = invoice;
  const comes = (given) => readably(() => Sts.check({ ...given, id: row.id }, settings, now).totale) ?? null;
  if (rest.datiBollo && typeof rest.datiBollo.addebitato !== "boolean") {
    const charged = { ...rest.datiBollo, addebitato: true };
    rest.datiBollo = { ...charged, addebitato: comes({ ...rest, datiBollo: charged }) === total };
  }
  // A total that follows from the rest is left to follow from it.
  const form = shown(comes(rest) === total ? rest : { ...rest, importoTotaleDocumento: total }, c.var.lang);
  return {
    tipoDocumento: "TD01",
    "cessionarioCommittente.personaFisica": "true",
    "datiBollo.addebitato": "true",
    ...form,
    paziente: row.patient,
    versione: String(row.version),
    opposizioneVista: seen(form, form[OPPOSES] === "1"),
  };
}

/** What `work` gives, or undefined when libsts cannot read what it was asked about. */
function readably(work) {
  try {
    return work();
  } catch (error) {
    if (typeof error?.path !== "string") throw error;
    return undefined;
  }
}

/** What the field `opposizioneVista` holds when the box was shown so for the patient of the form. */
const seen = (form, opposes) => `${opposes ? 1 : 0} ${bare(form[CF])}`;
const seenFor = (form, opposes) => form.opposizioneVista === seen(form, opposes);

/** The page of the form. `row` is what is kept; `wrong` what this attempt to save it met. */
function show(c, { form, row, errors = {}, wrong, anyway = false }) {
  const { office, database, lang, words, simulator } = c.var;
  const said = words.invoice;
  const { ambiente, profile, policy } = office.settings;
  const settings = { ambiente, profile, ...(policy && { policy }) };
  const known = row && ofInvoice(database, row.patient, form[CF]);
  const body = invoiceForm({
    form,
    errors: row && wrong === undefined ? { ...reasonsOf(c, row, form), ...errors } : errors,
    patients: offered(database),
    words: said,
    lang,
    settings,
    now: simulator === null ? null : office.now,
    action: row === undefined ? "/documenti/nuovo" : `/documenti/${row.id}/modifica`,
    cancel: row === undefined ? "/documenti" : `/documenti/${row.id}`,
    anyway,
    computed: computed(c, form),
    opposesKnown: known?.opposes === true && form[OPPOSES] !== "1",
  });
  return c.render([notes(wrong ?? above(c, row)), body], {
    title: row === undefined ? said.newTitle : said.editTitle(row.number),
    lead: said.lead,
    back: row === undefined ? { href: "/documenti", text: said.back } : { href: `/documenti/${row.id}`, text: said.backToDocument },
    scripts: ["/libsts/element.js", "/public/invoice.js"],
  });
}

/** The total that follows from what the form holds, for people; null when there is none. */
function computed(c, form) {
  const { office, format } = c.var;
  const { invoice } = read(form);
  const totale = readably(() => Sts.check({ ...invoice, id: "new" }, office.settings, office.now).totale);
  return totale ? format.money(totale) : null;
}

/** What to know before an edit. */
function above(c, row) {
  if (row === undefined) return [];
  const { notes: said } = c.var.words.invoice;
  if (row.problem !== null) {
    const { message } = JSON.parse(row.problem);
    return [{ tone: "error", label: said.error, text: said.problem, detail: said.problemDetail(message.split(";")[0]) }];
  }
  if (!THERE.includes(row.state)) return [{ tone: "info", text: said.notSent }];
  return [closed(c.var.office, row) ? { tone: "warning", text: said.closed } : { tone: "info", text: said.sent }];
}

/** Whether nothing of its tax year can be changed on Sistema TS any more. */
function closed({ settings, now }, { paid }) {
  return paid !== null && readably(() => Sts.scadenza(paid, settings, now).scadenza?.stato) === "closed";
}

/** What libsts says is wrong with what is kept, by field. */
function reasonsOf(c, row, form) {
  const { lang, office } = c.var;
  const { invoice, names } = read(form);
  // What it was last told of is not what is kept, or lies behind.
  const behind = row.problem !== null || row.told !== row.version || row.view === null;
  const judged = () => Sts.check({ ...invoice, id: row.id }, office.settings, office.now);
  const { reasons, verdict } = behind ? (readably(judged) ?? { reasons: [] }) : JSON.parse(row.view);
  return verdict === "fix" ? byField(reasons, names, lang) : {};
}

function byField(reasons, names, lang) {
  const errors = {};
  for (const reason of reasons) {
    if (reason.severity !== "error") continue;
    const name = near(reason.path, names);
    errors[name] = errors[name] === undefined ? reason[lang] : `${errors[name]} ${reason[lang]}`;
  }
  return errors;
}

/** The field of a place, or the nearest above it. */
function near(path, names) {
  for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) if (at in names) return names[at];
  return "numDocumento";
}

/** Reads, judges and keeps what was posted; comes back to the form when something is wrong with it. */
async function save(c, form, row) {
  const { office, database, lang, words } = c.var;
  const said = words.invoice;
  const id = typedIn(form, "id");
  const patient = typedIn(form, "paziente");
  const errors = {};
  if (patient === "") errors.paziente = said.errors.name;
  fillIn(database, form, errors, said);
  const { invoice, errors: unread, names } = read(form);
  for (const [name, kind] of Object.entries(unread)) errors[name] = said.errors[kind];
  const again = (extra) => show(c, { form, row: row ?? undefined, errors, wrong: attempt(said, form, errors, extra?.anyway), ...extra });
  if (Object.keys(errors).length > 0) {
    c.status(422);
    return again();
  }

  const { settings, now } = office;
  let judged;
  try {
    judged = judge(invoice, id, settings, now);
  } catch (error) {
    // What no field of ours can hold; the sentence names the place.
    if (typeof error?.path !== "string") throw error;
    errors[near(error.path.replace(/^\/invoice/, ""), names)] = said.errors.other(error.message);
    c.status(422);
    return again();
  }
  Object.assign(errors, judged.verdict === "fix" ? byField(judged.reasons, names, lang) : {});
  if (taken(database, { number: invoice.numDocumento, day: invoice.dataEmissione, id })) {
    errors.numDocumento = said.errors.taken;
  }
  if (Object.keys(errors).length > 0 && typedIn(form, "comunque") !== "1") {
    c.status(422);
    return again({ anyway: true });
  }

  const before = row === null ? null : JSON.parse(row.view ?? "null");
  const opposes = invoice.cessionarioCommittente?.flagOpposizione === "1";
  const kept = office.keep(id, {
    patient,
    // What an old invoice says counts for the patient only when it was changed.
    opposes: row !== null && seenFor(form, opposes) ? null : opposes,
    invoice,
    version: Number(typedIn(form, "versione")) || 0,
  });
  if (kept === null) return conflict(c, form, id, row);
  await patiently(office.catchUp());
  const { key, tone } = await outcome(office, database, id, before);
  say(c, key, {}, tone);
  const unreadable = database.get("SELECT problem FROM document WHERE id = ?", id)?.problem;
  return c.redirect(unreadable ? `/documenti/${id}/modifica` : `/documenti/${id}`, 303);
}

/** Total and payment that were left empty are filled in; `invoice` is judged as it will be kept. */
function judge(invoice, id, settings, now) {
  const judged = Sts.check({ ...invoice, id }, settings, now);
  const { totale } = judged;
  if (totale === null) return judged;
  const payments = invoice.pagamenti ?? [];
  const open = payments.length === 1 && payments[0].importo === undefined;
  if (!open && invoice.importoTotaleDocumento !== undefined) return judged;
  invoice.importoTotaleDocumento ??= totale;
  if (open) payments[0].importo = totale;
  return Sts.check({ ...invoice, id }, settings, now);
}

/** A known patient's tax code and opposition, for who has no script. */
function fillIn(database, form, errors, said) {
  const name = typedIn(form, "paziente");
  const company = typedIn(form, "cessionarioCommittente.personaFisica") === "false";
  if (name === "" || company) return;
  const opposes = typedIn(form, OPPOSES) === "1";
  if (typedIn(form, CF) === "") {
    const named = ofName(database, name);
    if (named.length > 1 && !opposes) {
      errors[CF] = said.errors.homonyms;
      return;
    }
    if (named.length === 1) form[CF] = named[0].cf;
  }
  if (opposes || ofInvoice(database, name, form[CF])?.opposes !== true) return;
  // The box was seen as it stands for this patient, and is unticked on purpose.
  if (seenFor(form, true) || seenFor(form, false)) return;
  form[OPPOSES] = "1";
  form.opposizioneVista = seen(form, true);
  errors[OPPOSES] = said.errors.opposition;
}

/** What is said above the form when nothing was saved. */
function attempt({ notes: said }, form, errors, anyway) {
  const names = Object.keys(errors);
  const detail = anyway ? `${said.nothingSaved} ${said.anyway}` : said.nothingSaved;
  // What was posted stands in the order of the page.
  const first = Object.keys(form).find((name) => names.includes(name)) ?? names[0];
  const action = { href: `#${idOf(first)}`, text: said.toTheFirst };
  return [{ tone: "error", label: said.error, text: said.wrong(names.length), detail, action }];
}

/** Somebody else has saved it meanwhile; nothing typed is lost, and nothing is overwritten. */
function conflict(c, form, id, row) {
  const { notes: said } = c.var.words.invoice;
  c.status(409);
  const wrong =
    row === null
      ? [{ tone: "warning", text: said.twice, detail: said.twiceDetail, action: { href: `/documenti/${id}`, text: said.twiceOpen } }]
      : [
          {
            tone: "warning",
            text: said.conflict,
            detail: said.conflictDetail,
            action: { href: `/documenti/${id}/modifica`, text: said.conflictOpen },
          },
        ];
  return show(c, { form, row: row ?? undefined, wrong });
}
