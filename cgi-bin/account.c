/* "/account": one's own profile, preferences, password, recovery codes and sessions, and the account's end. Changing the
 * password ends the other sessions. */
#include "app.h"
#include "db_recovery.h"
#include "leave.h"
#include "page.h"
#include "text.h"
#include "wake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KEY_TEXT (CRYPTO_HASH * 2 + 1) /* a session's hash in hex: it opens nothing, the token does */

static void key_of(const uint8_t hash[CRYPTO_HASH], char out[KEY_TEXT])
{
    for (size_t i = 0; i < CRYPTO_HASH; i++)
        snprintf(out + i * 2, 3, "%02x", hash[i]);
}

static void show(struct req *req, int status)
{
    struct session_list list;
    uint64_t codes = 0;
    enum db_result result = db_session_list(req->db, req->me.id, &list);

    if (result == DB_OK)
        result = db_recovery_count(req->db, req->me.id, &codes);
    if (!app_ok(req, result)) {
        free(list.session);
        return;
    }
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        struct view *item = view_item(req->view, "Languages", lang);
        view_set(item, "Code", lang_code(lang));
        view_set(item, "Name", lang_name(lang));
        view_flag(item, "Chosen", strcmp(lang_code(lang), req->me.language) == 0);
    }
    view_set(req->view, "Form.theme", req->me.theme);
    view_flag(req->view, "Form.enter_sends", req->me.enter_sends);
    view_flag(req->view, "Form.hidden", req->me.hidden);
    if (codes > 0)
        view_set_u64(req->view, "CodesLeft", codes);
    for (size_t i = 0; i < list.count; i++) {
        const struct session *s = &list.session[i];
        struct view *item = view_item(req->view, "Sessions", i);
        char key[KEY_TEXT], device[DB_AGENT];
        key_of(s->hash, key);
        text_device(s->agent, device, sizeof device);
        view_set(item, "Key", key);
        view_set(item, "Agent", device);
        view_set(item, "Address", s->address);
        page_time(item, "Seen", timeline_full, s->seen_at);
        view_set(item, "SeenAt", s->seen_at);
        view_flag(item, "Current", memcmp(s->hash, req->session.hash, CRYPTO_HASH) == 0);
    }
    free(list.session);
    app_page(req, status, t("Account"), "account.cs");
}

static void refuse(struct req *req, int status, const char *field, const char *text)
{
    app_error(req, field, text);
    show(req, status);
}

/* Whether the field holds the present password; else this answers. */
static bool knows_password(struct req *req, const char *field)
{
    const char *password = app_password(req, field);
    char hash[CRYPTO_PASSWORD_TEXT];

    if (password == NULL || *password == '\0') {
        refuse(req, 422, field, t("The password is missing."));
        return false;
    }
    if (app_too_many(req, "own-", req->me.name)) {
        show(req, 429);
        return false;
    }
    enum db_result result = db_user_password(req->db, req->me.id, hash);
    if (result == DB_OK && crypto_password_verify(password, hash, req->config->password))
        return true;
    if (app_ok(req, result)) {
        app_count_attempt(req, "own-", req->me.name);
        refuse(req, 422, field, t("That is not your present password."));
    }
    return false;
}

static void finish(struct req *req, enum db_result result, const char *path)
{
    if (app_ok(req, result)) {
        wake_user(req->config, req->me.id);
        app_redirect(req, "%s", path);
    }
}

static void save_profile(struct req *req)
{
    struct app_field field[] = {{"display", T("The display name"), TEXT_DISPLAY_MAX, true, NULL},
                                {"email", T("The e-mail address"), TEXT_EMAIL_MAX, true, NULL}};
    bool fine = app_fields(req, field, 2);

    if (fine && !text_is_email(field[1].value, strlen(field[1].value))) {
        app_error(req, "email", t("That does not look like an e-mail address."));
        fine = false;
    }
    bool renamed = fine && strcmp(field[0].value, req->me.display) != 0;
    if (renamed && app_too_many(req, "rename-", req->me.name)) {
        show(req, 429);
        return;
    }
    if (!fine) {
        show(req, 422);
        return;
    }
    /* Links for a new password go to the address: who finds this browser open must not turn them to himself. */
    if (strcasecmp(field[1].value, req->me.email) != 0 && !knows_password(req, "profile_password"))
        return;
    enum db_result result = db_user_set_profile(req->db, req->me.id, field[0].value, field[1].value);
    if (result == DB_DUPLICATE) {
        app_count_attempt(req, "own-", req->me.name); /* nobody finds out many addresses here */
        refuse(req, 422, "email", t("Another account has this address already."));
        return;
    }
    if (renamed && result == DB_OK) {
        app_count_attempt(req, "rename-", req->me.name);
        result = db_room_renamed(req->db, req->me.id);
    }
    finish(req, result, "/account?done=profile");
}

static void save_preferences(struct req *req)
{
    const char *theme = app_value(req, "theme"), *language = app_value(req, "language");

    if (*language != '\0')
        language = lang_code(lang_choose(language, ""));
    if (strcmp(theme, "light") != 0 && strcmp(theme, "dark") != 0)
        theme = "auto";
    finish(req,
           db_user_set_preferences(req->db, req->me.id, theme, language,
                                   *app_value(req, "enter_sends") != '\0', *app_value(req, "hidden") != '\0'),
           "/account?done=preferences");
}

static void save_password(struct req *req)
{
    const char *password = app_new_password(req, "password");
    char hash[CRYPTO_PASSWORD_TEXT];
    enum db_result result = DB_ERROR;

    if (password == NULL) {
        show(req, 422);
        return;
    }
    if (!knows_password(req, "current"))
        return;
    if (crypto_password_hash(password, req->config->password, hash))
        result = db_user_set_password(req->db, req->me.id, hash);
    if (result == DB_OK)
        result = app_renew_session(req, hash);
    finish(req, result, "/account?done=password");
}

/* The one POST that answers with a page: the codes are shown this once, and stored nowhere. */
static void make_codes(struct req *req)
{
    uint8_t hashes[RECOVERY_CODES][CRYPTO_HASH];

    if (!knows_password(req, "codes_password"))
        return;
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        char code[CRYPTO_CODE_TEXT];
        crypto_code(code);
        crypto_code_hash(code, hashes[i]);
        view_set(view_item(req->view, "Codes", i), "Text", code);
    }
    enum db_result result = db_recovery_replace(req->db, req->me.id, hashes, RECOVERY_CODES);
    if (app_ok(req, result))
        show(req, 200);
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

static void delete_account(struct req *req)
{
    bool messages = strcmp(app_value(req, "messages"), "delete") == 0;

    view_flag(req->view, "Form.messages", messages);
    if (!messages && strcmp(app_value(req, "messages"), "keep") != 0) {
        refuse(req, 422, "messages", t("Choose what becomes of your messages."));
        return;
    }
    if (!knows_password(req, "delete_password"))
        return;
    enum db_result result =
        leave_site(req->config, req->db, req->me.admin ? req->me.id : 0, req->me.id, messages);
    if (result == DB_DUPLICATE) {
        refuse(req, 409, "delete_password",
               t("You are the only admin of this site: make somebody else admin first."));
        return;
    }
    if (result == DB_OK)
        app_forget_session(req);
    finish(req, result, "/login?done=deleted");
}

static const struct app_action actions[] = {
    {"profile", save_profile, T("Your profile is saved.")},
    {"password", save_password, T("Your password is changed, and your other sessions are signed out.")},
    {"preferences", save_preferences, T("Your preferences are saved.")},
    {"codes", make_codes, NULL},
    {"delete", delete_account, NULL},
    {"signout", sign_out_one, T("Signed out.")},
    {"signout_others", sign_out_others, T("Signed out everywhere else.")},
    ACTIONS_END,
};

static void fill_profile(struct req *req)
{
    view_set(req->view, "Form.display", req->me.display);
    view_set(req->view, "Form.email", req->me.email);
}

static void account(struct req *req)
{
    fill_profile(req);
    app_notice(req, actions);
    show(req, 200);
}

static void act(struct req *req)
{
    fill_profile(req);
    app_act(req, actions);
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
