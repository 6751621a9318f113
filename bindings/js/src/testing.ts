/** For tests of hosts: the rules of a store, and a clock that stands still. */
export { VirtualClock } from "./clock.js";
export { checkSharedStore, checkStore, storeRules } from "./conformance.js";
