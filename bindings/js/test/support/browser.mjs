import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { launch } from "./chromium.mjs";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/** A browser of a test's own. */
export async function browser(t) {
  const launched = await launch();
  t.after(() => launched.close());
  return launched;
}

/** Serves a folder on loopback; its address, and what was asked for. */
export async function serve(t, root) {
  const asked = [];
  const server = createServer((message, answer) => {
    const path = decodeURIComponent(new URL(message.url, "http://a").pathname);
    // Asked for by the browser, not by the page.
    if (path === "/favicon.ico") return void answer.writeHead(204).end();
    const file = join(root, normalize(path.endsWith("/") ? `${path}index.html` : path));
    asked.push(path);
    if (!file.startsWith(root) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      answer.writeHead(404).end();
      return;
    }
    answer.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    answer.end(readFileSync(file));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  return { url: `http://127.0.0.1:${server.address().port}`, asked };
}
