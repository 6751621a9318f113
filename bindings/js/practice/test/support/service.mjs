// What stands between the practice and the simulator, so that a test can act while a call is under
// way.
import { once } from "node:events";
import { createServer } from "node:http";

export class Service {
  #server;
  #simulator;
  #traps = [];
  /** The operations that were called, in order. */
  calls = [];

  static async start(t, simulator) {
    const service = new Service();
    service.#simulator = simulator;
    service.#server = createServer((message, answer) => {
      // Who called may be gone.
      service.#pass(message, answer).catch(() => answer.destroy());
    });
    service.#server.listen(0, "127.0.0.1");
    await once(service.#server, "listening");
    t.after(() => (service.#server.closeAllConnections(), service.#server.close()));
    service.url = `http://127.0.0.1:${service.#server.address().port}`;
    return service;
  }

  /**
   * Holds a call: `before` the simulator gets it, or `after`, when the answer is there but has not
   * gone back. Ends when it is held, with a function that lets it go on.
   *
   * @param operation what it is a call of, as `calls` names it
   * @param nth which of those that come from now on
   */
  hold(point, operation, nth = 1) {
    return new Promise((held) => this.#traps.push({ point, operation, nth, held }));
  }

  /** Ends when an answer to the `nth` call of an operation has gone back whole. */
  answered(operation, nth = 1) {
    return new Promise((held) => this.#traps.push({ point: "answered", operation, nth, held }));
  }

  async #pass(message, answer) {
    const chunks = [];
    for await (const chunk of message) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { host, connection, "content-length": _, ...headers } = message.headers;
    const operation = named(headers.soapaction, body);
    this.calls.push(operation);
    await this.#trap("before", operation);
    const real = await fetch(this.#simulator.url + message.url, { method: message.method, headers, body });
    const bytes = Buffer.from(await real.arrayBuffer());
    await this.#trap("after", operation);
    answer.writeHead(real.status, { "content-type": real.headers.get("content-type") ?? "text/xml" });
    await new Promise((sent) => answer.end(bytes, sent));
    await this.#trap("answered", operation);
  }

  #trap(point, operation) {
    const trap = this.#traps.find((one) => one.point === point && one.operation === operation && (one.nth -= 1) === 0);
    if (trap === undefined) return undefined;
    this.#traps.splice(this.#traps.indexOf(trap), 1);
    if (point === "answered") return void trap.held();
    return new Promise((release) => trap.held(release));
  }
}

/** The operation's name: the first word of the action, such as `inserimento`, or of the body. */
function named(action, body) {
  const said = (action ?? "").replaceAll('"', "").split(/[/:#]/).at(-1).split(".")[0];
  return said || (/<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1] ?? "unknown");
}
