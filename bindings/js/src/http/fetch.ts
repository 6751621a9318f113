import { type Http, type HttpEnd, type HttpRequest, MAX_BODY } from "./http.js";

/** For `fetch`, and anything that behaves alike. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * HTTP by `fetch`: that of Node 18 and later, or one with the same shape.
 *
 * It verifies TLS against the authorities that the platform trusts (in Node those of Mozilla, and
 * of `NODE_EXTRA_CA_CERTS`), and uses no proxy by itself. It shows a client certificate when it is
 * given a `fetch` that does, such as that of the package `undici` with an `Agent`. Pages cannot
 * call the service: it does not allow them to.
 */
export class FetchHttp implements Http {
  readonly #fetch: Fetch;
  #trouble: string | null = null;

  /** `fetch` of the platform, unless another one is given. */
  constructor(fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {
    this.#fetch = fetch;
  }

  /**
   * Why the last request had no answer, for a person: a code of the network, such as
   * `ECONNREFUSED`. Null after an answer.
   */
  get trouble(): string | null {
    return this.#trouble;
  }

  async perform(request: HttpRequest): Promise<HttpEnd> {
    const clock = new AbortController();
    const timer = setTimeout(() => clock.abort(), request.timeoutMs);
    try {
      const response = await this.#fetch(request.url, {
        method: request.method,
        headers: request.headers,
        // Bytes of their own: what is sent must not change under way.
        body: request.body.slice(),
        redirect: "manual",
        credentials: "omit",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: clock.signal,
      });
      const body = await bounded(response);
      this.#trouble = null;
      return { end: "answered", status: response.status, headers: [...response.headers], body };
    } catch (error) {
      if (clock.signal.aborted) {
        this.#trouble = "TIMEOUT";
        return { end: "unknown" };
      }
      const cause = causeOf(error);
      this.#trouble = typeof cause.code === "string" ? cause.code : "BROKEN";
      return { end: neverConnected(cause) ? "not_sent" : "unknown" };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A body up to its limit; the rest is not waited for. One that breaks off is no answer. */
async function bounded(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length <= MAX_BODY) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  if (length > MAX_BODY) await reader.cancel();
  const body = new Uint8Array(Math.min(length, MAX_BODY + 1));
  let at = 0;
  for (const chunk of chunks) {
    const piece = chunk.subarray(0, body.length - at);
    body.set(piece, at);
    at += piece.length;
  }
  return body;
}

/** What refuses a server's certificate, which is before the request is written. */
const REFUSED = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

interface NetworkError {
  code?: unknown;
  syscall?: unknown;
  errors?: unknown;
}

/** What the network says under what `fetch` throws, in Node. */
function causeOf(error: unknown): NetworkError {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === "object" && cause !== null ? cause : {};
}

/** Whether the connection was never established; one name may have several addresses. */
function neverConnected({ code, syscall, errors }: NetworkError): boolean {
  if (Array.isArray(errors) && errors.length > 0) {
    return errors.every((one: NetworkError) => neverConnected(one));
  }
  return (
    syscall === "getaddrinfo" ||
    syscall === "connect" ||
    code === "UND_ERR_CONNECT_TIMEOUT" ||
    (typeof code === "string" && REFUSED.has(code))
  );
}
