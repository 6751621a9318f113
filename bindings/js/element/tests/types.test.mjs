// The types of the element, as a host's compiler sees them.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("a strict TypeScript program knows the element, its properties and its events", () => {
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  const consumer = fileURLToPath(new URL("consumer.ts", import.meta.url));
  const options =
    "--ignoreConfig --strict --noEmit --module nodenext --target es2022 --lib es2023,esnext.disposable,dom,dom.iterable";
  const args = [join(typescript, "bin", "tsc"), ...options.split(" "), consumer];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});
