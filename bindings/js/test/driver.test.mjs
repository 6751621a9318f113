import assert from "node:assert/strict";
import { test } from "node:test";

import { Driver, FetchHttp, MemoryStore, StsError, VirtualClock } from "libsts";

import { CREDENTIALS, Simulator, invoice } from "./support/simulator.mjs";

const MORNING = "2026-11-23T09:00:00Z";

/** A practice at a simulator, with parts of its driver replaced. */
async function practice(t, replaced = {}) {
  const simulator = await Simulator.start({ clock: MORNING });
  t.after(() => simulator.stop());
  const [store, events] = [new MemoryStore(), []];
  const driver = new Driver({
    settings: simulator.settings(),
    credentials: CREDENTIALS,
    http: new FetchHttp(),
    clock: new VirtualClock(Date.parse(MORNING)),
    events: (event) => void events.push(event),
    store,
    ...replaced,
  });
  t.after(() => driver.free());
  return { simulator, store, events, driver };
}

test("an invoice that is saved and sent is accepted, once, and told of", async (t) => {
  const { simulator, events, driver } = await practice(t);
  await driver.save([invoice("1")]);
  assert.equal((await driver.send({ ids: ["1"] })).documents[0].outcome, "queued");
  const { document } = await driver.document("1");
  assert.equal(document.state, "accepted");
  const accepted = events.filter(({ event }) => event === "document_accepted");
  assert.deepEqual(accepted.map(({ id }) => id), ["1"]);
  assert.equal((await simulator.control("GET", "/documents"))[0].timesInserted, 1);
  await driver.close();
  await driver.close();
  await assert.rejects(driver.tick(), { code: "DEAD" });
});

test("calls at the same time wait for one another", async (t) => {
  let [inside, most] = [0, 0];
  const slow = new MemoryStore();
  const get = slow.get.bind(slow);
  slow.get = async (keys) => {
    most = Math.max(most, (inside += 1));
    await new Promise((done) => setTimeout(done, 1));
    inside -= 1;
    return get(keys);
  };
  const { driver } = await practice(t, { store: slow });
  const saved = await Promise.all(["1", "2", "3"].map((id) => driver.save([invoice(id)])));
  assert.deepEqual(saved.map(({ documents }) => documents[0].id), ["1", "2", "3"]);
  assert.equal(most, 1);
});

test("two drivers of one store send each document once", async (t) => {
  const { simulator, store, driver } = await practice(t);
  const other = new Driver({
    settings: simulator.settings(),
    credentials: CREDENTIALS,
    http: new FetchHttp(),
    clock: new VirtualClock(Date.parse(MORNING)),
    store,
  });
  t.after(() => other.free());
  const ids = Array.from({ length: 12 }, (_, i) => String(i));
  await driver.save(ids.map((id) => invoice(id)));
  await Promise.all([driver.send({ ids }), other.send({ ids })]);
  for (const one of [driver, other]) await one.runToRest(Date.parse(MORNING) + 86_400_000);
  const documents = await simulator.control("GET", "/documents");
  assert.equal(documents.length, 12);
  assert.ok(documents.every(({ timesInserted }) => timesInserted === 1));
});

test("a transport that throws is an unknown end, and says so", async (t) => {
  const real = new FetchHttp();
  // The first request asks whether the credentials are right.
  const perform = (request) => (request.label.includes("Inserimento") ? Promise.reject(new Error("on purpose")) : real.perform(request));
  const { driver } = await practice(t, { http: { perform } });
  await driver.save([invoice("1")]);
  const failing = driver.send({ ids: ["1"] });
  await assert.rejects(failing, { code: "HTTP", message: /unknown end: on purpose/ });
  const { document } = await driver.document("1");
  assert.equal(document.state, "unknown");
});

test("a transport that gives no end is told what an end is", async (t) => {
  const { driver } = await practice(t, { http: { perform: async () => ({ status: 200 }) } });
  await driver.save([invoice("1")]);
  await assert.rejects(driver.send({ ids: ["1"] }), { code: "HTTP", message: /answered, not_sent/ });
});

test("an event whose receiver fails comes again, and the others are not lost", async (t) => {
  const taken = [];
  let failures = 2;
  const events = async ({ number, event }) => {
    if ((failures -= 1) >= 0) throw new Error("the screen is closed");
    taken.push([number, event]);
  };
  const { driver } = await practice(t, { events });
  await driver.save([invoice("1")]);
  await assert.rejects(driver.send({ ids: ["1"] }), { code: "EVENTS", message: /the screen is closed/ });
  await driver.tick().catch(() => undefined);
  await driver.tick();
  assert.deepEqual(taken.map(([number]) => number), taken.map((_, i) => taken[0][0] + i));
  assert.ok(taken.some(([, event]) => event === "document_accepted"));
});

test("nothing is sent for a step that the store did not take", async (t) => {
  const store = new MemoryStore();
  const { simulator, driver } = await practice(t, { store });
  await driver.save([invoice("1")]);
  store.commit = () => Promise.reject(new Error("disk full"));
  await assert.rejects(driver.send({ ids: ["1"] }), { code: "STORE", message: /disk full/ });
  assert.deepEqual(await simulator.control("GET", "/log"), []);
});

test("a store that is never the same is given up after a number of tries", async (t) => {
  const store = new MemoryStore();
  let tries = 0;
  store.commit = async () => ((tries += 1), "conflict");
  const { driver } = await practice(t, { store });
  await assert.rejects(driver.save([invoice("1")]), { code: "CONTENTION" });
  assert.equal(tries, 50);
});

test("a store that keeps none of its promises is named", async (t) => {
  const store = new MemoryStore();
  store.commit = async () => true;
  const { driver } = await practice(t, { store });
  await assert.rejects(driver.save([invoice("1")]), { code: "STORE", message: /"done"/ });
  assert.throws(() => new Driver({ settings: {}, store: {}, http: {} }), { code: "ARGUMENT", path: "/store" });
  assert.throws(() => new Driver({ settings: {}, store }), { code: "ARGUMENT", path: "/http" });
});

test("a refused command changes nothing, and the next one works", async (t) => {
  const { driver } = await practice(t);
  await assert.rejects(driver.command({ command: "save" }), (error) => {
    assert.ok(error instanceof StsError);
    return error.code === "COMMAND" && error.path === "/invoices";
  });
  assert.equal((await driver.documents(10)).documents.length, 0);
});

test("a request begun too late is not sent", async (t) => {
  const [clock, store] = [new VirtualClock(Date.parse(MORNING)), new MemoryStore()];
  const { simulator, driver } = await practice(t, { clock, store });
  await driver.save([invoice("1")]);
  const commit = store.commit.bind(store);
  // The process sleeps between the commit and the request.
  store.commit = async (...writes) => {
    const done = await commit(...writes);
    clock.advance(120_000);
    return done;
  };
  await driver.send({ ids: ["1"] });
  assert.deepEqual(await simulator.control("GET", "/log"), []);
});

test("it keeps ticking, at the time the engine asks for, until it is stopped", async (t) => {
  const clock = new VirtualClock(Date.parse(MORNING));
  const { simulator, driver } = await practice(t, { clock });
  await driver.configure({ mode: { automatic: { sendFrom: "2026-01-01" } } });
  await driver.save([invoice("1")]);
  let ticks = 0;
  const ticking = driver.keepTicking({ keepAlive: false, onTick: () => (ticks += 1) });
  const began = Date.now();
  for (let sent = []; sent.length === 0; sent = await simulator.control("GET", "/documents")) {
    assert.ok(Date.now() - began < 20_000, "nothing was sent");
    clock.advance(600_000);
    driver.keepTicking({ keepAlive: false }).stop();
    await new Promise((done) => setTimeout(done, 20));
  }
  ticking.stop();
  assert.ok(ticks > 0, "a tick that went well is told");
});
