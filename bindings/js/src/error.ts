/**
 * Everything this package throws. Branch on `code`; the message is for a developer, and shows no
 * tax code, name or secret.
 */
export class StsError extends Error {
  /** Stable, upper-case: a code of the engine, such as `SETTINGS`, or one of this package. */
  readonly code: string;
  /** JSON Pointer to the field at fault, when there is one. */
  readonly path: string | null;

  constructor(code: string, path: string | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StsError";
    this.code = code;
    this.path = path;
  }
}

/** What went wrong in the words of whoever threw it, for the end of a sentence. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : "no reason given";
}
