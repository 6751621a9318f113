// Makes `dist` from `src` and from the modules that `cargo run -p sts-wasm-build` wrote to `wasm`.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

import { rolldown } from "rolldown";

process.chdir(import.meta.dirname ?? new URL(".", import.meta.url).pathname);
if (!existsSync("wasm/sts.js")) {
  console.error("no modules: run `cargo run --release -p sts-wasm-build` at the root of the project");
  process.exit(1);
}
rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");

/** One file for each entry: fewer requests of a page, and no path inside for hosts to rely on. */
async function bundle(name, file, format, platform) {
  const external = [/^node:/, "node-sqlite3-wasm"];
  const bundle = await rolldown({ input: `src/${name}.ts`, platform, external });
  await bundle.write({ file: `dist/${file}`, format, comments: false, minify: platform === "browser" });
}

for (const name of ["browser", "check", "slim"]) await bundle(name, `${name}.js`, "esm", "browser");
await bundle("testing", "testing.js", "esm", "neutral");
// The element asks the questions of the entry beside it, so that a page has them once.
for (const [name, file] of [["index", "element"], ["define", "element-define"]]) {
  const element = await rolldown({ input: `element/${name}.js`, platform: "browser", external: ["./check.js"] });
  await element.write({ file: `dist/${file}.js`, format: "esm", comments: false, minify: true });
}
for (const name of ["node", "check-node"]) {
  await bundle(name, `${name}.cjs`, "cjs", "node");
  // Imported and required, it is one instance and one class of errors.
  const names = Object.keys(createRequire(import.meta.url)(`./dist/${name}.cjs`));
  const exported = `export const { ${names.join(", ")} } = all;`;
  writeFileSync(`dist/${name}.mjs`, `import all from "./${name}.cjs";\n${exported}\n`);
}
for (const name of ["sts", "check"]) cpSync(`wasm/${name}_bg.wasm`, `dist/${name}.wasm`);

execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { stdio: "inherit" });
cpSync("types.d.ts", "dist/types/types.d.ts");
cpSync("types", "dist/types/types", { recursive: true });
for (const name of ["index", "define"]) cpSync(`element/${name}.d.ts`, `dist/types/element/${name}.d.ts`);
cpSync("dist/types", "dist/types-cjs", { recursive: true });
writeFileSync("dist/types-cjs/package.json", '{ "type": "commonjs" }\n');
