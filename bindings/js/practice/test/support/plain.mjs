// The practice program as it is outside the demonstration, without a simulator.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { folder } from "../../../test/support/folder.mjs";

const PROGRAM = fileURLToPath(new URL("../../server.mjs", import.meta.url));

/** Starts it on an empty folder; it ends with the test. Gives its address, as `open` takes it. */
export async function startPlain(t) {
  const args = [PROGRAM, "--json", "--port", "0", "--data", join(folder(t), "data")];
  const program = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => program.kill("SIGKILL"));
  const [line] = await once(program.stdout, "data");
  return JSON.parse(line);
}
