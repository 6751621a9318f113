// libsts at work in this practice: the drivers, the cycle, and what the tables know of them.
//
// The practice keeps its invoices itself. A row carries what libsts has been told (`told`) and
// whether what libsts says has changed (`unread`); both survive a kill, and `catchUp` goes on from
// them. So no order of saving and telling can lose anything.
import { join } from "node:path";

import { Driver, FetchHttp, NodeSqliteStore, Sts } from "libsts";

import { SendingJob } from "./sending.mjs";

/** Most documents in one command. */
const BATCH = 100;

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
  /** Sending of everything that is ready, under way or the last one. */
  job = null;
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
    return { ambiente, profile, ...(this.#service ?? {}) };
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
      const { ambiente, profile } = settings;
      this.#store = new NodeSqliteStore(join(this.#folder, `sts-${ambiente}-${profile.pIva}.db`));
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
        http: new FetchHttp(),
        clock: this.#clock,
        events: (event) => this.#heard(event),
      });
    this.#worker = driver();
    this.#desk = driver();
    this.#ticking = this.#worker.keepTicking({ onError: (error) => this.#wrong(error) });
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

  /** Other settings: libsts is opened again, with the store of that holder and environment. */
  async configure({ profile, ambiente }) {
    const before = this.settings;
    Sts.settings({ profile, ambiente, ...(this.#service ?? {}) });
    await this.close();
    this.#database.together(() => {
      this.#database.set("profile", profile);
      this.#database.set("ambiente", ambiente);
      if (before?.ambiente === ambiente && before.profile.pIva === profile.pIva) return;
      // Another store knows nothing of these documents yet.
      this.#database.run(
        "UPDATE document SET told = 0, unread = 0, problem = NULL, state = NULL, verdict = NULL, view = NULL",
      );
    });
    await this.open();
  }

  /** Keeps other credentials and goes on with them. An absent one stays as it is. */
  async setCredentials(given) {
    const all = { ...this.#stored(), ...given };
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
    await this.#worker?.setCredentials(this.#credentials());
    await this.#desk?.setCredentials(this.#credentials());
  }

  /** Which credentials are kept: `{ username, password, pincode }` of booleans. */
  get kept() {
    const names = this.#database.all("SELECT name FROM secret").map(({ name }) => name);
    return Object.fromEntries(["username", "password", "pincode"].map((name) => [name, names.includes(name)]));
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

  /** One look of the cycle, now, and all that follows from it. */
  async look() {
    await this.#worker.runToRest(this.now);
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

  /** Keeps an invoice; libsts is told with `catchUp`. Gives its id. */
  keep(id, { patient, opposes, invoice }) {
    const paid = lastPayment(invoice);
    const cf = invoice.cessionarioCommittente?.cfCittadino;
    this.#database.together(() => {
      if (cf) {
        this.#database.run(
          `INSERT INTO patient (cf, name, opposes) VALUES (?, ?, ?)
           ON CONFLICT (cf) DO UPDATE SET name = excluded.name, opposes = excluded.opposes`,
          cf,
          patient,
          opposes ? 1 : 0,
        );
      }
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
    });
    return id;
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
    this.job?.heard(event);
    this.lastLook = this.now;
    setTimeout(() => void this.catchUp().catch((error) => this.#wrong(error)), 0);
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

function lastPayment(invoice) {
  const days = (invoice.pagamenti ?? []).map(({ dataPagamento }) => dataPagamento).filter(Boolean);
  return days.sort().at(-1) ?? null;
}

function total(invoice) {
  return invoice.importoTotaleDocumento ?? invoice.pagamenti?.[0]?.importo ?? "";
}
