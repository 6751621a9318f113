// The program is killed at many moments, as when the power falls, and started again: nothing is
// lost, nothing goes twice.
import assert from "node:assert/strict";
import { test } from "node:test";

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

/** Sends what is ready and lets time pass, until all but what waits for its payment is accepted. */
async function settle(practice) {
  for (let round = 0; round < 20; round += 1) {
    if (states(practice).includes("ready")) await sent(practice);
    const open = states(practice).filter((state) => state !== "accepted" && state !== "waiting");
    if (open.length === 0) return;
    // Silences in a row make the engine rest for hours, for the sake of the credentials.
    await practice.later(round < 6 ? 10 : 1440);
  }
  assert.fail(`not settled: ${states(practice)}`);
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
