import type {
  Advice,
  AnyInvoice,
  CodiceFiscaleCheck,
  DataCheck,
  Day,
  Deadline,
  Deadlines,
  Explanation,
  FileState,
  ImportoCheck,
  Judgement,
  PartitaIvaCheck,
  Preview,
  Profile,
  Reasons,
  Settings,
  Strictness,
} from "../types.js";
import { StsError } from "./error.js";
import { type Glue, type Instance, json } from "./instance.js";

/** A time: a date, or milliseconds since 1970. */
export type Time = Date | number;

/** Questions that need no engine, no store and no network. `init` comes first. */
export interface Questions {
  /**
   * What becomes of an invoice, and why. With a profile alone in the place of the settings, it is
   * judged as for the real service.
   */
  check(invoice: AnyInvoice, settings: Settings | Profile, now?: Time): Judgement;
  /** What would travel, with the tax code left out; null when the verdict is not `send`. */
  preview(invoice: AnyInvoice, settings: Settings | Profile, now?: Time): Preview;
  /** The deadlines ahead, the soonest first. */
  calendar(settings: Settings | Profile, now?: Time): Deadlines;
  /** The dates for a payment made on a day, and what they mean today. */
  scadenza(dataPagamento: Day, settings: Settings | Profile, now?: Time): Deadline;
  /** Fails with `SETTINGS` when no engine can be opened with them. */
  settings(settings: Settings): void;
  /** Whether a text is a tax code, and of which kind. */
  codiceFiscale(text: string, strictness?: Strictness): CodiceFiscaleCheck;
  /** Whether a text is a VAT number. */
  partitaIva(text: string, strictness?: Strictness): PartitaIvaCheck;
  /** Whether a text is an amount, and how many cents. */
  importo(text: string): ImportoCheck;
  /** Whether a text is a day; of a time, the day it is in Italy. */
  data(textOrTime: string | Time): DataCheck;
  /** What a code of the service means, and what to do; `tipo` is the type of the message. */
  explain(code: string, tipo?: string): Explanation;
  /** The same of a fault, by its text. */
  fault(text: string): Explanation;
  /** The same of the state of a file. */
  fileState(stato: string): FileState;
  /** Remarks on credentials as they were typed. */
  advice(typed: { username?: string; password?: string; pincode?: string }): Advice;
  /** Every reason that a judgement can give. */
  reasons(): Reasons;
  /** Any question by its name, as `fixtures/schema` has it. */
  ask(name: string, question: object): unknown;
  /** The version of the module. */
  version(): string;
}

/** The questions, asked of an instance. */
export function questions(instance: Instance<Glue>): Questions {
  const ask = <A>(name: string, question: object): A => {
    const text = json(question, "");
    return JSON.parse(instance.use((glue) => glue.call(String(name), text))) as A;
  };
  return {
    check: (invoice, settings, now) =>
      ask("check", { settings: whole(settings), invoice, now: instant(now) }),
    preview: (invoice, settings, now) =>
      ask("preview", { settings: whole(settings), invoice, now: instant(now) }),
    calendar: (settings, now) =>
      ask("calendar", { settings: whole(settings), now: instant(now) }),
    scadenza: (dataPagamento, settings, now) =>
      ask("scadenza", { settings: whole(settings), dataPagamento, now: instant(now) }),
    settings: (settings) => void ask("settings", { settings }),
    codiceFiscale: (text, strictness) => ask("codice_fiscale", { text, strictness }),
    partitaIva: (text, strictness) => ask("partita_iva", { text, strictness }),
    importo: (text) => ask("importo", { text }),
    data: (given) =>
      ask("data", typeof given === "string" ? { text: given } : { timestamp: instant(given) }),
    explain: (code, tipo) => ask("explain", { code, tipo }),
    fault: (text) => ask("fault", { text }),
    fileState: (stato) => ask("file_state", { stato }),
    advice: ({ username, password, pincode }) => ask("advice", { username, password, pincode }),
    reasons: () => ask("reasons", {}),
    ask,
    version: () => instance.use((glue) => glue.version()),
  };
}

/** A profile has a category, settings have a profile. */
function whole(settings: Settings | Profile): unknown {
  const alone = typeof settings === "object" && settings !== null && "categoria" in settings;
  return alone ? { profile: settings, ambiente: "produzione" } : settings;
}

/** Milliseconds since 1970. */
export function instant(time: Time | undefined): number {
  const milliseconds = time === undefined ? Date.now() : Math.trunc(Number(time));
  if (Number.isFinite(milliseconds)) return milliseconds;
  throw new StsError("ARGUMENT", "/now", "expected a date, or milliseconds since 1970");
}
