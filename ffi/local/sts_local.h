/*
 * A host for sts_run() on libcurl and one SQLite file: the transport and the store that most C and
 * C++ programs want. Link `libsts-local` (pkg-config), or compile sts_local.c into the program.
 *
 * The file is that of the command `sts` and of the SQLite stores of other languages: any number of
 * processes of one machine may work on it at once. Commits survive the loss of power.
 *
 * A sts_local is used by one thread at a time, as its engine is. A program with several threads
 * calls curl_global_init() before it starts them, as libcurl asks of every program.
 */
#ifndef STS_LOCAL_H
#define STS_LOCAL_H

#include <sts.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sts_local sts_local;
struct sts_local {
    /* The program's own, for the two functions below. May be changed at any time. */
    void *user;
    /* Takes the events: see `event` of sts_host, also for when one comes twice. May be null. */
    void (*event)(void *user, const char *event, size_t length);
    /* Called before each request with its `CURL *`, to set what is this machine's: a proxy, a client
     * certificate, an authority of one's own in a test. TLS is verified whatever it does. May be
     * null. */
    void (*options)(void *user, void *curl);
    /* Why a function of the host failed last, in the words of libcurl or SQLite; empty when none
     * did. For a person; nothing personal is in it. */
    char trouble[256];

    /* What follows is not for the program. */
    void *database, *curl;
    unsigned char *body;
    size_t body_length, body_room;
    int connected;
};

/*
 * Opens the file, creating it for its owner alone (mode 0600, where there are such modes), and fills
 * `host`. `local` must stay where it is until it is closed; what it held before is not looked at.
 * Returns STS_OK, or STS_HOST: then `trouble` says why, and there is nothing to close.
 */
sts_status sts_local_open(sts_local *local, const char *path, sts_host *host);

/* Closes the file. Null is taken, and nothing happens. No call of `sts_run` may be under way. */
void sts_local_close(sts_local *local);

#ifdef __cplusplus
}
#endif

#endif
