/** Most addresses of one form, such as `/documenti/2026-1` and `/documenti/2026-2`. */
const ALIKE = 2;

/**
 * Follows every link of the practice from its Home, as far as the program reaches.
 *
 * @param visit called with each page: its address and what was answered
 * @returns the addresses of the pages; what is downloaded is none
 */
export async function crawl(practice, visit = () => undefined) {
  const found = new Set(["/"]);
  const pages = [];
  const alike = new Map();
  for (const path of found) {
    const answer = await practice.get(path);
    if (!(answer.headers.get("content-type") ?? "").startsWith("text/html")) continue;
    pages.push(path);
    await visit(path, answer);
    for (const [, href] of answer.text.matchAll(/<a\b[^>]*\shref="(\/[^"#]*)/g)) {
      const next = href.replaceAll("&amp;", "&");
      const shape = next.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+(-\d+)?/g, "N");
      const seen = alike.get(shape) ?? 0;
      if (found.has(next) || seen >= ALIKE) continue;
      alike.set(shape, seen + 1);
      found.add(next);
    }
  }
  return pages;
}
