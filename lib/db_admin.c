/* What the site's admins see and do. */
#include "db_admin.h"
#include "db_audit.h"
#include "db_link.h"
#include "lang.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400

/* ---- users ---- */

#define USERS "SELECT " DB_USER_COLUMNS DB_USER_FROM "WHERE u.deleted_at IS NULL AND "

enum db_result db_admin_users(struct db *db, const char *query, const char *after, size_t limit,
                              struct user *list, size_t *count)
{
    enum db_result result =
        db_run(db,
               USERS "u.name > ? AND (? = '' OR LOCATE(?, CONVERT(u.name USING utf8mb4)) > 0 OR LOCATE(?, "
                     "u.display) > 0 OR LOCATE(LOWER(?), u.email) > 0) ORDER BY u.name LIMIT ?",
               "sssssu", after, query, query, query, query, (uint64_t)limit);

    for (*count = 0; result == DB_OK && *count < limit && db_next(db);)
        db_user_read(db, &list[(*count)++]);
    return result;
}

/* The user's name, for the log, and what he is. DB_NONE: there is no such user. */
static enum db_result find_user(struct db *db, uint64_t id, struct user *user)
{
    enum db_result result = db_run(db, USERS "u.id = ?", "u", id);

    if (result == DB_OK && db_next(db))
        db_user_read(db, user);
    return result;
}

/* Whether nobody but the user is an admin who can still sign in. */
static enum db_result is_last_admin(struct db *db, uint64_t id, bool *last)
{
    enum db_result result =
        db_run(db,
               "SELECT id FROM users WHERE admin = 1 AND suspended_at IS NULL AND deleted_at "
               "IS NULL AND id <> ? LIMIT 1",
               "u", id);

    *last = result == DB_NONE;
    return db_or_none(result);
}

static enum db_result end_sessions(struct db *db, uint64_t user_id)
{
    enum db_result result = db_run(db, "DELETE FROM sessions WHERE user_id = ?", "u", user_id);

    return result == DB_OK || result == DB_NONE ? db_presence_leave(db, user_id) : result;
}

static enum db_result change_user(struct db *db, uint64_t actor, uint64_t id, enum user_change change,
                                  const char *detail, bool *found)
{
    static const struct {
        const char *action;
        const char *sql; /* meets nothing where it is so already */
        bool loses;      /* an admin */
    } changes[] = {
        [USER_MAKE_ADMIN] = {T("made admin"), "UPDATE users SET admin = 1 WHERE id = ? AND admin = 0", false},
        [USER_TAKE_ADMIN] = {T("took admin rights of"),
                             "UPDATE users SET admin = 0 WHERE id = ? AND admin = 1", true},
        [USER_SUSPEND] =
            {T("suspended"),
             "UPDATE users SET suspended_at = UTC_TIMESTAMP(3) WHERE id = ? AND suspended_at IS NULL", true},
        [USER_UNSUSPEND] = {T("let back in"),
                            "UPDATE users SET suspended_at = NULL WHERE id = ? AND suspended_at IS NOT NULL",
                            false},
        [USER_DELETE] = {T("deleted user"), "UPDATE users SET admin = 0 WHERE id = ?", true},
    };
    bool last = *found = false;
    struct user user = {0};

    /* A write to all admins, so that such changes happen one after another, on every node of a cluster. */
    enum db_result result = db_run(db, "UPDATE users SET version = version + 1 WHERE admin = 1", "");
    if (result == DB_OK)
        result = find_user(db, id, &user);
    if (result == DB_OK && changes[change].loses)
        result = is_last_admin(db, id, &last);
    if (result != DB_OK || last)
        return last ? DB_DUPLICATE : result;
    *found = true;
    /* Before the change: afterwards the actor may be no admin any more. */
    result = db_audit_add(db, actor, changes[change].action, user.name, detail);
    if (result == DB_OK)
        result = db_run(db, changes[change].sql, "u", id);
    if (result == DB_OK && change == USER_SUSPEND)
        result = end_sessions(db, id);
    return result == DB_OK ? db_user_raise(db, &id, 1) : result;
}

enum db_result db_admin_change(struct db *db, uint64_t actor, uint64_t user_id, enum user_change change,
                               const char *detail)
{
    bool found = false;
    enum db_result result = db_transaction(db, change_user(db, actor, user_id, change, detail, &found));

    return found ? db_or_none(result) : result; /* it is so already */
}

static enum db_result make_reset(struct db *db, uint64_t actor, uint64_t user_id, unsigned seconds,
                                 char token[CRYPTO_TOKEN_TEXT])
{
    struct user user = {0};
    enum db_result result = find_user(db, user_id, &user);

    if (result == DB_OK)
        result = db_link_add(db, LINK_RESET, user_id, actor, seconds, 1, token);
    return result == DB_OK ? db_audit_add(db, actor, T("made password link"), user.name, "") : result;
}

enum db_result db_admin_reset(struct db *db, uint64_t actor, uint64_t user_id, unsigned seconds,
                              char token[CRYPTO_TOKEN_TEXT])
{
    return db_transaction(db, make_reset(db, actor, user_id, seconds, token));
}

/* ---- groups ---- */

#define GROUP_COLUMNS                                                                                   \
    "SELECT r.id, r.name, r.visibility = 'public', (SELECT COUNT(*) FROM members c WHERE c.room_id = "  \
    "r.id), "                                                                                           \
    "r.last_seq, r.created_at, t.created_at FROM rooms r LEFT JOIN messages t ON t.room_id = r.id AND " \
    "t.seq = r.last_seq WHERE r.kind = 'group' AND r.deleted_at IS NULL AND "

static void read_group(struct db *db, struct admin_group *group)
{
    db_read(db, 0, "us?uumm", &group->id, group->name, sizeof group->name, &group->public, &group->members,
            &group->messages, group->created_at, group->last_at);
}

enum db_result db_admin_groups(struct db *db, const char *query, const char *after, size_t limit,
                               struct admin_group *list, size_t *count)
{
    enum db_result result =
        db_run(db, GROUP_COLUMNS "r.name > ? AND (? = '' OR LOCATE(?, r.name) > 0) ORDER BY r.name LIMIT ?",
               "sssu", after, query, query, (uint64_t)limit);

    for (*count = 0; result == DB_OK && *count < limit && db_next(db);)
        read_group(db, &list[(*count)++]);
    return result;
}

enum db_result db_admin_group(struct db *db, uint64_t id, struct admin_group *group)
{
    enum db_result result = db_run(db, GROUP_COLUMNS "r.id = ?", "u", id);

    if (result == DB_OK && db_next(db))
        read_group(db, group);
    return result;
}

static enum db_result delete_group(struct db *db, uint64_t actor, uint64_t id)
{
    struct admin_group group = {0};
    char detail[40];
    enum db_result result = db_admin_group(db, id, &group);

    if (result == DB_OK)
        result = db_room_end(db, id);
    snprintf(detail, sizeof detail, "group %" PRIu64, id);
    return result == DB_OK ? db_audit_add(db, actor, T("deleted group"), group.name, detail) : result;
}

enum db_result db_admin_delete_group(struct db *db, uint64_t actor, uint64_t id)
{
    return db_transaction(db, delete_group(db, actor, id));
}

/* ---- invitations ---- */

enum db_result db_admin_invitations(struct db *db, size_t limit, struct admin_invitation *list, size_t *count)
{
    enum db_result result = db_run(
        db,
        "SELECT LOWER(HEX(l.token_hash)), COALESCE(u.display, ''), l.created_at, l.expires_at, l.uses_left, "
        "COALESCE(u.name, '') FROM links l LEFT JOIN users u ON u.id = l.created_by WHERE l.kind = 'invite' "
        "AND "
        "l.expires_at > UTC_TIMESTAMP(3) AND l.uses_left > 0 ORDER BY l.expires_at LIMIT ?",
        "u", (uint64_t)limit);

    for (*count = 0; result == DB_OK && *count < limit && db_next(db); ++*count) {
        struct admin_invitation *i = &list[*count];
        db_read(db, 0, "ssmmus", i->key, sizeof i->key, i->created_by, sizeof i->created_by, i->created_at,
                i->expires_at, &i->uses_left, i->created_by_name, sizeof i->created_by_name);
    }
    return result;
}

static enum db_result invite(struct db *db, uint64_t actor, unsigned days, unsigned uses,
                             char token[CRYPTO_TOKEN_TEXT])
{
    char detail[60];
    enum db_result result = db_link_add(db, LINK_INVITE, 0, actor, days * DAY, uses, token);

    snprintf(detail, sizeof detail, "%u days, uses: %u", days, uses);
    return result == DB_OK ? db_audit_add(db, actor, T("made invitation"), "", detail) : result;
}

enum db_result db_admin_invite(struct db *db, uint64_t actor, unsigned days, unsigned uses,
                               char token[CRYPTO_TOKEN_TEXT])
{
    return db_transaction(db, invite(db, actor, days, uses, token));
}

static enum db_result revoke(struct db *db, uint64_t actor, const char *key)
{
    enum db_result result =
        db_run(db, "DELETE FROM links WHERE token_hash = UNHEX(?) AND kind = 'invite'", "s", key);

    if (result == DB_OK)
        result = db_audit_add(db, actor, T("revoked invitation"), "", "");
    return db_or_none(result);
}

enum db_result db_admin_revoke(struct db *db, uint64_t actor, const char *key)
{
    return db_transaction(db, revoke(db, actor, key));
}
