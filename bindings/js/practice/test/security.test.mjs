// What keeps others out: who may ask, what the pages allow themselves, where the secrets are.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, statSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { CREDENTIALS } from "../../test/support/simulator.mjs";
import { crawl } from "./support/crawl.mjs";
import { forms } from "./support/form.mjs";
import { open } from "./support/pages.mjs";
import { Practice } from "./support/practice.mjs";

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/** The psychologist's own, which the program cannot know from anywhere else. */
const OWN = { ...CREDENTIALS, password: "Nascosta#7391", pincode: "4815162342" };
const KEY = Buffer.alloc(32, 7).toString("base64");

/** A practice that has sent, with the password and the pincode of `OWN`. */
async function atWork(t, options = {}) {
  const practice = await Practice.start(t, { invoices: 12, ...options });
  const { username: user, password, pincode } = OWN;
  await practice.simulator.control("POST", "/users", { user, password, pincode });
  await practice.logIn(OWN);
  await practice.post("/documenti/invia");
  await practice.later();
  return practice;
}

/** One that has sent, for tests that only look or are turned away. */
const shared = () => (sharedOne ??= atWork({ after: (end) => ends.push(end) }));
let sharedOne;
const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** A request as no library lets one write it: the path and the headers as they are. */
function raw(practice, { path = "/", method = "GET", headers = {} }) {
  const { hostname, port } = new URL(practice.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, setHost: false }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("nobody but this machine reaches it", async (t) => {
  const practice = await Practice.start(t);
  const { port } = new URL(practice.url);
  const others = Object.values(networkInterfaces())
    .flat()
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
  // One more address of this machine, where there is nothing when only 127.0.0.1 is listened to.
  for (const host of ["127.0.0.2", ...others]) {
    const reached = await new Promise((resolve) => {
      const socket = connect({ host, port: Number(port), timeout: 2_000 }, () => (socket.destroy(), resolve(true)));
      for (const no of ["error", "timeout"]) socket.on(no, () => (socket.destroy(), resolve(false)));
    });
    assert.equal(reached, false, host);
  }
});

test("a request for another host is refused", async (t) => {
  const practice = await Practice.start(t);
  const { host, port } = new URL(practice.url);
  for (const other of ["evil.example", `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, `evil.example@${host}`, "0.0.0.0", "127.0.0.1 x", ""]) {
    const { status } = await raw(practice, { headers: { host: other } });
    assert.ok(status === 421 || status === 400, `${other}: ${status}`);
  }
  for (const own of [host, `localhost:${port}`, `[::1]:${port}`]) {
    assert.equal((await raw(practice, { headers: { host: own } })).status, 200, own);
  }
});

test("a form of another site changes nothing", async () => {
  const practice = await shared();
  const { origin } = new URL(practice.url);
  const targets = new Set(["/lingua", "/documenti/invia", "/impostazioni/ambiente"]);
  await crawl(practice, (path, { text }) => {
    for (const { method, action } of forms(text, path)) if (method === "POST") targets.add(action);
  });
  assert.ok(targets.size > 20, [...targets].join(" "));
  const strangers = [
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    { "sec-fetch-site": "same-site", origin: "http://127.0.0.1:1" },
    { "sec-fetch-site": "none", origin },
    { "sec-fetch-site": undefined, origin: "https://evil.example" },
    { "sec-fetch-site": undefined, origin: "null" },
    { "sec-fetch-site": undefined, origin: `${origin}.evil.example` },
    { "sec-fetch-site": undefined, origin: undefined },
  ];
  const before = JSON.stringify([...practice.documents().values()]);
  const calls = (await practice.simulator.control("GET", "/log")).length;
  for (const target of targets) {
    for (const stranger of strangers) {
      const headers = { host: new URL(practice.url).host, "content-type": "application/x-www-form-urlencoded", ...stranger };
      for (const name of Object.keys(headers)) if (headers[name] === undefined) delete headers[name];
      const { status } = await raw(practice, { path: encodeURI(target), method: "POST", headers });
      assert.equal(status, 403, `${target} ${JSON.stringify(stranger)}`);
    }
  }
  assert.equal(JSON.stringify([...practice.documents().values()]), before);
  assert.equal((await practice.simulator.control("GET", "/log")).length, calls);
});

test("looking changes nothing", async () => {
  const practice = await shared();
  const before = JSON.stringify([...practice.documents().values()]);
  const stored = JSON.stringify(await practice.simulator.control("GET", "/documents"));
  await crawl(practice);
  for (const action of ["invia", "reinvia", "aggiorna", "cancella", "risincronizza", "elimina"]) {
    await practice.get(`/documenti/2026-1/azioni/${action}?confermato=1`);
  }
  for (const path of ["/documenti/invia", "/impostazioni/prova?ancora=1", "/dimostrazione/orologio?minuti=10", "/lingua?lingua=en"]) {
    await practice.get(path);
  }
  assert.equal(JSON.stringify([...practice.documents().values()]), before);
  assert.equal(JSON.stringify(await practice.simulator.control("GET", "/documents")), stored);
});

test("every answer carries the policy, and no page needs more than it allows", async () => {
  const practice = await shared();
  const pages = await crawl(practice, (path, { status, headers, text }) => {
    assert.equal(status, 200, path);
    assert.doesNotMatch(text, /<style|\sstyle=|\son[a-z]+=|javascript:|<base|<iframe|<object|<embed/i, path);
    for (const [, attributes, inside] of text.matchAll(/<script\b([^>]*)>([^<]*)/g)) {
      assert.match(attributes, /\ssrc="\//, path);
      assert.equal(inside.trim(), "", path);
    }
    assert.doesNotMatch(text, /(?:(?:src|action)|<link[^>]*\shref)="(?:[a-z]+:)?\/\//i, `${path} needs another host`);
    assert.match(headers.get("cache-control"), /no-store/, path);
  });
  const files = ["/invii/1/ricevute", "/public/style.css", "/public/page.js", "/libsts/element.js", "/libsts/check.wasm"];
  const wrong = ["/nowhere", "/public/nothing", "/documenti/none", "/dimostrazione/nothing"];
  for (const path of [...pages, ...files, ...wrong]) {
    const { headers, status } = await practice.get(path);
    assert.equal(headers.get("content-security-policy"), POLICY, `${path} ${status}`);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.match(headers.get("referrer-policy"), /^(same-origin|no-referrer)$/, path);
  }
  for (const { status, headers } of [
    await practice.get("/", { headers: { "sec-fetch-site": "cross-site" }, method: "POST" }),
    await practice.ask("/impostazioni", { method: "POST", body: "x".repeat(300_000) }),
  ]) {
    assert.ok(status >= 400);
    assert.equal(headers.get("content-security-policy"), POLICY, String(status));
  }
});

test("in a browser no page meets the policy, asks another host or fails at a script", async (t) => {
  const practice = await shared();
  const { page, asked, wrong } = await open(t, practice);
  for (const path of await crawl(practice)) {
    await page.goto(path);
    const checks = page.locator("sts-check");
    if ((await checks.count()) > 0) await page.locator("sts-check[verdict]").waitFor({ state: "attached" });
    assert.deepEqual(wrong, [], path);
  }
  assert.deepEqual(asked.filter((one) => /https?:/.test(one)), []);
});

test("no password and no pincode in a page, an answer, a log or on the disk", async (t) => {
  const practice = await atWork(t);
  await crawl(practice);
  const typed = { cfProprietario: "WRONG", pIva: "1", categoria: "psicologo", username: OWN.username };
  // With a slip elsewhere, and refused by the service.
  await practice.post("/impostazioni", { ...typed, password: OWN.password, pincode: OWN.pincode });
  await practice.post("/impostazioni/prova");
  await practice.simulator.control("POST", "/users", { user: OWN.username, password: "Un.Altra1" });
  await practice.post("/impostazioni/prova");
  await practice.get("/impostazioni");
  await practice.later(1440);
  await crawl(practice);
  const read = practice.bytes();
  assert.ok(read.includes(OWN.username), "the files are read");
  for (const secret of [OWN.password, OWN.pincode]) {
    const told = [secret, Buffer.from(secret).toString("base64").replace(/=+$/, ""), Buffer.from(secret).toString("hex"), encodeURIComponent(secret)];
    for (const text of told) {
      assert.ok(!practice.log.includes(text), "in the log");
      assert.ok(!read.includes(text), "on the disk");
      assert.equal(practice.answers.find((answer) => answer.includes(text)), undefined, "in an answer");
    }
  }
  const basic = Buffer.from(`${OWN.username}:${OWN.password}`).toString("base64");
  assert.ok(!read.includes(basic) && !practice.log.includes(basic));
  await practice.end();
  assert.ok(!practice.bytes().includes(OWN.password), "on the disk, after the end");
});

test("no tax code in an address, a title, a cookie or the log", async () => {
  const practice = await shared();
  const cf = /[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]/;
  const pages = await crawl(practice, (path, { text, headers }) => {
    assert.doesNotMatch(/<title>[^<]*/.exec(text)[0], cf, path);
    assert.doesNotMatch(headers.getSetCookie().join(), cf, path);
    for (const [, href] of text.matchAll(/(?:href|action|src)="([^"]*)"/g)) assert.doesNotMatch(href, cf, path);
  });
  for (const path of pages) assert.doesNotMatch(path, cf);
  assert.doesNotMatch(practice.log, cf);
  const wrong = await practice.post("/documenti/nuovo", { paziente: "Anna Provani", "cessionarioCommittente.cfCittadino": "PRVNNA80C61X999M" });
  assert.ok(wrong.status < 500);
  assert.doesNotMatch(practice.log, cf);
});

test("the data are for their owner alone", { skip: process.platform === "win32" && "Windows has no such modes" }, async () => {
  const practice = await shared();
  for (const name of readdirSync(practice.data)) {
    assert.equal(statSync(join(practice.data, name)).mode & 0o077, 0, name);
  }
});

test("a key that others may read is refused", { skip: process.platform === "win32" && "Windows has no such modes" }, async (t) => {
  const practice = await atWork(t);
  await practice.end();
  const key = join(practice.data, "practice.key");
  chmodSync(key, 0o640);
  await assert.rejects(practice.again(), /chmod 600/);
  assert.doesNotMatch(practice.log, /^\s+at /m, "a sentence, not a stack");
  chmodSync(key, 0o600);
  await practice.again();
  assert.equal((await practice.get("/")).status, 200);
});

test("with a key in the environment none lies beside the data", async (t) => {
  const practice = await atWork(t, { environment: { PRACTICE_KEY: KEY } });
  assert.equal(existsSync(join(practice.data, "practice.key")), false);
  assert.ok(!practice.log.includes(KEY));
  await practice.end();
  for (const wrong of ["", "short", Buffer.alloc(16).toString("base64")]) {
    await assert.rejects(practice.again({ PRACTICE_KEY: wrong }), /32 bytes/, JSON.stringify(wrong));
  }
  await practice.again();
});

test("with another key the stored credentials are neither used, lost nor written over", async (t) => {
  const practice = await atWork(t, { environment: { PRACTICE_KEY: KEY } });
  const sealed = () => practice.rows("SELECT name, hex(sealed) AS sealed FROM secret ORDER BY name");
  const before = sealed();
  assert.equal(before.length, 3);
  await practice.end();
  const calls = (await practice.simulator.control("GET", "/log")).length;

  await practice.again({ PRACTICE_KEY: Buffer.alloc(32, 8).toString("base64") });
  const { text } = await practice.get("/impostazioni");
  assert.match(text, /chiave/, "it says so");
  assert.equal((await practice.get("/")).status, 200);
  // A password alone would be sealed with another key than the rest.
  const { status } = await practice.post("/impostazioni", { password: "Un.Altra1" });
  assert.equal(status, 422);
  await practice.post("/impostazioni/prova");
  await practice.later();
  assert.deepEqual(sealed(), before);
  assert.equal((await practice.simulator.control("GET", "/log")).length, calls, "nothing was sent");
  await practice.end();

  await practice.again();
  await practice.post("/impostazioni/prova");
  const log = await practice.simulator.control("GET", "/log");
  assert.ok(log.length > calls, "with the right key it goes on");
  assert.equal((await practice.simulator.control("GET", "/users")).some(({ wrongLogins }) => wrongLogins > 0), false);
});

test("what a page is told to say is taken from nobody else's words", async () => {
  const practice = await shared();
  const told = async (left) => {
    const cookie = `detto=${encodeURIComponent(JSON.stringify(left))}`;
    const { status, text } = await raw(practice, { path: "/", headers: { host: new URL(practice.url).host, cookie } });
    assert.equal(status, 200, JSON.stringify(left));
    return text.includes('class="flash"');
  };
  assert.equal(await told({ key: "saved", tone: "success" }), true);
  for (const left of [
    { key: "saved", tone: "__proto__" },
    { key: "saved", tone: { a: 1 } },
    { key: "constructor", tone: "info" },
    { key: "actions.otherwise", about: { text: "a", hint: "b" }, tone: "info" },
    { key: "automaticOn", about: null, tone: "info" },
    { key: 5 },
    null,
  ]) {
    assert.equal(await told(left), false, JSON.stringify(left));
  }
});

test("an address of nothing gets a page that leads back", async () => {
  const practice = await shared();
  for (const path of ["/nulla", "/invii/abc", "/documenti/2026/2"]) {
    const { status, text } = await raw(practice, { path, headers: { host: new URL(practice.url).host } });
    assert.equal(status, 404, path);
    assert.match(text, /Questa pagina non c’è[^]*Torna alla Home/, path);
  }
});

test("credentials that are not there are asked for, not tested", async (t) => {
  const practice = await Practice.start(t);
  const { status, headers } = await practice.post("/impostazioni/prova");
  assert.deepEqual([status, headers.get("location")], [303, "/impostazioni"]);
});

test("no path leads out of the folders that are shown", async (t) => {
  const practice = await Practice.start(t);
  const headers = { host: new URL(practice.url).host };
  for (const folder of ["/public", "/libsts"]) {
    for (const way of [
      "/../server.mjs", "/../package.json", "/..%2fserver.mjs", "/%2e%2e/server.mjs", "/%2e%2e%2fpackage.json", "/..%5cserver.mjs",
      "/..\\server.mjs", "/.%2e/package.json", "//etc/passwd", "/%2fetc%2fpasswd", "/....//server.mjs", "/%252e%252e/server.mjs",
      "/style.css%00.js", "/%00", "/%", "/%c0%ae%c0%ae/server.mjs", "", "/", "/.", "/../app/", "/../../package.json", "/../node_modules/hono/package.json",
    ]) {
      const { status, text } = await raw(practice, { path: folder + way, headers });
      assert.ok(status >= 400 && status < 500, `${folder}${way}: ${status}`);
      assert.doesNotMatch(text, /import |"dependencies"|"version"|root:/, `${folder}${way}`);
    }
  }
});

test("no form leads away from the program", async () => {
  const practice = await shared();
  const targets = ["/lingua", "/dimostrazione/orologio", "/documenti/2026-1/azioni/invia"];
  const ways = ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)", "evil.example", "/a\r\nx: y", "\\\\evil.example", "/./\\evil.example"];
  for (const target of targets) {
    for (const torna of ways) {
      const { at, status } = await practice.post(target, { torna, lingua: "it", minuti: "10" });
      assert.equal(status, 303, `${target} ${torna}`);
      assert.equal(new URL(at, practice.url).origin, new URL(practice.url).origin, `${target} ${torna}: ${at}`);
      assert.match(at, /^\/(?![/\\])/, `${target} ${torna}: ${at}`);
    }
  }
});

test("a method that is none of ours is answered, not done", async (t) => {
  const practice = await Practice.start(t, { invoices: 2 });
  for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
    for (const path of ["/", "/documenti/2026-1", "/impostazioni", "/public/style.css"]) {
      const { status } = await practice.ask(path, { method });
      assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
    }
  }
  assert.equal((await practice.ask("/", { method: "HEAD" })).status, 200);
  assert.equal(practice.documents().size, 2);
});
