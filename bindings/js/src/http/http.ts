/** An HTTP request to perform exactly once. */
export interface HttpRequest {
  /** Names the attempt; the end is reported with it. */
  id: string;
  /** What it does, for logs: service and operation, nothing personal. */
  label: string;
  /** Always `POST`. */
  method: string;
  /** Absolute address. */
  url: string;
  /** Names and values; `Authorization` is among them and must not be logged. */
  headers: [string, string][];
  /** Time for the whole exchange, in milliseconds. */
  timeoutMs: number;
  /** Not to be begun after this, in milliseconds since 1970: the driver sees to it. */
  notAfter: number;
  /** To be sent unchanged. */
  body: Uint8Array;
}

/** How performing a request ended. In doubt, `unknown`. */
export type HttpEnd =
  /** The service answered, with whatever status. */
  | { end: "answered"; status: number; headers: [string, string][]; body: Uint8Array }
  /** It is certain that no byte of the request left: name not resolved, connection refused. */
  | { end: "not_sent" }
  /** Everything else: time ran out, the connection broke. */
  | { end: "unknown" };

/**
 * Performs requests.
 *
 * The three ends must be told apart, because they decide whether a document may be sent again. An
 * implementation does not repeat, does not follow redirects and verifies TLS.
 */
export interface Http {
  /** Performs the request, within its time. */
  perform(request: HttpRequest): Promise<HttpEnd>;
}

/**
 * The longest body that is looked at, in bytes: 32 MiB. A longer one is reported as answered, with
 * its first `MAX_BODY + 1` bytes.
 */
export const MAX_BODY = 32 * 1024 * 1024;
