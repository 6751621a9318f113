// What the panel says of both sides.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mirror, total } from "../app/demo/mirror.mjs";

const key = (numDocumento) => ({ pIva: "99900011000", dataEmissione: "2026-11-20", dispositivo: 1, numDocumento });
const done = (...operations) => operations.map((operation, n) => ({ operation, protocollo: String(n), at_ms: n }));
const there = (n, { history = done("Inserimento"), timesInserted = 1, cancelled = false } = {}) => ({
  key: key(n), totalsCents: { SP: 6000, AA: 1 }, refundedCents: {}, timesInserted, cancelled, history,
});
const here = (n, state) => ({ id: `id-${n}`, state, view: JSON.stringify({ idSpesa: key(n) }) });

async function rows(stored, believed) {
  const all = await mirror({ get: async () => stored }, { all: () => believed });
  return Object.fromEntries(all.map((row) => [row.key.numDocumento, row]));
}

test("what is on both sides agrees, and what is on one side alone does not", async () => {
  const found = await rows(
    [
      there("both"),
      there("only there"),
      there("sent, not known"),
      there("gone", { cancelled: true, history: done("Inserimento", "Cancellazione") }),
    ],
    [
      here("both", "accepted"),
      here("only here", "accepted"),
      here("sent, not known", "unknown"),
      here("gone", "accepted_with_warnings"),
      here("ready", "ready"),
    ],
  );
  const agrees = Object.fromEntries(Object.entries(found).map(([name, row]) => [name, row.agrees]));
  assert.deepEqual(agrees, { both: true, "only there": false, "only here": false, "sent, not known": true, gone: false });
});

test("a document inserted again after a cancellation is not there twice, one without it is", async () => {
  const again = done("Inserimento", "Cancellazione", "Inserimento");
  const found = await rows(
    [
      there("again", { history: again, timesInserted: 2 }),
      there("twice", { history: done("Inserimento", "Inserimento"), timesInserted: 2 }),
    ],
    [here("again", "accepted"), here("twice", "accepted")],
  );
  assert.deepEqual([found.again.twice, found.twice.twice], [false, true]);
});

test("cents are summed over the kinds of expense", () => {
  assert.equal(total({ SP: 6000, AA: 1 }), "60.01");
});
