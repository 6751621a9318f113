// The settings: the identification code follows the tax code, and a test under way shows its end.
const taxCode = document.querySelector("[name=cfProprietario]");
const user = document.querySelector("[name=username]");
if (taxCode && user) {
  let before = taxCode.value;
  taxCode.addEventListener("input", () => {
    if (user.value === before) user.value = taxCode.value;
    before = taxCode.value;
  });
}

const running = document.querySelector("[data-running]");
if (running) {
  const timer = setInterval(async () => {
    const answer = await fetch(running.dataset.running).catch(() => null);
    if (!answer?.ok || (await answer.json()).running) return;
    clearInterval(timer);
    location.replace("/impostazioni");
  }, 1_000);
}
