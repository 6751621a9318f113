// Elenco invii STS: the registry, one transmission, receipts.
import { Sts } from "libsts";

import { ask, notNow } from "../asking.mjs";
import { button, empty } from "../parts.mjs";
import { list } from "../transmissions/list.mjs";
import { one } from "../transmissions/one.mjs";
import { receiptsPage } from "../transmissions/receipts.mjs";

/** Rows of a page. */
const PAGE = 50;
/** Most questions for one page. */
const LOOKS = 20;
/** Most pages before the present one that the address remembers. */
const TRAIL = 200;

export function transmissions(app) {
  app.get("/invii", async (c) => {
    const { office, words } = c.var;
    const query = Object.fromEntries(["esito", "protocollo", "dal", "al", "documento"].map((name) => [name, (c.req.query(name) ?? "").trim()]));
    const after = c.req.query("dopo") || null;
    const before = (c.req.query("prima") ?? "").split(".").filter(Boolean).slice(-TRAIL);
    const { filter, errors } = filterOf(query, words.transmissions.filter);
    const page = await pageOf(office.desk, filter, after);
    return c.render(list(c, { ...page, query, errors, before, after }), {
      title: words.transmissions.title,
      lead: words.transmissions.lead,
    });
  });

  app.get("/invii/ricevute", (c) => {
    const protocollo = (c.req.query("protocollo") ?? "").trim();
    const again = `/invii/ricevute?protocollo=${encodeURIComponent(protocollo)}`;
    if (!/^[\w.-]{1,64}$/.test(protocollo)) return notAProtocol(c);
    return receipts(c, { of: { protocollo }, again, part: `${again}&parte=1`, page: true });
  });

  app.get("/invii/:number{[0-9]{1,15}}", async (c) => {
    const found = await find(c);
    if (found === undefined) return gone(c);
    const { one: w } = c.var.words.transmissions;
    return c.render(one(c, found), { title: w.title(found.number), back: { href: "/invii", text: w.back } });
  });

  app.get("/invii/:number{[0-9]{1,15}}/ricevute", async (c) => {
    const found = await find(c);
    if (found === undefined) return gone(c);
    const path = `/invii/${found.number}/ricevute`;
    const page = c.req.query("leggi") === "1";
    const of = { transmission: found.number };
    return receipts(c, { of, number: found.number, again: `${path}?leggi=1`, part: `${path}?parte=1`, page });
  });
}

/** A page of the registry. A question for few rows looks at some hundreds at a time. */
async function pageOf(desk, filter, after) {
  const transmissions = [];
  let next = after;
  for (let asked = 0; asked < LOOKS && transmissions.length < PAGE; asked += 1) {
    let page;
    try {
      page = await desk.list(PAGE - transmissions.length, filter, next);
    } catch (error) {
      // An address that was typed by hand.
      if (typeof error?.path !== "string" || !/^\/(after|filter)/.test(error.path)) throw error;
      return { transmissions, next: null };
    }
    transmissions.push(...page.transmissions);
    next = page.next;
    if (next === null) break;
  }
  return { transmissions, next };
}

/** What the registry is asked for; a day that is none is an error and no condition. */
function filterOf({ esito, protocollo, dal, al, documento }, words) {
  const errors = {};
  const day = (name, text) => {
    if (text === "") return undefined;
    const parts = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
    const iso = parts ? `${parts[3]}-${parts[2].padStart(2, "0")}-${parts[1].padStart(2, "0")}` : text;
    if (Sts.data(iso).valid) return iso;
    errors[name] = words.dayWrong;
    return undefined;
  };
  const filter = {
    outcome: Object.hasOwn(words.outcomes, esito) && esito !== "" ? esito : undefined,
    protocollo: protocollo || undefined,
    document: documento || undefined,
    from: day("dal", dal),
    to: day("al", al),
  };
  return { filter, errors };
}

/** The row of the registry with the number of the path. */
async function find(c) {
  const number = Number(c.req.param("number"));
  // Pages go down from the number that they begin after.
  const { transmissions } = await c.var.office.desk.list(1, {}, String(number + 1));
  return transmissions.find((row) => row.number === number);
}

function gone(c) {
  const { one: w } = c.var.words.transmissions;
  c.status(404);
  return c.render(
    empty({ title: w.gone, text: w.goneText, icon: "question", action: button({ href: "/invii", text: w.back }) }),
    { title: w.gone, back: { href: "/invii", text: w.back } },
  );
}

function notAProtocol(c) {
  const { one: w, byProtocol } = c.var.words.transmissions;
  c.status(422);
  return c.render(
    empty({ title: byProtocol.title, text: byProtocol.wrong, icon: "question", action: button({ href: "/invii", text: w.back }) }),
    { title: byProtocol.title, back: { href: "/invii", text: w.back } },
  );
}

/**
 * Asks the service now. The archive is sent when all of it is there, unless the page is wanted; with
 * `parte` in the address, whatever there is of it.
 */
async function receipts(c, { of, number, again, part, page }) {
  const said = c.var.words.transmissions;
  const answer = await ask(c.var.office, (driver) => driver.receipts(of));
  const back = number === undefined ? { href: "/invii", text: said.one.back } : { href: `/invii/${number}`, text: said.one.title(number) };
  if (answer.answer !== "receipts") {
    c.status(409);
    return c.render(notNow(c, { title: said.receipts.notNow, answer, again }), { title: said.receiptsShort, back });
  }
  const found = answer.receipts;
  const whole = found.missing.every(({ code }) => code === "NO_ERRORS");
  if (found.zip.length > 0 && (c.req.query("parte") === "1" || (whole && !page))) return archive(c, found);
  return c.render(receiptsPage(c, { receipts: found, zip: part, again }), { title: said.receipts.title(found.protocollo), back });
}

/** The archive as a file. Its name holds the protocol number, and nothing of a person. */
function archive(c, { protocollo, zip }) {
  const name = `ricevute-sts-${protocollo.replace(/[^\w.-]/g, "_")}.zip`;
  return c.body(zip, 200, {
    "content-type": "application/zip",
    "content-disposition": `attachment; filename="${name}"`,
    "content-length": String(zip.length),
  });
}
