// From the fields of a form to an invoice, and from the places of reasons back to the fields.

/**
 * What the fields of `fixtures/schema/invoice.schema.json` hold that is not plain text, by the last
 * word of their path. A test compares this with the schema.
 */
export const KINDS = {
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

const READ = {
  text: (text) => text,
  // As written in Italy: 1.234,50. Without a comma it is left as it is, for the engine to judge.
  amount: (text) => {
    const bare = text.replace(/[€%\s]/g, "");
    return bare.includes(",") ? bare.replace(/\./g, "").replace(",", ".") : bare;
  },
  date: (text) => {
    const parts = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
    return parts ? `${parts[3]}-${parts[2].padStart(2, "0")}-${parts[1].padStart(2, "0")}` : text;
  },
  // Zero is no number of anything here, so the engine says what is allowed.
  integer: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : 0),
  boolean: (text) => !/^(false|no|0)$/i.test(text),
};

/** What a person types into; the others may hold something before anybody came. */
const CHOSEN = "select,output,data,[type=checkbox],[type=radio],[type=hidden]";
const typed = (control) => !control.matches(CHOSEN);

/** The text a control holds, or `true` or `false` of a plain checkbox; `undefined` for nothing. */
function held(control) {
  if (control.matches(":disabled")) return undefined;
  if (control.type === "checkbox") {
    if (!control.hasAttribute("value")) return control.checked;
    return control.checked ? control.value : undefined;
  }
  if (control.type === "radio") return control.checked ? control.value : undefined;
  const text = String(("value" in control ? control.value : control.textContent) ?? "").trim();
  return text === "" ? undefined : text;
}

/** One field: a control, or the radio buttons of one name. */
class Field {
  constructor(control, path, steps) {
    this.controls = [control];
    /** As written in `data-sts`. */
    this.path = path;
    this.steps = steps;
    /** Where it stands in the form: a JSON Pointer whose rows may have gaps. */
    this.place = pointer(steps);
    /** Where its value stands in the invoice; `null` when its row was left out. */
    this.pointer = null;
  }

  get control() {
    return this.controls.find((control) => control.checked) ?? this.controls[0];
  }

  get filled() {
    return this.controls.some((control) => ![undefined, false].includes(held(control)));
  }

  value(convert) {
    const control = this.control;
    let value = held(control);
    if (typeof value === "string") {
      const kind = control.dataset.stsType ?? KINDS[this.steps.at(-1)] ?? "text";
      value = (READ[kind] ?? READ.text)(value);
    }
    return convert ? convert(this.path, control, value) : value;
  }

  /** The words of its label, for a list of reasons. */
  get label() {
    const { control } = this;
    const label = control.labels?.[0];
    if (!label) return control.getAttribute("aria-label") ?? "";
    const words = label.cloneNode(true);
    for (const other of words.querySelectorAll("input,select,textarea,button,output,sts-reason")) {
      other.remove();
    }
    return words.textContent
      .replace(/\s+/g, " ")
      .trim()
      .replace(/\s*[:*]+$/, "");
  }
}

const pointer = (steps) => steps.map((step) => `/${step}`).join("");

/** The fields of a form in their order, with rows of `name[]` numbered as they repeat. */
function fieldsOf(root) {
  const fields = [];
  const open = new Map();
  const radios = new Map();
  for (const control of root.querySelectorAll("[data-sts]")) {
    const path = control.dataset.sts;
    const group = control.type === "radio" && control.name ? `${control.name} ${path}` : null;
    if (radios.has(group)) {
      radios.get(group).controls.push(control);
      continue;
    }
    const steps = path.match(/[^.[\]]+|\[\]/g) ?? [];
    const at = steps.indexOf("[]");
    if (at >= 0) {
      const list = pointer(steps.slice(0, at));
      const row = open.get(list) ?? { number: 0, seen: new Set() };
      open.set(list, row);
      if (row.seen.has(path)) {
        row.number += 1;
        row.seen.clear();
      }
      row.seen.add(path);
      steps[at] = String(row.number);
    }
    const field = new Field(control, path, steps);
    if (group) radios.set(group, field);
    fields.push(field);
  }
  return fields;
}

/** The row, or the part of the invoice, that a field belongs to; `null` for its own fields. */
function rowOf({ steps }) {
  if (steps.length < 2 || steps[0] === "cessionarioCommittente") return null;
  return pointer(steps.slice(0, -1));
}

/**
 * Reads a form. Rows, stamp duty and linked invoice in which nothing was typed are left out, with
 * whatever a list or a box in them has chosen beforehand; the rows that are left close ranks.
 *
 * @returns {{ invoice: object, fields: Field[] }}
 */
export function readForm(root, base, convert) {
  const invoice = structuredClone(base ?? {});
  const fields = fieldsOf(root);
  const rows = new Map();
  for (const field of fields) {
    const row = rowOf(field);
    if (row === null) continue;
    const members = rows.get(row) ?? [];
    members.push(field);
    rows.set(row, members);
  }
  const used = (row) => {
    const members = rows.get(row);
    const typing = members.filter((field) => typed(field.control));
    return (typing.length ? typing : members).some((field) => field.filled);
  };
  const ranks = new Map();
  for (const field of inOrder(fields)) {
    const row = rowOf(field);
    if (row !== null && !used(row)) continue;
    const steps = [...field.steps];
    const at = steps.findIndex((step) => /^\d+$/.test(step));
    if (at >= 0) {
      const list = pointer(steps.slice(0, at));
      const ranked = ranks.get(list) ?? [];
      ranks.set(list, ranked);
      if (!ranked.includes(steps[at])) ranked.push(steps[at]);
      steps[at] = ranked.indexOf(steps[at]);
    }
    field.pointer = pointer(steps);
    const value = field.value(convert);
    if (value !== undefined) put(invoice, steps, value);
  }
  return { invoice, fields };
}

/** The fields with the rows of lists by their numbers, whatever the order on the page. */
function inOrder(fields) {
  const number = (field) => Number(field.steps.find((step) => /^\d+$/.test(step)) ?? -1);
  return [...fields].sort((a, b) => number(a) - number(b));
}

function put(invoice, steps, value) {
  let part = invoice;
  steps.slice(0, -1).forEach((step, i) => {
    part[step] ??= typeof steps[i + 1] === "number" ? [] : {};
    part = part[step];
  });
  part[steps.at(-1)] = value;
}

/** The field whose value a reason is about, or `undefined`. */
export const fieldAt = (fields, path) => fields.find((field) => field.pointer === path);

/** The fields at or under a place, in rows left out too. */
export const fieldsUnder = (fields, path) =>
  fields.filter(({ pointer, place }) =>
    [pointer, place].some((at) => at === path || at?.startsWith(`${path}/`)),
  );

/** The field to go to for a reason: its own, the first under it, or a neighbour in its row. */
export function fieldNear(fields, path) {
  for (let at = path; at; at = at.slice(0, at.lastIndexOf("/"))) {
    const near = fieldAt(fields, at) ?? fieldsUnder(fields, at)[0];
    if (near) return near;
  }
  return undefined;
}
