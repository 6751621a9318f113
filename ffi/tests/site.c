#include "site.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a real request may take here, in milliseconds: one that hangs ends then, and the clock moves
 * by the time that the engine would have waited. */
static const uint32_t PATIENCE = 5000;

void fatal(const char *what, const char *why)
{
    fprintf(stderr, "play: %s: %s\n", what, why);
    exit(2);
}

json_t *read_json(const char *path)
{
    json_error_t error;
    json_t *read = json_load_file(path, 0, &error);
    if (!read) fatal(path, error.text);
    return read;
}

char *format(const char *form, ...)
{
    va_list list;
    int length;
    char *text;
    va_start(list, form);
    length = vsnprintf(NULL, 0, form, list);
    va_end(list);
    text = (char *)malloc((size_t)length + 1);
    if (!text) fatal("format", "out of memory");
    va_start(list, form);
    vsnprintf(text, (size_t)length + 1, form, list);
    va_end(list);
    return text;
}

/* `*` stands for any text. */
static int fits(const char *pattern, const char *text)
{
    if (*pattern == '*') return fits(pattern + 1, text) || (*text && fits(pattern, text + 1));
    return *pattern == *text && (*pattern == 0 || fits(pattern + 1, text + 1));
}

static int differs(const json_t *wanted, const json_t *found, const char *at)
{
    char *left = json_dumps(wanted, JSON_ENCODE_ANY), *right = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;
    printf("  %s: %s instead of %s\n", at, right ? right : "nothing", left);
    free(left), free(right);
    return 0;
}

int part_of(const json_t *wanted, const json_t *found, int patterns, const char *at)
{
    const char *key;
    json_t *value;
    size_t i;
    int right = 1;
    if (json_is_object(wanted) && json_is_object(found)) {
        json_object_foreach((json_t *)wanted, key, value) {
            char *place = format("%s/%s", at, key);
            right = right && part_of(value, json_object_get(found, key), patterns, place);
            free(place);
        }
        return right;
    }
    if (json_is_array(wanted) && json_is_array(found) && json_array_size(wanted) == json_array_size(found)) {
        json_array_foreach((json_t *)wanted, i, value) {
            char *place = format("%s/%u", at, (unsigned)i);
            right = right && part_of(value, json_array_get(found, i), patterns, place);
            free(place);
        }
        return right;
    }
    if (patterns && json_is_string(wanted) && json_is_string(found))
        return fits(json_string_value(wanted), json_string_value(found)) || differs(wanted, found, at);
    /* What is absent counts as null. */
    return (found ? json_equal(wanted, found) : json_is_null(wanted)) || differs(wanted, found, at);
}

int64_t instant(const char *text)
{
    int y, m, d, hour, minute, second;
    int64_t days;
    if (sscanf(text, "%d-%d-%dT%d:%d:%dZ", &y, &m, &d, &hour, &minute, &second) != 6) fatal("no moment", text);
    /* Days of the civil calendar, March being the first month of a year. */
    y -= m <= 2;
    days = (int64_t)365 * y + y / 4 - y / 100 + y / 400 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 - 719468;
    return (days * 86400 + hour * 3600 + minute * 60 + second) * 1000;
}

static int64_t now(void *context) { return ((site *)context)->now; }

static int32_t http(void *context, const sts_request *request, sts_reply *reply)
{
    site *s = (site *)context;
    sts_request sooner = *request;
    int32_t end;
    json_decref(site_control(s, NULL, NULL, NULL));
    if (s->down) return STS_NOT_SENT;
    sooner.timeout_ms = PATIENCE;
    end = s->inner.http(s, &sooner, reply);
    if (end == STS_ANSWERED) s->now += 200;
    else if (strstr(s->local.trouble, "Timeout") != NULL) s->now += request->timeout_ms;
    return end;
}

static void event(void *user, const char *text, size_t length)
{
    site *s = (site *)user;
    json_t *told = json_loadb(text, length, 0, NULL), *before;
    char *number = told ? format("%lld", (long long)json_integer_value(json_object_get(told, "number"))) : NULL;
    if (!told) fatal("an event is no JSON", text);
    before = json_object_get(s->events, number);
    if (before && !json_equal(before, told)) fatal("one number, two events", text);
    json_object_set_new(s->events, number, told);
    free(number);
}

/* The line that the simulator prints when it is ready. */
static void simulate(site *s, const char *start)
{
    int in[2], out[2];
    char line[2048];
    size_t length = 0;
    char *setup = format("%s/setup.json", s->folder);
    json_t *ready;
    if (json_dump_file(s->setup, setup, 0) != 0 || pipe(in) != 0 || pipe(out) != 0) fatal("simulator", "no files");
    s->simulator = (int)fork();
    if (s->simulator == 0) {
        dup2(in[0], 0), dup2(out[1], 1);
        close(in[0]), close(in[1]), close(out[0]), close(out[1]);
        execl(s->program, s->program, "--clock", start, "--setup", setup, "--cert-out", s->folder, (char *)NULL);
        _exit(127);
    }
    close(in[0]), close(out[1]);
    while (length + 1 < sizeof line && read(out[0], line + length, 1) == 1 && line[length] != '\n') length++;
    close(out[0]);
    line[length] = 0;
    ready = json_loads(line, 0, NULL);
    if (!ready) fatal("the simulator does not start", s->program);
    s->alive = in[1];
    s->url = format("%s", json_string_value(json_object_get(ready, "url")));
    s->control = format("%s", json_string_value(json_object_get(ready, "control")));
    s->there = instant(start);
    json_decref(ready);
    free(setup);
}

static char *pem(const char *folder)
{
    char *command = format("openssl x509 -inform der -in '%s/simulator-cf.cer'", folder);
    FILE *out = popen(command, "r");
    char *text = (char *)calloc(1, 8192);
    size_t length = out && text ? fread(text, 1, 8191, out) : 0;
    if (length == 0 || pclose(out) != 0) fatal("openssl", "no certificate");
    free(command);
    return text;
}

static void opened(site *s)
{
    sts_result *result = NULL;
    char *settings = json_dumps(s->settings, 0);
    if (sts_engine_new(settings, strlen(settings), &s->engine, &result) != STS_OK)
        fatal("settings", (const char *)sts_result_json(result, NULL));
    sts_result_free(result);
    free(settings);
    site_credentials(s, json_incref(s->credentials));
}

static void stored(site *s)
{
    s->path = format("%s/%d.db", s->folder, ++s->files);
    remove(s->path);
    if (sts_local_open(&s->local, s->path, &s->inner) != STS_OK) fatal(s->path, s->local.trouble);
    s->host = s->inner;
    s->host.now = now, s->host.http = http;
    s->local.event = event, s->local.user = s;
}

void site_open(site *s, const json_t *scenario, const char *program, const char *folder)
{
    json_t *policy = json_object_get(scenario, "policy"), *setup = json_object_get(scenario, "simulator");
    const char *start = json_string_value(json_object_get(scenario, "start"));
    char *certificate;
    memset(s, 0, sizeof *s);
    s->program = program, s->folder = folder;
    s->setup = setup ? json_incref(setup) : json_object();
    s->now = instant(start), s->wake = -1;
    simulate(s, start);
    certificate = pem(folder);
    s->settings = json_pack("{s:s, s:O, s:s, s:s}", "ambiente", "test", "profile", json_object_get(scenario, "profile"),
                            "endpoint", s->url, "certificate", certificate);
    if (policy) json_object_set(s->settings, "policy", policy);
    free(certificate);
    s->events = json_object();
    s->credentials = json_incref(json_object_get(scenario, "credentials"));
    stored(s);
    opened(s);
}

static void put_away(site *s)
{
    sts_engine_free(s->engine);
    sts_local_close(&s->local);
    remove(s->path);
    free(s->path);
}

void site_begin_again(site *s)
{
    put_away(s);
    json_object_clear(s->events);
    s->wake = -1;
    stored(s);
    opened(s);
}

void site_close(site *s)
{
    put_away(s);
    close(s->alive);
    waitpid(s->simulator, NULL, 0);
    json_decref(s->settings), json_decref(s->credentials), json_decref(s->setup), json_decref(s->events);
    free(s->url), free(s->control);
}

void site_credentials(site *s, json_t *credentials)
{
    sts_result *result = NULL;
    const char *user = json_string_value(json_object_get(credentials, "user"));
    const char *password = json_string_value(json_object_get(credentials, "password"));
    const char *pincode = json_string_value(json_object_get(credentials, "pincode"));
    if (sts_engine_set_credentials(s->engine, user, strlen(user), password, strlen(password), pincode,
                                   strlen(pincode), &result) != STS_OK)
        fatal("credentials", (const char *)sts_result_json(result, NULL));
    sts_result_free(result);
    json_decref(s->credentials);
    s->credentials = credentials;
}

json_t *site_run(site *s, const json_t *command, char **archive, size_t *length)
{
    sts_result *result = NULL;
    char *text = command ? json_dumps(command, 0) : NULL;
    sts_status status = text ? sts_run(s->engine, &s->host, text, strlen(text), &result)
                             : sts_run_tick(s->engine, &s->host, &result);
    json_t *said = json_loads((const char *)sts_result_json(result, NULL), 0, NULL), *wake;
    const uint8_t *body = sts_result_body(result, 0, length);
    if (!said) fatal("a result is no JSON", (const char *)sts_result_json(result, NULL));
    if (archive) {
        *archive = body ? (char *)malloc(*length + 1) : NULL;
        if (*archive) memcpy(*archive, body, *length + 1);
    }
    sts_result_free(result);
    free(text);
    if (status != STS_OK && status != STS_REFUSED) fatal("a call failed", s->local.trouble);
    if (status == STS_REFUSED) {
        json_object_del(said, "message");
        return json_pack("{s:o}", "error", said);
    }
    wake = json_object_get(said, "wakeAt");
    s->wake = json_is_integer(wake) ? json_integer_value(wake) : -1;
    return said;
}

void site_rest(site *s, int64_t days)
{
    int64_t end = s->now + days * 86400000;
    int round;
    for (round = 0; round < 10000; round++) {
        size_t length;
        json_t *said = site_run(s, NULL, NULL, &length);
        if (json_object_get(said, "error")) fatal("a tick", "refused");
        json_decref(said);
        if (s->wake < 0 || s->wake > end) return;
        if (s->wake <= s->now) fatal("a tick", "the engine wakes in the past: a hot loop");
        s->now = s->wake;
    }
    fatal("rest", "no rest within 10 000 rounds");
}

typedef struct { char *text; size_t length; } said;

static size_t hear(char *data, size_t size, size_t count, void *context)
{
    said *s = (said *)context;
    char *grown = (char *)realloc(s->text, s->length + size * count + 1);
    if (!grown) return 0;
    memcpy(grown + s->length, data, size * count);
    s->text = grown, s->length += size * count, s->text[s->length] = 0;
    return size * count;
}

static json_t *ask(site *s, const char *method, const char *path, const json_t *body)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *lines = curl_slist_append(NULL, "Content-Type: application/json");
    said answer = {NULL, 0};
    char *url = format("%s%s", s->control, path), *text = body ? json_dumps(body, JSON_ENCODE_ANY) : NULL;
    long status = 0;
    json_t *read;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (text) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    if (curl_easy_perform(curl) != CURLE_OK) fatal(path, "the simulator does not answer");
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 300) fatal(path, answer.text ? answer.text : "refused");
    curl_slist_free_all(lines);
    curl_easy_cleanup(curl);
    read = answer.text ? json_loads(answer.text, JSON_DECODE_ANY, NULL) : NULL;
    free(url), free(text), free(answer.text);
    return read ? read : json_null();
}

json_t *site_control(site *s, const char *method, const char *path, const json_t *body)
{
    if (s->there != s->now) {
        json_t *by = json_pack("{s:I}", "advance_ms", (json_int_t)(s->now - s->there));
        json_decref(ask(s, "POST", "/clock", by));
        json_decref(by);
        s->there = s->now;
    }
    return path ? ask(s, method, path, body) : NULL;
}
