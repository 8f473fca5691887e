/* To be deleted at the merge: the least of what leave.c and db_user.c do. */
#include "db_user.h"
#include "leave.h"

enum db_result db_user_lock(struct db *db, uint64_t id)
{
    return db_run(
        db, "SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL AND suspended_at IS NULL FOR UPDATE",
        "u", id);
}

enum db_result leave_site(const struct config *config, struct db *db, uint64_t user_id, bool messages)
{
    (void)config;
    enum db_result result = db_run(
        db,
        "UPDATE users SET name = CONCAT('-', id), display = 'Former member', email = CONCAT('-', id), "
        "password = '', admin = 0, version = version + 1, deleted_at = UTC_TIMESTAMP(3) WHERE id = ? AND "
        "deleted_at IS NULL",
        "u", user_id);

    if (result == DB_OK)
        db_run(db, "DELETE FROM sessions WHERE user_id = ?", "u", user_id);
    if (result == DB_OK)
        db_run(db, "DELETE FROM members WHERE user_id = ?", "u", user_id);
    if (result == DB_OK && messages)
        db_run(db, "UPDATE messages SET text = '', deleted_at = UTC_TIMESTAMP(3) WHERE sender_id = ?", "u",
               user_id);
    return result;
}
