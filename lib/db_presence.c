/* Who is there. */
#include "db_presence.h"
#include "mem.h"

#include <stdio.h>

enum db_result db_presence_mark(struct db *db, const uint64_t *users, const uint32_t *seconds, size_t count)
{
    if (count == 0)
        return DB_OK;
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t size = db_list_size(count);

    strbuf_addstr(&sql, "INSERT INTO presence (user_id, online_until, seen_at) VALUES ");
    db_marks(&sql, "(?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3))", size);
    strbuf_addstr(
        &sql, " ON DUPLICATE KEY UPDATE online_until = IF(seen_at > VALUES(seen_at), VALUES(online_until), "
              "GREATEST(online_until, VALUES(online_until))), "
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

enum db_result db_presence_online(struct db *db, struct presence **list, size_t *count)
{
    enum db_result result = db_run(db,
                                   "SELECT u.id, u.name FROM presence p JOIN users u ON u.id = p.user_id "
                                   "WHERE " DB_PRESENCE_THERE " AND u.hidden = 0 ORDER BY u.id",
                                   "");
    size_t alloc = 0;

    *list = NULL;
    *count = 0;
    while (result == DB_OK && db_next(db)) {
        if (*count == alloc) {
            alloc = alloc > 0 ? alloc * 2 : 64;
            *list = mem_grow(*list, alloc, sizeof **list);
        }
        struct presence *one = &(*list)[(*count)++];
        one->id = db_u64(db, 0);
        snprintf(one->name, sizeof one->name, "%s", db_text(db, 1, NULL));
    }
    return result == DB_NONE ? DB_OK : result;
}
