/* To be deleted at the merge: the least that deleting an account does. */
#include "db_account_stub.h"

static enum db_result delete_user(struct db *db, void *context)
{
    const uint64_t *id = context;
    enum db_result result = db_run(
        db,
        "UPDATE users SET name = CONCAT('-', id), display = 'Former member', email = CONCAT('-', id), "
        "password = '', admin = 0, version = version + 1, deleted_at = UTC_TIMESTAMP(3) WHERE id = ? AND "
        "deleted_at IS NULL",
        "u", *id);

    if (result == DB_OK)
        result = db_run(db, "DELETE FROM sessions WHERE user_id = ?", "u", *id);
    if (result == DB_OK || result == DB_NONE)
        result = db_run(db, "DELETE FROM members WHERE user_id = ?", "u", *id);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_user_delete(struct db *db, uint64_t id, bool with_messages)
{
    (void)with_messages;
    return db_transaction(db, delete_user, &id);
}
