/* A practice in C, with libcurl and SQLite: carries out commands, then what is due, and prints what
 * happens. The secrets are in the environment, settings and commands are JSON:
 *   STS_USERNAME=… STS_PASSWORD=… STS_PINCODE=… practice practice.db "$(cat settings.json)" [COMMAND...]
 * Without commands it is what cron calls every ten minutes. An archive of receipts, which a command
 * may have asked for, is written to receipts.zip.
 * With `--forever` as the last argument it goes on, and is the timer itself. */
#include <sts_local.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void event(void *user, const char *text, size_t length)
{
    (void)user;
    printf("event %.*s\n", (int)length, text);
}

/* The bodies of a result: the archive of receipts, when it was asked for. */
static void keep(const sts_result *result)
{
    size_t length = 0;
    const uint8_t *zip = sts_result_body(result, 0, &length);
    FILE *file = zip && length ? fopen("receipts.zip", "wb") : NULL;
    if (!file) return;
    if (fwrite(zip, 1, length, file) != length) fprintf(stderr, "receipts.zip could not be written\n");
    fclose(file);
}

/* Prints what a call says, and whether it went well. When a function of the host failed, it has the
 * reason; what was committed is safe, and the next run goes on from there. */
static int said(const sts_local *local, sts_status status, sts_result **result)
{
    printf("%s %s\n", status == STS_OK ? "ok" : "failed", (const char *)sts_result_json(*result, NULL));
    if (local->trouble[0]) printf("because: %s\n", local->trouble);
    keep(*result);
    sts_result_free(*result);
    return status == STS_OK;
}

/* What is left for a while. Ticks are harmless at any time, so the clock is looked at every minute. */
static void forever(const sts_local *local, sts_engine *engine, const sts_host *host)
{
    for (;;) {
        sts_result *result = NULL;
        time_t until = time(NULL) + 60;
        said(local, sts_run_tick(engine, host, &result), &result);
        fflush(stdout);
        while (time(NULL) < until) {
            struct timespec second = {1, 0};
            nanosleep(&second, NULL);
        }
    }
}

int main(int argc, char **argv)
{
    sts_local local;
    sts_host host;
    sts_engine *engine = NULL;
    sts_result *result = NULL;
    const char *user = getenv("STS_USERNAME"), *password = getenv("STS_PASSWORD"), *pincode = getenv("STS_PINCODE");
    int ok, i, more = argc > 3 && strcmp(argv[argc - 1], "--forever") == 0;
    if (sts_abi_version() != STS_ABI) {
        fprintf(stderr, "libsts has ABI %u, and this program was made for %u\n", sts_abi_version(), STS_ABI);
        return 2;
    }
    if (argc < 3 || !user || !password || !pincode) {
        fprintf(stderr, "usage: STS_USERNAME=… STS_PASSWORD=… STS_PINCODE=… practice DATABASE SETTINGS [COMMAND...]\n");
        return 2;
    }
    if (sts_local_open(&local, argv[1], &host) != STS_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], local.trouble);
        return 2;
    }
    local.event = event;
    ok = said(&local, sts_engine_new(argv[2], strlen(argv[2]), &engine, &result), &result)
        && said(&local, sts_engine_set_credentials(engine, user, strlen(user), password, strlen(password),
                                                   pincode, strlen(pincode), &result), &result);
    for (i = 3; ok && i < argc - more; i++)
        ok = said(&local, sts_run(engine, &host, argv[i], strlen(argv[i]), &result), &result);
    ok = ok && said(&local, sts_run_tick(engine, &host, &result), &result);
    if (ok && more) forever(&local, engine, &host);
    sts_engine_free(engine);
    sts_local_close(&local);
    return ok ? 0 : 1;
}
