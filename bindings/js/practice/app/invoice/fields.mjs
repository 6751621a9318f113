// What an invoice form holds, and how it is read. A field is named by its path in the invoice, as
// `fixtures/schema/invoice.schema.json` has it and as `<sts-check>` reads it in the page.
import { Sts } from "libsts";

/** The kinds of what is not plain text, by the last word of the path. */
const KINDS = {
  dataEmissione: "date",
  dataPagamento: "date",
  dispositivo: "integer",
  personaFisica: "boolean",
  sanitaria: "boolean",
  addebitato: "boolean",
  prezzoTotale: "amount",
  aliquotaIVA: "amount",
  importoContributoCassa: "amount",
  alCassa: "amount",
  importoBollo: "amount",
  importoTotaleDocumento: "amount",
  importo: "amount",
};

/** Parts in which nothing was typed are left out, with what their lists have chosen beforehand. */
const PARTS = {
  dettaglioLinee: {
    rows: true,
    typed: ["prezzoTotale", "descrizione", "aliquotaIVA"],
    chosen: ["naturaIVA", "tipoSpesa", "flagTipoSpesa", "sanitaria"],
  },
  datiCassaPrevidenziale: {
    rows: true,
    typed: ["importoContributoCassa"],
    chosen: ["tipoCassa", "alCassa", "aliquotaIVA", "naturaIVA"],
  },
  datiBollo: { typed: ["importoBollo"], chosen: ["addebitato"] },
  pagamenti: { rows: true, typed: ["dataPagamento", "importo"], chosen: ["modalitaPagamento"] },
  fatturaCollegata: { typed: ["dataEmissione", "numDocumento"], chosen: ["pIva", "dispositivo"] },
};
const PLAIN = [
  "stato",
  "tipoDocumento",
  "pIva",
  "dataEmissione",
  "dispositivo",
  "numDocumento",
  "cessionarioCommittente.personaFisica",
  "cessionarioCommittente.cfCittadino",
  "cessionarioCommittente.pIva",
  "cessionarioCommittente.flagOpposizione",
  "importoTotaleDocumento",
];

/** Most rows of one list that are read. */
const ROWS = 200;

/** As a person in Italy writes it, in the form that libsts takes; the same that `<sts-check>` does. */
const WRITTEN = {
  text: (text) => text,
  amount: (text) => {
    const bare = text.replace(/[€%\s]/g, "");
    return bare.includes(",") ? bare.replace(/\./g, "").replace(",", ".") : bare;
  },
  date: (text) => {
    const parts = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
    return parts ? `${parts[3]}-${parts[2].padStart(2, "0")}-${parts[1].padStart(2, "0")}` : text;
  },
  integer: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : 0),
  boolean: (text) => !/^(false|no|0)$/i.test(text),
};

/** And back again. */
const READ_BACK = {
  amount: (text, point) => text.replace(".", point),
  date: (text) => text.replace(/^(\d{4})-(\d\d)-(\d\d)$/, "$3/$2/$1"),
};

/** Whether libsts can read it. */
const READABLE = {
  amount: (text) => Sts.importo(text).valid,
  date: (text) => Sts.data(text).valid,
};

const kindOf = (name) => KINDS[name.split(".").at(-1)] ?? "text";

/** Numbers of the rows of a list in a form, in order. */
export function rowsOf(form, list) {
  const numbers = Object.keys(form).map((name) => (name.startsWith(`${list}[`) ? parseInt(name.slice(list.length + 1), 10) : NaN));
  return [...new Set(numbers)].filter((n) => n >= 0).sort((a, b) => a - b).slice(0, ROWS);
}

/** What was typed into a field, trimmed. */
export const typedIn = (form, name) => (typeof form[name] === "string" ? form[name].trim() : "");

/**
 * Reads a form as it was posted.
 *
 * @returns {{ invoice: object, errors: Record<string, "amount"|"date">, names: Record<string, string> }}
 *   `errors` by field: what cannot be read, and stands in the invoice as it was typed. `names`: the
 *   field of each place of the invoice, as a JSON Pointer, because empty rows have closed ranks.
 */
export function read(form) {
  const invoice = {};
  const errors = {};
  const names = {};
  const take = (target, key, name, pointer) => {
    names[pointer] = name;
    const text = typedIn(form, name);
    if (text === "") return;
    const kind = kindOf(name);
    const value = WRITTEN[kind](text);
    if (READABLE[kind]?.(value) === false) errors[name] = kind;
    target[key] = value;
  };
  const part = (spec, name, pointer) => {
    const filled = spec.typed.some((key) => typedIn(form, `${name}.${key}`) !== "");
    const value = {};
    for (const key of [...spec.typed, ...spec.chosen]) take(value, key, `${name}.${key}`, `${pointer}/${key}`);
    return filled ? value : undefined;
  };

  names["/cessionarioCommittente"] = "cessionarioCommittente.cfCittadino";
  for (const name of PLAIN) {
    const [key, inner] = name.split(".");
    const target = inner === undefined ? invoice : (invoice[key] ??= {});
    take(target, inner ?? key, name, `/${name.replace(".", "/")}`);
  }
  for (const [name, spec] of Object.entries(PARTS)) {
    // The place of a whole part is its first field.
    names[`/${name}`] = `${name}${spec.rows ? "[0]" : ""}.${spec.typed[0]}`;
    if (!spec.rows) {
      const value = part(spec, name, `/${name}`);
      if (value !== undefined) invoice[name] = value;
      continue;
    }
    const rows = [];
    for (const n of rowsOf(form, name)) {
      const value = part(spec, `${name}[${n}]`, `/${name}/${rows.length}`);
      if (value !== undefined) rows.push(value);
    }
    if (rows.length > 0) invoice[name] = rows;
  }
  return { invoice, errors, names };
}

/** An invoice as its form shows it: the same names, texts as people write them in a language. */
export function shown(invoice, lang) {
  const form = {};
  const point = lang === "it" ? "," : ".";
  const write = (name, value) => {
    if (value === null || value === undefined) return;
    form[name] = READ_BACK[kindOf(name)]?.(String(value), point) ?? String(value);
  };
  for (const name of PLAIN) {
    const [key, inner] = name.split(".");
    write(name, inner === undefined ? invoice[key] : invoice[key]?.[inner]);
  }
  for (const [name, spec] of Object.entries(PARTS)) {
    const rows = spec.rows ? (invoice[name] ?? []).map((row, n) => [`${name}[${n}]`, row]) : [[name, invoice[name] ?? {}]];
    for (const [at, row] of rows) for (const key of [...spec.typed, ...spec.chosen]) write(`${at}.${key}`, row?.[key]);
  }
  return form;
}
