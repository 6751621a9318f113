// `<sts-reason>`: the sentences beside one field. They are ordinary text of the page, where
// `aria-describedby` finds them; only the looks live in the shadow.

import { icon } from "./icons.js";
import { OURS } from "./notes.js";
import { reasonSheet } from "./style.js";

let made = 0;

export class StsReason extends HTMLElement {
  #icon = document.createElement("span");
  /** What is shown; a copy of another shows its words and has to be told. */
  #key = null;
  #id = `${OURS}${(made += 1)}`;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [reasonSheet];
    const row = document.createElement("div");
    row.className = "row";
    const text = document.createElement("div");
    text.append(document.createElement("slot"));
    row.append(this.#icon, text);
    shadow.append(row);
  }

  /** Shows nothing. */
  clear() {
    this.#key = null;
    this.replaceChildren();
  }

  /** Shows these reasons, the gravest severity first; nothing for none. */
  show(reasons, words, theme) {
    const key = JSON.stringify([reasons.map(({ text }) => text), words.lang, theme]);
    if (key === this.#key) return;
    this.#key = key;
    // A copy of another has its id.
    if (!this.id || (this.id.startsWith(OURS) && this.id !== this.#id)) this.id = this.#id;
    this.lang = words.lang;
    if (theme) this.setAttribute("theme", theme);
    else this.removeAttribute("theme");
    const grave = (severity) => reasons.some((reason) => reason.severity === severity);
    const severity = ["error", "warning", "info"].find(grave);
    this.setAttribute("severity", severity ?? "info");
    this.#icon.replaceChildren(icon(severity ?? "info"));
    this.replaceChildren(
      ...reasons.map(({ text }) => {
        const line = document.createElement("span");
        line.textContent = text;
        return line;
      }),
    );
  }
}
