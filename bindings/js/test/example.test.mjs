import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { folder } from "./support/folder.mjs";
import { CREDENTIALS, Simulator, invoice } from "./support/simulator.mjs";

test("the example saves and sends what it is given, and ends with its input", async (t) => {
  const simulator = await Simulator.start();
  t.after(() => simulator.stop());
  const path = folder(t);
  writeFileSync(join(path, "settings.json"), JSON.stringify(simulator.settings()));
  const program = new URL("../examples/practice.mjs", import.meta.url).pathname;
  const { username: STS_USERNAME, password: STS_PASSWORD, pincode: STS_PINCODE } = CREDENTIALS;
  const env = { ...process.env, STS_USERNAME, STS_PASSWORD, STS_PINCODE };
  const files = [join(path, "practice.db"), join(path, "settings.json")];
  const child = spawn(process.execPath, [program, ...files], { env });
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  child.stderr.on("data", (data) => (said += data));
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  child.stdin.write(`${JSON.stringify(invoice("1", day))}\nnot JSON\n`);
  const began = Date.now();
  for (let sent = []; sent.length === 0; sent = await simulator.control("GET", "/transmissions")) {
    assert.ok(Date.now() - began < 60_000, said);
    await new Promise((done) => setTimeout(done, 50));
  }
  child.stdin.end();
  assert.deepEqual(await once(child, "exit"), [0, null], said);
  assert.match(said, /^1 send$/m);
  assert.match(said, /^a line is not JSON$/m);
  assert.ok(!said.includes("PZNPRV") && !said.includes(CREDENTIALS.password), "nothing private is printed");
});
