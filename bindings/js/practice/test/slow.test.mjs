// While the service does not answer, everything else goes on.
import assert from "node:assert/strict";
import { test } from "node:test";

import { crawl } from "./support/crawl.mjs";
import { Practice } from "./support/practice.mjs";
import { Service } from "./support/service.mjs";

/** Pages that ask the service themselves. */
const ASKS = /\/ricevute/;
/** Most milliseconds of a page that has nothing to wait for, on a busy machine. */
const LONG = 2_000;

async function begun(t) {
  let service;
  const behind = async (simulator) => (service = await Service.start(t, simulator)).url;
  const practice = await Practice.start(t, { invoices: 13, behind });
  await practice.logIn();
  return { practice, service };
}

async function assertEveryPageAnswers(practice) {
  let began = performance.now();
  const ask = practice.get;
  practice.get = async (path) => {
    if (ASKS.test(path)) return { headers: new Headers() };
    began = performance.now();
    const answer = await ask.call(practice, path);
    const took = performance.now() - began;
    assert.ok(took < LONG, `${path}: ${took.toFixed(0)} ms`);
    return answer;
  };
  const pages = await crawl(practice);
  practice.get = ask;
  assert.ok(pages.length > 15);
}

test("while a sending waits for its answer, every page is there", async (t) => {
  const { practice, service } = await begun(t);
  const held = service.hold("after", "inserimento", 2);
  await practice.post("/documenti/invia");
  const goOn = await held;
  await assertEveryPageAnswers(practice);
  goOn();
});

test("what a decision sets off keeps no page waiting, and the decision is kept at once", async (t) => {
  const { practice, service } = await begun(t);
  const held = service.hold("before", "inviaFileMtom");
  const { status } = await practice.post("/impostazioni/automatico", { automatico: "1", dal: "2026-01-01" });
  assert.equal(status, 303);
  const goOn = await held;
  await assertEveryPageAnswers(practice);
  // Another decision does not wait for the first.
  await practice.post("/impostazioni/sospensione", { sospeso: "1" });
  await practice.kill();
  goOn();
  await practice.again();
  const { text } = await practice.get("/impostazioni");
  assert.match(text, /name="sospeso" value="0"/, "it is paused");
  assert.match(text, /name="automatico" value="0"/, "and automatic");
});
