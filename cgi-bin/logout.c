/* "/logout": ends the session. POST only, so that no link or image can sign anybody out. */
#include "app.h"
#include "db_presence.h"
#include "wake.h"

static void sign_out(struct req *req)
{
    if (req->me.id != 0) {
        enum db_result result = db_session_remove(req->db, req->me.id, req->session.hash);
        if (!app_ok(req, db_or_none(result)))
            return;
        db_presence_leave(req->db, req->me.id);
        wake_user(req->config, req->me.id);
    }
    app_forget_session(req);
    app_redirect(req, "/login");
}

static const struct route routes[] = {
    {"/logout", METHOD_POST, NEED_NOTHING, sign_out},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
