/* Sessions. */
#include "db_session.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_UNREMEMBERED 1
#define SESSIONS_MAX      200 /* shown on the account page */

static uint64_t lifetime(bool remember, unsigned days)
{
    return remember ? days : DAYS_UNREMEMBERED;
}

struct addition {
    const uint8_t *hash;
    uint64_t user_id;
    const char *password_hash;
    bool remember;
    unsigned days;
    bool single;
    const char *address;
    const char *agent;
};

static enum db_result add(struct db *db, void *context)
{
    const struct addition *a = context;
    enum db_result result = db_user_lock(db, a->user_id);

    if (result == DB_OK && a->password_hash != NULL)
        result = db_run(db, "SELECT 1 FROM users WHERE id = ? AND password = ?", "us", a->user_id,
                        a->password_hash);
    if (result != DB_OK)
        return result;
    if (a->single)
        result = db_run(db,
                        "UPDATE users u JOIN sessions s ON s.user_id = u.id AND s.ended = '' "
                        "SET s.ended = 'elsewhere', u.version = u.version + 1 WHERE u.id = ?",
                        "u", a->user_id);
    if (result != DB_OK && result != DB_NONE)
        return result;
    return db_run(
        db,
        "INSERT INTO sessions (token_hash, user_id, created_at, seen_at, expires_at, remember, address, "
        "agent) "
        "VALUES (?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) + INTERVAL ? DAY, ?, ?, ?)",
        "buuuss", a->hash, (size_t)CRYPTO_HASH, a->user_id, lifetime(a->remember, a->days),
        (uint64_t)a->remember, a->address, a->agent);
}

enum db_result db_session_add(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t user_id,
                              const char *password_hash, bool remember, unsigned days, bool single,
                              const char *address, const char *agent)
{
    struct addition a = {hash, user_id, password_hash, remember, days, single, address, agent};

    return db_transaction(db, add, &a);
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
    session->remember = db_u64(db, 0) != 0;
    session->stale = db_u64(db, 1) != 0;
    user->id = db_u64(db, 2);
    snprintf(user->name, sizeof user->name, "%s", db_text(db, 3, NULL));
    snprintf(user->display, sizeof user->display, "%s", db_text(db, 4, NULL));
    snprintf(user->email, sizeof user->email, "%s", db_text(db, 5, NULL));
    user->admin = db_u64(db, 6) != 0;
    user->version = db_u64(db, 7);
    user->last_room_id = db_u64(db, 8);
    db_time(db, 9, user->created_at);
    snprintf(session->epoch, sizeof session->epoch, "%s", db_text(db, 10, NULL));
    snprintf(user->theme, sizeof user->theme, "%s", db_text(db, 11, NULL));
    user->enter_sends = db_u64(db, 12) != 0;
    user->hidden = db_u64(db, 13) != 0;
    snprintf(user->language, sizeof user->language, "%s", db_text(db, 14, NULL));
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
        size_t len;
        const char *hash = db_text(db, 0, &len);
        memcpy(s->hash, hash, len < CRYPTO_HASH ? len : CRYPTO_HASH);
        db_time(db, 1, s->created_at);
        db_time(db, 2, s->seen_at);
        snprintf(s->address, sizeof s->address, "%s", db_text(db, 3, NULL));
        snprintf(s->agent, sizeof s->agent, "%s", db_text(db, 4, NULL));
        s->remember = db_u64(db, 5) != 0;
    }
    return DB_OK;
}

struct removal {
    uint64_t user_id;
    const uint8_t *hash;
    bool others;
    const uint8_t *renewed; /* the one that stays gets this key */
};

static enum db_result remove_sessions(struct db *db, void *context)
{
    const struct removal *r = context;
    const char *sql = r->others ? "DELETE FROM sessions WHERE user_id = ? AND token_hash <> ?"
                                : "DELETE FROM sessions WHERE user_id = ? AND token_hash = ?";
    enum db_result result = db_run(db, sql, "ub", r->user_id, r->hash, (size_t)CRYPTO_HASH);

    if (result == DB_NONE && r->others && r->renewed == NULL)
        return DB_OK;
    if (result == DB_NONE && r->renewed != NULL)
        result = DB_OK;
    if (result == DB_OK && r->renewed != NULL)
        result = db_run(db, "UPDATE sessions SET token_hash = ? WHERE user_id = ? AND token_hash = ?", "bub",
                        r->renewed, (size_t)CRYPTO_HASH, r->user_id, r->hash, (size_t)CRYPTO_HASH);
    if (result != DB_OK)
        return result;
    return db_run(db, "UPDATE users SET version = version + 1 WHERE id = ?", "u", r->user_id);
}

enum db_result db_session_remove(struct db *db, uint64_t user_id, const uint8_t hash[CRYPTO_HASH])
{
    struct removal r = {user_id, hash, false, NULL};

    return db_transaction(db, remove_sessions, &r);
}

enum db_result db_session_remove_others(struct db *db, uint64_t user_id, const uint8_t keep[CRYPTO_HASH])
{
    struct removal r = {user_id, keep, true, NULL};

    return db_transaction(db, remove_sessions, &r);
}

enum db_result db_session_renew(struct db *db, uint64_t user_id, const uint8_t hash[CRYPTO_HASH],
                                const uint8_t renewed[CRYPTO_HASH])
{
    struct removal r = {user_id, hash, true, renewed};

    return db_transaction(db, remove_sessions, &r);
}

enum db_result db_session_clean(struct db *db, unsigned limit)
{
    return db_run(db, "DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(3) LIMIT ?", "u",
                  (uint64_t)limit);
}
