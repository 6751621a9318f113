import { Sts } from "libsts";

/**
 * Why Sistema TS refused the credentials the last time, and what to do; undefined when it did not.
 * Codes of the service have their sentences in libsts, faults have a name there and no sentence.
 */
export function refusal({ news }, words, lang) {
  if (news?.event !== "credentials_refused") return undefined;
  const { refused } = words.settings.access;
  if (Object.hasOwn(refused, news.code)) return refused[news.code];
  const { meaning, advice } = Sts.explain(news.code, "E");
  return `${meaning[lang]} ${advice[lang]}`;
}
