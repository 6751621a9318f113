// `<sts-check>`: checks an invoice while it is typed. It collects, asks the engine, and shows.

import { fieldAt, fieldNear, fieldsUnder, readForm } from "./form.js";
import { Notes } from "./notes.js";
import { Panel } from "./panel.js";
import { panelSheet } from "./style.js";
import { wordsFor } from "./words.js";

const isNumber = (step) => /^\d+$/.test(step);

/** The label of a field and the number of its row; nothing for a reason about a whole list. */
function where(field, path, words) {
  if (!field || isNumber(field.steps[path.split("/").length - 1])) return "";
  const row = Number(field.pointer?.split("/").find(isNumber) ?? 0);
  return [field.label, row > 0 ? words.row(row + 1) : ""].filter(Boolean).join(", ");
}

/** How long somebody has stopped typing before an unfinished word counts as meant. */
const PAUSE = 800;
/** How long after the last change the outcome is said to a screen reader. */
const SAID_AFTER = 1200;
const RESTART = ["PANIC", "DEAD"];
const SEVERITIES = ["error", "warning", "info"];
const VERDICTS = { send: "send", wait: "wait", out_of_scope: "none", fix: "fix" };

const isWarning = ({ severity }) => severity === "warning";
/** What a page has for us: fields, places for sentences. */
const MATTERS = "[data-sts], sts-reason[path]";
/** The value of an attribute written as JSON; a complaint shows nothing of what it holds. */
function json(element, name) {
  const text = element.getAttribute(name);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`the attribute ${name} is not JSON`);
  }
}

export class StsCheck extends HTMLElement {
  static observedAttributes = ["for", "settings", "base", "now", "lang", "theme", "layout"];
  /** What answers: `check`, `preview` and `calendar`. Set by `define`. */
  static sts = null;
  /** Settles when it can answer; may be called again, also after a bug of the engine. */
  static init = null;

  #given = {};
  #invoice = null;
  #judgement = null;
  #failure = null;
  #answering = false;
  #listening = null;
  #observer = new MutationObserver((records) => this.#changed(records));
  #observed = null;
  #scheduled = false;
  #fields = [];
  #edited = new WeakSet();
  #typing = null;
  #revealed = false;
  #pressed = false;
  #left = false;
  #pause = 0;
  #saying = 0;
  #said = null;
  #notes = new Notes();
  #today = [];
  #panel = new Panel();
  #frame = document.createElement("div");

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [panelSheet];
    this.#frame.append(document.createElement("slot"), this.#panel.root);
    shadow.append(this.#frame);
    this.#panel.details.addEventListener("toggle", () => this.#show());
  }

  connectedCallback() {
    this.#upgrade();
    this.#listening = new AbortController();
    this.#pressed = this.#left = false;
    const { signal } = this.#listening;
    const page = this.getRootNode();
    const uncover = ({ target }) => target === this || this.#panel.uncover(target);
    this.addEventListener("focusin", uncover, { signal });
    for (const name of ["input", "change", "focusout", "submit", "invalid", "reset"]) {
      page.addEventListener(name, (event) => this.#heard(event), { signal, capture: true });
    }
    // A press on a button leaves the field before it; a sentence that came then would move the
    // button from under the pointer, and the press would be lost.
    page.addEventListener("pointerdown", () => (this.#pressed = true), { signal, capture: true });
    for (const name of ["pointerup", "pointercancel"]) {
      window.addEventListener(name, () => this.#released(), { signal, capture: true });
    }
    const seen = () => document.hidden || this.#back();
    document.addEventListener("visibilitychange", seen, { signal });
    window.addEventListener("online", seen, { signal });
    this.refresh();
    this.#start();
  }

  #start() {
    const ready = () => {
      this.#answering = true;
      this.refresh();
    };
    StsCheck.init().then(ready, (error) => this.#fail(error));
  }

  /** Somebody looks at the page again, or the network is back: also the time for another try. */
  #back() {
    if (this.#failure && !this.#answering) this.#start();
    else this.refresh();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#observer.disconnect();
    this.#observed = null;
    clearTimeout(this.#pause);
    clearTimeout(this.#saying);
    this.#notes.clear();
  }

  /** A property set before the element was defined hides the accessor. */
  #upgrade() {
    for (const name of ["settings", "base", "now", "invoice", "convert"]) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  attributeChangedCallback(name) {
    if (name === "settings" || name === "base" || name === "now") delete this.#given[name];
    this.#schedule();
  }

  /** As `settings` of the engine. */
  get settings() {
    return this.#given.settings ?? json(this, "settings");
  }

  set settings(value) {
    this.#given.settings = value;
    this.#schedule();
  }

  /** What of the invoice no field holds. */
  get base() {
    return this.#given.base ?? json(this, "base");
  }

  set base(value) {
    this.#given.base = value;
    this.#schedule();
  }

  /** Milliseconds UTC; the present when nothing was given. */
  get now() {
    const { now } = this.#given;
    if (now !== undefined && now !== null) return now;
    const text = this.getAttribute("now");
    if (text === null) return Date.now();
    return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  }

  set now(value) {
    this.#given.now = value;
    this.#schedule();
  }

  /** Called for each field with its path, its control and what was read; returns the value. */
  get convert() {
    return this.#given.convert ?? null;
  }

  set convert(value) {
    this.#given.convert = value;
    this.#schedule();
  }

  /** The invoice last checked. */
  get invoice() {
    return this.#invoice;
  }

  /** The host's own invoice in place of the fields; `null` goes back to the fields. */
  set invoice(value) {
    this.#given.invoice = value;
    this.#schedule();
  }

  /** The last judgement, or `null`. */
  get judgement() {
    return this.#judgement;
  }

  /** Checks now. Needed by itself only after a program has written into fields. */
  refresh() {
    this.#scheduled = false;
    if (!this.isConnected) return;
    this.#observe();
    if (!this.#answering) return this.#show();
    try {
      const { sts } = StsCheck;
      const { settings, now } = this;
      if (settings === null || settings === undefined) return this.#show();
      const read = this.#read();
      this.#fields = read.fields;
      this.#invoice = read.invoice;
      this.#judgement = sts.check(read.invoice, settings, now);
      this.#failure = null;
    } catch (error) {
      return this.#fail(error);
    }
    this.#show();
    const detail = { judgement: this.#judgement, invoice: this.#invoice };
    this.dispatchEvent(new CustomEvent("sts-judged", { detail, bubbles: true, composed: true }));
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => this.#say(), SAID_AFTER);
  }

  /** Shows also what is missing in fields that nobody has touched, as after «save». */
  reveal() {
    this.#revealed = true;
    this.refresh();
  }

  get #root() {
    const id = this.getAttribute("for");
    return id === null ? this : this.getRootNode().getElementById(id);
  }

  #read() {
    const root = this.#root ?? this;
    const { invoice, fields } = readForm(root, this.base, this.convert);
    if (this.#given.invoice) return { invoice: this.#given.invoice, fields };
    invoice.id ??= "new";
    // What a form holds is judged as what it will be once it is saved.
    if (!("vociSpesa" in invoice)) invoice.stato ??= "emessa";
    return { invoice, fields };
  }

  #observe() {
    const root = this.#root;
    if (root === this.#observed || !root) return;
    this.#observer.disconnect();
    this.#observed = root;
    const attributeFilter = ["disabled", "data-sts"];
    this.#observer.observe(root, { childList: true, subtree: true, attributeFilter });
  }

  /**
   * Fields that come and go are a change, and places for sentences. Other parts of the page are
   * not: a host may write into them what was judged.
   */
  #changed(records) {
    const matters = (node) =>
      node.nodeType === Node.ELEMENT_NODE &&
      (node.matches(MATTERS) || node.querySelector(MATTERS) !== null);
    const about = ({ type, target, addedNodes, removedNodes }) =>
      type === "attributes" ||
      target.closest("[data-sts]") !== null ||
      [...addedNodes, ...removedNodes].some(matters);
    if (records.some(about)) this.#schedule();
  }

  #schedule() {
    if (this.#scheduled || !this.isConnected) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#scheduled && this.refresh());
  }

  #heard({ type, target }) {
    const root = this.#root;
    if (!root || !(target === root || root.contains(target) || target.contains?.(root))) return;
    if (type === "submit" || type === "invalid") return this.reveal();
    if (type === "reset") {
      this.#revealed = false;
      this.#edited = new WeakSet();
      // The fields are emptied after this event.
      setTimeout(() => this.refresh());
      return;
    }
    const control = target.closest?.("[data-sts]");
    if (!control) return;
    clearTimeout(this.#pause);
    if (type === "input") {
      this.#edited.add(control);
      const chosen = control.matches("select,[type=checkbox],[type=radio]");
      // A word being typed is not yet wrong; once told, it is told until it is right.
      this.#typing = chosen || this.#notes.about(control) ? null : control;
      if (this.#typing) this.#pause = setTimeout(() => this.#settled(), PAUSE);
      // At once, so that the verdict is there before the next key.
      this.refresh();
    } else if (this.#pressed) {
      this.#left = true;
    } else {
      this.#settled();
    }
  }

  #released() {
    this.#pressed = false;
    if (!this.#left) return;
    this.#left = false;
    // After the click that follows.
    setTimeout(() => this.#settled());
  }

  #settled() {
    this.#typing = null;
    this.refresh();
  }

  /** A field nobody has touched, or is just being filled, does not shout. */
  #speaks(field) {
    if (this.#revealed) return true;
    if (field.controls.includes(this.#typing)) return false;
    if (field.controls.some((control) => this.#edited.has(control))) return true;
    return field.pointer !== null && field.filled;
  }

  #fail(error) {
    const told = this.#failure?.message === error?.message;
    this.#failure = error;
    this.#judgement = null;
    // After a bug of its own the engine is started anew; the next key finds it ready.
    if (RESTART.includes(error?.code)) StsCheck.init().catch(() => {});
    this.#show();
    if (told) return;
    const { code, name, path, message } = error ?? {};
    console.error(["sts-check:", code ?? name, path, message].filter(Boolean).join(" "));
    const detail = { error };
    this.dispatchEvent(new CustomEvent("sts-failed", { detail, bubbles: true, composed: true }));
  }

  #show() {
    if (!this.isConnected) return;
    const words = wordsFor((this.closest("[lang]") ?? document.documentElement).lang);
    const theme = this.getAttribute("theme");
    const around = !this.hasAttribute("for") && this.childElementCount > 0;
    const stacked = this.getAttribute("layout") === "stacked";
    this.#frame.className = `frame${around ? " around" : ""}${stacked ? " stacked" : ""}`;
    const judgement = this.#judgement;
    const view = judgement ? this.#judged(judgement, words) : this.#waiting(words);
    if (judgement) this.setAttribute("verdict", judgement.verdict);
    else this.removeAttribute("verdict");
    const told = (view.reasons ?? []).filter(
      ({ quiet, field }) => !quiet && !field?.controls.includes(this.#typing),
    );
    this.#notes.show(this.#root ?? this, this.#fields, told, words, theme);
    this.#panel.show({ ...view, words, theme, go: (path) => this.#go(path) });
  }

  #waiting(words) {
    const tone = this.#failure ? "failed" : "loading";
    const [title, summary] = words[tone];
    const nothing = { items: [], scadenza: null, today: null, preview: null, esclusi: [] };
    return { tone, drawing: tone, title, summary, ...nothing };
  }

  #judged(judgement, words) {
    const { verdict, scadenza, esclusi } = judgement;
    // What never goes needs no repair.
    const needless = verdict === "out_of_scope" ? "error" : null;
    const reasons = judgement.reasons
      .filter(({ severity }) => severity !== needless)
      .map((reason) => this.#placed(reason, words));
    const errors = reasons.filter(({ severity }) => severity === "error");
    const loud = errors.filter(({ quiet }) => !quiet);
    const [title, summary] = this.#headline(judgement, errors, loud, words);
    const tone = VERDICTS[verdict] ?? "none";
    // A deadline still ahead says nothing to what never goes.
    const due = needless && scadenza?.stato !== "closed" ? null : scadenza;
    const calm = verdict === "fix" && loud.length === 0;
    return {
      tone: calm ? "none" : tone,
      drawing: tone,
      title,
      summary,
      reasons,
      items: this.#ordered(reasons),
      scadenza: due,
      today: due && this.#oggi(),
      preview: verdict === "send" ? () => this.#documento() : null,
      esclusi,
    };
  }

  /** The gravest first, and then as the fields stand on the page. */
  #ordered(reasons) {
    const rank = (severity) => (SEVERITIES.includes(severity) ? SEVERITIES.indexOf(severity) : 9);
    const grave = ({ severity, quiet }) => 2 * rank(severity) + Number(quiet);
    const stands = ({ near }) => (near ? this.#fields.indexOf(near) : Infinity);
    const items = [...reasons].sort((a, b) => grave(a) - grave(b) || stands(a) - stands(b) || 0);
    return items.map(({ severity, quiet, text, where, near }) => {
      return { severity, quiet, text, where, path: near?.place ?? null };
    });
  }

  #headline({ verdict, totale, reasons, reviewOn, scadenza }, errors, loud, words) {
    const [title, summary] = words[verdict] ?? words.other;
    const sentences = [summary];
    if (verdict === "send") {
      if (totale !== null) sentences.push(`${words.total(words.euro(totale))}.`);
      if (reasons.some(isWarning)) sentences.push(words.check);
    }
    if (verdict === "wait" && errors.length) sentences[0] = words.draft;
    // What was due and was not sent is not «nothing to do».
    if (verdict === "out_of_scope" && scadenza?.stato === "closed") sentences.pop();
    if (reviewOn) sentences.push(words.review(words.day(reviewOn)));
    if (verdict !== "fix") return [title, sentences.filter(Boolean).join(" ")];
    if (loud.length) return [title, words.points(loud.length)];
    return [words.incomplete[0], words.missing(errors.length)];
  }

  /** A reason with the field it belongs to and how loudly it is said. */
  #placed({ path, severity, ...sentences }, words) {
    const field = fieldAt(this.#fields, path);
    const near = fieldNear(this.#fields, path);
    const about = field ? [field] : fieldsUnder(this.#fields, path);
    const quiet = severity === "error" && about.length > 0 && !about.some((f) => this.#speaks(f));
    const text = sentences[words.lang];
    return { path, severity, text, field, near, quiet, where: where(near, path, words) };
  }

  /** Today in Italy, which the engine knows. */
  #oggi() {
    const { settings, now } = this;
    const minute = Math.floor(now / 60_000);
    if (this.#today[0] !== minute) {
      this.#today = [minute, StsCheck.sts.calendar(settings, now).oggi];
    }
    return this.#today[1];
  }

  /** What would travel; the panel asks for it only while somebody looks. */
  #documento() {
    const { settings, now } = this;
    return StsCheck.sts.preview(this.#invoice, settings, now).documento;
  }

  #go(path) {
    const field = this.#fields.find(({ place }) => place === path);
    if (!field) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    field.control.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
    field.control.focus({ preventScroll: true });
  }

  /** Says the outcome to a screen reader when it differs from what was said last. */
  #say() {
    const { title, summary, said } = this.#panel;
    const text = `${title.textContent}. ${summary.textContent}`;
    if (this.#said !== null && this.#said !== text) said.textContent = text;
    this.#said = text;
  }
}
