import assert from "node:assert/strict";
import { inspect } from "node:util";

import { Driver, FetchHttp, MemoryStore, StsError, VirtualClock } from "libsts";

import { difference } from "./part.mjs";
import { Simulator } from "./simulator.mjs";

const DAY = 86_400_000;

/** Real HTTP at a virtual time, and a network that can be down. */
class SimulatedHttp {
  down = false;
  #fetch = new FetchHttp();
  #simulator;
  #clock;
  #told;

  constructor(simulator, clock) {
    this.#simulator = simulator;
    this.#clock = clock;
    this.#told = clock.now();
  }

  async perform(request) {
    if (this.down) return { end: "not_sent" };
    await this.tellTime();
    const faults = await this.#simulator.control("GET", "/faults");
    const hangs = faults.some(({ fault }) => fault.kind === "hang");
    const timeoutMs = hangs ? 300 : request.timeoutMs;
    const end = await this.#fetch.perform({ ...request, timeoutMs });
    // What really took a moment takes as long as it says.
    if (end.end === "answered") this.#clock.advance(200);
    else if (this.#fetch.trouble === "TIMEOUT") this.#clock.advance(request.timeoutMs);
    return end;
  }

  /** Moves the simulator's clock to where ours is. */
  async tellTime() {
    const ahead = this.#clock.now() - this.#told;
    if (ahead <= 0) return;
    await this.#simulator.control("POST", "/clock", { advance_ms: ahead });
    this.#told += ahead;
  }
}

/** Plays a file of `fixtures/scenarios`; the folder's README is the form's definition. */
export async function play(file) {
  const simulator = await Simulator.start({ clock: file.start, setup: file.simulator });
  try {
    await new Scenario(file, simulator).play();
  } finally {
    await simulator.stop();
  }
}

class Scenario {
  /** Events delivered, by number. */
  #events = new Map();
  /** Whatever was printed or could be. */
  #seen = "";
  #credentials;
  #driver;

  constructor(file, simulator) {
    this.file = file;
    this.simulator = simulator;
    this.clock = new VirtualClock(Date.parse(file.start));
    this.http = new SimulatedHttp(simulator, this.clock);
    this.#credentials = written(file.credentials);
    this.#begin();
  }

  async play() {
    for (const [n, step] of this.file.steps.entries()) {
      await this.#step(step, `${this.file.name}, step ${n} ${step.comment ?? ""}`);
    }
    for (const secret of [this.#credentials.password, this.#credentials.pincode]) {
      assert.ok(!this.#seen.includes(secret), "nothing private is told");
    }
  }

  async #step(step, at) {
    const { comment, answer, error, ...rest } = step;
    const [[does, what], ...more] = Object.entries(rest);
    assert.equal(more.length, 0, `${at}: a step does one thing`);
    const deeds = {
      command: () => this.#command(step, at),
      advance: () => {
        this.clock.advance(what);
        return this.#driver.tick();
      },
      rest: () => this.#rest(what),
      control: async () => {
        await this.http.tellTime();
        await this.simulator.control(what.method, what.path, what.body);
      },
      credentials: () => this.#driver.setCredentials((this.#credentials = written(what))),
      network: () => (this.http.down = what === "down"),
      store: () => this.#begin(),
      expect: () => this.#expect(what, at),
    };
    await deeds[does]();
  }

  /** A driver over an empty store. */
  #begin() {
    this.#events.clear();
    this.#driver = new Driver({
      settings: this.simulator.settings(this.file.profile, this.file.policy),
      credentials: this.#credentials,
      store: new MemoryStore(),
      http: this.http,
      clock: this.clock,
      events: (event) => {
        this.#seen += inspect(event, { depth: 9 });
        assert.ok(!this.#events.has(event.number), "each number once");
        this.#events.set(event.number, event);
      },
    });
  }

  async #command(step, at) {
    let answer;
    try {
      answer = await this.#driver.command(step.command);
    } catch (error) {
      if (!(error instanceof StsError) || step.error === undefined) throw error;
      this.#seen += inspect(error);
      const { code, path } = error;
      assert.equal(difference(step.error, { code, path }, "/error"), null, at);
      return;
    }
    assert.equal(step.error, undefined, `${at}: there is no error`);
    const zip = answer.receipts?.zip;
    if (zip !== undefined) {
      const text = Buffer.from(zip).toString("latin1");
      for (const name of answer.receipts.entries) {
        assert.ok(text.includes(name), `${at}: the archive has the entries it says`);
      }
    }
    this.#seen += JSON.stringify(answer);
    assert.equal(difference(step.answer ?? {}, answer, "/answer"), null, at);
  }

  async #rest(days) {
    const end = this.clock.now() + days * DAY;
    for (let round = 0; round < 10_000; round += 1) {
      await this.#driver.tick();
      const wake = this.#driver.wakeAt;
      if (wake === null || wake > end) return;
      assert.ok(wake > this.clock.now(), "the engine wakes in the past: a hot loop");
      await this.clock.waitUntil(wake);
    }
    assert.fail("no rest within 10 000 rounds");
  }

  async #expect(expected, at) {
    const hold = (wanted, found, what) => assert.equal(difference(wanted, found, what), null, at);
    const events = [...this.#events.values()];
    const looks = {
      documents: async (wanted) => {
        for (const [id, document] of Object.entries(wanted)) {
          hold(document, (await this.#driver.document(id)).document, `/documents/${id}`);
        }
      },
      registry: async (wanted) => hold(wanted, await this.#registry(), "/registry"),
      events: (wanted) => {
        for (const [kind, count] of Object.entries(wanted)) {
          assert.equal(events.filter(({ event }) => event === kind).length, count, `${at}: ${kind}`);
        }
      },
      told: (wanted) => {
        for (const like of wanted) {
          const found = events.some((event) => difference(like, event) === null);
          assert.ok(found, `${at}: nothing like ${JSON.stringify(like)}`);
        }
      },
      service: async (wanted) =>
        hold(wanted, await this.simulator.control("GET", "/documents"), "/service"),
      requests: async (wanted) => assert.deepEqual(await this.#calls(), wanted, `${at}: requests`),
      wrongLogins: async (wanted) => assert.equal(await this.#wrongLogins(), wanted, at),
    };
    for (const [what, wanted] of Object.entries(expected)) await looks[what](wanted);
  }

  /** The whole registry, newest first. */
  async #registry() {
    const rows = [];
    for (let after; after !== null; ) {
      const page = await this.#driver.list(50, after);
      rows.push(...page.transmissions);
      after = page.next;
    }
    return rows;
  }

  /** How many calls of each operation there were. */
  async #calls() {
    const calls = {};
    for (const { operation } of await this.simulator.control("GET", "/log")) {
      calls[operation ?? "unreadable"] = (calls[operation ?? "unreadable"] ?? 0) + 1;
    }
    return calls;
  }

  async #wrongLogins() {
    const text = this.file.credentials.user;
    const { digest } = await this.simulator.control("POST", "/digest", { text });
    const users = await this.simulator.control("GET", "/users");
    return users.find(({ user }) => user === digest)?.wrongLogins;
  }
}

function written({ user: username, password, pincode }) {
  return { username, password, pincode };
}
