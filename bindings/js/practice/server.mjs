// A small practice on libsts: node server.mjs --data FOLDER [--port N] [--simulator FILE]
//                                             [--invoices N] [--json]
//
// It listens on this machine alone. With a simulator it is the demonstration: the clock can be
// moved, and invented invoices are there from the start. See README.md.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { serve } from "@hono/node-server";
import { init } from "libsts";

import { createApp } from "./app/app.mjs";
import { OfficeClock } from "./app/clock.mjs";
import { Database } from "./app/database.mjs";
import { PROFILE, invoices } from "./app/demo/invoices.mjs";
import { Simulator } from "./app/demo/simulator.mjs";
import { Office } from "./app/office.mjs";
import { VaultError, openVault } from "./app/vault.mjs";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    port: { type: "string", default: "4730" },
    simulator: { type: "string" },
    invoices: { type: "string", default: "24" },
    json: { type: "boolean", default: false },
  },
});
if (options.data === undefined) {
  console.error("usage: node server.mjs --data FOLDER [--port N] [--simulator FILE] [--invoices N] [--json]");
  process.exit(2);
}

await init();
mkdirSync(options.data, { recursive: true, mode: 0o700 });
const vault = vaultOrEnd();
const database = new Database(join(options.data, "practice.db"));
const clock = new OfficeClock(database.setting("ahead") ?? 0);

let simulator = null;
let service = null;
if (options.simulator !== undefined) {
  const { endpoint, certificate, control } = JSON.parse(readFileSync(options.simulator, "utf8"));
  service = { endpoint, certificate };
  simulator = new Simulator(control);
  await simulator.setAhead(clock.ahead);
}

const office = new Office({
  database,
  vault,
  clock,
  folder: options.data,
  service,
  log: (error) => console.error(error.code ?? "", error.message),
});
if (simulator !== null && database.setting("profile") === undefined) {
  await office.configure({ profile: PROFILE, ambiente: "test" });
  office.keepAll([...invoices(Number(options.invoices), office.now)]);
  await office.catchUp();
} else {
  await office.open();
}

const app = createApp({ office, database, simulator });
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(options.port) }, ({ port }) => {
  const url = `http://127.0.0.1:${port}/`;
  console.log(options.json ? JSON.stringify({ url }) : `Studio: ${url}  (dati / data: ${options.data})`);
});
server.on("error", (error) => {
  console.error(error.code === "EADDRINUSE" ? `port ${options.port} is taken: choose another with --port` : error.message);
  process.exit(1);
});

let ending = false;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, async () => {
    if (ending) return;
    ending = true;
    server.close();
    server.closeAllConnections();
    await office.close();
    database.close();
    process.exit(0);
  });
}

/** Without a key of its own it does not begin, and says why. */
function vaultOrEnd() {
  try {
    return openVault(options.data);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    console.error(error.message);
    return process.exit(1);
  }
}
