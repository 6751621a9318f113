/* Asks the questions of fixtures/vectors and plays the stories of fixtures/scenarios through the C
 * ABI, on the store and the transport that ship with it, against the simulator.
 *   play SIMULATOR FIXTURES FOLDER [SCENARIO...]
 * The folder is for files that come and go. With names of scenarios, those alone are played. */
#include "site.h"

#include <curl/curl.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of the JSON files in a folder, in order. */
static size_t files(const char *folder, struct dirent ***found)
{
    int count = scandir(folder, found, NULL, alphasort), kept = 0, i;
    for (i = 0; i < count; i++) {
        const char *end = strrchr((*found)[i]->d_name, '.');
        if (end && strcmp(end, ".json") == 0) (*found)[kept++] = (*found)[i];
        else free((*found)[i]);
    }
    if (kept == 0) fatal(folder, "no files");
    return (size_t)kept;
}

static int ask(const json_t *one)
{
    const char *name = json_string_value(json_object_get(one, "ask"));
    char *question = json_dumps(json_object_get(one, "question"), 0);
    sts_result *result = NULL;
    sts_status status = sts_call(name, strlen(name), question, strlen(question), &result);
    json_t *answer = json_loads((const char *)sts_result_json(result, NULL), 0, NULL);
    int right = status == STS_OK && part_of(json_object_get(one, "expect"), answer, 0, "");
    if (!right) printf("  in %s\n", json_string_value(json_object_get(one, "id")));
    json_decref(answer);
    sts_result_free(result);
    free(question);
    return right;
}

static int vectors(const char *fixtures)
{
    char *folder = format("%s/vectors", fixtures);
    struct dirent **found;
    size_t count = files(folder, &found), n, i;
    int wrong = 0, all = 0;
    for (n = 0; n < count; n++) {
        char *path = format("%s/%s", folder, found[n]->d_name);
        json_t *file = read_json(path), *one;
        json_array_foreach(json_object_get(file, "cases"), i, one) {
            all++;
            if (!ask(one)) wrong++, printf("FAILED %s\n", path);
        }
        json_decref(file);
        free(path), free(found[n]);
    }
    free(found), free(folder);
    printf("%d vectors, %d wrong\n", all, wrong);
    return wrong;
}

static json_t *looked(site *s, json_t *command)
{
    size_t length;
    json_t *said = site_run(s, command, NULL, &length), *answer = json_object_get(said, "answer");
    if (!answer) fatal("looking", "refused");
    json_incref(answer);
    json_decref(said), json_decref(command);
    return answer;
}

/* The whole registry, newest first. */
static json_t *registry(site *s)
{
    json_t *rows = json_array(), *after = NULL;
    for (;;) {
        json_t *command = json_pack("{s:s, s:i, s:o*}", "command", "list", "limit", 50, "after", after);
        json_t *answer = looked(s, command);
        json_array_extend(rows, json_object_get(answer, "transmissions"));
        after = json_incref(json_object_get(answer, "next"));
        json_decref(answer);
        if (!after || json_is_null(after)) return rows;
    }
}

static int told(const site *s, const json_t *wanted)
{
    const char *number, *key;
    json_t *event, *value;
    json_object_foreach(s->events, number, event) {
        int like = 1;
        /* Looked at quietly first: most events are others. */
        json_object_foreach((json_t *)wanted, key, value)
            if (json_is_string(value) && !strchr(json_string_value(value), '*')
                && !json_equal(value, json_object_get(event, key))) like = 0;
        if (like && part_of(wanted, event, 1, "/told (perhaps another)")) return 1;
    }
    printf("  /told: nothing like it\n");
    return 0;
}

static int counted(const site *s, const char *kind, json_int_t wanted)
{
    const char *number;
    json_t *event;
    json_int_t found = 0;
    json_object_foreach(s->events, number, event)
        found += strcmp(json_string_value(json_object_get(event, "event")), kind) == 0;
    if (found != wanted) printf("  /events/%s: %d instead of %d\n", kind, (int)found, (int)wanted);
    return found == wanted;
}

static int requests(site *s, const json_t *wanted)
{
    json_t *log = site_control(s, "GET", "/log", NULL), *found = json_object(), *call;
    size_t i;
    int right;
    json_array_foreach(log, i, call) {
        const char *operation = json_string_value(json_object_get(call, "operation"));
        if (!operation) operation = "unreadable";
        json_object_set_new(found, operation, json_integer(json_integer_value(json_object_get(found, operation)) + 1));
    }
    right = part_of(wanted, found, 0, "/requests") && part_of(found, wanted, 0, "/requests");
    json_decref(log), json_decref(found);
    return right;
}

static int wrong_logins(site *s, const char *user, json_int_t wanted)
{
    json_t *text = json_pack("{s:s}", "text", user), *digest = site_control(s, "POST", "/digest", text), *one;
    json_t *users = site_control(s, "GET", "/users", NULL);
    json_int_t found = -1;
    size_t i;
    json_array_foreach(users, i, one)
        if (json_equal(json_object_get(one, "user"), json_object_get(digest, "digest")))
            found = json_integer_value(json_object_get(one, "wrongLogins"));
    if (found != wanted) printf("  /wrongLogins: %d instead of %d\n", (int)found, (int)wanted);
    json_decref(text), json_decref(digest), json_decref(users);
    return found == wanted;
}

static int expected(site *s, const json_t *expect, const char *user)
{
    const char *key;
    json_t *wanted, *found;
    size_t i;
    int right = 1;
    json_object_foreach(json_object_get(expect, "documents"), key, wanted) {
        found = looked(s, json_pack("{s:s, s:s}", "command", "document", "id", key));
        right = part_of(wanted, json_object_get(found, "document"), 1, key) && right;
        json_decref(found);
    }
    if ((wanted = json_object_get(expect, "registry"))) {
        found = registry(s);
        right = part_of(wanted, found, 1, "/registry") && right;
        json_decref(found);
    }
    json_object_foreach(json_object_get(expect, "events"), key, wanted)
        right = counted(s, key, json_integer_value(wanted)) && right;
    json_array_foreach(json_object_get(expect, "told"), i, wanted) right = told(s, wanted) && right;
    if ((wanted = json_object_get(expect, "service"))) {
        found = site_control(s, "GET", "/documents", NULL);
        right = part_of(wanted, found, 1, "/service") && right;
        json_decref(found);
    }
    if ((wanted = json_object_get(expect, "requests"))) right = requests(s, wanted) && right;
    if ((wanted = json_object_get(expect, "wrongLogins")))
        right = wrong_logins(s, user, json_integer_value(wanted)) && right;
    return right;
}

/* An archive names its entries as the answer does. */
static int archived(const json_t *receipts, const char *zip, size_t length)
{
    json_t *entry;
    size_t i, at;
    json_array_foreach(json_object_get(receipts, "entries"), i, entry) {
        const char *name = json_string_value(entry);
        size_t most = strlen(name);
        for (at = 0; zip && at + most <= length && memcmp(zip + at, name, most) != 0; at++) {}
        if (!zip || at + most > length) return printf("  the archive has no %s\n", name), 0;
    }
    return 1;
}

static int commanded(site *s, const json_t *step)
{
    char *archive = NULL;
    size_t length = 0;
    json_t *said = site_run(s, json_object_get(step, "command"), &archive, &length);
    json_t *wanted = json_object_get(step, "error"), *answer = json_object_get(said, "answer");
    int right;
    if (wanted || json_object_get(said, "error")) {
        right = part_of(wanted ? wanted : json_null(), json_object_get(said, "error"), 1, "/error");
    } else {
        right = (wanted = json_object_get(step, "answer")) == NULL || part_of(wanted, answer, 1, "/answer");
        right = right && json_is_object(answer) && archived(json_object_get(answer, "receipts"), archive, length);
    }
    json_decref(said);
    free(archive);
    return right;
}

static int stepped(site *s, const json_t *step, const char *user)
{
    json_t *of;
    size_t length;
    if (json_object_get(step, "command")) return commanded(s, step);
    if ((of = json_object_get(step, "expect"))) return expected(s, of, user);
    if ((of = json_object_get(step, "rest"))) {
        site_rest(s, json_integer_value(of));
    } else if ((of = json_object_get(step, "advance"))) {
        s->now += json_integer_value(of);
        of = site_run(s, NULL, NULL, &length);
        if (json_object_get(of, "error")) return printf("  a tick was refused\n"), 0;
        json_decref(of);
    } else if ((of = json_object_get(step, "control"))) {
        json_decref(site_control(s, json_string_value(json_object_get(of, "method")),
                                 json_string_value(json_object_get(of, "path")), json_object_get(of, "body")));
    } else if ((of = json_object_get(step, "credentials"))) {
        site_credentials(s, json_incref(of));
    } else if ((of = json_object_get(step, "network"))) {
        s->down = strcmp(json_string_value(of), "down") == 0;
    } else if (json_object_get(step, "store")) {
        site_begin_again(s);
    } else {
        return printf("  a step that is not known\n"), 0;
    }
    return 1;
}

/* Steps that held; fewer than there are when one did not. */
static size_t play(const json_t *scenario, const char *program, const char *folder)
{
    site s;
    json_t *step;
    size_t n;
    const char *user = json_string_value(json_object_get(json_object_get(scenario, "credentials"), "user"));
    site_open(&s, scenario, program, folder);
    json_array_foreach(json_object_get(scenario, "steps"), n, step)
        if (!stepped(&s, step, user)) break;
    site_close(&s);
    return n;
}

int main(int argc, char **argv)
{
    struct dirent **found;
    char *folder;
    size_t count, n, steps = 0, played = 0;
    int wrong = 0, i;
    if (argc < 4) fatal("usage", "play SIMULATOR FIXTURES FOLDER [SCENARIO...]");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (argc == 4) wrong += vectors(argv[2]);
    folder = format("%s/scenarios", argv[2]);
    count = files(folder, &found);
    for (n = 0; n < count; n++) {
        char *path = format("%s/%s", folder, found[n]->d_name);
        json_t *scenario = read_json(path);
        const char *name = json_string_value(json_object_get(scenario, "name"));
        int chosen = argc == 4;
        for (i = 4; i < argc; i++) chosen = chosen || strcmp(argv[i], name) == 0;
        if (chosen) {
            size_t held = play(scenario, argv[1], argv[3]), all = json_array_size(json_object_get(scenario, "steps"));
            steps += held, played++;
            if (held != all) wrong++, printf("FAILED %s, step %u\n", name, (unsigned)held);
        }
        json_decref(scenario);
        free(path), free(found[n]);
    }
    free(found), free(folder);
    curl_global_cleanup();
    printf("%u scenarios, %u steps, %d wrong\n", (unsigned)played, (unsigned)steps, wrong);
    return wrong != 0;
}
