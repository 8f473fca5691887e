/* Links that are as good as a key: to set a new password, to register by invitation. The token stands in the link
 * alone; the key here is its SHA-256. */
#ifndef SNUG_DB_LINK_H
#define SNUG_DB_LINK_H

#include "crypto.h"
#include "db_user.h"

enum link_kind { LINK_RESET, LINK_INVITE };

struct link_info {
    uint64_t user_id;             /* of a reset: whose password; 0 for an invitation */
    char name[TEXT_NAME_MAX + 1]; /* and what that user is called; "" for an invitation */
    uint64_t created_by;
    uint64_t uses_left;
    char expires_at[DB_TIME];
};

/* Makes a link that lives `seconds` and can be used `uses` times; the token goes into its address and is told this
 * once. A reset link ends the user's older ones. `user_id` is 0 for an invitation. */
enum db_result db_link_add(struct db *db, enum link_kind kind, uint64_t user_id, uint64_t created_by,
                           unsigned seconds, unsigned uses, char token[CRYPTO_TOKEN_TEXT]);

/* What a link is good for. DB_NONE: made up, used up, ended or out of date, or its user is gone or suspended. */
enum db_result db_link_find(struct db *db, enum link_kind kind, const char *token, struct link_info *info);

/* Takes one use. Of several at the same moment only as many succeed as the link allows. DB_NONE as above. Inside a
 * transaction it is undone with it. */
enum db_result db_link_use(struct db *db, enum link_kind kind, const char *token);

/* Housekeeping: removes what ended, at most `limit` rows. */
enum db_result db_link_clean(struct db *db, unsigned limit);

#endif
