// Rows and libsts, however their talk is interrupted: with a driver that can be held and made to fail.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { folder } from "../../test/support/folder.mjs";
import { Database } from "../app/database.mjs";
import { Sync } from "../app/sync.mjs";

/** A driver with as much of a ledger as rows can see; `calls` has every command, `before` may hold or fail one. */
class Driver {
  documents_ = new Map();
  transmissions = [];
  calls = [];
  outcome = "done";
  before = async () => undefined;
  after = async () => undefined;
  counts = null;

  async #command(name, about, work) {
    this.calls.push([name, about]);
    await this.before(name, about);
    const answer = structuredClone(work());
    await this.after(name, about);
    return answer;
  }

  save(invoices) {
    return this.#command("save", invoices.map(({ id }) => id), () => {
      const at = invoices.findIndex(({ wrong }) => wrong);
      if (at >= 0) throw Object.assign(new Error("expected a string"), { code: "COMMAND", path: `/invoices/${at}/numDocumento` });
      for (const { id, numDocumento, stato } of invoices) {
        this.documents_.set(id, { id, numDocumento, state: stato === "bozza" ? "waiting" : "ready", verdict: "send" });
      }
      return { documents: [] };
    });
  }

  change(change, ids, confirmed) {
    return this.#command("delete", ids, () => {
      assert.deepEqual([change, confirmed], ["delete", true]);
      return { documents: ids.map((id) => ({ id, outcome: this.#delete(id) })) };
    });
  }

  #delete(id) {
    if (!this.documents_.has(id)) return "not_found";
    if (this.outcome === "done") this.documents_.delete(id);
    else this.documents_.get(id).state = this.outcome === "queued" ? "changing" : "changed_after_sending";
    return this.outcome;
  }

  document(id) {
    return this.#command("document", id, () => ({ document: this.documents_.get(id) ?? null }));
  }

  documents(limit, after) {
    const all = [...this.documents_.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).filter(({ id }) => after === null || id > after);
    return this.#command("documents", after, () => ({
      documents: all.slice(0, limit),
      next: all.length > limit ? all[limit - 1].id : null,
    }));
  }

  list(limit, filter, after) {
    return this.#command("list", after, () => ({ transmissions: this.transmissions.slice(0, limit), next: null }));
  }

  health() {
    const counts = {};
    for (const { state } of this.documents_.values()) counts[state] = (counts[state] ?? 0) + 1;
    return this.#command("health", null, () => ({ health: { counts: this.counts ?? counts } }));
  }

  /** What was commanded, of a kind. */
  of(name) {
    return this.calls.filter(([called]) => called === name).map(([, about]) => about);
  }
}

function office(t, store = "first") {
  const database = new Database(join(folder(t), "practice.db"));
  t.after(() => database.close());
  const driver = new Driver();
  let more = 0;
  const sync = new Sync({ database, worker: driver, desk: driver, store, more: () => (more += 1) });
  return {
    database,
    driver,
    sync,
    get more() {
      return more;
    },
    keep(id, invoice = {}) {
      database.run(
        `INSERT INTO document (id, patient, sought, invoice, number, issued, total, version, told, deleting, unread)
         VALUES (?, 'Prova', '', ?, '', '2026-11-23', '', 1, 0, 0, 0)
         ON CONFLICT (id) DO UPDATE SET invoice = excluded.invoice, version = version + 1, deleting = 0`,
        id,
        JSON.stringify(invoice),
      );
    },
    remove: (id) => database.run("UPDATE document SET deleting = 1 WHERE id = ?", id),
    row: (id) => database.get("SELECT * FROM document WHERE id = ?", id),
    ids: () => database.all("SELECT id FROM document ORDER BY id").map(({ id }) => id),
  };
}

/** Does something once, when a command of this name is at this point. */
function during(driver, point, name, act) {
  driver[point] = async (called) => {
    if (called !== name) return;
    driver[point] = async () => undefined;
    await act();
  };
}

const failure = (code) => Object.assign(new Error(code), { code, path: null });

test("each version of an invoice is told once, and what libsts says of it is read", async (t) => {
  const o = office(t);
  o.keep("a");
  o.keep("b");
  await o.sync.round();
  await o.sync.round();
  assert.deepEqual(o.driver.of("save"), [["a", "b"]]);
  assert.deepEqual(o.driver.of("document"), ["a", "b"]);
  assert.equal(o.row("a").state, "ready");
  o.keep("a");
  await o.sync.round();
  assert.deepEqual(o.driver.of("save"), [["a", "b"], ["a"]]);
});

test("an edit while the version before is being told is told too", async (t) => {
  const o = office(t);
  o.keep("a", { numDocumento: "1" });
  during(o.driver, "after", "save", () => o.keep("a", { numDocumento: "2" }));
  await o.sync.round();
  await o.sync.round();
  assert.equal(o.driver.documents_.get("a").numDocumento, "2");
  assert.equal(o.row("a").told, o.row("a").version);
});

test("libsts asks for an invoice again while it is being told: it is told once more", async (t) => {
  const o = office(t);
  o.keep("a");
  during(o.driver, "after", "save", () => o.sync.heard({ event: "save_again", id: "a", number: 1 }));
  await o.sync.round();
  assert.equal(o.more, 1);
  await o.sync.round();
  assert.equal(o.driver.of("save").length, 2);
  await o.sync.round();
  assert.equal(o.driver.of("save").length, 2, "and then no more");
});

test("an event while its document is being read has it read again", async (t) => {
  const o = office(t);
  o.keep("a");
  during(o.driver, "after", "document", () => {
    o.driver.documents_.get("a").state = "accepted";
    o.sync.heard({ event: "document_accepted", id: "a", number: 1 });
  });
  await o.sync.round();
  assert.equal(o.row("a").state, "ready");
  assert.equal(o.row("a").unread, 1);
  await o.sync.round();
  assert.equal(o.row("a").state, "accepted");
});

test("what is cut short in a reading is read in the next one", async (t) => {
  const o = office(t);
  o.keep("a");
  during(o.driver, "after", "document", () => Promise.reject(failure("STORE")));
  await assert.rejects(o.sync.round(), { code: "STORE" });
  assert.equal(o.row("a").state, null);
  await o.sync.round();
  assert.equal(o.row("a").state, "ready");
});

test("an event that comes twice changes nothing more", async (t) => {
  const o = office(t);
  o.keep("a");
  await o.sync.round();
  for (let twice = 0; twice < 2; twice += 1) o.sync.heard({ event: "document_accepted", id: "a", number: 1 });
  await o.sync.round();
  assert.equal(o.row("a").unread, 0);
  assert.deepEqual(o.driver.of("save"), [["a"]]);
});

test("an invoice that libsts cannot read keeps no other back, and what was there of it cannot leave", async (t) => {
  const o = office(t);
  o.keep("b");
  await o.sync.round();
  o.keep("a");
  o.keep("b", { wrong: true });
  o.keep("c");
  await o.sync.round();
  const problem = JSON.parse(o.row("b").problem);
  assert.deepEqual(problem, { code: "COMMAND", path: "/numDocumento", message: "expected a string" });
  assert.deepEqual(["a", "b", "c"].map((id) => o.row(id).state), ["ready", "waiting", "ready"]);
  assert.equal(o.row("b").shelf, "da-correggere");
  const calls = o.driver.calls.length;
  await o.sync.round();
  assert.equal(o.driver.calls.length, calls, "nothing is tried again in vain");
  o.keep("b");
  await o.sync.round();
  assert.deepEqual([o.row("b").problem, o.row("b").state], [null, "ready"]);
});

test("a damaged record keeps no other document back, is told of, and is tried once in each round", async (t) => {
  const o = office(t);
  for (const id of ["a", "b", "c"]) o.keep(id);
  o.driver.before = async (name, about) => {
    if (["save", "document"].includes(name) && [about].flat().includes("b")) throw failure("RECORD");
  };
  await assert.rejects(o.sync.round(), { code: "RECORD" });
  assert.deepEqual(["a", "b", "c"].map((id) => o.row(id).state), ["ready", null, "ready"]);
  const before = o.driver.calls.length;
  await assert.rejects(o.sync.round(), { code: "RECORD" });
  assert.deepEqual(o.driver.calls.slice(before), [["save", ["b"]]]);
});

test("a store that fails ends the round, and nothing counts as told", async (t) => {
  const o = office(t);
  for (let n = 0; n < 150; n += 1) o.keep(`d${n}`);
  o.driver.before = async () => Promise.reject(failure("STORE"));
  await assert.rejects(o.sync.round(), { code: "STORE" });
  assert.equal(o.driver.calls.length, 1);
  o.driver.before = async () => undefined;
  await o.sync.round();
  assert.equal(o.database.get("SELECT count(*) AS n FROM document WHERE state = 'ready'").n, 150);
});

test("S19: a deletion ends with the row, at once when libsts is done with it", async (t) => {
  for (const outcome of ["done", "year_closed"]) {
    const o = office(t);
    o.keep("a");
    await o.sync.round();
    o.driver.outcome = outcome;
    o.remove("a");
    await o.sync.round();
    assert.equal(o.row("a"), undefined, outcome);
    assert.equal(o.driver.of("delete").length, 1);
  }
});

test("S19: a deletion that still has to leave keeps its row until Sistema TS has none", async (t) => {
  const o = office(t);
  o.keep("a");
  await o.sync.round();
  o.driver.outcome = "queued";
  o.remove("a");
  await o.sync.round();
  assert.deepEqual([o.row("a").deleting, o.row("a").state], [2, "changing"]);
  await o.sync.round();
  assert.equal(o.driver.of("delete").length, 1, "it is asked for once");
  o.driver.documents_.get("a").state = "deleted";
  o.sync.heard({ event: "document_cancelled", id: "a", number: 1 });
  await o.sync.round();
  assert.equal(o.row("a"), undefined);
});

test("a deletion that Sistema TS refused stays to be seen, and can be asked for again", async (t) => {
  const o = office(t);
  o.keep("a");
  await o.sync.round();
  o.driver.outcome = "queued";
  o.remove("a");
  await o.sync.round();
  o.driver.documents_.get("a").state = "change_refused";
  o.sync.heard({ event: "document_refused", id: "a", number: 1 });
  await o.sync.round();
  assert.deepEqual([o.row("a").deleting, o.row("a").state], [2, "change_refused"]);
  o.driver.outcome = "done";
  o.remove("a");
  await o.sync.round();
  assert.equal(o.row("a"), undefined);
});

test("X5: a deletion on its way when the year closes ends here", async (t) => {
  const o = office(t);
  o.keep("a");
  await o.sync.round();
  o.driver.outcome = "queued";
  o.remove("a");
  await o.sync.round();
  o.driver.outcome = "year_closed";
  o.sync.heard({ event: "year_closed", id: "a", number: 1 });
  await o.sync.round();
  assert.equal(o.row("a"), undefined);
});

test("a year that closes deletes nothing by itself", async (t) => {
  const o = office(t);
  o.keep("a");
  await o.sync.round();
  o.sync.heard({ event: "year_closed", id: "a", number: 1 });
  await o.sync.round();
  assert.equal(o.row("a").deleting, 0);
  assert.deepEqual(o.driver.of("delete"), []);
});

test("an invoice saved again while it is being deleted exists, and libsts has it", async (t) => {
  const o = office(t);
  o.keep("a", { numDocumento: "1" });
  await o.sync.round();
  o.remove("a");
  during(o.driver, "after", "delete", () => o.keep("a", { numDocumento: "2" }));
  await o.sync.round();
  await o.sync.round();
  assert.equal(o.row("a").deleting, 0);
  assert.equal(o.row("a").state, "ready");
  assert.equal(o.driver.documents_.get("a").numDocumento, "2");
});

test("an invoice deleted while it is being told is gone", async (t) => {
  const o = office(t);
  o.keep("a");
  during(o.driver, "before", "save", () => o.remove("a"));
  await o.sync.round();
  assert.equal(o.row("a"), undefined);
  assert.equal(o.driver.documents_.has("a"), false);
});

test("a damaged record keeps no other deletion back", async (t) => {
  const o = office(t);
  for (const id of ["a", "b", "c"]) o.keep(id);
  await o.sync.round();
  for (const id of ["a", "b", "c"]) o.remove(id);
  o.driver.before = async (name, about) => {
    if (name === "delete" && about.includes("b")) throw failure("RECORD");
  };
  await assert.rejects(o.sync.round(), { code: "RECORD" });
  assert.deepEqual(o.ids(), ["b"]);
});

test("what was deleted while another ledger was open is deleted in this one when it is open again", async (t) => {
  const o = office(t, "first");
  o.keep("a");
  await o.sync.round();
  const elsewhere = new Driver();
  const second = new Sync({ database: o.database, worker: elsewhere, desk: elsewhere, store: "second" });
  o.remove("a");
  await second.round();
  assert.equal(o.row("a"), undefined);
  assert.equal(o.driver.documents_.has("a"), true);
  const again = new Sync({ database: o.database, worker: o.driver, desk: o.driver, store: "first" });
  await again.round();
  await again.round();
  assert.equal(o.driver.documents_.has("a"), false);
  assert.equal(o.driver.of("delete").length, 1);
});

test("an event about a file has its documents read, and no others", async (t) => {
  const o = office(t);
  for (const id of ["a", "b", "c"]) o.keep(id);
  await o.sync.round();
  o.driver.transmissions = [{ number: 2, documents: ["c"] }, { number: 1, documents: ["a", "b"] }];
  o.driver.calls = [];
  o.sync.heard({ event: "file_received", transmission: 1, number: 1 });
  await o.sync.round();
  assert.deepEqual(o.driver.of("document"), ["a", "b"]);
  o.driver.calls = [];
  await o.sync.round();
  assert.deepEqual(o.driver.calls, []);
});

test("what changes without an event is found by the counts, and a difference that stays is looked into once", async (t) => {
  const o = office(t);
  for (const id of ["a", "b"]) o.keep(id);
  await o.sync.round();
  await o.sync.compare();
  assert.deepEqual(o.driver.of("documents"), []);
  o.driver.documents_.get("a").state = "queued";
  await o.sync.compare();
  assert.equal(o.more, 1);
  await o.sync.round();
  assert.equal(o.row("a").state, "queued");
  o.driver.counts = { queued: 1, ready: 1, changed_after_sending: 1 };
  o.driver.calls = [];
  await o.sync.compare();
  await o.sync.compare();
  assert.equal(o.driver.of("documents").length, 1);
});
