/* Mentions: which messages are for whom. */
#include "db_mention.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum db_result db_mention_find(struct db *db, uint64_t room_id, uint64_t seq, struct markup_names *names)
{
    struct db_query *q = db_query(
        "SELECT u.id, u.name, EXISTS (SELECT 1 FROM mentions x WHERE x.user_id = u.id AND x.room_id = ? AND "
        "x.seq = ?) AS told FROM users u WHERE u.name IN (",
        "uu", room_id, seq);

    for (size_t i = 0; i < names->count; i++)
        db_query_row(q, ",", "?", "s", names->person[i].name);
    db_query_add(q,
                 ") HAVING told OR EXISTS (SELECT 1 FROM members m WHERE m.room_id = ? AND m.user_id = u.id)",
                 "u", room_id);
    enum db_result result = db_query_run(db, q);
    while (db_next(db))
        for (size_t i = 0; i < names->count; i++) {
            struct markup_person *person = &names->person[i];
            if (strcasecmp(person->name, db_text(db, 1, NULL)) == 0)
                db_read(db, 0, "us?", &person->id, person->name, sizeof person->name, &person->told);
        }
    return db_or_none(result);
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

enum db_result db_mention_raise(struct db *db, uint64_t room_id, uint64_t from, uint64_t to, uint64_t sender)
{
    return db_or_none(
        db_run(db,
               "UPDATE users u JOIN mentions x ON x.user_id = u.id JOIN messages t ON t.room_id = x.room_id "
               "AND t.seq = x.seq SET u.version = u.version + 1 WHERE x.room_id = ? AND x.seq >= ? AND "
               "x.seq < ? AND ? IN (0, t.sender_id)",
               "uuuu", room_id, from, to, sender));
}

/* Those who have a row keep it, with its time and why. */
static enum db_result add_names(struct db *db, uint64_t room_id, uint64_t seq, const uint64_t *ids,
                                size_t count)
{
    struct db_query *q =
        db_query("INSERT INTO mentions (user_id, room_id, seq, why, created_at) VALUES ", "");

    for (size_t i = 0; i < count; i++)
        db_query_row(q, ",", "(?,?,?,'name',UTC_TIMESTAMP(3))", "uuu", ids[i], room_id, seq);
    db_query_add(q, " ON DUPLICATE KEY UPDATE seq = VALUES(seq)", "");
    return db_or_none(db_query_run_list(db, q));
}

static enum db_result drop_others(struct db *db, uint64_t room_id, uint64_t seq, const uint64_t *ids,
                                  size_t count)
{
    struct db_query *q =
        db_query("DELETE FROM mentions WHERE room_id = ? AND seq = ? AND why <> 'reply' AND user_id NOT IN (",
                 "uu", room_id, seq);

    for (size_t i = 0; i < count || i == 0; i++) /* nobody is 0 */
        db_query_row(q, ",", "?", "u", i < count ? ids[i] : 0);
    db_query_add(q, ")", "");
    return db_or_none(db_query_run(db, q));
}

enum db_result db_mention_store(struct db *db, uint64_t room_id, uint64_t seq, uint64_t sender_id,
                                const struct markup_names *names)
{
    uint64_t ids[MARKUP_NAMES_MAX];
    bool everyone = false;
    size_t count = ids_of(names, sender_id, ids, &everyone);
    enum db_result result = add_names(db, room_id, seq, ids, count);

    if (result == DB_OK && everyone)
        result = db_run(
            db,
            "INSERT INTO mentions (user_id, room_id, seq, why, created_at) SELECT m.user_id, m.room_id, ?, "
            "'everyone', UTC_TIMESTAMP(3) FROM members m WHERE m.room_id = ? AND m.user_id <> ? "
            "ON DUPLICATE KEY UPDATE seq = VALUES(seq)",
            "uuu", seq, room_id, sender_id);
    if (result == DB_OK || result == DB_NONE)
        result = db_mention_raise(db, room_id, seq, seq + 1, 0);
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
        db_read(db, DB_ROOM_COLUMN_COUNT, "u?ssmd", &x->seq, &x->reply, x->sender_name, sizeof x->sender_name,
                x->sender_display, sizeof x->sender_display, x->created_at, &x->text);
    }
    return DB_OK;
}
