// The form of the holder and the credentials, as HTML.
import { html } from "hono/html";

import { button, checkbox, disclosure, field, note, section } from "../../parts.mjs";
import { CODES, POLICY } from "./form.mjs";

/** What a person of the trade reads at these fields is not what a browser would fill in. */
const NO_HELP = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };

export function holder(c, { values, errors }) {
  const { office, words, lang } = c.var;
  const w = words.settings;
  const { kept, locked } = office.secrets;
  const input = (name, more = {}) =>
    field({
      label: w.fields[name],
      name,
      value: values[name],
      hint: w.hints[name],
      error: errors[name],
      attributes: NO_HELP,
      ...more,
    });
  const secret = (name, autocomplete) =>
    input(name, {
      type: "password",
      value: "",
      hint: kept[name] && !locked ? w.secrets.kept : w.secrets[name],
      attributes: { ...NO_HELP, autocomplete },
    });
  const other = values.username && values.cfProprietario && values.username !== values.cfProprietario;
  return section({
    id: "titolare",
    title: w.holder.title,
    lead: w.holder.lead,
    body: html`<form class="stack" method="post" action="/impostazioni">
      <div class="fields">
        ${input("cfProprietario", { required: true, attributes: { ...NO_HELP, maxlength: 20 } })}
        ${input("pIva", { required: true, attributes: { ...NO_HELP, inputmode: "numeric", maxlength: 20 } })}
        ${input("categoria", { type: "select", options: options(w.categories), attributes: {} })}
        ${input("username", {
          hint: other ? w.hints.usernameOther : w.hints.username,
          attributes: { ...NO_HELP, autocomplete: "username" },
        })}
        ${secret("password", "current-password")}
        ${secret("pincode", "off")}
      </div>
      ${advice(office.secrets.advice, lang)}
      ${structures(w, values, errors, input)}
      <div class="buttons">${button({ text: w.save, tone: "primary" })}</div>
    </form>`,
  });
}

/** What libsts remarks on the credentials that are kept. */
function advice(reasons, lang) {
  return reasons.map((reason) => note({ tone: reason.severity === "error" ? "error" : "warning", text: reason[lang] }));
}

/** What companies, bodies and structures need, and nobody else. */
function structures(w, values, errors, input) {
  const s = w.structures;
  const select = (name, none) =>
    input(name, { type: "select", options: [...(none ? [{ value: "", text: none }] : []), ...options(s[name])], attributes: {} });
  const wrong = ["accesso", ...CODES, ...POLICY].some((name) => errors[name]);
  return disclosure({
    title: s.title,
    hint: values.strutture ? s.on : s.off,
    open: wrong || values.strutture,
    body: html`<div class="stack">
      <p class="muted">${s.lead}</p>
      ${checkbox({ label: s.label, name: "strutture", checked: values.strutture })}
      <div class="fields">${select("accesso")}${CODES.map((name) => input(name))}</div>
      <h3>${s.policyTitle}</h3>
      <div class="fields">${POLICY.map((name) => select(name, s.official))}</div>
    </div>`,
  });
}

const options = (texts) => Object.entries(texts).map(([value, text]) => ({ value, text }));
