// The form of an invoice: rows come and go, a known patient fills in, and what stands empty because
// it follows from the rest is shown. Without it the form works with a few empty rows.

const check = document.querySelector("sts-check");
const form = document.querySelector("form.invoice");
const named = (name) => form.elements.namedItem(name);

/* Rows */

const blank = new Map();
for (const list of form.querySelectorAll("[data-rows]")) {
  const [first, ...others] = list.children;
  blank.set(list, first.cloneNode(true));
  for (const row of others) if (row.classList.contains("spare")) row.remove();
  numbered(list);
}

function numbered(list) {
  const rows = [...list.children];
  rows.forEach((row, at) => {
    row.querySelector("legend").textContent = list.dataset.label.replace("{n}", at + 1);
    row.querySelector("[data-remove]").hidden = rows.length === 1;
  });
}

/** A row like the first of its list, with nothing typed in it. */
function another(list) {
  const row = blank.get(list).cloneNode(true);
  const from = row.dataset.row;
  const to = Math.max(-1, ...[...list.children].map((other) => Number(other.dataset.row))) + 1;
  const renamed = (text) => text.replace(`[${from}]`, `[${to}]`).replace(`-${from}-`, `-${to}-`);
  row.dataset.row = to;
  for (const note of row.querySelectorAll("sts-reason, .wrong, input[type=hidden]")) note.remove();
  for (const part of row.querySelectorAll("[name], [for], [id], [data-sts], [aria-describedby]")) {
    for (const name of ["name", "for", "id", "data-sts", "aria-describedby"]) {
      if (part.hasAttribute(name)) part.setAttribute(name, renamed(part.getAttribute(name)));
    }
    part.removeAttribute("aria-invalid");
    if (part.matches("input")) part.value = "";
  }
  return row;
}

for (const adder of form.querySelectorAll("[data-add]")) {
  adder.hidden = false;
  adder.addEventListener("click", () => {
    const list = form.querySelector(`[data-rows="${adder.dataset.add}"]`);
    const row = another(list);
    list.append(row);
    numbered(list);
    row.querySelector("input").focus();
  });
}
form.addEventListener("click", ({ target }) => {
  const remover = target.closest("[data-remove]");
  if (remover === null) return;
  const row = remover.closest("[data-row]");
  const list = row.parentElement;
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  numbered(list);
  next.querySelector("input").focus();
});

/* A known patient */

const OPPOSES = "cessionarioCommittente.flagOpposizione";
const who = named("paziente");
who.addEventListener("change", () => {
  const name = who.value.trim().toLowerCase();
  const known = [...document.querySelectorAll("#pazienti option")].filter((one) => one.value.toLowerCase() === name);
  if (known.length !== 1) return;
  const [{ dataset }] = known;
  named("cessionarioCommittente.cfCittadino").value = dataset.cf;
  named(OPPOSES).checked = dataset.opposes === "1";
  named("opposizioneVista").value = `${dataset.opposes === "1" ? 1 : 0} ${dataset.cf}`;
  check?.refresh?.();
});

/* What belongs to some documents alone */

const kind = named("tipoDocumento");
const original = form.querySelector("[data-original]");
const person = named("cessionarioCommittente.personaFisica");
const company = form.querySelector(".field.company");
function fitting() {
  const filled = (part) => [...part.querySelectorAll("input:not([type=hidden])")].some((field) => field.value !== "");
  original.hidden = kind.value !== "TD04" && !filled(original);
  company.hidden = person.value === "true" && !filled(company);
  for (const nature of form.querySelectorAll("select[name$='.naturaIVA']")) {
    const rate = nature.closest(".row").querySelector("[data-rate]");
    rate.closest(".field").hidden = nature.value !== "" && rate.value === "";
  }
}
form.addEventListener("change", fitting);
new MutationObserver(fitting).observe(form, { childList: true, subtree: true });
fitting();

/* The check */

let total = null;
const computed = form.querySelector("[data-computed]");
const money = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : "it-IT", { style: "currency", currency: "EUR" });
/** As the server does: an only payment without an amount is the total. */
const convert = (path, control, value) => {
  if (value !== undefined || !/^pagamenti\[\d+\]\.importo$/.test(path) || total === null) return value;
  const rows = [...form.querySelectorAll('[data-rows="pagamenti"] [data-row]')];
  const used = rows.filter((row) => [...row.querySelectorAll("input")].some((field) => field.value !== ""));
  return used.length === 1 && used[0].contains(control) ? total : value;
};
if (check !== null) {
  check.convert = convert;
  check.addEventListener("sts-judged", ({ detail: { judgement } }) => {
    if (judgement.totale !== total) {
      total = judgement.totale;
      computed.textContent = total === null ? "" : `${computed.dataset.computed} ${money.format(total)}`;
      check.refresh();
    }
    // The element's sentence stands where the server's stood.
    for (const wrong of form.querySelectorAll(".wrong")) {
      if (wrong.closest(".field").querySelector("sts-reason:not(:empty)") !== null) withdraw(wrong);
    }
  });
  if (form.querySelector("[aria-invalid=true]") !== null) {
    customElements.whenDefined("sts-check").then(() => check.reveal());
  }
}
// What the server said holds until the field is changed.
form.addEventListener("input", ({ target }) => {
  const wrong = target.closest(".field")?.querySelector(":scope > .wrong");
  if (!wrong) return;
  target.removeAttribute("aria-invalid");
  withdraw(wrong);
});

/** Takes a sentence of the server away, and from what describes its field. */
function withdraw(wrong) {
  const control = form.querySelector(`[aria-describedby~="${wrong.id}"]`);
  const ids = (control?.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== wrong.id);
  if (ids.length > 0) control?.setAttribute("aria-describedby", ids.join(" "));
  else control?.removeAttribute("aria-describedby");
  wrong.remove();
}
