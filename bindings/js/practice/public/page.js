// On every page.

// A screen reader says a live region only when something in it changes.
for (const region of document.querySelectorAll(".flash")) {
  setTimeout(
    () => region.replaceChildren(...[...region.childNodes].map((node) => node.cloneNode(true))),
    100,
  );
}

/** After this the press counts as lost, in milliseconds; the server answers sooner. */
const LONGEST = 20_000;

// What was pressed shows that it is under way, and is not pressed twice by mistake.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.querySelector("[aria-busy=true]")) return event.preventDefault();
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(rest, LONGEST);
});
// The browser may bring back a page as it was left.
addEventListener("pageshow", rest);

function rest() {
  for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
}
