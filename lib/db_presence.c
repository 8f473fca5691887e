/* Who is there. */
#include "db_presence.h"
#include "mem.h"

enum db_result db_presence_mark(struct db *db, const uint64_t *users, const uint32_t *seconds, size_t count)
{
    struct db_query *q = db_query("INSERT INTO presence (user_id, online_until, seen_at) VALUES ", "");

    for (size_t i = 0; i < count; i++)
        db_query_row(q, ",", "(?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3))", "uu", users[i],
                     (uint64_t)seconds[i]);
    db_query_add(
        q,
        " ON DUPLICATE KEY UPDATE online_until = IF(seen_at > VALUES(seen_at), VALUES(online_until), "
        "GREATEST(online_until, VALUES(online_until))), seen_at = VALUES(seen_at)",
        "");
    return db_or_none(db_query_run_list(db, q));
}

enum db_result db_presence_leave(struct db *db, uint64_t user_id)
{
    return db_or_none(
        db_run(db,
               "UPDATE presence SET online_until = UTC_TIMESTAMP(3) WHERE user_id = ? AND NOT "
               "EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = presence.user_id AND s.ended = '')",
               "u", user_id));
}

enum db_result db_presence_online(struct db *db, struct presence **list, size_t *count)
{
    enum db_result result = db_run(db,
                                   "SELECT u.id, u.name FROM presence p JOIN users u ON u.id = p.user_id "
                                   "WHERE " DB_PRESENCE_THERE " AND u.hidden = 0 ORDER BY u.id",
                                   "");

    *list = NULL;
    *count = 0;
    while (result == DB_OK && db_next(db)) {
        *list = mem_more(*list, *count, sizeof **list);
        struct presence *one = &(*list)[(*count)++];
        db_read(db, 0, "us", &one->id, one->name, sizeof one->name);
    }
    return db_or_none(result);
}
