// Sending all that is ready, a few at a time, and how far it is.

/** Documents in one command: after each the page can show more. */
const BATCH = 25;

/** What an event says of a document in a job. */
const OUTCOMES = {
  document_accepted: "accepted",
  document_refused: "refused",
  document_conflict: "refused",
  outcome_unknown: "later",
  sending_postponed: "later",
  sending_given_up: "refused",
  document_put_off: "later",
};

/** Answers to `send` after which the document leaves by itself; after others it stays here. */
const ON_THE_WAY = ["queued", "under_way", "already_accepted"];

/** One sending of many documents. It keeps nothing: after a restart the rows tell the truth. */
export class SendingJob {
  #ids;
  #outcomes = new Map();
  running = true;
  /** What it ended with, if it failed. */
  failure = null;

  constructor(ids) {
    this.#ids = new Set(ids);
  }

  /** @param send sends a batch of ids and gives the answer `queued` */
  async run(send) {
    const ids = [...this.#ids];
    try {
      for (let at = 0; at < ids.length; at += BATCH) {
        const batch = ids.slice(at, at + BATCH);
        const { documents } = await send(batch);
        for (const { id, outcome } of documents) {
          if (this.#outcomes.has(id)) continue;
          this.#outcomes.set(id, ON_THE_WAY.includes(outcome) ? "later" : "held");
        }
      }
    } catch (error) {
      this.failure = error;
    } finally {
      this.running = false;
    }
  }

  heard(event) {
    const outcome = OUTCOMES[event.event];
    if (outcome !== undefined && this.#ids.has(event.id)) this.#outcomes.set(event.id, outcome);
  }

  /** `{ running, total, done, accepted, refused, later, held }`, all but the first numbers. */
  get progress() {
    const counts = { accepted: 0, refused: 0, later: 0, held: 0 };
    for (const outcome of this.#outcomes.values()) counts[outcome] += 1;
    return { running: this.running, total: this.#ids.size, done: this.#outcomes.size, ...counts };
  }
}
