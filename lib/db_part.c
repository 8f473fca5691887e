/* What belongs to a message beside its row. */
#include "db_part.h"
#include "mem.h"

#include <stdlib.h>

#define KEPT_MAX 500

/* Every table has room_id and seq. `read` gets "(…)", the seqs, appended; its first column is the seq. NULL: read elsewhere. */
static const struct kind {
    enum part part;
    const char *table;
    const char *read;
    void (*take)(struct db *db, struct message *message);
} kinds[] = {
    {PART_FORMERS, "revisions", NULL, NULL},   {PART_REPLY, "replies", NULL, NULL},
    {PART_REACTIONS, "reactions", NULL, NULL}, {PART_PIN, "pins", NULL, NULL},
    {PART_MENTIONS, "mentions", NULL, NULL},   {PART_SAVED, "bookmarks", NULL, NULL},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static enum db_result read_kind(struct db *db, const struct kind *kind, uint64_t room_id,
                                struct message_list *list)
{
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t count = 0;
    uint64_t last = 0;
    enum db_result result = DB_OK;

    db_args_u64(args, room_id);
    for (size_t i = 0; i < list->count; i++)
        if ((list->message[i].parts & kind->part) != 0) {
            last = list->message[i].seq;
            db_args_u64(args, last);
            count++;
        }
    if (count > 0) {
        size_t size = db_list_size(count);
        for (; count < size; count++)
            db_args_u64(args, last);
        strbuf_addf(&sql, "%s (", kind->read);
        db_marks(&sql, "?", size);
        strbuf_addch(&sql, ')');
        result = db_run_args(db, sql.buf, args);
        while (db_next(db))
            for (size_t i = 0; i < list->count; i++)
                if (list->message[i].seq == db_u64(db, 0))
                    kind->take(db, &list->message[i]);
    }
    db_args_free(args);
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_part_read(struct db *db, uint64_t room_id, struct message_list *list)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < KINDS && result == DB_OK; i++)
        if (kinds[i].read != NULL)
            result = read_kind(db, &kinds[i], room_id, list);
    return result;
}

enum db_result db_part_kept(struct db *db, uint64_t room_id, uint64_t user_id, struct kept *kept)
{
    enum db_result result = db_run(
        db,
        "(SELECT seq, 0 FROM bookmarks WHERE user_id = ? AND room_id = ? ORDER BY seq DESC LIMIT ?) UNION "
        "ALL SELECT COUNT(*), 1 FROM pins WHERE room_id = ?",
        "uuuu", user_id, room_id, (uint64_t)KEPT_MAX, room_id);

    *kept = (struct kept){mem_array(KEPT_MAX, sizeof *kept->saved), 0, 0};
    while (result == DB_OK && db_next(db))
        if (db_u64(db, 1) != 0)
            kept->pins = db_u64(db, 0);
        else if (kept->count < KEPT_MAX)
            kept->saved[kept->count++] = db_u64(db, 0);
    return result;
}

void db_part_release(struct message *m)
{
    (void)m;
}

/* Runs "DELETE <what> <table> <where>" for the kinds among `parts`. *rows: how many went. */
static enum db_result remove_kinds(struct db *db, uint64_t parts, const char *what, const char *where,
                                   const uint64_t args[3], uint64_t *rows)
{
    struct strbuf sql = STRBUF_INIT;
    enum db_result result = DB_OK;

    for (size_t i = 0; i < KINDS && (result == DB_OK || result == DB_NONE); i++) {
        if ((parts & kinds[i].part) == 0)
            continue;
        sql.len = 0;
        strbuf_addf(&sql, "DELETE %s %s %s", what, kinds[i].table, where);
        result = db_run(db, sql.buf, "uuu", args[0], args[1], args[2]);
        *rows += result == DB_OK ? db_affected(db) : 0;
    }
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_part_empty(struct db *db, uint64_t room_id, uint64_t from, uint64_t to)
{
    const uint64_t args[3] = {room_id, from, to};
    enum db_result result =
        db_run(db, "SELECT BIT_OR(parts) FROM messages WHERE room_id = ? AND seq >= ? AND seq < ?", "uuu",
               room_id, from, to);
    uint64_t rows = 0;

    if (result == DB_OK && db_next(db))
        result = remove_kinds(db, db_u64(db, 0), "FROM", "WHERE room_id = ? AND seq >= ? AND seq < ?", args,
                              &rows);
    if (result == DB_OK)
        result = db_run(db,
                        "UPDATE messages SET text = '', html = NULL, reply_to = 0, parts = 0 WHERE "
                        "room_id = ? AND seq >= ? AND seq < ?",
                        "uuu", room_id, from, to);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_part_purge(struct db *db, uint64_t room_id, uint64_t user_id)
{
    const uint64_t args[3] = {room_id, room_id, user_id};
    uint64_t rows = 0;

    return remove_kinds(
        db, UINT64_MAX, "p FROM",
        "p JOIN messages t ON t.room_id = ? AND t.seq = p.seq WHERE p.room_id = ? AND t.sender_id = ?", args,
        &rows);
}

enum db_result db_part_clean(struct db *db, uint64_t room_id, unsigned limit)
{
    const uint64_t args[3] = {room_id, 0, limit};
    uint64_t rows = 0;
    enum db_result result =
        remove_kinds(db, UINT64_MAX, "FROM", "WHERE room_id = ? AND seq > ? LIMIT ?", args, &rows);

    return result == DB_OK && rows == 0 ? DB_NONE : result;
}
