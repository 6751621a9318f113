// The program is killed at many moments, as when the power falls, and started again: nothing is
// lost, nothing goes twice.
import assert from "node:assert/strict";
import { test } from "node:test";

import { formTo } from "./support/form.mjs";
import { Practice, until } from "./support/practice.mjs";
import { Service } from "./support/service.mjs";

/** Of the invented invoices one is not paid; so many can go. */
const INVOICES = 13;
const READY = 12;

/** A practice with a held service in front of the simulator. */
async function begun(t) {
  let service;
  const behind = async (simulator) => (service = await Service.start(t, simulator)).url;
  const practice = await Practice.start(t, { invoices: INVOICES, behind });
  await practice.logIn();
  return { practice, service };
}

const stored = ({ simulator }) => simulator.control("GET", "/documents");
const states = (practice) => [...practice.documents().values()].map(({ state }) => state);

/** Lets time pass until something is so; by days in the end, because silences in a row make the engine rest for hours. */
async function eventually(practice, so) {
  for (let round = 0; round < 20; round += 1) {
    if (await so()) return;
    await practice.later(round < 6 ? 10 : 1440);
  }
  assert.fail(`not settled: ${states(practice)}`);
}

/** Lets time pass until all but what waits for its payment is accepted; what is ready is sent, if `send`. */
async function settle(practice, { send = true } = {}) {
  await eventually(practice, async () => {
    if (send && states(practice).includes("ready")) await sent(practice);
    return states(practice).every((state) => state === "accepted" || state === "waiting");
  });
}

async function sent(practice) {
  await practice.post("/documenti/invia");
  await until(async () => !JSON.parse((await practice.get("/documenti/invia/avanzamento")).text)?.running);
}

async function assertEachOnce(practice, count = READY) {
  const documents = await stored(practice);
  assert.equal(documents.length, count);
  for (const { key, timesInserted, cancelled } of documents) {
    assert.deepEqual([timesInserted, cancelled], [1, false], key.numDocumento);
  }
  const accepted = states(practice).filter((state) => state === "accepted");
  assert.equal(accepted.length, count, "the list knows it");
}

/** When the program is killed: after `moment`, which was begun before the sending was. */
const MOMENTS = {
  "before the first call arrives": ({ service }) => service.hold("before", "interrogazionepuntuale"),
  "when the first document is on its way": ({ service }) => service.hold("before", "inserimento"),
  "when the first document is stored and the answer is not back": ({ service }) => service.hold("after", "inserimento"),
  "when an answer has just come back": ({ service }) => service.answered("inserimento", 4),
  "between two documents": ({ service }) => service.hold("before", "inserimento", 6),
  "when the last document is stored": ({ service }) => service.hold("after", "inserimento", READY),
  "when the last answer has just come back": ({ service }) => service.answered("inserimento", READY),
};

for (const [name, moment] of Object.entries(MOMENTS)) {
  test(`killed in a sending, ${name}: each document once`, async (t) => {
    const { practice, service } = await begun(t);
    const struck = moment({ service });
    await practice.post("/documenti/invia");
    await struck;
    await practice.kill();
    await practice.again();
    await settle(practice);
    await assertEachOnce(practice);
  });
}

for (const milliseconds of [0, 5, 15, 40]) {
  test(`killed ${milliseconds} ms after the sending began: each document once`, async (t) => {
    const { practice } = await begun(t);
    const asked = practice.post("/documenti/invia").catch(() => undefined);
    await new Promise((done) => setTimeout(done, milliseconds));
    await practice.kill();
    await asked;
    await practice.again();
    await settle(practice);
    await assertEachOnce(practice);
  });
}

test("killed again and again in one sending: each document once", async (t) => {
  const { practice, service } = await begun(t);
  for (let n = 1; n <= 5; n += 1) {
    let held = false;
    const struck = service.hold(n % 2 === 0 ? "before" : "after", "inserimento");
    void struck.then(() => (held = true));
    await practice.post("/documenti/invia");
    // What was begun before goes on by itself, when its time has come.
    const moved = until(async () => held || (await practice.later(), held)).catch(() => undefined);
    await struck;
    await practice.kill();
    await moved;
    await practice.again();
  }
  await settle(practice);
  await assertEachOnce(practice);
});

test("a call that arrives when the killed program is up again: each document once", async (t) => {
  const { practice, service } = await begun(t);
  const held = service.hold("before", "inserimento", 3);
  await practice.post("/documenti/invia");
  const goOn = await held;
  await practice.kill();
  await practice.again();
  goOn();
  await until(async () => (await stored(practice)).length >= 3);
  await settle(practice);
  await assertEachOnce(practice);
});

test("ended by SIGTERM in a sending, the step under way is finished and nothing goes twice", async (t) => {
  const { practice, service } = await begun(t);
  const held = service.hold("after", "inserimento", 3);
  await practice.post("/documenti/invia");
  const goOn = await held;
  const ended = practice.end();
  goOn();
  assert.deepEqual(await ended, { code: 0, signal: null });
  await practice.again();
  await settle(practice);
  await assertEachOnce(practice);
});

for (const point of ["before", "after"]) {
  test(`killed in the automatic cycle, ${point} the file is stored: each document once`, async (t) => {
    const { practice, service } = await begun(t);
    const struck = service.hold(point, "inviaFileMtom");
    await practice.post("/impostazioni/automatico", { automatico: "1", dal: "2026-01-01" });
    const moved = passing(practice);
    await struck;
    await practice.kill();
    await moved;
    await practice.again();
    await settle(practice, { send: false });
    await assertEachOnce(practice);
  });

  test(`killed when the cycle asks for outcomes, ${point} the answer is there: each document once`, async (t) => {
    const { practice, service } = await begun(t);
    const struck = service.hold(point, "EsitoInvii");
    await practice.post("/impostazioni/automatico", { automatico: "1", dal: "2026-01-01" });
    const moved = passing(practice);
    await struck;
    await practice.kill();
    await moved;
    await practice.again();
    await settle(practice, { send: false });
    await assertEachOnce(practice);
  });

  test(`killed as an edit leaves, ${point} it is stored: Sistema TS has it, once`, async (t) => {
    const { practice, service, id } = await accepted(t);
    const struck = service.hold(point, "variazione");
    const asked = edit(practice, id, { "dettaglioLinee[0].prezzoTotale": "60,00" });
    await struck;
    await practice.kill();
    await asked;
    await practice.again();
    await eventually(practice, async () => (await stored(practice))[0].totalsCents.SP === 6120);
    await settle(practice);
    assert.deepEqual((await stored(practice)).map(({ timesInserted }) => timesInserted), [1]);
    assert.equal(practice.documents().get(id).total, "61.20");
  });

  test(`killed as a deletion leaves, ${point} it is done: it is gone here and there`, async (t) => {
    const { practice, service, id } = await accepted(t);
    const struck = service.hold(point, "cancellazione");
    const asked = practice.post(`/documenti/${id}/azioni/elimina`, { confermato: "1" }).catch(() => undefined);
    await struck;
    await practice.kill();
    await asked;
    await practice.again();
    await eventually(practice, () => !practice.documents().has(id));
    assert.ok((await stored(practice)).every(({ cancelled }) => cancelled));
  });

  test(`killed as a refund leaves, ${point} it is stored: Sistema TS has it, once`, async (t) => {
    const { practice, service, id } = await accepted(t);
    const struck = service.hold(point, "rimborso");
    const path = `/documenti/${id}/rimborso`;
    const { fields } = formTo((await practice.get(path)).text, path);
    const note = { ...fields, numero: "NC1", confermato: "1" };
    const asked = practice.post(path, note).catch(() => undefined);
    await struck;
    await practice.kill();
    await asked;
    await practice.again();
    // A person who saw no answer presses the button again.
    await practice.post(path, note);
    await settle(practice);
    const documents = await stored(practice);
    assert.deepEqual(documents.map(({ timesInserted }) => timesInserted), [1, 1]);
    assert.deepEqual(documents.find(({ refundOf }) => refundOf === null).refundedCents, { SP: 7140 });
    assert.equal(practice.rows("SELECT id FROM document WHERE number = 'NC1'").length, 1);
  });
}

for (const milliseconds of [0, 4, 12, 30]) {
  test(`killed ${milliseconds} ms after an invoice was saved: it is there whole or not at all, and once`, async (t) => {
    const { practice } = await begun(t);
    const path = "/documenti/nuovo";
    const { fields } = formTo((await practice.get(path)).text, path);
    const invoice = {
      ...fields,
      paziente: "Anna Provani",
      "cessionarioCommittente.cfCittadino": "PRVNNA80C61X999L",
      "dettaglioLinee[0].prezzoTotale": "60,00",
      "pagamenti[0].dataPagamento": "23/11/2026",
      "pagamenti[0].importo": "60,00",
    };
    const row = () => practice.rows("SELECT * FROM document WHERE id = ?", fields.id)[0];
    const asked = practice.post(path, invoice).catch(() => undefined);
    await new Promise((done) => setTimeout(done, milliseconds));
    await practice.kill();
    const answer = await asked;
    if (answer?.status === 303) assert.ok(row() !== undefined, "what was said to be saved is");
    await practice.again();
    // A person who saw no answer presses the button again.
    if (answer === undefined) await practice.post(path, invoice);
    await until(() => row()?.state === "ready");
    assert.equal(practice.rows("SELECT id FROM document WHERE number = ?", fields.numDocumento).length, 1);
    assert.equal(row().patient, "Anna Provani");
  });
}

/** Moves the time on until the program is gone. */
const passing = (practice) => until(async () => (await practice.later(), false)).catch(() => undefined);

/** A practice of one accepted document, of 71.40 euros. */
async function accepted(t) {
  const { practice, service } = await begun(t);
  const [id] = [...practice.documents()].find(([, { state }]) => state === "ready");
  await practice.post(`/documenti/${id}/azioni/invia`);
  for (const [other] of practice.documents()) {
    if (other !== id) await practice.post(`/documenti/${other}/azioni/elimina`, { confermato: "1" });
  }
  await until(() => practice.documents().get(id).state === "accepted" && practice.documents().size === 1);
  return { practice, service, id };
}

/** Saves an invoice with other values and what follows from them; the answer may never come. */
async function edit(practice, id, values) {
  const path = `/documenti/${id}/modifica`;
  const { fields } = formTo((await practice.get(path)).text, path);
  const rest = { "datiCassaPrevidenziale[0].importoContributoCassa": "1,20", "pagamenti[0].importo": "61,20" };
  return practice.post(path, { ...fields, ...rest, ...values }).catch(() => undefined);
}
