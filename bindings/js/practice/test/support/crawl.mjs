/** Most addresses of one form, such as `/documenti/2026-1` and `/documenti/2026-2`. */
const ALIKE = 2;

/**
 * Follows every link of the practice from its Home, as far as the program reaches.
 *
 * @param visit called with each address and what it answered, where that is a page
 * @returns the addresses
 */
export async function crawl(practice, visit = () => undefined) {
  const found = new Map([["/", "/"]]);
  const alike = new Map();
  for (const path of found.keys()) {
    const answer = await practice.get(path);
    if (!(answer.headers.get("content-type") ?? "").startsWith("text/html")) continue;
    await visit(path, answer);
    for (const [, href] of answer.text.matchAll(/<a\b[^>]*\shref="(\/[^"#]*)/g)) {
      const next = href.replaceAll("&amp;", "&");
      const shape = next.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+(-\d+)?/g, "N");
      const seen = alike.get(shape) ?? 0;
      if (found.has(next) || seen >= ALIKE) continue;
      alike.set(shape, seen + 1);
      found.set(next, next);
    }
  }
  return [...found.keys()];
}
