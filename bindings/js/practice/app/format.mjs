// Days, times and amounts as people in Italy read them, in either language.

const ZONE = "Europe/Rome";
const LOCALES = { it: "it-IT", en: "en-GB" };
const made = new Map();

/** How a language writes things. */
export function formats(lang) {
  let found = made.get(lang);
  if (found === undefined) made.set(lang, (found = make(LOCALES[lang] ?? LOCALES.it)));
  return found;
}

function make(locale) {
  const day = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "2-digit", month: "2-digit", year: "numeric" });
  const long = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
  const time = new Intl.DateTimeFormat(locale, { timeZone: ZONE, dateStyle: "short", timeStyle: "short" });
  const month = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "long", year: "numeric" });
  const money = new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" });
  const number = new Intl.NumberFormat(locale);
  const ofDay = (text) => new Date(`${text}T00:00:00Z`);
  return {
    /** `2026-11-18` → `18/11/2026` */
    day: (text) => (text ? day.format(ofDay(text)) : ""),
    /** `2026-11-18` → `18 novembre 2026` */
    longDay: (text) => (text ? long.format(ofDay(text)) : ""),
    /** milliseconds since 1970, or a text of a time → `18/11/26, 10:30` in Italy */
    time: (at) => (at === null || at === undefined ? "" : time.format(new Date(at))),
    month: (anno, mese) => month.format(new Date(Date.UTC(anno, mese - 1, 1))),
    /** `"83.60"` → `83,60 €` */
    money: (text) => (text ? money.format(text) : ""),
    number: (n) => number.format(n),
  };
}
