// Line drawings on a grid of 24, in the hand of those of `<sts-check>`.
import { html } from "hono/html";

const DRAWN = {
  alert: "M12 7.5v5.5M12 16.5h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  back: "M15 6l-6 6 6 6",
  calendar: "M4.5 6.5h15v13h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 7v5l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  close: "M6 6l12 12M18 6L6 18",
  differ: "M5 9.5h14M5 14.5h14M15.5 5l-7 14",
  document: "M6.5 3.5h7l4 4v13h-11zM13.5 3.5v4h4M9.5 12.5h5M9.5 16h5",
  down: "M6 9l6 6 6-6",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14",
  edit: "M4.5 19.5l1-4L16 5a2 2 0 0 1 3 3L8.5 18.5z",
  info: "M12 11v5.5M12 7.5h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  menu: "M4 7h16M4 12h16M4 17h16",
  minus: "M6.5 12h11",
  next: "M9 6l6 6-6 6",
  plus: "M12 5v14M5 12h14",
  question: "M9.2 9.3a2.8 2.8 0 1 1 4.2 2.4c-.9.5-1.4 1-1.4 2M12 17h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  refund: "M8.5 5l-4 4 4 4M4.5 9H15a5 5 0 0 1 0 10H9.5",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  send: "M20.5 3.5L10 14M20.5 3.5L14 20.5 10 14l-6.5-4z",
  stop: "M8.5 3.5h7l5 5v7l-5 5h-7l-5-5v-7zM8.5 12h7",
  sync: "M4.5 10.5a7.7 7.7 0 0 1 13.2-3.6L20 9.2M20 4.5v4.7h-4.7M19.5 13.5a7.7 7.7 0 0 1-13.2 3.6L4 14.8M4 19.5v-4.7h4.7",
  trash: "M4.5 6.5h15M9.5 6.5v-2h5v2M6.5 6.5l.8 13h9.4l.8-13M10 10.5V16M14 10.5V16",
  warning: "M12 9.5v4M12 17h.01M12 4L2.8 20h18.4z",
};

/**
 * A drawing that adds nothing to the words beside it, hidden from screen readers.
 * @param {string} name One of those above; that of a note for a name of a later version.
 */
export const icon = (name) =>
  // Its size, too: until the style sheets are there, a drawing without one is as wide as the window.
  html`<svg class="icon" width="20" height="20" viewBox="0 0 24 24" aria-hidden="true"><path d="${
    DRAWN[name] ?? DRAWN.info
  }"/></svg>`;

/** How a badge looks for each tone when no icon is named. */
export const TONE_ICONS = {
  send: "check",
  ready: "send",
  wait: "clock",
  none: "minus",
  fix: "edit",
  warn: "warning",
};
