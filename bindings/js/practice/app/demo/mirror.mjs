// What the simulated Sistema TS holds, beside what the practice believes of it.

const keyOf = ({ pIva, dataEmissione, dispositivo, numDocumento }) =>
  [pIva, dataEmissione, dispositivo, numDocumento].join(" ");

/** States in which the practice holds that Sistema TS has the document. */
const THERE = ["accepted", "accepted_with_warnings", "changing", "changed_after_sending", "change_refused"];
/** States in which it knows that it does not know. */
const OPEN = ["sending", "unknown", "handed_in", "conflict"];

/**
 * Both sides, the latest written first.
 *
 * @returns rows `{ key, there, here, twice, agrees }`: `there` as the simulator shows it, or null;
 *   `here` `{ id, state }` of the practice, or null
 */
export async function mirror(simulator, database) {
  const stored = await simulator.get("/documents");
  const believed = new Map();
  for (const { id, state, view } of database.all("SELECT id, state, view FROM document WHERE view IS NOT NULL")) {
    const key = JSON.parse(view)?.idSpesa;
    if (key) believed.set(keyOf(key), { id, state, key });
  }
  const rows = stored.map((there) => {
    const here = believed.get(keyOf(there.key)) ?? null;
    believed.delete(keyOf(there.key));
    return row(there.key, there, here);
  });
  for (const here of believed.values()) if (THERE.includes(here.state)) rows.push(row(here.key, null, here));
  return rows.sort((a, b) => writtenAt(b) - writtenAt(a));
}

function row(key, there, here) {
  const isThere = there !== null && !there.cancelled;
  const cancellations = there?.history.filter(({ operation }) => operation === "Cancellazione").length ?? 0;
  const twice = (there?.timesInserted ?? 0) > cancellations + 1;
  const open = OPEN.includes(here?.state);
  return { key, there, here, twice, open, agrees: open || isThere === THERE.includes(here?.state) };
}

const writtenAt = ({ there }) => there?.history.at(-1)?.at_ms ?? 0;

/** The sum of cents by kind of expense, as `12.30`. */
export const total = (cents) => (Object.values(cents).reduce((sum, n) => sum + n, 0) / 100).toFixed(2);
