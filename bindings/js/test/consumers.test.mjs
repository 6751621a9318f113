// The package as it is packed, in a tiny project for each way of importing it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const TSC = join(PACKAGE, "node_modules/typescript/bin/tsc");
let folder;

function run(file, args, cwd) {
  try {
    return execFileSync(file, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`${args.join(" ")}: ${error.stdout}${error.stderr}`);
  }
}

/** A copy of a consumer, with the packed package installed. */
function project(name) {
  const path = join(folder, name);
  cpSync(join(PACKAGE, "test/consumers", name), path, { recursive: true });
  mkdirSync(join(path, "node_modules"));
  cpSync(join(folder, "package"), join(path, "node_modules/libsts"), { recursive: true });
  return path;
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sts-"));
  run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], PACKAGE);
  const [packed] = readdirSync(folder);
  run("tar", ["xzf", packed], folder);
});

after(() => rmSync(folder, { recursive: true }));

test("imported", () => {
  assert.equal(run(process.execPath, ["index.mjs"], project("esm")), "true\n");
});

test("required", () => {
  assert.equal(run(process.execPath, ["index.cjs"], project("cjs")), "true\n");
});

test("in TypeScript, strict, with the types of the package looked into", () => {
  run(process.execPath, [TSC, "-p", "."], project("typescript"));
});

test("publint finds nothing", () => {
  const publint = join(PACKAGE, "node_modules/publint/src/cli.js");
  run(process.execPath, [publint, "--strict", "--pack", "false"], join(folder, "package"));
});

test("the package has what it names and nothing that is not its own", () => {
  const files = readdirSync(join(folder, "package"), { recursive: true }).map(String);
  assert.ok(files.includes("dist/sts.wasm") && files.includes("README.md"));
  assert.ok(!files.some((file) => /test|node_modules|\.map$/.test(file) && !file.includes("testing")));
});
