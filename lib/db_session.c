/* Sessions. */
#include "db_session.h"
#include "mem.h"

#include <string.h>

#define DAYS_UNREMEMBERED 1
#define SESSIONS_MAX      200 /* shown on the account page */

static uint64_t lifetime(bool remember, unsigned days)
{
    return remember ? days : DAYS_UNREMEMBERED;
}

static enum db_result add(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t user_id,
                          const char *password_hash, bool remember, unsigned days, bool single,
                          const char *address, const char *agent)
{
    enum db_result result = db_user_lock(db, user_id);

    if (result == DB_OK && password_hash != NULL)
        result =
            db_run(db, "SELECT 1 FROM users WHERE id = ? AND password = ?", "us", user_id, password_hash);
    if (result == DB_OK && single)
        result = db_or_none(db_run(db,
                                   "UPDATE users u JOIN sessions s ON s.user_id = u.id AND s.ended = '' "
                                   "SET s.ended = 'elsewhere', u.version = u.version + 1 WHERE u.id = ?",
                                   "u", user_id));
    if (result != DB_OK)
        return result;
    return db_run(
        db,
        "INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at, remember, address, "
        "agent) VALUES (?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? DAY, ?, ?, "
        "?)",
        "buuuss", hash, (size_t)CRYPTO_HASH, user_id, lifetime(remember, days), (uint64_t)remember, address,
        agent);
}

enum db_result db_session_add(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t user_id,
                              const char *password_hash, bool remember, unsigned days, bool single,
                              const char *address, const char *agent)
{
    return db_transaction(db, add(db, hash, user_id, password_hash, remember, days, single, address, agent));
}

enum db_result db_session_get(struct db *db, const uint8_t hash[CRYPTO_HASH], struct session *session,
                              struct user *user)
{
    enum db_result result = db_run(
        db,
        "SELECT s.remember, s.seen_at < UTC_TIMESTAMP(3) - INTERVAL 300 SECOND, u.id, u.name, u.display, "
        "u.email, "
        "u.admin, u.version, u.last_room_id, u.created_at, i.epoch, u.theme, u.enter_sends, u.hidden, "
        "u.language, s.ended = 'elsewhere', s.ended <> '' FROM sessions s JOIN users u ON u.id = "
        "s.user_id AND u.deleted_at IS NULL AND u.suspended_at IS NULL "
        "JOIN site i ON i.id = 1 "
        "WHERE s.token_hash = ? AND s.expires_at > UTC_TIMESTAMP(3)",
        "b", hash, (size_t)CRYPTO_HASH);

    memset(session, 0, sizeof *session);
    memset(user, 0, sizeof *user);
    if (result != DB_OK || !db_next(db))
        return result;
    session->elsewhere = db_u64(db, 15) != 0;
    if (db_u64(db, 16) != 0)
        return DB_NONE;
    memcpy(session->hash, hash, CRYPTO_HASH);
    db_read(db, 0, "??usss?uumss??s", &session->remember, &session->stale, &user->id, user->name,
            sizeof user->name, user->display, sizeof user->display, user->email, sizeof user->email,
            &user->admin, &user->version, &user->last_room_id, user->created_at, session->epoch,
            sizeof session->epoch, user->theme, sizeof user->theme, &user->enter_sends, &user->hidden,
            user->language, sizeof user->language);
    return DB_OK;
}

enum db_result db_session_touch(struct db *db, const struct session *session, unsigned days,
                                const char *address)
{
    return db_run(db,
                  "UPDATE sessions SET seen_at = UTC_TIMESTAMP(3), address = COALESCE(?, address), "
                  "expires_at = UTC_TIMESTAMP(3) + INTERVAL ? DAY WHERE token_hash = ?",
                  "sub", address, lifetime(session->remember, days), session->hash, (size_t)CRYPTO_HASH);
}

enum db_result db_session_list(struct db *db, uint64_t user_id, struct session_list *list)
{
    enum db_result result = db_run(
        db,
        "SELECT token_hash, created_at, seen_at, address, agent, remember FROM sessions "
        "WHERE user_id = ? AND ended = '' AND expires_at > UTC_TIMESTAMP(3) ORDER BY seen_at DESC LIMIT ?",
        "uu", user_id, (uint64_t)SESSIONS_MAX);

    *list = (struct session_list){NULL, 0};
    if (result != DB_OK)
        return result;
    list->session = mem_array(SESSIONS_MAX, sizeof *list->session);
    while (list->count < SESSIONS_MAX && db_next(db)) {
        struct session *s = &list->session[list->count++];
        db_read(db, 0, "bmmss?", s->hash, sizeof s->hash, s->created_at, s->seen_at, s->address,
                sizeof s->address, s->agent, sizeof s->agent, &s->remember);
    }
    return DB_OK;
}

/* `renewed`, unless it is NULL: the one that stays gets this key. */
static enum db_result remove_sessions(struct db *db, uint64_t user_id, const uint8_t hash[CRYPTO_HASH],
                                      bool others, const uint8_t *renewed)
{
    const char *sql = others ? "DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?"
                             : "DELETE FROM sessions WHERE user_id = ? AND token_hash = ?";
    enum db_result result = db_run(db, sql, "ub", user_id, hash, (size_t)CRYPTO_HASH);

    if (result == DB_NONE && others && renewed == NULL)
        return DB_OK;
    if (renewed != NULL)
        result = db_or_none(result);
    if (result == DB_OK && renewed != NULL)
        result = db_run(db, "UPDATE sessions SET token_hash = ? WHERE user_id = ? AND token_hash = ?", "bub",
                        renewed, (size_t)CRYPTO_HASH, user_id, hash, (size_t)CRYPTO_HASH);
    return result == DB_OK ? db_user_raise(db, &user_id, 1) : result;
}

enum db_result db_session_remove(struct db *db, uint64_t user_id, const uint8_t hash[CRYPTO_HASH])
{
    return db_transaction(db, remove_sessions(db, user_id, hash, false, NULL));
}

enum db_result db_session_remove_others(struct db *db, uint64_t user_id, const uint8_t keep[CRYPTO_HASH])
{
    return db_transaction(db, remove_sessions(db, user_id, keep, true, NULL));
}

enum db_result db_session_renew(struct db *db, uint64_t user_id, const uint8_t hash[CRYPTO_HASH],
                                const uint8_t renewed[CRYPTO_HASH])
{
    return db_transaction(db, remove_sessions(db, user_id, hash, true, renewed));
}

enum db_result db_session_clean(struct db *db, unsigned limit)
{
    return db_run(db, "DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(3) LIMIT ?", "u",
                  (uint64_t)limit);
}
