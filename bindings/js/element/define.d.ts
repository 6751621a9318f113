// `libsts/element/define`: the types of `<sts-check>` and of what registers it.

import type { AnyInvoice, Judgement, Settings, Profile } from "../types.js";
import type { Questions } from "../src/questions.js";
import type { Source } from "../src/instance.js";

/** What of an entry of the package the element uses. */
export interface Entry {
  init(source?: Source | Promise<Source>): Promise<void>;
  Sts: Pick<Questions, "check" | "preview" | "calendar">;
}

/**
 * Registers `<sts-check>` with what answers its questions, and prepares that at once. Once for a
 * page; `libsts/element` does it by itself.
 *
 * @param entry `libsts/check` or `libsts/slim`.
 * @param source what its `init` is called with: the module, or where it comes from.
 */
export function define(entry: Entry, source?: Source | Promise<Source>): void;

/** The detail of `sts-judged`. */
export interface Judged {
  judgement: Judgement;
  /** The invoice judged, as it was read. */
  invoice: AnyInvoice;
}

/** The detail of `sts-failed`. */
export interface Failed {
  /** An `StsError`, or what the browser threw. */
  error: unknown;
}

/** Reads one field: its path, its control, and what the element made of it. */
export type Convert = (path: string, control: Element, value: unknown) => unknown;

/** `<sts-check>`: checks an invoice while it is typed. README.md tells of its attributes. */
export class StsCheck extends HTMLElement {
  /** The settings of the engine, or a profile alone. Nothing is checked before they are there. */
  get settings(): Settings | Profile | null;
  set settings(value: Settings | Profile | null);

  /** What of the invoice no field holds, such as its `id`. */
  get base(): Partial<AnyInvoice> | null;
  set base(value: Partial<AnyInvoice> | null);

  /** The time it is judged at, in milliseconds UTC; the present unless it was set. */
  get now(): number;
  set now(value: number | null);

  /** Has the last word on every field. */
  get convert(): Convert | null;
  set convert(value: Convert | null);

  /** The invoice last judged. Set, it takes the place of the fields; `null` goes back to them. */
  get invoice(): AnyInvoice | null;
  set invoice(value: AnyInvoice | null);

  /** The last judgement; `null` before the first and after a failure. */
  get judgement(): Judgement | null;

  /** Checks now. Needed after a program, and not a person, has written into fields. */
  refresh(): void;

  /** Says what is missing also in fields nobody has touched; submitting the form does it too. */
  reveal(): void;
}

/** `<sts-reason>`: the sentences beside one field; with `path`, at a place of the host's. */
export class StsReason extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    "sts-check": StsCheck;
    "sts-reason": StsReason;
  }
  interface HTMLElementEventMap {
    "sts-judged": CustomEvent<Judged>;
    "sts-failed": CustomEvent<Failed>;
  }
}
