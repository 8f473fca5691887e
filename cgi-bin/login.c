/* "/login": signing in, by name or e-mail address. A wrong name and a wrong password get the same words after the
 * same work. Failures are counted per name and per address. */
#include "app.h"
#include "db_attempt.h"
#include "text.h"
#include "wake.h"

#include <string.h>

#define WINDOW 900 /* seconds over which failures count */

/* Where to go afterwards: a path of this site, or the front page. */
static const char *next_path(const char *next)
{
    return text_is_local_path(next) && strlen(next) < 512 ? next : "/";
}

static void form(struct req *req)
{
    const char *next = next_path(form_get(&req->query, "next"));

    if (req->me.id != 0) {
        app_redirect(req, next);
        return;
    }
    view_set(req->view, "Form.next", next);
    app_page(req, 200, "Sign in", "login.cs");
}

static void again(struct req *req, int status, const char *text)
{
    view_set(req->view, "Form.next", next_path(app_value(req, "next")));
    view_flag(req->view, "Form.remember", *app_value(req, "remember") != '\0');
    app_error(req, "form", text);
    app_page(req, status, "Sign in", "login.cs");
}

static bool too_many(struct req *req, const char *name)
{
    unsigned retry_after = WINDOW;

    if (!req->config->limits)
        return false;
    if (db_attempt_check(req->db, "name", name, req->config->limit_sign_in, WINDOW, &retry_after) !=
            DB_REFUSED &&
        db_attempt_check(req->db, "address", req->in.address, req->config->limit_sign_in_address, WINDOW,
                         &retry_after) != DB_REFUSED)
        return false;
    app_header(req, "Retry-After: %u", retry_after);
    again(req, 429, "Too many attempts failed. Please wait a quarter of an hour and try again.");
    return true;
}

static void count_failure(struct req *req, const char *name)
{
    if (!req->config->limits)
        return;
    db_attempt_add(req->db, "name", name, WINDOW);
    db_attempt_add(req->db, "address", req->in.address, WINDOW);
}

static void sign_in(struct req *req)
{
    struct app_field field = {"name", "The name", TEXT_EMAIL_MAX, true, NULL};
    const char *password = app_password(req, "password");
    char hash[CRYPTO_PASSWORD_TEXT];
    uint64_t id = 0;

    if (!app_fields(req, &field, 1) || password == NULL || *password == '\0') {
        if (password == NULL || *password == '\0')
            app_error(req, "password", "The password is missing.");
        again(req, 422, "Sign in with your name or e-mail address, and your password.");
        return;
    }
    if (too_many(req, field.value))
        return;
    enum db_result result = db_user_credentials(req->db, field.value, &id, hash);
    if (result != DB_OK && result != DB_NONE) {
        app_failed(req, result);
        return;
    }
    bool known = result == DB_OK;
    if (strlen(password) > TEXT_PASSWORD_MAX ||
        !crypto_password_verify(password, known ? hash : NULL, req->config->password)) {
        count_failure(req, field.value);
        again(req, 401, "That name and password do not belong together.");
        return;
    }
    if (req->config->limits)
        db_attempt_clear(req->db, "name", field.value);
    result = app_sign_in(req, id, *app_value(req, "remember") != '\0');
    if (result == DB_OK && req->me.id != 0) { /* somebody was signed in here before: that session ends */
        db_session_remove(req->db, req->me.id, req->session.hash);
        wake_user(req->config, req->me.id);
    }
    if (result == DB_OK)
        app_redirect(req, next_path(app_value(req, "next")));
    else
        app_failed(req, result);
}

static const struct route routes[] = {
    {"/login", METHOD_GET, NEED_NOTHING, form},
    {"/login", METHOD_POST, NEED_NOTHING, sign_in},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
