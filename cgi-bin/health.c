/* "/health": for monitors. 200 when the database and every program answer, else 503. */
#include "app.h"
#include "db_site.h"
#include "mem.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE 5 /* seconds for all answers: who waits longer takes a program for dead, too */

static const char *const programs[] = {"home",    "register", "login", "logout",  "reset",
                                       "account", "people",   "rooms", "room",    "settings",
                                       "files",   "search",   "admin", "messages"};
#define PROGRAMS (sizeof programs / sizeof programs[0])

/* GET of an address that no program has, as FastCGI records: an answer needs nobody signed in, and says no more than that
 * somebody is there. That a connection is taken says nothing, for the socket is not the program's own. */
static const char question[] =
    "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0" /* begin: a responder */
    "\1\4\0\1\0\104\0\0\16\3REQUEST_METHODGET\13\7REQUEST_URI/health"
    "\13\20HTTP_ACCEPTapplication/json\1\4\0\1\0\0\0\0" /* parameters, and their end */
    "\1\5\0\1\0\0\0";                                   /* no body; the last zero is the string's own */

static int ask(const struct config *config, const char *program)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock", config->path_run, program);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, question, sizeof question, MSG_NOSIGNAL) == (ssize_t)sizeof question)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* The first program that does not answer, or NULL. What was found holds for a second: anybody may ask, as often as he likes. */
static const char *silent(const struct config *config)
{
    static const char *down;
    static int64_t asked_at;
    struct pollfd wait[PROGRAMS];
    int left = PATIENCE;
    char byte;

    if (asked_at != 0 && clock_ms() - asked_at < 1000)
        return down;
    down = NULL;
    for (size_t i = 0; i < PROGRAMS; i++)
        wait[i] = (struct pollfd){.fd = ask(config, programs[i]), .events = POLLIN};
    for (size_t i = 0; i < PROGRAMS; i++) {
        while (wait[i].fd >= 0 && left > 0 && poll(&wait[i], 1, 1000) <= 0)
            left--;
        if (down == NULL && (wait[i].fd < 0 || recv(wait[i].fd, &byte, 1, MSG_DONTWAIT) != 1))
            down = programs[i];
        if (wait[i].fd >= 0)
            close(wait[i].fd);
    }
    asked_at = clock_ms();
    return down;
}

static void health(struct req *req)
{
    char epoch[DB_EPOCH], body[120];
    bool database = db_site_epoch(req->db, epoch) == DB_OK;
    /* Without the database the programs are slow to say so; and where they run as plain CGI none of them waits. */
    const char *down = database && !req->in.cgi ? silent(req->config) : NULL;
    bool fine = database && down == NULL;

    snprintf(body, sizeof body, "{\"status\":\"%s\",\"database\":\"%s\",\"programs\":\"%s\"}",
             fine ? "ok" : "unavailable", database ? "ok" : "unavailable",
             !database      ? "unknown"
             : down == NULL ? "ok"
                            : down);
    if (!fine)
        app_header(req, "Retry-After: 2");
    app_json(req, fine ? 200 : 503, body);
}

static const struct route routes[] = {
    {"/health", METHOD_GET, NEED_NO_SESSION, health},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
