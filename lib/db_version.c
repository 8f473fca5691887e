/* The versions of rooms and users. */
#include "db_version.h"
#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROW_ROOM, ROW_USER, ROW_SITE }; /* the first column says which */

/* The id is the first member of either kind of list. */
static void add_list(struct db_query *q, const char *select, const void *list, size_t count, size_t size)
{
    const char *at = list;

    if (count == 0)
        return;
    db_query_add(q, select, "");
    for (size_t i = 0; i < count; i++, at += size)
        db_query_row(q, ",", "?", "u", *(const uint64_t *)(const void *)at);
    db_query_add(q, ")", "");
}

static void take_user(struct versions *v, uint64_t id, uint64_t version)
{
    struct version_user *user = NULL;

    if (v->seconds == 0) {
        user = bsearch(&id, v->user, v->users, sizeof *v->user, compare_ids);
    } else {
        v->user = mem_more(v->user, v->users, sizeof *v->user);
        user = &v->user[v->users++];
        user->id = id;
    }
    if (user != NULL)
        user->version = version;
}

enum db_result db_versions(struct db *db, struct versions *v)
{
    struct db_query *q =
        db_query("SELECT 2, CAST(CONV(epoch, 16, 10) AS UNSIGNED), "
                 "CAST(UNIX_TIMESTAMP(CURRENT_TIMESTAMP(3)) * 1000 AS UNSIGNED), 0 FROM site WHERE id = 1",
                 "");

    add_list(q, " UNION ALL SELECT 0, id, version, last_seq FROM rooms WHERE deleted_at IS NULL AND id IN (",
             v->room, v->rooms, sizeof *v->room);
    if (v->seconds > 0)
        db_query_add(
            q,
            " UNION ALL SELECT 1, id, version, 0 FROM users WHERE changed_at > CURRENT_TIMESTAMP(3) - "
            "INTERVAL ? SECOND",
            "u", (uint64_t)v->seconds);
    else
        add_list(q, " UNION ALL SELECT 1, id, version, 0 FROM users WHERE id IN (", v->user, v->users,
                 sizeof *v->user);
    enum db_result result = db_query_run(db, q);
    while (result == DB_OK && db_next(db)) {
        uint64_t kind = db_u64(db, 0), id = db_u64(db, 1);
        struct version_room *room =
            kind == ROW_ROOM ? bsearch(&id, v->room, v->rooms, sizeof *v->room, compare_ids) : NULL;
        if (room != NULL) {
            room->there = true;
            room->version = db_u64(db, 2);
            room->last_seq = db_u64(db, 3);
        } else if (kind == ROW_USER) {
            take_user(v, id, db_u64(db, 2));
        } else if (kind == ROW_SITE) {
            snprintf(v->epoch, DB_EPOCH, "%016" PRIx64, id);
            v->clock = (int64_t)db_u64(db, 2);
        }
    }
    return result;
}
