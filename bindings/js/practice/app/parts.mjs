// What screens are made of. Pure: the same words give the same HTML. Texts come translated; nothing
// here knows a language, the protocol, or what an invoice is.
import { html } from "hono/html";

import { attributes } from "./attributes.mjs";
import { button, hidden } from "./fields.mjs";
import { TONE_ICONS, icon } from "./icons.mjs";

export { attributes } from "./attributes.mjs";
export { button, checkbox, choice, field, hidden, post, search, toggle } from "./fields.mjs";
export { icon } from "./icons.mjs";

/**
 * @typedef {"send"|"ready"|"wait"|"none"|"fix"|"warn"} Tone The tones of `<sts-check>`, and `ready` and
 *   `warn`: done well; can be done now; under way or still to come; nothing to do; a person must act;
 *   merits a look.
 */

/** @type {Record<string, {tone: Tone, icon?: string}>} */
const STATES = {
  waiting: { tone: "wait" },
  to_fix: { tone: "fix" },
  out_of_scope: { tone: "none" },
  ready: { tone: "ready" },
  queued: { tone: "wait" },
  sending: { tone: "wait", icon: "sync" },
  handed_in: { tone: "wait", icon: "document" },
  unknown: { tone: "warn", icon: "question" },
  accepted: { tone: "send" },
  accepted_with_warnings: { tone: "warn" },
  refused: { tone: "fix", icon: "close" },
  conflict: { tone: "fix", icon: "differ" },
  changing: { tone: "wait", icon: "sync" },
  changed_after_sending: { tone: "warn", icon: "differ" },
  change_refused: { tone: "fix", icon: "close" },
  cancelled: { tone: "none", icon: "refund" },
  deleted: { tone: "none", icon: "trash" },
  given_up: { tone: "fix", icon: "stop" },
};

/**
 * The look of a document's state, for `badge`; that of a note for a state of a later version.
 * @param {string} state As the engine names it.
 */
export const stateLook = (state) => STATES[state] ?? { tone: "none", icon: "info" };

/**
 * A state in a word, told by colour, drawing and text.
 * @param {{tone: Tone, text: unknown, icon?: string}} it
 */
export const badge = ({ tone, text, icon: drawing }) =>
  html`<span class="badge tone-${tone}">${icon(drawing ?? TONE_ICONS[tone])}<span>${text}</span></span>`;

/**
 * An amount, its digits below one another. @param {string|number} value For machines, with a point.
 * @param {string} text As people read it.
 */
export const amount = (value, text) => html`<data class="amount" value="${String(value)}">${text}</data>`;

/**
 * A day or an instant. @param {string} iso @param {string} text As people read it.
 * @param {string} [title] The whole of a shortened one.
 */
export const time = (iso, text, title) =>
  html`<time datetime="${iso}"${attributes({ title })}>${text}</time>`;

const NOTES = {
  error: ["fix", "alert"],
  warning: ["warn", "warning"],
  info: ["wait", "info"],
  success: ["send", "check"],
};

/**
 * Something to be told, with what can be done about it.
 * @param {object} it
 * @param {"error"|"warning"|"info"|"success"} it.tone
 * @param {unknown} it.text
 * @param {string} [it.label] The tone in a word, for screen readers: «Errore».
 * @param {unknown} [it.detail] A second, smaller sentence, or HTML.
 * @param {{href: string, text: string}} [it.action] Where it is put right.
 */
export function note({ tone, text, label, detail, action }) {
  const [look, drawing] = NOTES[tone] ?? NOTES.info;
  return html`<div class="note tone-${look}">
    ${icon(drawing)}
    <div>
      <p>${label && html`<span class="said">${label}: </span>`}${text}</p>
      ${detail && html`<div class="detail">${detail}</div>`}
    </div>
    ${action && html`<a class="go" href="${action.href}">${action.text}${icon("next")}</a>`}
  </div>`;
}

/** Several of them as a list. @param {Parameters<typeof note>[0][]} items */
export const notes = (items) =>
  items.length > 0 && html`<ul class="notes">${items.map((item) => html`<li>${note(item)}</li>`)}</ul>`;

/**
 * A part of a screen with a heading of its own.
 * @param {object} it
 * @param {string} it.title An `h2`.
 * @param {unknown} it.body
 * @param {unknown} [it.lead] A sentence below the heading.
 * @param {unknown} [it.actions] Buttons beside the heading.
 * @param {string} [it.id]
 * @param {boolean} [it.bare] Without surface and edge: for tables and lists that bring their own.
 */
export const section = ({ title, body, lead, actions, id, bare }) => html`
  <section${attributes({ class: bare ? "section" : "section card", id })}>
    <header><h2>${title}</h2>${actions && html`<div class="buttons">${actions}</div>`}${
      lead && html`<p class="lead">${lead}</p>`
    }</header>
    ${body}
  </section>`;

/**
 * A table; a card for each row where there is no room for one.
 * @param {object} it
 * @param {string} it.caption What it lists, for screen readers; seen with `showCaption`.
 * @param {boolean} [it.showCaption]
 * @param {{label: string, kind?: "title"|"amount"|"date"|"state"|"actions"|"text", corner?: boolean}[]}
 *   it.columns Exactly one `title`: it names the row and heads the card. `amount` is set flush right;
 *   `corner` puts one cell into the card's upper corner, without its label; `actions` has its label
 *   for screen readers only.
 * @param {{cells: unknown[], id?: string, tone?: Tone}[]} it.rows A cell for each column; `tone` marks
 *   the edge of the row.
 */
export function table({ caption, showCaption, columns, rows }) {
  const kind = ({ kind = "text", corner }) => `${kind}${corner ? " corner" : ""}`;
  return html`<div class="table"><table>
    <caption${attributes({ class: showCaption ? null : "said" })}>${caption}</caption>
    <thead><tr>${columns.map(
      (column) =>
        html`<th scope="col" class="${kind(column)}">${
          column.kind === "actions" ? html`<span class="said">${column.label}</span>` : column.label
        }</th>`,
    )}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr${attributes({ id: row.id, class: row.tone && `tone-${row.tone}` })}>${row.cells.map(
          (cell, n) =>
            columns[n].kind === "title"
              ? html`<th scope="row" class="${kind(columns[n])}">${cell}</th>`
              : html`<td class="${kind(columns[n])}" data-label="${columns[n].label}"><div>${cell}</div></td>`,
        )}</tr>`,
    )}</tbody>
  </table></div>`;
}

/**
 * From page to page.
 * @param {{label: string, text: string, previous: {href?: string, text: string},
 *   next: {href?: string, text: string}}} it `text` says where one is: «26–50 di 312»; without
 *   `href` there is no such page.
 */
export function pager({ label, text, previous, next }) {
  const step = ({ href, text }, rel) => {
    const inside =
      rel === "prev" ? html`${icon("back")}<span>${text}</span>` : html`<span>${text}</span>${icon("next")}`;
    return href
      ? html`<a class="button plain" rel="${rel}" href="${href}">${inside}</a>`
      : html`<span class="button plain off">${inside}</span>`;
  };
  return html`<nav class="pager" aria-label="${label}">
    ${step(previous, "prev")}
    <p>${text}</p>
    ${step(next, "next")}
  </nav>`;
}

/**
 * Links among which one is the present view.
 * @param {{label: string, items: {href: string, text: string, count?: number|string, current?: boolean,
 *   tone?: Tone}[]}} it `tone` colours the count.
 */
export const tabs = ({ label, items }) => html`
  <nav class="tabs" aria-label="${label}"><ul>${items.map(
    (item) =>
      html`<li><a href="${item.href}"${attributes({
        "aria-current": item.current ? "true" : null,
      })}>${item.text}${
        item.count !== undefined &&
        html` <span class="count${item.tone ? ` tone-${item.tone}` : ""}">${String(item.count)}</span>`
      }</a></li>`,
  )}</ul></nav>`;

/**
 * Where a list would be.
 * @param {{title: string, text?: unknown, icon?: string, action?: unknown}} it `action` is HTML.
 */
export const empty = ({ title, text, icon: drawing = "document", action }) => html`
  <div class="empty">${icon(drawing)}<p class="title">${title}</p>${text && html`<p>${text}</p>`}${
    action && html`<div class="buttons">${action}</div>`
  }</div>`;

/**
 * Names and values. @param {{term: string, value: unknown}[]} items Those whose value is `null` are
 * left out.
 * @param {{wide?: boolean}} [look] `wide`: in columns where there is room.
 */
export const facts = (items, { wide } = {}) => html`
  <dl class="facts${wide ? " wide-facts" : ""}">${items
    .filter(({ value }) => value != null)
    .map(({ term, value }) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;

/**
 * Numbers worth a glance, each a link to what it counts.
 * @param {{value: string|number, text: string, href?: string, tone?: Tone, detail?: unknown}[]} items
 */
export const figures = (items) =>
  html`<ul class="figures">${items.map((item) => {
    const inside = html`<span class="value">${item.tone && icon(TONE_ICONS[item.tone])}${String(item.value)}</span>
    <span class="text">${item.text}</span>${item.detail && html`<span class="detail">${item.detail}</span>`}`;
    const look = `figure${item.tone ? ` tone-${item.tone}` : ""}`;
    return html`<li>${
      item.href
        ? html`<a class="${look}" href="${item.href}">${inside}</a>`
        : html`<div class="${look}">${inside}</div>`
    }</li>`;
  })}</ul>`;

/**
 * What can be done with a row, behind one button; opens without script, and is closed by Escape and by
 * a press elsewhere. On a phone it comes up from the foot of the window.
 * @param {object} it
 * @param {string} it.id Unique on the page.
 * @param {string} it.text Of the button: «Azioni».
 * @param {string} it.about What they are done with: said after the text, seen at the head of the menu.
 * @param {string} it.close Of the button that closes it on a phone.
 * @param {({text: string, hint: string, icon?: string, tone?: "danger", href?: string, action?: string,
 *   fields?: Record<string, string|number>})[]} it.items `hint` explains it in a sentence. A link with
 *   `href`, a form with `action`; without either it cannot be done now, and the hint says why.
 * @param {{text: string, items: typeof it.items}} [it.more] What is rarely wanted, closed at first.
 */
export function actions({ id, text, about, close, items, more }) {
  const name = `${text}: ${about}`;
  const inside = (item) =>
    html`${icon(item.icon ?? "next")}<span><b>${item.text}</b> <small>${item.hint}</small></span>`;
  const one = (item) => {
    const look = `item ${item.tone ?? ""}`;
    if (item.href) return html`<a class="${look}" href="${item.href}">${inside(item)}</a>`;
    if (!item.action) return html`<span class="${look} off">${inside(item)}</span>`;
    return html`<form method="post" action="${item.action}">
      ${hidden(item.fields)}<button class="${look}">${inside(item)}</button>
    </form>`;
  };
  return html`<div class="actions-menu">
    <button class="button plain small" type="button" popovertarget="${id}" aria-label="${name}">
      <span>${text}</span>${icon("down")}
    </button>
    <div class="menu" id="${id}" popover role="group" aria-label="${name}">
      <p class="about">${about}</p>
      <ul>${items.map((item) => html`<li>${one(item)}</li>`)}</ul>
      ${more && html`<details>
        <summary>${icon("next")}${more.text}</summary>
        <ul>${more.items.map((item) => html`<li>${one(item)}</li>`)}</ul>
      </details>`}
      <button class="button plain closer" type="button" popovertarget="${id}" popovertargetaction="hide">
        ${close}
      </button>
    </div>
  </div>`;
}

/**
 * Asks before something is done: what will happen, what it does not take back, and the buttons.
 * @param {object} it
 * @param {unknown} it.text What is about to be done, in a sentence.
 * @param {{title: string, items: unknown[]}} it.happens
 * @param {{title: string, items: unknown[]}} [it.cannot] What cannot be undone, or to look out for.
 * @param {unknown} [it.body] HTML between those and the buttons, inside the form: a field, facts.
 * @param {string} it.action Where it is posted.
 * @param {Record<string, string|number>} [it.fields]
 * @param {{text: string, tone?: "primary"|"danger", icon?: string}} it.submit
 * @param {{href: string, text: string}} it.cancel
 */
export const confirm = ({ text, happens, cannot, body, action, fields, submit, cancel }) => html`
  <form class="confirm card" method="post" action="${action}">
    ${hidden(fields)}
    <p class="question">${text}</p>
    <div class="effects">
      <section><h2>${happens.title}</h2><ul>${happens.items.map(
        (item) => html`<li>${icon("check")}<span>${item}</span></li>`,
      )}</ul></section>
      ${
        cannot &&
        html`<section class="tone-warn"><h2>${cannot.title}</h2><ul>${cannot.items.map(
          (item) => html`<li>${icon("warning")}<span>${item}</span></li>`,
        )}</ul></section>`
      }
    </div>
    ${body}
    <div class="buttons">${button({ tone: "primary", ...submit })}${button({ tone: "quiet", ...cancel })}</div>
  </form>`;

/**
 * How far something is. A script finds it by `data-progress` and renews `progress` and the text.
 * @param {{label: string, value: number, max: number, text: unknown, source?: string}} it `source`: where
 *   a script asks how far it is.
 */
export const progress = ({ label, value, max, text, source }) => html`
  <div class="progress card"${attributes({ "data-progress": source ?? true })}>
    <label>${label}<progress value="${value}" max="${max}"></progress></label>
    <p role="status">${text}</p>
  </div>`;

/**
 * What happened, or is to happen, in order.
 * @param {{tone: Tone, icon?: string, title: unknown, when?: unknown, body?: unknown}[]} items `when` is
 *   HTML, mostly of `time`.
 */
export const timeline = (items) => html`
  <ol class="timeline">${items.map(
    (item) => html`<li class="tone-${item.tone}">
    ${icon(item.icon ?? TONE_ICONS[item.tone])}
    <div><p class="what">${item.title}</p>${item.when && html`<p class="when">${item.when}</p>`}${
      item.body && html`<div class="more">${item.body}</div>`
    }</div>
  </li>`,
  )}</ol>`;

/**
 * What few need, closed at first. @param {{title: string, body: unknown, open?: boolean, hint?: unknown}} it
 */
export const disclosure = ({ title, body, open, hint }) => html`
  <details class="disclosure card"${attributes({ open })}>
    <summary>${icon("next")}<span>${title}${hint && html`<small>${hint}</small>`}</span></summary>
    <div class="inside">${body}</div>
  </details>`;
