// Forms of a page as a browser without scripts sends them, read from its HTML, which is ours.

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The forms of a page: where each goes, and what it sends when nothing is changed.
 *
 * @returns `[{ action, method, fields, typed, buttons }]`: `fields` what is sent, by name; `typed` the
 *   names of the fields for text; `buttons` `[name, value]` of those that send something
 */
export function forms(html, path) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, own, inside]) => {
    const form = {
      action: attribute(own, "action") ?? path,
      method: (attribute(own, "method") ?? "get").toUpperCase(),
      fields: {},
      typed: [],
      buttons: [],
    };
    for (const [, tag, attributes, content] of inside.matchAll(CONTROLS)) add(form, tag, attributes, content ?? "");
    return form;
  });
}

/** The form of a page that goes to an address. */
export function formTo(html, action, path = action) {
  const found = forms(html, path).find((form) => form.method === "POST" && form.action === action);
  if (found === undefined) throw new Error(`no form to ${action}: ${forms(html, path).map((form) => form.action)}`);
  return found;
}

const CONTROLS = /<(textarea|select|input|button)\b([^>]*)>(?:(?<=<(?:textarea|select)\b[^>]*>)([\s\S]*?)<\/(?:textarea|select)>)?/g;

function add(form, tag, attributes, content) {
  const name = attribute(attributes, "name");
  if (name === null || attribute(attributes, "disabled") !== null) return;
  const value = attribute(attributes, "value");
  const type = attribute(attributes, "type") ?? "text";
  if (tag === "select") form.fields[name] = chosen(content);
  else if (tag === "textarea") form.fields[name] = decoded(content.replace(/^\n/, ""));
  else if (tag === "button") form.buttons.push([name, value ?? ""]);
  else if (type === "checkbox" || type === "radio") {
    if (attribute(attributes, "checked") !== null) form.fields[name] = value ?? "on";
  } else form.fields[name] = value ?? "";
  const text = tag === "textarea" || (tag === "input" && !["checkbox", "radio", "hidden"].includes(type));
  if (text) form.typed.push(name);
}

function chosen(options) {
  const all = [...options.matchAll(/<option\b([^>]*)>([^<]*)/g)].map(([, own, text]) => ({
    value: attribute(own, "value") ?? decoded(text.trim()),
    selected: attribute(own, "selected") !== null,
  }));
  return (all.find(({ selected }) => selected) ?? all[0])?.value ?? "";
}

function attribute(tag, name) {
  const found = new RegExp(`(?:^|\\s)${name}(?:="([^"]*)")?(?=[\\s/>]|$)`).exec(tag);
  return found === null ? null : decoded(found[1] ?? "");
}

function decoded(text) {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(decimal === undefined ? parseInt(hex, 16) : Number(decimal));
  });
}
