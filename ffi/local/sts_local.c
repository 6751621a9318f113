#include "sts_local.h"

#include <curl/curl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>
#endif

static int failed(sts_local *local, const char *why)
{
    snprintf(local->trouble, sizeof local->trouble, "%s", why);
    return -1;
}

static int64_t now(void *context)
{
#ifdef _WIN32
    FILETIME t;
    (void)context;
    GetSystemTimeAsFileTime(&t);
    return (int64_t)((((uint64_t)t.dwHighDateTime << 32) | t.dwLowDateTime) / 10000) - 11644473600000;
#else
    struct timeval t;
    (void)context;
    gettimeofday(&t, NULL);
    return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
#endif
}

/* One byte more than any answer may have is kept, so that the engine sees that it is too long. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
    sts_local *local = (sts_local *)context;
    size_t length = size * count;
    if (length > (size_t)STS_MAX_BODY + 1 - local->body_length)
        length = (size_t)STS_MAX_BODY + 1 - local->body_length;
    if (local->body_length + length > local->body_room) {
        size_t room = (local->body_length + length) * 2;
        unsigned char *grown = (unsigned char *)realloc(local->body, room);
        if (!grown) return 0;
        local->body = grown, local->body_room = room;
    }
    if (length) memcpy(local->body + local->body_length, data, length);
    local->body_length += length;
    return length;
}

/* Called when a connection stands, TLS included, and before any byte of the request. */
#if LIBCURL_VERSION_NUM >= 0x075000
static int stands(void *context, char *there, char *here, int port, int from)
{
    (void)there, (void)here, (void)port, (void)from;
    ((sts_local *)context)->connected = 1;
    return CURL_PREREQFUNC_OK;
}
#endif

static int loopback(const char *url)
{
    const char *host = strstr(url, "://");
    size_t length = host ? strcspn(host += 3, "/:?#@") : 0;
    return (length == 9 && (strncmp(host, "127.0.0.1", 9) == 0 || strncmp(host, "localhost", 9) == 0))
        || (host && strncmp(host, "[::1]", 5) == 0);
}

/* A line that could not be added must not leave the others to travel without it. */
static int add(struct curl_slist **lines, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*lines, line);
    if (longer) *lines = longer;
    return longer != NULL;
}

static int32_t http(void *context, const sts_request *request, sts_reply *reply)
{
    sts_local *local = (sts_local *)context;
    CURL *curl = (CURL *)local->curl;
    /* No header of curl's own beside Host and length. */
    struct curl_slist *lines = NULL;
    long status = 0;
    CURLcode end;
    int complete = add(&lines, "Expect:") && add(&lines, "Accept:");
    for (size_t i = 0; complete && i < request->header_count; i++)
        complete = add(&lines, request->headers[i]);
    if (!complete) {
        curl_slist_free_all(lines);
        failed(local, "out of memory");
        return STS_NOT_SENT;
    }
    local->body_length = 0, local->connected = 0, local->trouble[0] = 0;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    if (loopback(request->url)) curl_easy_setopt(curl, CURLOPT_PROXY, "");
    if (local->options) local->options(local->user, curl);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 0L);
    /* A connection of its own for every request: one that never stood has carried nothing. */
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, local);
#if LIBCURL_VERSION_NUM >= 0x075000
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, local);
    /* A libcurl that is older than its headers does not know it, and nothing can be proven. */
    if (curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, stands) != CURLE_OK) local->connected = 1;
#endif
    end = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(lines);
    if (end == CURLE_OK || local->body_length > STS_MAX_BODY) {
        sts_reply_http(reply, (uint16_t)status, local->body, local->body_length);
        return STS_ANSWERED;
    }
    failed(local, curl_easy_strerror(end));
#if LIBCURL_VERSION_NUM >= 0x075000
    return local->connected ? STS_UNKNOWN : STS_NOT_SENT;
#else
    return end == CURLE_COULDNT_RESOLVE_HOST || end == CURLE_COULDNT_CONNECT ? STS_NOT_SENT : STS_UNKNOWN;
#endif
}

/* A statement with its first parameter; null when SQLite refuses. */
static sqlite3_stmt *query(sts_local *local, const char *sql, const char *key, size_t length)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2((sqlite3 *)local->database, sql, -1, &s, NULL) == SQLITE_OK && key)
        sqlite3_bind_text64(s, 1, key, length, SQLITE_STATIC, SQLITE_UTF8);
    return s;
}

/* Ends a statement that was stepped to `end`. */
static int ended(sts_local *local, sqlite3_stmt *s, int end)
{
    int right = end == SQLITE_ROW || end == SQLITE_DONE;
    if (!right) failed(local, sqlite3_errmsg((sqlite3 *)local->database));
    sqlite3_finalize(s);
    return right ? STS_OK : -1;
}

static int run(sts_local *local, const char *sql)
{
    sqlite3_stmt *s = query(local, sql, NULL, 0);
    return ended(local, s, s ? sqlite3_step(s) : SQLITE_ERROR) == STS_OK;
}

static int32_t get(void *context, const char *key, size_t length, sts_reply *reply)
{
    sts_local *local = (sts_local *)context;
    sqlite3_stmt *s = query(local, "SELECT value FROM sts_store WHERE key = ?1", key, length);
    int end = s ? sqlite3_step(s) : SQLITE_ERROR;
    if (end == SQLITE_ROW)
        sts_reply_value(reply, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
    return ended(local, s, end);
}

static int32_t scan(void *context, const char *from, size_t from_length, const char *to,
                    size_t to_length, uint32_t limit, sts_reply *reply)
{
    sts_local *local = (sts_local *)context;
    sqlite3_stmt *s = query(local, "SELECT key, value FROM sts_store WHERE key >= ?1 AND key < ?2"
                            " ORDER BY key LIMIT ?3", from, from_length);
    int end = SQLITE_ERROR;
    if (s) {
        sqlite3_bind_text64(s, 2, to, to_length, SQLITE_STATIC, SQLITE_UTF8);
        sqlite3_bind_int64(s, 3, limit);
        while ((end = sqlite3_step(s)) == SQLITE_ROW)
            sts_reply_entry(reply, (const char *)sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0),
                            sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
    }
    return ended(local, s, end);
}

/* The number under `revision`; 0 when it is absent. Whether it could be read. */
static int revision(sts_local *local, uint64_t *found)
{
    sqlite3_stmt *s = query(local, "SELECT value FROM sts_store WHERE key = ?1", "revision", 8);
    int end = s ? sqlite3_step(s) : SQLITE_ERROR;
    const unsigned char *digits = end == SQLITE_ROW ? (const unsigned char *)sqlite3_column_blob(s, 0) : NULL;
    int length = digits ? sqlite3_column_bytes(s, 0) : 0, i;
    /* Twenty digits and more are no revision that an engine ever reaches. */
    int right = end == SQLITE_DONE || (length > 0 && length < 20);
    *found = 0;
    for (i = 0; right && i < length; i++) {
        right = digits[i] >= '0' && digits[i] <= '9';
        *found = *found * 10 + (uint64_t)(digits[i] - '0');
    }
    return ended(local, s, end) == STS_OK && (right || failed(local, "the revision is no number") == 0);
}

static int put(sts_local *local, const sts_write *w)
{
    sqlite3_stmt *s = query(local, w->value
        ? "INSERT INTO sts_store (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        : "DELETE FROM sts_store WHERE key = ?1", w->key, w->key_length);
    if (s && w->value) sqlite3_bind_blob64(s, 2, w->value, w->value_length, SQLITE_STATIC);
    return ended(local, s, s ? sqlite3_step(s) : SQLITE_ERROR) == STS_OK;
}

static int32_t commit(void *context, uint64_t expected, const sts_write *writes, size_t count)
{
    sts_local *local = (sts_local *)context;
    uint64_t found;
    size_t i;
    int right;
    if (!run(local, "BEGIN IMMEDIATE")) return -1;
    right = revision(local, &found);
    if (right && found != expected) return run(local, "ROLLBACK") ? STS_CONFLICT : -1;
    for (i = 0; right && i < count; i++) right = put(local, &writes[i]);
    if (right && run(local, "COMMIT")) return STS_DONE;
    /* What went wrong is told, and not what becomes of the transaction. */
    sqlite3_exec((sqlite3 *)local->database, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

static void event(void *context, const char *text, size_t length)
{
    sts_local *local = (sts_local *)context;
    if (local->event) local->event(local->user, text, length);
}

sts_status sts_local_open(sts_local *local, const char *path, sts_host *host)
{
    sts_host filled = {NULL, now, http, get, scan, commit, event};
    sqlite3 *database = NULL;
    int opened;
#ifndef _WIN32
    int created;
#endif
    if (!local || !path || !host) return STS_ARGUMENT;
    memset(local, 0, sizeof *local);
#ifndef _WIN32
    /* SQLite would create it for everyone. One that exists is left as it is. */
    created = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (created >= 0) close(created);
#endif
    opened = sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    local->database = database;
    local->curl = curl_easy_init();
    if (!local->curl) {
        failed(local, "libcurl cannot be used");
    } else if (opened != SQLITE_OK) {
        failed(local, database ? sqlite3_errmsg(database) : "out of memory");
    } else {
        sqlite3_busy_timeout(database, 10000);
        /* A commit survives the loss of power, the removal of the journal included; what is deleted
         * is overwritten. */
        if (run(local, "PRAGMA synchronous = EXTRA") && run(local, "PRAGMA secure_delete = ON")
            && run(local, "CREATE TABLE IF NOT EXISTS sts_store (key TEXT NOT NULL PRIMARY KEY COLLATE BINARY,"
                          " value BLOB NOT NULL) STRICT, WITHOUT ROWID")) {
            filled.context = local;
            *host = filled;
            return STS_OK;
        }
    }
    sts_local_close(local);
    return STS_HOST;
}

void sts_local_close(sts_local *local)
{
    if (!local) return;
    if (local->database) sqlite3_close((sqlite3 *)local->database);
    if (local->curl) curl_easy_cleanup((CURL *)local->curl);
    free(local->body);
    local->database = local->curl = local->body = NULL;
}
