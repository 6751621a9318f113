// Prints what a check and a tick with nothing to do cost, in nanoseconds: `check N`, `tick N`.
import { readFileSync } from "node:fs";

import { Driver, MemoryStore, Sts, init } from "libsts";

const read = (name) => JSON.parse(readFileSync(new URL(`../../../fixtures/start/${name}.json`, import.meta.url), "utf8"));
const [profile, invoice] = [read("profile"), read("invoice")];

/** The median of 51 batches of 200 calls, after five to warm up. */
async function median(name, work) {
  const measured = [];
  for (let batch = -5; batch < 51; batch += 1) {
    const began = process.hrtime.bigint();
    for (let i = 0; i < 200; i += 1) await work();
    if (batch >= 0) measured.push(Number(process.hrtime.bigint() - began) / 200);
  }
  measured.sort((a, b) => a - b);
  console.log(`${name} ${Math.round(measured[25])}`);
}

await init();
const http = { perform: () => Promise.resolve({ end: "not_sent" }) };
const driver = new Driver({ settings: { ambiente: "test", profile }, http, store: new MemoryStore() });
await driver.save([invoice]);
await median("check", () => Sts.check(invoice, profile));
await median("tick", () => driver.tick());
driver.free();
