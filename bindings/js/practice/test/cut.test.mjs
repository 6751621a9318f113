// The practice is cut short at every single look at its database, one after the other, and goes on from what is there.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";

import { init } from "libsts";

import { CREDENTIALS, PROFILE, Simulator } from "../../test/support/simulator.mjs";
import { OfficeClock } from "../app/clock.mjs";
import { Database } from "../app/database.mjs";
import { Office } from "../app/office.mjs";
import { openVault } from "../app/vault.mjs";

before(() => init());

const NOW = "2026-11-23T09:00:00Z";
/** Every so many uses of the database are a death; all of them with STS_CUT=1. */
const STEP = Number(process.env.STS_CUT ?? 9);
/** Longer than libsts waits before it asks what became of a document. */
const LATER = 30 * 60_000;

/** A database that is gone after so many uses, as for a program that was killed. */
class Mortal extends Database {
  uses = 0;
  last = Infinity;

  #live() {
    this.uses += 1;
    if (this.uses > this.last) throw new Error("killed");
  }

  all(...given) {
    this.#live();
    return super.all(...given);
  }

  get(...given) {
    this.#live();
    return super.get(...given);
  }

  run(...given) {
    this.#live();
    return super.run(...given);
  }
}

function invoice(number, amount) {
  return {
    patient: "Piero Pazini",
    opposes: false,
    invoice: {
      stato: "emessa",
      dataEmissione: "2026-11-20",
      numDocumento: number,
      cessionarioCommittente: { personaFisica: true, cfCittadino: "PZNPRV80A01X999E" },
      dettaglioLinee: [{ prezzoTotale: amount, naturaIVA: "N2.2", tipoSpesa: "SP" }],
      pagamenti: [{ dataPagamento: "2026-11-20", importo: amount, modalitaPagamento: "MP08" }],
    },
  };
}

/** What a person does, one thing after the other. */
const DAY = [
  (office) => office.keepAll(["a", "b", "c", "d"].map((id) => ({ id, ...invoice(id, "60.00") }))),
  (office) => office.catchUp(),
  (office) => office.run((driver) => driver.send({ ids: ["a", "b"] }), ["a", "b"]),
  (office) => office.keep("a", invoice("a", "61.00")),
  (office) => office.remove("b"),
  (office) => office.catchUp(),
  (office) => office.keep("c", invoice("c", "62.00")),
  async (office) => {
    const { running } = office.sendReady();
    assert.ok(running);
    while (office.job.running) await new Promise((done) => setImmediate(done));
  },
  (office) => office.keep("d", invoice("dd", "63.00")),
  (office) => office.run((driver) => driver.change("cancel", ["c"], true), ["c"]),
  (office) => office.remove("c"),
  (office) => office.catchUp(),
  (office) => office.catchUp(),
];

/** One such day with a death after so many uses of the database. Gives how many there were. */
async function day(last) {
  const data = mkdtempSync(join(tmpdir(), "sts-"));
  const simulator = await Simulator.start({ clock: NOW });
  const clock = new OfficeClock(Date.parse(NOW) - Date.now());
  const service = { endpoint: simulator.url, certificate: simulator.certificate };
  const at = (database) => new Office({ database, vault: openVault(data, {}), clock, folder: data, service });
  try {
    const mortal = new Mortal(join(data, "practice.db"));
    const first = at(mortal);
    await first.configure({ profile: PROFILE, ambiente: "test" });
    await first.setCredentials(CREDENTIALS);
    await first.catchUp();
    mortal.uses = 0;
    mortal.last = last;
    for (const act of DAY) {
      if (mortal.uses > last) break;
      await Promise.resolve(first).then(act).catch((error) => assert.ok(mortal.uses > last, error));
    }
    const { uses } = mortal;
    mortal.last = 0;
    await first.close().catch(() => undefined);
    mortal.close();

    const database = new Database(join(data, "practice.db"));
    const second = at(database);
    await second.open();
    const rows = () => database.all("SELECT * FROM document ORDER BY id");
    const open = ({ version, told, unread, deleting, state }) =>
      version !== told || unread !== 0 || deleting !== 0 || !["ready", "accepted", "accepted_with_warnings", "cancelled"].includes(state);
    // The first look also hands out what the one before left to be told.
    await second.look();
    for (let n = 0; n < 8 && rows().some(open); n += 1) {
      await simulator.control("POST", "/clock", { advance_ms: LATER });
      second.advance(LATER);
      await second.look();
    }
    const documents = await simulator.control("GET", "/documents");
    const kept = rows();
    await second.close();
    database.close();
    return { uses, kept, documents, open: kept.filter(open) };
  } finally {
    await simulator.stop();
    rmSync(data, { recursive: true, force: true });
  }
}

/** What the practice has and what Sistema TS has are the same. */
function assertSame({ kept, documents, open }, last) {
  assert.deepEqual(open.map(({ id, state }) => [id, state]), [], `cut after ${last}: nothing stays open`);
  const here = kept.filter(({ shelf }) => shelf === "accettati").map(({ number, total }) => `${number} ${Number(total) * 100}`);
  const there = documents.filter(({ cancelled }) => !cancelled).map(({ key, totalsCents }) => `${key.numDocumento} ${totalsCents.SP}`);
  assert.deepEqual(there.sort(), here.sort(), `cut after ${last}`);
  for (const { key, timesInserted } of documents) assert.equal(timesInserted, 1, `cut after ${last}: ${key.numDocumento}`);
}

test("cut short at any use of the database, rows and Sistema TS agree in the end, and nothing goes twice", { timeout: 300_000 }, async (t) => {
  const whole = await day(Infinity);
  assertSame(whole, Infinity);
  assert.deepEqual(whole.kept.map(({ id, state }) => [id, state.slice(0, 8)]), [["a", "accepted"], ["d", "accepted"]]);
  t.diagnostic(`${whole.uses} uses of the database`);
  const lasts = Array.from({ length: whole.uses }, (_, last) => last).filter((last) => last % STEP === 0);
  // Some at a time: most of it is waiting for the disk.
  const next = async () => {
    for (let last = lasts.shift(); last !== undefined; last = lasts.shift()) assertSame(await day(last), last);
  };
  await Promise.all([next(), next(), next(), next()]);
});
