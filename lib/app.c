/* The frame of the page programs. */
#include "app.h"
#include "db_attempt.h"
#include "mail.h"
#include "mem.h"
#include "page.h"
#include "sandbox.h"
#include "text.h"
#include "timeline.h"
#include "wake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY_MAX       (64 * 1024) /* our largest page form, a list of names, is far below */
#define MEMBERS_MAX    200         /* listed on the settings page; the others are managed by name */
#define COOKIE_FORM    "snug_form" /* before signing in: what the form token is made from */
#define COOKIE_BROWSER "snug_browser"
#define BROWSER_DAYS   180
#define COUNTS_MAX     3
#define JOINS          30 /* of groups, in a quarter of an hour */
#define REJOINS        3  /* of one group that are free: each shows there, and counts for its history limit */
#define REJOIN_SECONDS (6 * 3600)

static struct config site_config; /* lives as long as the process */

/* ---- answers ---- */

__attribute__((format(printf, 3, 0))) static void add_header(struct req *req, const char *name,
                                                             const char *fmt, va_list args)
{
    char line[1024];

    vsnprintf(line, sizeof line, fmt, args);
    strbuf_addf(&req->head, "%s%s\r\n", name, line);
}

void app_header(struct req *req, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add_header(req, "", fmt, args);
    va_end(args);
}

void app_redirect(struct req *req, const char *fmt, ...)
{
    va_list args;

    req->status = 303;
    va_start(args, fmt);
    add_header(req, "Location: ", fmt, args);
    va_end(args);
}

void app_json(struct req *req, int status, const char *body)
{
    req->status = status;
    app_header(req, "Content-Type: application/json");
    strbuf_addstr(&req->body, body);
}

/* The lists at the left of every page of who is signed in. */
static enum db_result sidebar(struct req *req)
{
    struct room_list list;
    size_t groups = 0, directs = 0;
    uint64_t for_me = 0;
    enum db_result result = db_room_mine(req->db, req->me.id, &list);

    for (size_t i = 0; i < list.count; i++) {
        const struct room *room = &list.room[i];
        struct view *item = room->direct ? view_item(req->view, "Directs", directs++)
                                         : view_item(req->view, "Groups", groups++);
        view_set_u64(item, "Id", room->id);
        view_set(item, "Name", room->name);
        bool open = req->room.id == room->id;
        view_flag(item, "Open", open);
        if (room->unread > 0 && !open)
            view_set_u64(item, "Unread", room->unread);
        if (room->mentions > 0 && !open)
            view_set_u64(item, "Mentions", room->mentions);
        for_me += open ? 0 : room->mentions;
        if (room->direct) {
            timeline_person(item, room->other_name, room->name);
            view_set(item, "Name", timeline_display(room->other_name, room->name));
            view_set(item, "User", room->other_name);
            view_flag(item, "Online", room->other_online);
        } else {
            view_flag(item, "Private", !room->public);
        }
    }
    if (for_me > 0)
        view_set_u64(req->view, "ForMe", for_me);
    free(list.room);
    return db_or_none(result);
}

static void render(struct req *req, int status, const char *title, const char *file)
{
    page_common(req->view, req->config, req->program, title, req->csrf, &req->me);
    req->status = status;
    strbuf_reset(&req->body);
    if (!view_render(req->view, file, &req->body)) {
        req->status = 500;
        strbuf_reset(&req->body);
        strbuf_addf(&req->body, "<!doctype html><title>%s</title><p>%s</p>", t("Error"),
                    t("This page could not be made."));
    }
    app_header(req, "Content-Type: text/html; charset=utf-8");
}

/* A form that is refused, for who asked for JSON: the first of the things that are wrong with it. */
static void refuse_json(struct req *req, int status, const char *otherwise)
{
    const char *code = status == 401   ? "not_signed_in"
                       : status == 403 ? "not_allowed"
                       : status == 409 ? "conflict"
                       : status == 410 ? "gone"
                       : status == 429 ? "too_fast"
                                       : "not_valid";
    struct strbuf body = STRBUF_INIT;

    page_error_json(&body, code, req->wrong != NULL ? req->wrong : otherwise);
    app_json(req, status, body.buf);
    strbuf_release(&body);
}

void app_page(struct req *req, int status, const char *title, const char *file)
{
    if (req->json && status >= 400) {
        refuse_json(req, status, title);
        return;
    }
    if (req->me.id != 0 && !(req->route != NULL && (req->route->needs & NEED_NO_SIDEBAR)) &&
        !req->sidebar_done) {
        req->sidebar_done = true;
        enum db_result result = sidebar(req);
        if (result != DB_OK) {
            app_failed(req, result);
            return;
        }
    }
    render(req, status, title, file);
}

/* What was posted goes into the error page, to be sent again from there: nothing typed is lost by a form that went
 * stale or a database that was away. Passwords are asked for anew. Not for requests of other sites. */
static void keep_typed(struct req *req)
{
    size_t fields = 0, secrets = 0;

    if (req->form.count == 0 || page_is_foreign(&req->in, req->config))
        return;
    view_set(req->view, "Again.Path", req->in.path);
    for (size_t i = 0; i < req->form.count; i++) {
        const struct form_field *f = &req->form.field[i];
        bool current = strcmp(f->name, "current") == 0;
        if (strcmp(f->name, "csrf") == 0)
            continue;
        bool secret = current || strstr(f->name, "password") != NULL;
        struct view *item = secret ? view_item(req->view, "Again.Secrets", secrets++)
                                   : view_item(req->view, "Again.Fields", fields++);
        char *name = text_printable(f->name, strlen(f->name));
        view_set(item, "Name", name);
        free(name);
        if (secret) {
            view_set(item, "Label", current ? t("Present password") : t("Password"));
            view_set(item, "Complete", "current-password");
        } else {
            char *value = text_printable(f->value, f->len);
            view_set(item, "Value", value);
            free(value);
        }
    }
}

void app_fail(struct req *req, int status, const char *code, const char *text)
{
    if (req->json) {
        struct strbuf body = STRBUF_INIT;
        page_error_json(&body, code, text);
        app_json(req, status, body.buf);
        strbuf_release(&body);
        return;
    }
    page_error(req->view, status, text);
    if (status >= 500 || status == 401 || strcmp(code, "bad_csrf") == 0)
        keep_typed(req);
    /* While the database is away there is no sidebar to show either. */
    if (status >= 500)
        render(req, status, t("Error"), "error.cs");
    else
        app_page(req, status, status == 404 ? t("Nothing here") : t("Error"), "error.cs");
}

void app_forged(struct req *req)
{
    app_fail(req, 403, "bad_csrf",
             T("This form is out of date, or did not come from this site. Go back, reload the page and try "
               "again."));
}

void app_not_found(struct req *req)
{
    app_fail(req, 404, "not_found", T("There is nothing at this address, or it is not yours to see."));
}

void app_failed(struct req *req, enum db_result result)
{
    switch (result) {
    case DB_NONE:
        app_not_found(req);
        break;
    case DB_REFUSED:
        app_fail(req, 403, "forbidden", T("You are not allowed to do that here."));
        break;
    case DB_AWAY:
    case DB_AGAIN:
        app_header(req, "Retry-After: 2");
        app_fail(req, 503, "unavailable",
                 T("The database does not answer at the moment. Nothing is lost; please try again in a few "
                   "seconds."));
        break;
    default:
        app_fail(req, 500, "fault", T("Something went wrong on our side. It has been noted."));
    }
}

bool app_ok(struct req *req, enum db_result result)
{
    if (result != DB_OK)
        app_failed(req, result);
    return result == DB_OK;
}

/* ---- sessions ---- */

static void set_cookie(struct req *req, const char *name, const char *value, uint64_t max_age)
{
    char age[40] = "";

    if (max_age > 0)
        snprintf(age, sizeof age, "; Max-Age=%" PRIu64, max_age);
    app_header(req, "Set-Cookie: %s=%s; Path=/%s; HttpOnly; SameSite=Lax%s", name, value, age,
               req->in.https ? "; Secure" : "");
}

/* A browser that signed in is known from then on, until the password changes: by a cookie that can only be made with
 * the password's hash. It opens nothing, and is counted apart when there are too many attempts. */
static void browser_proof(const char *nonce, const char *password_hash, char out[CRYPTO_TOKEN_TEXT])
{
    char secret[CRYPTO_TOKEN_TEXT + CRYPTO_PASSWORD_TEXT];

    snprintf(secret, sizeof secret, "%s%s", nonce, password_hash);
    crypto_derive("browser:", secret, out);
}

static void know_browser(struct req *req, const char *password_hash)
{
    char nonce[CRYPTO_TOKEN_TEXT], proof[CRYPTO_TOKEN_TEXT], value[2 * CRYPTO_TOKEN_TEXT];

    crypto_token(nonce);
    browser_proof(nonce, password_hash, proof);
    snprintf(value, sizeof value, "%s%s", nonce, proof);
    set_cookie(req, COOKIE_BROWSER, value, BROWSER_DAYS * 86400);
}

static bool known_browser(struct req *req, const char *name, char nonce[CRYPTO_TOKEN_TEXT])
{
    char value[2 * CRYPTO_TOKEN_TEXT], hash[CRYPTO_PASSWORD_TEXT], proof[CRYPTO_TOKEN_TEXT];
    struct user user;

    if (!form_cookie(req->in.cookie, COOKIE_BROWSER, value, sizeof value) ||
        strlen(value) != 2 * (CRYPTO_TOKEN_TEXT - 1) ||
        db_user_credentials(req->db, name, &user, hash) != DB_OK)
        return false;
    snprintf(nonce, CRYPTO_TOKEN_TEXT, "%.*s", CRYPTO_TOKEN_TEXT - 1, value);
    browser_proof(nonce, hash, proof);
    return crypto_equal(proof, value + CRYPTO_TOKEN_TEXT - 1);
}

enum db_result app_sign_in(struct req *req, uint64_t user_id, const char *password_hash, bool remember)
{
    char token[CRYPTO_TOKEN_TEXT], agent[DB_AGENT];
    uint8_t hash[CRYPTO_HASH];

    crypto_token(token);
    crypto_sha256(token, strlen(token), hash);
    snprintf(agent, sizeof agent, "%s", req->in.agent);
    if (text_utf8_length(agent, strlen(agent)) < 0)
        agent[0] = '\0';
    enum db_result result =
        db_session_add(req->db, hash, user_id, password_hash, remember, req->config->session_days,
                       req->config->single_session, req->in.address, agent);
    if (result != DB_OK)
        return result;
    set_cookie(req, PAGE_COOKIE_SESSION, token, remember ? (uint64_t)req->config->session_days * 86400 : 0);
    know_browser(req, password_hash);
    if (req->config->single_session)
        wake_user(req->config, user_id);
    if (req->me.id != 0) {
        db_session_remove(req->db, req->me.id, req->session.hash);
        wake_user(req->config, req->me.id);
    }
    return DB_OK;
}

enum db_result app_renew_session(struct req *req, const char *password_hash)
{
    char token[CRYPTO_TOKEN_TEXT];
    uint8_t hash[CRYPTO_HASH];

    crypto_token(token);
    crypto_sha256(token, strlen(token), hash);
    enum db_result result = db_session_renew(req->db, req->me.id, req->session.hash, hash);
    if (result != DB_OK)
        return result;
    set_cookie(req, PAGE_COOKIE_SESSION, token,
               req->session.remember ? (uint64_t)req->config->session_days * 86400 : 0);
    know_browser(req, password_hash);
    return DB_OK;
}

/* ---- attempts ---- */

static void add_count(struct attempt counts[], size_t *count, const char *what, const char *by,
                      const char *who, const char *with, unsigned most, unsigned forget)
{
    struct attempt *a = &counts[(*count)++];

    snprintf(a->what, sizeof a->what, "%s%s", what, by);
    snprintf(a->who, sizeof a->who, "%s %s", who, with);
    a->free = most;
    a->forget = forget > 0 ? forget : 1;
}

/* Whom an address stands for: of IPv6 everybody has a whole network (/64) to choose from. */
static void network_of(const char *address, char out[INET6_ADDRSTRLEN])
{
    struct in6_addr six;

    snprintf(out, INET6_ADDRSTRLEN, "%s", address);
    if (inet_pton(AF_INET6, address, &six) != 1)
        return;
    memset(six.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &six, out, INET6_ADDRSTRLEN);
}

/* The counts that an attempt goes into. A browser that signed in under this name before has one of its own: nobody
 * else's guesses keep its owner out. Else those from one address count for the name alone and for all names, and from
 * wherever they come they count for the name, more generously: else anybody could shut anybody out. */
static size_t counts_of(struct req *req, const char *what, const char *name,
                        struct attempt counts[COUNTS_MAX])
{
    const struct config *config = req->config;
    const unsigned most = config->limit_sign_in, all = config->limit_sign_in_address;
    const unsigned everywhere = strcmp(what, "mail-") == 0 ? most : most * 10;
    char nonce[CRYPTO_TOKEN_TEXT], address[INET6_ADDRSTRLEN];
    size_t count = 0;

    if (!config->limits)
        return 0;
    network_of(req->in.address, address);
    if (strcmp(what, "join-") == 0) {
        add_count(counts, &count, what, "name", name, "", JOINS, ATTEMPT_WAIT_MAX / JOINS);
    } else if (strcmp(what, "own-") == 0) {
        add_count(counts, &count, what, "name", name, "", most, ATTEMPT_WAIT_MAX / (most + 1));
    } else if (strcmp(what, "rejoin-") == 0) {
        add_count(counts, &count, what, "name", name, "", REJOINS, REJOIN_SECONDS);
    } else if (strcmp(what, "register-") == 0) {
        add_count(counts, &count, what, "address", address, "", config->limit_register,
                  3600 / (config->limit_register + 1));
    } else if (known_browser(req, name, nonce)) {
        add_count(counts, &count, what, "browser", name, nonce, most, ATTEMPT_WAIT_MAX);
    } else {
        add_count(counts, &count, what, "both", name, address, most, ATTEMPT_WAIT_MAX);
        add_count(counts, &count, what, "address", address, "", all, ATTEMPT_WAIT_MAX / (all + 1));
        add_count(counts, &count, what, "name", name, "", everywhere, ATTEMPT_WAIT_MAX / (everywhere + 1));
    }
    return count;
}

bool app_too_many(struct req *req, const char *what, const char *name)
{
    struct attempt counts[COUNTS_MAX];
    unsigned retry_after = 0;
    char text[160];

    for (size_t i = counts_of(req, what, name, counts); i-- > 0 && retry_after == 0;)
        db_attempt_check(req->db, &counts[i], &retry_after);
    if (retry_after == 0)
        return false;
    app_header(req, "Retry-After: %u", retry_after);
    snprintf(text, sizeof text, t("Too many attempts. Please try again in %u min."), (retry_after + 59) / 60);
    app_error(req, "form", text);
    return true;
}

void app_count_attempt(struct req *req, const char *what, const char *name)
{
    struct attempt counts[COUNTS_MAX];

    for (size_t i = counts_of(req, what, name, counts); i-- > 0;)
        db_attempt_add(req->db, &counts[i]);
}

void app_forget_attempts(struct req *req, const char *what, const char *name)
{
    struct attempt counts[COUNTS_MAX];

    /* The first is of this name from here; the others are about others, too. */
    if (counts_of(req, what, name, counts) > 0)
        db_attempt_clear(req->db, &counts[0]);
}

bool app_may_register(struct req *req)
{
    bool open = req->config->registration == REGISTRATION_OPEN || db_site_is_new(req->db) == DB_OK;

    view_flag(req->view, "Registration.Open", open);
    return open;
}

void app_forget_session(struct req *req)
{
    app_header(req, "Set-Cookie: " PAGE_COOKIE_SESSION "=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s",
               req->in.https ? "; Secure" : "");
}

static enum db_result find_session(struct req *req)
{
    uint8_t hash[CRYPTO_HASH];

    if (!form_cookie(req->in.cookie, PAGE_COOKIE_SESSION, req->token, sizeof req->token) ||
        req->token[0] == '\0')
        return DB_NONE;
    crypto_sha256(req->token, strlen(req->token), hash);
    enum db_result result = db_session_get(req->db, hash, &req->session, &req->me);
    if (result == DB_OK && req->session.stale) {
        result = db_session_touch(req->db, &req->session, req->config->session_days, req->in.address);
        if (result == DB_OK && req->session.remember)
            set_cookie(req, PAGE_COOKIE_SESSION, req->token, (uint64_t)req->config->session_days * 86400);
        if (result == DB_NONE)
            result = DB_OK;
    }
    return result;
}

/* Who is not signed in gets a cookie of random bits, from which the form token is made. */
static void anonymous(struct req *req)
{
    memset(&req->me, 0, sizeof req->me);
    if (form_cookie(req->in.cookie, COOKIE_FORM, req->token, sizeof req->token) &&
        strlen(req->token) == CRYPTO_TOKEN_TEXT - 1)
        return;
    crypto_token(req->token);
    set_cookie(req, COOKIE_FORM, req->token, 0);
}

/* ---- inputs ---- */

const char *app_value(const struct req *req, const char *name)
{
    const char *value = form_get(&req->form, name);

    return value != NULL ? value : "";
}

void app_error(struct req *req, const char *field, const char *text)
{
    char name[64];

    snprintf(name, sizeof name, "Errors.%s", field);
    view_set(req->view, name, text);
    if (req->wrong == NULL)
        req->wrong = mem_dup(text);
}

bool app_fields(struct req *req, struct app_field *fields, size_t count)
{
    bool fine = true;

    for (size_t i = 0; i < count; i++) {
        struct app_field *f = &fields[i];
        struct form_field *given = form_find(&req->form, f->name);
        char name[64], text[160];
        f->value = "";
        enum text_result result = TEXT_EMPTY;
        if (given != NULL) {
            given->len = text_normalise_lines(given->value, given->len);
            given->len = text_trim(given->value, given->len);
            result = text_check_line(given->value, given->len, f->max);
        }
        if (given != NULL) {
            char *shown = text_printable(given->value, given->len);
            snprintf(name, sizeof name, "Form.%s", f->name);
            view_set(req->view, name, shown);
            free(shown);
        }
        if (result == TEXT_OK || (result == TEXT_EMPTY && !f->required)) {
            f->value = result == TEXT_OK ? given->value : "";
            continue;
        }
        if (result == TEXT_LONG)
            snprintf(text, sizeof text, t("%s may have at most %zu characters."), t(f->label), f->max);
        else if (result == TEXT_INVALID)
            snprintf(text, sizeof text, t("%s holds characters that cannot be used here."), t(f->label));
        else
            snprintf(text, sizeof text, t("%s is missing."), t(f->label));
        app_error(req, f->name, text);
        fine = false;
    }
    return fine;
}

bool app_number(struct req *req, const struct app_field *field, uint64_t least, uint64_t most,
                const char *error, uint64_t *number)
{
    bool fine = *field->value == '\0' || (text_to_u64(field->value, most, number) && *number >= least);

    if (!fine)
        app_error(req, field->name, error);
    return fine;
}

const char *app_password(struct req *req, const char *name)
{
    return form_get(&req->form, name);
}

const char *app_new_password(struct req *req, const char *name)
{
    const char *password = app_password(req, name);
    long length = password != NULL ? text_utf8_length(password, strlen(password)) : -1;

    if (length >= TEXT_PASSWORD_MIN && strlen(password) <= TEXT_PASSWORD_MAX)
        return password;
    app_error(req, name,
              length >= TEXT_PASSWORD_MIN ? t("The password is too long.")
                                          : t("The password needs at least 8 characters."));
    return NULL;
}

enum db_result app_names(struct req *req, const char *field, const char *text, uint64_t **ids, size_t *count)
{
    char *names = mem_dup(text), *save = NULL;
    enum db_result result = DB_OK;

    *ids = mem_array(APP_NAMES_MAX, sizeof **ids);
    *count = 0;
    for (char *name = strtok_r(names, " ,;\t\n", &save); name != NULL && result == DB_OK;
         name = strtok_r(NULL, " ,;\t\n", &save)) {
        struct user user;
        char error[TEXT_NAME_MAX + 80];
        result = text_is_name(name, strlen(name)) ? db_user_by_name(req->db, name, &user) : DB_NONE;
        if (result == DB_OK && user.suspended)
            result = DB_NONE;
        if (result == DB_NONE) {
            snprintf(error, sizeof error, t("There is nobody called \"%.40s\" here."), name);
            app_error(req, field,
                      text_utf8_length(error, strlen(error)) >= 0 ? error
                                                                  : t("One of these names is not known."));
        }
        if (result != DB_OK)
            break;
        bool known = false;
        for (size_t i = 0; i < *count; i++)
            known |= (*ids)[i] == user.id;
        if (known)
            continue;
        if (*count == APP_NAMES_MAX) {
            app_error(req, field, t("At most 100 people can be added at once."));
            result = DB_NONE;
        } else {
            (*ids)[(*count)++] = user.id;
        }
    }
    free(names);
    return result;
}

void app_act(struct req *req, const struct app_action *actions)
{
    const char *name = app_value(req, "action");

    while (actions->name != NULL && strcmp(name, actions->name) != 0)
        actions++;
    if (actions->name != NULL)
        actions->handler(req);
    else
        app_fail(req, 400, "bad_parameter", T("This form asks for something that is not known here."));
}

void app_notice(struct req *req, const struct app_action *actions)
{
    const char *done = form_get(&req->query, "done");

    for (; done != NULL && actions->name != NULL; actions++)
        if (strcmp(done, actions->name) == 0 && actions->notice != NULL)
            view_set(req->view, "Notice", t(actions->notice));
}

bool app_kept(struct req *req, const char *name)
{
    char was_name[40];
    struct app_field was = {was_name, "", TEXT_TOPIC_MAX, false, NULL};

    snprintf(was_name, sizeof was_name, "was_%s", name);
    return app_fields(req, &was, 1) && form_find(&req->form, was_name) != NULL &&
           strcmp(was.value, app_value(req, name)) == 0;
}

bool app_confirmed(struct req *req, const char *name)
{
    struct app_field confirm = {"confirm", T("The name"), TEXT_GROUP_MAX, true, NULL};

    if (!app_fields(req, &confirm, 1))
        return false;
    if (strcmp(confirm.value, name) == 0)
        return true;
    app_error(req, "confirm", t("Type the name exactly as it is, to delete it."));
    return false;
}

bool app_room_fields(struct req *req, struct room_fields *fields)
{
    struct app_field field[] = {
        {"name", T("The name"), TEXT_GROUP_MAX, true, NULL},
        {"topic", T("The topic"), TEXT_TOPIC_MAX, false, NULL},
        {"history", T("The history limit"), 8, false, NULL},
    };
    const char *visibility = app_value(req, "visibility");
    bool fine = app_fields(req, field, 3);

    view_set(req->view, "Form.visibility", strcmp(visibility, "public") == 0 ? "public" : "private");
    fields->name = field[0].value;
    fields->topic = field[1].value;
    fields->public = strcmp(visibility, "public") == 0;
    fields->history_limit = 0;
    if (!fields->public && strcmp(visibility, "private") != 0) {
        app_error(req, "visibility", t("Choose public or private."));
        fine = false;
    }
    return app_number(req, &field[2], 0, 10000000,
                      t("The history limit is a number of messages, or empty to keep everything."),
                      &fields->history_limit) &&
           fine;
}

static void show_member(const struct req *req, struct view *item, const struct member *m)
{
    view_set_u64(item, "Id", m->id);
    timeline_person(item, m->name, m->display);
    view_set(item, "Role", rights_role_name(m->role));
    view_flag(item, "Muted", m->muted);
    view_flag(item, "Suspended", m->suspended);
    view_flag(item, "Online", m->online || m->id == req->me.id);
    view_flag(item, "Me", m->id == req->me.id);
    page_time(item, "Added", timeline_date, m->added_at);
    view_set(item, "AddedAt", m->added_at);
    if (m->added_by != m->id)
        view_set(item, "AddedBy", timeline_display(m->added_by_name, m->added_by_display));
}

void app_members(struct req *req, const struct member_list *list, enum role actor)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct member *m = &list->member[i];
        struct view *item = view_item(req->view, "Members", i);
        bool over = m->id != req->me.id && rights_over(actor, m->role);
        show_member(req, item, m);
        view_flag(item, "CanRemove", over && rights_may(actor, false, RIGHT_REMOVE));
        view_flag(item, "CanBan", over && rights_may(actor, false, RIGHT_BAN));
        view_flag(item, "CanMute", over && m->role != ROLE_OWNER && rights_may(actor, false, RIGHT_MUTE));
        view_flag(item, "CanRole", rights_may(actor, false, RIGHT_ROLE));
        view_flag(item, "CanHandover", over && !m->suspended && rights_may(actor, false, RIGHT_HANDOVER));
    }
}

enum db_result app_people(struct req *req)
{
    struct member_list members, banned = {NULL, 0};
    enum db_result result = db_room_members(req->db, req->room.id, false, MEMBERS_MAX, &members);
    size_t owners = 0, able = 0; /* who is suspended cannot look after a group */

    if (result == DB_OK && rights_may(req->room.role, false, RIGHT_BAN))
        result = db_room_banned(req->db, req->room.id, &banned);
    app_members(req, &members, req->room.role);
    for (size_t i = 0; i < members.count; i++) {
        able += !members.member[i].suspended;
        owners += !members.member[i].suspended && members.member[i].role == ROLE_OWNER;
    }
    for (size_t i = 0; i < banned.count; i++)
        show_member(req, view_item(req->view, "Banned", i), &banned.member[i]);
    view_flag(req->view, "LastOwner", req->room.role == ROLE_OWNER && owners == 1);
    view_flag(req->view, "Alone", able == 1);
    free(members.member);
    free(banned.member);
    return db_or_none(result);
}

/* ---- the way of a request ---- */

/* Whether the path fits the pattern; fills what '#' and '*' stood for. */
static bool fits(struct req *req, const char *pattern, const char *path)
{
    static const char *const no_name = "";

    req->number = 0;
    req->name = no_name;
    for (; *pattern != '\0'; pattern++) {
        size_t len = strcspn(path, "/");
        if (*pattern == '#') {
            char digits[24];
            if (len == 0 || len >= sizeof digits)
                return false;
            memcpy(digits, path, len);
            digits[len] = '\0';
            if (!text_to_u64(digits, INT64_MAX, &req->number))
                return false;
            path += len;
        } else if (*pattern == '*') {
            if (len == 0)
                return false;
            req->name = path;
            path += len;
        } else if (*pattern == *path) {
            path++;
        } else {
            return false;
        }
    }
    return *path == '\0';
}

static enum app_method method_of(const char *name)
{
    if (strcmp(name, "POST") == 0)
        return METHOD_POST;
    return strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0 ? METHOD_GET : 0;
}

/* Finds the route; *allowed tells the methods of those whose path fits. */
static const struct route *find_route(struct req *req, const struct route *routes, unsigned *allowed)
{
    enum app_method method = method_of(req->in.method);

    *allowed = 0;
    for (const struct route *r = routes; r->path != NULL; r++) {
        if (!fits(req, r->path, req->in.path))
            continue;
        *allowed |= r->method;
        if (r->method == method)
            return r;
    }
    return NULL;
}

static void no_route(struct req *req, unsigned allowed)
{
    if (allowed == 0) {
        app_not_found(req);
        return;
    }
    app_header(req, "Allow: %s",
               allowed == METHOD_POST  ? "POST"
               : allowed == METHOD_GET ? "GET, HEAD"
                                       : "GET, HEAD, POST");
    app_fail(req, 405, "method_not_allowed", T("This address does not take that kind of request."));
}

static void to_sign_in(struct req *req)
{
    if (req->json || req->route->method == METHOD_POST) {
        bool elsewhere = req->session.elsewhere;
        app_fail(req, 401, elsewhere ? "signed_in_elsewhere" : "signed_out",
                 elsewhere ? PAGE_ELSEWHERE : T("You are not signed in. Sign in, and try again."));
        return;
    }
    struct strbuf path = STRBUF_INIT;
    strbuf_addstr(&path, "/login?next=");
    form_encode(&path, req->in.path);
    if (*req->in.query != '\0') {
        strbuf_addstr(&path, "%3F");
        form_encode(&path, req->in.query);
    }
    app_redirect(req, "%s", path.len < 512 ? path.buf : "/login");
    strbuf_release(&path);
}

static bool check_post(struct req *req)
{
    if (!page_is_form(req->in.content_type)) {
        app_fail(req, 415, "unsupported_media_type",
                 T("Forms are sent as application/x-www-form-urlencoded."));
        return false;
    }
    if (req->in.body_too_long || !form_parse(&req->form, req->in.body, req->in.body_len)) {
        app_fail(req, 413, "too_long", T("That is more than this form takes."));
        return false;
    }
    return true;
}

/* Whether the handler may run: all that its route needs is there. If not, this has answered. */
static bool may_run(struct req *req, unsigned allowed)
{
    if (req->route == NULL) {
        no_route(req, allowed);
        return false;
    }
    unsigned needs = req->route->needs;
    bool post = req->route->method == METHOD_POST;
    bool stream = (needs & NEED_STREAM) != 0;
    if (post && !stream && !check_post(req))
        return false;
    if ((needs & NEED_LOGIN) && req->me.id == 0) {
        to_sign_in(req);
        return false;
    }
    if ((needs & NEED_ADMIN) && !req->me.admin) {
        app_not_found(req);
        return false;
    }
    if (post && (page_is_foreign(&req->in, req->config) ||
                 (!stream && !page_has_token(&req->in, &req->form, req->csrf)))) {
        app_forged(req);
        return false;
    }
    if (!(needs & NEED_ROOM))
        return true;
    enum db_result result = db_room_get(req->db, req->number, req->me.id, &req->room);
    if (result != DB_OK)
        memset(&req->room, 0, sizeof req->room);
    return app_ok(req, result);
}

static void run(struct req *req, const struct route *routes)
{
    unsigned allowed;

    req->json = strcasestr(req->in.accept, "application/json") != NULL;
    form_parse(&req->query, req->in.query, strlen(req->in.query));
    req->route = find_route(req, routes, &allowed);
    if (req->route != NULL && (req->route->needs & NEED_NO_SESSION)) {
        req->route->handler(req);
        return;
    }
    enum db_result session = db_site_refresh(req->db, &site_config);
    if (session == DB_OK)
        session = find_session(req);
    if (session != DB_OK)
        anonymous(req);
    crypto_csrf(req->token, req->csrf);
    lang_use(lang_choose(req->me.language, req->in.language));
    if (app_ok(req, db_or_none(session)) && may_run(req, allowed))
        req->route->handler(req);
}

static void answer(struct req *req)
{
    struct strbuf out = STRBUF_INIT;

    fcgi_read_away(&req->in);
    if (req->status == APP_SENT)
        return;

    if (req->status == 0)
        app_fail(req, 500, "fault", T("Something went wrong on our side. It has been noted."));
    page_answer(&out, req->status, req->head.buf, req->body.buf, req->body.len, req->in.cgi);
    fcgi_write_all(req->in.fd, out.buf, out.len);
    strbuf_release(&out);
}

/* Serves one request that was read, and releases all of it. */
static void serve(struct req *req, const struct route *routes)
{
    req->view = view_new();
    strbuf_init(&req->head);
    strbuf_init(&req->body);
    run(req, routes);
    answer(req);
    view_free(req->view);
    strbuf_release(&req->head);
    strbuf_release(&req->body);
    form_release(&req->query);
    form_release(&req->form);
    free(req->wrong);
    if (!req->in.cgi)
        close(req->in.fd);
    fcgi_release(&req->in);
}

/* Serves one request after another until the program is told to stop. */
static void serve_all(struct req *req, const struct req *fresh, const struct route *routes, int listener,
                      size_t body_max)
{
    struct pollfd wait = {.fd = listener, .events = POLLIN};
    sigset_t waiting;

    fcgi_until_stopped(&waiting);
    while (!fcgi_stopping) {
        if (ppoll(&wait, 1, NULL, &waiting) < 0 && errno != EINTR)
            break;
        if (fcgi_stopping)
            break;
        *req = *fresh;
        enum fcgi_result result = fcgi_accept(&req->in, body_max);
        if (result == FCGI_GOT)
            serve(req, routes);
        else if (result == FCGI_FULL)
            usleep(50000);
    }
}

int app_main(int argc, char **argv, const struct route *routes)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const char *program = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "snug";

    log_name(program);
    mallopt(M_TRIM_THRESHOLD, 1 << 20); /* the heap of one request serves the next, too */
    mallopt(M_TOP_PAD, 256 << 10);
    config_load(&site_config);
    tmpl_folder(site_config.path_html);
    const struct req fresh = {.config = &site_config, .program = program, .db = db_new(&site_config)};
    struct req *req = mem_alloc(sizeof *req);
    int listener = fcgi_open();
    size_t body_max = BODY_MAX;

    for (const struct route *r = routes; r->path != NULL; r++)
        if ((r->needs & NEED_STREAM) != 0)
            body_max = FCGI_STREAM;
    /* The mail command needs more than we do. */
    bool mails = strcmp(program, "reset") == 0 && mail_ready(&site_config);
    if (site_config.sandbox && !mails && !sandbox_enter(&site_config, body_max == FCGI_STREAM) &&
        listener >= 0)
        log_line("no sandbox: %s", strerror(errno));
    if (listener >= 0) {
        serve_all(req, &fresh, routes, listener, body_max);
    } else {
        *req = fresh;
        fcgi_cgi(&req->in, body_max);
        serve(req, routes);
    }
    db_free(fresh.db);
    free(req);
    return 0;
}
