/* What the web server hands over of a request: the input is its variables, and then the body. */
#include "fuzz.h"

#include "fcgi.h"
#include "page.h"

#include <sys/mman.h>
#include <unistd.h>

#define BODY_MAX 64

extern char **environ;

static const char *const names[] = {
    "REQUEST_METHOD",  "REQUEST_URI",          "QUERY_STRING",   "HTTP_COOKIE",
    "HTTP_ACCEPT",     "HTTP_ACCEPT_LANGUAGE", "CONTENT_TYPE",   "HTTP_X_CSRF_TOKEN",
    "HTTP_ORIGIN",     "HTTP_SEC_FETCH_SITE",  "HTTP_HOST",      "REMOTE_ADDR",
    "HTTP_USER_AGENT", "HTTP_LAST_EVENT_ID",   "CONTENT_LENGTH", "PATH_INFO"};
#define NAMES (sizeof names / sizeof names[0])

static void look(const struct fcgi_request *in, size_t given)
{
    static const struct config config = {.site_address = "https://chat.example.org"};
    struct form form = {.count = 0};
    const char *strings[] = {in->method,       in->query, in->cookie,       in->accept,     in->language,
                             in->content_type, in->csrf,  in->origin,       in->fetch_site, in->host,
                             in->address,      in->agent, in->last_event_id};

    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
        CHECK(strings[i] != NULL && strlen(strings[i]) < 1 << 20);
    CHECK(*in->path == '\0' || *in->path == '/');
    CHECK(in->body_too_long || (in->body_len <= BODY_MAX && in->body_len <= given));
    page_is_form(in->content_type);
    CHECK(page_is_foreign(in, &config) || *in->fetch_site == '\0' ||
          strcmp(in->fetch_site, "same-origin") == 0 || strcmp(in->fetch_site, "none") == 0);
    CHECK(!page_has_token(in, &form, "the token") || strcmp(in->csrf, "the token") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fcgi_request request;
    char *variables[NAMES + 1] = {NULL}, **before = environ;
    size_t count = 0, len, body_len;

    for (; count < NAMES && size > 0; count++) {
        char *value = fuzz_part(&data, &size, &len);
        variables[count] = malloc(strlen(names[count]) + len + 2);
        CHECK(variables[count] != NULL);
        sprintf(variables[count], "%s=%s", names[count], value);
        free(value);
    }
    char *body = fuzz_part(&data, &size, &body_len);
    int file = memfd_create("body", 0);
    CHECK(file >= 0 && write(file, body, body_len) == (ssize_t)body_len && lseek(file, 0, SEEK_SET) == 0);
    dup2(file, STDIN_FILENO);
    close(file);

    environ = variables;
    fcgi_cgi(&request, BODY_MAX);
    environ = before;
    look(&request, body_len);
    fcgi_release(&request);
    free(body);
    for (size_t i = 0; i < count; i++)
        free(variables[i]);
    return 0;
}
