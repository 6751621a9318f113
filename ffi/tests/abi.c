/* What no caller should do, and what it gets for it. Built with sanitizers, and run under valgrind. */
#include "positions.h"
#include "sts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

static void check(int right, const char *what)
{
    if (right) { passed++; return; }
    failed++;
    printf("FAILED: %s\n", what);
}

/* The status of a call, after its result said something and was freed. */
static sts_status freed(sts_status status, sts_result **result, const char *code)
{
    size_t length = 0;
    const char *json = (const char *)sts_result_json(*result, &length);
    char expected[64];
    check(json != NULL && strlen(json) == length, "the JSON ends with a NUL that is not counted");
    if (code != NULL && json != NULL) {
        snprintf(expected, sizeof expected, "\"code\":\"%s\"", code);
        check(strstr(json, expected) != NULL, code);
    }
    sts_result_free(*result);
    *result = NULL;
    return status;
}

#define REFUSED(call, status, code) check(freed(call, &result, code) == (status), #call)

static const char SETTINGS[] =
    "{\"ambiente\": \"test\", \"endpoint\": \"http://127.0.0.1:1\", \"profile\": {\"categoria\": \"psicologo\","
    " \"cfProprietario\": \"PSCPRV80A01X999I\", \"pIva\": \"99900011000\"}}";
static const char HEALTH[] = "{\"command\": \"health\"}";
static const int64_t NOW = 1795424400000;

static sts_engine *opened(void)
{
    sts_engine *engine = NULL;
    sts_result *result = NULL;
    check(freed(sts_engine_new(SETTINGS, strlen(SETTINGS), &engine, &result), &result, NULL) == STS_OK, "opened");
    return engine;
}

static void nulls(void)
{
    sts_engine *engine = opened();
    sts_result *result = NULL;
    size_t length = 7;
    REFUSED(sts_engine_response(engine, NOW, "x", 1, 17, 200, NULL, 0, NULL, 0, &result), STS_ARGUMENT, "ARGUMENT");
    /* A result that nobody wants is freed by the library. */
    check(sts_engine_tick(NULL, NOW, NULL) == STS_ARGUMENT, "no result is wanted");
    check(sts_engine_tick(engine, NOW, NULL) == STS_OK, "no result is wanted");
    check(sts_result_json(NULL, &length) == NULL && length == 0, "the JSON of nothing");
    check(sts_result_body(NULL, 0, &length) == NULL && sts_result_body_count(NULL) == 0, "the bodies of nothing");
    sts_result_free(NULL);
    sts_engine_free(NULL);
    sts_reply_http(NULL, 200, "x", 1);
    sts_reply_value(NULL, "x", 1);
    sts_reply_entry(NULL, "x", 1, "x", 1);
    sts_engine_free(engine);
}

static void wrong_input(void)
{
    sts_engine *engine = opened(), *none = NULL;
    sts_result *result = NULL;
    REFUSED(sts_engine_new("{", 1, &none, &result), STS_REFUSED, "SETTINGS");
    check(none == NULL, "no engine of wrong settings");
    REFUSED(sts_engine_new("{\"ambiente\": \"test\"}", 20, &none, &result), STS_REFUSED, "SETTINGS");
    REFUSED(sts_engine_command(engine, NOW, "\xff\xfe", 2, &result), STS_ARGUMENT, "ARGUMENT");
    REFUSED(sts_engine_command(engine, NOW, HEALTH, (size_t)-1, &result), STS_ARGUMENT, "ARGUMENT");
    REFUSED(sts_engine_command(engine, NOW, "{}", 2, &result), STS_REFUSED, "COMMAND");
    REFUSED(sts_engine_command(engine, NOW, "{\"command\": \"dance\"}", 20, &result), STS_REFUSED, "COMMAND");
    REFUSED(sts_engine_command(engine, 17, HEALTH, strlen(HEALTH), &result), STS_REFUSED, "CLOCK");
    REFUSED(sts_engine_load(engine, "[]", 2, &result), STS_ARGUMENT, "ARGUMENT");
    REFUSED(sts_engine_load(engine, "{\"keys\": [[\"h\", null]]}", 23, &result), STS_REFUSED, "LOAD");
    REFUSED(sts_engine_set_credentials(engine, "a:b", 3, "p", 1, "1", 1, &result), STS_ARGUMENT, "ARGUMENT");
    REFUSED(sts_call("dance", 5, "{}", 2, &result), STS_REFUSED, "COMMAND");
    /* An error leaves the engine as it was. */
    REFUSED(sts_engine_command(engine, NOW, HEALTH, strlen(HEALTH), &result), STS_OK, NULL);
    sts_engine_free(engine);
}

/* A store in memory that is always empty, and a host that misbehaves. */
static sts_engine *inside;
static sts_status from_inside;
static int64_t now(void *context) { (void)context; return NOW; }
static int32_t http(void *context, const sts_request *request, sts_reply *reply)
{
    (void)context; (void)request; (void)reply;
    return 99;
}
static int32_t get(void *context, const char *key, size_t length, sts_reply *reply)
{
    (void)key; (void)length; (void)reply;
    if (context != NULL) {
        sts_result *result = NULL;
        from_inside = freed(sts_engine_tick(inside, NOW, &result), &result, "BUSY");
    }
    return STS_OK;
}
static int32_t scan(void *context, const char *from, size_t fl, const char *to, size_t tl, uint32_t limit, sts_reply *reply)
{
    (void)context; (void)from; (void)fl; (void)to; (void)tl; (void)limit; (void)reply;
    return STS_OK;
}
static int32_t broken_scan(void *context, const char *from, size_t fl, const char *to, size_t tl, uint32_t limit, sts_reply *reply)
{
    (void)context; (void)from; (void)fl; (void)to; (void)tl; (void)limit;
    sts_reply_entry(reply, "\xff", 1, "", 0);
    return STS_OK;
}
static int32_t done(void *context, uint64_t expected, const sts_write *writes, size_t count)
{
    (void)context; (void)expected; (void)writes; (void)count;
    return STS_DONE;
}
static int32_t conflict(void *context, uint64_t expected, const sts_write *writes, size_t count)
{
    (void)context; (void)expected; (void)writes; (void)count;
    return STS_CONFLICT;
}
static int32_t broken(void *context, uint64_t expected, const sts_write *writes, size_t count)
{
    (void)context; (void)expected; (void)writes; (void)count;
    return -5;
}

static void hosts(void)
{
    sts_engine *engine = opened();
    sts_result *result = NULL;
    sts_host host;
    int marker = 1;
    memset(&host, 0, sizeof host);
    host.now = now, host.http = http, host.get = get, host.scan = scan, host.commit = done;
    REFUSED(sts_run(engine, &host, HEALTH, strlen(HEALTH), &result), STS_OK, NULL);
    host.commit = broken;
    REFUSED(sts_run_tick(engine, &host, &result), STS_HOST, "HOST");
    host.commit = conflict;
    REFUSED(sts_run_tick(engine, &host, &result), STS_STORE, "CONTENTION");
    host.commit = done, host.scan = broken_scan;
    REFUSED(sts_run_tick(engine, &host, &result), STS_HOST, "HOST");
    host.scan = scan, host.context = &marker, inside = engine;
    REFUSED(sts_run_tick(engine, &host, &result), STS_OK, NULL);
    check(from_inside == STS_BUSY, "a callback that calls into its own engine is told");
    sts_engine_free(engine);
}

static void *hammer(void *context)
{
    int i;
    long *ended = (long *)calloc(1, sizeof(long));
    for (i = 0; i < 500; i++) {
        sts_result *result = NULL;
        sts_status status = sts_engine_command((sts_engine *)context, NOW, HEALTH, strlen(HEALTH), &result);
        if (status == STS_OK || status == STS_BUSY) (*ended)++;
        sts_result_free(result);
    }
    return ended;
}

static void threads(void)
{
    sts_engine *engine = opened();
    pthread_t thread[4];
    long all = 0;
    int i;
    for (i = 0; i < 4; i++) pthread_create(&thread[i], NULL, hammer, engine);
    for (i = 0; i < 4; i++) {
        void *ended = NULL;
        pthread_join(thread[i], &ended);
        all += *(long *)ended;
        free(ended);
    }
    check(all == 2000, "concurrent calls are done or told that they are not");
    sts_engine_free(engine);
}

#ifdef PANIC_ON_PURPOSE
static void panics(void)
{
    sts_engine *engine = opened();
    sts_result *result = NULL;
    REFUSED(sts_engine_command(engine, NOW, "panic", 5, &result), STS_PANIC, "PANIC");
    REFUSED(sts_engine_tick(engine, NOW, &result), STS_DEAD, "DEAD");
    REFUSED(sts_engine_command(engine, NOW, HEALTH, strlen(HEALTH), &result), STS_DEAD, "DEAD");
    sts_engine_free(engine);
    engine = opened();
    REFUSED(sts_engine_command(engine, NOW, HEALTH, strlen(HEALTH), &result), STS_OK, NULL);
    sts_engine_free(engine);
}
#endif

static void many(int times)
{
    int i;
    for (i = 0; i < times; i++) {
        sts_result *result = NULL;
        sts_call("partita_iva", 11, "{\"text\": \"99900011000\"}", 23, &result);
        sts_result_free(result);
        sts_call("nothing", 7, "{}", 2, &result);
        sts_result_free(result);
    }
}

int main(int argc, char **argv)
{
    check(sts_abi_version() == STS_ABI && strlen(sts_version()) > 2, "versions");
    passed += positions(&failed);
    nulls();
    wrong_input();
    hosts();
    threads();
#ifdef PANIC_ON_PURPOSE
    panics();
#endif
    many(argc > 1 ? atoi(argv[1]) : 100);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
