/// <reference lib="esnext.disposable" preserve="true" />
import type { Answer, Command } from "../types.js";
import { Commands } from "./commands.js";
import type { Credentials } from "./engine.js";
import { StsError } from "./error.js";
import { type DriverOptions, Loop } from "./loop.js";
import { type Ticking, type TickingOptions, keepTicking } from "./ticking.js";

/**
 * One engine with a store, a transport and a clock: a method for each command, and `tick`.
 *
 * Each method carries out its command with all that follows from it: the requests that may leave
 * now, one after the other, their ends, the events. Calls at the same time wait for one another.
 * Any number of drivers, in any number of processes, may work on one store. The module is loaded
 * by the first call, if `init` was not called before.
 */
export class Driver extends Commands {
  readonly #loop: Loop;

  /** Nothing is read or sent before the first call. */
  constructor(options: DriverOptions) {
    super();
    this.#loop = new Loop(options);
  }

  /**
   * Any command, as `fixtures/schema` has it, with its last answer. In an answer `receipts` the
   * archive stands in the field `zip` of `receipts`.
   */
  override async command(command: Command): Promise<Answer> {
    const answer = await this.#loop.run({ command });
    if (answer === null) throw new StsError("BUG", null, "internal error: no answer to a command");
    return answer;
  }

  /** Carries out what is due, with all that follows from it. Too often is harmless. */
  async tick(): Promise<void> {
    await this.#loop.run("tick");
  }

  /**
   * Ticks whenever the engine asks for it, until nothing more is to be done before `until`. Ends
   * with when the engine wants to be called again.
   */
  runToRest(until: number): Promise<number | null> {
    return this.#loop.runToRest(until);
  }

  /**
   * Ticks at `wakeAt`, every ten minutes, and when the page is looked at again or the machine
   * wakes up, until it is stopped.
   */
  keepTicking(options: TickingOptions = {}): Ticking {
    return keepTicking(this.#loop, options);
  }

  /**
   * When the engine wants a tick next, in milliseconds since 1970, as the last call left it; null
   * when only a command changes anything.
   */
  get wakeAt(): number | null {
    return this.#loop.wakeAt;
  }

  /** Gives the engine other credentials, or takes them away. */
  setCredentials(credentials: Credentials | null): Promise<void> {
    return this.#loop.setCredentials(credentials);
  }

  /** Ends on purpose, after the calls that were made before: events do not come again. */
  close(): Promise<void> {
    return this.#loop.close();
  }

  /** Gives the engine's memory back at once, and wipes its credentials. Twice is harmless. */
  free(): void {
    this.#loop.free();
  }

  /** For `using`. */
  [Symbol.dispose](): void {
    this.free();
  }

  /** For `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
