/// <reference lib="esnext.disposable" preserve="true" />
import * as glue from "../wasm/sts.js";
import type { Answer, Command, Event, Settings } from "../types.js";
import { StsError } from "./error.js";
import { type Glue, Instance, json } from "./instance.js";
import { type Time, instant } from "./questions.js";
import type { Needs, Values, Write } from "./store/store.js";
import type { HttpEnd, HttpRequest } from "./http/http.js";

/** With what a practice enters the service. They are kept in memory alone. */
export interface Credentials {
  username: string;
  password: string;
  pincode: string;
}

/** What a finished input asks of the host, in this order: commit, deliver, perform, wait. */
export interface Actions {
  /** What the store's revision must still be when the writes are committed. */
  revision: number;
  /** To be committed in one transaction before anything else; nothing when empty. */
  writes: Write[];
  /** To be delivered after the commit, before anything is reported back. */
  events: Event[];
  /** To be performed after that, each once, none after its `notAfter`, and each reported back. */
  requests: HttpRequest[];
  /** The answer to a command; the last one of all steps that follow from it counts. */
  answer: Answer | null;
  /** When `tick` has something to do next, in milliseconds since 1970. */
  wakeAt: number | null;
}

/** What the host does next: read these, load them and repeat the input; or carry this out. */
export type Step = { read: Needs; act?: undefined } | { act: Actions; read?: undefined };

/** The instance of the module that has the engine. */
export const everything: Instance<Glue> = new Instance<Glue>(glue);

interface StepJson {
  read?: Needs;
  act?: {
    revision: number;
    writes: [string, number | null][];
    events: Event[];
    requests: HttpRequest[];
    bodies: number[];
    answer: Answer | null;
    zip: number | null;
    wakeAt: number | null;
  };
}

/**
 * The engine of one holder, step by step. Most programs want the `Driver`, which carries the steps
 * out.
 *
 * Each input gives a step, and takes the time in milliseconds since 1970. Whatever is wrong with
 * an input is thrown, and has changed nothing.
 */
export class Engine {
  readonly #generation: number;
  #raw: glue.Engine | null;

  /** An engine over settings. It has no credentials yet and has read nothing. */
  constructor(settings: Settings) {
    const text = json(settings, "/settings");
    this.#raw = everything.use(() => new glue.Engine(text));
    this.#generation = everything.generation;
  }

  /** Gives the engine its credentials, or takes them away. */
  setCredentials(credentials: Credentials | null): void {
    if (credentials === null) {
      this.#use((raw) => raw.clearCredentials());
      return;
    }
    const { username, password, pincode } = credentials;
    for (const [field, value] of Object.entries({ username, password, pincode })) {
      if (typeof value !== "string") {
        throw new StsError("ARGUMENT", `/${field}`, "expected a text");
      }
    }
    this.#use((raw) => raw.setCredentials(username, password, pincode));
  }

  /** A wish of the host. */
  command(now: Time, command: Command): Step {
    const text = json(command, "");
    return this.#step((raw) => raw.command(instant(now), text));
  }

  /** Time passed. Calling it too often is harmless. */
  tick(now: Time): Step {
    return this.#step((raw) => raw.tick(instant(now)));
  }

  /** The end of a request, by the id it had. */
  response(now: Time, id: string, end: HttpEnd): Step {
    const at = instant(now);
    switch (end.end) {
      case "answered": {
        const { status, headers, body } = end;
        if (!(body instanceof Uint8Array)) throw notBytes("/body");
        const lines = headers.flat().map(String);
        return this.#step((raw) => raw.answered(at, String(id), status, lines, body));
      }
      case "not_sent":
        return this.#step((raw) => raw.notSent(at, String(id)));
      default:
        return this.#step((raw) => raw.unknown(at, String(id)));
    }
  }

  /** Hands over what a step asked to read. The input is then repeated. */
  load({ keys, ranges }: Values): void {
    const values = [...keys, ...ranges.flatMap(({ entries }) => entries)];
    if (!values.every(([, value]) => value === undefined || value instanceof Uint8Array)) {
      throw notBytes("/values");
    }
    this.#use((raw) => {
      const loaded = new glue.Values();
      for (const [key, value] of keys) loaded.key(String(key), value);
      for (const { range, entries } of ranges) {
        loaded.range(String(range.from), String(range.to), range.limit);
        for (const [key, value] of entries) loaded.entry(String(key), value);
      }
      raw.load(loaded);
    });
  }

  /**
   * Throws away what the engine holds of its store, after a commit that failed or found another
   * revision. Then the input is repeated.
   */
  reopen(): void {
    this.#use((raw) => raw.reopen());
  }

  /** Forgets the events that were delivered, before the engine is freed on purpose. */
  close(now: Time): Step {
    return this.#step((raw) => raw.close(instant(now)));
  }

  /** Whether the engine can no longer be used: it was freed, or a bug stopped it. */
  get dead(): boolean {
    return this.#raw === null || everything.broken || this.#generation !== everything.generation;
  }

  /** Gives the engine's memory back and wipes its credentials. Twice is harmless. */
  free(): void {
    if (!this.dead) this.#use((raw) => raw.free());
    this.#raw = null;
  }

  /** For `using`. Where the platform lacks the symbol, this method cannot be found. */
  [Symbol.dispose](): void {
    this.free();
  }

  #use<T>(call: (raw: glue.Engine) => T): T {
    const raw = this.#raw;
    if (raw === null) throw new StsError("DEAD", null, "this engine was freed");
    if (this.#generation !== everything.generation) {
      throw new StsError("DEAD", null, "this engine died of an earlier bug: open another one");
    }
    return everything.use(() => call(raw));
  }

  #step(call: (raw: glue.Engine) => unknown[]): Step {
    const [text, ...bytes] = this.#use(call);
    const { read, act } = JSON.parse(text as string) as StepJson;
    if (act === undefined) return { read: read as Needs };
    // The JSON names bytes by their place, of which the JSON itself has the first.
    const at = (place: number) => bytes[place - 1] as Uint8Array;
    const { writes, requests, bodies, answer, zip, ...rest } = act;
    if (zip !== null && answer !== null && "receipts" in answer) {
      Object.assign(answer.receipts, { zip: at(zip) });
    }
    return {
      act: {
        ...rest,
        answer,
        writes: writes.map(([key, place]) => ({ key, value: place === null ? null : at(place) })),
        requests: requests.map((request, i) => ({ ...request, body: at(bodies[i] as number) })),
      },
    };
  }
}

function notBytes(path: string): StsError {
  return new StsError("ARGUMENT", path, "expected bytes, a Uint8Array");
}
