/* A practice in C, with libcurl and SQLite: carries out commands, then what is due, and prints what
 * happens. The secrets are in the environment, settings and commands are JSON:
 *   STS_USER=… STS_PASSWORD=… STS_PINCODE=… practice practice.db "$(cat settings.json)" [COMMAND...]
 * Without commands it is what cron calls every ten minutes. */
#include "sts.h"

#include <curl/curl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

typedef struct { sqlite3 *db; CURL *curl; char *body; size_t length; } practice;

static int64_t now(void *context)
{
    struct timeval t;
    (void)context, (void)gettimeofday(&t, NULL);
    return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

static size_t receive(char *data, size_t size, size_t count, void *context)
{
    practice *p = (practice *)context;
    char *grown = (char *)realloc(p->body, p->length + size * count);
    if (!grown) return 0;
    memcpy(grown + p->length, data, size * count);
    p->body = grown;
    p->length += size * count;
    return size * count;
}

static int32_t http(void *context, const sts_request *request, sts_reply *reply)
{
    practice *p = (practice *)context;
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    long status = 0;
    CURLcode end;
    for (size_t i = 0; i < request->header_count; i++)
        headers = curl_slist_append(headers, request->headers[i]);
    p->length = 0;
    curl_easy_reset(p->curl);
    curl_easy_setopt(p->curl, CURLOPT_URL, request->url);
    curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, request->body);
    curl_easy_setopt(p->curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
    curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, p);
    end = curl_easy_perform(p->curl);
    curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (end == CURLE_OK) sts_reply_http(reply, (uint16_t)status, p->body, p->length);
    return end == CURLE_OK ? STS_ANSWERED
         : end == CURLE_COULDNT_RESOLVE_HOST || end == CURLE_COULDNT_CONNECT ? STS_NOT_SENT
         : STS_UNKNOWN;
}

static sqlite3_stmt *query(practice *p, const char *sql, const char *key, size_t length)
{
    sqlite3_stmt *s = NULL;
    sqlite3_prepare_v2(p->db, sql, -1, &s, NULL);
    sqlite3_bind_text64(s, 1, key, length, SQLITE_STATIC, SQLITE_UTF8);
    return s;
}

static int32_t get(void *context, const char *key, size_t length, sts_reply *reply)
{
    sqlite3_stmt *s = query((practice *)context, "SELECT value FROM sts_store WHERE key = ?1", key, length);
    int end = sqlite3_step(s);
    if (end == SQLITE_ROW)
        sts_reply_value(reply, sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0));
    sqlite3_finalize(s);
    return end == SQLITE_ROW || end == SQLITE_DONE ? STS_OK : -1;
}

static int32_t scan(void *context, const char *from, size_t from_length, const char *to,
                    size_t to_length, uint32_t limit, sts_reply *reply)
{
    int end;
    sqlite3_stmt *s = query((practice *)context, "SELECT key, value FROM sts_store"
        " WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3", from, from_length);
    sqlite3_bind_text64(s, 2, to, to_length, SQLITE_STATIC, SQLITE_UTF8);
    sqlite3_bind_int64(s, 3, limit);
    while ((end = sqlite3_step(s)) == SQLITE_ROW)
        sts_reply_entry(reply, (const char *)sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0),
                        sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1));
    sqlite3_finalize(s);
    return end == SQLITE_DONE ? STS_OK : -1;
}

static int run(practice *p, const char *sql) { return sqlite3_exec(p->db, sql, NULL, NULL, NULL) == SQLITE_OK; }

static int32_t commit(void *context, uint64_t expected, const sts_write *w, size_t count)
{
    practice *p = (practice *)context;
    sqlite3_stmt *s;
    int ok;
    if (!run(p, "BEGIN IMMEDIATE")) return -1;
    s = query(p, "SELECT CAST(value AS INTEGER) FROM sts_store WHERE key = ?1", "revision", 8);
    ok = (sqlite3_step(s) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(s, 0) : 0) == expected;
    sqlite3_finalize(s);
    if (!ok) return run(p, "ROLLBACK") ? STS_CONFLICT : -1;
    for (; ok && count > 0; w++, count--) {
        s = query(p, w->value ? "REPLACE INTO sts_store VALUES (?1, ?2)" : "DELETE FROM sts_store WHERE key = ?1",
                  w->key, w->key_length);
        if (w->value) sqlite3_bind_blob64(s, 2, w->value, w->value_length, SQLITE_STATIC);
        ok = sqlite3_step(s) == SQLITE_DONE;
        sqlite3_finalize(s);
    }
    return ok && run(p, "COMMIT") ? STS_DONE : (run(p, "ROLLBACK"), -1);
}

static void event(void *context, const char *text, size_t length)
{
    (void)context;
    printf("event %.*s\n", (int)length, text);
}

/* Prints what a call says, and whether it went well. */
static int said(sts_status status, sts_result **result)
{
    printf("%s %s\n", status == STS_OK ? "ok" : "failed", (const char *)sts_result_json(*result, NULL));
    sts_result_free(*result);
    return status == STS_OK;
}

int main(int argc, char **argv)
{
    practice p = {NULL, NULL, NULL, 0};
    sts_host host = {&p, now, http, get, scan, commit, event};
    sts_engine *engine = NULL;
    sts_result *result = NULL;
    const char *user = getenv("STS_USER"), *password = getenv("STS_PASSWORD"), *pincode = getenv("STS_PINCODE");
    int ok;
    if (sts_abi_version() != STS_ABI || argc < 3 || !user || !password || !pincode) return 2;
    if (!(p.curl = curl_easy_init()) || sqlite3_open(argv[1], &p.db) != SQLITE_OK) return 2;
    sqlite3_busy_timeout(p.db, 10000);
    ok = run(&p, "CREATE TABLE IF NOT EXISTS sts_store (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        && said(sts_engine_new(argv[2], strlen(argv[2]), &engine, &result), &result)
        && said(sts_engine_set_credentials(engine, user, strlen(user), password, strlen(password),
                                           pincode, strlen(pincode), &result), &result);
    for (int i = 3; ok && i < argc; i++) ok = said(sts_run(engine, &host, argv[i], strlen(argv[i]), &result), &result);
    ok = ok && said(sts_run_tick(engine, &host, &result), &result);
    sts_engine_free(engine);
    sqlite3_close(p.db), curl_easy_cleanup(p.curl), free(p.body);
    return ok ? 0 : 1;
}
