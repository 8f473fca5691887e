/* Mentions: which messages are for whom. */
#include "db_mention.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum db_result db_mention_find(struct db *db, uint64_t room_id, uint64_t seq, struct markup_names *names)
{
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t size = db_list_size(names->count);

    strbuf_addstr(&sql, "SELECT u.id, u.name FROM users u WHERE u.name IN (");
    db_marks(&sql, "?", size);
    strbuf_addstr(
        &sql, ") AND (EXISTS (SELECT 1 FROM members m WHERE m.room_id = ? AND m.user_id = u.id) OR "
              "EXISTS (SELECT 1 FROM mentions x WHERE x.user_id = u.id AND x.room_id = ? AND x.seq = ?))");
    for (size_t i = 0; i < size; i++) {
        const char *name = names->person[i < names->count ? i : 0].name;
        db_args_text(args, name, strlen(name));
    }
    db_args_u64(args, room_id);
    db_args_u64(args, room_id);
    db_args_u64(args, seq);
    enum db_result result = db_run_args(db, sql.buf, args);
    while (db_next(db))
        for (size_t i = 0; i < names->count; i++)
            if (strcasecmp(names->person[i].name, db_text(db, 1, NULL)) == 0) {
                names->person[i].id = db_u64(db, 0);
                snprintf(names->person[i].name, sizeof names->person[i].name, "%s", db_text(db, 1, NULL));
            }
    db_args_free(args);
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

/* Whom a message mentions by name; 0 where nobody is left, so that the list is never empty. */
static size_t ids_of(const struct markup_names *names, uint64_t sender_id, uint64_t ids[MARKUP_NAMES_MAX],
                     bool *everyone)
{
    size_t count = 0;

    for (size_t i = 0; i < names->count; i++) {
        const struct markup_person *person = &names->person[i];
        *everyone = *everyone || (person->mentioned && person->everyone);
        if (person->mentioned && !person->everyone && person->id != sender_id)
            ids[count++] = person->id;
    }
    return count;
}

enum db_result db_mention_raise(struct db *db, uint64_t room_id, uint64_t seq)
{
    enum db_result result =
        db_run(db,
               "UPDATE users u JOIN mentions x ON x.user_id = u.id SET u.version = u.version + 1 "
               "WHERE x.room_id = ? AND x.seq = ?",
               "uu", room_id, seq);

    return result == DB_NONE ? DB_OK : result;
}

/* Those who have a row keep it, with its time and why. */
static enum db_result add_names(struct db *db, uint64_t room_id, uint64_t seq, const uint64_t *ids,
                                size_t count)
{
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t size = db_list_size(count);

    strbuf_addstr(&sql, "INSERT INTO mentions (user_id, room_id, seq, why, created_at) VALUES ");
    db_marks(&sql, "(?,?,?,'name',UTC_TIMESTAMP(3))", size);
    strbuf_addstr(&sql, " ON DUPLICATE KEY UPDATE seq = VALUES(seq)");
    for (size_t i = 0; i < size; i++) {
        db_args_u64(args, ids[i < count ? i : 0]);
        db_args_u64(args, room_id);
        db_args_u64(args, seq);
    }
    enum db_result result = db_run_args(db, sql.buf, args);
    db_args_free(args);
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

static enum db_result drop_others(struct db *db, uint64_t room_id, uint64_t seq, const uint64_t *ids,
                                  size_t count)
{
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t size = db_list_size(count > 0 ? count : 1);

    strbuf_addstr(
        &sql, "DELETE FROM mentions WHERE room_id = ? AND seq = ? AND why <> 'reply' AND user_id NOT IN (");
    db_marks(&sql, "?", size);
    strbuf_addch(&sql, ')');
    db_args_u64(args, room_id);
    db_args_u64(args, seq);
    for (size_t i = 0; i < size; i++)
        db_args_u64(args, count > 0 ? ids[i < count ? i : 0] : 0);
    enum db_result result = db_run_args(db, sql.buf, args);
    db_args_free(args);
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_mention_store(struct db *db, uint64_t room_id, uint64_t seq, uint64_t sender_id,
                                const struct markup_names *names)
{
    uint64_t ids[MARKUP_NAMES_MAX];
    bool everyone = false;
    size_t count = ids_of(names, sender_id, ids, &everyone);
    enum db_result result = count > 0 ? add_names(db, room_id, seq, ids, count) : DB_OK;

    if (result == DB_OK && everyone)
        result = db_run(
            db,
            "INSERT INTO mentions (user_id, room_id, seq, why, created_at) SELECT m.user_id, m.room_id, ?, "
            "'everyone', UTC_TIMESTAMP(3) FROM members m WHERE m.room_id = ? AND m.user_id <> ? "
            "ON DUPLICATE KEY UPDATE seq = VALUES(seq)",
            "uuu", seq, room_id, sender_id);
    if (result == DB_OK || result == DB_NONE)
        result = db_mention_raise(db, room_id, seq);
    if (result == DB_OK && !everyone)
        result = drop_others(db, room_id, seq, ids, count);
    return result;
}

void mention_list_release(struct mention_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->mention[i].text);
    free(list->mention);
    *list = (struct mention_list){NULL, 0};
}

enum db_result db_mention_list(struct db *db, uint64_t user_id, size_t skip, size_t limit,
                               struct mention_list *list)
{
    enum db_result result =
        db_run(db,
               /* In this order, so that as many rows are read as are shown, however many there are. */
               "SELECT STRAIGHT_JOIN " DB_ROOM_COLUMNS
               ", x.seq, x.why = 'reply', s.name, s.display, t.created_at, LEFT(t.text, 300) FROM "
               "mentions x FORCE INDEX (mentions_time) JOIN members m ON m.room_id = x.room_id AND m.user_id "
               "= x.user_id JOIN rooms r ON "
               "r.id = x.room_id JOIN messages t ON t.room_id = x.room_id AND t.seq = x.seq JOIN users s ON "
               "s.id = t.sender_id" DB_ROOM_OTHER "WHERE x.user_id = ? AND r.deleted_at IS NULL AND "
               "t.deleted_at IS NULL AND x.seq >= r.oldest_seq ORDER BY x.created_at DESC, x.room_id DESC, "
               "x.seq DESC "
               "LIMIT ? OFFSET ?",
               "uuu", user_id, (uint64_t)limit, (uint64_t)skip);

    *list = (struct mention_list){NULL, 0};
    if (result != DB_OK)
        return result;
    list->mention = mem_array(limit, sizeof *list->mention);
    while (list->count < limit && db_next(db)) {
        struct mention *x = &list->mention[list->count++];
        db_room_read(db, &x->room);
        x->seq = db_u64(db, DB_ROOM_COLUMN_COUNT);
        x->reply = db_u64(db, DB_ROOM_COLUMN_COUNT + 1) != 0;
        snprintf(x->sender_name, sizeof x->sender_name, "%s", db_text(db, DB_ROOM_COLUMN_COUNT + 2, NULL));
        snprintf(x->sender_display, sizeof x->sender_display, "%s",
                 db_text(db, DB_ROOM_COLUMN_COUNT + 3, NULL));
        db_time(db, DB_ROOM_COLUMN_COUNT + 4, x->created_at);
        x->text = mem_dup(db_text(db, DB_ROOM_COLUMN_COUNT + 5, NULL));
    }
    return DB_OK;
}
