/*
 * libsts: the engine for Sistema Tessera Sanitaria, for C and everything that calls C.
 *
 * THE LOOP. The library decides; the program performs HTTP and keeps records. There are two ways.
 *
 * 1. Give the library functions (struct sts_host) and let it run: sts_run() for a command of the
 *    user, sts_run_tick() every ten minutes, or at "wakeAt" of the last result. That is all.
 *
 * 2. Do it by hand, as bindings of other languages do. sts_engine_command(), sts_engine_tick() and
 *    sts_engine_response() each give one step, as JSON. {"read": ...}: read these keys and ranges
 *    of the store, hand them over with sts_engine_load(), and repeat the same call. {"act": ...}:
 *    carry it out in this order:
 *      - commit all "writes" in one transaction against "revision"; when the number under the key
 *        "revision" (absent counts as 0) is another one, call sts_engine_reopen() and repeat;
 *      - deliver the "events";
 *      - perform the "requests", each once and none after its "notAfter", and report each with
 *        sts_engine_response(), also when it failed: answered, not sent, or unknown. In doubt,
 *        unknown;
 *      - the last "answer" of all steps that follow from a command is its answer;
 *      - tick again at "wakeAt", or on any timer.
 *
 * JSON. Commands, answers and events are those of fixtures/schema. Texts are UTF-8. A body of a
 * request or an archive of receipts is no JSON: its number stands in the field "body", and its
 * bytes are had from sts_result_body().
 *
 * OWNERSHIP. What the program passes in is copied or used during the call alone. Each call gives at
 * most one sts_result, also when it fails; the program frees it with sts_result_free(), and what it
 * points to lives as long as it does. The argument for it may be null. Engines are freed with
 * sts_engine_free().
 *
 * ERRORS. Every call that can fail returns an sts_status. When it is not STS_OK, the JSON of the
 * result is {"code": stable code, "path": field or null, "message": English sentence}. Nothing is
 * printed, nothing is kept in globals, no exception or longjmp may cross a call.
 *
 * THREADS. Any thread may use an engine, one at a time: a second one is told STS_BUSY, and so is a
 * callback that calls into the engine it was called from. Different engines are independent, also
 * on one store: the compare-and-swap on "revision" keeps them apart.
 *
 * PRIVATE. Request headers carry credentials and must not be logged. Nothing else that comes out
 * holds a tax code, a name or a secret, but the bodies of requests and receipts. TLS verification
 * must be on.
 */

#ifndef STS_H
#define STS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// The service answered, with whatever status.
#define STS_ANSWERED 0

// It is certain that no byte of the request left: name not resolved, connection or TLS refused.
#define STS_NOT_SENT 1

// Everything else: time ran out, the connection broke. In doubt, this one.
#define STS_UNKNOWN 2

// The most bytes that the body of an answer may have: 32 MiB. A host keeps no more than one byte
// more, and hands that over: the engine then knows that it is too long.
#define STS_MAX_BODY 33554432

// A commit made all its writes.
#define STS_DONE 0

// A commit found another revision and wrote nothing.
#define STS_CONFLICT 1

// The version of this interface. A program compares it, once, with the `STS_ABI` it was compiled
// with, and goes no further when they differ.
#define STS_ABI 1

// An engine of one holder. Any thread may use it, one at a time; a second one is told `STS_BUSY`.
typedef struct sts_engine sts_engine;

// Where a function of the host puts what it has read. It is used during that call alone.
typedef struct sts_reply sts_reply;

// The answer of a call, or why there is none. It belongs to the caller, who frees it with
// `sts_result_free`; its texts and bodies live as long as it does.
typedef struct sts_result sts_result;

// How a call ended: one of the `STS_…` numbers below. Numbers are never used again for something
// else; unknown negative ones are failures.
typedef int32_t sts_status;

// A request to perform. All texts are UTF-8 and end with a NUL that lengths do not count.
typedef struct {
    // Absolute address; the method is `POST`.
    const char *url;
    // Header lines, `Name: value` each, as many as `header_count`. `Authorization` is among them
    // and must not be logged.
    const char *const *headers;
    // How many header lines.
    size_t header_count;
    // To be sent unchanged.
    const uint8_t *body;
    // Bytes of it.
    size_t body_length;
    // Time for the whole exchange, in milliseconds.
    uint32_t timeout_ms;
    // What it does, for logs; nothing personal.
    const char *label;
} sts_request;

// One change of the store.
typedef struct {
    // Key: UTF-8, at most 512 bytes, with a NUL behind.
    const char *key;
    // Bytes of it.
    size_t key_length;
    // The new value, or null to delete the key.
    const uint8_t *value;
    // Bytes of it.
    size_t value_length;
} sts_write;

// What a host does for the engine. All functions but `event` are needed. They are called on the
// thread that called `sts_run`, and must not call into the same engine. What they are given lives
// until they return.
typedef struct {
    // Handed to each function.
    void *context;
    // The time: milliseconds since 1970, UTC.
    int64_t (*now)(void *context);
    // Performs a request once: sends it, within `timeout_ms`, with TLS verified, and fills the
    // reply with `sts_reply_http` when the service answered. Returns `STS_ANSWERED`,
    // `STS_NOT_SENT` (certain that no byte left) or `STS_UNKNOWN` (anything else).
    int32_t (*http)(void *context, const sts_request *request, sts_reply *reply);
    // Reads the value of a key: calls `sts_reply_value` when there is one. Returns `STS_OK`, or a
    // negative number when the store failed.
    int32_t (*get)(void *context, const char *key, size_t key_length, sts_reply *reply);
    // Reads the entries with `from` ≤ key < `to`, compared as bytes, in ascending order, the first
    // `limit` of them: calls `sts_reply_entry` for each. Returns as `get` does.
    int32_t (*scan)(void *context,
                    const char *from,
                    size_t from_length,
                    const char *to,
                    size_t to_length,
                    uint32_t limit,
                    sts_reply *reply);
    // Makes all writes in one transaction that survives the loss of power, if the number under the
    // key `revision` (absent counts as 0) is still `expected`. Returns `STS_DONE`, `STS_CONFLICT`
    // when it is another one and nothing was written, or a negative number when the store failed.
    int32_t (*commit)(void *context, uint64_t expected, const sts_write *writes, size_t count);
    // Takes an event: JSON. After a crash, and with another engine, one may come again, with the
    // same `number`. May be null.
    void (*event)(void *context, const char *event, size_t length);
} sts_host;

// The call did what it says; the result has its answer.
#define STS_OK 0

// The engine refused the input and changed nothing: the result has `code`, `path` and `message`.
#define STS_REFUSED -1

// A pointer that must not be null is, a text is not UTF-8, a length is absurd, JSON is not JSON:
// the result says which argument.
#define STS_ARGUMENT -2

// Another thread, or a callback of this very call, is inside this engine: nothing was done.
#define STS_BUSY -3

// A bug of the library: this engine is dead, free it and open another one on the same store. What
// was committed is safe.
#define STS_PANIC -4

// The engine died of an earlier panic.
#define STS_DEAD -5

// A callback failed: the result says which one. What was committed is safe; call again.
#define STS_HOST -6

// The store could not be brought to agree in many tries, or answers what was not asked.
#define STS_STORE -7

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The `STS_ABI` of the library that was loaded.
uint32_t sts_abi_version(void);

// The version of the library, such as `0.1.0`: a static text that ends with a NUL.
const char *sts_version(void);

// Answers a question that needs no engine, by its name: `check`, `preview`, `calendar`, `scadenza`,
// `settings`, `codice_fiscale`, `partita_iva`, `importo`, `data`, `explain`, `fault`,
// `file_state`, `advice`, `reasons`. Question and answer are JSON: see `question.schema.json` and
// `reply.schema.json` in `fixtures/schema`. Any thread may ask at any time.
sts_status sts_call(const char *name,
                    size_t name_length,
                    const char *question,
                    size_t question_length,
                    sts_result **result);

// Opens an engine with settings: JSON `{"profile": …, "ambiente": "test" | "produzione",
// "endpoint": …, "certificate": PEM, "policy": …, "calendar": …}`, of which the first two are
// needed. It has no credentials yet and has read nothing.
sts_status sts_engine_new(const char *settings,
                          size_t settings_length,
                          sts_engine **engine,
                          sts_result **result);

// Frees an engine. Null is taken, and nothing happens. No call may be inside it.
void sts_engine_free(sts_engine *engine);

// Gives the engine its credentials, or takes them away when `username` is null. They are copied,
// kept in memory alone, and wiped when they change or the engine is freed.
sts_status sts_engine_set_credentials(sts_engine *engine,
                                      const char *username,
                                      size_t username_length,
                                      const char *password,
                                      size_t password_length,
                                      const char *pincode,
                                      size_t pincode_length,
                                      sts_result **result);

// A command, as JSON: see `fixtures/schema`. The result is a step.
sts_status sts_engine_command(sts_engine *engine,
                              int64_t now,
                              const char *command,
                              size_t command_length,
                              sts_result **result);

// Time passed. The result is a step.
sts_status sts_engine_tick(sts_engine *engine, int64_t now, sts_result **result);

// The end of a request, by the id it had. `end` is `STS_ANSWERED`, `STS_NOT_SENT` or
// `STS_UNKNOWN`; in doubt the last. `status`, `headers` (JSON, an array of pairs; may be null) and
// `body` are looked at when it was answered. The result is a step.
sts_status sts_engine_response(sts_engine *engine,
                               int64_t now,
                               const char *id,
                               size_t id_length,
                               int32_t end,
                               uint16_t status,
                               const char *headers_json,
                               size_t headers_length,
                               const void *body,
                               size_t body_length,
                               sts_result **result);

// Hands over what a step asked to read, as JSON: `{"keys": [[key, value or null], …], "ranges":
// [{"from": …, "to": …, "limit": …, "entries": [[key, value], …]}, …]}`. The input is then
// repeated.
sts_status sts_engine_load(sts_engine *engine,
                           const char *values,
                           size_t values_length,
                           sts_result **result);

// Throws away what the engine holds of its store, after a commit that failed or found another
// revision; then the input is repeated. As good as a new engine, and cheaper.
sts_status sts_engine_reopen(sts_engine *engine, sts_result **result);

// Forgets the events that were delivered, before the engine is freed on purpose; leaving it out is
// harmless. The result is a step.
sts_status sts_engine_close(sts_engine *engine, int64_t now, sts_result **result);

// The answer of the service: its status and body, which is copied; the headers are not needed.
// For `http` alone.
void sts_reply_http(sts_reply *reply, uint16_t status, const void *body, size_t length);

// The value of the key, which is copied. For `get` alone.
void sts_reply_value(sts_reply *reply, const void *value, size_t length);

// One entry of a range, which is copied. For `scan` alone.
void sts_reply_entry(sts_reply *reply,
                     const char *key,
                     size_t key_length,
                     const void *value,
                     size_t value_length);

// Runs a command, as JSON, with all that follows from it: the requests that may leave now, one
// after the other, their ends, the events. The result is the last answer: `{"answer": …, "wakeAt":
// …}`.
sts_status sts_run(sts_engine *engine,
                   const sts_host *host,
                   const char *command,
                   size_t command_length,
                   sts_result **result);

// Carries out what is due, with all that follows from it; called every ten minutes, or at
// `wakeAt` of the result, and harmless at any time.
sts_status sts_run_tick(sts_engine *engine, const sts_host *host, sts_result **result);

// The JSON of a result, UTF-8 with a NUL behind it that `length` does not count. `length` may be
// null. Null for a null result.
const uint8_t *sts_result_json(const sts_result *result, size_t *length);

// How many bodies a result has.
size_t sts_result_body_count(const sts_result *result);

// A body of a result, counted from 0, as the field `body` of the JSON names it: bytes with a NUL
// behind them that `length` does not count. Null when there is none of this number.
const uint8_t *sts_result_body(const sts_result *result, size_t index, size_t *length);

// Frees a result. Null is taken, and nothing happens.
void sts_result_free(sts_result *result);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* STS_H */
