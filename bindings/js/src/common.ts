/** What every entry with the engine offers. */
import { everything } from "./engine.js";
import { questions } from "./questions.js";

/** Questions that need no engine, no store and no network. `init` comes first. */
export const Sts = questions(everything);

export type * from "../types.js";
export { type Clock, VirtualClock, systemClock } from "./clock.js";
export { Driver } from "./driver.js";
export { type Actions, type Credentials, Engine, type Step } from "./engine.js";
export { StsError } from "./error.js";
export { FetchHttp } from "./http/fetch.js";
export { type Http, type HttpEnd, type HttpRequest, MAX_BODY } from "./http/http.js";
export type { DriverOptions, Events } from "./loop.js";
export type { Questions, Time } from "./questions.js";
export { IndexedDbStore } from "./store/indexeddb.js";
export { MemoryStore } from "./store/memory.js";
export {
  type Commit,
  type Entry,
  type Needs,
  REVISION,
  type Range,
  type Store,
  type Values,
  type Write,
} from "./store/store.js";
export type { Ticking, TickingOptions } from "./ticking.js";
