// Line drawings on a grid of 24.

const DRAWN = {
  send: "M5 12.5l4.5 4.5L19 7.5",
  wait: "M12 7v5l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  none: "M6.5 12h11",
  fix: "M4.5 19.5l1-4L16 5a2 2 0 0 1 3 3L8.5 18.5z",
  loading: "M6 12h.01M12 12h.01M18 12h.01",
  failed: "M12 8v5M12 16.5h.01M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z",
  error: "M12 7.5v5.5M12 16.5h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  warning: "M12 9.5v4M12 17h.01M12 4L2.8 20h18.4z",
  info: "M12 11v5.5M12 7.5h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  quiet: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
  go: "M9 6l6 6-6 6",
};

/** A drawing by its name; that of a note for a name of a later version. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", DRAWN[name] ?? DRAWN.info);
  svg.append(path);
  return svg;
}
