import assert from "node:assert/strict";
import { test } from "node:test";

import * as imported from "libsts";
import { Driver, Engine, MemoryStore, Sts, StsError, init } from "libsts";
import { createRequire } from "node:module";

import { PROFILE, invoice } from "./support/simulator.mjs";

const SETTINGS = { ambiente: "test", profile: PROFILE };
const NOW = 1_795_424_400_000;

test("before init a sentence says what to call", () => {
  const missing = { name: "StsError", code: "NOT_INITIALIZED", message: /await init\(\)/ };
  assert.throws(() => Sts.version(), missing);
  assert.throws(() => new Engine(SETTINGS), missing);
});

test("init, any number of times and at once, loads one instance", async () => {
  await Promise.all([init(), init(), init()]);
  await init();
  assert.match(Sts.version(), /^\d+\.\d+\.\d+$/);
});

test("imported and required, it is one instance and one class of errors", () => {
  const required = createRequire(import.meta.url)("libsts");
  assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).filter((name) => name !== "default").sort());
  assert.equal(required.StsError, StsError);
  assert.equal(required.Sts.version(), Sts.version());
});

test("an invoice is checked with a profile alone, and shown without its tax code", () => {
  const judged = Sts.check(invoice("1"), PROFILE, NOW);
  assert.equal(judged.verdict, "send");
  const preview = Sts.preview(invoice("1"), SETTINGS, new Date(NOW));
  assert.equal(preview.documento.cfCittadino, "[…]");
  assert.equal(Sts.calendar(PROFILE, NOW).scadenze[0].scadenza, "2027-02-01");
  assert.equal(Sts.codiceFiscale("PZNPRV80A01X999E").valid, true);
  assert.equal(Sts.partitaIva("99900011001").valid, false);
  assert.equal(Sts.importo("63.20").cents, 6320);
  assert.equal(Sts.data(new Date(NOW)).data, "2026-11-23");
  assert.equal(Sts.explain("S017").kind, "already_present");
  assert.equal(Sts.advice({ pincode: "1" }).reasons.length, 1);
  assert.ok(Sts.reasons().reasons.length > 80);
});

test("what is wrong has a code and a path, and is not shown", () => {
  const wrong = { ...invoice("1"), cfCittadino: "PZNPRV80A01X999E" };
  const error = caught(() => Sts.check(wrong, PROFILE));
  assert.deepEqual([error.code, error.path], ["COMMAND", "/invoice/cfCittadino"]);
  assert.ok(!String(error.stack).includes("PZNPRV"));
  assert.equal(caught(() => new Engine({ ambiente: "test" })).code, "SETTINGS");
  assert.equal(caught(() => Sts.check(invoice("1"), PROFILE, Number.NaN)).code, "ARGUMENT");
  assert.equal(caught(() => Sts.check(invoice("1"), PROFILE, 1)).code, "CLOCK");
});

test("what JSON cannot say is refused before the module sees it", () => {
  const cycle = {};
  cycle.self = cycle;
  for (const value of [cycle, { amount: 1n }, undefined, () => 1]) {
    const engine = new Engine(SETTINGS);
    assert.equal(caught(() => engine.command(NOW, value)).code, "ARGUMENT");
    engine.free();
  }
  assert.match(Sts.version(), /^\d/);
});

test("an engine takes its inputs by hand, and nothing after it was freed", () => {
  const engine = new Engine(SETTINGS);
  engine.setCredentials({ username: "a", password: "b", pincode: "c" });
  assert.equal(caught(() => engine.setCredentials({ username: "a" })).path, "/password");
  let step = engine.command(NOW, { command: "save", invoices: [invoice("1")] });
  while (step.read !== undefined) {
    const { keys, ranges } = step.read;
    const entries = [];
    engine.load({ keys: keys.map((key) => [key, undefined]), ranges: ranges.map((range) => ({ range, entries })) });
    step = engine.command(NOW, { command: "save", invoices: [invoice("1")] });
  }
  assert.equal(step.act.revision, 0);
  assert.equal(step.act.answer.documents[0].verdict, "send");
  assert.ok(step.act.writes.every(({ value }) => value === null || value instanceof Uint8Array));
  const bad = { keys: [["revision", "0"]], ranges: [] };
  assert.equal(caught(() => engine.load(bad)).code, "ARGUMENT");
  engine.free();
  engine.free();
  assert.equal(caught(() => engine.tick(NOW)).code, "DEAD");
});

test("after a bug the instance says so, and init puts a new one in its place", async () => {
  const engine = new Engine(SETTINGS);
  const other = { perform: () => Promise.resolve({ end: "not_sent" }) };
  const driver = new Driver({ settings: SETTINGS, store: new MemoryStore(), http: other });
  await driver.tick();
  trap();
  assert.equal(caught(() => Sts.version()).code, "DEAD");
  assert.equal(caught(() => engine.tick(NOW)).code, "DEAD");
  assert.equal(engine.dead, true);
  engine.free();
  await init();
  assert.match(Sts.version(), /^\d/);
  assert.equal(caught(() => engine.tick(NOW)).code, "DEAD");
  // A driver opens another engine by itself.
  assert.equal((await driver.save([invoice("1")])).documents[0].verdict, "send");
  driver.free();
});

function caught(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof StsError, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

/** Lets a call run out of stack in the middle of the module, which is a trap as a bug is. */
function trap() {
  const document = invoice("1");
  let trapped = false;
  const fall = () => {
    try {
      fall();
    } catch (overflow) {
      // Each frame on the way back has a little more stack; one of them has just not enough.
      if (trapped) return;
      try {
        Sts.check(document, PROFILE, NOW);
      } catch (error) {
        trapped = error.code === "PANIC" || error.code === "DEAD";
        if (!trapped) throw overflow;
      }
    }
  };
  fall();
  assert.ok(trapped, "nothing trapped");
}
