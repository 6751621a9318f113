import type { Answer, Command, Event, Settings } from "../types.js";
import { type Clock, systemClock } from "./clock.js";
import { type Actions, type Credentials, Engine, everything } from "./engine.js";
import { StsError, words } from "./error.js";
import type { Http, HttpEnd, HttpRequest } from "./http/http.js";
import type { Commit, Needs, Store, Values } from "./store/store.js";

/**
 * Takes the events, in order. After a crash, and from drivers of other processes, an event may
 * come twice with the same number; one driver delivers each once.
 */
export type Events = (event: Event) => void | Promise<void>;

/** What a driver works with. */
export interface DriverOptions {
  /** The holder, the environment and the rules. */
  settings: Settings;
  /** With what the service is entered; may be given later. */
  credentials?: Credentials | null;
  /** Where the records are kept. */
  store: Store;
  /** Who performs the requests. */
  http: Http;
  /** Who takes the events. */
  events?: Events;
  /** Another clock than the machine's, for tests. */
  clock?: Clock;
}

type Input =
  | { command: Command }
  | { id: string; end: HttpEnd }
  | "tick"
  | "close";

/** Races lost to other processes before an input is given up. */
const TRIES = 50;
/** Failures of the store before a response is given up. */
const RESPONSE_TRIES = 5;
/** Readings for one input; an engine asks a few times, and once for each document it passes. */
const READINGS = 1_000;
/** The longest pause between two tries, in milliseconds; the first is one. */
const LONGEST_PAUSE = 64;
/** How long after its step a request may still be begun, should the clock be set back. */
const PATIENCE = 30_000;
/** The shortest time between two ticks that an engine asked for, in milliseconds. */
const SHORTEST_WAIT = 250;

/** The loop that carries out the steps of an engine. */
export class Loop {
  readonly #store: Store;
  readonly #http: Http;
  readonly #events: Events;
  readonly #clock: Clock;
  readonly #settings: Settings;
  #credentials: Credentials | null;
  #engine: Engine | null = null;
  #wakeAt: number | null = null;
  /** The number after the last event delivered. */
  #nextEvent = 0;
  /** The end of the input that was given last: one at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor({ settings, credentials, store, http, events, clock }: DriverOptions) {
    expectMethods("store", store, ["get", "scan", "commit"]);
    expectMethods("http", http, ["perform"]);
    this.#settings = settings;
    this.#credentials = credentials ?? null;
    this.#store = store;
    this.#http = http;
    this.#events = events ?? (() => undefined);
    this.#clock = clock ?? systemClock;
  }

  get wakeAt(): number | null {
    return this.#wakeAt;
  }

  get clock(): Clock {
    return this.#clock;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** One input with all that follows from it, after those that were given before. */
  run(input: Input): Promise<Answer | null> {
    return this.#inTurn(() => this.#run(input));
  }

  setCredentials(credentials: Credentials | null): Promise<void> {
    return this.#inTurn(async () => {
      (await this.#opened()).setCredentials(credentials);
      this.#credentials = credentials;
    });
  }

  async runToRest(until: number): Promise<number | null> {
    for (;;) {
      await this.run("tick");
      const at = this.#wakeAt;
      if (at === null || at > until) return at;
      await this.#clock.waitUntil(Math.max(at, this.#clock.now() + SHORTEST_WAIT));
    }
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#closed) return;
      await this.#run("close");
      this.free();
    });
  }

  free(): void {
    this.#closed = true;
    this.#engine?.free();
    this.#engine = null;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #opened(): Promise<Engine> {
    if (this.#closed) throw new StsError("DEAD", null, "this driver was closed");
    if (this.#engine !== null && !this.#engine.dead) return this.#engine;
    await everything.init();
    const engine = new Engine(this.#settings);
    engine.setCredentials(this.#credentials);
    this.#engine = engine;
    return engine;
  }

  async #run(input: Input): Promise<Answer | null> {
    let answer: Answer | null = null;
    let failure: { error: unknown } | null = null;
    const steps = [await this.#settle(input)];
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
      this.#wakeAt = step.wakeAt;
      const began = performance.now();
      // What was asked of the service is the answer of a later step.
      answer = step.answer ?? answer;
      const note = (error: unknown) => {
        failure ??= { error };
      };
      // Before the next input, because with that the engine takes them as delivered.
      await this.#deliver(step.events).catch(note);
      const ends: Input[] = [];
      for (const request of step.requests) {
        const late =
          this.#clock.now() > request.notAfter || performance.now() - began > PATIENCE;
        const end = late ? NOT_SENT : await this.#perform(request, note);
        ends.push({ id: request.id, end });
      }
      for (const end of ends) {
        // The others are reported all the same.
        await this.#settle(end).then((next) => void steps.push(next), note);
      }
    }
    if (failure !== null) throw (failure as { error: unknown }).error;
    return answer;
  }

  /**
   * A new engine does not know what the one before it handed out, and hands it out again: that
   * was delivered already. Numbers ascend within a store, and a step has all that are open.
   */
  async #deliver(events: Event[]): Promise<void> {
    for (const event of events) {
      if (event.number < this.#nextEvent) continue;
      try {
        await this.#events(event);
      } catch (cause) {
        // An engine opened again hands it out again.
        this.#engine?.reopen();
        const message = `the receiver of events failed, and gets event ${event.number} again: ${words(cause)}`;
        throw new StsError("EVENTS", null, message, { cause });
      }
      this.#nextEvent = event.number + 1;
    }
  }

  async #perform(request: HttpRequest, note: (error: unknown) => void): Promise<HttpEnd> {
    try {
      const end: unknown = await this.#http.perform(request);
      if (isEnd(end)) return end;
      throw new Error("it gave no end: answered, not_sent or unknown");
    } catch (cause) {
      const message = `the transport failed, which counts as an unknown end: ${words(cause)}`;
      note(new StsError("HTTP", null, message, { cause }));
      return { end: "unknown" };
    }
  }

  /**
   * One input, until its writes are committed. When another process was faster, the engine is
   * opened again and the same input repeated. So it is, a few times, when the store fails to take
   * a response, which cannot be had again; anything else can, and is reported.
   */
  async #settle(input: Input): Promise<Actions> {
    let patience = typeof input === "object" && "id" in input ? RESPONSE_TRIES : 1;
    for (let tries = 0; tries < TRIES; tries += 1) {
      try {
        const actions = await this.#attempt(input);
        if (actions !== null) return actions;
        (await this.#opened()).reopen();
      } catch (error) {
        if (!(error instanceof StoreFailure)) throw error;
        (await this.#opened()).reopen();
        patience -= 1;
        if (patience === 0) throw error.error;
      }
      const pause = Math.min(2 ** Math.min(tries, 10), LONGEST_PAUSE);
      await this.#clock.waitUntil(this.#clock.now() + pause);
    }
    const message = `other processes changed the store ${TRIES} times in a row: try again later`;
    throw new StsError("CONTENTION", null, message);
  }

  /** One try: reads what the engine asks for, commits what it writes. Null is a lost race. */
  async #attempt(input: Input): Promise<Actions | null> {
    const engine = await this.#opened();
    // The same time for every repetition, or the engine would never stop asking.
    const now = this.#clock.now();
    for (let readings = 0; readings < READINGS; readings += 1) {
      const { read, act } =
        input === "tick"
          ? engine.tick(now)
          : input === "close"
            ? engine.close(now)
            : "command" in input
              ? engine.command(now, input.command)
              : engine.response(now, input.id, input.end);
      if (read !== undefined) {
        engine.load(await this.#read(read));
        continue;
      }
      if (act.writes.length === 0) return act;
      const commit = await ofStore(() => this.#store.commit(act.revision, act.writes));
      if (commit === "done") return act;
      if (commit === "conflict") return null;
      const wrong = new Error('commit ended neither with "done" nor with "conflict"');
      throw new StoreFailure(wrong);
    }
    engine.reopen();
    const message = `the engine asked to read ${READINGS} times for one input`;
    throw new StsError("READING", null, message);
  }

  /** What was asked for, the keys before the ranges. */
  async #read({ keys, ranges }: Needs): Promise<Values> {
    const values = await ofStore(() => this.#store.get(keys));
    if (!Array.isArray(values) || values.length !== keys.length) {
      throw new StoreFailure(new Error("get gave another number of values than of keys"));
    }
    const found: Values = { keys: keys.map((key, i) => [key, values[i]]), ranges: [] };
    for (const range of ranges) {
      const entries = await ofStore(() => this.#store.scan(range));
      found.ranges.push({ range, entries });
    }
    return found;
  }
}

const NOT_SENT: HttpEnd = { end: "not_sent" };

function isEnd(end: unknown): end is HttpEnd {
  if (typeof end !== "object" || end === null || !("end" in end)) return false;
  const { end: how, status, headers, body } = end as Record<string, unknown>;
  if (how === "not_sent" || how === "unknown") return true;
  const whole = Number.isInteger(status) && Array.isArray(headers) && body instanceof Uint8Array;
  return how === "answered" && whole;
}

/** An error of the store, told from those of the engine. */
class StoreFailure {
  readonly error: StsError;

  constructor(cause: unknown) {
    const message = `the store failed: ${words(cause)}`;
    this.error =
      cause instanceof StsError ? cause : new StsError("STORE", null, message, { cause });
  }
}

async function ofStore<T extends Commit | unknown[]>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new StoreFailure(cause);
  }
}

function expectMethods(name: string, given: object | undefined, methods: string[]): void {
  const has = (method: string) => given !== undefined && given !== null && method in given;
  const missing = methods.find((method) => !has(method));
  if (missing !== undefined) {
    throw new StsError("ARGUMENT", `/${name}`, `expected an object with the method ${missing}`);
  }
}
