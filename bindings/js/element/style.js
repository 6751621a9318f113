// Looks. Constructed sheets, so that a page needs no `unsafe-inline` for styles.

const sheet = (css) => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};

// Every colour is a variable of the host's or ours. `light-dark` follows the page's own
// `color-scheme`, so that a page without dark colours does not get a dark panel.
const COLOURS = `
  --send: var(--sts-send, light-dark(#12664a, #79d6ae));
  --wait: var(--sts-wait, light-dark(#1d5796, #96c5f7));
  --none: var(--sts-none, light-dark(#525c69, #b3bdc9));
  --fix: var(--sts-fix, light-dark(#ab2f1b, #ffab98));
  --warn: var(--sts-warn, light-dark(#825200, #efc46b));
  --text: var(--sts-text, light-dark(#1b2026, #eceff3));
  --muted: var(--sts-muted, light-dark(#59636f, #a7b1bd));
  --surface: var(--sts-surface, light-dark(#ffffff, #171b20));
  --border: var(--sts-border, light-dark(#d9dfe6, #353d47));
  --focus: var(--sts-focus, light-dark(#1d5796, #96c5f7));`;

export const panelSheet = sheet(`
:host { display: block; container-type: inline-size; }
:host([hidden]) { display: none; }
.frame { display: grid; gap: var(--sts-gap, 1.25rem); align-items: start; }
.frame > slot { display: block; min-width: 0; }
.frame:not(.around) > slot { display: none; }
@container (max-width: 51.99rem) {
  .around:not(.stacked) > .panel {
    position: sticky; bottom: var(--below, 0); box-shadow: 0 -0.25rem 1.25rem rgb(0 0 0 / 0.07);
  }
}
@container (min-width: 52rem) {
  .around:not(.stacked) {
    grid-template-columns: minmax(0, 1fr) minmax(17rem, 21rem); gap: var(--sts-gap, 2rem);
  }
  .around:not(.stacked) > .panel { position: sticky; top: 1rem; }
}
.panel {
  ${COLOURS}
  --tone: var(--none);
  font: var(--sts-font, inherit); line-height: 1.45; color: var(--text);
  background: var(--surface); border: 1px solid var(--border);
  border-radius: var(--sts-radius, 0.75rem); overflow: clip; text-align: start;
}
.light { color-scheme: light; } .dark { color-scheme: dark; } .auto { color-scheme: light dark; }
.send { --tone: var(--send); } .wait { --tone: var(--wait); } .fix { --tone: var(--fix); }
.head {
  display: grid; grid-template-columns: 2.25rem 1fr; column-gap: 0.875rem; align-items: start;
  padding: 1rem 1.125rem;
  background: color-mix(in srgb, var(--tone) 8%, var(--surface));
}
.icon {
  width: 2.25rem; height: 2.25rem; border-radius: 50%; margin-top: 0.125rem;
  display: grid; place-items: center; color: var(--tone);
  background: color-mix(in srgb, var(--tone) 15%, var(--surface));
}
svg { width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; display: block; }
p, ul, dl, dd { margin: 0; padding: 0; }
.name { font-size: 0.75em; letter-spacing: 0.02em; color: var(--muted); }
.title { font-size: 1.125em; font-weight: 650; line-height: 1.3; color: var(--tone); }
.summary { font-size: 0.9375em; margin-top: 0.125rem; text-wrap: pretty; }
.summary:empty, .reasons:empty, [hidden] { display: none !important; }
.reasons { list-style: none; padding: 0.375rem; border-top: 1px solid var(--border); }
.reason {
  display: grid; grid-template-columns: 1.125rem 1fr auto; column-gap: 0.625rem; align-items: start;
  width: 100%; box-sizing: border-box; padding: 0.5rem 0.75rem; border: 0; border-radius: 0.5rem;
  background: none; color: inherit; font: inherit; font-size: 0.9375em; text-align: start;
}
.reason svg { width: 1.125rem; height: 1.125rem; margin-top: 0.125em; }
.reason .mark { color: var(--muted); }
.reason.error .mark { color: var(--fix); } .reason.warning .mark { color: var(--warn); }
.reason.quiet .mark { color: var(--muted); }
.reason .where { display: block; font-size: 0.8667em; color: var(--muted); }
.reason.quiet { padding-block: 0.3125rem; }
.reason.quiet .where { font-size: 1em; color: inherit; }
.reason .go { color: var(--muted); }
button.reason { cursor: pointer; }
button.reason:hover { background: color-mix(in srgb, var(--text) 6%, var(--surface)); }
.deadline {
  display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline;
  column-gap: 0.75rem;
  padding: 0.75rem 1.125rem; border-top: 1px solid var(--border); font-size: 0.9375em;
}
.deadline .label { flex-basis: 100%; font-size: 0.8667em; color: var(--muted); }
.deadline .date { font-weight: 600; white-space: nowrap; }
.deadline .days { color: var(--muted); white-space: nowrap; }
.deadline .soon { color: var(--warn); font-weight: 600; }
.deadline .stake { flex-basis: 100%; margin-top: 0.25rem; color: var(--warn); }
details { border-top: 1px solid var(--border); font-size: 0.9375em; }
summary {
  cursor: pointer; padding: 0.75rem 1.125rem; list-style: none;
  display: flex; gap: 0.625rem; align-items: center;
}
summary::-webkit-details-marker { display: none; }
summary svg { width: 1rem; height: 1rem; color: var(--muted); transition: rotate 0.15s; }
details[open] summary svg { rotate: 90deg; }
dl {
  display: grid; grid-template-columns: auto 1fr; gap: 0.3125rem 1rem;
  padding: 0 1.125rem 0.875rem; font-variant-numeric: tabular-nums;
}
dt { color: var(--muted); } dd { text-align: end; overflow-wrap: anywhere; }
.private {
  padding: 0.625rem 1.125rem; border-top: 1px solid var(--border);
  font-size: 0.8125em; color: var(--muted);
}
:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
.said {
  position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}
.loading .icon svg { animation: breathe 1.6s ease-in-out infinite; }
.head, .icon, .title { transition: background-color 0.2s, color 0.2s; }
@keyframes breathe { 50% { opacity: 0.35; } }
@media (prefers-reduced-motion: reduce) {
  *, summary svg { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) { .icon, button.reason { border: 1px solid; } }
`);

export const reasonSheet = sheet(`
:host {
  ${COLOURS}
  display: block; margin: var(--sts-reason-margin, 0.25rem 0 0.125rem);
  font: var(--sts-font, inherit); font-size: var(--sts-reason-size, 0.875em); font-weight: 400;
  line-height: 1.4; color: var(--muted); text-align: start; text-wrap: pretty;
}
:host(:empty), :host([hidden]) { display: none; }
:host([severity=error]) { color: var(--fix); }
:host([severity=warning]) { color: var(--warn); }
:host([theme=light]) { color-scheme: light; } :host([theme=dark]) { color-scheme: dark; }
:host([theme=auto]) { color-scheme: light dark; }
.row { display: grid; grid-template-columns: 1em 1fr; gap: 0.4375em; }
svg {
  width: 1em; height: 1em; margin-top: 0.2em; display: block; fill: none; stroke: currentColor;
  stroke-width: 2.25; stroke-linecap: round; stroke-linejoin: round;
}
::slotted(span) { display: block; }
@media (prefers-reduced-motion: no-preference) { .row { animation: come 0.15s ease-out; } }
@keyframes come { from { opacity: 0; translate: 0 -0.125rem; } }
`);
