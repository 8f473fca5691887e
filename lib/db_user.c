/* Users: accounts and profiles. */
#include "db_user.h"
#include "db_link.h"
#include "mem.h"

#include <stdio.h>
#include <string.h>

/* What holds the argument, whatever stands in it. */
#define HOLDS "CONCAT('%', REPLACE(REPLACE(REPLACE(?, '|', '||'), '%', '|%'), '_', '|_'), '%') ESCAPE '|'"

void db_user_read(struct db *db, struct user *user)
{
    db_read(db, 0, "usss?uum?m?", &user->id, user->name, sizeof user->name, user->display,
            sizeof user->display, user->email, sizeof user->email, &user->admin, &user->version,
            &user->last_room_id, user->created_at, &user->online, user->seen_at, &user->suspended);
}

/* The first user needs no invitation. */
static enum db_result use_invitation(struct db *db, const char *token)
{
    enum db_result result = db_run(db, "SELECT 1 FROM site WHERE id = 1 AND registrations = 1", "");

    if (result == DB_NONE && token != NULL)
        result = db_link_use(db, LINK_INVITE, token);
    return result == DB_NONE ? DB_REFUSED : result;
}

static enum db_result add(struct db *db, const struct user_fields *f, uint64_t *id, bool *name_taken,
                          bool *email_taken)
{
    /* The row's lock puts registrations in order: exactly one of them is the first. */
    enum db_result result = db_run(db, "UPDATE site SET registrations = registrations + 1 WHERE id = 1", "");
    if (result == DB_OK && f->invited)
        result = use_invitation(db, f->invite);
    if (result != DB_OK)
        return result;
    *name_taken = *email_taken = false;
    result = db_run(db, "SELECT name = ?, email = LOWER(?) FROM users WHERE name = ? OR email = LOWER(?)",
                    "ssss", f->name, f->email, f->name, f->email);
    while (db_next(db)) {
        *name_taken |= db_u64(db, 0) != 0;
        *email_taken |= db_u64(db, 1) != 0;
    }
    if (result == DB_OK)
        return DB_DUPLICATE;
    if (result != DB_NONE)
        return result;
    result = db_run(db,
                    "INSERT INTO users (name, display, email, password, admin, created_at) "
                    "SELECT ?, ?, LOWER(?), ?, registrations = 1, UTC_TIMESTAMP(3) FROM site WHERE id = 1",
                    "ssss", f->name, f->name, f->email, f->password_hash);
    *id = db_insert_id(db);
    return result;
}

enum db_result db_user_add(struct db *db, const struct user_fields *fields, uint64_t *id, bool *name_taken,
                           bool *email_taken)
{
    return db_transaction(db, add(db, fields, id, name_taken, email_taken));
}

enum db_result db_user_by_name(struct db *db, const char *name, struct user *user)
{
    if (!text_is_name(name, strlen(name)))
        return DB_NONE;
    enum db_result result =
        db_run(db, "SELECT " DB_USER_COLUMNS DB_USER_FROM "WHERE " DB_USER_NAMED " AND u.deleted_at IS NULL",
               "s", name);

    if (result == DB_OK && db_next(db))
        db_user_read(db, user);
    return result;
}

enum db_result db_user_credentials(struct db *db, const char *name_or_email, struct user *user,
                                   char hash[CRYPTO_PASSWORD_TEXT])
{
    /* A name holds no '@' and an address always does. */
    const char *sql = strchr(name_or_email, '@') != NULL
                          ? "SELECT " DB_USER_COLUMNS ", u.password" DB_USER_FROM
                            "WHERE u.email = LOWER(?) AND u.deleted_at IS NULL"
                          : "SELECT " DB_USER_COLUMNS ", u.password" DB_USER_FROM "WHERE " DB_USER_NAMED
                            " AND u.deleted_at IS NULL";
    enum db_result result = db_run(db, sql, "s", name_or_email);

    memset(user, 0, sizeof *user);
    if (result == DB_OK && db_next(db)) {
        db_user_read(db, user);
        snprintf(hash, CRYPTO_PASSWORD_TEXT, "%s", db_text(db, DB_USER_COLUMN_COUNT, NULL));
    }
    return result;
}

enum db_result db_user_password(struct db *db, uint64_t id, char hash[CRYPTO_PASSWORD_TEXT])
{
    return db_run(db, "SELECT password FROM users WHERE id = ?", "u>s", id, hash,
                  (size_t)CRYPTO_PASSWORD_TEXT);
}

enum db_result db_user_set_password(struct db *db, uint64_t id, const char *hash)
{
    /* A link for a new password was made for who knew the old one, or took it. */
    enum db_result result = db_run(db, "DELETE FROM links WHERE user_id = ? AND kind = 'reset'", "u", id);

    if (result != DB_OK && result != DB_NONE)
        return result;
    return db_run(db, "UPDATE users SET password = ? WHERE id = ?", "su", hash, id);
}

enum db_result db_user_list(struct db *db, const char *query, size_t skip, size_t limit,
                            struct user_list *list)
{
    enum db_result result = db_run(
        db,
        "SELECT " DB_USER_COLUMNS DB_USER_FROM "WHERE u.deleted_at IS NULL AND u.suspended_at IS NULL AND "
        /* LIKE, because LOCATE takes accents for differences. */
        "(CONVERT(u.name USING utf8mb4) LIKE " HOLDS " OR u.display LIKE " HOLDS ") "
        "ORDER BY present DESC, u.display, u.id LIMIT ? OFFSET ?",
        "ssuu", query, query, (uint64_t)limit, (uint64_t)skip);

    *list = (struct user_list){NULL, 0};
    if (result != DB_OK)
        return result;
    list->user = mem_array(limit, sizeof *list->user);
    while (list->count < limit && db_next(db))
        db_user_read(db, &list->user[list->count++]);
    return DB_OK;
}

enum db_result db_user_set_profile(struct db *db, uint64_t id, const char *display, const char *email)
{
    /* A link that was sent to another address opens nothing any more. */
    enum db_result result =
        db_run(db,
               "DELETE l FROM links l JOIN users u ON u.id = l.user_id AND u.email <> LOWER(?) WHERE "
               "l.user_id = ? AND l.kind = 'reset'",
               "su", email, id);

    if (result != DB_OK && result != DB_NONE)
        return result;
    return db_run(db, "UPDATE users SET display = ?, email = LOWER(?), version = version + 1 WHERE id = ?",
                  "ssu", display, email, id);
}

enum db_result db_user_set_preferences(struct db *db, uint64_t id, const char *theme, const char *language,
                                       bool enter_sends, bool hidden)
{
    return db_run(db,
                  "UPDATE users SET theme = ?, language = ?, enter_sends = ?, hidden = ?, version = version "
                  "+ 1 WHERE id = ?",
                  "ssuuu", theme, language, (uint64_t)enter_sends, (uint64_t)hidden, id);
}

enum db_result db_user_lock(struct db *db, uint64_t id)
{
    return db_run(
        db, "SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL AND suspended_at IS NULL FOR UPDATE",
        "u", id);
}

static enum db_result delete_user(struct db *db, uint64_t id, bool messages)
{
    static const char *const steps[] = {
        "DELETE FROM sessions WHERE user_id = ?",
        "DELETE FROM links WHERE user_id = ?",
        "DELETE FROM recovery_codes WHERE user_id = ?",
        "DELETE FROM presence WHERE user_id = ?",
    };
    enum db_result result =
        db_run(db, "SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL FOR UPDATE", "u", id);

    if (result == DB_OK)
        result =
            db_run(db,
                   "INSERT INTO departures (user_id, display, messages) SELECT id, display, ? FROM users "
                   "WHERE id = ?",
                   "uu", (uint64_t)messages, id);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && result == DB_OK; i++)
        result = db_or_none(db_run(db, steps[i], "u", id));
    if (result != DB_OK)
        return result;
    return db_run(
        db,
        "UPDATE users SET name = CONCAT('-', id), display = 'Former member', email = CONCAT('-', id), "
        "password = '', admin = 0, last_room_id = 0, deleted_at = UTC_TIMESTAMP(3), "
        "version = version + 1 WHERE id = ?",
        "u", id);
}

enum db_result db_user_delete(struct db *db, uint64_t id, bool messages)
{
    return db_transaction(db, delete_user(db, id, messages));
}

enum db_result db_user_departure(struct db *db, struct departure *d)
{
    return db_run(db, "SELECT user_id, display, messages FROM departures LIMIT 1", ">us?", &d->user_id,
                  d->display, sizeof d->display, &d->messages);
}

enum db_result db_user_departed(struct db *db, uint64_t id)
{
    enum db_result result = db_run(db, "DELETE FROM mentions WHERE user_id = ?", "u", id);

    if (result == DB_OK || result == DB_NONE)
        result = db_run(db, "DELETE FROM bookmarks WHERE user_id = ?", "u", id);
    if (result == DB_OK || result == DB_NONE)
        result = db_run(db, "DELETE FROM bans WHERE user_id = ?", "u", id);
    if (result == DB_OK || result == DB_NONE)
        result = db_run(db, "DELETE FROM departures WHERE user_id = ?", "u", id);
    return db_or_none(result); /* another one was faster */
}

enum db_result db_user_set_last_room(struct db *db, uint64_t id, uint64_t room_id)
{
    return db_run(db, "UPDATE users SET last_room_id = ? WHERE id = ?", "uu", room_id, id);
}

enum db_result db_user_raise(struct db *db, const uint64_t *users, size_t count)
{
    struct db_query *q = db_query("UPDATE users SET version = version + 1 WHERE id IN (", "");

    for (size_t i = 0; i < count; i++)
        db_query_row(q, ",", "?", "u", users[i]);
    db_query_add(q, ")", "");
    return db_or_none(db_query_run_list(db, q));
}
