// The panel: what a judgement looks like. It decides nothing.

import { icon } from "./icons.js";

/** An element with classes, which are its parts too, and content. */
function make(tag, classes, ...content) {
  const made = document.createElement(tag);
  if (classes) {
    made.className = classes;
    made.setAttribute("part", classes);
  }
  made.append(...content);
  return made;
}

const DAY = 86_400_000;
/** From this many days before a deadline on it is worth a stronger word. */
const SOON = 14;
/** Pixels that the head may take of a narrow window; a higher one shows its title alone. */
const MOST_SEEN = 128;

export class Panel {
  #drawn = new WeakMap();

  constructor() {
    this.root = make("section", "panel");
    this.said = make("p", "said");
    this.said.setAttribute("role", "status");
    this.icon = make("span", "icon");
    this.name = make("p", "name");
    this.title = make("p", "title");
    this.summary = make("p", "summary");
    this.reasons = make("ul", "reasons");
    this.deadline = make("div", "deadline");
    this.details = make("details", "preview");
    this.detailsTitle = make("span", "");
    this.list = make("dl", "");
    this.private = make("p", "private");
    this.details.append(make("summary", "", icon("go"), this.detailsTitle), this.list);
    const said = make("div", "", this.name, this.title, this.summary);
    this.head = make("div", "head", this.icon, said);
    new ResizeObserver(() => this.#fit()).observe(this.root);
    this.root.append(this.head, this.reasons, this.deadline, this.details, this.private, this.said);
  }

  /** On a narrow page the head stays in sight at its foot, and the rest below the edge. */
  #fit() {
    const { head, title } = this;
    const whole = head.offsetHeight <= MOST_SEEN;
    const seen = whole ? head.offsetHeight : title.offsetTop + title.offsetHeight + 4;
    this.root.style.setProperty("--below", `${seen - this.root.offsetHeight}px`);
  }

  /** Brings a control out from under the head. */
  uncover(control) {
    const panel = this.root.getBoundingClientRect();
    const { bottom, left } = control.getBoundingClientRect();
    const beside = left < panel.left;
    if (!beside && bottom > panel.top) control.scrollIntoView({ block: "center" });
  }

  /** Builds anew only what differs, so that focus and open details stay. */
  #draw(place, what, build) {
    const key = JSON.stringify(what);
    if (this.#drawn.get(place) === key) return;
    this.#drawn.set(place, key);
    place.replaceChildren(...build());
  }

  /**
   * @param {{ tone: string, drawing: string, theme: string | null, words: object, title: string,
   *   summary: string, items: object[], scadenza: object | null, today: string | null,
   *   preview: (() => object) | null, esclusi: object[], go: (path: string) => void }} view
   */
  show(view) {
    const { words } = view;
    this.root.className = ["panel", view.tone, view.theme].filter(Boolean).join(" ");
    this.root.lang = words.lang;
    this.root.setAttribute("aria-label", words.name);
    this.root.setAttribute("aria-busy", String(view.tone === "loading"));
    this.name.textContent = words.name;
    this.title.textContent = view.title;
    this.summary.textContent = view.summary;
    this.private.textContent = words.private;
    this.private.hidden = view.tone === "failed";
    this.#draw(this.icon, view.drawing, () => [icon(view.drawing)]);
    this.#draw(this.reasons, [view.items, words.lang], () =>
      view.items.map((item) => this.#reason(item, words, view.go)),
    );
    this.deadline.hidden = !view.scadenza;
    if (view.scadenza) {
      this.#draw(this.deadline, [view.scadenza, view.today, words.lang], () =>
        deadline(view.scadenza, view.today, words),
      );
    }
    this.details.hidden = !view.preview;
    this.detailsTitle.textContent = words.preview;
    if (view.preview && this.details.open) {
      const documento = view.preview();
      this.#draw(this.list, [documento, view.esclusi, words.lang], () =>
        sent(documento, view.esclusi, words),
      );
    }
  }

  #reason({ severity, quiet, text, where, path }, words, go) {
    const mark = make("span", "mark", icon(quiet ? "quiet" : severity));
    const said = make("span", "text");
    if (!quiet) said.append(make("span", "said", `${words.severity[severity] ?? severity}: `));
    if (where) said.append(make("span", "where", where));
    // What is still to be filled in is a list of fields; the sentence is there once it matters.
    if (!quiet || !where) said.append(text);
    const classes = `reason ${severity}${quiet ? " quiet" : ""}`;
    if (path === null) return make("li", "", make("div", classes, mark, said));
    const button = make("button", classes, mark, said, make("span", "go", icon("go")));
    button.type = "button";
    button.addEventListener("click", () => go(path));
    return make("li", "", button);
  }
}

function deadline({ scadenza, stato, expected, stake }, today, words) {
  const left = today === null ? null : Math.round((Date.parse(scadenza) - Date.parse(today)) / DAY);
  const over = left !== null && left < 0;
  const label = over ? words.deadlineOver : words.deadline;
  const shown = [
    make("span", "label", expected ? `${label} (${words.expected})` : label),
    make("span", "date", words.day(scadenza)),
  ];
  if (left !== null && stato !== "closed") {
    const soon = left <= SOON;
    const days = over ? words.daysOver(-left) : words.days(left);
    shown.push(make("span", soon ? "days soon" : "days", days));
  }
  if (Number(stake?.perDocumento) > 0 && stato !== "closed") {
    shown.push(make("span", "stake", words.stake(words.euro(stake.perDocumento))));
  }
  return shown;
}

/** The rows of what travels; a field without a word of ours comes last and shows its own name. */
function sent({ idSpesa, idRimborso, vociSpesa, cfCittadino, ...rest }, esclusi, words) {
  const told = { ...idSpesa, ...rest };
  const rows = [];
  const add = (name, value) => rows.push(make("dt", "", name), make("dd", "", value));
  for (const name of new Set([...Object.keys(words.fields), ...Object.keys(told)])) {
    if (name in told) add(words.fields[name] ?? name, shown(name, told[name], words));
  }
  if (idRimborso) {
    const { numDocumento, dataEmissione } = idRimborso;
    add(words.fields.idRimborso, `${numDocumento} · ${words.day(dataEmissione)}`);
  }
  add(words.fields.cfCittadino, cfCittadino ? words.encrypted : words.withheld);
  for (const { tipoSpesa, importo, iva, ...voce } of vociSpesa) {
    const marks = Object.values({ ...voce, ...iva });
    add(words.fields.vociSpesa, [tipoSpesa, ...marks, words.euro(importo)].join(" · "));
  }
  for (const { what, importo } of esclusi) {
    add(words.excluded, `${words.exclusions[what] ?? what} · ${words.euro(importo)}`);
  }
  return rows;
}

function shown(name, value, words) {
  if (name.startsWith("data")) return words.day(value);
  if (name.startsWith("flag")) return value === "1" ? words.yes : words.no;
  return { SI: words.yes, NO: words.no }[value] ?? String(value);
}
