/* Users: accounts and profiles. */
#ifndef SNUG_DB_USER_H
#define SNUG_DB_USER_H

#include "crypto.h"
#include "db_presence.h"
#include "text.h"

/* The user `u` of a name as somebody typed it. Names are ASCII; to compare them with anything else is an error in SQL. */
#define DB_USER_NAMED "u.name = CONVERT(? USING ascii)"

struct user {
    uint64_t id; /* 0: nobody */
    uint64_t version;
    uint64_t last_room_id;
    char name[TEXT_NAME_MAX + 1];
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    char email[TEXT_EMAIL_MAX + 1];
    bool admin;
    char created_at[DB_TIME];
    bool
        suspended; /* may not sign in, is not listed and not added to rooms; filled where a user is looked up */
    /* What he chose, filled with his session: */
    char theme[TEXT_THEME];
    char language[TEXT_LANGUAGE]; /* "": the browser's */
    bool enter_sends;
    bool hidden;           /* is not shown as online */
    bool online;           /* filled by db_user_list and db_user_by_name, as others may know */
    char seen_at[DB_TIME]; /* likewise; "" when never */
};

/* A list that the caller frees with free(list->user). */
struct user_list {
    struct user *user;
    size_t count;
};

struct user_fields {
    const char *name;
    const char *email;
    const char *password_hash;
    bool invited;       /* only by invitation: one use of it is taken with the user */
    const char *invite; /* its token; NULL opens nothing */
};

/* Adds a user; the first ever becomes the site's admin, and needs no invitation. DB_REFUSED: the invitation is not
 * good (any more). DB_DUPLICATE: *name_taken and *email_taken say which. */
enum db_result db_user_add(struct db *db, const struct user_fields *fields, uint64_t *id, bool *name_taken,
                           bool *email_taken);

/* By sign-in name, without regard to case. Those who are gone are nobody; those suspended are found. */
enum db_result db_user_by_name(struct db *db, const char *name, struct user *user);

/* The same by name or e-mail, with the password's hash. */
enum db_result db_user_credentials(struct db *db, const char *name_or_email, struct user *user,
                                   char hash[CRYPTO_PASSWORD_TEXT]);
enum db_result db_user_password(struct db *db, uint64_t id, char hash[CRYPTO_PASSWORD_TEXT]);
enum db_result db_user_set_password(struct db *db, uint64_t id, const char *hash);

/* Locks the user's row, in a transaction: what is done with his sessions and keys happens one after the other.
 * DB_NONE: he is gone or suspended. */
enum db_result db_user_lock(struct db *db, uint64_t id);

/* Everybody whose account is open, first who is online, then by display name: those whose name or display name contains
 * `query` ("" is all), at most `limit` after the first `skip`. */
enum db_result db_user_list(struct db *db, const char *query, size_t skip, size_t limit,
                            struct user_list *list);

/* DB_DUPLICATE: somebody else has that e-mail address. */
enum db_result db_user_set_profile(struct db *db, uint64_t id, const char *display, const char *email);

/* `theme` is auto, light or dark; `language` a code (lang.h), or empty. */
enum db_result db_user_set_preferences(struct db *db, uint64_t id, const char *theme, const char *language,
                                       bool enter_sends, bool hidden);

/* Ends the account: sessions and keys go, the name is free again, and what he wrote stands under "Former member". His
 * memberships and messages are not touched: a departure says what is to be done about them (leave.h). DB_NONE: there is
 * no such account (any more). */
enum db_result db_user_delete(struct db *db, uint64_t id, bool messages);

struct departure {
    uint64_t user_id;
    char display[TEXT_DISPLAY_MAX * 4 + 1]; /* as it was */
    bool messages;                          /* they go, too */
};
/* One of those that are not done with. DB_NONE: there is none. */
enum db_result db_user_departure(struct db *db, struct departure *departure);
enum db_result db_user_departed(struct db *db, uint64_t id);

enum db_result db_user_set_last_room(struct db *db, uint64_t id, uint64_t room_id);

/* Raises the version of users by one: their memberships, sessions or read marks changed. */
enum db_result db_user_raise(struct db *db, const uint64_t *users, size_t count);

/* For the files that look users up otherwise: "SELECT " DB_USER_COLUMNS DB_USER_FROM "WHERE …", and the present row. The user
 * is `u`. */
#define DB_USER_COLUMNS                                                      \
    "u.id, u.name, u.display, u.email, u.admin, u.version, u.last_room_id, " \
    "u.created_at, " DB_PRESENCE_ONLINE " AS present, p.seen_at, u.suspended_at IS NOT NULL"
#define DB_USER_COLUMN_COUNT 11
#define DB_USER_FROM         " FROM users u" DB_PRESENCE_OF("u")
void db_user_read(struct db *db, struct user *user);

#endif
