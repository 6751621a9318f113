// What the element knows by heart, against where it comes from.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { KINDS } from "../form.js";
import { WORDS } from "../words.js";

const schema = async (name) =>
  JSON.parse(
    await readFile(
      new URL(`../../../../fixtures/schema/${name}.schema.json`, import.meta.url),
      "utf8",
    ),
  );

const parts = ({ properties, $defs }) => [
  properties,
  ...Object.values($defs).map((d) => d.properties ?? {}),
];

test("the kinds of fields are those of the schemas of what a host hands over", async () => {
  const kinds = {};
  for (const name of ["invoice", "documentoSpesa"]) {
    for (const part of parts(await schema(name))) {
      for (const [field, { type, format, pattern }] of Object.entries(part)) {
        const is = (what) => [type].flat().includes(what);
        if (is("boolean")) kinds[field] = "boolean";
        else if (is("integer")) kinds[field] = "integer";
        else if (format === "date") kinds[field] = "date";
        else if (pattern?.includes("[.][0-9]{1,2}")) kinds[field] = "amount";
      }
    }
  }
  assert.deepEqual(Object.entries(KINDS).sort(), Object.entries(kinds).sort());
});

test("every word is there in both languages", () => {
  const shape = (value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value;
  assert.deepEqual(shape(WORDS.en), shape(WORDS.it));
});

test("every verdict, severity and exclusion of the schema has its words", async () => {
  const { $defs } = await schema("judgement");
  const values = (name) => $defs[name].oneOf.map((one) => one.const);
  for (const verdict of values("Verdict")) assert.equal(WORDS.it[verdict]?.length, 2, verdict);
  for (const severity of values("Severity")) assert.ok(WORDS.it.severity[severity], severity);
  for (const what of values("Exclusion")) assert.ok(WORDS.it.exclusions[what], what);
});
