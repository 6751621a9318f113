// Renews how far something is, until it is over; then the page that tells its end is asked for.
// Without this, the page has a button that loads it again.
const PAUSE = 700;
/** A screen reader is told of every so many hundredths. */
const STEP = 10;

const box = document.querySelector("[data-progress]");
const bar = box.querySelector("progress");
const said = box.querySelector("[role=status]");
const seen = said.cloneNode(true);
seen.removeAttribute("role");
seen.setAttribute("aria-hidden", "true");
said.className = "said";
said.after(seen);
document.querySelector(".reload")?.remove();

let told = 0;
for (;;) {
  await new Promise((done) => setTimeout(done, PAUSE));
  const how = await fetch(box.dataset.progress).then((answer) => answer.json(), () => undefined);
  // The server is not there: it will be again.
  if (how === undefined) continue;
  if (how === null || !how.running) break;
  bar.max = how.total;
  bar.value = how.done;
  seen.textContent = how.text;
  const part = Math.floor((how.done * 100) / how.total / STEP);
  if (part !== told) said.textContent = how.text;
  told = part;
}
location.reload();
