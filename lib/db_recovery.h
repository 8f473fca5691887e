/* The ways back in for who forgot the password: recovery codes, each good once, and reset links (db_link.h). */
#ifndef SNUG_DB_RECOVERY_H
#define SNUG_DB_RECOVERY_H

#include "db_link.h"

#define RECOVERY_CODES 8 /* made at once */

/* Puts new codes, by their hashes (crypto_code_hash), in the place of all older ones. */
enum db_result db_recovery_replace(struct db *db, uint64_t user_id, uint8_t codes[][CRYPTO_HASH],
                                   size_t count);
/* How many are left. */
enum db_result db_recovery_count(struct db *db, uint64_t user_id, uint64_t *count);

/* Each uses up its key and sets the new password, given as its hash, in one transaction; all sessions and reset links
 * of the user end with it. DB_NONE: the key opens nothing (any more), or its user is gone or suspended. */
enum db_result db_recovery_by_code(struct db *db, const char *name_or_email, const uint8_t code[CRYPTO_HASH],
                                   const char *password_hash, uint64_t *user_id);
enum db_result db_recovery_by_link(struct db *db, const char *token, const char *password_hash,
                                   uint64_t *user_id);

#endif
