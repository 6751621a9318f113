// `<sts-reason>`: the sentences beside one field. They are ordinary text of the page, where
// `aria-describedby` finds them; only the looks live in the shadow.

import { icon } from './icons.js';
import { reasonSheet } from './style.js';

let made = 0;

export class StsReason extends HTMLElement {
  #icon = document.createElement('span');
  #key = '';

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [reasonSheet];
    const row = document.createElement('div');
    row.className = 'row';
    const text = document.createElement('div');
    text.append(document.createElement('slot'));
    row.append(this.#icon, text);
    shadow.append(row);
  }

  /** Shows nothing. */
  clear() {
    this.#key = '';
    this.replaceChildren();
  }

  /** Shows these reasons, the gravest severity first; nothing for none. */
  show(reasons, words, theme) {
    const key = JSON.stringify([reasons.map(({ text }) => text), words.lang, theme]);
    if (key === this.#key) return;
    this.#key = key;
    this.id ||= `sts-reason-${(made += 1)}`;
    this.lang = words.lang;
    if (theme) this.setAttribute('theme', theme);
    else this.removeAttribute('theme');
    const severity = ['error', 'warning', 'info'].find((s) => reasons.some((r) => r.severity === s));
    this.setAttribute('severity', severity ?? 'info');
    this.#icon.replaceChildren(icon(severity ?? 'info'));
    this.replaceChildren(
      ...reasons.map(({ text }) => {
        const line = document.createElement('span');
        line.textContent = text;
        return line;
      }),
    );
  }
}
