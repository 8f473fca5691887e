/* "/admin": the site's admins. */
#include "app.h"

static void admin(struct req *req)
{
    app_not_found(req);
}

static const struct route routes[] = {
    {"/admin", METHOD_GET, NEED_LOGIN, admin},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
