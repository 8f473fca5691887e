/* "/": who is signed in goes on to the room used last; everybody else is welcomed. Also answers every address that
 * no other program has. */
#include "app.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void home(struct req *req)
{
    if (req->session.elsewhere) {
        app_redirect(req, "/login");
        return;
    }
    if (req->me.id == 0) {
        app_may_register(req);
        app_page(req, 200, "Welcome", "home.cs");
        return;
    }
    struct room room;
    enum db_result result =
        req->me.last_room_id != 0 ? db_room_get(req->db, req->me.last_room_id, req->me.id, &room) : DB_NONE;
    if (result != DB_OK && result != DB_NONE) {
        app_failed(req, result);
        return;
    }
    char path[40] = "/rooms";
    if (result == DB_OK && room.role != ROLE_NONE)
        snprintf(path, sizeof path, "/rooms/%" PRIu64, room.id);
    app_redirect(req, path);
}

static const struct route routes[] = {
    {"/", METHOD_GET, NEED_NOTHING, home},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
