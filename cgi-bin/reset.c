/* "/forgot": the ways back in for who forgot the password: a link by mail, where the site sends mail, and recovery codes.
 * "/reset?token=…": what such a link leads to (an admin can make one, too). Nothing here tells whether a name or an
 * address is known: mail is written by a process of its own, after the answer. */
#include "app.h"
#include "db_recovery.h"
#include "mail.h"
#include "text.h"
#include "wake.h"

#include <string.h>

#define LINK_SECONDS 3600

static void show_forgot(struct req *req, int status)
{
    view_flag(req->view, "Mail", mail_ready(req->config));
    app_page(req, status, t("Forgotten password"), "forgot.cs");
}

/* Runs after the answer: a link for the one who asked, if there is such a one. */
static void write_mail(const struct config *config, const char *name)
{
    struct db *db = db_new(config);
    struct strbuf text = STRBUF_INIT;
    struct user user;
    char hash[CRYPTO_PASSWORD_TEXT], token[CRYPTO_TOKEN_TEXT];

    if (db_user_credentials(db, name, &user, hash) == DB_OK &&
        db_link_add(db, LINK_RESET, user.id, user.id, LINK_SECONDS, 1, token) == DB_OK) {
        strbuf_addf(
            &text,
            t("Hello %s,\n\nsomebody asked to set a new password for your account \"%s\" on %s.\n"
              "If that was you, follow this link. It works once, and for one hour:\n\n%s/reset?token=%s\n\n"
              "If it was not you, there is nothing to do: your password is what it was.\n"),
            user.display, user.name, config->site_name, config->site_address, token);
        mail_send(config, user.email, t("Your new password"), text.buf);
    }
    strbuf_release(&text);
    db_free(db);
}

static void ask_for_link(struct req *req)
{
    struct app_field who = {"who", T("The name or e-mail address"), TEXT_EMAIL_MAX, true, NULL};

    if (!mail_ready(req->config)) {
        app_fail(req, 403, "no_mail",
                 T("This site sends no mail. Use a recovery code, or ask the people who run it."));
    } else if (!app_fields(req, &who, 1)) {
        show_forgot(req, 422);
    } else if (app_too_many(req, "mail-", who.value)) {
        show_forgot(req, 429);
    } else {
        app_count_attempt(req, "mail-", who.value);
        if (mail_later(req->config, write_mail, who.value))
            app_redirect(req, "/forgot?done=mail");
        else
            app_failed(req, DB_AWAY);
    }
}

/* The password is new and every session is over: signs in, here alone. */
static void finish(struct req *req, uint64_t user_id, const char *password_hash)
{
    enum db_result result = app_sign_in(req, user_id, password_hash, false);

    wake_user(req->config, user_id);
    if (app_ok(req, result))
        app_redirect(req, "/");
}

static void use_code(struct req *req)
{
    struct app_field field[] = {{"name", T("The name or e-mail address"), TEXT_EMAIL_MAX, true, NULL},
                                {"code", T("The recovery code"), 60, true, NULL}};
    const char *password = app_new_password(req, "password");
    char hash[CRYPTO_PASSWORD_TEXT];
    uint8_t code[CRYPTO_HASH];
    uint64_t user_id = 0;

    if (!app_fields(req, field, 2) || password == NULL) {
        show_forgot(req, 422);
        return;
    }
    if (app_too_many(req, "code-", field[0].value)) {
        show_forgot(req, 429);
        return;
    }
    crypto_code_hash(field[1].value, code);
    enum db_result result = crypto_password_hash(password, req->config->password, hash)
                                ? db_recovery_by_code(req->db, field[0].value, code, hash, &user_id)
                                : DB_ERROR;
    if (result == DB_NONE) {
        app_count_attempt(req, "code-", field[0].value);
        app_error(req, "form", t("That name and code do not belong together, or the code was used already."));
        show_forgot(req, 401);
    } else if (app_ok(req, result)) {
        finish(req, user_id, hash);
    }
}

static const struct app_action ways[] = {
    {"mail", ask_for_link,
     T("If there is an account of that name or address, a mail with a link is on its way. The link works for "
       "one hour.")},
    {"code", use_code, NULL},
    ACTIONS_END,
};

static void forgot(struct req *req)
{
    app_notice(req, ways);
    show_forgot(req, 200);
}

static void ask(struct req *req)
{
    app_act(req, ways);
}

/* The form that belongs to a good link; else the page that says what to do. */
static void show_reset(struct req *req, int status, const char *token)
{
    struct link_info link;
    enum db_result result = token != NULL ? db_link_find(req->db, LINK_RESET, token, &link) : DB_NONE;

    if (result == DB_OK) {
        view_set(req->view, "Form.token", token);
        view_set(req->view, "Form.name", link.name);
    }
    if (result == DB_OK || result == DB_NONE)
        app_page(req, result == DB_OK ? status : 410,
                 result == DB_OK ? t("New password") : t("This link is no longer valid"), "reset.cs");
    else
        app_failed(req, result);
}

static void open_link(struct req *req)
{
    show_reset(req, 200, form_get(&req->query, "token"));
}

static void use_link(struct req *req)
{
    const char *token = form_get(&req->form, "token"), *password = app_new_password(req, "password");
    char hash[CRYPTO_PASSWORD_TEXT];
    uint64_t user_id = 0;
    enum db_result result = DB_NONE;

    if (token != NULL && password != NULL)
        result = crypto_password_hash(password, req->config->password, hash)
                     ? db_recovery_by_link(req->db, token, hash, &user_id)
                     : DB_ERROR;
    if (result == DB_OK)
        finish(req, user_id, hash);
    else if (result == DB_NONE)
        show_reset(req, 422, token);
    else
        app_failed(req, result);
}

static const struct route routes[] = {
    {"/forgot", METHOD_GET, NEED_NOTHING, forgot},
    {"/forgot", METHOD_POST, NEED_NOTHING, ask},
    {"/reset", METHOD_GET, NEED_NOTHING, open_link},
    {"/reset", METHOD_POST, NEED_NOTHING, use_link},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
