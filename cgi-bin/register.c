/* "/register": a new account. It signs the new user in; the first one ever becomes the site's admin. */
#include "app.h"
#include "db_link.h"
#include "text.h"

#include <string.h>

static void refuse(struct req *req, const char *invite)
{
    app_fail(req, 403, "registration_closed",
             req->config->registration != REGISTRATION_INVITE
                 ? T("Registration is closed here. Ask the people who run this site.")
             : invite != NULL
                 ? T("This invitation was used already, or is out of date. Ask for a new one.")
                 : T("Here one registers by invitation: ask the people who run this site for a link."));
}

/* Whether one may register here; `invite` is the token of the invitation that came along, NULL without one. */
static bool may_register(struct req *req, const char *invite)
{
    struct link_info link;

    if (app_may_register(req))
        return true;
    enum db_result result = req->config->registration == REGISTRATION_INVITE && invite != NULL
                                ? db_link_find(req->db, LINK_INVITE, invite, &link)
                                : DB_NONE;
    if (result == DB_OK)
        view_set(req->view, "Form.invite", invite);
    else if (result == DB_NONE)
        refuse(req, invite);
    else
        app_failed(req, result);
    return result == DB_OK;
}

static void form(struct req *req)
{
    if (req->me.id != 0)
        app_redirect(req, "/");
    else if (may_register(req, form_get(&req->query, "invite")))
        app_page(req, 200, t("Register"), "register.cs");
}

static bool check_fields(struct req *req, struct app_field field[2])
{
    bool fine = app_fields(req, field, 2);
    const char *name = field[0].value, *email = field[1].value;

    if (*name != '\0' && !text_is_name(name, strlen(name))) {
        app_error(req, "name",
                  t("A name is letters, digits, '.', '_' and '-' (at most 32), and begins with a letter or "
                    "digit."));
        fine = false;
    }
    if (*email != '\0' && !text_is_email(email, strlen(email))) {
        app_error(req, "email", t("That does not look like an e-mail address."));
        fine = false;
    }
    return app_new_password(req, "password") != NULL && fine;
}

static bool too_many(struct req *req)
{
    if (!app_too_many(req, "register-", ""))
        return false;
    app_error(req, "form",
              t("Too many accounts were made from your address just now. Please try again later."));
    app_page(req, 429, t("Register"), "register.cs");
    return true;
}

static void add(struct req *req)
{
    struct app_field field[] = {{"name", T("The name"), TEXT_NAME_MAX, true, NULL},
                                {"email", T("The e-mail address"), TEXT_EMAIL_MAX, true, NULL}};
    const char *password = app_password(req, "password");
    char hash[CRYPTO_PASSWORD_TEXT];
    const char *invite = form_get(&req->form, "invite");
    bool name_taken = false, email_taken = false;
    uint64_t id;

    if (!may_register(req, invite))
        return;
    bool fine = check_fields(req, field);
    if (too_many(req))
        return;
    if (!fine) {
        app_page(req, 422, t("Register"), "register.cs");
        return;
    }
    if (!crypto_password_hash(password, req->config->password, hash)) {
        app_failed(req, DB_ERROR);
        return;
    }
    const struct user_fields fields = {field[0].value, field[1].value, hash,
                                       req->config->registration != REGISTRATION_OPEN, invite};
    enum db_result result = db_user_add(req->db, &fields, &id, &name_taken, &email_taken);
    if (name_taken)
        app_error(req, "name", t("Somebody has this name already. Choose another one."));
    if (email_taken)
        app_error(req, "email", t("There is an account with this address already. Sign in instead?"));
    /* Names and addresses that are taken count, too: nobody finds out many of them here. */
    if (result == DB_OK || result == DB_DUPLICATE)
        app_count_attempt(req, "register-", "");
    if (result == DB_DUPLICATE) {
        app_page(req, 422, t("Register"), "register.cs");
        return;
    }
    if (result == DB_OK)
        result = app_sign_in(req, id, hash, false);
    if (result == DB_OK)
        app_redirect(req, "/");
    else if (result == DB_REFUSED) /* the last use of the invitation was taken at this moment */
        refuse(req, invite);
    else
        app_failed(req, result);
}

static const struct route routes[] = {
    {"/register", METHOD_GET, NEED_NOTHING, form},
    {"/register", METHOD_POST, NEED_NOTHING, add},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
