// Every file of fixtures/scenarios, over the binding, at a virtual time, against the simulator.
import { test } from "node:test";

import { play } from "./support/scenario.mjs";
import { jsonFiles } from "./support/workspace.mjs";

for (const { name, file } of jsonFiles("fixtures/scenarios")) {
  test(`the scenario ${name}`, () => play(file));
}
