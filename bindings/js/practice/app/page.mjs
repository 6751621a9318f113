// The document around every screen: head, demo clock, navigation, notice, title, content.
//
// `words` is what words/{it,en}/page.mjs export: name, skip, menu, navigation, language (the other
// language, in that language), nav.{home, documents, transmissions, comparison, settings, demo},
// clock.{label, now, minutes, day}.
//
// Forms sent from here: POST /lingua (`lingua` it or en, `torna` the path to come back to) and
// POST /dimostrazione/orologio (`minuti` 10 or 1440, `torna`). `torna` comes from the page, so who
// follows it takes nothing but a path of this program.
import { html, raw } from "hono/html";

import { button, note } from "./parts.mjs";
import { icon } from "./icons.mjs";

const STYLES = ["style", "parts", "forms", "documents"];

const SCREENS = [
  ["/", "home"],
  ["/documenti", "documents"],
  ["/invii", "transmissions"],
  ["/confronto", "comparison"],
  ["/impostazioni", "settings"],
];

/** `page` on the screen itself, `true` on one below it, as ARIA has it; nothing elsewhere. */
function current(href, path) {
  const here = path.split(/[?#]/)[0];
  if (here === href) return raw(' aria-current="page"');
  return href !== "/" && here.startsWith(`${href}/`) && raw(' aria-current="true"');
}

function navigation(words, path, demo) {
  const screens = demo ? [...SCREENS, ["/dimostrazione", "demo"]] : SCREENS;
  return html`
    <button class="menu-opener" type="button" popovertarget="navigation">${icon("menu")}${words.menu}</button>
    <nav id="navigation" popover aria-label="${words.navigation}">
      <ul>${screens.map(
        ([href, name]) => html`<li><a href="${href}"${current(href, path)}>${words.nav[name]}</a></li>`,
      )}</ul>
    </nav>`;
}

const clockBar = (words, path, { iso, text }) => html`
  <aside class="clock" aria-label="${words.label}">
    <form class="wide" method="post" action="/dimostrazione/orologio">
      <input type="hidden" name="torna" value="${path}">
      <p>${icon("clock")}<span>${words.now}</span> <time datetime="${iso}">${text}</time></p>
      <div class="buttons">
        ${button({ text: words.minutes, name: "minuti", value: "10", small: true })}
        ${button({ text: words.day, name: "minuti", value: "1440", small: true })}
      </div>
    </form>
  </aside>`;

/**
 * A whole document.
 *
 * @param {object} page
 * @param {string} page.title What the tab and the one `h1` say; no personal data, for tabs and
 *   histories show it.
 * @param {string} page.path The path asked for, with its query: marks the navigation, and is where
 *   language and clock come back to.
 * @param {"it"|"en"} page.lang
 * @param {object} page.words See the top of this file.
 * @param {unknown} page.body HTML below the title.
 * @param {unknown} [page.lead] A sentence or HTML between title and body.
 * @param {unknown} [page.actions] HTML beside the title: the buttons of the screen.
 * @param {{href: string, text: string}} [page.back] The screen above this one.
 * @param {object} [page.notice] What the last act came to, as `note` takes it; `success` and `info`
 *   are said when the reader is ready, `warning` and `error` at once.
 * @param {{iso: string, text: string}} [page.demo] The time of the demonstration, for machines and
 *   for people; present only in the demonstration.
 * @param {string[]} [page.scripts] Addresses of further module scripts, such as `/libsts/element.js`.
 * @param {"narrow"|"wide"} [page.width] `narrow` for what is read or filled in from top to bottom.
 */
export function page(page) {
  const { title, path, lang, words, body, notice, demo } = page;
  return html`<!doctype html>
<html lang="${lang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title === words.name ? title : `${title} · ${words.name}`}</title>
  <link rel="icon" href="/public/icon.svg" type="image/svg+xml">
  ${STYLES.map((name) => html`<link rel="stylesheet" href="/public/${name}.css">`)}
  ${["/public/page.js", ...(page.scripts ?? [])].map(
    (src) => html`<script type="module" src="${src}"></script>`,
  )}
</head>
<body>
  <a class="skip" href="#content">${words.skip}</a>
  ${demo && clockBar(words.clock, path, demo)}
  <header class="top">
    <div class="wide">
      <a class="name" href="/">${icon("document")}${words.name}</a>
      ${navigation(words, path, demo)}
      <form class="language" method="post" action="/lingua">
        <input type="hidden" name="torna" value="${path}">
        <button name="lingua" value="${lang === "it" ? "en" : "it"}" lang="${lang === "it" ? "en" : "it"}">${
          words.language
        }</button>
      </form>
    </div>
  </header>
  <main id="content" tabindex="-1" class="wide ${page.width ?? ""}">
    ${
      notice &&
      html`<div class="flash" role="${
        ["error", "warning"].includes(notice.tone) ? "alert" : "status"
      }">${note(notice)}</div>`
    }
    <header class="head">
      ${page.back && html`<a class="back" href="${page.back.href}">${icon("back")}${page.back.text}</a>`}
      <h1>${title}</h1>
      ${page.actions && html`<div class="buttons">${page.actions}</div>`}
      ${page.lead && html`<div class="lead">${page.lead}</div>`}
    </header>
    ${body}
  </main>
</body>
</html>`;
}
