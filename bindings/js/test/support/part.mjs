/**
 * Where what is found differs from what a fixture names of it, or null: of an object the fields
 * that are named are compared, of a list every element in order; in a text, `*` is any text.
 */
export function difference(wanted, found, at = "", star = true) {
  const differs = `${at}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || found.length !== wanted.length) return differs;
    return first(wanted.map((value, i) => difference(value, found[i], `${at}/${i}`, star)));
  }
  if (typeof wanted === "object" && wanted !== null) {
    if (typeof found !== "object" || found === null || Array.isArray(found)) return differs;
    const fields = Object.entries(wanted);
    return first(fields.map(([name, value]) => difference(value, found[name] ?? null, `${at}/${name}`, star)));
  }
  if (star && typeof wanted === "string" && typeof found === "string") {
    const pattern = wanted.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${pattern.join(".*")}$`, "s").test(found) ? null : differs;
  }
  return wanted === found ? null : differs;
}

function first(differences) {
  return differences.find((one) => one !== null) ?? null;
}
