// Sending all that is ready, a few at a time, and how far it is.

/** Documents in one command: after each the page can show more. */
const BATCH = 25;

/** What an event says of a document in a job. */
const OUTCOMES = {
  document_accepted: "accepted",
  document_refused: "refused",
  document_conflict: "held",
  outcome_unknown: "later",
  sending_postponed: "later",
  sending_given_up: "held",
  document_put_off: "later",
  year_closed: "held",
};

/** Answers to `send` after which nothing of the document leaves now; all others are on their way. */
const HELD = ["not_sendable", "year_closed", "original_missing", "conflict", "not_found"];

/**
 * One sending of many documents. It keeps nothing on the disk: after a restart the rows tell what
 * became of them.
 */
export class SendingJob {
  #ids;
  /** Those whose batch has begun: an event of before is about something else. */
  #begun = new Set();
  #outcomes = new Map();
  #since;
  running = true;
  /** What it ended with, if it failed. */
  failure = null;

  /** @param since number of the last event before it; older ones that come again are not counted */
  constructor(ids, since = 0) {
    this.#ids = new Set(ids);
    this.#since = since;
  }

  /** @param send sends a batch of ids and gives the answer `queued` */
  async run(send) {
    const ids = [...this.#ids];
    try {
      for (let at = 0; at < ids.length; at += BATCH) {
        const batch = ids.slice(at, at + BATCH);
        for (const id of batch) this.#begun.add(id);
        const { documents } = await send(batch);
        for (const { id, outcome } of documents) this.#answered(id, outcome);
      }
    } catch (error) {
      this.failure = error;
    } finally {
      this.running = false;
    }
  }

  /** Takes an event; also after the end, because what was to come later comes. */
  heard(event) {
    const outcome = OUTCOMES[event.event];
    if (outcome === undefined || event.number <= this.#since || !this.#begun.has(event.id)) return;
    this.#outcomes.set(event.id, outcome);
  }

  /** The events of a batch come before its answer, and say more. */
  #answered(id, outcome) {
    if (outcome === "already_accepted") this.#outcomes.set(id, "accepted");
    else if (HELD.includes(outcome)) this.#outcomes.set(id, "held");
    else if (!this.#outcomes.has(id)) this.#outcomes.set(id, "later");
  }

  /** `{ running, failed, total, done, accepted, refused, later, held }`, from `total` on numbers. */
  get progress() {
    const counts = { accepted: 0, refused: 0, later: 0, held: 0 };
    for (const outcome of this.#outcomes.values()) counts[outcome] += 1;
    const { running, failure } = this;
    return { running, failed: failure !== null, total: this.#ids.size, done: this.#outcomes.size, ...counts };
  }

  /** The documents that ended so, in the order of sending. */
  ended(outcome) {
    return [...this.#ids].filter((id) => this.#outcomes.get(id) === outcome);
  }
}
