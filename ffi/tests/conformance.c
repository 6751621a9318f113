/* The functions of a store can be called only by the library, which owns `sts_reply`. Here they are
 * called directly, so this file brings a `sts_reply` of its own with the functions that fill it, and
 * a test that uses it does not link libsts. */
#include "conformance.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char *bytes; size_t length; } text;
struct sts_reply { text *keys, *values; size_t count, room; };

static text copied(const void *bytes, size_t length)
{
    text copy = {(char *)malloc(length + 1), length};
    if (!copy.bytes) abort();
    if (length) memcpy(copy.bytes, bytes, length);
    copy.bytes[length] = 0;
    return copy;
}

void sts_reply_entry(sts_reply *reply, const char *key, size_t key_length, const void *value, size_t value_length)
{
    if (reply->count == reply->room) {
        reply->room = reply->room * 2 + 16;
        reply->keys = (text *)realloc(reply->keys, reply->room * sizeof(text));
        reply->values = (text *)realloc(reply->values, reply->room * sizeof(text));
        if (!reply->keys || !reply->values) abort();
    }
    reply->keys[reply->count] = copied(key, key_length);
    reply->values[reply->count++] = copied(value, value_length);
}

void sts_reply_value(sts_reply *reply, const void *value, size_t length)
{
    sts_reply_entry(reply, "", 0, value, length);
}

void sts_reply_http(sts_reply *reply, uint16_t status, const void *body, size_t length)
{
    (void)reply, (void)status, (void)body, (void)length;
}

static void emptied(sts_reply *reply)
{
    size_t i;
    for (i = 0; i < reply->count; i++) free(reply->keys[i].bytes), free(reply->values[i].bytes);
    free(reply->keys), free(reply->values);
    memset(reply, 0, sizeof *reply);
}

static int broken, rules;

static void rule(int kept, const char *what)
{
    rules++;
    if (kept) return;
    broken++;
    printf("BROKEN: %s\n", what);
}

/* Whether the key has this value; no value at all when `value` is null. */
static int has_bytes(const sts_host *h, const char *key, size_t key_length, const void *value, size_t length)
{
    sts_reply reply = {NULL, NULL, 0, 0};
    int right = h->get(h->context, key, key_length, &reply) == STS_OK;
    right = right && (value ? reply.count == 1 && reply.values[0].length == length
                              && (length == 0 || memcmp(reply.values[0].bytes, value, length) == 0)
                            : reply.count == 0);
    emptied(&reply);
    return right;
}

static int has(const sts_host *h, const char *key, const char *value)
{
    return has_bytes(h, key, strlen(key), value, value ? strlen(value) : 0);
}

/* The keys of a range, each followed by a bar, without `revision`. */
static int scanned(const sts_host *h, const char *from, size_t from_length, const char *to, uint32_t limit,
                   const char *expected)
{
    sts_reply reply = {NULL, NULL, 0, 0};
    char found[512] = "";
    size_t i;
    int right = h->scan(h->context, from, from_length, to, strlen(to), limit, &reply) == STS_OK;
    for (i = 0; i < reply.count; i++) {
        if (strcmp(reply.keys[i].bytes, "revision") == 0) continue;
        strncat(found, reply.keys[i].bytes, sizeof found - strlen(found) - 1);
        strncat(found, "|", sizeof found - strlen(found) - 1);
    }
    emptied(&reply);
    if (right && strcmp(found, expected) == 0) return 1;
    printf("  %s instead of %s\n", found, expected);
    return 0;
}

static sts_write put(const char *key, const void *value, size_t length)
{
    sts_write w = {key, strlen(key), (const uint8_t *)value, length};
    return w;
}

static sts_write removed(const char *key) { return put(key, NULL, 0); }

/* Commits the writes and the next revision. */
static int32_t advance(const sts_host *h, uint64_t expected, const sts_write *writes, size_t count)
{
    char next[32];
    int32_t end;
    sts_write *all = (sts_write *)malloc((count + 1) * sizeof *all);
    if (!all) abort();
    if (count) memcpy(all, writes, count * sizeof *all);
    snprintf(next, sizeof next, "%llu", (unsigned long long)(expected + 1));
    all[count] = put("revision", next, strlen(next));
    end = h->commit(h->context, expected, all, count + 1);
    free(all);
    return end;
}

static void absent(const sts_host *h)
{
    rule(has(h, "revision", NULL) && has(h, "d/1", NULL), "a missing key has no value");
    rule(scanned(h, "", 0, "~", 10, ""), "a new store is empty");
    rule(advance(h, 0, NULL, 0) == STS_DONE && has(h, "revision", "1"), "an absent revision counts as 0");
}

static void values_are_bytes(const sts_host *h)
{
    unsigned char all[256];
    sts_write writes[2];
    int i;
    for (i = 0; i < 256; i++) all[i] = (unsigned char)i;
    writes[0] = put("bytes", all, sizeof all), writes[1] = put("empty", "", 0);
    rule(advance(h, 0, writes, 2) == STS_DONE && has_bytes(h, "bytes", 5, all, sizeof all), "values come back byte for byte");
    rule(has(h, "empty", ""), "an empty value is one");
}

static void keys_compare_as_bytes(const sts_host *h)
{
    static const char *const ascending[] = {
        "A", "B/ 1", "B/1", "a", "a b", "a%", "a_", "b", "z", "~", "\xc3\xa0", "\xc3\xa9", "\xf0\x90\x80\x80"};
    enum { COUNT = sizeof ascending / sizeof *ascending };
    sts_write writes[COUNT];
    int i;
    for (i = 0; i < COUNT; i++) writes[i] = put(ascending[COUNT - 1 - i], "", 0);
    rule(advance(h, 0, writes, COUNT) == STS_DONE
         && scanned(h, "", 0, "\xf4\x8f\xbf\xbf", 100,
                    "A|B/ 1|B/1|a|a b|a%|a_|b|z|~|\xc3\xa0|\xc3\xa9|\xf0\x90\x80\x80|"), "keys are ordered as bytes");
    rule(scanned(h, "a\0", 2, "b", 9, "a b|a%|a_|"), "a NUL ends nothing");
    rule(has(h, "a ", NULL) && has(h, "\xc3\x80", NULL) && has(h, "a", ""), "no two keys are the same but equal ones");
}

static void ranges(const sts_host *h)
{
    sts_write writes[4];
    writes[0] = put("w/1", "1", 1), writes[1] = put("w/2", "2", 1), writes[2] = put("w/3", "3", 1), writes[3] = put("w0", "0", 1);
    rule(advance(h, 0, writes, 4) == STS_DONE && scanned(h, "w/", 2, "w0", 10, "w/1|w/2|w/3|"), "the end of a range is excluded");
    rule(scanned(h, "w/2", 3, "w/3", 10, "w/2|"), "its beginning is included");
    rule(scanned(h, "w/", 2, "w0", 2, "w/1|w/2|"), "the first `limit` are given");
    rule(scanned(h, "w/", 2, "w0", 0, ""), "a limit of 0 gives nothing");
    rule(scanned(h, "w/3", 3, "w/1", 10, ""), "a reversed range is empty");
    rule(scanned(h, "w/", 2, "w0", UINT32_MAX, "w/1|w/2|w/3|"), "any limit is taken");
}

static void deletions(const sts_host *h)
{
    sts_write first[2], second[3];
    first[0] = put("a", "1", 1), first[1] = put("b", "1", 1);
    second[0] = removed("a"), second[1] = put("b", "2", 1), second[2] = removed("never");
    rule(advance(h, 0, first, 2) == STS_DONE && advance(h, 1, second, 3) == STS_DONE
         && has(h, "a", NULL) && has(h, "b", "2"), "deletions are part of a commit");
}

static void conflicts(const sts_host *h)
{
    static const uint64_t stale[] = {0, 2, UINT64_MAX - 1};
    sts_write first[1], other[3];
    size_t i;
    int right;
    first[0] = put("a", "1", 1);
    other[0] = put("a", "2", 1), other[1] = put("c", "2", 1), other[2] = removed("a");
    right = advance(h, 0, first, 1) == STS_DONE;
    for (i = 0; i < sizeof stale / sizeof *stale; i++) right = right && advance(h, stale[i], other, 3) == STS_CONFLICT;
    rule(right, "a commit against another revision is a conflict");
    rule(has(h, "a", "1") && has(h, "c", NULL) && has(h, "revision", "1"), "a conflict changes nothing");
    right = advance(h, 1, other, 2) == STS_DONE;
    rule(right && has(h, "a", "2"), "after a conflict the store goes on");
}

static void large(const sts_host *h)
{
    enum { MANY = 2000 };
    char (*keys)[16] = (char (*)[16])malloc((MANY + 1) * sizeof *keys), longest[513];
    unsigned char *value = (unsigned char *)malloc(1 << 20);
    sts_write *writes = (sts_write *)malloc((MANY + 1) * sizeof *writes);
    sts_reply reply = {NULL, NULL, 0, 0};
    int i;
    if (!keys || !value || !writes) abort();
    memset(value, 7, 1 << 20), memset(longest, 'k', 512), longest[512] = 0;
    for (i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof keys[i], "d/%05d", i);
        writes[i] = put(keys[i], keys[i], strlen(keys[i]));
    }
    writes[MANY] = put(longest, value, 1 << 20);
    rule(advance(h, 0, writes, MANY + 1) == STS_DONE, "two thousand writes at once");
    rule(h->scan(h->context, "d/", 2, "d0", 2, 5000, &reply) == STS_OK && reply.count == MANY, "two thousand entries at once");
    rule(has_bytes(h, longest, 512, value, 1 << 20), "a key of 512 bytes and a value of 1 MiB");
    emptied(&reply);
    free(keys), free(value), free(writes);
}

int conformance_check(const conformance_stores *stores, int *checked)
{
    static void (*const all[])(const sts_host *) = {
        absent, values_are_bytes, keys_compare_as_bytes, ranges, deletions, conflicts, large};
    size_t i;
    broken = rules = 0;
    for (i = 0; i < sizeof all / sizeof *all; i++) {
        sts_host host;
        memset(&host, 0, sizeof host);
        stores->open(stores->user, &host);
        all[i](&host);
        stores->close(stores->user, &host);
    }
    if (checked) *checked = rules;
    return broken;
}

enum { COMMITS = 25 };

static uint64_t seen(const sts_host *h)
{
    sts_reply reply = {NULL, NULL, 0, 0};
    uint64_t found = 0;
    if (h->get(h->context, "revision", 8, &reply) != STS_OK) abort();
    if (reply.count) found = strtoull(reply.values[0].bytes, NULL, 10);
    emptied(&reply);
    return found;
}

static void *contend(void *context)
{
    const sts_host *h = (const sts_host *)context;
    int done = 0;
    while (done < COMMITS) {
        uint64_t revision = seen(h);
        char key[32];
        sts_write write;
        int32_t end;
        snprintf(key, sizeof key, "c/%05llu", (unsigned long long)revision);
        write = put(key, "x", 1);
        end = advance(h, revision, &write, 1);
        if (end < 0) return context;
        done += end == STS_DONE;
    }
    return NULL;
}

int conformance_check_shared(const sts_host *hosts, int count)
{
    pthread_t *threads = (pthread_t *)malloc((size_t)count * sizeof *threads);
    sts_reply reply = {NULL, NULL, 0, 0};
    int i, wrong = 0;
    if (!threads) abort();
    for (i = 0; i < count; i++) pthread_create(&threads[i], NULL, contend, (void *)&hosts[i]);
    for (i = 0; i < count; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        wrong = wrong || failed;
    }
    wrong = wrong || hosts->scan(hosts->context, "c/", 2, "c0", 2, UINT32_MAX, &reply) != STS_OK;
    wrong = wrong || reply.count != (size_t)count * COMMITS || seen(hosts) != (uint64_t)count * COMMITS;
    if (wrong) printf("BROKEN: each revision is committed by one connection\n");
    emptied(&reply);
    free(threads);
    return wrong;
}
