/* Sessions: signed-in browsers. The cookie's token is stored nowhere; the key is its SHA-256. */
#ifndef SNUG_DB_SESSION_H
#define SNUG_DB_SESSION_H

#include "db_site.h"
#include "db_user.h"

#define DB_ADDRESS 46
#define DB_AGENT   256

struct session {
    uint8_t hash[CRYPTO_HASH];
    char created_at[DB_TIME];
    char seen_at[DB_TIME];
    char address[DB_ADDRESS];
    char agent[DB_AGENT];
    char epoch[DB_EPOCH]; /* the site's, read with it: most who need the one need the other */
    bool remember;
    bool elsewhere; /* filled with DB_NONE too: a newer session took its place */
    bool stale;     /* not marked as seen for five minutes: db_session_touch is due */
};

struct session_list {
    struct session *session; /* the caller frees */
    size_t count;
};

/* Session lifetimes: `remember` keeps it `days` after the last use, else it ends a day after it. `single`: the
 * user's other sessions end with it; of several that are added at the same moment one stays. DB_NONE: he is gone or
 * suspended, or his password is not `password_hash` any more (NULL: whatever it is). */
enum db_result db_session_add(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t user_id,
                              const char *password_hash, bool remember, unsigned days, bool single,
                              const char *address, const char *agent);
/* The session and its user. DB_NONE: there is none, or it has ended. */
enum db_result db_session_get(struct db *db, const uint8_t hash[CRYPTO_HASH], struct session *session,
                              struct user *user);
/* Marks it as seen now, from this address (NULL: where it was), and moves its end. */
enum db_result db_session_touch(struct db *db, const struct session *session, unsigned days,
                                const char *address);
enum db_result db_session_list(struct db *db, uint64_t user_id, struct session_list *list);

/* Each ends sessions of the user and raises his version, so that held readers learn of it. */
enum db_result db_session_remove(struct db *db, uint64_t user_id, const uint8_t hash[CRYPTO_HASH]);
enum db_result db_session_remove_others(struct db *db, uint64_t user_id, const uint8_t keep[CRYPTO_HASH]);
/* Removes the others, and gives the one that stays a new key. DB_NONE: it is gone itself. */
enum db_result db_session_renew(struct db *db, uint64_t user_id, const uint8_t hash[CRYPTO_HASH],
                                const uint8_t renewed[CRYPTO_HASH]);

/* Housekeeping: removes what ended, at most `limit` rows. */
enum db_result db_session_clean(struct db *db, unsigned limit);

#endif
