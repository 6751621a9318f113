// Invented people. They do not exist, and their tax codes belong to nobody: there is no place X999.
import { Sts } from "libsts";

/** Names, and tax codes without the character that checks them. */
const INVENTED = [
  ["Anna Provani", "PRVNNA80C61X999"],
  ["Piero Pazini", "PZNPRV80A01X999"],
  ["Elena Fintori", "FNTLNE85D52X999"],
  ["Marco Esempi", "SMPMRC72H08X999"],
  ["Lucia Inventi", "NVNLCU90M45X999"],
  ["Giorgio Finzioni", "FNZGRG66S23X999"],
  ["Paola Modelli", "MDLPLA78L61X999"],
  ["Sandro Campioni", "CMPSDR83P14X999"],
  ["Teresa Provetti", "PRVTRS59E58X999"],
  ["Davide Saggi", "SGGDVD95T02X999"],
  ["Irene Simuli", "SMLRNI88B49X999"],
  ["Carlo Ipotesi", "PTSCRL70R19X999"],
];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** `{ patient, cf }`; libsts must be loaded. */
export function people() {
  return INVENTED.map(([patient, code]) => ({ patient, cf: code + checkOf(code) }));
}

/** A tax code of the right form whose last character is not the one that checks it. */
export function mistyped(cf) {
  const last = LETTERS[(LETTERS.indexOf(cf.at(-1)) + 1) % LETTERS.length];
  return cf.slice(0, -1) + last;
}

function checkOf(code) {
  return [...LETTERS].find((letter) => Sts.codiceFiscale(code + letter).valid);
}
