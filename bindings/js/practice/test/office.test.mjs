// libsts at work behind the pages, against the simulator.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";

import { init } from "libsts";

import { folder } from "../../test/support/folder.mjs";
import { CREDENTIALS, PROFILE, Simulator } from "../../test/support/simulator.mjs";
import { OfficeClock } from "../app/clock.mjs";
import { Database } from "../app/database.mjs";
import { counts, page } from "../app/documents.mjs";
import { Office } from "../app/office.mjs";
import { SendingJob } from "../app/sending.mjs";
import { openVault } from "../app/vault.mjs";
import { Service } from "./support/service.mjs";

before(() => init());

const NOW = "2026-11-23T09:00:00Z";

/** An office with its simulator, ready to send; `behind` puts a service between the two. */
async function start(t, { behind = false } = {}) {
  const made = {};
  // Before the folder goes.
  t.after(async () => {
    await made.office?.close();
    made.database?.close();
  });
  const simulator = await Simulator.start({ clock: NOW });
  t.after(() => simulator.stop());
  const service = behind ? await Service.start(t, simulator) : null;
  const data = folder(t);
  const database = new Database(join(data, "practice.db"));
  const wrong = [];
  const given = {
    database,
    vault: openVault(data, {}),
    clock: new OfficeClock(Date.parse(NOW) - Date.now()),
    folder: data,
    service: { endpoint: service?.url ?? simulator.url, certificate: simulator.certificate },
    log: (error) => wrong.push(error),
  };
  Object.assign(made, { simulator, service, database, wrong, given, data });
  made.open = async () => {
    made.office = new Office(given);
    return made.office;
  };
  const office = await made.open();
  await office.configure({ profile: PROFILE, ambiente: "test" });
  await office.setCredentials(CREDENTIALS);
  made.row = (id) => database.get("SELECT * FROM document WHERE id = ?", id);
  made.there = () => simulator.control("GET", "/documents");
  return made;
}

function invoice(id, { amount = "60.00", day = "2026-11-20", ...more } = {}) {
  return {
    patient: "Piero Pazini",
    opposes: false,
    invoice: {
      stato: "emessa",
      dataEmissione: day,
      numDocumento: id,
      cessionarioCommittente: { personaFisica: true, cfCittadino: "PZNPRV80A01X999E" },
      dettaglioLinee: [{ prezzoTotale: amount, naturaIVA: "N2.2", tipoSpesa: "SP" }],
      pagamenti: [{ dataPagamento: day, importo: amount, modalitaPagamento: "MP08" }],
      ...more,
    },
  };
}

const refuse = (simulator, numDocumento) =>
  simulator.control("POST", "/faults", {
    fault: { kind: "code", codice: "S011" },
    operation: "Inserimento",
    document: { pIva: PROFILE.pIva, dataEmissione: "2026-11-20", dispositivo: 1, numDocumento },
    times: 100,
  });

test("two calls at once do the work of both", async (t) => {
  const { office, row } = await start(t);
  office.keep("a", invoice("1"));
  const first = office.catchUp();
  office.keep("b", invoice("2"));
  await Promise.all([first, office.catchUp()]);
  assert.deepEqual([row("a").state, row("b").state], ["ready", "ready"]);
});

test("nothing to do leaves nothing behind that would hold up what comes", async (t) => {
  const { office, row } = await start(t);
  await office.catchUp();
  await office.catchUp();
  office.keep("a", invoice("1"));
  await office.catchUp();
  assert.equal(row("a").state, "ready");
});

test("libsts is told by itself, without anybody asking for it", async (t) => {
  const { office, row } = await start(t);
  office.keep("a", invoice("1"));
  while (row("a").state === null) await new Promise((done) => setImmediate(done));
  assert.equal(row("a").state, "ready");
});

test("S21 S24: what is sent is the invoice as it was last saved", async (t) => {
  const { office, row, there } = await start(t);
  office.keep("a", invoice("1"));
  await office.catchUp();
  office.keep("a", invoice("1", { amount: "75.00" }));
  const { documents } = await office.run((driver) => driver.send({ ids: ["a"] }), ["a"]);
  assert.deepEqual(documents, [{ id: "a", outcome: "queued" }]);
  assert.equal(row("a").state, "accepted");
  assert.deepEqual((await there()).map(({ totalsCents }) => totalsCents), [{ SP: 7500 }]);
});

test("an invoice that libsts could not be told of is not sent as it was before", async (t) => {
  const { office, database, there, row } = await start(t);
  office.keep("a", invoice("1"));
  await office.catchUp();
  database.run("UPDATE document SET invoice = 'no JSON', version = version + 1 WHERE id = 'a'");
  await assert.rejects(office.run((driver) => driver.send({ ids: ["a"] }), ["a"]));
  assert.deepEqual(await there(), []);
  office.keep("a", invoice("1"));
  await office.run((driver) => driver.send({ ids: ["a"] }), ["a"]);
  assert.equal(row("a").state, "accepted");
  assert.equal(office.failure, null);
});

test("S18 S19 S20: edits and deletions of what was sent leave by themselves, those of what was not do not", async (t) => {
  const { office, row, there } = await start(t);
  office.keep("sent", invoice("1"));
  office.keep("new", invoice("2"));
  await office.run((driver) => driver.send({ ids: ["sent"] }), ["sent"]);
  office.keep("sent", invoice("1", { amount: "75.00" }));
  office.keep("new", invoice("2", { amount: "75.00" }));
  await office.catchUp();
  assert.deepEqual([row("sent").state, row("new").state], ["accepted", "ready"]);
  assert.deepEqual((await there()).map(({ totalsCents }) => totalsCents), [{ SP: 7500 }]);
  office.remove("sent");
  office.remove("new");
  await office.catchUp();
  assert.deepEqual([row("sent"), row("new")], [undefined, undefined]);
  assert.deepEqual((await there()).map(({ cancelled }) => cancelled), [true]);
});

test("a deletion during a sending follows it", async (t) => {
  const { office, row, there, service } = await start(t, { behind: true });
  office.keep("a", invoice("1"));
  await office.catchUp();
  const held = service.hold("before", "inserimento");
  const sending = office.run((driver) => driver.send({ ids: ["a"] }), ["a"]);
  const release = await held;
  office.remove("a");
  const removed = office.catchUp();
  release();
  await Promise.all([sending, removed]);
  assert.equal(row("a"), undefined);
  assert.deepEqual((await there()).map(({ cancelled }) => cancelled), [true]);
});

test("a row deleted for good makes room for the same number again", async (t) => {
  const { office, row, there } = await start(t);
  office.keep("a", invoice("1"));
  await office.run((driver) => driver.send({ ids: ["a"] }), ["a"]);
  office.remove("a");
  await office.catchUp();
  office.keep("b", invoice("1"));
  await office.run((driver) => driver.send({ ids: ["b"] }), ["b"]);
  assert.equal(row("b").state, "accepted");
  assert.deepEqual((await there()).map(({ cancelled, timesInserted }) => [cancelled, timesInserted]), [[false, 2]]);
});

test("S19: a deletion that Sistema TS refuses stays in sight with its reason, and leaves when it is asked for again", async (t) => {
  const { office, row, simulator, there } = await start(t);
  office.keep("a", invoice("1"));
  await office.run((driver) => driver.send({ ids: ["a"] }), ["a"]);
  await simulator.control("POST", "/faults", { fault: { kind: "code", codice: "S915" }, operation: "Cancellazione" });
  office.remove("a");
  await office.catchUp();
  assert.equal(row("a").deleting, 2);
  assert.equal(row("a").state, "change_refused");
  office.remove("a");
  await office.catchUp();
  assert.equal(row("a"), undefined);
  assert.deepEqual((await there()).map(({ cancelled }) => cancelled), [true]);
});

test("X5: in a closed year an edit and a deletion change the invoice here alone", async (t) => {
  const { office, row, simulator, there } = await start(t);
  for (const id of ["a", "b"]) office.keep(id, invoice(id));
  await office.run((driver) => driver.send({ ids: ["a", "b"] }), ["a", "b"]);
  const year = 180 * 86_400_000;
  await simulator.control("POST", "/clock", { advance_ms: year });
  office.advance(year);
  office.keep("a", invoice("a", { amount: "75.00" }));
  office.remove("b");
  await office.catchUp();
  assert.equal(row("a").state, "changed_after_sending");
  assert.equal(row("b"), undefined);
  assert.deepEqual((await there()).map(({ cancelled, totalsCents }) => [cancelled, totalsCents]), [[false, { SP: 6000 }], [false, { SP: 6000 }]]);
});

test("all that is ready is sent, and each document is counted once, by how it ended", async (t) => {
  const { office, simulator, database } = await start(t);
  const ids = Array.from({ length: 60 }, (_, n) => `${n + 1}`);
  office.keepAll(ids.map((id) => ({ id, ...invoice(id) })));
  office.keep("draft", invoice("61", { stato: "bozza" }));
  await office.catchUp();
  await refuse(simulator, "7");
  await simulator.control("POST", "/faults", {
    fault: { kind: "lost_after_storing" },
    document: { pIva: PROFILE.pIva, dataEmissione: "2026-11-20", dispositivo: 1, numDocumento: "9" },
  });
  const job = office.sendReady();
  assert.equal(office.sendReady(), job, "a second press is no second sending");
  const seen = [];
  while (job.running) {
    seen.push(job.progress.done);
    await new Promise((done) => setImmediate(done));
  }
  const { total, done, accepted, refused, later, held } = job.progress;
  assert.deepEqual({ total, done, accepted, refused, later, held }, { total: 60, done: 60, accepted: 58, refused: 1, later: 1, held: 0 });
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b), "it never goes back");
  assert.ok(new Set(seen).size > 20, "it is seen to move");
  assert.deepEqual([job.ended("refused"), job.ended("later")], [["7"], ["9"]]);
  await office.catchUp();
  assert.equal(counts(database, "2026-11-23").accettati, 58);
});

test("a sending without credentials says that nothing has left yet", async (t) => {
  const made = await start(t);
  await made.office.close();
  made.database.run("DELETE FROM secret");
  const again = await made.open();
  await again.open();
  again.keep("a", invoice("1"));
  await again.catchUp();
  const job = again.sendReady();
  while (job.running) await new Promise((done) => setImmediate(done));
  assert.deepEqual([job.progress.later, job.progress.done], [1, 1]);
});

test("a sending counts events of its own documents once, and none of before", async () => {
  const job = new SendingJob(["a", "b", "c"], 10);
  const ended = job.run(async (batch) => {
    job.heard({ event: "document_refused", id: "a", number: 9 });
    job.heard({ event: "document_accepted", id: "b", number: 11 });
    job.heard({ event: "document_accepted", id: "b", number: 11 });
    job.heard({ event: "document_accepted", id: "other", number: 12 });
    return { documents: batch.map((id) => ({ id, outcome: id === "c" ? "not_sendable" : "queued" })) };
  });
  job.heard({ event: "document_refused", id: "other", number: 13 });
  await ended;
  const { total, done, accepted, refused, later, held } = job.progress;
  assert.deepEqual({ total, done, accepted, refused, later, held }, { total: 3, done: 3, accepted: 1, refused: 0, later: 1, held: 1 });
  job.heard({ event: "document_accepted", id: "a", number: 14 });
  assert.deepEqual([job.progress.accepted, job.progress.later, job.progress.done], [2, 0, 3]);
});

test("a sending that fails says so, and what did not leave is still ready", async (t) => {
  const { office, row } = await start(t);
  office.keep("a", invoice("1"));
  await office.catchUp();
  const job = new SendingJob(["a"]);
  await job.run(() => Promise.reject(new Error("no store")));
  assert.deepEqual([job.running, job.progress.failed, job.progress.done], [false, true, 0]);
  assert.equal(row("a").state, "ready");
});

test("the program ends in the middle of a sending, and goes on with it after the next start", async (t) => {
  const made = await start(t, { behind: true });
  const { office, service, row, there } = made;
  office.keepAll(["1", "2", "3"].map((id) => ({ id, ...invoice(id) })));
  await office.catchUp();
  const held = service.hold("after", "inserimento", 2);
  const job = office.sendReady();
  const release = await held;
  const closed = office.close();
  release();
  await closed;
  assert.equal(job.running, false);
  const again = await made.open();
  await again.open();
  await again.catchUp();
  await again.look();
  assert.deepEqual(["1", "2", "3"].map((id) => row(id).shelf), ["accettati", "accettati", "accettati"]);
  assert.deepEqual((await there()).map(({ timesInserted }) => timesInserted), [1, 1, 1]);
});

test("another environment knows nothing of the documents, and the first one hears what was deleted meanwhile", async (t) => {
  const { office, given, row, there } = await start(t);
  const other = { ...PROFILE, pIva: "12345678903" };
  office.keep("a", invoice("1"));
  await office.run((driver) => driver.send({ ids: ["a"] }), ["a"]);
  await office.configure({ profile: other, ambiente: "test" });
  await office.catchUp();
  assert.equal(row("a").state, "ready");
  office.remove("a");
  await office.catchUp();
  assert.equal(row("a"), undefined);
  await office.configure({ profile: PROFILE, ambiente: "test" });
  await office.setCredentials(CREDENTIALS);
  await office.catchUp();
  assert.deepEqual((await there()).map(({ cancelled }) => cancelled), [true]);
  assert.equal(given.database.get("SELECT count(*) AS n FROM removed").n, 0);
});

test("an empty store is told of every document again", async (t) => {
  const made = await start(t);
  made.office.keep("a", invoice("1"));
  await made.office.catchUp();
  await made.office.close();
  const { readdirSync, rmSync } = await import("node:fs");
  for (const name of readdirSync(made.data)) if (name.startsWith("sts-")) rmSync(join(made.data, name));
  const again = await made.open();
  await again.open();
  await again.catchUp();
  assert.equal(made.row("a").state, "ready");
});

test("S16: what the cycle has queued shows as such, although nothing tells of it", async (t) => {
  const { office, row, simulator, database } = await start(t);
  await simulator.control("POST", "/faults", { fault: { kind: "maintenance" }, times: 1000 });
  office.keepAll(["1", "2", "3"].map((id) => ({ id, ...invoice(id) })));
  await office.catchUp();
  await office.decide((driver) => driver.configure({ mode: { automatic: { sendFrom: "2026-01-01" } }, channel: "sync" }));
  await simulator.control("POST", "/clock", { advance_ms: 1_200_000 });
  office.advance(1_200_000);
  await office.look();
  assert.deepEqual([...new Set(["1", "2", "3"].map((id) => row(id).state))].filter((state) => state === "ready"), []);
  assert.equal(counts(database, "2026-11-23")["da-inviare"], 0);
});

test("ten thousand documents: no page of the list reads more than it shows, or sorts", async (t) => {
  const { database } = await start(t);
  const plans = [];
  const asked = { all: (sql, ...values) => (plans.push([sql, database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values)]), []) };
  for (const filter of ["tutti", "accettati"]) page(asked, { filter, today: "2026-11-23", number: 3 });
  for (const [sql, rows] of plans) {
    const text = rows.map(({ detail }) => detail).join("; ");
    assert.match(text, /USING (COVERING )?INDEX document_by_/, sql);
    // The rows of the page, once more in order.
    assert.equal(text.match(/TEMP B-TREE/g).length, 1, sql);
  }
  const waits = ["version <> told AND deleting = 0", "deleting = 1", "unread > 0"].map((where) =>
    database.all(`EXPLAIN QUERY PLAN SELECT id FROM document WHERE ${where} AND id > '' ORDER BY id LIMIT 100`)[0].detail);
  assert.deepEqual(waits.map((detail) => /document_(untold|deleting|unread)/.exec(detail)?.[1]), ["untold", "deleting", "unread"]);
});

