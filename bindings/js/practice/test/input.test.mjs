// Whatever is put into a form, a path or a cookie: never an error of the program, and a text that
// was typed is shown again when it is not kept.
import assert from "node:assert/strict";
import { test } from "node:test";

import { formTo, forms } from "./support/form.mjs";
import { Practice } from "./support/practice.mjs";

const NASTY = [
  "",
  " ",
  "0",
  "-1",
  "-0,00",
  "1e9",
  "0x10",
  "NaN",
  "Infinity",
  "1.234.567,89",
  "99999999999999999999999999",
  "0,001",
  "30/02/2026",
  "2026-02-30",
  "0000-00-00",
  "31/12/9999",
  "true",
  "null",
  "[object Object]",
  "__proto__",
  "constructor",
  "' OR 1=1; DROP TABLE document --",
  "<script>alert(1)</script>",
  "\" onfocus=alert(1) x='",
  "&lt;&amp;&#0;&bogus;",
  "../../etc/passwd",
  "%00%0a",
  "a\0b",
  "a\r\nset-cookie: a=b",
  "\u202eesrever \u200b\ufeff",
  "Ⅳ ½ ٣ 😀 é é ß İ",
  "\ud800",
  "x".repeat(3_000),
  "(".repeat(500),
];
/** Fields of which the page never shows again what was typed. */
const SECRET = ["password", "pincode"];

/** A page with a form, where the form goes, and what is sent besides. */
const FORMS = [
  ["/documenti/nuovo", "/documenti/nuovo"],
  ["/documenti/2026-1/modifica", "/documenti/2026-1/modifica"],
  ["/documenti/2026-2/rimborso", "/documenti/2026-2/rimborso"],
  ["/documenti/2026-2/azioni/elimina", "/documenti/2026-2/azioni/elimina"],
  ["/impostazioni", "/impostazioni"],
  ["/impostazioni", "/impostazioni", { strutture: "1" }],
  ["/impostazioni", "/impostazioni/automatico", { automatico: "1" }],
  ["/impostazioni", "/impostazioni/password"],
  ["/impostazioni", "/impostazioni/sospensione"],
  ["/impostazioni", "/impostazioni/canale"],
  ["/dimostrazione", "/dimostrazione/guasto"],
  ["/confronto/risincronizza?mese=2026-11", "/confronto/risincronizza"],
];

/** One of each kind of field: what holds for the first row holds for the second. */
const kinds = (names) => names.filter((name) => !/\[[1-9]\d*\]/.test(name));

/** An amount however it is written; of any other text, NaN, which is like no other. */
function amount(text) {
  const bare = text.trim();
  const plain = bare.includes(",") ? bare.replaceAll(".", "").replace(",", ".") : bare;
  return /^\d+(\.\d{1,2})?$/.test(plain) ? Number(plain) : NaN;
}

async function assertTaken(practice, form, fields, at) {
  const before = practice.log.length;
  const { status, text, at: to } = await practice.post(form.action, fields);
  assert.ok(status < 500, `${at}: ${status} ${practice.log.slice(before)}`);
  assert.equal(practice.log.slice(before), "", `${at}: printed`);
  if (status === 303) {
    assert.match(to, /^\/(?![/\\])[^\r\n]*$/, `${at}: goes on within the program`);
    return true;
  }
  assert.ok([200, 409, 422].includes(status), `${at}: ${status} ${text.slice(0, 200)}`);
  const again = formTo(text, form.action);
  for (const name of form.typed) {
    const typed = SECRET.includes(name) ? "" : fields[name];
    const shown = again.fields[name] ?? "";
    assert.ok(bare(shown) === bare(typed) || amount(shown) === amount(typed), `${at}: what was typed as ${name} is there, not ${shown}`);
  }
  return false;
}

/** What a text comes to: in UTF-8 half a character is none, codes are in capitals, blanks around do not count. */
const bare = (text) => text.toWellFormed().replace(/\s+/g, "").toUpperCase();

for (const [path, action, besides = {}] of FORMS) {
  test(`${action}${besides.strutture ? " of a structure" : ""}: any value in any field is taken or shown again`, async (t) => {
    const practice = await Practice.start(t, { invoices: 4 });
    await practice.logIn();
    const fresh = async () => formTo((await practice.get(path)).text, action);
    let form = await fresh();
    const names = kinds([...Object.keys(form.fields), ...form.buttons.map(([name]) => name)]);
    let tried = 0;
    for (const [i, value] of NASTY.entries()) {
      const all = Object.fromEntries(form.typed.map((name) => [name, value]));
      // All at once, and in every third field alone, each time others.
      const alone = names.filter((_, n) => (n + i) % 3 === 0).map((name) => ({ [name]: value }));
      for (const fields of [all, ...alone]) {
        const at = `${Object.keys(fields).length > 1 ? "all" : Object.keys(fields)} = ${JSON.stringify(value.slice(0, 40))}`;
        if (await assertTaken(practice, form, { ...form.fields, ...besides, ...fields }, at)) {
          const { status, text } = await practice.get(path);
          // It may be gone, when that is what the form was for.
          if (status !== 200 || !forms(text, path).some((one) => one.action === action)) return;
          form = await fresh();
        }
        tried += 1;
      }
    }
    assert.ok(tried >= NASTY.length);
  });
}

test("a body of any kind is answered, never with an error of the program", async (t) => {
  const practice = await Practice.start(t, { invoices: 2 });
  await practice.logIn();
  const urlencoded = "application/x-www-form-urlencoded";
  const bodies = [
    [urlencoded, ""],
    [urlencoded, "&&&==&=a&%=%&%ff%fe=%c3%28"],
    [urlencoded, "__proto__[x]=1&constructor.prototype.y=2&toString=3"],
    [urlencoded, "dettaglioLinee[99999999].prezzoTotale=1&dettaglioLinee[-1].x=1&pagamenti[1e9].importo=1"],
    [urlencoded, "dettaglioLinee[0][prezzoTotale]=1&dettaglioLinee.0.prezzoTotale=2&dettaglioLinee=3&pagamenti[]=4"],
    [urlencoded, `${"a[0].".repeat(5_000)}b=1`],
    [urlencoded, Array.from({ length: 5_000 }, (_, i) => `dettaglioLinee[${i}].prezzoTotale=1`).join("&").slice(0, 250_000)],
    [urlencoded, "paziente=a&paziente=b&numDocumento=1&numDocumento=2&id=a&id=b&versione=1&versione=2"],
    ["application/json", '{"paziente": {"a": 1}}'],
    ["text/plain", "paziente=a"],
    ["multipart/form-data", "no boundary"],
    ["multipart/form-data; boundary=b", "--b\r\ncontent-disposition: form-data; name=\"paziente\"; filename=\"a\"\r\n\r\nfile\r\n--b--"],
    ["multipart/form-data; boundary=b", "--b\r\ncontent-disposition: form-data; name=\"paziente\"\r\n\r\ncut off"],
    ["nonsense; ;;=", "\u0000\u0001"],
    ["application/x-www-form-urlencoded; charset=utf-16", "a=b"],
  ];
  const paths = [
    ...new Set(FORMS.map(([, action]) => action)),
    ...["invia", "reinvia", "aggiorna", "cancella", "risincronizza", "altro"].map((one) => `/documenti/2026-1/azioni/${one}`),
    "/documenti/invia",
    "/impostazioni/prova",
    "/impostazioni/ambiente",
    "/confronto/risincronizza",
    "/dimostrazione/portale",
    "/lingua",
    "/dimostrazione/orologio",
    "/nowhere",
  ];
  for (const path of paths) {
    for (const [type, body] of bodies) {
      const at = `${path} ${type} ${body.slice(0, 40)}`;
      const { status } = await practice.ask(path, { method: "POST", body, headers: { "content-type": type } });
      assert.ok(status < 500, `${at}: ${status} ${practice.log}`);
    }
  }
});

test("a body that is too long is refused, announced or not", async (t) => {
  const practice = await Practice.start(t);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const long = "a=" + "x".repeat(300_000);
  assert.equal((await practice.ask("/impostazioni", { method: "POST", body: long, headers })).status, 413);
  const stream = new Blob([long]).stream();
  const unannounced = await fetch(new URL("/impostazioni", practice.url), {
    method: "POST", body: stream, duplex: "half",
    headers: { ...headers, origin: new URL(practice.url).origin, "sec-fetch-site": "same-origin" },
  });
  assert.equal(unannounced.status, 413);
});

test("any address and any cookie is answered, never with an error of the program", async (t) => {
  const practice = await Practice.start(t, { invoices: 4 });
  await practice.logIn();
  const short = NASTY.filter((value) => value.length < 5_000);
  const said = (about) => encodeURIComponent(JSON.stringify(about));
  for (const value of short) {
    const part = encodeURIComponent(value.toWellFormed());
    for (const path of [
      `/documenti?filtro=${part}`,
      `/documenti?pagina=${part}`,
      `/documenti?cerca=${part}`,
      `/documenti?filtro=ready&filtro=${part}&pagina=2&pagina=${part}`,
      `/documenti/${part}`,
      `/documenti/${part}/modifica`,
      `/documenti/${part}/rimborso`,
      `/documenti/2026-1/azioni/${part}`,
      `/invii?pagina=${part}`,
      `/invii/${part}`,
      `/invii/${part}/ricevute`,
      `/confronto?mese=${part}`,
      `/confronto?anno=${part}&mese=${part}`,
      `/${part}`,
    ]) {
      const { status } = await practice.get(path);
      assert.ok(status < 500, `${path}: ${status} ${practice.log}`);
    }
    for (const cookie of [`lingua=${part}`, `detto=${part}`, `detto=${said({ key: value, about: value, tone: value })}`, "a;;=;="]) {
      const { status } = await practice.get("/documenti", { headers: { cookie } });
      assert.equal(status, 200, `${cookie}: ${practice.log}`);
    }
  }
  for (const path of ["/%", "/documenti/%ff", "/documenti/%c3%28/modifica", "/documenti?cerca=%ff&pagina=%"]) {
    const { status } = await practice.get(path);
    assert.ok(status < 500, `${path}: ${status} ${practice.log}`);
  }
});
