/* Every pointer of every function: null, a length that is absurd, bytes that are no UTF-8. One row
 * for each function with its arguments as they should be, and one of them spoilt at a time. */
#include "positions.h"
#include "memory.h"

#include <stdio.h>

enum { NOTHING, NULLED, ENDLESS, NO_TEXT };

static sts_engine *engine;
static sts_host host;
static memory store;
static int at, how;
static sts_result *result;

static const char SETTINGS[] =
    "{\"ambiente\": \"test\", \"endpoint\": \"http://127.0.0.1:1\", \"profile\": {\"categoria\": \"psicologo\","
    " \"cfProprietario\": \"PSCPRV80A01X999I\", \"pIva\": \"99900011000\"}}";
static const char HEALTH[] = "{\"command\": \"health\"}";
static const int64_t NOW = 1795424400000;

/* The argument at a position, and its length: as they are, or spoilt. */
static const char *text(int position, const char *right)
{
    return at != position ? right : how == NULLED ? NULL : how == NO_TEXT ? "\xff\xfe" : right;
}
static size_t length(int position, const char *right)
{
    return at != position ? strlen(right) : how == ENDLESS ? (size_t)-1 : how == NO_TEXT ? 2 : strlen(right);
}
#define TEXT(position, right) text(position, right), length(position, right)
#define POINTER(position, right) (at == (position) && how == NULLED ? NULL : (right))

static sts_status call(void) { return sts_call(TEXT(0, "reasons"), TEXT(1, "{}"), POINTER(2, &result)); }
static sts_status open_one(void)
{
    sts_engine *opened = NULL;
    sts_status status = sts_engine_new(TEXT(0, SETTINGS), POINTER(1, &opened), POINTER(2, &result));
    if ((opened != NULL) != (status == STS_OK)) status = 99;
    sts_engine_free(opened);
    return status;
}
static sts_status credentials(void)
{
    return sts_engine_set_credentials(POINTER(0, engine), TEXT(1, "u"), TEXT(2, "p"), TEXT(3, "1"), POINTER(4, &result));
}
static sts_status command(void)
{
    return sts_engine_command(POINTER(0, engine), NOW, TEXT(1, HEALTH), POINTER(2, &result));
}
static sts_status tick(void) { return sts_engine_tick(POINTER(0, engine), NOW, POINTER(1, &result)); }
static sts_status response(void)
{
    return sts_engine_response(POINTER(0, engine), NOW, TEXT(1, "r"), STS_ANSWERED, 200, TEXT(2, "[]"),
                               TEXT(3, "body"), POINTER(4, &result));
}
static sts_status load(void)
{
    /* Nothing is asked for, and nothing is handed over. */
    sts_engine_reopen(engine, NULL);
    return sts_engine_load(POINTER(0, engine), TEXT(1, "{\"keys\": []}"), POINTER(2, &result));
}
static sts_status reopen(void) { return sts_engine_reopen(POINTER(0, engine), POINTER(1, &result)); }
static sts_status finish(void) { return sts_engine_close(POINTER(0, engine), NOW, POINTER(1, &result)); }
static sts_status run(void)
{
    return sts_run(POINTER(0, engine), POINTER(1, &host), TEXT(2, HEALTH), POINTER(3, &result));
}
static sts_status run_tick(void) { return sts_run_tick(POINTER(0, engine), POINTER(1, &host), POINTER(2, &result)); }

/* Of each function: which positions may be null, which are texts that must be UTF-8, which bytes
 * with a length. The last position is that of the result. */
static const struct {
    const char *name;
    sts_status (*call)(void);
    int positions;
    const char *may_be_null, *texts, *bytes;
} ROWS[] = {
    {"sts_call", call, 3, "2", "01", ""},
    {"sts_engine_new", open_one, 3, "2", "0", ""},
    {"sts_engine_set_credentials", credentials, 5, "14", "123", ""},
    {"sts_engine_command", command, 3, "2", "1", ""},
    {"sts_engine_tick", tick, 2, "1", "", ""},
    {"sts_engine_response", response, 5, "4", "12", "3"},
    {"sts_engine_load", load, 3, "2", "1", ""},
    {"sts_engine_reopen", reopen, 2, "1", "", ""},
    {"sts_engine_close", finish, 2, "1", "", ""},
    {"sts_run", run, 4, "3", "2", ""},
    {"sts_run_tick", run_tick, 3, "2", "", ""},
};

/* How the row ends with one position spoilt. A failure says which argument it was. */
static int ends(size_t row, int position, int spoilt, sts_status expected)
{
    sts_status status;
    const char *json;
    int right;
    at = position, how = spoilt, result = NULL;
    status = ROWS[row].call();
    json = (const char *)sts_result_json(result, NULL);
    right = status == expected && (json != NULL || (how == NULLED && position == ROWS[row].positions - 1));
    right = right && (status != STS_ARGUMENT || (json && strstr(json, "\"path\":\"/") != NULL));
    if (!right) printf("FAILED: %s, argument %d spoilt as %d: %d %s\n", ROWS[row].name, position, spoilt, (int)status, json ? json : "");
    sts_result_free(result);
    return right;
}

static int64_t now(void *context) { return (void)context, NOW; }
static int32_t http(void *context, const sts_request *request, sts_reply *reply)
{
    return (void)context, (void)request, (void)reply, STS_NOT_SENT;
}

/* A store that hands over what it must not. */
static int wrong;
static int32_t wrong_get(void *context, const char *key, size_t key_length, sts_reply *reply)
{
    if (wrong == 0) sts_reply_value(reply, NULL, 5);
    if (wrong == 1) sts_reply_value(reply, "x", (size_t)-1);
    return wrong < 2 ? STS_OK : memory_get(context, key, key_length, reply);
}
static int32_t wrong_scan(void *context, const char *from, size_t from_length, const char *to, size_t to_length,
                          uint32_t limit, sts_reply *reply)
{
    if (wrong == 2) sts_reply_entry(reply, NULL, 3, "x", 1);
    if (wrong == 3) sts_reply_entry(reply, "k", (size_t)-1, "x", 1);
    if (wrong == 4) sts_reply_entry(reply, "\xff", 1, "x", 1);
    if (wrong == 5) sts_reply_entry(reply, "k", 1, NULL, 1);
    return wrong < 6 ? STS_OK : memory_scan(context, from, from_length, to, to_length, limit, reply);
}

static int replies(int *failed)
{
    sts_host bad = host;
    int passed = 0;
    bad.get = wrong_get, bad.scan = wrong_scan;
    for (wrong = 0; wrong <= 6; wrong++) {
        /* Without what an earlier round has read. */
        sts_engine *fresh = NULL;
        sts_status status;
        sts_engine_new(SETTINGS, strlen(SETTINGS), &fresh, NULL);
        status = sts_run_tick(fresh, &bad, NULL);
        if (status == (wrong < 6 ? STS_HOST : STS_OK)) passed++;
        else (*failed)++, printf("FAILED: a store that hands over %d: %d\n", wrong, (int)status);
        sts_engine_free(fresh);
    }
    return passed;
}

static int functions(int *failed)
{
    int passed = 0, n;
    for (n = 0; n < 5; n++) {
        sts_host without = host;
        sts_status status;
        if (n == 0) without.now = NULL;
        if (n == 1) without.http = NULL;
        if (n == 2) without.get = NULL;
        if (n == 3) without.scan = NULL;
        if (n == 4) without.commit = NULL;
        status = sts_run_tick(engine, &without, NULL);
        if (status == STS_ARGUMENT && sts_run(engine, &without, HEALTH, strlen(HEALTH), NULL) == STS_ARGUMENT) passed++;
        else (*failed)++, printf("FAILED: a host without function %d: %d\n", n, (int)status);
    }
    return passed;
}

int positions(int *failed)
{
    size_t row;
    int passed = 0, position;
    host.context = &store, host.now = now, host.http = http;
    host.get = memory_get, host.scan = memory_scan, host.commit = memory_commit;
    sts_engine_new(SETTINGS, strlen(SETTINGS), &engine, NULL);
#define ENDS(position, how, expected) (ends(row, position, how, expected) ? passed++ : (*failed)++)
    for (row = 0; row < sizeof ROWS / sizeof *ROWS; row++) {
        const sts_status right = STS_OK;
        ENDS(-1, NOTHING, right);
        for (position = 0; position < ROWS[row].positions; position++) {
            ENDS(position, NULLED, strchr(ROWS[row].may_be_null, '0' + position) ? right : STS_ARGUMENT);
            if (strchr(ROWS[row].texts, '0' + position)) ENDS(position, NO_TEXT, STS_ARGUMENT);
            if (strchr(ROWS[row].texts, '0' + position) || strchr(ROWS[row].bytes, '0' + position))
                ENDS(position, ENDLESS, STS_ARGUMENT);
            /* An error changes nothing. */
            ENDS(-1, NOTHING, right);
        }
    }
    passed += functions(failed) + replies(failed);
    sts_engine_free(engine);
    memory_free(&store);
    memset(&store, 0, sizeof store);
    return passed;
}
