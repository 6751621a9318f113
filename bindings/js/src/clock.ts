/** Where the driver reads the time and waits. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Ends when it is `until`, at once when that is past. */
  waitUntil(until: number): Promise<void>;
}

/** Longest sleep in one piece, so that a machine that was suspended looks again soon. */
export const NAP = 30_000;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async waitUntil(until) {
    for (let left = until - Date.now(); left > 0; left = until - Date.now()) {
      await new Promise((done) => setTimeout(done, Math.min(left, NAP)));
    }
  },
};

/** A clock for tests, which stands still until somebody waits; then it jumps. */
export class VirtualClock implements Clock {
  #now: number;

  /** A clock that shows this instant. */
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** Moves the time on by so many milliseconds. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  waitUntil(until: number): Promise<void> {
    this.#now = Math.max(this.#now, until);
    return Promise.resolve();
  }
}
