import assert from "node:assert/strict";
import { mkdirSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { MemoryStore, NodeSqliteStore, NodeSqliteWasmStore, REVISION } from "libsts";
import { checkSharedStore, checkStore, storeRules } from "libsts/testing";

import { folder, withoutSqlite } from "./support/folder.mjs";

const text = (value) => new TextEncoder().encode(value);

describe("the store in memory", () => {
  for (const rule of storeRules) {
    test(rule, () => checkStore(() => new MemoryStore(), rule));
  }

  test("shared, each commit counts once", () => {
    const store = new MemoryStore();
    return checkSharedStore(() => store);
  });
});

const SQLITE = [
  ["node:sqlite", NodeSqliteStore, withoutSqlite],
  ["node-sqlite3-wasm", NodeSqliteWasmStore, false],
];

for (const [name, SqlStore, skip] of SQLITE) {
  describe(`the store of ${name}`, { skip }, () => {
    for (const rule of storeRules) {
      test(rule, async (t) => {
        const store = new SqlStore(join(folder(t), "a.db"));
        t.after(() => store.close());
        await checkStore(() => store, rule);
      });
    }

    test("two connections to one file never both commit", async (t) => {
      const [path, stores] = [join(folder(t), "shared.db"), []];
      t.after(() => stores.forEach((store) => store.close()));
      await checkSharedStore(() => {
        stores.push(new SqlStore(path));
        return stores.at(-1);
      });
    });

    test("records survive closing, and a new file is for its owner alone", async (t) => {
      const path = join(folder(t), "kept.db");
      const store = new SqlStore(path);
      const writes = [
        { key: REVISION, value: text("1") },
        { key: "d/1", value: Uint8Array.of(0, 255) },
      ];
      assert.equal(await store.commit(0, writes), "done");
      store.close();
      const again = new SqlStore(path);
      t.after(() => again.close());
      assert.deepEqual((await again.get(["d/1"])).map((value) => [...value]), [[0, 255]]);
      assert.equal(statSync(path).mode & 0o777, 0o600);
    });

    test("a store that cannot be opened says so with a code", (t) => {
      const path = join(folder(t), "missing", "a.db");
      assert.throws(() => new SqlStore(path), { name: "StsError", code: "STORE" });
    });
  });
}

test("without its package a store says what to install, without node:sqlite what to use", {
  skip: withoutSqlite === false && "this Node has both",
}, () => {
  assert.throws(() => new NodeSqliteStore("a.db"), /use NodeSqliteWasmStore, or Node 22/);
});

test("both libraries, one after the other, work on one file", { skip: withoutSqlite }, async (t) => {
  const path = join(folder(t), "both.db");
  const first = new NodeSqliteStore(path);
  assert.equal(await first.commit(0, [{ key: REVISION, value: text("1") }]), "done");
  first.close();
  const second = new NodeSqliteWasmStore(path);
  t.after(() => second.close());
  assert.equal(await second.commit(0, []), "conflict");
  assert.equal(await second.commit(1, [{ key: REVISION, value: text("2") }]), "done");
});

test("a lock from before the machine's start is cleared, a living one is not", async (t) => {
  const path = join(folder(t), "locked.db");
  new NodeSqliteWasmStore(path).close();
  mkdirSync(`${path}.lock`);
  utimesSync(`${path}.lock`, 1_000_000_000, 1_000_000_000);
  const store = new NodeSqliteWasmStore(path);
  t.after(() => store.close());
  assert.equal(statSync(`${path}.lock`, { throwIfNoEntry: false }), undefined);
  assert.equal(await store.commit(0, [{ key: REVISION, value: text("1") }]), "done");
});
