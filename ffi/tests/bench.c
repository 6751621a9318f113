/* What a `check` and an idle `tick` cost through the C ABI: prints `check NANOSECONDS` and `tick
 * NANOSECONDS`. `tests/bench` says what is measured.
 *   bench fixtures/start/profile.json fixtures/start/invoice.json */
#include "memory.h"

#include <stdio.h>
#include <time.h>

enum { BATCHES = 51, WARM = 5, CALLS = 200 };
static const int64_t NOW = 1795424400000;

static int64_t now(void *context) { return (void)context, NOW; }
static int32_t http(void *context, const sts_request *request, sts_reply *reply)
{
    (void)context, (void)request, (void)reply;
    return STS_NOT_SENT;
}

static void wanted(int right, const char *what)
{
    if (right) return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static char *text(const char *path)
{
    static char read[2][4096];
    static int files;
    FILE *file = fopen(path, "rb");
    size_t length = file ? fread(read[files], 1, sizeof read[0] - 1, file) : 0;
    wanted(length > 0, path);
    fclose(file);
    return read[files++];
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double nanoseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static char question[16384];
static sts_engine *engine;
static sts_host host;

static void check(void)
{
    sts_result *result = NULL;
    wanted(sts_call("check", 5, question, strlen(question), &result) == STS_OK
        && strstr((const char *)sts_result_json(result, NULL), "\"verdict\":\"send\"") != NULL, "check");
    sts_result_free(result);
}

static void tick(void)
{
    sts_result *result = NULL;
    wanted(sts_run_tick(engine, &host, &result) == STS_OK, "tick");
    sts_result_free(result);
}

static void measure(const char *name, void (*call)(void))
{
    static double measured[BATCHES];
    int batch, i;
    for (batch = -WARM; batch < BATCHES; batch++) {
        double began = nanoseconds();
        for (i = 0; i < CALLS; i++) call();
        if (batch >= 0) measured[batch] = (nanoseconds() - began) / CALLS;
    }
    qsort(measured, BATCHES, sizeof *measured, ascending);
    printf("%s %.0f\n", name, measured[BATCHES / 2]);
}

int main(int argc, char **argv)
{
    static char settings[8192], save[8192];
    static memory store;
    sts_result *result = NULL;
    const char *profile, *invoice;
    wanted(argc == 3, "bench PROFILE INVOICE");
    profile = text(argv[1]), invoice = text(argv[2]);
    snprintf(settings, sizeof settings, "{\"ambiente\": \"test\", \"profile\": %s}", profile);
    snprintf(question, sizeof question, "{\"settings\": %s, \"invoice\": %s, \"now\": %lld}", settings, invoice,
             (long long)NOW);
    snprintf(save, sizeof save, "{\"command\": \"save\", \"invoices\": [%s]}", invoice);
    host.context = &store, host.now = now, host.http = http;
    host.get = memory_get, host.scan = memory_scan, host.commit = memory_commit;
    wanted(sts_engine_new(settings, strlen(settings), &engine, &result) == STS_OK, "settings");
    sts_result_free(result);
    wanted(sts_run(engine, &host, save, strlen(save), &result) == STS_OK, "save");
    sts_result_free(result);
    measure("check", check);
    measure("tick", tick);
    sts_engine_free(engine);
    memory_free(&store);
    return 0;
}
