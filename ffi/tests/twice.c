/* One of several processes on a practice, at a time of its own:
 *   twice DATABASE SETTINGS MILLISECONDS-AHEAD [COMMAND...]
 * Carries out the commands, then a tick, and prints the last answer of each; ends with 1 when one
 * was refused. */
#include <sts_local.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t ahead;
static int64_t (*real)(void *context);
static int64_t now(void *context) { return real(context) + ahead; }

static int said(sts_status status, sts_result **result)
{
    printf("%s\n", (const char *)sts_result_json(*result, NULL));
    fflush(stdout);
    sts_result_free(*result);
    return status == STS_OK;
}

int main(int argc, char **argv)
{
    sts_local local;
    sts_host host;
    sts_engine *engine = NULL;
    sts_result *result = NULL;
    const char *user = getenv("STS_USERNAME"), *password = getenv("STS_PASSWORD"), *pincode = getenv("STS_PINCODE");
    int i, ok;
    if (argc < 4 || !user || !password || !pincode || sts_local_open(&local, argv[1], &host) != STS_OK) return 2;
    ahead = strtoll(argv[3], NULL, 10), real = host.now, host.now = now;
    ok = said(sts_engine_new(argv[2], strlen(argv[2]), &engine, &result), &result)
        && said(sts_engine_set_credentials(engine, user, strlen(user), password, strlen(password), pincode,
                                           strlen(pincode), &result), &result);
    for (i = 4; ok && i < argc; i++) ok = said(sts_run(engine, &host, argv[i], strlen(argv[i]), &result), &result);
    ok = ok && said(sts_run_tick(engine, &host, &result), &result);
    sts_engine_free(engine);
    sts_local_close(&local);
    return ok ? 0 : 1;
}
