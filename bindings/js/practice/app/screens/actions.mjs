import { patiently, say } from "../app.mjs";
import { one } from "../documents.mjs";
import { confirm } from "../parts.mjs";
import { notThere } from "./document.mjs";
import { refund } from "./refund.mjs";

/** What each tool of the list asks of libsts; `elimina` is apart, because the invoice goes with it. */
const COMMANDS = {
  invia: (driver, id) => driver.send({ ids: [id] }),
  reinvia: (driver, id, confirmed) => driver.change("resend", [id], confirmed),
  aggiorna: (driver, id, confirmed) => driver.change("update", [id], confirmed),
  cancella: (driver, id, confirmed) => driver.change("cancel", [id], confirmed),
  risincronizza: (driver, id, confirmed) => driver.change("resync", [id], confirmed),
};

/** The tools for one document. */
export function actions(app) {
  refund(app);

  app.get("/documenti/:id/azioni/:azione", async (c) => {
    const { id, azione } = c.req.param();
    const row = one(c.var.database, id);
    const words = c.var.words.actions;
    if (row === undefined || (azione !== "elimina" && !Object.hasOwn(COMMANDS, azione))) return notThere(c);
    const { title, text, happens, cannot, submit } = words[azione] ?? words.otherwise(c.var.words.tools[azione]);
    const path = pathOf(id);
    return c.render(
      confirm({
        text: text(row.number),
        happens: { title: words.happens, items: happens ?? (await ofDeletion(c, id)) },
        cannot: { title: words.cannot, items: azione === "elimina" ? [...refundsOf(c, row), ...cannot] : cannot },
        action: `${path}/azioni/${azione}`,
        fields: { confermato: "1" },
        submit: { text: submit, tone: "danger" },
        cancel: { href: path, text: words.cancel },
      }),
      { title, width: "narrow", back: { href: path, text: words.back } },
    );
  });

  app.post("/documenti/:id/azioni/elimina", async (c) => {
    const id = c.req.param("id");
    const { office, database } = c.var;
    const row = one(database, id);
    if (row === undefined) return notThere(c);
    const { confermato } = await c.req.parseBody();
    if (confermato !== "1") return c.redirect(`${pathOf(id)}/azioni/elimina`, 303);
    const { status } = await office.desk.status(id);
    office.remove(id);
    await patiently(office.catchUp());
    const left = one(database, id);
    if (left === undefined) {
      const there = status?.document.protocollo != null;
      const closed = status?.scadenza?.stato === "closed";
      say(c, `actions.outcomes.elimina.${!there ? "gone" : closed ? "goneClosed" : "goneThere"}`);
      return c.redirect("/documenti", 303);
    }
    const refused = left.state === "change_refused";
    say(c, `actions.outcomes.elimina.${refused ? "refused" : "deleting"}`, {}, refused ? "error" : "info");
    return c.redirect(refused ? pathOf(id) : "/documenti", 303);
  });

  app.post("/documenti/:id/azioni/:azione", async (c) => {
    const { id, azione } = c.req.param();
    const { office, database } = c.var;
    const command = Object.hasOwn(COMMANDS, azione) ? COMMANDS[azione] : undefined;
    const before = one(database, id);
    if (before === undefined || command === undefined) return notThere(c);
    const { confermato, torna } = await c.req.parseBody();
    const answer = await patiently(office.run((driver) => command(driver, id, confermato === "1"), [id]));
    const outcome = answer?.documents[0].outcome;
    if (outcome === "needs_confirmation") return c.redirect(`${pathOf(id)}/azioni/${azione}`, 303);
    const { key, tone } = result(azione, outcome, before, one(database, id) ?? before, c.var.words.actions);
    say(c, `actions.${key}`, {}, tone);
    // What went well needs no more than a look at the list; for the rest the document has the details.
    const list = typeof torna === "string" && /^\/documenti(\?[\x21-\x7e]*)?$/.test(torna);
    return c.redirect(list && tone === "success" ? torna : pathOf(id), 303);
  });
}

/** What a deletion comes to: here, and on Sistema TS as far as one can tell before. */
async function ofDeletion(c, id) {
  const { happensHere, happensThere, happensNever, happensClosed } = c.var.words.actions.elimina;
  const { status } = await c.var.office.desk.status(id);
  if (!status?.document.transmissions.length && !status?.document.protocollo) return [happensHere, happensNever];
  return [happensHere, status.scadenza?.stato === "closed" ? happensClosed : happensThere];
}

/** What to know about the credit notes of an invoice, which stay: without it Sistema TS takes none. */
function refundsOf({ var: { database, words } }, { number, issued }) {
  const rows = database.all(
    `SELECT number FROM document WHERE deleting = 0 AND json_extract(invoice, '$.fatturaCollegata.numDocumento') = ?
     AND json_extract(invoice, '$.fatturaCollegata.dataEmissione') = ?`,
    number,
    issued,
  );
  return rows.map((row) => words.actions.elimina.refund(row.number));
}

export const pathOf = (id) => `/documenti/${encodeURIComponent(id)}`;

/** Whether libsts made a request of it that is in the registry. */
const sendings = ({ view }) => JSON.parse(view ?? "null")?.transmissions.length ?? 0;

/** How the end of a command is told: what the state says went well, or not. */
const TONES = {
  accepted: "success",
  accepted_with_warnings: "warning",
  cancelled: "success",
  refused: "error",
  change_refused: "error",
  conflict: "error",
  changed_after_sending: "error",
  given_up: "error",
  unknown: "warning",
};
const OUTCOME_TONES = { done: "success", already_accepted: "success", under_way: "info", nothing_there: "info" };

/** The sentence for what came of a tool, by its outcome and, once it went out, by the state. */
function result(azione, outcome, before, after, words) {
  if (outcome === undefined) return { key: "waiting", tone: "info" };
  if (outcome !== "queued") {
    const known = Object.hasOwn(words.outcomes[azione], outcome);
    return { key: known ? `outcomes.${azione}.${outcome}` : "outcomes.other", tone: OUTCOME_TONES[outcome] ?? "warning" };
  }
  const asked = azione === "reinvia" || azione === "risincronizza";
  if (asked && sendings(after) === sendings(before)) {
    const there = ["accepted", "accepted_with_warnings"].includes(after.state);
    if (there && azione === "reinvia") return { key: "outcomes.stillThere", tone: "warning" };
    if (there) return { key: "outcomes.risincronizza.same", tone: "success" };
    if (["ready", "refused", "cancelled"].includes(after.state)) return { key: "outcomes.risincronizza.absent", tone: "info" };
  }
  const known = Object.hasOwn(words.states, after.state ?? "");
  return { key: known ? `states.${after.state}` : "states.other", tone: TONES[after.state] ?? "info" };
}
