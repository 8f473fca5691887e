/* "/forgot" and "/reset": a new password for who forgot the old one. */
#include "app.h"

static void forgot(struct req *req)
{
    app_not_found(req);
}

static const struct route routes[] = {
    {"/forgot", METHOD_GET, NEED_NOTHING, forgot},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
