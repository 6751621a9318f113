/* How a request ends when its answer is lost and when nobody listens, with a libcurl that is as new as
 * its headers and with one that is older. Linked with --wrap=curl_easy_setopt.
 *   ends DATABASE */
#include <sts_local.h>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#undef curl_easy_setopt
CURLcode __real_curl_easy_setopt(CURL *curl, CURLoption option, ...);
CURLcode __wrap_curl_easy_setopt(CURL *curl, CURLoption option, ...);

static int older;

/* Every argument of an option is a long, a curl_off_t or a pointer: 64 bits here. */
CURLcode __wrap_curl_easy_setopt(CURL *curl, CURLoption option, ...)
{
    va_list arguments;
    void *argument;
    va_start(arguments, option);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (older && (option == CURLOPT_PREREQFUNCTION || option == CURLOPT_PREREQDATA)) return CURLE_UNKNOWN_OPTION;
    return __real_curl_easy_setopt(curl, option, argument);
}

static int requests;

/* Reads what comes, twice, and answers nothing. */
static void *serve(void *listener)
{
    char bytes[4096];
    for (int i = 0; i < 2; i++) {
        int there = accept(*(int *)listener, NULL, NULL);
        if (read(there, bytes, sizeof bytes) > 0) requests++;
        close(there);
    }
    close(*(int *)listener);
    return NULL;
}

static int ended(const sts_host *host, int port, int32_t expected)
{
    char url[64];
    const uint8_t body[] = "busta";
    sts_request request = {url, NULL, 0, body, sizeof body - 1, 10000, "prova"};
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    int32_t end = host->http(host->context, &request, NULL);
    if (end != expected) printf("older %d: %d in place of %d\n", older, (int)end, (int)expected);
    return end == expected;
}

int main(int argc, char **argv)
{
    sts_local local;
    sts_host host;
    pthread_t server;
    struct sockaddr_in at = {0};
    socklen_t length = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0), right = 1;
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (argc != 2 || sts_local_open(&local, argv[1], &host) != STS_OK) return 2;
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 5)) return 2;
    if (getsockname(listener, (struct sockaddr *)&at, &length)) return 2;
    pthread_create(&server, NULL, serve, &listener);
    for (older = 0; older < 2; older++) right &= ended(&host, ntohs(at.sin_port), STS_UNKNOWN);
    pthread_join(server, NULL);
    for (older = 0; older < 2; older++)
        right &= ended(&host, ntohs(at.sin_port), older ? STS_UNKNOWN : STS_NOT_SENT);
    sts_local_close(&local);
    return right && requests == 2 ? 0 : 1;
}
