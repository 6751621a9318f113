/* The rules of a store as checks, for stores written in C: a host compiles this file into a test of
 * its own. They are those of `sts_host::conformance`, seen through `get`, `scan` and `commit`. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <sts.h>

/* A store under test: `open` fills the three functions and the context of `host` for a new, empty
 * store, and `close` ends it. `user` is handed to both. */
typedef struct {
    void *user;
    void (*open)(void *user, sts_host *host);
    void (*close)(void *user, sts_host *host);
} conformance_stores;

/* Checks every rule that one connection can show. Prints each rule that is broken; returns how many
 * are. `rules`, which may be null, is how many were checked. */
int conformance_check(const conformance_stores *stores, int *rules);

/* Checks that connections to one store, empty at first, exclude each other: each of `count` hosts is
 * used by a thread of its own. Returns 1 when two of them committed against one revision, or a write
 * is lost. */
int conformance_check_shared(const sts_host *hosts, int count);

#endif
