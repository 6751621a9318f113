import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of a test's own, which goes with the test. */
export function folder(test) {
  const path = mkdtempSync(join(tmpdir(), "sts-"));
  test.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Whether this Node has node:sqlite. */
export const hasSqlite = process.getBuiltinModule?.("node:sqlite") !== undefined;

/** What a test is told that cannot run here. */
export const withoutSqlite = hasSqlite ? false : `Node ${process.version} has no node:sqlite`;
