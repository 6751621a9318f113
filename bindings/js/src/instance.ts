import { StsError } from "./error.js";

/** The JavaScript that wasm-bindgen makes around a module, as far as every module has it. */
export interface Glue {
  initSync(options: { module: WebAssembly.Module }): unknown;
  __wbg_reset_state(): void;
  call(name: string, question: string): string;
  version(): string;
}

/** A module, or where it comes from. */
export type Source = WebAssembly.Module | BufferSource | Response | URL;

/**
 * The one instance of a module in this program.
 *
 * A bug of the engine traps, and leaves the instance's memory as it was in the middle of a call.
 * From then on nothing of it is used; `init` puts a new one in its place.
 */
export class Instance<G extends Glue> {
  readonly #glue: G;
  #locate: (() => Promise<WebAssembly.Module>) | null = null;
  #state: "absent" | "ready" | "broken" = "absent";
  #opening: Promise<void> | null = null;
  #generation = 0;

  constructor(glue: G) {
    this.#glue = glue;
  }

  /** Says where the module is found when `init` is not given one. */
  locateBy(locate: () => Promise<WebAssembly.Module>): void {
    this.#locate = locate;
  }

  /** Counts the instances: what belongs to an earlier one is dead. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether a bug stopped the instance. */
  get broken(): boolean {
    return this.#state === "broken";
  }

  /** Makes the instance usable. Any number of calls, also at the same time, load it once. */
  async init(source?: Source | Promise<Source>): Promise<void> {
    if (this.#state === "broken") {
      this.#glue.__wbg_reset_state();
      this.#generation += 1;
      this.#state = "ready";
    }
    if (this.#state === "ready") return;
    this.#opening ??= this.#open(source).finally(() => {
      this.#opening = null;
    });
    await this.#opening;
  }

  async #open(source?: Source | Promise<Source>): Promise<void> {
    let module: WebAssembly.Module;
    if (source !== undefined) module = await compiled(await source);
    else if (this.#locate !== null) module = await this.#locate();
    else {
      const message = "this entry has no module of its own: `await init(module)` with one";
      throw new StsError("NOT_INITIALIZED", null, message);
    }
    this.#glue.initSync({ module });
    this.#state = "ready";
  }

  /** Calls into the module. */
  use<T>(call: (glue: G) => T): T {
    if (this.#state === "absent") {
      throw new StsError("NOT_INITIALIZED", null, "call `await init()` once before anything else");
    }
    if (this.#state === "broken") {
      const message = "libsts stopped at an earlier bug of its own: `await init()` starts it anew";
      throw new StsError("DEAD", null, message);
    }
    try {
      return call(this.#glue);
    } catch (error) {
      if (typeof error === "string") throw refused(error);
      this.#state = "broken";
      const message = "a bug of libsts: `await init()` starts it anew; what was committed is safe";
      throw new StsError("PANIC", null, message, { cause: error });
    }
  }
}

/** What the module throws when it refuses an input. */
function refused(json: string): StsError {
  const { code, path, message } = JSON.parse(json) as {
    code: string;
    path: string | null;
    message: string;
  };
  return new StsError(code, path, message);
}

async function compiled(source: Source): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL) return fetched(source);
  if (typeof Response !== "undefined" && source instanceof Response) return answered(source);
  return WebAssembly.compile(source as BufferSource);
}

/** Fetches a module and compiles it. */
export async function fetched(url: URL): Promise<WebAssembly.Module> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin" });
  } catch (cause) {
    throw new StsError("NOT_LOADED", null, `cannot fetch ${url.pathname}`, { cause });
  }
  return answered(response);
}

async function answered(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) {
    const message = `cannot fetch ${new URL(response.url).pathname}: status ${response.status}`;
    throw new StsError("NOT_LOADED", null, message);
  }
  // A server that does not know the type of the file must not keep the page from working.
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/wasm")) return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** JSON of what a caller handed over. */
export function json(value: unknown, path: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    const message = "expected an object that JSON can say: no cycle, no BigInt";
    throw new StsError("ARGUMENT", path, message, { cause });
  }
  if (text === undefined) throw new StsError("ARGUMENT", path, "expected an object");
  return text;
}
