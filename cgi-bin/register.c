/* "/register": a new account. It signs the new user in; the first one ever becomes the site's admin. */
#include "app.h"
#include "db_attempt.h"
#include "text.h"

#include <string.h>

#define HOUR 3600

static bool is_closed(struct req *req)
{
    if (req->config->registration == REGISTRATION_OPEN)
        return false;
    app_fail(req, 403, "registration_closed",
             "Registration is closed here. Ask the people who run this site.");
    return true;
}

static void form(struct req *req)
{
    if (req->me.id != 0)
        app_redirect(req, "/");
    else if (!is_closed(req))
        app_page(req, 200, "Register", "register.cs");
}

static bool check_password(struct req *req, const char *password)
{
    long length = password != NULL ? text_utf8_length(password, strlen(password)) : -1;

    if (length >= TEXT_PASSWORD_MIN && strlen(password) <= TEXT_PASSWORD_MAX)
        return true;
    app_error(req, "password",
              length >= TEXT_PASSWORD_MIN ? "The password is too long."
                                          : "The password needs at least 8 characters.");
    return false;
}

static bool check_fields(struct req *req, struct app_field field[2], const char *password)
{
    bool fine = app_fields(req, field, 2);
    const char *name = field[0].value, *email = field[1].value;

    if (*name != '\0' && !text_is_name(name, strlen(name))) {
        app_error(
            req, "name",
            "A name is letters, digits, '.', '_' and '-' (at most 32), and begins with a letter or digit.");
        fine = false;
    }
    if (*email != '\0' && !text_is_email(email, strlen(email))) {
        app_error(req, "email", "That does not look like an e-mail address.");
        fine = false;
    }
    return check_password(req, password) && fine;
}

static bool too_many(struct req *req)
{
    unsigned retry_after = HOUR;

    if (!req->config->limits ||
        db_attempt_check(req->db, "register", req->in.address, req->config->limit_register, HOUR,
                         &retry_after) != DB_REFUSED)
        return false;
    app_header(req, "Retry-After: %u", retry_after);
    app_fail(req, 429, "too_many",
             "Too many accounts were made from your address just now. Please try again later.");
    return true;
}

static void add(struct req *req)
{
    struct app_field field[] = {{"name", "The name", TEXT_NAME_MAX, true, NULL},
                                {"email", "The e-mail address", TEXT_EMAIL_MAX, true, NULL}};
    const char *password = app_password(req, "password");
    char hash[CRYPTO_PASSWORD_TEXT];
    bool name_taken = false, email_taken = false;
    uint64_t id;

    if (is_closed(req) || too_many(req))
        return;
    if (!check_fields(req, field, password)) {
        app_page(req, 422, "Register", "register.cs");
        return;
    }
    if (!crypto_password_hash(password, req->config->password, hash)) {
        app_failed(req, DB_ERROR);
        return;
    }
    enum db_result result =
        db_user_add(req->db, field[0].value, field[1].value, hash, &id, &name_taken, &email_taken);
    if (name_taken)
        app_error(req, "name", "Somebody has this name already. Choose another one.");
    if (email_taken)
        app_error(req, "email", "There is an account with this address already. Sign in instead?");
    if (result == DB_DUPLICATE) {
        app_page(req, 422, "Register", "register.cs");
        return;
    }
    if (result == DB_OK && req->config->limits)
        db_attempt_add(req->db, "register", req->in.address, HOUR);
    if (result == DB_OK)
        result = app_sign_in(req, id, false);
    if (result == DB_OK)
        app_redirect(req, "/");
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
