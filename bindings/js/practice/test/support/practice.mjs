// The practice program and its simulator, as processes of a test's own.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { folder } from "../../../test/support/folder.mjs";
import { CREDENTIALS, Simulator } from "../../../test/support/simulator.mjs";
import { Database } from "../../app/database.mjs";

const PROGRAM = fileURLToPath(new URL("../../server.mjs", import.meta.url));
/** When the practice's day begins, in every test that says nothing else: a Monday in the morning. */
export const MORNING = "2026-11-23T09:00:00Z";

export class Practice {
  #options;
  #process = null;
  #cookies = new Map();
  /** Everything the program printed. */
  log = "";
  /** Everything it answered to `ask`: status, headers, body. */
  answers = [];

  /**
   * Starts both; they end with the test.
   *
   * @param at the time of the program and of the simulator when they start; both go on from there
   * @param invoices how many invented invoices there are
   * @param behind `(simulator) => address`: what stands between the two, see service.mjs
   * @param environment more variables of the program
   */
  static async start(t, { at = MORNING, invoices = 0, behind, environment = {} } = {}) {
    const practice = new Practice();
    const base = folder(t);
    practice.data = join(base, "data");
    mkdirSync(practice.data, { mode: 0o700 });
    practice.simulator = await Simulator.start();
    t.after(() => practice.simulator.stop());
    const file = join(base, "simulator.json");
    const { controlUrl: control, certificate, url } = practice.simulator;
    const endpoint = behind === undefined ? url : await behind(practice.simulator);
    writeFileSync(file, JSON.stringify({ endpoint, certificate, control }));
    // As if the clock had been moved to there.
    const database = new Database(practice.file);
    database.set("ahead", Date.parse(at) - Date.now());
    database.close();
    const options = ["--json", "--port", "0", "--data", practice.data, "--simulator", file, "--invoices", invoices];
    practice.#options = { args: [PROGRAM, ...options], env: { ...process.env, ...environment } };
    t.after(() => practice.kill());
    await practice.again();
    return practice;
  }

  /** The practice's database. */
  get file() {
    return join(this.data, "practice.db");
  }

  /** Starts the program on what is there. */
  async again(environment = {}) {
    assert.equal(this.#process, null, "it runs already");
    const { args, env } = this.#options;
    const started = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...env, ...environment } });
    this.#process = started;
    this.ended = once(started, "exit").then(([code, signal]) => {
      if (this.#process === started) this.#process = null;
      return { code, signal };
    });
    started.stderr.on("data", (bytes) => (this.log += bytes));
    const line = await new Promise((resolve, reject) => {
      let said = "";
      started.stdout.on("data", (bytes) => {
        this.log += bytes;
        said += bytes;
        if (said.includes("\n")) resolve(said.slice(0, said.indexOf("\n")));
      });
      void this.ended.then(({ code }) => reject(new Error(`it ended with ${code}: ${this.log}`)));
    });
    this.url = JSON.parse(line).url;
  }

  /** Ends it as a fall of the power would. */
  kill() {
    return this.#end("SIGKILL");
  }

  /** Ends it as a person does. */
  end() {
    return this.#end("SIGTERM");
  }

  /** Asks as a browser does for a page of its own: with cookies, without following redirects. */
  async ask(path, { method = "GET", fields, headers = {}, body } = {}) {
    const sent = fields === undefined ? body : new URLSearchParams(fields);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const own = { origin: new URL(this.url).origin, "sec-fetch-site": "same-origin", ...(cookie && { cookie }) };
    const answer = await fetch(new URL(path, this.url), {
      method,
      redirect: "manual",
      headers: { ...own, ...headers },
      ...(sent !== undefined && { body: sent }),
    }).catch((cause) => {
      throw new Error(`${method} ${path}: ${this.log}`, { cause });
    });
    for (const one of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(one);
      if (/max-age=0/i.test(one)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const text = await answer.text();
    const { status } = answer;
    this.answers.push(`${status}\n${[...answer.headers].join("\n")}\n${text}`);
    return { status, headers: answer.headers, text, at: answer.headers.get("location") };
  }

  get(path, options) {
    return this.ask(path, options);
  }

  post(path, fields = {}, options = {}) {
    return this.ask(path, { method: "POST", fields, ...options });
  }

  /** Enters the credentials of the invented psychologist. */
  async logIn(credentials = CREDENTIALS) {
    const { status, text } = await this.post("/impostazioni", credentials);
    assert.equal(status, 303, text);
  }

  /** Moves the time on; with `1440` by a day. */
  async later(minutes = 10) {
    const { status, text } = await this.post("/dimostrazione/orologio", { minuti: String(minutes), torna: "/" });
    assert.equal(status, 303, text);
  }

  /** What the program's table says of the documents, by id. */
  documents() {
    return new Map(this.rows("SELECT * FROM document ORDER BY id").map((row) => [row.id, row]));
  }

  /** Rows of the program's tables. */
  rows(sql, ...values) {
    const database = new Database(this.file);
    try {
      return database.all(sql, ...values).map((row) => ({ ...row }));
    } finally {
      database.close();
    }
  }

  /** The bytes of all files that the program keeps, as one text of Latin letters. */
  bytes() {
    return readdirSync(this.data)
      .map((name) => readFileSync(join(this.data, name)).toString("latin1"))
      .join("\n");
  }

  async #end(signal) {
    if (this.#process === null) return undefined;
    this.#process.kill(signal);
    return this.ended;
  }
}

/** Waits until something asked again and again is true. */
export async function until(condition, milliseconds = 15_000) {
  for (const end = Date.now() + milliseconds; !(await condition()); ) {
    assert.ok(Date.now() < end, `not within ${milliseconds} ms: ${condition}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}
