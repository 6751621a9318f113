// Prints what a check and a tick with nothing to do cost, in nanoseconds: `check N`, `tick N`.
import { readFileSync } from "node:fs";

import { Driver, MemoryStore, Sts, init } from "libsts";

const read = (name) => JSON.parse(readFileSync(new URL(`../../../fixtures/start/${name}.json`, import.meta.url), "utf8"));
const [profile, invoice] = [read("profile"), read("invoice")];

/** The best of several rounds: whatever else the machine does makes it slower, never faster. */
async function best(name, times, work) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round += 1) {
    const began = process.hrtime.bigint();
    for (let i = 0; i < times; i += 1) await work();
    least = Math.min(least, Number(process.hrtime.bigint() - began) / times);
  }
  console.log(`${name} ${Math.round(least)}`);
}

await init();
const http = { perform: () => Promise.resolve({ end: "not_sent" }) };
const driver = new Driver({ settings: { ambiente: "test", profile }, http, store: new MemoryStore() });
await driver.save([invoice]);
await best("check", 1_000, () => Sts.check(invoice, profile));
await best("tick", 1_000, () => driver.tick());
driver.free();
