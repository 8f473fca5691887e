/* "/": who is signed in goes on to the room used last; everybody else is welcomed. "/manifest.webmanifest" is for those
 * who install the site. Also answers every address that no other program has. */
#include "app.h"
#include "json.h"

#include "assets.h"

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
        app_page(req, 200, t("Welcome"), "home.cs");
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

#define ICON "{\"src\":\"/static/" SNUG_ASSETS "/css/icon-"

static void manifest(struct req *req)
{
    static const char rest[] =
        ",\"id\":\"/\",\"start_url\":\"/\",\"scope\":\"/\",\"display\":\"standalone\","
        "\"background_color\":\"#fbfaf7\",\"theme_color\":\"#1d6b52\",\"icons\":[" ICON
        "192.png\",\"sizes\":\"192x192\"}," ICON "512.png\",\"sizes\":\"512x512\"}," ICON
        "maskable.png\",\"sizes\":\"512x512\",\"purpose\":\"maskable\"}]}";
    struct strbuf json = STRBUF_INIT;

    strbuf_addstr(&json, "{\"name\":");
    json_text(&json, req->config->site_name);
    strbuf_addstr(&json, rest);
    app_json(req, 200, json.buf);
    strbuf_release(&json);
}

static const struct route routes[] = {
    {"/", METHOD_GET, NEED_NOTHING, home},
    {"/manifest.webmanifest", METHOD_GET, NEED_NO_SESSION, manifest},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
