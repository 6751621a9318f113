import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Chromium without a window: the one that STS_CHROMIUM names, or else that of the PATH. */
export function launch() {
  const executablePath = process.env.STS_CHROMIUM ?? onPath();
  // Its sandbox does not work for root, nor the shared memory of a small container.
  const args = process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [];
  return chromium.launch({ executablePath, args });
}

function onPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(executable);
  if (found === undefined) throw new Error("no chromium on the PATH: install the package chromium");
  return found;
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
