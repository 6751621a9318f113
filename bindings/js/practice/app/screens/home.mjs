// What needs a person now, and how things stand.
import { Sts } from "libsts";
import { html } from "hono/html";

import { counts } from "../documents.mjs";
import { badge, button, facts, figures, note, notes, section, time } from "../parts.mjs";
import { refusal } from "./settings/refusal.mjs";

const TONES = { error: "error", warning: "warning", info: "info" };

/** Where each notice of libsts is put right. */
const PLACES = {
  CREDENTIALS_MISSING: "/impostazioni#titolare",
  CREDENTIALS_REFUSED: "/impostazioni#credenziali",
  CREDENTIALS_SUSPECT: "/impostazioni#credenziali",
  ACCESS_REFUSED: "/impostazioni#credenziali",
  PAUSED: "/impostazioni#sospensione",
  PASSWORD_AGE: "/impostazioni#password",
  REFUSED: "/documenti?filtro=rifiutati",
  CHANGE_REFUSED: "/documenti?filtro=rifiutati",
  CONFLICT: "/documenti?filtro=rifiutati",
  GIVEN_UP: "/documenti?filtro=rifiutati",
  TO_FIX: "/documenti?filtro=da-correggere",
  CHANGED_AFTER_SENDING: "/documenti?filtro=accettati",
  OUTCOME_UNKNOWN: "/documenti?filtro=inviati",
  HANDED_IN: "/documenti?filtro=inviati",
  LATE: "/documenti?filtro=in-ritardo",
  DEADLINE_NEAR: "/documenti?filtro=da-inviare",
  NOTHING_ACCEPTED: "/invii",
  CERTIFICATE: "/impostazioni#credenziali",
};

/** How credentials stand before the first document. */
const STARTING = ["missing", "untested"];

/** Views of the list that are counted here, with their tones when there is anything in them. */
const COUNTED = {
  "da-inviare": "ready",
  "da-correggere": "fix",
  inviati: "wait",
  accettati: "send",
  rifiutati: "fix",
  "in-ritardo": "fix",
  "non-da-inviare": "none",
};
/** What the practice does about by itself. */
const BY_ITSELF = ["SAVE_AGAIN"];

export function home(app) {
  app.get("/", async (c) => {
    const { health, calendar, failure } = await asked(c.var.office);
    const body = html`<div class="stack">
      ${health && firstSteps(c, health)}
      ${attention(c, health, failure)}
      ${glance(c)}
      ${health && html`<div class="columns">${deadline(c, calendar)}${cycle(c, health)}</div>`}
    </div>`;
    return c.render(body, { title: c.var.words.home.title });
  });
}

/** What libsts says, or why it says nothing. */
async function asked({ desk, failure }) {
  try {
    const { health } = await desk.health();
    const { calendar } = await desk.calendar();
    return { health, calendar, failure };
  } catch (error) {
    return { health: null, calendar: null, failure: error };
  }
}

/** What is still to be done before the first document is accepted; nothing after that. */
function firstSteps({ var: { words } }, { credentials: { standing }, lastAccepted }) {
  if (lastAccepted !== null || ![...STARTING, "proven"].includes(standing)) return "";
  const w = words.home.first;
  const typed = standing !== "missing";
  const tested = standing === "proven";
  const [href, text] = !typed
    ? ["/impostazioni#titolare", w.goType]
    : tested
      ? ["/documenti?filtro=da-inviare", w.goSend]
      : ["/impostazioni#credenziali", w.goTest];
  const step = (done, text) => html`<li>${badge({ tone: done ? "send" : "wait", text: done ? w.done : w.todo })} ${text}</li>`;
  return section({
    title: w.title,
    lead: w.lead,
    body: html`<ol class="steps">${step(typed, w.type)}${step(tested, w.test)}${step(false, w.send)}</ol>
      <div class="buttons">${button({ href, text, tone: "primary" })}</div>`,
  });
}

function attention({ var: { office, database, words, lang } }, health, failure) {
  const { notices, credentials, lastAccepted } = health ?? { notices: [], credentials: { standing: null }, lastAccepted: null };
  const starting = lastAccepted === null && STARTING.includes(credentials.standing);
  const w = words.home.attention;
  const items = [];
  if (office.secrets.locked) items.push({ tone: "error", text: words.settings.key.title, action: way(w, "/impostazioni") });
  else if (failure) {
    const code = failure.code && html`<code>${failure.code}</code> `;
    items.push({ tone: "error", text: w.failure, detail: html`${code}${failure.message}` });
  }
  const { n } = database.get("SELECT count(*) AS n FROM document WHERE problem IS NOT NULL");
  if (n > 0) items.push({ tone: "error", text: w.unread(n), action: way(w, "/documenti?filtro=da-correggere") });
  for (const notice of notices) {
    // The first steps say it, or the note about the key.
    if ((notice.code === "CREDENTIALS_MISSING" && (starting || office.secrets.locked)) || BY_ITSELF.includes(notice.code)) continue;
    const href = PLACES[notice.code];
    const detail = notice.code === "CREDENTIALS_REFUSED" && refusal(office, words, lang);
    items.push({ tone: TONES[notice.severity] ?? "info", text: notice[lang], detail, action: href && way(w, href) });
  }
  if (!starting && credentials.standing === "untested") items.push({ tone: "info", text: w.untested, action: way(w, "/impostazioni#credenziali") });
  if (items.length === 0 && starting) return "";
  const body = items.length > 0 ? notes(items) : note({ tone: "success", text: w.calm.title, detail: w.calm.text });
  return section({ id: "attenzione", title: w.title, bare: true, body });
}

/** A link that says to which screen it leads. */
const way = ({ ways }, href) => ({ href, text: ways[/^\/(\w+)/.exec(href)[1]] });

function glance({ var: { office, database, words, format } }) {
  const w = words.home.counts;
  const many = counts(database, Sts.data(office.now).data);
  const shown = Object.entries(COUNTED).filter(([view]) => view !== "in-ritardo" || many[view] > 0);
  const items = shown.map(([view, tone]) => ({
    value: format.number(many[view]),
    text: w[view],
    href: `/documenti?filtro=${view}`,
    tone: many[view] > 0 ? tone : "none",
  }));
  return section({ title: w.title, bare: true, body: figures(items) });
}

function deadline({ var: { words, format } }, { scadenze, inRitardo, sanzione }) {
  const w = words.home.deadline;
  const next = scadenze.find(({ giorni }) => giorni >= 0) ?? scadenze[0];
  return section({
    title: w.title,
    body: next === undefined
      ? html`<p>${w.none}</p>`
      : html`<p class="big">${time(next.scadenza, format.longDay(next.scadenza))}</p>
        <p>${w.for(next.anno)} ${next.giorni >= 0 ? w.left(next.giorni) : w.corrections}</p>
        ${facts([
          { term: w.ready, value: format.number(next.pronti) },
          { term: w.corrected, value: time(next.correzioni, format.longDay(next.correzioni)) },
          { term: w.closing, value: time(next.chiusura, format.longDay(next.chiusura)) },
          { term: w.late, value: inRitardo > 0 ? format.number(inRitardo) : null },
          { term: w.stake, value: inRitardo > 0 ? format.money(sanzione) : w.nothing },
        ])}
        ${next.expected && html`<p class="muted">${w.expected}</p>`}`,
  });
}

function cycle({ var: { office, words, format } }, { automation, paused, lastCycle, lastAccepted }) {
  const w = words.home.cycle;
  const on = automation.mode !== "manual";
  const at = (instant) => (instant === null ? w.never : time(new Date(instant).toISOString(), format.time(instant)));
  return section({
    title: w.title,
    body: html`<p>${badge({ tone: paused ? "warn" : on ? "send" : "none", text: paused ? w.paused : on ? w.on : w.off })}</p>
      <p>${paused ? w.pausedText : on ? w.onText : w.offText}</p>
      ${facts([
        { term: w.looked, value: at(office.lastLook) },
        { term: w.next, value: at(office.nextLook) },
        { term: w.sent, value: at(lastCycle) },
        { term: w.accepted, value: at(lastAccepted) },
      ])}
      <p><a href="/impostazioni#automatico">${w.change}</a></p>`,
  });
}
