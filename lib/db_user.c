/* Users: accounts and profiles. */
#include "db_user.h"
#include "db_presence.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                              \
    "u.id, u.name, u.display, u.email, u.admin, u.version, u.last_room_id, " \
    "u.created_at, " DB_PRESENCE_ONLINE " AS present, p.seen_at"
#define FROM " FROM users u" DB_PRESENCE_OF("u")

struct addition {
    const char *name;
    const char *email;
    const char *hash;
    uint64_t id;
    bool name_taken;
    bool email_taken;
};

static void read_user(struct db *db, struct user *user)
{
    user->id = db_u64(db, 0);
    snprintf(user->name, sizeof user->name, "%s", db_text(db, 1, NULL));
    snprintf(user->display, sizeof user->display, "%s", db_text(db, 2, NULL));
    snprintf(user->email, sizeof user->email, "%s", db_text(db, 3, NULL));
    user->admin = db_u64(db, 4) != 0;
    user->version = db_u64(db, 5);
    user->last_room_id = db_u64(db, 6);
    db_time(db, 7, user->created_at);
    user->online = db_u64(db, 8) != 0;
    db_time(db, 9, user->seen_at);
}

static enum db_result add(struct db *db, void *context)
{
    struct addition *a = context;

    /* The row's lock puts registrations in order: exactly one of them is the first. */
    enum db_result result = db_run(db, "UPDATE site SET registrations = registrations + 1 WHERE id = 1", "");
    if (result != DB_OK)
        return result;
    a->name_taken = a->email_taken = false;
    result = db_run(db, "SELECT name = ?, email = LOWER(?) FROM users WHERE name = ? OR email = LOWER(?)",
                    "ssss", a->name, a->email, a->name, a->email);
    while (db_next(db)) {
        a->name_taken |= db_u64(db, 0) != 0;
        a->email_taken |= db_u64(db, 1) != 0;
    }
    if (result == DB_OK)
        return DB_DUPLICATE;
    if (result != DB_NONE)
        return result;
    result = db_run(db,
                    "INSERT INTO users (name, display, email, password, admin, created_at) "
                    "SELECT ?, ?, LOWER(?), ?, registrations = 1, UTC_TIMESTAMP(3) FROM site WHERE id = 1",
                    "ssss", a->name, a->name, a->email, a->hash);
    a->id = db_insert_id(db);
    return result;
}

enum db_result db_user_add(struct db *db, const char *name, const char *email, const char *password_hash,
                           uint64_t *id, bool *name_taken, bool *email_taken)
{
    struct addition a = {.name = name, .email = email, .hash = password_hash};
    enum db_result result = db_transaction(db, add, &a);

    *id = a.id;
    *name_taken = a.name_taken;
    *email_taken = a.email_taken;
    return result;
}

enum db_result db_user_by_name(struct db *db, const char *name, struct user *user)
{
    if (!text_is_name(name, strlen(name)))
        return DB_NONE;
    enum db_result result =
        db_run(db, "SELECT " COLUMNS FROM "WHERE u.name = ? AND u.deleted_at IS NULL", "s", name);

    if (result == DB_OK && db_next(db))
        read_user(db, user);
    return result;
}

static enum db_result read_hash(struct db *db, enum db_result result, uint64_t *id,
                                char hash[CRYPTO_PASSWORD_TEXT])
{
    if (result == DB_OK && db_next(db)) {
        snprintf(hash, CRYPTO_PASSWORD_TEXT, "%s", db_text(db, 0, NULL));
        *id = db_u64(db, 1);
    }
    return result;
}

enum db_result db_user_credentials(struct db *db, const char *name_or_email, uint64_t *id,
                                   char hash[CRYPTO_PASSWORD_TEXT])
{
    /* A name holds no '@' and an address always does. */
    const char *sql = strchr(name_or_email, '@') != NULL
                          ? "SELECT password, id FROM users WHERE email = LOWER(?)"
                          : "SELECT password, id FROM users WHERE name = ?";

    return read_hash(db, db_run(db, sql, "s", name_or_email), id, hash);
}

enum db_result db_user_password(struct db *db, uint64_t id, char hash[CRYPTO_PASSWORD_TEXT])
{
    return read_hash(db, db_run(db, "SELECT password, id FROM users WHERE id = ?", "u", id), &id, hash);
}

enum db_result db_user_set_password(struct db *db, uint64_t id, const char *hash)
{
    return db_run(db, "UPDATE users SET password = ? WHERE id = ?", "su", hash, id);
}

enum db_result db_user_list(struct db *db, const char *query, size_t skip, size_t limit,
                            struct user_list *list)
{
    enum db_result result =
        db_run(db,
               "SELECT " COLUMNS FROM "WHERE u.deleted_at IS NULL AND u.suspended_at IS NULL AND "
               "LOCATE(?, CONCAT(u.name, '\\n', u.display)) > 0 "
               "ORDER BY present DESC, u.display, u.id LIMIT ? OFFSET ?",
               "suu", query, (uint64_t)limit, (uint64_t)skip);

    *list = (struct user_list){NULL, 0};
    if (result != DB_OK)
        return result;
    list->user = mem_array(limit, sizeof *list->user);
    while (list->count < limit && db_next(db))
        read_user(db, &list->user[list->count++]);
    return DB_OK;
}

enum db_result db_user_set_profile(struct db *db, uint64_t id, const char *display, const char *email)
{
    return db_run(db, "UPDATE users SET display = ?, email = LOWER(?), version = version + 1 WHERE id = ?",
                  "ssu", display, email, id);
}

enum db_result db_user_set_last_room(struct db *db, uint64_t id, uint64_t room_id)
{
    return db_run(db, "UPDATE users SET last_room_id = ? WHERE id = ?", "uu", room_id, id);
}
