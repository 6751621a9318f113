/* A store in memory, for measurements and tests: the functions `get`, `scan` and `commit` of a
 * sts_host whose context begins with a `memory`. Grows and forgets; for one thread. */
#ifndef MEMORY_H
#define MEMORY_H

#include "sts.h"

#include <stdlib.h>
#include <string.h>

typedef struct { char *key; size_t key_length; unsigned char *value; size_t value_length; } memory_entry;
typedef struct { memory_entry *entries; size_t count, room; } memory;

static int memory_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
    int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
    return order ? order : a_length < b_length ? -1 : a_length > b_length;
}

/* The first entry that is not before the key. */
static size_t memory_find(const memory *m, const char *key, size_t length)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const memory_entry *e = &m->entries[middle];
        if (memory_compare(e->key, e->key_length, key, length) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int memory_has(const memory *m, size_t at, const char *key, size_t length)
{
    return at < m->count && memory_compare(m->entries[at].key, m->entries[at].key_length, key, length) == 0;
}

static int32_t memory_get(void *context, const char *key, size_t length, sts_reply *reply)
{
    const memory *m = (const memory *)context;
    size_t at = memory_find(m, key, length);
    if (memory_has(m, at, key, length)) sts_reply_value(reply, m->entries[at].value, m->entries[at].value_length);
    return STS_OK;
}

static int32_t memory_scan(void *context, const char *from, size_t from_length, const char *to,
                           size_t to_length, uint32_t limit, sts_reply *reply)
{
    const memory *m = (const memory *)context;
    size_t at = memory_find(m, from, from_length);
    for (; at < m->count && limit > 0; at++, limit--) {
        const memory_entry *e = &m->entries[at];
        if (memory_compare(e->key, e->key_length, to, to_length) >= 0) break;
        sts_reply_entry(reply, e->key, e->key_length, e->value, e->value_length);
    }
    return STS_OK;
}

static void *memory_copy(const void *bytes, size_t length)
{
    void *copy = malloc(length + 1);
    if (copy && length) memcpy(copy, bytes, length);
    return copy;
}

static int memory_put(memory *m, const sts_write *w)
{
    size_t at = memory_find(m, w->key, w->key_length);
    unsigned char *value = w->value ? (unsigned char *)memory_copy(w->value, w->value_length) : NULL;
    if (w->value && !value) return 0;
    if (memory_has(m, at, w->key, w->key_length)) {
        free(m->entries[at].value);
        if (value) {
            m->entries[at].value = value, m->entries[at].value_length = w->value_length;
            return 1;
        }
        free(m->entries[at].key);
        memmove(&m->entries[at], &m->entries[at + 1], (--m->count - at) * sizeof *m->entries);
        return 1;
    }
    if (!value) return 1;
    if (m->count == m->room) {
        memory_entry *grown = (memory_entry *)realloc(m->entries, (m->room * 2 + 16) * sizeof *grown);
        if (!grown) return free(value), 0;
        m->entries = grown, m->room = m->room * 2 + 16;
    }
    memmove(&m->entries[at + 1], &m->entries[at], (m->count++ - at) * sizeof *m->entries);
    m->entries[at].key = (char *)memory_copy(w->key, w->key_length), m->entries[at].key_length = w->key_length;
    m->entries[at].value = value, m->entries[at].value_length = w->value_length;
    return m->entries[at].key != NULL;
}

static int32_t memory_commit(void *context, uint64_t expected, const sts_write *writes, size_t count)
{
    memory *m = (memory *)context;
    size_t at = memory_find(m, "revision", 8), i;
    uint64_t found = 0;
    if (memory_has(m, at, "revision", 8))
        for (i = 0; i < m->entries[at].value_length; i++) found = found * 10 + (uint64_t)(m->entries[at].value[i] - '0');
    if (found != expected) return STS_CONFLICT;
    for (i = 0; i < count; i++)
        if (!memory_put(m, &writes[i])) return -1;
    return STS_DONE;
}

static void memory_free(memory *m)
{
    size_t i;
    for (i = 0; i < m->count; i++) free(m->entries[i].key), free(m->entries[i].value);
    free(m->entries);
}

#endif
