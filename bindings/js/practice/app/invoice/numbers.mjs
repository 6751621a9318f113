// Numbers of invoices.

/** The digits that count, as `{ number, at }`: neither the year nor its last two digits, if there are others. */
function counting(text, year) {
  const groups = [...text.matchAll(/\d{1,9}/g)].map((found) => ({ digits: found[0], at: found.index }));
  const counted = groups.filter(({ digits }) => digits !== year && digits !== year.slice(2));
  return counted.at(-1) ?? groups[0];
}

/** The number after the highest of the year, written as that one is: 24/2026 → 25/2026. */
export function nextNumber(database, day) {
  const year = day.slice(0, 4);
  const rows = database.all(
    "SELECT number FROM document WHERE issued BETWEEN ? AND ?",
    `${year}-01-01`,
    `${year}-12-31`,
  );
  let best = null;
  for (const { number } of rows) {
    const count = counting(number, year);
    if (count !== undefined && (best === null || Number(count.digits) > Number(best.digits))) best = { ...count, number };
  }
  if (best === null) return `1/${year}`;
  const next = String(Number(best.digits) + 1).padStart(best.digits.length, "0");
  return best.number.slice(0, best.at) + next + best.number.slice(best.at + best.digits.length);
}

/** Whether another invoice of the same year has it. */
export function taken(database, { number, day, id }) {
  if (!number || !/^\d{4}-/.test(day ?? "")) return false;
  const year = day.slice(0, 4);
  const other = database.get(
    "SELECT 1 FROM document WHERE number = ? AND issued BETWEEN ? AND ? AND id <> ? AND deleting = 0",
    number,
    `${year}-01-01`,
    `${year}-12-31`,
    id,
  );
  return other !== undefined;
}
