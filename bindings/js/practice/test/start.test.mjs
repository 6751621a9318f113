// The one command, as the READMEs print it: it begins, and whatever ends it leaves nothing behind.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { until } from "./support/practice.mjs";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const COMMAND = "bindings/js/practice/start";

// The first time it builds for minutes.
before(() => execFileSync(join(ROOT, "bindings/js/practice/prepare"), { stdio: "ignore" }), { timeout: 900_000 });

/** The block of a README that starts the practice. */
function printed(file) {
  const blocks = [...readFileSync(join(ROOT, file), "utf8").matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block.trim());
  return blocks.find((block) => block.includes(COMMAND));
}

/** Runs a command of a shell at the root of the project, in a process group of its own, as a terminal does. */
function run(t, command, env = process.env) {
  const child = spawn("/bin/bash", ["-c", `exec ${command}`], { cwd: ROOT, detached: true, env, stdio: ["ignore", "pipe", "pipe"] });
  child.said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (child.said += bytes));
  child.ended = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  t.after(() => child.exitCode === null && child.signalCode === null && process.kill(-child.pid, "SIGKILL"));
  return child;
}

/** Begins it, on any free port, and waits for its page. */
async function started(t, command) {
  const child = run(t, `${command} --port 0 --invoices 3`);
  const line = /Studio: (http:\/\/127\.0\.0\.1:\d+\/)\s+\(dati \/ data: (.*)\)/;
  await until(() => line.test(child.said) || child.exitCode !== null, 100_000);
  const [, url, data] = line.exec(child.said) ?? assert.fail(child.said);
  const folder = dirname(data);
  const simulator = Number(readFileSync(join(folder, "pid"), "utf8"));
  return { child, url, folder, simulator };
}

function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function assertNothingLeft({ child, url, folder, simulator }) {
  await until(() => !runs(simulator) && !existsSync(folder));
  assert.equal(runs(child.pid), false);
  await assert.rejects(fetch(url));
}

for (const file of ["README.md", "bindings/js/practice/README.md"]) {
  test(`${file} prints the command that starts it`, () => {
    assert.equal(printed(file), COMMAND);
  });
}

test("it answers, says with what to begin, and SIGTERM ends all of it", async (t) => {
  const practice = await started(t, printed("README.md"));
  const answer = await fetch(practice.url, { headers: { "accept-language": "it" } });
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /<h1/);
  for (const word of ["PSCPRV80A01X999I", "Prova.0000", "9000000001"]) assert.ok(practice.child.said.includes(word), word);
  assert.ok(runs(practice.simulator));
  practice.child.kill("SIGTERM");
  assert.deepEqual(await practice.child.ended, { code: 0, signal: null });
  await assertNothingLeft(practice);
});

test("Ctrl-C ends all of it", async (t) => {
  const practice = await started(t, COMMAND);
  process.kill(-practice.child.pid, "SIGINT");
  assert.deepEqual(await practice.child.ended, { code: 0, signal: null });
  await assertNothingLeft(practice);
});

test("when it is killed the simulator ends, too", async (t) => {
  const practice = await started(t, COMMAND);
  practice.child.kill("SIGKILL");
  await practice.child.ended;
  await assertNothingLeft(practice);
});

test("what is entered stays where it was asked to", async (t) => {
  const kept = mkdtempSync(join(tmpdir(), "sts-"));
  t.after(() => rmSync(kept, { recursive: true }));
  const child = run(t, `${COMMAND} --port 0 --data ${kept}/studio`);
  await until(() => child.said.includes("Studio: ") || child.exitCode !== null, 100_000);
  child.kill("SIGTERM");
  assert.deepEqual(await child.ended, { code: 0, signal: null }, child.said);
  assert.ok(existsSync(join(kept, "studio/practice.db")));
});

test("it says what is missing, and what it can be told", async (t) => {
  const bare = mkdtempSync(join(tmpdir(), "sts-"));
  t.after(() => rmSync(bare, { recursive: true }));
  const folders = process.env.PATH.split(delimiter);
  for (const name of ["bash", "dirname", "sed", "mkdir"]) {
    symlinkSync(folders.map((folder) => join(folder, name)).find(existsSync), join(bare, name));
  }
  const without = run(t, COMMAND, { PATH: bare });
  assert.equal((await without.ended).code, 1);
  for (const name of ["cargo", "cc", "node", "npm"]) assert.match(without.said, new RegExp(`^${name} is missing: install`, "m"));
  const strange = run(t, `${COMMAND} --nothing`);
  assert.equal((await strange.ended).code, 2);
  assert.match(strange.said, /--data DIR/);
});
