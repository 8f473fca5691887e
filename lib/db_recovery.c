/* Recovery codes, and new passwords by code or link. */
#include "db_recovery.h"

#include <string.h>

/* Runs a statement on the user's rows; that there are none is fine. */
static enum db_result all_of(struct db *db, const char *sql, uint64_t user_id)
{
    return db_or_none(db_run(db, sql, "u", user_id));
}

static enum db_result replace(struct db *db, uint64_t user_id, uint8_t codes[][CRYPTO_HASH], size_t count)
{
    enum db_result result = db_user_lock(db, user_id);

    if (result == DB_OK)
        result = all_of(db, "DELETE FROM recovery_codes WHERE user_id = ?", user_id);
    for (size_t i = 0; i < count && result == DB_OK; i++)
        result = db_run(db, "INSERT INTO recovery_codes (user_id, code_hash) VALUES (?, ?)", "ub", user_id,
                        codes[i], (size_t)CRYPTO_HASH);
    return result;
}

enum db_result db_recovery_replace(struct db *db, uint64_t user_id, uint8_t codes[][CRYPTO_HASH],
                                   size_t count)
{
    return db_transaction(db, replace(db, user_id, codes, count));
}

enum db_result db_recovery_count(struct db *db, uint64_t user_id, uint64_t *count)
{
    return db_run(db, "SELECT COUNT(*) FROM recovery_codes WHERE user_id = ?", "u>u", user_id, count);
}

/* By the one or the other: `token` or `code` is NULL. */
static enum db_result recover(struct db *db, uint64_t user_id, const char *token, const uint8_t *code,
                              const char *password)
{
    enum db_result result = db_user_lock(db, user_id);

    if (result == DB_OK && token != NULL)
        result = db_link_use(db, LINK_RESET, token);
    if (code != NULL) { /* for nobody as well: it takes as long, so that it tells nothing */
        enum db_result used = db_run(db, "DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ?",
                                     "ub", user_id, code, (size_t)CRYPTO_HASH);
        result = result == DB_OK ? used : result;
    }
    if (result == DB_OK)
        result = db_run(db, "UPDATE users SET password = ?, version = version + 1 WHERE id = ?", "su",
                        password, user_id);
    if (result == DB_OK)
        result = all_of(db, "DELETE FROM sessions WHERE user_id = ?", user_id);
    if (result == DB_OK)
        result = all_of(db, "DELETE FROM links WHERE user_id = ? AND kind = 'reset'", user_id);
    return result;
}

enum db_result db_recovery_by_code(struct db *db, const char *name_or_email, const uint8_t code[CRYPTO_HASH],
                                   const char *password_hash, uint64_t *user_id)
{
    struct user user;
    char old[CRYPTO_PASSWORD_TEXT];
    enum db_result result = db_user_credentials(db, name_or_email, &user, old);

    if (result != DB_OK && result != DB_NONE)
        return result;
    *user_id = user.id; /* 0 when there is nobody of that name */
    return db_transaction(db, recover(db, user.id, NULL, code, password_hash));
}

enum db_result db_recovery_by_link(struct db *db, const char *token, const char *password_hash,
                                   uint64_t *user_id)
{
    struct link_info link;
    enum db_result result = db_link_find(db, LINK_RESET, token, &link);

    if (result != DB_OK)
        return result;
    *user_id = link.user_id;
    return db_transaction(db, recover(db, link.user_id, token, NULL, password_hash));
}
