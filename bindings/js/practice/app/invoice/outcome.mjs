// What became of a saved invoice, as the page after it says.

/** By the state it came to; those that name two depend on whether something left. */
const SAID = {
  waiting: ["invoiceWaiting", "info"],
  to_fix: ["invoiceToFix", "warning"],
  out_of_scope: ["invoiceOut", "info"],
  queued: ["invoiceLeaving", "info"],
  sending: ["invoiceLeaving", "info"],
  handed_in: ["invoiceLeaving", "info"],
  unknown: ["invoiceLeaving", "info"],
  changing: ["invoiceLeaving", "info"],
  refused: ["invoiceRefused", "warning"],
  change_refused: ["invoiceRefused", "warning"],
  conflict: ["invoiceRefused", "warning"],
  given_up: ["invoiceRefused", "warning"],
  changed_after_sending: ["invoiceHeld", "warning"],
};
const ACCEPTED = ["accepted", "accepted_with_warnings"];
const GONE = ["cancelled", "deleted"];

/**
 * @param before what libsts said of it before it was saved, or null
 * @returns {Promise<{ key: string, tone: string }>} a key of the words `said`
 */
export async function outcome(office, database, id, before) {
  const row = database.get("SELECT * FROM document WHERE id = ?", id);
  const say = ([key, tone]) => ({ key, tone });
  if (row === undefined) return say(["invoiceCancelled", "success"]);
  if (row.problem !== null) return say(["invoiceUnread", "error"]);
  // The network is slow: it goes on by itself.
  if (row.told !== row.version || row.unread === 1 || row.view === null) return say(["invoiceSaved", "success"]);
  const left = JSON.parse(row.view).transmissions.length > (before?.transmissions.length ?? 0);
  if (row.state === "ready") {
    return say([(await automatic(office, row)) ? "invoiceAutomatic" : "invoiceReady", "success"]);
  }
  if (ACCEPTED.includes(row.state)) return say([left ? "invoiceChanged" : "invoiceSame", "success"]);
  if (GONE.includes(row.state)) return say([left ? "invoiceCancelled" : "invoiceSaved", "success"]);
  return say(SAID[row.state] ?? ["invoiceSaved", "success"]);
}

/** Whether it leaves with the cycle. */
async function automatic(office, row) {
  const { health } = await office.desk.health();
  const { mode } = health.automation;
  return typeof mode === "object" && row.paid !== null && row.paid >= mode.automatic.sendFrom;
}
