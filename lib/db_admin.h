/* What the site's admins see and do: users, groups, invitations.
 *
 * Every change is one transaction, together with its line in the audit log. DB_REFUSED: the actor is no admin of the
 * site (any more). What is already as it should be is DB_OK, and nothing is written. Wake-ups are the caller's. */
#ifndef SNUG_DB_ADMIN_H
#define SNUG_DB_ADMIN_H

#include "db_room.h"

#define DB_LINK_KEY (CRYPTO_HASH * 2 + 1) /* a link's hash in hex: it opens nothing, the token does */

/* By name, those after the name `after`, whose name, display name or e-mail holds `query` ("" is all); at most `limit`,
 * into list[]. */
enum db_result db_admin_users(struct db *db, const char *query, const char *after, size_t limit,
                              struct user *list, size_t *count);

enum user_change {
    USER_MAKE_ADMIN,
    USER_TAKE_ADMIN,
    USER_SUSPEND, /* and ends the sessions */
    USER_UNSUSPEND,
    USER_DELETE, /* puts the deletion on record, and ends admin rights: leave_site does it, then */
};
/* DB_DUPLICATE: it would leave the site without an admin. DB_NONE: there is no such user. */
enum db_result db_admin_change(struct db *db, uint64_t actor, uint64_t user_id, enum user_change change,
                               const char *detail);

/* A link for a new password; the user's older ones end. */
enum db_result db_admin_reset(struct db *db, uint64_t actor, uint64_t user_id, unsigned seconds,
                              char token[CRYPTO_TOKEN_TEXT]);

struct admin_group {
    uint64_t id;
    uint64_t members;
    uint64_t messages;
    char name[TEXT_GROUP_MAX * 4 + 1];
    char created_at[DB_TIME];
    char last_at[DB_TIME]; /* of the last message; "" when there is none */
    bool public;
};

/* As the users. */
enum db_result db_admin_groups(struct db *db, const char *query, const char *after, size_t limit,
                               struct admin_group *list, size_t *count);
enum db_result db_admin_group(struct db *db, uint64_t id, struct admin_group *group);
enum db_result db_admin_delete_group(struct db *db, uint64_t actor, uint64_t id);

struct admin_invitation {
    char key[DB_LINK_KEY];
    char created_by[TEXT_DISPLAY_MAX * 4 + 1];
    char created_by_name[TEXT_NAME_MAX + 1];
    char created_at[DB_TIME];
    char expires_at[DB_TIME];
    uint64_t uses_left;
};

/* Those that still open, the first to end first. */
enum db_result db_admin_invitations(struct db *db, size_t limit, struct admin_invitation *list,
                                    size_t *count);
enum db_result db_admin_invite(struct db *db, uint64_t actor, unsigned days, unsigned uses,
                               char token[CRYPTO_TOKEN_TEXT]);
/* By its key. One that is gone already is DB_OK. */
enum db_result db_admin_revoke(struct db *db, uint64_t actor, const char *key);

#endif
