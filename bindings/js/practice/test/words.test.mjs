import assert from "node:assert/strict";
import { test } from "node:test";

import { LANGUAGES, wordsOf } from "../app/words.mjs";

/** Every place in the words, with the kind of what is there. */
function places(words, at = "") {
  if (typeof words !== "object" || words === null) return [`${at}: ${typeof words}`];
  return Object.entries(words).flatMap(([name, value]) => places(value, `${at}/${name}`));
}

test("every language has the same sentences", () => {
  const [first, ...others] = LANGUAGES.map((lang) => places(wordsOf(lang)).sort());
  for (const other of others) assert.deepEqual(other, first);
});
