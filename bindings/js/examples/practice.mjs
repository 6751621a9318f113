// A practice that works by itself: node practice.mjs DATABASE SETTINGS.json
//
// It reads invoices from its input, one JSON object a line, saves them and sends what can be sent.
// What has to wait, or must be found out, the ticks see to. It ends with its input, or by a signal;
// what is left goes on the next time.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import * as sts from "libsts";

const [database, settings] = process.argv.slice(2);
const { STS_USERNAME: username, STS_PASSWORD: password, STS_PINCODE: pincode } = process.env;

/** node:sqlite where this Node has it, so that programs in other languages may use the file, too. */
function open(path) {
  const SqlStore = process.getBuiltinModule?.("node:sqlite") ? sts.NodeSqliteStore : sts.NodeSqliteWasmStore;
  return new SqlStore(path);
}

const store = open(database);
const driver = new sts.Driver({
  settings: JSON.parse(readFileSync(settings, "utf8")),
  credentials: { username, password, pincode },
  http: new sts.FetchHttp(),
  store,
  events: (event) => console.log(event.event, "id" in event ? event.id : ""),
});

const ticking = driver.keepTicking({ onError: (error) => console.error(error.message) });

const lines = createInterface({ input: process.stdin });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => lines.close());
for await (const line of lines) {
  let invoice;
  try {
    invoice = JSON.parse(line);
  } catch {
    // Its message would show a piece of the line.
    console.error("a line is not JSON");
    continue;
  }
  try {
    const { documents } = await driver.save([invoice]);
    for (const { id, verdict, reasons } of documents) {
      console.log(id, verdict, ...reasons.map(({ code }) => code));
    }
    await driver.send({ ids: documents.map(({ id }) => id) });
  } catch (error) {
    console.error(error.code, error.path ?? "", error.message);
  }
}

ticking.stop();
const { health } = await driver.health();
console.log(health.counts);
await driver.close();
store.close();
