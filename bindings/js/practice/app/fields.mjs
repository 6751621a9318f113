// What a person fills in and presses. Texts come translated; nothing here knows a language.
import { html } from "hono/html";

import { attributes } from "./attributes.mjs";
import { icon } from "./icons.mjs";

/** A name as part of an id: `pagamenti[0].importo` may not be written into `for` and `href` alike. */
export const idOf = (name) => `f-${name.replace(/[^\w-]+/g, "-")}`;

const described = (id, { hint, error }) =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || null;

const below = (id, { hint, error }) =>
  html`${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}${
    error && html`<p class="wrong" id="${id}-error">${icon("alert")}${error}</p>`
  }`;

/**
 * A button, or a link that looks like one.
 * @param {object} it
 * @param {unknown} it.text
 * @param {"primary"|"quiet"|"danger"|"plain"} [it.tone] `plain` by default: with an edge. `primary` at
 *   most once for each form; `quiet` has no edge.
 * @param {string} [it.href] Makes it a link.
 * @param {string} [it.icon] A name of icons.mjs, before the text.
 * @param {boolean} [it.small] For bars and rows; on a phone as tall as any.
 * @param {string} [it.label] What screen readers say in place of the text, beginning with the text.
 * @param {Record<string, unknown>} [it.attributes] Any other: `name`, `value`, `type`, `form`, …
 *   may also stand beside the others above.
 */
export function button({
  text,
  tone = "plain",
  href,
  icon: drawing,
  small,
  label,
  attributes: more,
  ...rest
}) {
  const common = { class: `button ${tone}${small ? " small" : ""}`, "aria-label": label, ...rest, ...more };
  const inside = html`${drawing && icon(drawing)}<span>${text}</span>`;
  return href === undefined
    ? html`<button${attributes(common)}>${inside}</button>`
    : html`<a href="${href}"${attributes(common)}>${inside}</a>`;
}

/**
 * A form of hidden fields and one button: what changes something and needs nothing else.
 * @param {object} it As `button` takes it, and:
 * @param {string} it.action
 * @param {Record<string, string|number>} [it.fields] Hidden fields.
 */
export const post = ({ action, fields, ...it }) =>
  html`<form method="post" action="${action}">${hidden(fields)}${button(it)}</form>`;

/** Hidden fields. @param {Record<string, string|number>} [fields] */
export const hidden = (fields = {}) =>
  Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${String(value)}">`,
  );

/**
 * A field with its label, what helps to fill it in, and what is wrong with it.
 * @param {object} it
 * @param {string} it.label
 * @param {string} it.name Its id is `f-` and the name with `-` for all that is not a letter or digit,
 *   so that a note can lead to it: `#f-password`.
 * @param {string|number|null} [it.value]
 * @param {unknown} [it.hint]
 * @param {unknown} [it.error] Marks it as wrong.
 * @param {string} [it.type] Of `input`, or `select` or `textarea`; `text` by default.
 * @param {{value: string, text: string}[]} [it.options] Of a `select`.
 * @param {string} [it.unit] After the control, such as `€`; hidden from screen readers, so the
 *   label says it, too.
 * @param {"short"|"whole"} [it.size] `short` for dates, amounts, numbers; `whole` the full line.
 * @param {boolean} [it.required]
 * @param {string} [it.optional] A word after the label of a field that may stay empty.
 * @param {Record<string, unknown>} [it.attributes] Of the control: `data-sts`, `inputmode`,
 *   `autocomplete`, `maxlength`, …
 */
export function field(it) {
  const { label, name, value, hint, error, type = "text", options, unit, size, required, optional } = it;
  const id = it.id ?? idOf(name);
  const common = attributes({
    id,
    name,
    required,
    "aria-describedby": described(id, it),
    "aria-invalid": error ? "true" : null,
    ...it.attributes,
  });
  const text = value == null ? "" : String(value);
  const control =
    type === "select"
      ? html`<div class="select"><select${common}>${options.map(
          (option) =>
            html`<option value="${option.value}"${attributes({ selected: String(option.value) === text })}>${
              option.text
            }</option>`,
        )}</select>${icon("down")}</div>`
      : type === "textarea"
        ? html`<textarea${common}>${text}</textarea>`
        : html`<input type="${type}" value="${text}"${common}>`;
  return html`<div class="field ${size ?? ""}">
    <label for="${id}">${label}${optional && html` <span class="optional">${optional}</span>`}</label>
    ${unit ? html`<div class="with-unit">${control}<span aria-hidden="true">${unit}</span></div>` : control}
    ${below(id, { hint, error })}
  </div>`;
}

/**
 * One of a few, all of them seen: «No» and «Sì», the environment.
 * @param {object} it As `field` takes it, with
 * @param {{value: string, text: string, hint?: unknown}[]} it.options A hint to any of them puts each
 *   on a line of its own.
 */
export function choice({ label, name, value, options, hint, error, size, attributes: more }) {
  const id = idOf(name);
  const lines = options.some((option) => option.hint);
  const outer = attributes({ "aria-describedby": described(id, { hint, error }) });
  return html`<fieldset class="field choice ${size ?? ""}"${outer}>
    <legend>${label}</legend>
    <div class="${lines ? "lines" : "segments"}">${options.map(
      (option, n) => html`<label>
      <input type="radio" name="${name}" value="${option.value}"${attributes({
        id: n === 0 ? id : null,
        checked: String(option.value) === String(value ?? ""),
        "aria-describedby": option.hint ? `${id}-${n}` : null,
        ...more,
      })}>
      <span>${option.text}</span>${option.hint && html`<small id="${id}-${n}">${option.hint}</small>`}
    </label>`,
    )}</div>
    ${below(id, { hint, error })}
  </fieldset>`;
}

/**
 * A box to tick. @param {object} it As `field` takes it, with
 * @param {boolean} [it.checked]
 * @param {string} [it.value] What is sent when it is ticked; `1` by default.
 */
export function checkbox({ label, name, value = "1", checked, hint, error, size, attributes: more }) {
  const id = idOf(name);
  return html`<div class="field tick ${size ?? ""}">
    <label><input type="checkbox" name="${name}" value="${value}"${attributes({
      id,
      checked,
      "aria-describedby": described(id, { hint, error }),
      "aria-invalid": error ? "true" : null,
      ...more,
    })}><span>${label}</span></label>
    ${below(id, { hint, error })}
  </div>`;
}

/**
 * Something that is on or off, changed by a press and kept at once: a form of its own.
 * @param {object} it
 * @param {string} it.label What is on or off.
 * @param {boolean} it.on
 * @param {string} it.text The present state in a word: «Sì», «No».
 * @param {string} it.action Where the press is posted.
 * @param {string} it.name The field posted, `1` to have it on and `0` to have it off.
 * @param {unknown} [it.hint]
 * @param {Record<string, string|number>} [it.fields] Further hidden fields.
 */
export function toggle({ label, on, text, action, name, hint, fields }) {
  const id = idOf(name);
  return html`<form class="toggle" method="post" action="${action}">
    ${hidden(fields)}
    <div>
      <p class="label" id="${id}-label">${label}</p>
      ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    </div>
    <button id="${id}" role="switch" name="${name}" value="${on ? "0" : "1"}"${attributes({
      "aria-checked": String(on),
      "aria-labelledby": `${id}-label`,
      "aria-describedby": hint ? `${id}-hint` : null,
    })}><span class="track"></span><span class="word">${text}</span></button>
  </form>`;
}

/**
 * A search by word; empty finds all.
 * @param {{action: string, name: string, value?: string, label: string, text: string,
 *   fields?: Record<string, string|number>}} it `text` of the button; `fields` that stay in the query.
 */
export const search = ({ action, name, value, label, text, fields }) => html`
  <form class="search" role="search" action="${action}">
    ${hidden(fields)}
    <label class="said" for="${idOf(name)}">${label}</label>
    <input type="search" id="${idOf(name)}" name="${name}" value="${value ?? ""}" placeholder="${label}">
    ${button({ text, icon: "search" })}
  </form>`;
