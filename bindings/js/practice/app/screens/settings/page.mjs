// The settings as a page, and the two questions that are asked before something is done.
import { Sts } from "libsts";
import { html } from "hono/html";

import {
  badge, button, choice, confirm, disclosure, facts, field, note, notes, post, section, time, toggle,
} from "../../parts.mjs";
import { holder } from "./holder.mjs";
import { refusal } from "./refusal.mjs";

const HERE = "/impostazioni";
const LOOK = { missing: "fix", untested: "wait", proven: "send", suspect: "warn", refused: "fix" };
const ABOUT_ACCESS = ["CREDENTIALS_MISSING", "CREDENTIALS_REFUSED", "CREDENTIALS_SUSPECT", "ACCESS_REFUSED"];

/** What the field `canale` may be. */
export const CHANNELS = ["auto", "sync", "file"];

/** @param form see form.mjs */
export async function page(c, form) {
  const { office, words } = c.var;
  const { health, failure } = await asked(office);
  const body = html`<div class="stack">
    ${notes(problems(c, form, failure))}
    ${health && !office.secrets.locked && access(c, health)}
    ${holder(c, form)}
    ${health && [automatic(c, health, form), password(c, health, form), environment(c), pause(c, health), channel(c, health)]}
  </div>`;
  const scripts = ["/public/settings.js"];
  return c.render(body, { title: words.settings.title, lead: words.settings.lead, width: "narrow", scripts });
}

/** What libsts says, or why it says nothing; neither before the holder is known. */
async function asked({ desk, ready, failure }) {
  if (!ready) return { health: null, failure };
  try {
    const { health } = await desk.health();
    return { health, failure: null };
  } catch (error) {
    return { health: null, failure: error };
  }
}

/** What stands in the way of everything. */
function problems({ var: { office, words } }, form, failure) {
  const { key, wrong, cannotOpen } = words.settings;
  const items = [];
  if (office.secrets.locked) items.push({ tone: "error", text: key.title, detail: html`<p>${key.why}</p><p>${key.what}</p>` });
  else if (failure) items.push({ tone: "error", text: cannotOpen, detail: failure.message });
  if (Object.keys(form.errors).length > 0) {
    const detail = html`<p>${form.errors.form ?? wrong.secrets}</p>${places(words.settings, form)}`;
    items.push({ tone: "error", text: wrong.title, detail });
  }
  return items;
}

/** Links to the fields that are wrong. */
function places({ fields, automatic, password }, { errors }) {
  const labels = { ...fields, dal: automatic.from, giorno: password.changedOn };
  const wrong = Object.keys(errors).filter((name) => name in labels);
  const links = wrong.map((name, n) => html`${n > 0 && ", "}<a href="#f-${name}">${labels[name]}</a>`);
  return wrong.length > 0 && html`<p>${links}</p>`;
}

function access({ var: { office, words, format, lang } }, { credentials, notices, certificateUntil }) {
  const w = words.settings.access;
  const { standing } = credentials;
  const { news } = office;
  const unclear = news?.event === "credentials_unclear" && standing !== "refused";
  const found = notices.find(({ code }) => ABOUT_ACCESS.includes(code));
  const reason = (standing === "refused" && refusal(office, words, lang)) || found?.[lang];
  const at = news && time(new Date(news.at).toISOString(), format.time(news.at));
  const tested = news && html`${at}: ${w.news[news.event] ?? news.event}`;
  const until = new Date(certificateUntil).toISOString().slice(0, 10);
  return section({
    id: "credenziali",
    title: w.title,
    actions: standing !== "missing" && post({
      action: `${HERE}/prova`, text: w.test, tone: ["untested", "suspect"].includes(standing) ? "primary" : "plain", icon: "check",
    }),
    body: html`
      <p>${badge({ tone: LOOK[standing] ?? "none", text: w.standing[standing] ?? standing })}</p>
      ${office.testing && html`<p role="status" data-running="${HERE}/prova/esito">${w.running}</p>`}
      <p>${reason ?? w.about[standing]}</p>
      ${unclear && html`<p>${w.unclear[news.end] ?? w.unclear.answered}</p>`}
      ${facts([
        { term: w.lastTest, value: tested },
        { term: w.certificate, value: time(until, w.until(format.longDay(until))) },
      ])}`,
  });
}

function automatic({ var: { office, words, format } }, { automation, credentials, paused }, { errors, sendFrom }) {
  const w = words.settings.automatic;
  const on = automation.mode !== "manual";
  const from = on ? automation.mode.automatic.sendFrom : null;
  const today = Sts.data(office.now).data;
  const held = on && (paused ? w.heldByPause : ["refused", "suspect", "missing"].includes(credentials.standing) && w.heldByAccess);
  return section({
    id: "automatico",
    title: w.title,
    body: html`
      ${toggle({ label: w.label, on, text: on ? w.yes : w.no, action: `${HERE}/automatico`, name: "automatico",
        hint: on ? w.onHint(format.longDay(from)) : w.offHint })}
      ${held && note({ tone: "warning", text: held })}
      ${(on || errors.dal) && html`<form method="post" action="${HERE}/automatico">
        <input type="hidden" name="automatico" value="1">
        <div class="fields">${field({ label: w.from, name: "dal", type: "date", value: sendFrom ?? from ?? today, size: "short",
          hint: w.fromHint, error: errors.dal, required: true, attributes: { max: today } })}</div>
        <div class="buttons">${button({ text: w.saveFrom })}</div>
      </form>`}
      <p class="muted">${w.always}</p>`,
  });
}

function password({ var: { office, words, format } }, { credentials }, { errors, changedOn }) {
  const w = words.settings.password;
  const { passwordSince: since, passwordDays: days, passwordDaysLeft: left } = credentials;
  const today = Sts.data(office.now).data;
  const known = since !== null;
  const tone = left <= 0 ? "fix" : left <= 10 ? "warn" : "send";
  return section({
    id: "password",
    title: w.title,
    lead: w.lead,
    body: html`
      ${known && facts([
        { term: w.since, value: html`${time(since, format.longDay(since))}${days > 0 && ` (${w.days(days)})`}` },
        { term: w.left, value: badge({ tone, text: left > 0 ? w.days(left) : w.over }) },
      ])}
      ${known && html`<form method="post" action="${HERE}/password">
        <div class="fields">${field({ label: w.changedOn, name: "giorno", type: "date", value: changedOn ?? since, size: "short",
          hint: w.changedHint, error: errors.giorno, required: true, attributes: { max: today } })}</div>
        <div class="buttons">${button({ text: w.save })}</div>
      </form>`}
      <h3>${w.howTitle}</h3>
      <ol class="steps">${w.how.map((step) => html`<li>${step}</li>`)}</ol>
      <p><a href="${w.portal}" rel="noreferrer">${w.portalText}</a></p>`,
  });
}

function environment({ var: { office, words } }) {
  const w = words.settings.environment;
  const { ambiente } = office.settings;
  return section({
    id: "ambiente",
    title: w.title,
    body: html`<p>${badge({ tone: ambiente === "test" ? "wait" : "send", text: w[ambiente].name })}</p>
      <p>${office.fixed ? w.demo : w[ambiente].about}</p>
      ${!office.fixed && html`<div class="buttons">${button({ href: `${HERE}/ambiente`, text: w[ambiente].change })}</div>`}`,
  });
}

function pause({ var: { words } }, { paused }) {
  const w = words.settings.pause;
  return section({
    id: "sospensione",
    title: w.title,
    body: toggle({ label: w.label, on: paused, text: paused ? w.yes : w.no, action: `${HERE}/sospensione`, name: "sospeso",
      hint: paused ? w.onHint : w.offHint }),
  });
}

function channel({ var: { words } }, { automation }) {
  const w = words.settings.channel;
  const options = CHANNELS.map((value) => ({ value, text: w[value].text, hint: w[value].hint }));
  return disclosure({
    title: w.more,
    hint: w.moreHint,
    body: html`<form method="post" action="${HERE}/canale">
      ${choice({ label: w.label, name: "canale", value: automation.channel ?? "auto", options })}
      <div class="buttons">${button({ text: w.save })}</div>
    </form>`,
  });
}

/** Credentials that were refused are tested again only when a person says so. */
export function testQuestion(c) {
  const w = c.var.words.settings.again;
  const body = confirm({
    text: w.text, happens: { title: w.happens, items: w.items }, cannot: { title: w.cannot, items: w.warnings },
    action: `${HERE}/prova`, fields: { ancora: "1" }, submit: { text: w.submit }, cancel: { href: HERE, text: w.cancel },
  });
  return c.render(body, { title: w.title, width: "narrow", back: { href: HERE, text: c.var.words.settings.title } });
}

/** The other environment knows nothing of what was sent in this one. */
export function environmentQuestion(c) {
  const { office, words } = c.var;
  if (office.fixed || office.settings === null) return c.redirect(HERE, 303);
  const w = words.settings.environment;
  const other = office.settings.ambiente === "test" ? "produzione" : "test";
  const body = confirm({
    text: w[other].question,
    happens: { title: w.happens, items: w[other].items },
    cannot: { title: w.cannot, items: w[other].warnings },
    action: `${HERE}/ambiente`, fields: { ambiente: other, confermato: "1" },
    submit: { text: w[other].submit }, cancel: { href: HERE, text: w.cancel },
  });
  return c.render(body, { title: w[other].title, width: "narrow", back: { href: HERE, text: words.settings.title } });
}
