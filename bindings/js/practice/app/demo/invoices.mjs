// Invented invoices of an invented psychologist, for the demonstration: most are ready to leave, and
// the latest show everything else that can be true of an invoice.
import { Sts } from "libsts";

import { mistyped, people } from "./people.mjs";

/** The holder whom the simulator knows. */
export const PROFILE = { categoria: "psicologo", cfProprietario: "PSCPRV80A01X999I", pIva: "99900011000" };
export const CREDENTIALS = { username: "PSCPRV80A01X999I", password: "Prova.0000", pincode: "9000000001" };

const DAY = 86_400_000;
/** With fewer invoices all are ready, but one that is not paid. */
const ENOUGH = 24;
/** Days on which there are invoices, at most. */
const DAYS = 300;
const CARD = "MP08";
const TRANSFER = "MP05";
const CASH = "MP01";

/** What is special about the invoices, from the latest to the oldest; `null` is ready and plain. */
const SPECIAL = [
  unpaid,
  draft,
  null,
  wrongTaxCode,
  cash,
  opposed,
  null,
  forCompany,
  partPaid,
  null,
  noNature,
  mixed,
  noStamp,
  null,
  paidInAdvance,
  postdated,
  null,
  withReport,
  longNumber,
  forChild,
  wrongTotal,
  null,
  severalMeetings,
  lastYear,
];

/** `count` invoices until today, one a day and more where there are many, the oldest first. */
export function* invoices(count, now) {
  const all = people();
  const today = dayOf(now);
  const year = Number(today.slice(0, 4));
  const days = Math.min(DAYS, Math.floor((now - Date.UTC(year, 0, 1)) / DAY) + 1);
  const perDay = Math.ceil(count / days);
  for (let i = count - 1; i >= 0; i -= 1) {
    const n = count - i;
    const day = dayOf(now - Math.floor(i / perDay) * DAY);
    const person = all[n % all.length];
    const made = plain({ n, day, ...person });
    const special = count >= ENOUGH ? SPECIAL[i] : i === 2 ? unpaid : null;
    yield special ? special(made, { day, now, year, ...person }) : made;
  }
}

/** One meeting, paid at once. */
function plain({ n, day, patient, cf }) {
  const made = {
    id: `${day.slice(0, 4)}-${n}`,
    patient,
    opposes: false,
    invoice: {
      stato: "emessa",
      dataEmissione: day,
      numDocumento: `${n}/${day.slice(0, 4)}`,
      cessionarioCommittente: { personaFisica: true, cfCittadino: cf },
    },
  };
  return priced(made, 60 + (n % 4) * 10, n % 2 === 0 ? CARD : TRANSFER);
}

/** With this fee, the contribution to the pension fund, stamp duty where it is due, and paid. */
function priced(made, fee, means, stamp = fee * 1.02 > 77.47) {
  const fund = (fee * 2) / 100;
  const total = (fee + fund + (stamp ? 2 : 0)).toFixed(2);
  Object.assign(made.invoice, {
    dettaglioLinee: [{ prezzoTotale: fee.toFixed(2), naturaIVA: "N2.2", tipoSpesa: "SP" }],
    datiCassaPrevidenziale: [
      { tipoCassa: "TC21", alCassa: "2.00", importoContributoCassa: fund.toFixed(2), naturaIVA: "N2.2" },
    ],
    ...(stamp && { datiBollo: { importoBollo: "2.00", addebitato: true } }),
    importoTotaleDocumento: total,
    pagamenti: [{ dataPagamento: made.invoice.dataEmissione, importo: total, modalitaPagamento: means }],
  });
  return made;
}

function draft(made) {
  made.invoice.stato = "bozza";
  made.invoice.pagamenti = [];
  return made;
}

function unpaid(made) {
  made.invoice.pagamenti = [];
  return made;
}

function wrongTaxCode(made, { cf }) {
  made.invoice.cessionarioCommittente.cfCittadino = mistyped(cf);
  return made;
}

function cash(made) {
  return priced(made, 70, CASH);
}

function opposed(made) {
  made.patient = "Bruno Riservati";
  made.opposes = true;
  made.invoice.cessionarioCommittente = { personaFisica: true, flagOpposizione: "1" };
  return made;
}

function forCompany(made) {
  made.patient = "Esempio Formazione S.r.l.";
  made.invoice.cessionarioCommittente = { personaFisica: false, pIva: "99900021009" };
  return made;
}

function partPaid(made, { day }) {
  made.invoice.pagamenti = [{ dataPagamento: day, importo: "30.00", modalitaPagamento: CARD }];
  return made;
}

function noNature(made) {
  for (const line of [...made.invoice.dettaglioLinee, ...made.invoice.datiCassaPrevidenziale]) delete line.naturaIVA;
  return made;
}

/** Partly by card and partly in cash: not traced. */
function mixed(made, { day }) {
  priced(made, 80, CARD);
  const total = Number(made.invoice.importoTotaleDocumento);
  made.invoice.pagamenti = [
    { dataPagamento: day, importo: "50.00", modalitaPagamento: CARD },
    { dataPagamento: day, importo: (total - 50).toFixed(2), modalitaPagamento: CASH },
  ];
  return made;
}

/** Stamp duty would be due. */
function noStamp(made) {
  return priced(made, 90, CARD, false);
}

function paidInAdvance(made, { day }) {
  made.invoice.pagamenti[0].dataPagamento = dayOf(Date.parse(day) - 2 * DAY);
  return made;
}

/** Paid in some days: it becomes ready by itself. */
function postdated(made, { now }) {
  made.invoice.pagamenti[0].dataPagamento = dayOf(now + 3 * DAY);
  return made;
}

/** With a report that is no health expense. */
function withReport(made) {
  priced(made, 70, CARD);
  made.invoice.dettaglioLinee.push({ prezzoTotale: "40.00", naturaIVA: "N2.2", sanitaria: false });
  delete made.invoice.datiCassaPrevidenziale;
  made.invoice.datiBollo = { importoBollo: "2.00", addebitato: true };
  made.invoice.importoTotaleDocumento = made.invoice.pagamenti[0].importo = "112.00";
  return made;
}

/** The series of another program. */
function longNumber(made) {
  made.invoice.numDocumento = `STUDIO-${made.invoice.numDocumento}-PSICOLOGIA`;
  return made;
}

/** Nobody wrote down the tax code. */
function forChild(made) {
  made.patient = "Mattia Tentativi";
  made.invoice.cessionarioCommittente = { personaFisica: true };
  return made;
}

function wrongTotal(made) {
  const total = (Number(made.invoice.importoTotaleDocumento) + 10).toFixed(2);
  made.invoice.importoTotaleDocumento = made.invoice.pagamenti[0].importo = total;
  return made;
}

/** Five meetings, of which some may have to be paid back: the original of a credit note. */
function severalMeetings(made) {
  return priced(made, 300, TRANSFER);
}

/** Paid last year: late, or too late, as the calendar says. */
function lastYear(made, { year }) {
  const day = `${year - 1}-12-18`;
  made.id = `${year - 1}-999`;
  made.invoice.numDocumento = `999/${year - 1}`;
  made.invoice.dataEmissione = made.invoice.pagamenti[0].dataPagamento = day;
  return made;
}

/** The day in Italy of an instant. */
function dayOf(instant) {
  return Sts.data(instant).data;
}
