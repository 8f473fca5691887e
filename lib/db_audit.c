/* The audit log. */
#include "db_audit.h"

enum db_result db_audit_add(struct db *db, uint64_t actor, const char *action, const char *target,
                            const char *detail)
{
    enum db_result result = db_run(
        db,
        "INSERT INTO audit (created_at, actor_id, action, target, detail) SELECT UTC_TIMESTAMP(3), id, "
        "?, ?, LEFT(?, 255) FROM users WHERE id = ? AND admin = 1 AND suspended_at IS NULL AND "
        "deleted_at IS NULL",
        "sssu", action, target, detail, actor);

    return result == DB_NONE ? DB_REFUSED : result;
}

enum db_result db_audit_list(struct db *db, uint64_t before, size_t limit, struct audit *list, size_t *count)
{
    enum db_result result = db_run(
        db,
        "SELECT a.id, a.created_at, COALESCE(u.name, ''), COALESCE(u.display, ''), a.action, a.target, "
        "a.detail FROM audit a LEFT JOIN users u ON u.id = a.actor_id WHERE a.id < ? ORDER BY a.id DESC "
        "LIMIT ?",
        "uu", before != 0 ? before : INT64_MAX, (uint64_t)limit);

    for (*count = 0; result == DB_OK && *count < limit && db_next(db); ++*count) {
        struct audit *a = &list[*count];
        db_read(db, 0, "umsssss", &a->id, a->created_at, a->name, sizeof a->name, a->display,
                sizeof a->display, a->action, sizeof a->action, a->target, sizeof a->target, a->detail,
                sizeof a->detail);
    }
    return result;
}
