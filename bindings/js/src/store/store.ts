import { StsError, words } from "../error.js";

/** A range of keys, compared as bytes: `from` ≤ key < `to`, the first `limit` of them. */
export interface Range {
  from: string;
  to: string;
  limit: number;
}

/** Keys and ranges to read from the store. */
export interface Needs {
  keys: string[];
  ranges: Range[];
}

/** A key and its value. */
export type Entry = [key: string, value: Uint8Array];

/** What was read: each key and each range that was asked for. */
export interface Values {
  keys: [key: string, value: Uint8Array | undefined][];
  ranges: { range: Range; entries: Entry[] }[];
}

/** One change: a value, or null to delete the key. */
export interface Write {
  key: string;
  value: Uint8Array | null;
}

/** All writes are made; or another process was faster, and nothing was changed. */
export type Commit = "done" | "conflict";

/** The key whose value is the revision: a decimal number, absent counts as 0. */
export const REVISION = "revision";

/**
 * A key-value store with a compare-and-swap on the key `revision`.
 *
 * Keys are text compared as bytes, values are bytes. `libsts/testing` checks an implementation of
 * one's own against these rules.
 */
export interface Store {
  /** The values of the keys, in the order asked, `undefined` for a missing one: all of one call
   * as they are at one instant. */
  get(keys: string[]): Promise<(Uint8Array | undefined)[]>;

  /** The entries with `from` ≤ key < `to` in ascending order of key, the first `limit`. */
  scan(range: Range): Promise<Entry[]>;

  /**
   * Makes all writes or none: when the revision is still `expected` at the moment they are made,
   * in one transaction that survives the loss of power once this ends with `done`; otherwise
   * nothing is changed. After an error it is not known whether the writes were made.
   */
  commit(expected: number, writes: Write[]): Promise<Commit>;
}

/** The store failed: disk, lock, network to a database. */
export function storeFailed(doing: string, cause: unknown): StsError {
  const message = `the store failed while ${doing}: ${words(cause)}`;
  return new StsError("STORE", null, message, { cause });
}

/** Reads the value of `revision`. */
export function revisionOf(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const digits = new TextDecoder().decode(value);
  if (!/^\d{1,16}$/.test(digits)) {
    throw storeFailed("reading the revision", new Error("its value is not a number"));
  }
  return Number(digits);
}

/** Orders texts as their UTF-8 bytes: JavaScript's own order differs beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    const [high, low] = [isSurrogate(x), isSurrogate(y)];
    return high === low ? x - y : high ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}
