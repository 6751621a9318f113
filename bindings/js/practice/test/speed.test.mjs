// Ten thousand invoices: how long the server takes for each page.
import assert from "node:assert/strict";
import { test } from "node:test";

import { crawl } from "./support/crawl.mjs";
import { Practice, until } from "./support/practice.mjs";

const INVOICES = 10_000;
/** Most milliseconds of a page at the server. */
const LIMIT = 200;
const TIMES = 5;

/** Pages that do not only show what is here: they ask the service, or act. */
const ELSEWHERE = /\/ricevute|^\/dimostrazione/;

/** Sends some of what is ready, one by one or in files. */
async function send(practice, canale, least) {
  await practice.post("/impostazioni/canale", { canale });
  await practice.post("/documenti/invia");
  await until(async () => JSON.parse((await practice.get("/documenti/invia/avanzamento")).text).done >= least, 60_000);
  // The rest stays ready.
  await practice.kill();
  await practice.again();
}

/** How long an address takes, in milliseconds, the shortest first. */
async function measured(practice, path) {
  const times = [];
  for (let n = 0; n < TIMES; n += 1) {
    const began = performance.now();
    const { status } = await practice.get(path);
    times.push(performance.now() - began);
    assert.equal(status, 200, path);
  }
  return times.sort((a, b) => a - b);
}

test(`with ${INVOICES} invoices every page is there within ${LIMIT} ms`, async (t) => {
  const began = performance.now();
  const practice = await Practice.start(t, { invoices: INVOICES });
  t.diagnostic(`measured practice: ${INVOICES} invoices entered and judged in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  await practice.logIn();
  await send(practice, "sync", 60);
  await send(practice, "file", 400);
  for (let n = 0; n < 2; n += 1) await practice.later();

  const lists = new Map();
  for (const path of await crawl(practice)) {
    if (ELSEWHERE.test(path)) continue;
    lists.set(path, path);
    const filter = /^\/documenti\?filtro=([\w-]+)$/.exec(path)?.[1];
    if (filter === undefined) continue;
    // Beyond the last page is the last page.
    for (const more of ["pagina=2", "pagina=9999", "cerca=a", "cerca=zzz"]) lists.set(`${path}&${more}`);
  }
  for (const more of ["pagina=2", "pagina=100", "pagina=9999", "cerca=a", "cerca=prov", "cerca=2026", "cerca=zzz", "cerca=a&pagina=9999"]) {
    lists.set(`/documenti?${more}`);
  }
  for (const esito of ["", "accepted", "refused", "pending", "unknown"]) lists.set(`/invii?esito=${esito}`);
  for (const more of ["protocollo=1", "documento=1/2026", "dal=01/01/2026&al=31/12/2026", "dal=01/01/2020&al=31/12/2020"]) lists.set(`/invii?${more}`);
  assert.ok(lists.size > 40, [...lists.keys()].join(" "));

  const all = [];
  let slowest = { half: 0 };
  for (const path of lists.keys()) {
    const times = await measured(practice, path);
    const [half, most] = [times[Math.floor(TIMES / 2)], times.at(-1)];
    all.push(...times);
    if (half > slowest.half) slowest = { path, half, most };
    practice.answers.length = 0;
  }
  all.sort((a, b) => a - b);
  const round = (time) => `${time.toFixed(0)} ms`;
  t.diagnostic(`measured practice: ${lists.size} pages, p50 ${round(all[all.length >> 1])}, max ${round(all.at(-1))}`);
  t.diagnostic(`measured practice: slowest ${slowest.path}, p50 ${round(slowest.half)}, max ${round(slowest.most)}`);
  assert.ok(slowest.half <= LIMIT, `${slowest.path}: ${round(slowest.half)}`);
});
