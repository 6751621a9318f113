import { readFileSync, readdirSync } from "node:fs";

/** Path of a file of the workspace. */
export function workspace(path) {
  return new URL(`../../../../${path}`, import.meta.url);
}

/** A file of JSON of the workspace. */
export function json(path) {
  return JSON.parse(readFileSync(workspace(path), "utf8"));
}

/** All files of JSON in a folder of the workspace, by their names. */
export function jsonFiles(folder) {
  const names = readdirSync(workspace(folder)).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => ({ name: name.slice(0, -5), file: json(`${folder}/${name}`) }));
}

/** What cargo has built, in the folder that STS_TARGET names. */
export function built(name) {
  if (process.env.STS_TARGET === undefined) throw new Error("no STS_TARGET: use `tests/run js`");
  return `${process.env.STS_TARGET}/${name}`;
}
