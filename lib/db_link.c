/* TEMPORARY */
#include "db_link.h"

#include <string.h>

enum db_result db_link_add(struct db *db, enum link_kind kind, uint64_t user_id, uint64_t created_by,
                           unsigned seconds, unsigned uses, char token[CRYPTO_TOKEN_TEXT])
{
    uint8_t hash[CRYPTO_HASH];

    crypto_token(token);
    crypto_sha256(token, strlen(token), hash);
    return db_run(db,
                  "INSERT INTO links (token_hash, kind, user_id, created_by, created_at, expires_at, uses_left) "
                  "VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? SECOND, ?)",
                  "bsuuuu", hash, (size_t)CRYPTO_HASH, kind == LINK_RESET ? "reset" : "invite", user_id,
                  created_by, (uint64_t)seconds, (uint64_t)uses);
}

enum db_result db_link_clean(struct db *db, unsigned limit)
{
    return db_run(db, "DELETE FROM links WHERE expires_at < UTC_TIMESTAMP(3) OR uses_left = 0 LIMIT ?", "u",
                  (uint64_t)limit);
}
