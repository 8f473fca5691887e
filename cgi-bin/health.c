/* "/health": for monitors. 200 when this program and the database answer, else 503. */
#include "app.h"
#include "db_site.h"

static void health(struct req *req)
{
    char epoch[DB_EPOCH];

    if (db_site_epoch(req->db, epoch) == DB_OK) {
        app_json(req, 200, "{\"status\":\"ok\",\"database\":\"ok\"}");
        return;
    }
    app_header(req, "Retry-After: 2");
    app_json(req, 503, "{\"status\":\"unavailable\",\"database\":\"unavailable\"}");
}

static const struct route routes[] = {
    {"/health", METHOD_GET, NEED_NOTHING, health},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
