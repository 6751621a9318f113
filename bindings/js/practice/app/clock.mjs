// The time of the practice. In the demonstration it can be moved on; otherwise it is the machine's.

const NAP = 1_000;

/** A clock that runs with the machine's, so many milliseconds ahead of it. */
export class OfficeClock {
  #ahead;

  constructor(ahead = 0) {
    this.#ahead = ahead;
  }

  /** Milliseconds since 1970. */
  now() {
    return Date.now() + this.#ahead;
  }

  /** How many milliseconds it is ahead of the machine's clock. */
  get ahead() {
    return this.#ahead;
  }

  /** Moves it on. */
  advance(milliseconds) {
    this.#ahead += milliseconds;
  }

  /** Ends when it is `until`. In naps, because somebody may move the clock meanwhile. */
  async waitUntil(until) {
    for (let left = until - this.now(); left > 0; left = until - this.now()) {
      await new Promise((done) => setTimeout(done, Math.min(left, NAP)));
    }
  }
}
