// The sentences of the program itself: a folder for each language, a file for each screen, the same
// keys in all. What libsts says comes from libsts, in both languages.
import { readdirSync } from "node:fs";

export const LANGUAGES = ["it", "en"];

const all = Object.fromEntries(await Promise.all(LANGUAGES.map(async (lang) => [lang, await read(lang)])));

/** The words of a language: by screen, then by key. Some are functions of what they tell about. */
export function wordsOf(lang) {
  return all[lang] ?? all.it;
}

async function read(lang) {
  const folder = new URL(`words/${lang}/`, import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".mjs"));
  const words = files.map(async (name) => [name.slice(0, -4), (await import(new URL(name, folder))).default]);
  return Object.fromEntries(await Promise.all(words));
}
