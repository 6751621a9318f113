import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { built } from "./workspace.mjs";

/** The invented psychologist. */
export const PROFILE = { categoria: "psicologo", cfProprietario: "PSCPRV80A01X999I", pIva: "99900011000" };
export const CREDENTIALS = { username: "PSCPRV80A01X999I", password: "Prova.0000", pincode: "9000000001" };

/** A simulator of the service in a process of its own. */
export class Simulator {
  #process;
  #folder;

  /** Starts it; `clock` is a moment, at which it stands still, or `now`. */
  static async start({ clock = "now", setup, options = [] } = {}) {
    const simulator = new Simulator();
    simulator.#folder = mkdtempSync(join(tmpdir(), "sts-"));
    const args = ["--clock", clock, "--cert-out", simulator.#folder, ...options];
    if (setup !== undefined) {
      const file = join(simulator.#folder, "setup");
      writeFileSync(file, JSON.stringify(setup));
      args.push("--setup", file);
    }
    // It runs until its input closes.
    simulator.#process = spawn(built("sts-simulator"), args, { stdio: ["pipe", "pipe", "inherit"] });
    const [line] = await once(simulator.#process.stdout, "data");
    const ready = JSON.parse(line);
    simulator.controlUrl = ready.control;
    simulator.url = ready.url;
    simulator.ca = ready.certificate;
    const der = readFileSync(ready.encryption_certificate).toString("base64");
    const lines = der.match(/.{1,64}/g).join("\n");
    simulator.certificate = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
    return simulator;
  }

  async stop() {
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, "exit");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A request to the control interface. */
  async control(method, path, body) {
    const sent = body === undefined || body === null ? {} : { body: JSON.stringify(body) };
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.controlUrl + path, { method, headers, ...sent });
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }

  /** Settings of a holder in this simulator. */
  settings(profile = PROFILE, policy = undefined) {
    const { url: endpoint, certificate } = this;
    return { ambiente: "test", endpoint, certificate, profile, ...(policy && { policy }) };
  }
}

/** A paid invoice of the psychologist's. */
export function invoice(id, day = "2026-11-20") {
  return {
    id,
    stato: "emessa",
    dataEmissione: day,
    numDocumento: id,
    cessionarioCommittente: { personaFisica: true, cfCittadino: "PZNPRV80A01X999E" },
    dettaglioLinee: [{ prezzoTotale: "60.00", naturaIVA: "N2.2", tipoSpesa: "SP" }],
    pagamenti: [{ dataPagamento: day, importo: "60.00", modalitaPagamento: "MP08" }],
  };
}
