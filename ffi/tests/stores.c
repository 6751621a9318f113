/* The stores in C keep the rules of a store: the SQLite file of sts_local, and the one in memory that
 * other tests use.   stores FOLDER */
#include "conformance.h"
#include "memory.h"
#include <sts_local.h>

#include <stdio.h>
#include <sys/stat.h>

static const char *folder;
static int files;

static void sqlite_open(void *user, sts_host *host)
{
    char path[4096];
    sts_local *local = (sts_local *)user;
    snprintf(path, sizeof path, "%s/store-%d.db", folder, files++);
    remove(path);
    if (sts_local_open(local, path, host) != STS_OK) {
        fprintf(stderr, "%s: %s\n", path, local->trouble);
        exit(2);
    }
}

static void sqlite_close(void *user, sts_host *host)
{
    (void)host;
    sts_local_close((sts_local *)user);
}

static void memory_open(void *user, sts_host *host)
{
    memset(user, 0, sizeof(memory));
    host->context = user, host->get = memory_get, host->scan = memory_scan, host->commit = memory_commit;
}

static void memory_close(void *user, sts_host *host)
{
    (void)host;
    memory_free((memory *)user);
}

/* What the file itself promises, beside the rules. */
static int file_rules(void)
{
    sts_local local;
    sts_host host;
    struct stat found;
    char path[4096];
    int wrong = 0;
    sts_write writes[] = {{"revision", 8, (const uint8_t *)"1", 1}};
    snprintf(path, sizeof path, "%s/private.db", folder);
    wrong += sts_local_open(&local, path, &host) != STS_OK;
    wrong += stat(path, &found) != 0 || (found.st_mode & 0777) != 0600;
    wrong += host.commit(host.context, 0, writes, 1) != STS_DONE;
    sts_local_close(&local);
    wrong += sts_local_open(&local, path, &host) != STS_OK || host.commit(host.context, 0, writes, 1) != STS_CONFLICT;
    sts_local_close(&local);
    sts_local_close(&local);
    /* What cannot be opened says why, and leaves nothing behind. */
    wrong += sts_local_open(&local, "/nowhere/at/all.db", &host) != STS_HOST || local.trouble[0] == 0;
    wrong += sts_local_open(NULL, path, &host) != STS_ARGUMENT || sts_local_open(&local, NULL, &host) != STS_ARGUMENT;
    sts_local_close(NULL);
    if (wrong) printf("BROKEN: %d promises of the file\n", wrong);
    return wrong;
}

int main(int argc, char **argv)
{
    enum { CONNECTIONS = 4 };
    static sts_local locals[CONNECTIONS];
    static memory store;
    sts_host hosts[CONNECTIONS];
    conformance_stores sqlite = {&locals[0], sqlite_open, sqlite_close}, in_memory = {&store, memory_open, memory_close};
    int wrong, rules = 0, i;
    if (argc != 2) return 2;
    folder = argv[1];
    wrong = conformance_check(&in_memory, NULL) + conformance_check(&sqlite, &rules) + file_rules();
    for (i = 0; i < CONNECTIONS; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/shared.db", folder);
        wrong += sts_local_open(&locals[i], path, &hosts[i]) != STS_OK;
    }
    wrong += conformance_check_shared(hosts, CONNECTIONS);
    for (i = 0; i < CONNECTIONS; i++) sts_local_close(&locals[i]);
    printf("%d rules, %d broken\n", rules, wrong);
    return wrong != 0;
}
