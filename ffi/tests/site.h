/* A practice as a scenario has it: an engine over sts_run, its store in one SQLite file, a clock that
 * stands until it is moved, and a simulator of its own. Also the JSON that tests need. */
#ifndef SITE_H
#define SITE_H

#include <sts_local.h>

#include <jansson.h>

typedef struct {
    sts_local local; /* first, because it is the context of its functions */
    sts_host inner, host;
    sts_engine *engine;
    int64_t now, wake; /* `wake` is -1 when nothing is due */
    int down;
    json_t *settings, *credentials, *setup;
    json_t *events; /* by number: each counts once */
    const char *folder, *program;
    char *path;
    int files;
    int simulator, alive; /* process id, and the pipe whose end ends it */
    char *url, *control;
    int64_t there; /* the simulator's clock */
} site;

/* Ends the program with a sentence. */
void fatal(const char *what, const char *why);

/* A file, or all of what `printf` makes. */
json_t *read_json(const char *path);
char *format(const char *form, ...);

/* Whether everything that is wanted is there: of an object the fields that are named, of a list every
 * element in order; in a text, `*` stands for any text when `patterns` is set. What differs is told
 * on the standard output. */
int part_of(const json_t *wanted, const json_t *found, int patterns, const char *at);

/* Milliseconds since 1970 of `YYYY-MM-DDTHH:MM:SSZ`. */
int64_t instant(const char *text);

/* Sets it up for a scenario, whose start it borrows; `program` is sts-simulator. */
void site_open(site *s, const json_t *scenario, const char *program, const char *folder);
void site_close(site *s);

/* Goes on with another, empty store. */
void site_begin_again(site *s);
void site_credentials(site *s, json_t *credentials);

/* A command, or a tick when it is null, with all that follows. The result is
 * {"answer": …, "wakeAt": …}, or {"error": {"code": …, "path": …}}; `archive` is the body beside it,
 * which the caller frees, and may be null. */
json_t *site_run(site *s, const json_t *command, char **archive, size_t *length);

/* Lets time pass from one wake time to the next, for so many days at most. */
void site_rest(site *s, int64_t days);

/* A request to the simulator's control interface, at the time of the practice. */
json_t *site_control(site *s, const char *method, const char *path, const json_t *body);

#endif
