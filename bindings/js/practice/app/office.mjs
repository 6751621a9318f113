// libsts at work in this practice: the drivers, the cycle, and what the tables know of them.
//
// The practice keeps its invoices itself; how libsts comes to know them, and the rows what libsts
// says of them, is in sync.mjs. `catchUp` may be called at any time, as often as one likes.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { Driver, FetchHttp, NodeSqliteStore, Sts } from "libsts";

import { SENDABLE, soughtBy } from "./documents.mjs";
import { remember } from "./patients.mjs";
import { Secrets } from "./secrets.mjs";
import { SendingJob } from "./sending.mjs";
import { Sync } from "./sync.mjs";

/** How often it is looked whether anything was left behind, in milliseconds. */
const ROUND = 30_000;
/** The longest time between two looks of the cycle, in milliseconds. */
const EVERY = 600_000;
/** States of documents of which nothing has left. */
const NOT_LEFT = "'waiting', 'to_fix', 'out_of_scope', 'ready', 'refused'";

/** Of a document that the ledger in use does not know; one that was on its way out is to go from this one, too. */
const UNKNOWN =
  "told = 0, unread = 0, problem = NULL, state = NULL, verdict = NULL, view = NULL, deleting = (deleting > 0)";

export class Office {
  #database;
  #clock;
  #folder;
  #service;
  #store = null;
  #worker = null;
  #desk = null;
  /** Makes a driver over the open store. */
  #driver = null;
  /** Decisions of which something is still on its way. */
  #deciding = new Set();
  #ticking = null;
  #sync = null;
  #rounds = null;
  #catching = null;
  #again = false;
  #failure = null;
  /** Why the last round was not all that it should be. */
  #behind = null;
  #lastEvent = 0;
  #http = new FetchHttp();
  /** How the last request ended. */
  #end = null;
  /** Sending of everything that is ready, under way or the last one. */
  job = null;
  /** Whether a test of the credentials is under way. */
  testing = false;
  /** When the cycle last looked, milliseconds since 1970; null since the start. */
  lastLook = null;

  /**
   * @param service in the demonstration, where the simulator is: `{ endpoint, certificate }`
   */
  constructor({ database, vault, clock, folder, service = null, log = () => undefined }) {
    this.#database = database;
    this.secrets = new Secrets({ database, vault });
    this.#clock = clock;
    this.#folder = folder;
    this.#service = service;
    this.log = log;
  }

  /** What `libsts` takes as settings; null before the holder's data are there. */
  get settings() {
    const profile = this.#database.setting("profile");
    if (profile === undefined) return null;
    const ambiente = this.#database.setting("ambiente") ?? "test";
    const policy = this.#database.setting("policy") ?? null;
    return { ambiente, profile, policy, ...(this.#service ?? {}) };
  }

  get ready() {
    return this.#worker !== null;
  }

  /** Whether the environment is that of the demonstration and cannot be changed. */
  get fixed() {
    return this.#service !== null;
  }

  /** Why libsts could not be opened, or what its last tick failed with; null when all is well. */
  get failure() {
    return this.#failure;
  }

  get now() {
    return this.#clock.now();
  }

  /** How many milliseconds the clock was moved on, in the demonstration. */
  get ahead() {
    return this.#clock.ahead;
  }

  /** Moves the clock on. The new time is kept; `look` does what has become due. */
  advance(milliseconds) {
    this.#clock.advance(milliseconds);
    this.#database.set("ahead", this.#clock.ahead);
  }

  /** When the engine wants to be called again. */
  get wakeAt() {
    return this.#worker?.wakeAt ?? null;
  }

  /** When the cycle looks next, at the latest. */
  get nextLook() {
    if (this.lastLook === null) return this.wakeAt;
    return Math.min(this.wakeAt ?? Infinity, this.lastLook + EVERY);
  }

  /** The driver for pages: reads while the other one waits for the network. */
  get desk() {
    return this.#desk;
  }

  /** Opens libsts, if the holder is known, and begins the cycle. */
  async open() {
    const settings = this.settings;
    if (settings === null) return;
    let credentials = null;
    this.#failure = null;
    const store = storeOf(settings);
    const file = join(this.#folder, store);
    try {
      Sts.settings(settings);
      // Whatever the rows say, an empty store knows nothing.
      if (!existsSync(file)) this.#database.run(`UPDATE document SET ${UNKNOWN}`);
      this.#store = new NodeSqliteStore(file);
      credentials = this.secrets.credentials;
    } catch (error) {
      this.#wrong(error);
      if (this.#store === null) return;
    }
    let sync = null;
    this.#driver = (credentials) =>
      new Driver({
        settings,
        credentials,
        store: this.#store,
        http: { perform: (request) => this.#perform(request) },
        clock: this.#clock,
        events: (event) => this.#heard(event, sync),
      });
    this.#worker = this.#driver(credentials);
    this.#desk = this.#driver(credentials);
    this.#lastEvent = 0;
    this.#sync = sync = new Sync({
      database: this.#database,
      worker: this.#worker,
      desk: this.#desk,
      store,
      more: () => (this.#again = true),
    });
    this.#ticking = this.#worker.keepTicking({
      every: EVERY,
      onTick: () => this.#looked(),
      onError: (error) => this.#wrong(error),
    });
    this.#rounds = setInterval(() => void this.#lookAround(), ROUND).unref();
    this.#soon();
  }

  /** Ends the cycle and the step under way. */
  async close() {
    const [worker, desk, store] = [this.#worker, this.#desk, this.#store];
    clearInterval(this.#rounds);
    this.#ticking?.stop();
    this.#sync?.stop();
    this.#store = this.#worker = this.#desk = this.#ticking = this.#sync = null;
    await this.#catching?.catch(() => undefined);
    await Promise.allSettled(this.#deciding);
    await worker?.close();
    await desk?.close();
    store?.close();
  }

  /**
   * Other settings: libsts is opened again, with the store of that holder and environment. Throws
   * what `Sts.settings` throws, and has changed nothing then.
   */
  async configure({ profile, ambiente, policy = null }) {
    const before = this.settings;
    const after = { profile, ambiente, policy, ...(this.#service ?? {}) };
    Sts.settings(after);
    await this.close();
    this.#database.together(() => {
      this.#database.set("profile", profile);
      this.#database.set("ambiente", ambiente);
      this.#database.set("policy", policy);
      if (before !== null && storeOf(before) === storeOf(after)) {
        // What Sistema TS has is left as it is; what has not left is judged again.
        this.#database.run(`UPDATE document SET told = 0 WHERE state IN (${NOT_LEFT})`);
        return;
      }
      this.#database.set("news", null);
      // Another store knows nothing of these documents yet.
      this.#database.run(`UPDATE document SET ${UNKNOWN}`);
      this.#database.run("DELETE FROM transmission");
    });
    await this.open();
  }

  /** Keeps other credentials and goes on with them: see `keep` in secrets.mjs. */
  async setCredentials(given) {
    this.secrets.keep(given, this.settings);
    this.#failure = null;
    this.#database.set("news", null);
    const { credentials } = this.secrets;
    await this.#worker?.setCredentials(credentials);
    await this.#desk?.setCredentials(credentials);
  }

  /**
   * Has the service asked whether the credentials are right. Gives the answer's `outcome`; when a
   * request went out, what the service said of them is in `news` then.
   */
  async testCredentials(again) {
    const { news } = this;
    this.testing = true;
    this.#database.set("news", null);
    try {
      const { outcome } = await this.run((driver) => driver.testCredentials(again));
      // Nothing went out: what is known is still known.
      if (outcome === "refused_before") this.#database.set("news", news);
      return outcome;
    } finally {
      this.testing = false;
    }
  }

  /**
   * The last event about the credentials in use, as libsts gave it, and in `end` how the last request
   * before it ended: `answered`, `not_sent` or `unknown`. Null before the first.
   */
  get news() {
    return this.#database.setting("news") ?? null;
  }

  /**
   * A command that may go to the service: `work` gets the driver. libsts knows the documents `ids` as
   * they are before it begins, and what it says of them is read before it ends.
   */
  async run(work, ids = []) {
    const worker = this.#opened();
    if (ids.length > 0) {
      const failure = await this.catchUp().then(() => null, (error) => error);
      // What libsts has of them is not what a person means.
      if (ids.some((id) => this.#untold(id))) throw failure ?? this.#failure ?? closed();
    }
    try {
      return await work(worker);
    } finally {
      this.#sync?.mark(ids);
      await this.catchUp().catch(() => undefined);
    }
  }

  /**
   * A command that only decides what happens from now on. It has a driver of its own, so that it is
   * kept at once, whatever the others wait for. It ends when what left because of it has ended.
   */
  async decide(work) {
    this.#opened();
    const driver = this.#driver(this.secrets.locked ? null : this.secrets.credentials);
    const done = work(driver).finally(() => {
      driver.free();
      this.#deciding.delete(done);
    });
    this.#deciding.add(done);
    await done;
    void this.look().catch((error) => this.#wrong(error));
  }

  /** One look of the cycle, now, and all that follows from it. */
  async look() {
    await this.#worker?.runToRest(this.now);
    this.#looked();
    await this.#sync?.compare();
    await this.catchUp();
  }

  /** Sends everything that is ready, in the background. */
  sendReady() {
    if (this.job?.running) return this.job;
    const ids = this.#database
      .all(`SELECT id FROM document WHERE shelf = 'da-inviare' AND ${SENDABLE} ORDER BY paid, id`)
      .map(({ id }) => id);
    this.job = new SendingJob(ids, this.#lastEvent);
    void this.job.run((batch) => this.run((driver) => driver.send({ ids: batch }), batch));
    return this.job;
  }

  /**
   * Keeps an invoice; libsts is told soon, or with `catchUp` at once.
   *
   * @param opposes whether the patient does, from now on; null leaves what is known of the patient
   * @param version the one that was edited, 0 for a new invoice; without it whatever is there is
   *   replaced, and one that was being deleted exists again
   * @returns its id, or null when somebody else has saved another version meanwhile, or deleted it
   */
  keep(id, given) {
    const kept = this.#database.together(() => this.#keep({ id, ...given }));
    this.#soon();
    return kept ? id : null;
  }

  /** Keeps many invoices, all or none: each with its `id`, otherwise as `keep` takes it. */
  keepAll(all) {
    this.#database.together(() => {
      for (const given of all) this.#keep(given);
    });
    this.#soon();
  }

  #keep({ id, patient, opposes, invoice, version }) {
    const row = this.#database.get("SELECT version, deleting FROM document WHERE id = ?", id);
    if (version !== undefined && ((row?.version ?? 0) !== version || row?.deleting)) return false;
    const paid = lastPayment(invoice);
    const number = invoice.numDocumento ?? "";
    remember(this.#database, { name: patient, cf: invoice.cessionarioCommittente?.cfCittadino, opposes });
    this.#database.run("DELETE FROM removed WHERE id = ?", id);
    this.#database.run(
      `INSERT INTO document (id, patient, sought, invoice, number, issued, paid, total, deadline, version, told, deleting, unread)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, 0)
       ON CONFLICT (id) DO UPDATE SET patient = excluded.patient, sought = excluded.sought, invoice = excluded.invoice,
         number = excluded.number, issued = excluded.issued, paid = excluded.paid, total = excluded.total,
         deadline = excluded.deadline, version = version + 1, problem = NULL, deleting = 0`,
      id,
      patient,
      soughtBy(number, patient),
      JSON.stringify(invoice),
      number,
      invoice.dataEmissione ?? "",
      paid,
      total(invoice),
      this.#deadline(paid),
    );
    return true;
  }

  /** Notes that a document is to go; soon, or with `catchUp` at once, it goes, also on Sistema TS. */
  remove(id) {
    this.#database.run("UPDATE document SET deleting = 1 WHERE id = ?", id);
    this.#soon();
  }

  /**
   * Tells libsts what it was not told and reads what it has to say, until nothing is left. Fails with
   * the first thing that could not be done; that is tried again by itself.
   */
  catchUp() {
    this.#again = true;
    this.#catching ??= this.#catchUp();
    return this.#catching;
  }

  async #catchUp() {
    // So that it is never over before it is noted as under way.
    await null;
    try {
      while (this.#again && this.#sync !== null) {
        this.#again = false;
        await this.#sync.round();
      }
      if (this.#failure === this.#behind) this.#failure = null;
      this.#behind = null;
    } catch (error) {
      this.#behind = error;
      this.#wrong(error);
      throw error;
    } finally {
      this.#catching = null;
    }
  }

  #soon() {
    setImmediate(() => void this.catchUp().catch(() => undefined));
  }

  /** What no event and no page led to: what failed before, and rows that are behind. */
  async #lookAround() {
    if (this.#catching !== null) return;
    try {
      await this.#sync?.compare();
      await this.catchUp();
    } catch (error) {
      this.#wrong(error);
    }
  }

  #opened() {
    if (this.#worker === null) throw this.#failure ?? closed();
    return this.#worker;
  }

  #untold(id) {
    const row = this.#database.get("SELECT 1 FROM document WHERE id = ? AND version <> told AND deleting = 0", id);
    return row !== undefined;
  }

  /** Marks what an event is about; it is read soon after. */
  #heard(event, sync) {
    sync.heard(event);
    if (event.event.startsWith("credentials_")) this.#database.set("news", { ...event, end: this.#end });
    this.job?.heard(event);
    this.#lastEvent = Math.max(this.#lastEvent, event.number);
    this.#soon();
  }

  async #perform(request) {
    const answer = await this.#http.perform(request);
    this.#end = answer.end;
    return answer;
  }

  #looked() {
    this.lastLook = this.now;
    if (this.#failure?.code !== "KEY_WRONG") this.#failure = null;
  }

  #wrong(error) {
    const again = this.#failure?.message === error.message;
    this.#failure = error;
    // What goes wrong at every look is told once.
    if (!again) this.log(error);
  }

  #deadline(paid) {
    if (paid === null || this.settings === null) return null;
    try {
      return Sts.scadenza(paid, this.settings, this.now).scadenza.scadenza;
    } catch {
      return null;
    }
  }
}

/** There is no libsts at the moment: the settings are being changed, or are still to be typed. */
const closed = () => Object.assign(new Error("libsts is not open: look at the settings"), { name: "StsError", code: "CLOSED" });

/** The file of libsts's records: a store belongs to one environment and one holder. */
function storeOf({ ambiente, profile }) {
  const { pIva, cfProprietario, codiceRegione, codiceAsl, codiceSSA } = profile;
  const holder = JSON.stringify([cfProprietario, codiceRegione, codiceAsl, codiceSSA]);
  return `sts-${ambiente}-${pIva}-${createHash("sha256").update(holder).digest("hex").slice(0, 8)}.db`;
}

function lastPayment(invoice) {
  const days = (invoice.pagamenti ?? []).map(({ dataPagamento }) => dataPagamento).filter(Boolean);
  return days.sort().at(-1) ?? null;
}

function total(invoice) {
  return invoice.importoTotaleDocumento ?? invoice.pagamenti?.[0]?.importo ?? "";
}
