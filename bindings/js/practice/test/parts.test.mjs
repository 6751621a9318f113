import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import * as parts from "../app/parts.mjs";
import { page } from "../app/page.mjs";
import words from "../app/words/it/page.mjs";

const HOSTILE = `<img src=x onerror="alert('1')">&amp;`;
const around = { title: "Prova", path: "/documenti", lang: "it", words, body: "" };

test("what a person wrote is text in every part", () => {
  const action = { href: HOSTILE, text: HOSTILE };
  const item = {
    ...action,
    hint: HOSTILE,
    value: HOSTILE,
    term: HOSTILE,
    title: HOSTILE,
    body: HOSTILE,
    when: HOSTILE,
  };
  const field = {
    label: HOSTILE,
    name: HOSTILE,
    value: HOSTILE,
    hint: HOSTILE,
    error: HOSTILE,
    unit: HOSTILE,
    options: [item],
    optional: HOSTILE,
    text: HOSTILE,
    action: HOSTILE,
    fields: { [HOSTILE]: HOSTILE },
    attributes: { "data-sts": HOSTILE },
  };
  const drawn = {
    actions: parts.actions({
      id: HOSTILE,
      text: HOSTILE,
      about: HOSTILE,
      close: HOSTILE,
      items: [item, { ...item, href: undefined, ...field }],
    }),
    amount: parts.amount(HOSTILE, HOSTILE),
    badge: parts.badge({ tone: "fix", text: HOSTILE }),
    button: parts.button({ ...action, label: HOSTILE, name: HOSTILE, value: HOSTILE }),
    checkbox: parts.checkbox(field),
    choice: parts.choice(field),
    confirm: parts.confirm({
      ...field,
      happens: { title: HOSTILE, items: [HOSTILE] },
      cannot: { title: HOSTILE, items: [HOSTILE] },
      submit: { text: HOSTILE },
      cancel: action,
      body: HOSTILE,
    }),
    disclosure: parts.disclosure({ title: HOSTILE, body: HOSTILE, hint: HOSTILE }),
    empty: parts.empty({ title: HOSTILE, text: HOSTILE, action: HOSTILE }),
    facts: parts.facts([item]),
    field: parts.field(field),
    figures: parts.figures([{ ...item, detail: HOSTILE }]),
    hidden: parts.hidden({ [HOSTILE]: HOSTILE }),
    notes: parts.notes([{ tone: "error", text: HOSTILE, label: HOSTILE, detail: HOSTILE, action }]),
    pager: parts.pager({ label: HOSTILE, text: HOSTILE, previous: action, next: action }),
    post: parts.post(field),
    progress: parts.progress({ label: HOSTILE, value: 1, max: 2, text: HOSTILE, source: HOSTILE }),
    search: parts.search(field),
    section: parts.section({ ...item, lead: HOSTILE, actions: HOSTILE, id: HOSTILE }),
    select: parts.field({ ...field, type: "select" }),
    table: parts.table({
      caption: HOSTILE,
      columns: [{ label: HOSTILE, kind: "title" }, { label: HOSTILE }],
      rows: [{ cells: [HOSTILE, HOSTILE], id: HOSTILE }],
    }),
    tabs: parts.tabs({ label: HOSTILE, items: [{ ...action, count: HOSTILE, current: true }] }),
    textarea: parts.field({ ...field, type: "textarea" }),
    time: parts.time(HOSTILE, HOSTILE, HOSTILE),
    timeline: parts.timeline([{ tone: "send", ...item }]),
    toggle: parts.toggle({ ...field, on: true }),
    page: page({
      ...around,
      title: HOSTILE,
      lead: HOSTILE,
      body: HOSTILE,
      actions: HOSTILE,
      path: HOSTILE,
      back: action,
      demo: { iso: HOSTILE, text: HOSTILE },
      notice: { tone: "info", text: HOSTILE, action },
    }),
  };
  const untried = ["attributes", "icon", "note", "stateLook"];
  assert.deepEqual(
    Object.keys(parts).filter((name) => !(name in drawn) && !untried.includes(name)),
    [],
  );
  for (const [name, drawing] of Object.entries(drawn)) {
    const text = Array.isArray(drawing) ? drawing.join("") : String(drawing);
    assert.ok(!text.includes("<img"), name);
    assert.ok(text.includes("&lt;img"), name);
    assert.doesNotMatch(text, /onerror="|&amp;(?!amp;)/, name);
  }
});

test("a screen reader is told what helps with a field and what is wrong with it", () => {
  const text = String(
    parts.field({ label: "Importo", name: "pagamenti[0].importo", hint: "In euro", error: "Manca" }),
  );
  const [, id] = text.match(/<label for="([^"]+)"/);
  assert.match(text, new RegExp(`<input [^>]*id="${id}"`));
  assert.match(text, /aria-invalid="true"/);
  const [, described] = text.match(/aria-describedby="([^"]+)"/);
  const ids = described.split(" ");
  assert.equal(ids.length, 2);
  for (const one of ids) assert.match(text, new RegExp(`<p [^>]*id="${one}"`));
  assert.doesNotMatch(String(parts.field({ label: "Importo", name: "importo" })), /aria-/);
});

test("the navigation marks the screen, and the one above it", () => {
  const marked = (path) =>
    [...String(page({ ...around, path })).matchAll(/href="([^"]+)" aria-current="(\w+)"/g)].map(
      ([, ...found]) => found,
    );
  assert.deepEqual(marked("/"), [["/", "page"]]);
  assert.deepEqual(marked("/documenti?filtro=accolti"), [["/documenti", "page"]]);
  assert.deepEqual(marked("/documenti/12/modifica"), [["/documenti", "true"]]);
  assert.deepEqual(marked("/documentiX"), []);
});

test("the clock and the panel are there in the demonstration only", () => {
  assert.doesNotMatch(String(page(around)), /dimostrazione/);
  const demo = { iso: "2026-11-23T16:07:00Z", text: "23 novembre 2026, 17:07" };
  const text = String(page({ ...around, demo }));
  assert.match(text, /<form[^>]+action="\/dimostrazione\/orologio"/);
  assert.match(text, /<a href="\/dimostrazione"/);
});

test("an outcome that needs attention is an alert, any other a status", () => {
  for (const [tone, role] of [
    ["success", "status"],
    ["info", "status"],
    ["warning", "alert"],
    ["error", "alert"],
  ]) {
    assert.match(String(page({ ...around, notice: { tone, text: "Fatto" } })), new RegExp(`role="${role}"`));
  }
});

test("every state has a look of its own, one of a later version that of a note", () => {
  assert.match(
    String(parts.badge({ ...parts.stateLook("of_a_later_version"), text: "Nuovo" })),
    /<path d="M/,
  );
  const known = readFileSync(
    new URL("../../../../fixtures/schema/answer.schema.json", import.meta.url),
    "utf8",
  );
  for (const { const: state } of JSON.parse(known).$defs.DocumentState.oneOf) {
    assert.notEqual(parts.stateLook(state).icon, "info", state);
  }
});

test("no page, script or style sheet needs what the content security policy forbids", () => {
  const demo = { iso: "2026-11-23T16:07:00Z", text: "23 novembre 2026" };
  assert.doesNotMatch(
    String(page({ ...around, demo, notice: { tone: "info", text: "Fatto" } })),
    /<style|<script(?! type="module" src=)| style=| on\w+=/,
  );
  const folder = new URL("../public/", import.meta.url);
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".css"))) {
    assert.doesNotMatch(readFileSync(new URL(name, folder), "utf8"), /@import|url\("?(https?:)?\/\//, name);
  }
});
