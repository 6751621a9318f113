// libsts at work in this practice: the drivers, the cycle, and what the tables know of them.
//
// The practice keeps its invoices itself. A row carries what libsts has been told (`told`) and
// whether what libsts says has changed (`unread`); both survive a kill, and `catchUp` goes on from
// them. So no order of saving and telling can lose anything.
import { createHash } from "node:crypto";
import { join } from "node:path";

import { Driver, FetchHttp, NodeSqliteStore, Sts } from "libsts";

import { remember } from "./patients.mjs";
import { SendingJob } from "./sending.mjs";

/** Most documents in one command. */
const BATCH = 100;
/** The longest time between two looks of the cycle, in milliseconds. */
const EVERY = 600_000;
const CREDENTIALS = ["username", "password", "pincode"];
/** States of documents of which nothing has left. */
const NOT_LEFT = "'waiting', 'to_fix', 'out_of_scope', 'ready', 'refused'";

export class Office {
  #database;
  #vault;
  #clock;
  #folder;
  #service;
  #store = null;
  #worker = null;
  #desk = null;
  #ticking = null;
  #catching = null;
  #again = false;
  #failure = null;
  #http = new FetchHttp();
  #reached = null;
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
    this.#vault = vault;
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
    try {
      Sts.settings(settings);
      this.#store = new NodeSqliteStore(join(this.#folder, storeOf(settings)));
      credentials = this.#credentials();
    } catch (error) {
      this.#failure = error;
      if (this.#store === null) return;
    }
    const driver = () =>
      new Driver({
        settings,
        credentials,
        store: this.#store,
        http: { perform: (request) => this.#perform(request) },
        clock: this.#clock,
        events: (event) => this.#heard(event),
      });
    this.#worker = driver();
    this.#desk = driver();
    this.#ticking = this.#worker.keepTicking({
      every: EVERY,
      onTick: () => this.#looked(),
      onError: (error) => this.#wrong(error),
    });
    void this.catchUp();
  }

  /** Ends the cycle and the step under way. */
  async close() {
    this.#ticking?.stop();
    await this.#catching?.catch(() => undefined);
    await this.#worker?.close();
    await this.#desk?.close();
    this.#store?.close();
    this.#store = this.#worker = this.#desk = this.#ticking = null;
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
      this.#database.run(
        "UPDATE document SET told = 0, unread = 0, problem = NULL, state = NULL, verdict = NULL, view = NULL",
      );
    });
    await this.open();
  }

  /**
   * Keeps other credentials and goes on with them. An absent one stays as it is, for which the key
   * must be the one they were sealed with; all three are kept under whatever key there is.
   */
  async setCredentials(given) {
    const all = CREDENTIALS.every((name) => given[name]) ? given : { ...this.#stored(), ...given };
    this.#database.together(() => {
      for (const [name, text] of Object.entries(all)) {
        this.#database.run(
          "INSERT INTO secret (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
          name,
          this.#vault.seal(name, text),
        );
      }
    });
    this.#failure = null;
    this.#database.set("news", null);
    await this.#worker?.setCredentials(this.#credentials());
    await this.#desk?.setCredentials(this.#credentials());
  }

  /**
   * Has the service asked whether the credentials are right. Gives the answer's `outcome`; when a
   * request went out, what the service said of them is in `news` then.
   */
  async testCredentials(again) {
    this.testing = true;
    this.#database.set("news", null);
    try {
      const { outcome } = await this.run((driver) => driver.testCredentials(again));
      return outcome;
    } finally {
      this.testing = false;
    }
  }

  /** The last event about the credentials in use, as libsts gave it; null before the first. */
  get news() {
    return this.#database.setting("news") ?? null;
  }

  /** How the last request ended, `answered`, `not_sent` or `unknown`, and when; null before the first. */
  get reached() {
    return this.#reached;
  }

  /** Whether credentials are kept that the key does not open. */
  get locked() {
    try {
      this.#stored();
      return false;
    } catch {
      return true;
    }
  }

  /** What libsts remarks on the credentials as they were typed. */
  get advice() {
    return this.locked ? [] : Sts.advice(this.#stored()).reasons;
  }

  /** Which credentials are kept: `{ username, password, pincode }` of booleans. */
  get kept() {
    const names = this.#database.all("SELECT name FROM secret").map(({ name }) => name);
    return Object.fromEntries(CREDENTIALS.map((name) => [name, names.includes(name)]));
  }

  /** The identification code, which the settings show; null when there is none or no key for it. */
  get username() {
    try {
      return this.#stored().username ?? null;
    } catch {
      return null;
    }
  }

  /**
   * A command that may go to the service: `work` gets the driver. What changed, also of the
   * documents `ids`, is read before it ends.
   */
  async run(work, ids = []) {
    try {
      return await work(this.#worker);
    } finally {
      for (const id of ids) this.#database.run("UPDATE document SET unread = 1 WHERE id = ?", id);
      await this.catchUp();
    }
  }

  /**
   * A command that only decides what happens from now on. It waits for no network; the cycle looks
   * at once what follows from it.
   */
  async decide(work) {
    const answer = await work(this.#desk);
    void this.look().catch((error) => this.#wrong(error));
    return answer;
  }

  /** One look of the cycle, now, and all that follows from it. */
  async look() {
    await this.#worker.runToRest(this.now);
    this.#looked();
    await this.catchUp();
  }

  /** Sends everything that is ready, in the background. */
  sendReady() {
    if (this.job?.running) return this.job;
    const ids = this.#database
      .all("SELECT id FROM document WHERE state = 'ready' AND deleting = 0 ORDER BY paid, id")
      .map(({ id }) => id);
    this.job = new SendingJob(ids);
    void this.job.run((batch) => this.run((driver) => driver.send({ ids: batch }), batch));
    return this.job;
  }

  /**
   * Keeps an invoice; libsts is told with `catchUp`.
   *
   * @param opposes whether the patient does, from now on; null leaves what is known of the patient
   * @param version the one that was edited, 0 for a new invoice; without it whatever is there is
   *   replaced
   * @returns its id, or null when somebody else has saved another version meanwhile
   */
  keep(id, { patient, opposes, invoice, version }) {
    const paid = lastPayment(invoice);
    return this.#database.together(() => {
      const row = this.#database.get("SELECT version, deleting FROM document WHERE id = ?", id);
      if (version !== undefined && ((row?.version ?? 0) !== version || row?.deleting)) return null;
      remember(this.#database, { name: patient, cf: invoice.cessionarioCommittente?.cfCittadino, opposes });
      this.#database.run(
        `INSERT INTO document (id, patient, invoice, number, issued, paid, total, deadline, version, told, deleting, unread)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 0, 0)
         ON CONFLICT (id) DO UPDATE SET patient = excluded.patient, invoice = excluded.invoice,
           number = excluded.number, issued = excluded.issued, paid = excluded.paid,
           total = excluded.total, deadline = excluded.deadline, version = version + 1, problem = NULL`,
        id,
        patient,
        JSON.stringify(invoice),
        invoice.numDocumento ?? "",
        invoice.dataEmissione ?? "",
        paid,
        total(invoice),
        this.#deadline(paid),
      );
      return id;
    });
  }

  /** Notes that a document is to go; with `catchUp` it goes, also on Sistema TS. */
  remove(id) {
    this.#database.run("UPDATE document SET deleting = 1 WHERE id = ?", id);
  }

  /** Tells libsts what it was not told and reads what it has to say, until nothing is left. */
  catchUp() {
    this.#again = true;
    this.#catching ??= this.#catchUp().finally(() => (this.#catching = null));
    return this.#catching;
  }

  async #catchUp() {
    while (this.#again && this.#worker !== null) {
      this.#again = false;
      await this.#tell();
      await this.#forget();
      await this.#read();
    }
  }

  /** Invoices that libsts has not seen in their last version. */
  async #tell() {
    let after = "";
    for (;;) {
      const rows = this.#database.all(
        "SELECT id, version, invoice FROM document WHERE version <> told AND deleting = 0 AND id > ? ORDER BY id LIMIT ?",
        after,
        BATCH,
      );
      if (rows.length === 0) return;
      after = rows.at(-1).id;
      await this.#save(rows);
    }
  }

  async #save(rows) {
    try {
      await this.#worker.save(rows.map(({ id, invoice }) => ({ ...JSON.parse(invoice), id })));
    } catch (error) {
      if (!wrongInput(error)) throw error;
      // One that cannot be read must not keep the others back.
      if (rows.length > 1) {
        for (const row of rows) await this.#save([row]);
        return;
      }
      const { code, path, message } = error;
      this.#database.run(
        "UPDATE document SET problem = ?, told = ? WHERE id = ? AND version = ?",
        JSON.stringify({ code, path: path.replace(/^\/invoices\/0/, ""), message }),
        rows[0].version,
        rows[0].id,
        rows[0].version,
      );
      return;
    }
    this.#database.together(() => {
      for (const { id, version } of rows) {
        this.#database.run("UPDATE document SET told = ?, unread = 1, problem = NULL WHERE id = ?", version, id);
      }
    });
  }

  /** Deletions that libsts does not know. */
  async #forget() {
    const rows = this.#database.all("SELECT id FROM document WHERE deleting = 1 LIMIT 500");
    if (rows.length === 0) return;
    const { documents } = await this.#worker.change("delete", rows.map(({ id }) => id), true);
    for (const { id, outcome } of documents) {
      const gone = ["done", "not_found", "nothing_there", "year_closed"].includes(outcome);
      if (gone) this.#database.run("DELETE FROM document WHERE id = ?", id);
      // It leaves by itself; the row goes when libsts says so.
      else this.#database.run("UPDATE document SET deleting = 2, unread = 1 WHERE id = ?", id);
    }
  }

  async #read() {
    for (;;) {
      const rows = this.#database.all("SELECT id FROM document WHERE unread = 1 LIMIT ?", BATCH);
      if (rows.length === 0) return;
      for (const { id } of rows) {
        // Before it is read: an event that comes meanwhile marks it again.
        this.#database.run("UPDATE document SET unread = 0 WHERE id = ?", id);
        const { document } = await this.#desk.document(id);
        this.#database.run(
          "UPDATE document SET state = ?, verdict = ?, view = ? WHERE id = ?",
          document?.state ?? null,
          document?.verdict ?? null,
          JSON.stringify(document),
          id,
        );
        if (document?.state === "deleted" || document === null) {
          this.#database.run("DELETE FROM document WHERE id = ? AND deleting = 2", id);
        }
      }
    }
  }

  /** Marks what an event is about; it is read soon after. */
  #heard(event) {
    if (event.event === "save_again") {
      this.#database.run("UPDATE document SET told = 0 WHERE id = ?", event.id);
    } else if ("id" in event) {
      this.#database.run("UPDATE document SET unread = 1 WHERE id = ?", event.id);
    } else {
      // About a file: those of its documents that have no event of their own are on their way.
      this.#database.run(
        "UPDATE document SET unread = 1 WHERE state IN ('ready', 'queued', 'sending', 'unknown', 'changing', 'handed_in')",
      );
    }
    if (event.event.startsWith("credentials_")) this.#database.set("news", event);
    this.job?.heard(event);
    setTimeout(() => void this.catchUp().catch((error) => this.#wrong(error)), 0);
  }

  async #perform(request) {
    const answer = await this.#http.perform(request);
    this.#reached = { end: answer.end, at: this.now };
    return answer;
  }

  #looked() {
    this.lastLook = this.now;
    if (this.#failure?.code !== "KEY_WRONG") this.#failure = null;
  }

  #wrong(error) {
    this.#failure = error;
    this.log(error);
  }

  #stored() {
    const rows = this.#database.all("SELECT name, sealed FROM secret");
    return Object.fromEntries(rows.map(({ name, sealed }) => [name, this.#vault.open(name, sealed)]));
  }

  /** All three, or none. */
  #credentials() {
    const { username, password, pincode } = this.#stored();
    return username && password && pincode ? { username, password, pincode } : null;
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

/** Whether an error is about what was given, and so stays the same however often it is tried. */
function wrongInput(error) {
  return typeof error?.path === "string" && error.path.startsWith("/invoices");
}

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
