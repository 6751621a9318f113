// The simulator of the service, by its control interface. For the demonstration alone.

/** It does not answer: somebody has ended it. */
export class SimulatorGone extends Error {
  name = "SimulatorGone";
}

export class Simulator {
  #control;

  /** @param control address of the control interface */
  constructor(control) {
    this.#control = control;
  }

  get(path) {
    return this.#ask("GET", path);
  }

  post(path, body) {
    return this.#ask("POST", path, body);
  }

  delete(path) {
    return this.#ask("DELETE", path);
  }

  /** Sets its clock so many milliseconds ahead of the machine's. */
  setAhead(milliseconds) {
    return this.post("/clock", { now: "system", advance_ms: milliseconds });
  }

  async #ask(method, path, body) {
    const headers = { "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const asked = fetch(new URL(path, this.#control), { method, headers, signal: AbortSignal.timeout(10_000), ...sent });
    const answer = await asked.catch(({ message }) => {
      throw new SimulatorGone(`simulator: ${method} ${path}: ${message}`);
    });
    if (!answer.ok) throw new Error(`simulator: ${method} ${path}: ${answer.status}`);
    return answer.json();
  }
}
