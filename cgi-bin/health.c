/* "/health": for monitors. 200 when the database answers and every program takes connections, else 503. */
#include "app.h"
#include "db_site.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool takes_connections(const struct config *config, const char *program)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock", config->path_run, program);
    bool fine = fd >= 0 && (connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    if (fd >= 0)
        close(fd);
    return fine;
}

static void health(struct req *req)
{
    static const char *const programs[] = {"home",   "register", "login", "logout",   "reset", "account",
                                           "people", "rooms",    "room",  "settings", "admin", "messages"};
    char epoch[DB_EPOCH], body[120];
    bool database = db_site_epoch(req->db, epoch) == DB_OK;
    const char *down = NULL;

    /* Where programs run as plain CGI there are no sockets, and nothing that could be down. */
    for (size_t i = 0; !req->in.cgi && i < sizeof programs / sizeof programs[0] && down == NULL; i++)
        if (!takes_connections(req->config, programs[i]))
            down = programs[i];
    bool fine = database && down == NULL;
    snprintf(body, sizeof body, "{\"status\":\"%s\",\"database\":\"%s\",\"programs\":\"%s\"}",
             fine ? "ok" : "unavailable", database ? "ok" : "unavailable", down == NULL ? "ok" : down);
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
