/* What belongs to a message beside its row. */
#include "db_part.h"
#include "db_mention.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

static void take_quote(struct db *db, struct message *m)
{
    struct quote *q = m->quote = mem_alloc(sizeof *q);

    q->gone = db_is_null(db, 1);
    if (!q->gone)
        db_read(db, 1, "uddd", &q->sender_id, &q->sender_name, &q->sender_display, &q->text);
}

static void take_reaction(struct db *db, struct message *m)
{
    m->reaction = mem_more(m->reaction, m->reactions, sizeof *m->reaction);
    struct reaction new;
    db_read(db, 1, "duddm", &new.emoji, &new.user_id, &new.name, &new.display, new.at);
    size_t at = m->reactions++;
    for (; at > 0 && strcmp(m->reaction[at - 1].at, new.at) > 0; at--)
        m->reaction[at] = m->reaction[at - 1];
    m->reaction[at] = new;
}

/* Rows come in any order: each goes to its own place. */
static void take_file(struct db *db, struct message *m)
{
    uint64_t n = db_u64(db, 7);

    if (n >= FILES_MAX)
        return;
    if (m->file == NULL)
        m->file = mem_array(FILES_MAX, sizeof *m->file);
    struct attachment *a = &m->file[n];
    db_read(db, 1, "udusuu", &a->id, &a->name, &a->file.size, a->file.type, sizeof a->file.type,
            &a->file.width, &a->file.height);
    m->files = n >= m->files ? n + 1 : m->files;
}
#define KEPT_MAX 500

/* Every table has room_id and seq. `read` gets "(…)", the seqs, appended; its first column is the seq. NULL: read elsewhere. */
static const struct kind {
    enum part part;
    const char *table;
    const char *read;
    void (*take)(struct db *db, struct message *message);
} kinds[] = {
    {PART_FORMERS, "revisions", NULL, NULL},
    {PART_REPLY, "replies",
     "SELECT t.seq, o.sender_id, u.name, u.display, IF(o.text = '', (SELECT f.name FROM uploads f WHERE "
     "f.room_id = "
     "o.room_id AND f.seq = o.seq AND f.n = 0), IF(CHAR_LENGTH(o.text) > 100, CONCAT(LEFT(o.text, 99), '…'), "
     "o.text)) FROM messages t JOIN rooms r ON r.id = t.room_id LEFT JOIN messages o ON o.room_id = "
     "t.room_id "
     "AND o.seq = t.reply_to AND o.seq >= r.oldest_seq AND o.deleted_at IS NULL LEFT JOIN users u ON u.id = "
     "o.sender_id WHERE t.room_id = ? AND t.seq IN",
     take_quote},
    {PART_REACTIONS, "reactions",
     "SELECT p.seq, p.emoji, p.user_id, u.name, u.display, p.created_at FROM reactions p JOIN users u ON "
     "u.id = p.user_id "
     "WHERE p.room_id = ? AND p.seq IN",
     take_reaction},
    {PART_PIN, "pins", NULL, NULL},
    {PART_MENTIONS, "mentions", NULL, NULL},
    {PART_FILES, "uploads",
     "SELECT u.seq, u.id, u.name, f.size, f.type, f.width, f.height, u.n FROM uploads u JOIN files f ON "
     "f.hash = "
     "u.hash WHERE u.room_id = ? AND u.seq IN",
     take_file},
    {PART_SAVED, "bookmarks", NULL, NULL},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static enum db_result read_kind(struct db *db, const struct kind *kind, uint64_t room_id,
                                struct message_list *list)
{
    struct db_query *q = db_query(kind->read, "u", room_id);

    db_query_add(q, " (", "");
    for (size_t i = 0; i < list->count; i++)
        if ((list->message[i].parts & kind->part) != 0)
            db_query_row(q, ",", "?", "u", list->message[i].seq);
    db_query_add(q, ")", "");
    enum db_result result = db_query_run_list(db, q);
    while (db_next(db))
        for (size_t i = 0; i < list->count; i++)
            if (list->message[i].seq == db_u64(db, 0))
                kind->take(db, &list->message[i]);
    return db_or_none(result);
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
    if (m->quote != NULL) {
        free(m->quote->sender_name);
        free(m->quote->sender_display);
        free(m->quote->text);
        free(m->quote);
    }
    for (size_t i = 0; i < m->reactions; i++) {
        free(m->reaction[i].emoji);
        free(m->reaction[i].name);
        free(m->reaction[i].display);
    }
    free(m->reaction);
    for (size_t i = 0; i < m->files; i++)
        free(m->file[i].name);
    free(m->file);
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
    return db_or_none(result);
}

#define ANSWERS                                                                                          \
    "replies p JOIN messages o ON o.room_id = p.room_id AND o.seq = p.original WHERE p.room_id = ? AND " \
    "p.original >= ? AND p.original < ? AND (? = 0 OR (o.sender_id = ? AND o.deleted_at IS NOT NULL))"

enum db_result db_part_requote(struct db *db, uint64_t room_id, uint64_t from, uint64_t to, uint64_t sender,
                               bool gone, uint64_t *version)
{
    enum db_result result =
        db_run(db,
               "UPDATE messages w JOIN (SELECT a.seq, ROW_NUMBER() OVER (ORDER BY a.seq) AS n FROM (SELECT "
               "p.seq FROM " ANSWERS " ORDER BY p.seq DESC LIMIT ?) a) k ON k.seq = w.seq SET w.version = "
               "? + k.n WHERE w.room_id = ?",
               "uuuuuuuu", room_id, from, to, sender, sender, (uint64_t)REQUOTE_MAX, *version, room_id);

    if (result == DB_OK)
        *version += db_affected(db);
    if (result == DB_OK && gone)
        result = db_run(db, "DELETE p FROM " ANSWERS, "uuuuu", room_id, from, to, sender, sender);
    return db_or_none(result);
}

enum db_result db_part_reply(struct db *db, uint64_t room_id, uint64_t seq, uint64_t original, uint64_t *told)
{
    enum db_result result = db_run(db, "INSERT INTO replies (room_id, original, seq) VALUES (?, ?, ?)", "uuu",
                                   room_id, original, seq);

    if (result == DB_OK)
        result = db_run(db, "UPDATE messages SET parts = parts | 64 WHERE room_id = ? AND seq = ?", "uu",
                        room_id, original);
    if ((result == DB_OK || result == DB_NONE) && *told != 0)
        result = db_run(db,
                        "INSERT INTO mentions (user_id, room_id, seq, why, created_at) SELECT m.user_id, "
                        "m.room_id, ?, 'reply', UTC_TIMESTAMP(3) FROM members m WHERE m.room_id = ? AND "
                        "m.user_id = ? ON DUPLICATE KEY UPDATE why = VALUES(why)",
                        "uuu", seq, room_id, *told);
    if (result == DB_OK && *told != 0)
        return db_user_raise(db, told, 1);
    *told = 0;
    return db_or_none(result);
}

enum db_result db_part_react(struct db *db, uint64_t room_id, uint64_t seq, uint64_t user_id,
                             const char *emoji, bool on)
{
    uint64_t kinds_there = 0, same = 0, mine = 0;

    if (!on)
        return db_run(db, "DELETE FROM reactions WHERE room_id = ? AND seq = ? AND emoji = ? AND user_id = ?",
                      "uusu", room_id, seq, emoji, user_id);
    enum db_result result =
        db_run(db,
               "SELECT COUNT(DISTINCT emoji), COALESCE(SUM(emoji = ?), 0), COALESCE(SUM(emoji = ? AND "
               "user_id = ?), 0) FROM reactions WHERE room_id = ? AND seq = ?",
               "ssuuu>uuu", emoji, emoji, user_id, room_id, seq, &kinds_there, &same, &mine);
    if (result != DB_OK)
        return result;
    if (mine > 0)
        return DB_NONE;
    if (kinds_there >= REACTIONS_MAX && same == 0)
        return DB_REFUSED;
    return db_run(db,
                  "INSERT INTO reactions (room_id, seq, emoji, user_id, created_at) VALUES (?, ?, ?, ?, "
                  "UTC_TIMESTAMP(3))",
                  "uusu", room_id, seq, emoji, user_id);
}

enum db_result db_part_empty(struct db *db, uint64_t room_id, uint64_t from, uint64_t to, uint64_t *version)
{
    const uint64_t args[3] = {room_id, from, to};
    uint64_t rows = 0, parts = 0;
    enum db_result result =
        db_run(db, "SELECT BIT_OR(parts) FROM messages WHERE room_id = ? AND seq >= ? AND seq < ?", "uuu>u",
               room_id, from, to, &parts);

    if (result == DB_OK && (parts & PART_MENTIONS) != 0)
        result = db_mention_raise(db, room_id, from, to, 0);
    if (result == DB_OK)
        result = remove_kinds(db, parts, "FROM", "WHERE room_id = ? AND seq >= ? AND seq < ?", args, &rows);
    if (result == DB_OK && (parts & PART_ANSWERED) != 0)
        result = db_part_requote(db, room_id, from, to, 0, true, version);
    if (result == DB_OK)
        result = db_run(db,
                        "UPDATE messages SET text = '', html = NULL, reply_to = 0, parts = 0 WHERE "
                        "room_id = ? AND seq >= ? AND seq < ?",
                        "uuu", room_id, from, to);
    return db_or_none(result);
}

enum db_result db_part_purge(struct db *db, uint64_t room_id, uint64_t user_id)
{
    const uint64_t args[3] = {room_id, room_id, user_id};
    uint64_t rows = 0;
    enum db_result result = db_mention_raise(db, room_id, 0, INT64_MAX, user_id);

    if (result != DB_OK)
        return result;
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
