/* The frame of the page programs: one request at a time, a table of routes, and what every page needs.
 *
 * A program is `return app_main(argc, argv, routes);`. Before a handler runs, this is checked in one place, with
 * the status that results: the path is known (404), the method is (405), a POST has a form's content type (415)
 * and size (413), the user is signed in where NEED_LOGIN says so (303 to /login, 401 where JSON is asked for or
 * something is posted), a POST comes from our own pages and carries the form token (403), the room is one that
 * the user may know of (NEED_ROOM, 404). The database away is 503, from any of them.
 *
 * One struct req owns all that belongs to a request; nothing about a request is global. A handler ends by calling
 * exactly one of app_page, app_redirect, app_json, app_fail, app_failed. */
#ifndef SNUG_APP_H
#define SNUG_APP_H

#include "config.h"
#include "db.h"
#include "db_room.h"
#include "db_session.h"
#include "db_user.h"
#include "fcgi.h"
#include "form.h"
#include "lang.h"
#include "tmpl.h"

enum app_method { METHOD_GET = 1, METHOD_POST = 2 };
enum app_needs {
    NEED_NOTHING = 0,
    NEED_LOGIN = 1,
    NEED_ROOM = 2,       /* the '#' of the path is a room; fills req->room. Goes with NEED_LOGIN. */
    NEED_NO_SIDEBAR = 4, /* the page shows no lists of rooms */
    NEED_ADMIN = 16,     /* of the site; for everybody else there is nothing here. Goes with NEED_LOGIN. */
    NEED_STREAM = 32,    /* the handler reads the body itself (fcgi_read), and checks its form token */
    NEED_NO_SESSION = 8, /* nobody's session is looked up: it answers also while the database is away */
};

struct req;
typedef void app_handler(struct req *req);

struct route {
    const char *path; /* '#' stands for a number, '*' for a name, one segment each */
    enum app_method method;
    unsigned needs;
    app_handler *handler;
};
#define ROUTES_END       \
    {                    \
        NULL, 0, 0, NULL \
    }

struct req {
    const struct config *config;
    const char *program;
    struct db *db;
    struct fcgi_request in;
    const struct route *route;
    struct form query;
    struct form form;
    bool json;        /* the client asked for JSON */
    uint64_t number;  /* the '#' of the path */
    const char *name; /* the '*' of the path */
    char
        token[CRYPTO_TOKEN_TEXT]; /* of the session's cookie, or of the form cookie of who is not signed in */
    char csrf[CRYPTO_TOKEN_TEXT];
    struct session session;
    struct user me; /* id 0: not signed in */
    struct room room;
    struct view *view;
    bool sidebar_done;
    char *wrong;        /* the first app_error */
    int status;         /* 0 until answered; APP_SENT when the handler wrote the answer itself */
    struct strbuf head; /* further header lines */
    struct strbuf body;
};

#define APP_SENT (-1)

int app_main(int argc, char **argv, const struct route *routes);

/* ---- inputs ---- */

struct app_field {
    const char *name;
    const char *label; /* as the errors call it: T("The name") */
    size_t max;        /* characters */
    bool required;
    const char *value; /* filled: trimmed, lines normalised, "" when missing or wrong */
};

/* Reads one-line fields of the form, puts them back into the view (Form.NAME) and what is wrong with them beside
 * them (Errors.NAME). False when something is. */
bool app_fields(struct req *req, struct app_field *fields, size_t count);
/* A number between the bounds, from a field that was read; an empty one is fine, and leaves *number as it is. */
bool app_number(struct req *req, const struct app_field *field, uint64_t least, uint64_t most,
                const char *error, uint64_t *number);
/* Says what is wrong with a field (or with "form", the whole). */
void app_error(struct req *req, const char *field, const char *text);
/* A password, as it was typed. NULL when it is missing or holds a NUL byte. */
const char *app_password(struct req *req, const char *name);
/* The same for a new one. NULL when it does not do; what is wrong then stands beside the field. */
const char *app_new_password(struct req *req, const char *name);
/* The value of a field that our own pages fill ("action", "visibility" …); "" when missing. */
const char *app_value(const struct req *req, const char *name);

/* ---- answers ---- */

/* A page; for who asked for JSON and is refused (a status from 400 on), the first app_error as JSON. */
void app_page(struct req *req, int status, const char *title, const char *file);
void app_redirect(struct req *req, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* 303 */
void app_json(struct req *req, int status, const char *body);
/* The error page, or the error as JSON. `code` is JSON's, `text` (T) says what happened and what to do. */
void app_fail(struct req *req, int status, const char *code, const char *text);
void app_forged(struct req *req);    /* without the form token */
void app_not_found(struct req *req); /* the same for what is not there and what one may not see */
/* For a result other than DB_OK that the handler has no better answer to. */
void app_failed(struct req *req, enum db_result result);
/* Whether it is DB_OK; else this has answered. */
bool app_ok(struct req *req, enum db_result result);
void app_header(struct req *req, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- pages of several forms ---- */

struct app_action {
    const char *name; /* the form's `action`, and the notice's `done` */
    app_handler *handler;
    const char *notice; /* what the page says afterwards (T), when it is asked for with ?done=NAME */
};

#define ACTIONS_END      \
    {                    \
        NULL, NULL, NULL \
    }

/* Runs the action that the form names; 400 when there is no such. */
void app_act(struct req *req, const struct app_action *actions);
/* Puts the notice of what was just done into the view (Notice). */
void app_notice(struct req *req, const struct app_action *actions);

/* ---- sessions ---- */

/* Starts a session for the user and sets its cookie. One that this browser brought along ends, and where the site
 * allows one session at a time, all the user's others do. `password_hash` is the user's. DB_NONE as db_session_add. */
enum db_result app_sign_in(struct req *req, uint64_t user_id, const char *password_hash, bool remember);
/* After a new password: ends all of the user's other sessions, and gives this one a new token and cookie. */
enum db_result app_renew_session(struct req *req, const char *password_hash);

/* Whether there were too many attempts (db_attempt.h); an error beside "form" says so, and Retry-After is set. `what`
 * tells kinds of attempts apart, "" is signing in; they count for the name and for the address that asks, or as it fits
 * the kind. */
bool app_too_many(struct req *req, const char *what, const char *name);
/* Counts one. */
void app_count_attempt(struct req *req, const char *what, const char *name);
/* Forgets them, of this name from here. */
void app_forget_attempts(struct req *req, const char *what, const char *name);
/* Whether anybody may register without an invitation: where that is not open, the very first may. Pages that offer it
 * ask this first (Registration.Open). */
bool app_may_register(struct req *req);
/* Clears the cookie. */
void app_forget_session(struct req *req);

/* Fills a list of members (Members.N), each with what `actor` may do to him, into the view. */
void app_members(struct req *req, const struct member_list *list, enum role actor);
/* The same for all members of req->room, for its settings; and who is banned (Banned.N), for those who may change that. */
enum db_result app_people(struct req *req);

/* The ids of the users named in `text`, separated by spaces or commas; *ids is freed by the caller, without
 * repeats. DB_NONE: one is not known; an error beside `field` says which. */
#define APP_NAMES_MAX 100
enum db_result app_names(struct req *req, const char *field, const char *text, uint64_t **ids, size_t *count);

/* Whether the form's `confirm` is the name of what is to be deleted; if not, an error stands beside it. */
bool app_confirmed(struct req *req, const char *name);

/* Whether a field is as the form showed it (its was_NAME says so): what another admin made of it meanwhile stays. The
 * form that is shown again gets was_NAME back. */
bool app_kept(struct req *req, const char *name);

/* The name of a group's settings, shared by creating and updating. False: errors stand beside the fields. */
bool app_room_fields(struct req *req, struct room_fields *fields);

#endif
