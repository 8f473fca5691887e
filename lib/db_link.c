/* Links that are as good as a key. */
#include "db_link.h"

#include <string.h>

static const char *const kinds[] = {[LINK_RESET] = "reset", [LINK_INVITE] = "invite"};

#define GOOD "k.token_hash = ? AND k.kind = ? AND k.uses_left > 0 AND k.expires_at > UTC_TIMESTAMP(3)"

static enum db_result add(struct db *db, const uint8_t hash[CRYPTO_HASH], const char *kind, uint64_t user_id,
                          uint64_t created_by, unsigned seconds, unsigned uses)
{
    enum db_result result = user_id != 0 ? db_user_lock(db, user_id) : DB_OK;

    if (result == DB_OK && user_id != 0)
        result =
            db_or_none(db_run(db, "DELETE FROM links WHERE user_id = ? AND kind = ?", "us", user_id, kind));
    if (result != DB_OK)
        return result;
    return db_run(
        db,
        "INSERT INTO links (token_hash, kind, user_id, created_by, created_at, expires_at, uses_left) "
        "VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? SECOND, ?)",
        "bsuuuu", hash, (size_t)CRYPTO_HASH, kind, user_id, created_by, (uint64_t)seconds, (uint64_t)uses);
}

enum db_result db_link_add(struct db *db, enum link_kind kind, uint64_t user_id, uint64_t created_by,
                           unsigned seconds, unsigned uses, char token[CRYPTO_TOKEN_TEXT])
{
    uint8_t hash[CRYPTO_HASH];

    crypto_token(token);
    crypto_sha256(token, strlen(token), hash);
    return db_transaction(db, add(db, hash, kinds[kind], user_id, created_by, seconds, uses));
}

enum db_result db_link_find(struct db *db, enum link_kind kind, const char *token, struct link_info *info)
{
    uint8_t hash[CRYPTO_HASH];

    crypto_sha256(token, strlen(token), hash);
    memset(info, 0, sizeof *info);
    return db_run(
        db,
        "SELECT k.user_id, COALESCE(u.name, ''), k.created_by, k.uses_left, k.expires_at FROM links k "
        "LEFT JOIN users u ON u.id = k.user_id AND u.deleted_at IS NULL AND u.suspended_at IS NULL "
        "WHERE " GOOD " AND (k.user_id = 0 OR u.id IS NOT NULL)",
        "bs>usuum", hash, (size_t)CRYPTO_HASH, kinds[kind], &info->user_id, info->name, sizeof info->name,
        &info->created_by, &info->uses_left, info->expires_at);
}

enum db_result db_link_use(struct db *db, enum link_kind kind, const char *token)
{
    uint8_t hash[CRYPTO_HASH];

    crypto_sha256(token, strlen(token), hash);
    return db_run(db, "UPDATE links k SET k.uses_left = k.uses_left - 1 WHERE " GOOD, "bs", hash,
                  (size_t)CRYPTO_HASH, kinds[kind]);
}

enum db_result db_link_clean(struct db *db, unsigned limit)
{
    return db_run(db, "DELETE FROM links WHERE expires_at < UTC_TIMESTAMP(3) LIMIT ?", "u", (uint64_t)limit);
}
