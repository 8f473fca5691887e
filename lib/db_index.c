/* The index of the words, and how it follows the messages. */
#include "db_index.h"
#include "db_part.h"
#include "mem.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP       640   /* changes of a room in one transaction */
#define STEP_ROWS  20000 /* about as many rows of the index, at most */
#define ROWS       128   /* in one statement */
#define CLEAN_ROWS 2000

void index_add(struct index_rows *rows, uint32_t token, uint32_t block, uint64_t bits)
{
    rows->row = mem_more(rows->row, rows->count, sizeof *rows->row);
    rows->row[rows->count++] = (struct index_row){bits, token, block};
}

static int by_token(const void *a, const void *b)
{
    const struct index_row *x = a, *y = b;

    if (x->token != y->token)
        return x->token > y->token ? 1 : -1;
    return (x->block > y->block) - (x->block < y->block);
}

static void add_message(struct db *db, struct index_rows *rows, uint32_t block)
{
    uint64_t bit = (uint64_t)1 << db_u64(db, 0) % INDEX_BLOCK;
    struct units units = {NULL, 0};
    size_t len;
    const char *text = db_text(db, 3, &len);

    index_add(rows, WORDS_ALL, block, bit);
    index_add(rows, words_sender(db_u64(db, 1)), block, bit);
    if ((db_u64(db, 2) & PART_FILES) != 0)
        index_add(rows, WORDS_FILE, block, bit);
    words_split(&units, text, len);
    for (size_t i = 0; i < units.count; i++) {
        index_add(rows, words_token(&units.unit[i]), block, bit);
        uint32_t pair = i + 1 < units.count ? words_pair(&units.unit[i]) : 0;
        if (pair != 0)
            index_add(rows, pair, block, bit);
    }
    free(units.unit);
}

/* What the messages of a block say now: its rows, sorted, each token once. */
static enum db_result read_block(struct db *db, uint64_t room_id, uint32_t block, struct index_rows *rows,
                                 char first_at[32])
{
    uint64_t first = (uint64_t)block * INDEX_BLOCK;
    enum db_result result =
        db_run(db,
               "SELECT t.seq, t.sender_id, t.parts, t.text, t.created_at FROM messages t JOIN rooms r ON "
               "r.id = t.room_id WHERE t.room_id = ? AND t.seq >= ? AND t.seq < ? AND t.seq >= r.oldest_seq "
               "AND t.kind = 'text' AND t.deleted_at IS NULL",
               "uuu", room_id, first, first + INDEX_BLOCK);
    size_t kept = 0;

    first_at[0] = '\0';
    while (result == DB_OK && db_next(db)) {
        const char *at = db_text(db, 4, NULL);
        if (first_at[0] == '\0' || strcmp(at, first_at) < 0)
            snprintf(first_at, 32, "%s", at);
        add_message(db, rows, block);
    }
    if (rows->count > 0)
        qsort(rows->row, rows->count, sizeof *rows->row, by_token);
    for (size_t i = 0; i < rows->count; i++) {
        if (kept > 0 && rows->row[kept - 1].token == rows->row[i].token)
            rows->row[kept - 1].bits |= rows->row[i].bits;
        else
            rows->row[kept++] = rows->row[i];
    }
    rows->count = kept;
    return db_or_none(result);
}

#define PACKED 12 /* bytes of a row in search_blocks: token and bits */

static void pack(const struct index_rows *rows, struct strbuf *out)
{
    for (size_t i = 0; i < rows->count; i++) {
        strbuf_add(out, &rows->row[i].token, sizeof rows->row[i].token);
        strbuf_add(out, &rows->row[i].bits, sizeof rows->row[i].bits);
    }
}

static void unpack(const char *data, size_t len, uint32_t block, struct index_rows *rows)
{
    for (; len >= PACKED; data += PACKED, len -= PACKED) {
        uint32_t token;
        uint64_t bits;
        memcpy(&token, data, sizeof token);
        memcpy(&bits, data + sizeof token, sizeof bits);
        index_add(rows, token, block, bits);
    }
}

/* Both are sorted: what is to be written so that `old` becomes `now`. */
static void compare(const struct index_rows *old, const struct index_rows *now, struct index_rows *changes)
{
    for (size_t i = 0, j = 0; i < old->count || j < now->count;) {
        const struct index_row *was = &old->row[i], *is = &now->row[j];
        int order = i == old->count ? 1 : j == now->count ? -1 : by_token(was, is);
        if (order < 0)
            index_add(changes, was->token, was->block, 0);
        else if (order > 0 || was->bits != is->bits)
            index_add(changes, is->token, is->block, is->bits);
        i += order <= 0;
        j += order >= 0;
    }
}

static enum db_result index_block(struct db *db, uint64_t room_id, uint32_t block, struct index_rows *changes)
{
    struct index_rows old = {NULL, 0}, now = {NULL, 0};
    struct strbuf packed = STRBUF_INIT;
    char first_at[32];
    size_t before = changes->count;
    enum db_result result = read_block(db, room_id, block, &now, first_at);

    if (result == DB_OK)
        result = db_run(db, "SELECT words FROM search_blocks WHERE room_id = ? AND block = ?", "uu", room_id,
                        (uint64_t)block);
    if (result == DB_OK && db_next(db)) {
        size_t len;
        const char *data = db_text(db, 0, &len);
        unpack(data, len, block, &old);
    }
    compare(&old, &now, changes);
    pack(&now, &packed);
    result = db_or_none(result);
    if (result == DB_OK && now.count == 0)
        result = db_run(db, "DELETE FROM search_blocks WHERE room_id = ? AND block = ?", "uu", room_id,
                        (uint64_t)block);
    else if (result == DB_OK && changes->count > before)
        result = db_run(db,
                        "INSERT INTO search_blocks (room_id, block, first_at, words) VALUES (?, ?, ?, ?) "
                        "ON DUPLICATE KEY UPDATE first_at = VALUES(first_at), words = VALUES(words)",
                        "uusb", room_id, (uint64_t)block, first_at, packed.buf, packed.len);
    strbuf_release(&packed);
    free(old.row);
    free(now.row);
    return db_or_none(result);
}

static enum db_result store_rows(struct db *db, uint64_t room_id, const struct index_row *row, size_t count)
{
    struct db_query *q = db_query("INSERT INTO search_words (room_id, era, token, block, bits) VALUES ", "");

    for (const struct index_row *r = row; r < row + count; r++)
        db_query_row(q, ",", "(?,?,?,?,?)", "uuuuu", room_id, (uint64_t)(r->block / INDEX_ERA),
                     (uint64_t)r->token, (uint64_t)r->block, r->bits);
    db_query_add(q, " ON DUPLICATE KEY UPDATE bits = VALUES(bits)", "");
    return db_or_none(db_query_run(db, q));
}

static enum db_result store_changes(struct db *db, uint64_t room_id, struct index_rows *changes)
{
    enum db_result result = DB_OK;
    size_t kept = 0;

    if (changes->count > 0)
        qsort(changes->row, changes->count, sizeof *changes->row, by_token);
    for (size_t i = 0; i < changes->count && (result == DB_OK || result == DB_NONE); i++) {
        const struct index_row *r = &changes->row[i];
        if (r->bits != 0)
            changes->row[kept++] = *r;
        else
            result = db_run(
                db, "DELETE FROM search_words WHERE room_id = ? AND era = ? AND token = ? AND block = ?",
                "uuuu", room_id, (uint64_t)r->block / INDEX_ERA, (uint64_t)r->token, (uint64_t)r->block);
    }
    if (result == DB_NONE)
        result = DB_OK;
    for (size_t i = 0; i < kept && result == DB_OK; i += ROWS)
        result = store_rows(db, room_id, changes->row + i, kept - i < ROWS ? kept - i : ROWS);
    return result;
}

/* The blocks that are to be looked at: in which messages changed, and in which they were passed. Sorted, each once. */
static enum db_result find_blocks(struct db *db, uint64_t room_id, uint64_t from, uint64_t *to,
                                  struct index_rows *blocks)
{
    enum db_result result = db_run(db,
                                   "SELECT seq, version FROM messages WHERE room_id = ? AND version > ? AND "
                                   "version <= ? ORDER BY version LIMIT ?",
                                   "uuuu", room_id, from, *to, (uint64_t)STEP);
    uint64_t seen = 0;

    for (size_t i = 0; result == DB_OK && db_next(db); i++) {
        index_add(blocks, (uint32_t)(db_u64(db, 0) / INDEX_BLOCK), 0, 1);
        if (i + 1 == STEP)
            seen = db_u64(db, 1);
    }
    if (seen != 0)
        *to = seen;
    if (result == DB_OK || result == DB_NONE)
        result =
            db_run(db,
                   "SELECT b.block FROM rooms r JOIN search_blocks b ON b.room_id = r.id WHERE r.id = ? AND "
                   "r.oldest_seq > 1 AND b.block <= r.oldest_seq DIV ? ORDER BY b.block LIMIT ?",
                   "uuu", room_id, (uint64_t)INDEX_BLOCK, (uint64_t)STEP / INDEX_BLOCK);
    size_t passed = 0;
    for (; result == DB_OK && db_next(db); passed++)
        index_add(blocks, (uint32_t)db_u64(db, 0), 0, 1);
    if (passed == STEP / INDEX_BLOCK) /* there may be more: the version waits for them */
        *to = from;
    if (blocks->count > 0)
        qsort(blocks->row, blocks->count, sizeof *blocks->row, by_token);
    return db_or_none(result);
}

/* One step of one room. Cut short it has written what is right, and goes on with the same version next time. */
static enum db_result step_room(struct db *db, uint64_t room_id)
{
    uint64_t from = 0, to = 0;
    struct index_rows blocks = {NULL, 0}, changes = {NULL, 0};
    bool whole = true;
    enum db_result result =
        db_run(db, "SELECT version FROM search_rooms WHERE room_id = ? FOR UPDATE", "u>u", room_id, &from);

    if (result == DB_OK)
        result =
            db_run(db, "SELECT version FROM rooms WHERE id = ? AND deleted_at IS NULL", "u>u", room_id, &to);
    if (result == DB_OK && to > from)
        result = find_blocks(db, room_id, from, &to, &blocks);
    for (size_t i = 0; i < blocks.count && whole && result == DB_OK; i++) {
        if (i == 0 || blocks.row[i].token != blocks.row[i - 1].token)
            result = index_block(db, room_id, blocks.row[i].token, &changes);
        whole = changes.count < STEP_ROWS || i + 1 == blocks.count;
    }
    if (result == DB_OK)
        result = store_changes(db, room_id, &changes);
    if (result == DB_OK && whole && to > from)
        result = db_run(db, "UPDATE search_rooms SET version = ? WHERE room_id = ?", "uu", to, room_id);
    free(blocks.row);
    free(changes.row);
    return result;
}

static enum db_result step(struct db *db, enum db_result found)
{
    uint64_t room_id;

    if (found != DB_OK || !db_next(db))
        return found;
    room_id = db_u64(db, 0);
    if (db_is_null(db, 1))
        found = db_run(db, "INSERT IGNORE INTO search_rooms (room_id, version) VALUES (?, 0)", "u", room_id);
    if (found == DB_OK || found == DB_NONE)
        found = db_transaction(db, step_room(db, room_id));
    return found == DB_NONE ? DB_OK : found;
}

#define LATE                                                                                   \
    "LEFT JOIN search_rooms s ON s.room_id = r.id WHERE r.deleted_at IS NULL AND r.version > " \
    "COALESCE(s.version, 0) "
#define LEAST_LATE " ORDER BY r.version - COALESCE(s.version, 0) LIMIT 1"

enum db_result db_index_follow(struct db *db, uint64_t user_id, uint64_t room_id, unsigned ms, bool *behind)
{
    int64_t until = clock_ms() + ms;
    enum db_result result = DB_OK;

    while (result == DB_OK && clock_ms() < until)
        result =
            step(db, db_run(db,
                            "SELECT r.id, s.version FROM members m JOIN rooms r ON r.id = m.room_id " LATE
                            "AND m.user_id = ? AND ? IN (0, r.id)" LEAST_LATE,
                            "uu", user_id, room_id));
    *behind = result == DB_OK;
    return db_or_none(result);
}

enum db_result db_index_step(struct db *db, uint64_t *changes)
{
    uint64_t room_id = 0;
    enum db_result result = step(db, db_run(db, "SELECT r.id, s.version FROM rooms r " LATE LEAST_LATE, ""));

    if (result == DB_OK)
        result = db_run(db, "SELECT SUM(version) FROM rooms", ">u", changes);
    if (result != DB_NONE)
        return result;
    result = db_run(db,
                    "SELECT s.room_id FROM search_rooms s LEFT JOIN rooms r ON r.id = s.room_id AND "
                    "r.deleted_at IS NULL WHERE r.id IS NULL LIMIT 1",
                    ">u", &room_id);
    if (result != DB_OK)
        return result;
    result =
        db_run(db, "DELETE FROM search_words WHERE room_id = ? LIMIT ?", "uu", room_id, (uint64_t)CLEAN_ROWS);
    if (result == DB_NONE)
        result = db_run(db, "DELETE FROM search_blocks WHERE room_id = ? LIMIT ?", "uu", room_id,
                        (uint64_t)CLEAN_ROWS);
    if (result == DB_NONE)
        result = db_run(db, "DELETE FROM search_rooms WHERE room_id = ?", "u", room_id);
    return result;
}
