// On every page. A screen reader says a live region only when something in it changes.
for (const region of document.querySelectorAll(".flash")) {
  setTimeout(() => region.replaceChildren(...[...region.childNodes].map((node) => node.cloneNode(true))), 100);
}
