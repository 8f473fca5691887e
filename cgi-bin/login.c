/* "/login": signing in, by name or e-mail address. A wrong name and a wrong password get the same words after the
 * same work. Failures are counted per name and per address. */
#include "app.h"
#include "page.h"
#include "text.h"

#include <string.h>

/* Where to go afterwards: a path of this site, or the front page. */
static const char *next_path(const char *next)
{
    return text_is_local_path(next) && strlen(next) < 512 ? next : "/";
}

static void show(struct req *req, int status)
{
    app_may_register(req);
    app_page(req, status, t("Sign in"), "login.cs");
}

static void form(struct req *req)
{
    static const struct app_action done[] = {{"deleted", NULL, T("Your account is deleted.")}, ACTIONS_END};
    const char *next = next_path(form_get(&req->query, "next"));

    if (req->me.id != 0) {
        app_redirect(req, "%s", next);
        return;
    }
    view_set(req->view, "Form.next", next);
    app_notice(req, done);
    if (req->session.elsewhere)
        view_set(req->view, "Notice", t(PAGE_ELSEWHERE));
    show(req, 200);
}

static void again(struct req *req, int status, const char *text)
{
    view_set(req->view, "Form.next", next_path(app_value(req, "next")));
    view_flag(req->view, "Form.remember", *app_value(req, "remember") != '\0');
    if (text != NULL)
        app_error(req, "form", text);
    show(req, status);
}

static void sign_in(struct req *req)
{
    const char *mismatch = t("That name and password do not belong together.");
    struct app_field field = {"name", T("The name"), TEXT_EMAIL_MAX, true, NULL};
    const char *password = app_password(req, "password");
    char hash[CRYPTO_PASSWORD_TEXT];
    struct user user;

    if (!app_fields(req, &field, 1) || password == NULL || *password == '\0') {
        if (password == NULL || *password == '\0')
            app_error(req, "password", t("The password is missing."));
        again(req, 422, t("Sign in with your name or e-mail address, and your password."));
        return;
    }
    if (app_too_many(req, "", field.value)) {
        again(req, 429, NULL);
        return;
    }
    enum db_result result = db_user_credentials(req->db, field.value, &user, hash);
    if (!app_ok(req, db_or_none(result)))
        return;
    bool known = result == DB_OK;
    if (strlen(password) > TEXT_PASSWORD_MAX ||
        !crypto_password_verify(password, known ? hash : NULL, req->config->password)) {
        app_count_attempt(req, "", field.value);
        again(req, 401, mismatch);
        return;
    }
    app_forget_attempts(req, "", field.value);
    if (user.suspended) {
        again(req, 403, t("This account is suspended. Ask the people who run this site."));
        return;
    }
    result = app_sign_in(req, user.id, hash, *app_value(req, "remember") != '\0');
    if (result == DB_OK)
        app_redirect(req, "%s", next_path(app_value(req, "next")));
    else if (result == DB_NONE) /* the password was changed at this moment */
        again(req, 401, mismatch);
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
