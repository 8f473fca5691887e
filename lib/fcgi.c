/* Requests in and answers out, FastCGI or plain CGI. */
#include "fcgi.h"
#include "form.h"
#include "mem.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

#define RECORD_MAX       65528 /* the largest multiple of eight that a record's 16-bit length holds */
#define TYPE_END_REQUEST 3     /* FastCGI 1.0, section 8 */
#define TYPE_STDOUT      6

struct header {
    const char *name;
    size_t offset; /* of the member in struct fcgi_request */
};

#define MEMBER(m) offsetof(struct fcgi_request, m)

static const struct header headers[] = {
    {"REQUEST_METHOD", MEMBER(method)},
    {"REQUEST_URI", MEMBER(path)},
    {"QUERY_STRING", MEMBER(query)},
    {"HTTP_COOKIE", MEMBER(cookie)},
    {"HTTP_ACCEPT", MEMBER(accept)},
    {"HTTP_ACCEPT_LANGUAGE", MEMBER(language)},
    {"CONTENT_TYPE", MEMBER(content_type)},
    {"HTTP_X_CSRF_TOKEN", MEMBER(csrf)},
    {"HTTP_ORIGIN", MEMBER(origin)},
    {"HTTP_SEC_FETCH_SITE", MEMBER(fetch_site)},
    {"HTTP_HOST", MEMBER(host)},
    {"REMOTE_ADDR", MEMBER(address)},
    {"HTTP_USER_AGENT", MEMBER(agent)},
    {"HTTP_LAST_EVENT_ID", MEMBER(last_event_id)},
    {"HTTP_RANGE", MEMBER(range)},
    {"SNUG_STORED", MEMBER(stored)},
};
#define HEADERS (sizeof headers / sizeof headers[0])

int fcgi_open(void)
{
    bool cgi = FCGX_IsCGI() != 0;

    if (!cgi && FCGX_Init() != 0) {
        log_line("libfcgi does not start");
        exit(70);
    }
    signal(SIGPIPE, SIG_IGN); /* libfcgi had it otherwise */
    if (cgi)
        return -1;
    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    return 0;
}

volatile sig_atomic_t fcgi_stopping;

static void stop(int signal)
{
    (void)signal;
    fcgi_stopping = 1;
}

void fcgi_until_stopped(sigset_t *waiting)
{
    struct sigaction action = {.sa_handler = stop};
    sigset_t held;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, waiting);
    sigdelset(waiting, SIGTERM);
    sigdelset(waiting, SIGINT);
}

static const char *env(char **envp, const char *name)
{
    size_t len = strlen(name);

    for (; *envp != NULL; envp++)
        if (strncmp(*envp, name, len) == 0 && (*envp)[len] == '=')
            return *envp + len + 1;
    return NULL;
}

/* Copies what we need of the environment, and the path out of the request's URI: what a proxy in front
 * rewrote does not matter, the address that the browser shows does. */
static void copy_headers(struct fcgi_request *request, char **envp)
{
    const char *value[HEADERS] = {NULL};
    size_t total = 2;

    memset(request, 0, sizeof *request);
    for (char **e = envp; *e != NULL; e++)
        for (size_t i = 0; i < HEADERS; i++) {
            size_t len = strlen(headers[i].name);
            if (value[i] == NULL && strncmp(*e, headers[i].name, len) == 0 && (*e)[len] == '=') {
                value[i] = *e + len + 1;
                total += strlen(value[i]) + 1;
                break;
            }
        }

    char *at = request->memory = mem_alloc(total);
    for (size_t i = 0; i < HEADERS; i++) {
        const char *text = value[i] != NULL ? value[i] : "";
        size_t len = strlen(text);
        const char **member = (const char **)(void *)((char *)request + headers[i].offset);
        if (len == 0) {
            *member = "";
            continue;
        }
        memcpy(at, text, len + 1);
        if (headers[i].offset == MEMBER(path)) {
            char *path = at[0] == '/' ? at : at + len;
            size_t path_len = form_decode(path, strcspn(path, "?#"), false);
            path[path_len] = '\0';
            *member = memchr(path, '\0', path_len) == NULL ? path : "";
        } else {
            *member = at;
        }
        at += len + 1;
    }
    const char *https = env(envp, "HTTPS");
    request->https = https != NULL && strcmp(https, "on") == 0;
}

/* The announced length of the body; SIZE_MAX for one that makes no sense. */
static size_t announced(char **envp)
{
    const char *text = env(envp, "CONTENT_LENGTH");
    char *end;

    if (text == NULL || *text == '\0')
        return 0;
    errno = 0;
    unsigned long long len = strtoull(text, &end, 10);
    return *end != '\0' || *text == '-' || errno != 0 ? SIZE_MAX : (size_t)len;
}

/* Lets go of libfcgi's state and keeps the connection. */
static void end_stream(struct fcgi_request *request)
{
    FCGX_Request *fcgx = request->stream;

    if (fcgx == NULL)
        return;
    fcgx->ipcFd = -1;
    FCGX_Free(fcgx, 0);
    free(fcgx);
    request->stream = NULL;
}

size_t fcgi_read(struct fcgi_request *request, void *buf, size_t len)
{
    FCGX_Request *fcgx = request->stream;
    size_t got = 0;

    if (fcgx != NULL) {
        int count = FCGX_GetStr(buf, (int)len, fcgx->in);
        return count > 0 ? (size_t)count : 0;
    }
    if (!request->cgi)
        return 0;
    if (len > request->announced - request->body_len)
        len = request->announced - request->body_len;
    while (got < len) {
        ssize_t count = read(STDIN_FILENO, (char *)buf + got, len - got);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        got += (size_t)count;
    }
    request->body_len += got;
    return got;
}

void fcgi_read_away(struct fcgi_request *request)
{
    char waste[16384];

    while (request->stream != NULL && fcgi_read(request, waste, sizeof waste) == sizeof waste)
        ;
}

/* Takes the body, unless it is to be read in pieces. */
static void read_body(struct fcgi_request *request, size_t body_max)
{
    if (body_max == FCGI_STREAM)
        return;
    if (request->announced > body_max) {
        request->body_too_long = true;
        fcgi_read_away(request);
    } else if (request->announced > 0) {
        char *body = mem_alloc(request->announced + 1);
        request->body_len = 0;
        size_t got = fcgi_read(request, body, request->announced);
        request->body_len = got;
        request->body = body;
    }
    end_stream(request);
}

enum fcgi_result fcgi_accept(struct fcgi_request *request, size_t body_max)
{
    /* FCGX_Accept_r finds out by itself whether this one was used before: it is zeroed by FCGX_InitRequest. */
    FCGX_Request *fcgx = mem_alloc(sizeof *fcgx);
    int rc = -ENOMEM;

    errno = 0;
    if (FCGX_InitRequest(fcgx, 0, FCGI_FAIL_ACCEPT_ON_INTR) == 0)
        rc = FCGX_Accept_r(fcgx);
    if (rc < 0) {
        bool full = rc == -EMFILE || rc == -ENFILE || rc == -ENOBUFS || rc == -ENOMEM;
        FCGX_Free(fcgx, 1);
        free(fcgx);
        return full ? FCGI_FULL : FCGI_NONE;
    }

    copy_headers(request, fcgx->envp);
    request->announced = announced(fcgx->envp);
    request->stream = fcgx;
    request->fd = fcgx->ipcFd;
    read_body(request, body_max);
    return FCGI_GOT;
}

void fcgi_cgi(struct fcgi_request *request, size_t body_max)
{
    copy_headers(request, environ);
    request->cgi = true;
    request->fd = STDOUT_FILENO;
    if (*request->path == '\0' && env(environ, "REQUEST_URI") == NULL) {
        const char *info = env(environ, "PATH_INFO");
        request->path = info != NULL ? info : "/";
    }
    request->announced = announced(environ);
    read_body(request, body_max);
}

void fcgi_release(struct fcgi_request *request)
{
    end_stream(request);
    free(request->memory);
    free((void *)(uintptr_t)request->body);
    request->memory = NULL;
    request->body = NULL;
}

static void record(struct strbuf *out, uint8_t type, const void *data, size_t len)
{
    const uint8_t header[8] = {1, type, 0, 1, (uint8_t)(len >> 8), (uint8_t)len, 0, 0};

    strbuf_add(out, header, sizeof header);
    strbuf_add(out, data, len);
}

void fcgi_frame(struct strbuf *out, const void *data, size_t len, bool cgi)
{
    const char *at = data;

    if (cgi) {
        strbuf_add(out, data, len);
        return;
    }
    strbuf_grow(out, len + (len / RECORD_MAX + 1) * 8);
    while (len > 0) {
        size_t part = len < RECORD_MAX ? len : RECORD_MAX;
        record(out, TYPE_STDOUT, at, part);
        at += part;
        len -= part;
    }
}

void fcgi_frame_end(struct strbuf *out, bool cgi)
{
    static const uint8_t complete[8] = {0};

    if (cgi)
        return;
    record(out, TYPE_STDOUT, "", 0);
    record(out, TYPE_END_REQUEST, complete, sizeof complete);
}

bool fcgi_write_all(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t put = write(fd, at, len);
        if (put < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            if (poll(&wait, 1, 10000) <= 0)
                return false;
            continue;
        }
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        len -= (size_t)put;
    }
    return true;
}
