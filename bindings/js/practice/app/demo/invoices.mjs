// Invented invoices of an invented psychologist, for the demonstration. The people do not exist, and
// their tax codes belong to nobody.
import { Sts } from "libsts";

/** Name and tax code. */
const PEOPLE = [
  ["Anna Provani", "PRVNNA80C61X999L"],
  ["Piero Pazini", "PZNPRV80A01X999E"],
];
/** Who opposes the sending of the tax code. */
const OPPOSED = ["Bruno Inventi", ""];

/** The holder whom the simulator knows. */
export const PROFILE = { categoria: "psicologo", cfProprietario: "PSCPRV80A01X999I", pIva: "99900011000" };
export const CREDENTIALS = { username: "PSCPRV80A01X999I", password: "Prova.0000", pincode: "9000000001" };

/** `count` invoices until today, one a day and more where there are many. */
export function* invoices(count, now) {
  const perDay = Math.max(1, Math.ceil(count / 300));
  for (let i = count; i > 0; i -= 1) {
    const day = Sts.data(now - Math.floor((i - 1) / perDay) * 86_400_000).data;
    const person = i % 9 === 4 ? OPPOSED : PEOPLE[i % PEOPLE.length];
    yield invoice(count - i + 1, day, person, i);
  }
}

function invoice(n, day, [patient, cf], i) {
  const opposes = cf === "";
  const unpaid = i % 11 === 3;
  const fee = 50 + (n % 5) * 10;
  const fund = (fee * 2) / 100;
  const total = (fee + fund + 2).toFixed(2);
  const number = `${n}/${day.slice(0, 4)}`;
  return {
    id: `${day.slice(0, 4)}-${n}`,
    patient,
    opposes,
    invoice: {
      stato: "emessa",
      dataEmissione: day,
      numDocumento: number,
      cessionarioCommittente: { personaFisica: true, ...(opposes ? { flagOpposizione: "1" } : { cfCittadino: cf }) },
      dettaglioLinee: [{ prezzoTotale: fee.toFixed(2), naturaIVA: "N2.2", tipoSpesa: "SP" }],
      datiCassaPrevidenziale: [{ tipoCassa: "TC21", alCassa: "2.00", importoContributoCassa: fund.toFixed(2), naturaIVA: "N2.2" }],
      datiBollo: { importoBollo: "2.00", addebitato: true },
      importoTotaleDocumento: total,
      pagamenti: unpaid ? [] : [{ dataPagamento: day, importo: total, modalitaPagamento: "MP08" }],
    },
  };
}
