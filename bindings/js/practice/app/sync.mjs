// What libsts was told of the practice's documents, and what it says of them.
//
// A row carries the version that libsts was given (`told`), whether it is to go (`deleting`), and how
// often something happened to it since it was read (`unread`). All three are on the disk before
// anything follows from them, and each is settled only if it is still what it was when the work
// began. So whatever is cut short, edited or told again meanwhile is done once more, which is
// harmless: to libsts the same invoice twice is one, and a deletion of what is gone is none.
//
// Both databases answer at once, so that awaiting them lets nobody else have the thread: `turn` does.

import { setImmediate as turn } from "node:timers/promises";

/** Most documents in one command. */
const BATCH = 100;
/** Documents or transmissions in a page of an answer. */
const PAGE = 100;

/** Codes of errors that may be about a single document; with all others nothing else will work either. */
const SINGLE = ["COMMAND", "RECORD", "RECORD_TOO_NEW", "BUG", "PANIC"];

/** Outcomes of a deletion after which libsts has nothing left to do. */
const GONE = ["done", "not_found", "nothing_there", "year_closed"];

export class Sync {
  #database;
  #worker;
  #desk;
  #store;
  #more;
  #stopped = false;
  #failure = null;
  /** How the counts differed when it was last looked into. */
  #drift = "{}";

  /**
   * @param worker the driver that tells
   * @param desk the driver that reads
   * @param store which ledger this is, among those that this practice ever had
   * @param more is called when a round found that another one is needed
   */
  constructor({ database, worker, desk, store, more = () => undefined }) {
    this.#database = database;
    this.#worker = worker;
    this.#desk = desk;
    this.#store = store;
    this.#more = more;
    database.run("INSERT OR IGNORE INTO ledger (name) VALUES (?)", store);
  }

  /** Ends a round after the step under way. */
  stop() {
    this.#stopped = true;
  }

  /**
   * Tells what was not told and reads what there is to be read. A document that cannot be dealt with
   * holds up no other; the first such error is thrown at the end.
   */
  async round() {
    this.#failure = null;
    await this.#tell();
    await this.#forget();
    await this.#forgetElsewhere();
    await this.#readTransmissions();
    await this.#read();
    if (this.#failure !== null) throw this.#failure;
  }

  /** Notes what an event is about. It is on the disk before libsts takes the event as delivered. */
  heard(event) {
    if (event.event === "save_again") {
      this.#database.run("UPDATE document SET told = MIN(told, 0) - 1 WHERE id = ?", event.id);
    } else if (event.event === "key_changed") {
      this.#database.run("UPDATE document SET told = MIN(told, 0) - 1 WHERE state IN ('ready', 'queued')");
    } else if (event.event === "year_closed") {
      // Its deletion cannot leave any more: libsts is asked once more, and says so.
      this.#database.run("UPDATE document SET unread = unread + 1, deleting = (deleting > 0) WHERE id = ?", event.id);
    } else if ("transmission" in event) {
      this.#database.run("INSERT OR IGNORE INTO transmission (number) VALUES (?)", event.transmission);
    } else if ("id" in event) {
      this.mark([event.id]);
    }
  }

  /** What libsts says of these has changed. */
  mark(ids) {
    this.#database.together(() => {
      for (const id of ids) this.#database.run("UPDATE document SET unread = unread + 1 WHERE id = ?", id);
    });
  }

  /** Invoices that libsts has not seen in their last version. */
  async #tell() {
    for await (const rows of this.#pages("version, told, invoice", "version <> told AND deleting = 0")) await this.#save(rows);
  }

  async #save(rows) {
    const told = (row, problem) =>
      this.#database.run(
        "UPDATE document SET told = ?, problem = ?, unread = unread + 1 WHERE id = ? AND told = ?",
        row.version,
        problem,
        row.id,
        row.told,
      );
    try {
      await this.#worker.save(rows.map(({ id, invoice }) => ({ ...JSON.parse(invoice), id })));
    } catch (error) {
      if (!SINGLE.includes(error?.code)) throw error;
      // One that cannot be taken must not keep the others back.
      if (rows.length > 1) {
        for (const row of rows) await this.#save([row]);
      } else if (isOfInvoice(error)) {
        // What libsts had of it is not what it is now, and must not leave.
        await this.#worker.save([{ id: rows[0].id, stato: "bozza" }]).catch((again) => isOfInvoice(again) || this.#failed(again));
        const { code, path, message } = error;
        told(rows[0], JSON.stringify({ code, path: path.replace(/^\/invoices\/0/, ""), message }));
      } else {
        this.#failed(error);
      }
      return;
    }
    this.#database.together(() => {
      for (const row of rows) if (told(row, null) === 0) this.#toldInVain(row.id);
    });
  }

  /** Somebody asked for it to be saved again while it was, or was faster with another version. */
  #toldInVain(id) {
    this.#database.run("UPDATE document SET told = MIN(told, 0) - 1 WHERE id = ?", id);
    this.#more();
  }

  /** Deletions that libsts does not know. */
  async #forget() {
    for await (const rows of this.#pages("deleting", "deleting = 1")) {
      await this.#delete(rows.map(({ id }) => id), (id, outcome) => {
        if (GONE.includes(outcome)) this.#gone(id, 1);
        // It leaves by itself; the row goes when libsts says so.
        else this.#database.run("UPDATE document SET deleting = 2, unread = unread + 1 WHERE id = ? AND deleting = 1", id);
      });
    }
  }

  /** Deletions of the time when another ledger was open. */
  async #forgetElsewhere() {
    for (;;) {
      const rows = this.#database.all("SELECT id FROM removed WHERE ledger = ? LIMIT ?", this.#store, BATCH);
      if (rows.length === 0 || this.#stopped) return;
      const before = this.#failure;
      await this.#delete(rows.map(({ id }) => id), (id) => {
        this.#database.run("DELETE FROM removed WHERE ledger = ? AND id = ?", this.#store, id);
      });
      if (this.#failure !== before) return;
    }
  }

  async #delete(ids, then) {
    try {
      const { documents } = await this.#worker.change("delete", ids, true);
      this.#database.together(() => {
        for (const { id, outcome } of documents) then(id, outcome);
      });
    } catch (error) {
      if (!SINGLE.includes(error?.code)) throw error;
      if (ids.length === 1) this.#failed(error);
      else for (const id of ids) await this.#delete([id], then);
    }
  }

  /** A document is gone, unless somebody saved it again. The other ledgers hear of it in their time. */
  #gone(id, deleting) {
    if (this.#database.run("DELETE FROM document WHERE id = ? AND deleting = ?", id, deleting) === 0) return;
    this.#database.run("INSERT OR IGNORE INTO removed SELECT name, ? FROM ledger WHERE name <> ?", id, this.#store);
  }

  /** Transmissions of files: which documents they are about. */
  async #readTransmissions() {
    const wanted = this.#database.all("SELECT number FROM transmission ORDER BY number").map(({ number }) => number);
    if (wanted.length === 0) return;
    for (let after = null; ; ) {
      const { transmissions, next } = await this.#desk.list(PAGE, {}, after);
      for (const { number, documents } of transmissions) if (wanted.includes(number)) this.mark(documents);
      after = next;
      await turn();
      if (next === null || transmissions.at(-1).number <= wanted[0]) break;
    }
    this.#database.together(() => {
      for (const number of wanted) this.#database.run("DELETE FROM transmission WHERE number = ?", number);
    });
  }

  async #read() {
    for await (const rows of this.#pages("unread", "unread > 0")) {
      const read = [];
      for (const row of rows) {
        try {
          const { document } = await this.#desk.document(row.id);
          await turn();
          read.push({ ...row, document });
        } catch (error) {
          if (!SINGLE.includes(error?.code)) throw error;
          this.#failed(error);
        }
      }
      this.#database.together(() => {
        for (const { id, unread, document } of read) {
          this.#database.run(
            "UPDATE document SET unread = unread - ?, state = ?, verdict = ?, view = ? WHERE id = ?",
            unread,
            document?.state ?? null,
            document?.verdict ?? null,
            document === null ? null : JSON.stringify(document),
            id,
          );
          if (document === null || document.state === "deleted") this.#gone(id, 2);
        }
      });
    }
  }

  /**
   * Not every step of a document is an event: what the cycle queues is not. The counts of libsts tell
   * whether a row is behind; then all are looked at, once for each difference, and those behind are
   * read in the next round.
   */
  async compare() {
    const { health } = await this.#desk.health();
    const counts = { ...health.counts };
    for (const { state, n } of this.#database.all("SELECT state, count(*) AS n FROM document WHERE state IS NOT NULL GROUP BY state")) {
      counts[state] = (counts[state] ?? 0) - n;
    }
    // Those stay with libsts alone.
    delete counts.deleted;
    const drift = JSON.stringify(Object.entries(counts).filter(([, n]) => n !== 0).sort());
    if (drift === this.#drift) return;
    this.#drift = drift;
    if (drift === "[]") return;
    for (let after = null; ; ) {
      const { documents, next } = await this.#desk.documents(PAGE, after);
      this.#database.together(() => {
        for (const { id, state } of documents) {
          if (this.#database.run("UPDATE document SET unread = unread + 1 WHERE id = ? AND state IS NOT ?", id, state) > 0) this.#more();
        }
      });
      after = next;
      if (next === null || this.#stopped) return;
      await turn();
    }
  }

  /** Rows by id, each once, some at a time; those that become such meanwhile and lie behind are for the next round. */
  async *#pages(columns, where) {
    for (let after = ""; ; ) {
      const rows = this.#database.all(`SELECT id, ${columns} FROM document WHERE ${where} AND id > ? ORDER BY id LIMIT ?`, after, BATCH);
      if (rows.length === 0 || this.#stopped) return;
      after = rows.at(-1).id;
      yield rows;
      await turn();
    }
  }

  #failed(error) {
    this.#failure ??= error;
  }
}

/** Whether an error is about what an invoice has in it, and so stays however often it is tried. */
function isOfInvoice(error) {
  return error?.code === "COMMAND" && typeof error.path === "string" && error.path.startsWith("/invoices");
}
