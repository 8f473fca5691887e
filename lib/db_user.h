/* Users: accounts and profiles. */
#ifndef SNUG_DB_USER_H
#define SNUG_DB_USER_H

#include "crypto.h"
#include "db.h"
#include "text.h"

/* To be deleted at the merge: it stands below then. */
enum db_result db_user_lock(struct db *db, uint64_t id);

struct user {
    uint64_t id; /* 0: nobody */
    char name[TEXT_NAME_MAX + 1];
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    char email[TEXT_EMAIL_MAX + 1];
    bool admin;
    uint64_t version;
    uint64_t last_room_id;
    char created_at[DB_TIME];
    bool online;           /* filled by db_user_list and db_user_by_name */
    char seen_at[DB_TIME]; /* likewise; "" when never */
};

/* A list that the caller frees with free(list->user). */
struct user_list {
    struct user *user;
    size_t count;
};

/* Adds a user; the first ever becomes the site's admin. DB_DUPLICATE: *name_taken and *email_taken say which. */
enum db_result db_user_add(struct db *db, const char *name, const char *email, const char *password_hash,
                           uint64_t *id, bool *name_taken, bool *email_taken);

/* By sign-in name, without regard to case. */
enum db_result db_user_by_name(struct db *db, const char *name, struct user *user);

/* By name or e-mail, with the password's hash. */
enum db_result db_user_credentials(struct db *db, const char *name_or_email, uint64_t *id,
                                   char hash[CRYPTO_PASSWORD_TEXT]);
enum db_result db_user_password(struct db *db, uint64_t id, char hash[CRYPTO_PASSWORD_TEXT]);
enum db_result db_user_set_password(struct db *db, uint64_t id, const char *hash);

/* Everybody, by display name; at most `limit`, those whose name or display name contains `query` ("" is all). */
enum db_result db_user_list(struct db *db, const char *query, size_t limit, struct user_list *list);

/* DB_DUPLICATE: somebody else has that e-mail address. */
enum db_result db_user_set_profile(struct db *db, uint64_t id, const char *display, const char *email);

enum db_result db_user_set_last_room(struct db *db, uint64_t id, uint64_t room_id);

#endif
