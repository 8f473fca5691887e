/* Who is there. */
#include "db_presence.h"

enum db_result db_presence_mark(struct db *db, const uint64_t *users, const uint32_t *seconds, size_t count)
{
    if (count == 0)
        return DB_OK;
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t size = db_list_size(count);

    strbuf_addstr(&sql, "INSERT INTO presence (user_id, online_until, seen_at) VALUES ");
    db_marks(&sql, "(?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3))", size);
    strbuf_addstr(&sql,
                  " ON DUPLICATE KEY UPDATE online_until = GREATEST(online_until, VALUES(online_until)), "
                  "seen_at = VALUES(seen_at)");
    for (size_t i = 0; i < size; i++) {
        size_t at = i < count ? i : count - 1;
        db_args_u64(args, users[at]);
        db_args_u64(args, seconds[at]);
    }
    enum db_result result = db_run_args(db, sql.buf, args);
    db_args_free(args);
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_presence_leave(struct db *db, uint64_t user_id)
{
    enum db_result result =
        db_run(db,
               "UPDATE presence SET online_until = UTC_TIMESTAMP(3) WHERE user_id = ? AND NOT "
               "EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = presence.user_id AND s.ended = '')",
               "u", user_id);

    return result == DB_NONE ? DB_OK : result;
}
