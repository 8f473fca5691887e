/* The versions of rooms and users. */
#include "db_version.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROW_ROOM, ROW_USER, ROW_SITE }; /* the first column says which */

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void add_list(struct strbuf *sql, struct db_args *args, const char *select, const void *list,
                     size_t count, size_t size)
{
    size_t padded = db_list_size(count);

    if (count == 0)
        return;
    strbuf_addstr(sql, select);
    db_marks(sql, "?", padded);
    strbuf_addch(sql, ')');
    for (size_t i = 0; i < padded; i++) /* the id is the first member of either */
        db_args_u64(
            args, *(const uint64_t *)(const void *)((const char *)list + (i < count ? i : count - 1) * size));
}

enum db_result db_versions(struct db *db, struct version_room *rooms, size_t room_count,
                           struct version_user *users, size_t user_count, char epoch[DB_EPOCH])
{
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();

    strbuf_addstr(&sql, "SELECT 2, CAST(CONV(epoch, 16, 10) AS UNSIGNED), 0, 0 FROM site WHERE id = 1");
    add_list(&sql, args,
             " UNION ALL SELECT 0, id, version, last_seq FROM rooms WHERE deleted_at IS NULL AND id IN (",
             rooms, room_count, sizeof *rooms);
    add_list(&sql, args, " UNION ALL SELECT 1, id, version, 0 FROM users WHERE id IN (", users, user_count,
             sizeof *users);
    enum db_result result = db_run_args(db, sql.buf, args);
    while (result == DB_OK && db_next(db)) {
        uint64_t kind = db_u64(db, 0), id = db_u64(db, 1);
        struct version_room *room =
            kind == ROW_ROOM ? bsearch(&id, rooms, room_count, sizeof *rooms, compare_u64) : NULL;
        struct version_user *user =
            kind == ROW_USER ? bsearch(&id, users, user_count, sizeof *users, compare_u64) : NULL;
        if (room != NULL) {
            room->there = true;
            room->version = db_u64(db, 2);
            room->last_seq = db_u64(db, 3);
        } else if (user != NULL) {
            user->version = db_u64(db, 2);
        } else if (kind == ROW_SITE) {
            snprintf(epoch, DB_EPOCH, "%016" PRIx64, id);
        }
    }
    db_args_free(args);
    strbuf_release(&sql);
    return result;
}
