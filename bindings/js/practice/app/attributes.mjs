import { html, raw } from "hono/html";

/**
 * Attributes of a tag, each with a space before it: `true` stands alone, `false`, `null` and
 * `undefined` are left out, all else is escaped.
 * @param {Record<string, unknown>} all Names are written by us, never by a person.
 */
export const attributes = (all) =>
  Object.entries(all).map(([name, value]) => {
    if (value === true) return raw(` ${name}`);
    return value !== false && value != null && html` ${raw(name)}="${String(value)}"`;
  });
