// Two processes on one file, of which one is killed in the middle of a sending.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";

import { Driver, FetchHttp, NodeSqliteStore, NodeSqliteWasmStore } from "libsts";

import { folder, withoutSqlite } from "./support/folder.mjs";
import { CREDENTIALS, Simulator, invoice } from "./support/simulator.mjs";

const IDS = Array.from({ length: 20 }, (_, i) => String(i));
const DAY = new Date(Date.now() - 86_400_000 * 10).toISOString().slice(0, 10);

const STORES = [
  ["node:sqlite", "NodeSqliteStore", NodeSqliteStore, withoutSqlite],
  ["node-sqlite3-wasm", "NodeSqliteWasmStore", NodeSqliteWasmStore, false],
];

/** Stands between a process and the simulator, and swallows the answers from the nth insertion on. */
async function swallowing(t, simulator, after) {
  let seen = 0;
  const server = createServer(async (message, answer) => {
    const chunks = [];
    for await (const chunk of message) chunks.push(chunk);
    const { host, connection, "content-length": _, ...headers } = message.headers;
    const body = Buffer.concat(chunks);
    const real = await fetch(simulator.url + message.url, { method: "POST", headers, body });
    const text = await real.text();
    if (/Inserimento/i.test(headers.soapaction ?? String(body)) && (seen += 1) > after) {
      server.emit("swallowed");
      return;
    }
    answer.writeHead(real.status, { "content-type": real.headers.get("content-type") }).end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  return { server, url: `http://127.0.0.1:${server.address().port}` };
}

for (const [name, exported, SqlStore, skip] of STORES) {
  test(`two processes on one file of ${name}, one killed in mid-send: each document once`, { skip }, async (t) => {
    const simulator = await Simulator.start();
    t.after(() => simulator.stop());
    const path = join(folder(t), "practice.db");
    const { server, url } = await swallowing(t, simulator, 3);
    const settings = { ...simulator.settings() };
    const given = JSON.stringify({ exported, path, ids: IDS, credentials: CREDENTIALS });

    const store = new SqlStore(path);
    t.after(() => store.close());
    const driver = new Driver({ settings, credentials: CREDENTIALS, http: new FetchHttp(), store });
    t.after(() => driver.free());
    await driver.save(IDS.map((id) => invoice(id, DAY)));

    const child = new URL("support/sender.mjs", import.meta.url).pathname;
    const through = JSON.stringify({ ...settings, endpoint: url });
    const first = spawn(process.execPath, [child, given, through], { stdio: "inherit" });
    await once(server, "swallowed");
    first.kill("SIGKILL");
    // Two more at the same time, to the service itself.
    const second = spawn(process.execPath, [child, given, JSON.stringify(settings)], { stdio: "inherit" });
    await driver.send({ ids: IDS });
    const [code] = await once(second, "exit");
    assert.equal(code, 0);

    // The lease of the killed one ends, and the outcome is asked for: later, by a clock of its own.
    const clock = { now: () => Date.now() + later, waitUntil: async (until) => void (later += Math.max(0, until - Date.now() - later)) };
    let later = 0;
    const after = new Driver({ settings, credentials: CREDENTIALS, http: toldTime(simulator, clock), store, clock });
    t.after(() => after.free());
    await after.runToRest(Date.now() + 3 * 86_400_000);
    const documents = await simulator.control("GET", "/documents");
    assert.equal(documents.length, IDS.length);
    assert.ok(documents.every(({ timesInserted }) => timesInserted === 1), JSON.stringify(documents));
    const states = (await after.documents(100)).documents.map(({ state }) => state);
    assert.ok(states.every((state) => state.startsWith("accepted")), states.join(" "));
  });
}

function toldTime(simulator, clock) {
  const http = new FetchHttp();
  return {
    async perform(request) {
      await simulator.control("POST", "/clock", { now: new Date(clock.now()).toISOString().replace(/\.\d+/, "") });
      return http.perform(request);
    },
  };
}
