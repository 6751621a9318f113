// What can be made to go wrong in the demonstration, in the words of the simulator's control
// interface (tests/simulator/README.md).
import { CREDENTIALS } from "./invoices.mjs";
import { people } from "./people.mjs";

/** As good as for ever. */
const ALWAYS = 1_000_000;
/** What stores a document: by itself, or in a file. */
const STORING = ["Inserimento", "inviaFileMtom"];
const once = (fault) => STORING.map((operation) => ({ fault, operation }));

/** How the simulator is when nothing is wrong. */
const NORMAL = {
  settings: {
    processing_delay_ms: 60_000,
    citizens: "all",
    expired_password_fault: "Errore generico di autenticazione",
  },
  user: { stato: "attivo" },
};

/** Faults that wait for calls, settings that stay, the state of the user. */
const TROUBLES = {
  manutenzione: { faults: [{ fault: { kind: "maintenance" }, times: ALWAYS }] },
  guasto: { faults: [{ fault: { kind: "http", status: 503 }, times: ALWAYS }] },
  persa: { faults: once({ kind: "lost_before_storing" }) },
  "persa-registrata": { faults: once({ kind: "lost_after_storing" }) },
  lenta: { faults: [{ fault: { kind: "slow", ms: 5_000 }, times: 20 }] },
  "codice-fiscale": { faults: once({ kind: "code", codice: "S011" }) },
  sconosciuto: { settings: () => ({ citizens: { except: people().map(({ cf }) => cf) } }) },
  elaborazione: { settings: () => ({ processing_delay_ms: 7_200_000 }) },
  scaduta: { settings: () => ({ expired_password_fault: "Password scaduta" }), user: { stato: "passwordScaduta" } },
  bloccata: { user: { stato: "bloccato" } },
};

/** Their names, in the order of the panel. */
export const NAMES = Object.keys(TROUBLES);

/** Makes it happen, beside whatever else was made to happen. */
export async function begin(simulator, name) {
  const { faults, settings, user } = TROUBLES[name];
  if (faults !== undefined) await simulator.post("/faults", faults);
  if (settings !== undefined) await simulator.post("/settings", settings());
  if (user !== undefined) await simulator.post("/users", { user: CREDENTIALS.username, ...user });
}

/** Nothing is wrong any more. What is stored stays, and so does the password. */
export async function normal(simulator) {
  await simulator.delete("/faults");
  await simulator.post("/settings", NORMAL.settings);
  await simulator.post("/users", { user: CREDENTIALS.username, ...NORMAL.user });
}

/** Which of them are on. */
export async function active(simulator) {
  const [faults, settings, users, { digest }] = await Promise.all([
    simulator.get("/faults"),
    simulator.get("/settings"),
    simulator.get("/users"),
    simulator.post("/digest", { text: CREDENTIALS.username }),
  ]);
  const { stato } = users.find(({ user }) => user === digest) ?? NORMAL.user;
  const isOn = (trouble) => {
    if (trouble.user !== undefined) return stato === trouble.user.stato;
    if (trouble.faults === undefined) {
      return Object.keys(trouble.settings()).some((name) => !alike(settings[name], NORMAL.settings[name]));
    }
    return trouble.faults.some(({ fault }) => faults.some((waiting) => contains(waiting.fault, fault)));
  };
  return NAMES.filter((name) => isOn(TROUBLES[name]));
}

/** The user changes the password on the portal, as far as the simulator is concerned. */
export function renewPassword(simulator, password) {
  return simulator.post("/users", { user: CREDENTIALS.username, password, stato: "attivo" });
}

const alike = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const contains = (whole, part) => Object.entries(part).every(([name, value]) => alike(whole[name], value));
