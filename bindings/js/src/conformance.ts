import type { Commit, Entry, Store, Write } from "./store/store.js";

const REVISION = "revision";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function put(key: string, value: string | Uint8Array): Write {
  return { key, value: typeof value === "string" ? bytes(value) : value };
}

function remove(key: string): Write {
  return { key, value: null };
}

/** Fails when what was found is not what the rules say. */
function same(found: unknown, expected: unknown, rule: string): void {
  const [is, should] = [shown(found), shown(expected)];
  if (is !== should) throw new Error(`${rule}: found ${is} instead of ${should}`);
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return `bytes ${part.join(" ")}`;
    return part === undefined ? "nothing" : part;
  });
}

/** Commits the writes with the successor of the revision. */
function advance(store: Store, expected: number, writes: Write[]): Promise<Commit> {
  return store.commit(expected, [...writes, put(REVISION, String(expected + 1))]);
}

async function scan(store: Store, from: string, to: string, limit: number): Promise<string[]> {
  const entries: Entry[] = await store.scan({ from, to, limit });
  return entries.map(([key]) => key);
}

const RULES: Record<string, (store: Store) => Promise<void>> = {
  async "absent is nothing, and revision zero"(store) {
    same(await store.get([REVISION, "d/1"]), [undefined, undefined], "a missing key is undefined");
    same(await scan(store, "", "~", 10), [], "a new store is empty");
    same(await store.get([]), [], "nothing asked, nothing answered");
    same(await advance(store, 0, []), "done", "an absent revision counts as 0");
  },

  async "values are bytes"(store) {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    same(await advance(store, 0, [put("bytes", all), put("empty", "")]), "done", "a commit");
    const found = await store.get(["bytes", "empty"]);
    same(found, [all, new Uint8Array()], "values come back byte for byte, empty ones too");
    const own = found.every((value) => value instanceof Uint8Array);
    same(own, true, "values are Uint8Array");
  },

  async "keys compare as bytes"(store) {
    // Upper before lower case, blanks before letters, and by code point beyond ASCII.
    const ascending = "A|B/ 1|B/1|a|a b|a%|a_|b|z|~|à|é|\uffee|\u{10000}".split("|");
    const writes = ascending.map((key) => put(key, "")).reverse();
    same(await advance(store, 0, writes), "done", "a commit");
    const found = await scan(store, "", "\u{10ffff}", 100);
    same(found.filter((key) => key !== REVISION), ascending, "keys are ordered as bytes");
    same(await scan(store, "a", "a\0", 9), ["a"], "a NUL ends nothing");
    same(await scan(store, "a\0", "b", 9), ["a b", "a%", "a_"], "a NUL ends nothing");
    const alike = await store.get(["a ", "À", "a"]);
    same(alike, [undefined, undefined, bytes("")], "no two keys are the same but equal ones");
  },

  async "ranges are half open and limited"(store) {
    const writes = ["w/1", "w/2", "w/3", "w0"].map((key) => put(key, key));
    same(await advance(store, 0, writes), "done", "a commit");
    same(await scan(store, "w/", "w0", 10), ["w/1", "w/2", "w/3"], "the end is excluded");
    same(await scan(store, "w/2", "w/3", 10), ["w/2"], "the beginning is included");
    same(await scan(store, "w/", "w0", 2), ["w/1", "w/2"], "the first `limit` are given");
    same(await scan(store, "w/", "w0", 0), [], "a limit of 0 gives nothing");
    same(await scan(store, "w/3", "w/1", 10), [], "a reversed range is empty");
    same((await scan(store, "w/", "w0", 2 ** 32 - 1)).length, 3, "any limit is taken");
  },

  async "answers keep the order of the question"(store) {
    same(await advance(store, 0, ["a", "b", "c"].map((key) => put(key, key))), "done", "a commit");
    const found = await store.get(["c", "x", "a"]);
    same(found, [bytes("c"), undefined, bytes("a")], "one answer for each key, in order");
  },

  async "deletions are part of a commit"(store) {
    same(await advance(store, 0, [put("a", "1"), put("b", "1")]), "done", "a commit");
    const writes = [remove("a"), put("b", "2"), remove("never")];
    same(await advance(store, 1, writes), "done", "a commit with deletions");
    same(await store.get(["a", "b"]), [undefined, bytes("2")], "deleted and replaced");
  },

  async "a commit against another revision changes nothing"(store) {
    same(await advance(store, 0, [put("a", "1")]), "done", "a commit");
    for (const stale of [0, 2, Number.MAX_SAFE_INTEGER - 1]) {
      const writes = [put("a", "2"), put("c", "2"), remove("a")];
      same(await advance(store, stale, writes), "conflict", `a commit against revision ${stale}`);
    }
    const found = await store.get(["a", "c", REVISION]);
    same(found, [bytes("1"), undefined, bytes("1")], "a conflict changes nothing");
  },

  async "what the host does with bytes later changes nothing"(store) {
    const given = bytes("1");
    same(await advance(store, 0, [put("a", given)]), "done", "a commit");
    given.fill(0);
    const [read] = await store.get(["a"]);
    same(read, bytes("1"), "bytes that were handed over are the store's own");
    read?.fill(0);
    same(await store.get(["a"]), [bytes("1")], "bytes that were read are the reader's own");
  },

  async "large commits are whole"(store) {
    const [long, value] = ["k".repeat(512), new Uint8Array(1 << 20).fill(7)];
    const key = (i: number) => `d/${String(i).padStart(5, "0")}`;
    const writes = Array.from({ length: 2_000 }, (_, i) => put(key(i), String(i)));
    same(await advance(store, 0, [...writes, put(long, value)]), "done", "a large commit");
    same((await scan(store, "d/", "d0", 5_000)).length, 2_000, "two thousand writes at once");
    const found = await store.get(writes.map(({ key }) => key).reverse());
    same(found.length, 2_000, "two thousand keys at once");
    same(found[0], bytes("1999"), "two thousand keys in order");
    const [read] = await store.get([long]);
    same(read?.length, value.length, "a key of 512 bytes and a value of 1 MiB");
  },
};

/** The names of the rules that `checkStore` holds a store to. */
export const storeRules: readonly string[] = Object.keys(RULES);

/**
 * Holds a store to every rule that one connection can show, or to one of them by its name. `empty`
 * gives a new, empty store each time. Fails with an `Error` that says which rule is broken.
 */
export async function checkStore(
  empty: () => Store | Promise<Store>,
  rule?: string,
): Promise<void> {
  for (const [name, check] of Object.entries(RULES)) {
    if (rule === undefined || rule === name) await check(await empty());
  }
}

/**
 * Holds connections to one store to excluding each other. `connect` gives another connection to
 * the same store, empty at first, each time.
 */
export async function checkSharedStore(connect: () => Store | Promise<Store>): Promise<void> {
  const [connections, commits] = [4, 25];
  const work = async (mine: number) => {
    const store = await connect();
    for (let done = 0; done < commits; ) {
      const [read] = await store.get([REVISION]);
      const seen = read === undefined ? 0 : Number(new TextDecoder().decode(read));
      // Others get their chance between the reading and the commit.
      await new Promise((resume) => setTimeout(resume, 0));
      const key = `c/${String(seen).padStart(5, "0")}`;
      const commit = await advance(store, seen, [put(key, Uint8Array.of(mine))]);
      if (commit === "done") done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, mine) => work(mine)));
  const [store, total] = [await connect(), connections * commits];
  same(await store.get([REVISION]), [bytes(String(total))], "each commit counted once");
  const found = await scan(store, "c/", "c0", 2 ** 32 - 1);
  same(found.length, total, "each revision was committed by one connection");
}
