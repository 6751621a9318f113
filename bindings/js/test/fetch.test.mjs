import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcp } from "node:net";
import { createServer as createTls } from "node:https";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { FetchHttp, MAX_BODY } from "libsts";
import { Agent, fetch } from "undici";

import { folder } from "./support/folder.mjs";

function request(url, more = {}) {
  return {
    id: "1",
    label: "test",
    method: "POST",
    url,
    headers: [["Content-Type", "text/xml; charset=utf-8"], ["Authorization", "Basic eA=="]],
    timeoutMs: 5_000,
    notAfter: 0,
    body: new TextEncoder().encode("<a>è</a>"),
    ...more,
  };
}

/** A server on loopback; its base address. */
async function serve(t, server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections?.(), server.close()));
  return `127.0.0.1:${server.address().port}`;
}

test("what leaves is what the engine made, and any status is an answer", async (t) => {
  const seen = [];
  const server = createServer(async (message, answer) => {
    const chunks = [];
    for await (const chunk of message) chunks.push(chunk);
    seen.push([message.method, message.headers.authorization, Buffer.concat(chunks).toString()]);
    answer.writeHead(500, { "x-a": "b" }).end("déjà");
  });
  const http = new FetchHttp();
  const end = await http.perform(request(`http://${await serve(t, server)}/a`));
  assert.deepEqual(seen, [["POST", "Basic eA==", "<a>è</a>"]]);
  assert.equal(end.end, "answered");
  assert.equal(end.status, 500);
  assert.equal(new TextDecoder().decode(end.body), "déjà");
  assert.ok(end.headers.some(([name, value]) => name === "x-a" && value === "b"));
  assert.equal(http.trouble, null);
});

test("a redirect is an answer, and not followed", async (t) => {
  let calls = 0;
  const server = createServer((_, answer) => {
    calls += 1;
    answer.writeHead(307, { location: "/b" }).end();
  });
  const end = await new FetchHttp().perform(request(`http://${await serve(t, server)}/a`));
  assert.deepEqual([end.end, end.status, calls], ["answered", 307, 1]);
});

test("where nobody listens, or no name is, nothing was sent", async (t) => {
  const server = createTcp();
  const address = await serve(t, server);
  server.close();
  await once(server, "close");
  const http = new FetchHttp();
  assert.deepEqual(await http.perform(request(`http://${address}/`)), { end: "not_sent" });
  assert.equal(http.trouble, "ECONNREFUSED");
  assert.deepEqual(await http.perform(request("http://nothing.invalid/")), { end: "not_sent" });
});

/** A key and a certificate for itself, PEM. */
function selfSigned(t, name) {
  const path = folder(t);
  const make = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1 -keyout key -out cert`;
  execFileSync("openssl", make.split(" "), { cwd: path, stdio: "ignore" });
  return { key: readFileSync(join(path, "key")), cert: readFileSync(join(path, "cert")) };
}

test("with the fetch of undici it shows a client certificate, as bodies need under /enti", async (t) => {
  const [own, ours] = [selfSigned(t, "server"), selfSigned(t, "body")];
  const seen = [];
  const demanding = { ...own, requestCert: true, rejectUnauthorized: true, ca: ours.cert };
  const server = createTls(demanding, (message, answer) => {
    seen.push([message.url, message.socket.getPeerCertificate().subject.CN]);
    message.resume();
    answer.end();
  });
  const address = `https://${await serve(t, server)}/enti/service`;
  const showing = (identity) => {
    const dispatcher = new Agent({ connect: { ca: own.cert, ...identity } });
    return new FetchHttp((url, init) => fetch(url, { ...init, dispatcher }));
  };
  const end = await showing(ours).perform(request(address));
  assert.deepEqual([end.end, end.status, seen], ["answered", 200, [["/enti/service", "body"]]]);
  // The refusal may come after the request was written, so nobody says that nothing was sent.
  assert.deepEqual(await showing({}).perform(request(address)), { end: "unknown" });
  assert.equal(seen.length, 1);
});

test("a certificate that nobody vouches for is refused before anything is sent", async (t) => {
  let calls = 0;
  const server = createTls(selfSigned(t, "localhost"), (_, answer) => ((calls += 1), answer.end()));
  const end = await new FetchHttp().perform(request(`https://${await serve(t, server)}/`));
  assert.deepEqual([end, calls], [{ end: "not_sent" }, 0]);
});

test("a connection that breaks after the request is an unknown end, and not tried again", async (t) => {
  let calls = 0;
  const reset = createServer((message) => {
    calls += 1;
    message.socket.destroy();
  });
  assert.deepEqual(await new FetchHttp().perform(request(`http://${await serve(t, reset)}/`)), { end: "unknown" });
  assert.equal(calls, 1);
  const half = createServer((message, answer) => {
    answer.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => message.socket.destroy(), 20);
  });
  assert.deepEqual(await new FetchHttp().perform(request(`http://${await serve(t, half)}/`)), { end: "unknown" });
});

test("a service that says nothing, or dribbles, is an unknown end when the time is over", async (t) => {
  const silent = createServer(() => undefined);
  const http = new FetchHttp();
  const address = await serve(t, silent);
  assert.deepEqual(await http.perform(request(`http://${address}/`, { timeoutMs: 100 })), { end: "unknown" });
  assert.equal(http.trouble, "TIMEOUT");
  const slow = createServer((_, answer) => {
    const timer = setInterval(() => answer.write("."), 10);
    answer.on("close", () => clearInterval(timer));
  });
  const began = Date.now();
  const end = await http.perform(request(`http://${await serve(t, slow)}/`, { timeoutMs: 200 }));
  assert.deepEqual(end, { end: "unknown" });
  assert.ok(Date.now() - began < 4_000);
});

test("a body without end is cut one byte after the limit", async (t) => {
  const chunk = Buffer.alloc(1 << 20, 65);
  const server = createServer((_, answer) => {
    const more = () => {
      while (!answer.destroyed && answer.write(chunk));
    };
    answer.on("drain", more);
    more();
  });
  const end = await new FetchHttp().perform(request(`http://${await serve(t, server)}/`, { timeoutMs: 30_000 }));
  assert.deepEqual([end.end, end.body.length], ["answered", MAX_BODY + 1]);
});

test("what is no HTTP request is not sent, and nothing of it is told", async () => {
  const http = new FetchHttp();
  assert.deepEqual(await http.perform(request("no address")), { end: "unknown" });
  assert.ok(!http.trouble.includes("no address"));
});
