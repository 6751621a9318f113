// Every case of fixtures/vectors is a question, asked of both modules.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Sts, init } from "libsts";
import { Sts as Small, init as initSmall } from "libsts/check";

import { difference } from "./support/part.mjs";
import { jsonFiles } from "./support/workspace.mjs";

await Promise.all([init(), initSmall()]);

for (const { name, file } of jsonFiles("fixtures/vectors")) {
  for (const { id, comment, ask, question, expect } of file.cases) {
    test(`the vector ${name}/${id}: ${comment}`, () => {
      for (const sts of [Sts, Small]) {
        assert.equal(difference(expect, sts.ask(ask, question), "", false), null);
      }
    });
  }
}
