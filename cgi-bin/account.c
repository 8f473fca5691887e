/* "/account": one's own profile, password and sessions. Changing the password ends the other sessions. */
#include "app.h"
#include "text.h"
#include "timeline.h"
#include "wake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_TEXT (CRYPTO_HASH * 2 + 1) /* a session's hash in hex: it opens nothing, the token does */

static void key_of(const uint8_t hash[CRYPTO_HASH], char out[KEY_TEXT])
{
    for (size_t i = 0; i < CRYPTO_HASH; i++)
        snprintf(out + i * 2, 3, "%02x", hash[i]);
}

static void show(struct req *req, int status)
{
    struct session_list list;
    enum db_result result = db_session_list(req->db, req->me.id, &list);

    if (result != DB_OK && result != DB_NONE) {
        app_failed(req, result);
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct session *s = &list.session[i];
        struct view *item = view_item(req->view, "Sessions", i);
        char key[KEY_TEXT], seen[TIMELINE_TEXT];
        key_of(s->hash, key);
        timeline_full(s->seen_at, seen);
        view_set(item, "Key", key);
        view_set(item, "Agent", s->agent);
        view_set(item, "Address", s->address);
        view_set(item, "Seen", seen);
        view_set(item, "SeenAt", s->seen_at);
        view_flag(item, "Current", memcmp(s->hash, req->session.hash, CRYPTO_HASH) == 0);
    }
    free(list.session);
    app_page(req, status, "Account", "account.cs");
}

static void finish(struct req *req, enum db_result result, const char *path)
{
    if (result == DB_OK) {
        wake_user(req->config, req->me.id);
        app_redirect(req, path);
    } else {
        app_failed(req, result);
    }
}

static void save_profile(struct req *req)
{
    struct app_field field[] = {{"display", "The display name", TEXT_DISPLAY_MAX, true, NULL},
                                {"email", "The e-mail address", TEXT_EMAIL_MAX, true, NULL}};
    bool fine = app_fields(req, field, 2);

    if (fine && !text_is_email(field[1].value, strlen(field[1].value))) {
        app_error(req, "email", "That does not look like an e-mail address.");
        fine = false;
    }
    if (!fine) {
        show(req, 422);
        return;
    }
    enum db_result result = db_user_set_profile(req->db, req->me.id, field[0].value, field[1].value);
    if (result == DB_DUPLICATE) {
        app_error(req, "email", "Another account has this address already.");
        show(req, 422);
        return;
    }
    finish(req, result, "/account?done=profile");
}

static void save_password(struct req *req)
{
    const char *current = app_password(req, "current"), *password = app_password(req, "password");
    long length = password != NULL ? text_utf8_length(password, strlen(password)) : -1;
    char hash[CRYPTO_PASSWORD_TEXT];

    view_set(req->view, "Form.display", req->me.display);
    view_set(req->view, "Form.email", req->me.email);
    if (length < TEXT_PASSWORD_MIN || strlen(password) > TEXT_PASSWORD_MAX) {
        app_error(req, "password",
                  length >= TEXT_PASSWORD_MIN ? "The new password is too long."
                                              : "The new password needs at least 8 characters.");
        show(req, 422);
        return;
    }
    enum db_result result = db_user_password(req->db, req->me.id, hash);
    if (result == DB_OK &&
        (current == NULL || !crypto_password_verify(current, hash, req->config->password))) {
        app_error(req, "current", "That is not your present password.");
        show(req, 422);
        return;
    }
    if (result == DB_OK && !crypto_password_hash(password, req->config->password, hash))
        result = DB_ERROR;
    if (result == DB_OK)
        result = db_user_set_password(req->db, req->me.id, hash);
    if (result == DB_OK)
        result = db_session_remove_others(req->db, req->me.id, req->session.hash);
    finish(req, result, "/account?done=password");
}

static void sign_out_one(struct req *req)
{
    struct session_list list;
    const char *key = app_value(req, "session");
    char present[KEY_TEXT];
    enum db_result result = db_session_list(req->db, req->me.id, &list);

    if (result == DB_OK) {
        result = DB_NONE;
        for (size_t i = 0; i < list.count && result == DB_NONE; i++) {
            key_of(list.session[i].hash, present);
            if (strcmp(present, key) == 0)
                result = db_session_remove(req->db, req->me.id, list.session[i].hash);
        }
    }
    free(list.session);
    /* One that is gone already is what was asked for. */
    finish(req, result == DB_NONE ? DB_OK : result, "/account?done=signout");
}

static void sign_out_others(struct req *req)
{
    finish(req, db_session_remove_others(req->db, req->me.id, req->session.hash),
           "/account?done=signout_others");
}

static const struct app_action actions[] = {
    {"profile", save_profile, "Your profile is saved."},
    {"password", save_password, "Your password is changed, and your other sessions are signed out."},
    {"signout", sign_out_one, "Signed out."},
    {"signout_others", sign_out_others, "Signed out everywhere else."},
};
#define ACTIONS (sizeof actions / sizeof actions[0])

static void account(struct req *req)
{
    view_set(req->view, "Form.display", req->me.display);
    view_set(req->view, "Form.email", req->me.email);
    app_notice(req, actions, ACTIONS);
    show(req, 200);
}

static void act(struct req *req)
{
    app_act(req, actions, ACTIONS);
}

static const struct route routes[] = {
    {"/account", METHOD_GET, NEED_LOGIN, account},
    {"/account", METHOD_POST, NEED_LOGIN, act},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
