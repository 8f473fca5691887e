/* Finding messages by their words. */
#include "db_search.h"
#include "db_part.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCK      64    /* messages: the bits of a number */
#define ERA        1024  /* blocks */
#define STEP       640   /* changes of a room in one transaction */
#define STEP_ROWS  20000 /* about as many rows of the index, at most */
#define ROWS       128   /* in one statement */
#define TOKENS     8 /* of a search that are asked of the index: fewer than eight words seldom meet by chance */
#define BLOCKS     32   /* looked at in one go */
#define PICK       32   /* messages read in one go */
#define ROOMS      2000 /* of one user */
#define READ_MAX   5000 /* messages read for one page, */
#define READ_LEAST 100  /* of these from each room at least */
#define SEARCH_MS  500  /* and in this time */
#define CLEAN_ROWS 2000

static int64_t now_ms(void)
{
    struct timespec clock;

    clock_gettime(CLOCK_MONOTONIC, &clock);
    return (int64_t)clock.tv_sec * 1000 + clock.tv_nsec / 1000000;
}

/* ---- the index ---- */

struct row {       /* of search_words */
    uint64_t bits; /* 0: none any more */
    uint32_t token;
    uint32_t block;
};

struct rows {
    struct row *row;
    size_t count;
};

static void add_row(struct rows *rows, uint32_t token, uint32_t block, uint64_t bits)
{
    if ((rows->count & (rows->count - 1)) == 0) /* a power of two, and full */
        rows->row = mem_grow(rows->row, rows->count > 0 ? rows->count * 2 : 1, sizeof *rows->row);
    rows->row[rows->count++] = (struct row){bits, token, block};
}

static int by_token(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->token != y->token)
        return x->token > y->token ? 1 : -1;
    return (x->block > y->block) - (x->block < y->block);
}

static void add_message(struct db *db, struct rows *rows, uint32_t block)
{
    uint64_t bit = (uint64_t)1 << db_u64(db, 0) % BLOCK;
    struct units units = {NULL, 0};
    size_t len;
    const char *text = db_text(db, 3, &len);

    add_row(rows, WORDS_ALL, block, bit);
    add_row(rows, words_sender(db_u64(db, 1)), block, bit);
    if ((db_u64(db, 2) & PART_FILES) != 0)
        add_row(rows, WORDS_FILE, block, bit);
    words_split(&units, text, len);
    for (size_t i = 0; i < units.count; i++) {
        add_row(rows, words_token(&units.unit[i]), block, bit);
        uint32_t pair = i + 1 < units.count ? words_pair(&units.unit[i]) : 0;
        if (pair != 0)
            add_row(rows, pair, block, bit);
    }
    free(units.unit);
}

/* What the messages of a block say now: its rows, sorted, each token once. */
static enum db_result read_block(struct db *db, uint64_t room_id, uint32_t block, struct rows *rows,
                                 char first_at[32])
{
    uint64_t first = (uint64_t)block * BLOCK;
    enum db_result result =
        db_run(db,
               "SELECT t.seq, t.sender_id, t.parts, t.text, t.created_at FROM messages t JOIN rooms r ON "
               "r.id = t.room_id WHERE t.room_id = ? AND t.seq >= ? AND t.seq < ? AND t.seq >= r.oldest_seq "
               "AND t.kind = 'text' AND t.deleted_at IS NULL",
               "uuu", room_id, first, first + BLOCK);
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
    return result == DB_NONE ? DB_OK : result;
}

#define PACKED 12 /* bytes of a row in search_blocks: token and bits */

static void pack(const struct rows *rows, struct strbuf *out)
{
    for (size_t i = 0; i < rows->count; i++) {
        strbuf_add(out, &rows->row[i].token, sizeof rows->row[i].token);
        strbuf_add(out, &rows->row[i].bits, sizeof rows->row[i].bits);
    }
}

static void unpack(const char *data, size_t len, uint32_t block, struct rows *rows)
{
    for (; len >= PACKED; data += PACKED, len -= PACKED) {
        uint32_t token;
        uint64_t bits;
        memcpy(&token, data, sizeof token);
        memcpy(&bits, data + sizeof token, sizeof bits);
        add_row(rows, token, block, bits);
    }
}

/* Both are sorted: what is to be written so that `old` becomes `now`. */
static void compare(const struct rows *old, const struct rows *now, struct rows *changes)
{
    for (size_t i = 0, j = 0; i < old->count || j < now->count;) {
        const struct row *was = &old->row[i], *is = &now->row[j];
        int order = i == old->count ? 1 : j == now->count ? -1 : by_token(was, is);
        if (order < 0)
            add_row(changes, was->token, was->block, 0);
        else if (order > 0 || was->bits != is->bits)
            add_row(changes, is->token, is->block, is->bits);
        i += order <= 0;
        j += order >= 0;
    }
}

static enum db_result index_block(struct db *db, uint64_t room_id, uint32_t block, struct rows *changes)
{
    struct rows old = {NULL, 0}, now = {NULL, 0};
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
    if (changes->count == before)
        result = result == DB_NONE ? DB_OK : result;
    else if (now.count == 0)
        result = db_run(db, "DELETE FROM search_blocks WHERE room_id = ? AND block = ?", "uu", room_id,
                        (uint64_t)block);
    else if (result == DB_OK || result == DB_NONE)
        result = db_run(db,
                        "INSERT INTO search_blocks (room_id, block, first_at, words) VALUES (?, ?, ?, ?) "
                        "ON DUPLICATE KEY UPDATE first_at = VALUES(first_at), words = VALUES(words)",
                        "uusb", room_id, (uint64_t)block, first_at, packed.buf, packed.len);
    strbuf_release(&packed);
    free(old.row);
    free(now.row);
    return result;
}

/* Always so many rows to a statement, the last one again and again: it is prepared once. */
static enum db_result store_rows(struct db *db, uint64_t room_id, const struct row *row, size_t count)
{
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t size = count < ROWS ? db_list_size(count) : ROWS;

    strbuf_addstr(&sql, "INSERT INTO search_words (room_id, era, token, block, bits) VALUES ");
    db_marks(&sql, "(?,?,?,?,?)", size);
    strbuf_addstr(&sql, " ON DUPLICATE KEY UPDATE bits = VALUES(bits)");
    for (size_t i = 0; i < size; i++) {
        const struct row *r = &row[i < count ? i : count - 1];
        db_args_u64(args, room_id);
        db_args_u64(args, r->block / ERA);
        db_args_u64(args, r->token);
        db_args_u64(args, r->block);
        db_args_u64(args, r->bits);
    }
    enum db_result result = db_run_args(db, sql.buf, args);
    db_args_free(args);
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

static enum db_result store_changes(struct db *db, uint64_t room_id, struct rows *changes)
{
    enum db_result result = DB_OK;
    size_t kept = 0;

    if (changes->count > 0)
        qsort(changes->row, changes->count, sizeof *changes->row, by_token);
    for (size_t i = 0; i < changes->count && (result == DB_OK || result == DB_NONE); i++) {
        const struct row *r = &changes->row[i];
        if (r->bits != 0)
            changes->row[kept++] = *r;
        else
            result = db_run(
                db, "DELETE FROM search_words WHERE room_id = ? AND era = ? AND token = ? AND block = ?",
                "uuuu", room_id, (uint64_t)r->block / ERA, (uint64_t)r->token, (uint64_t)r->block);
    }
    if (result == DB_NONE)
        result = DB_OK;
    for (size_t i = 0; i < kept && result == DB_OK; i += ROWS)
        result = store_rows(db, room_id, changes->row + i, kept - i < ROWS ? kept - i : ROWS);
    return result;
}

/* The blocks that are to be looked at: in which messages changed, and in which they were passed. Sorted, each once. */
static enum db_result find_blocks(struct db *db, uint64_t room_id, uint64_t from, uint64_t *to,
                                  struct rows *blocks)
{
    enum db_result result = db_run(db,
                                   "SELECT seq, version FROM messages WHERE room_id = ? AND version > ? AND "
                                   "version <= ? ORDER BY version LIMIT ?",
                                   "uuuu", room_id, from, *to, (uint64_t)STEP);
    uint64_t seen = 0;

    for (size_t i = 0; result == DB_OK && db_next(db); i++) {
        add_row(blocks, (uint32_t)(db_u64(db, 0) / BLOCK), 0, 1);
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
                   "uuu", room_id, (uint64_t)BLOCK, (uint64_t)STEP / BLOCK);
    while (result == DB_OK && db_next(db))
        add_row(blocks, (uint32_t)db_u64(db, 0), 0, 1);
    if (blocks->count > 0)
        qsort(blocks->row, blocks->count, sizeof *blocks->row, by_token);
    return result == DB_NONE ? DB_OK : result;
}

/* One step of one room. Cut short it has written what is right, and goes on with the same version next time. */
static enum db_result step_room(struct db *db, void *context)
{
    uint64_t room_id = *(const uint64_t *)context, from = 0, to = 0;
    struct rows blocks = {NULL, 0}, changes = {NULL, 0};
    bool whole = true;
    enum db_result result =
        db_run(db, "SELECT version FROM search_rooms WHERE room_id = ? FOR UPDATE", "u", room_id);

    if (result == DB_OK && db_next(db))
        from = db_u64(db, 0);
    if (result == DB_OK)
        result = db_run(db, "SELECT version FROM rooms WHERE id = ? AND deleted_at IS NULL", "u", room_id);
    if (result == DB_OK && db_next(db))
        to = db_u64(db, 0);
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
        found = db_transaction(db, step_room, &room_id);
    return found == DB_NONE ? DB_OK : found;
}

#define LATE                                                                                   \
    "LEFT JOIN search_rooms s ON s.room_id = r.id WHERE r.deleted_at IS NULL AND r.version > " \
    "COALESCE(s.version, 0) "
#define LEAST_LATE " ORDER BY r.version - COALESCE(s.version, 0) LIMIT 1"

enum db_result db_search_follow(struct db *db, uint64_t user_id, uint64_t room_id, unsigned ms, bool *behind)
{
    int64_t until = now_ms() + ms;
    enum db_result result = DB_OK;

    while (result == DB_OK && now_ms() < until)
        result =
            step(db, db_run(db,
                            "SELECT r.id, s.version FROM members m JOIN rooms r ON r.id = m.room_id " LATE
                            "AND m.user_id = ? AND ? IN (0, r.id)" LEAST_LATE,
                            "uu", user_id, room_id));
    *behind = result == DB_OK;
    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_search_step(struct db *db, uint64_t *changes)
{
    enum db_result result = step(db, db_run(db, "SELECT r.id, s.version FROM rooms r " LATE LEAST_LATE, ""));

    if (result == DB_OK) {
        result = db_run(db, "SELECT SUM(version) FROM rooms", "");
        *changes = result == DB_OK && db_next(db) ? db_u64(db, 0) : *changes;
    }
    if (result != DB_NONE)
        return result;
    result = db_run(db,
                    "SELECT s.room_id FROM search_rooms s LEFT JOIN rooms r ON r.id = s.room_id AND "
                    "r.deleted_at IS NULL WHERE r.id IS NULL LIMIT 1",
                    "");
    if (result != DB_OK || !db_next(db))
        return result;
    uint64_t room_id = db_u64(db, 0);
    result =
        db_run(db, "DELETE FROM search_words WHERE room_id = ? LIMIT ?", "uu", room_id, (uint64_t)CLEAN_ROWS);
    if (result == DB_NONE)
        result = db_run(db, "DELETE FROM search_blocks WHERE room_id = ? LIMIT ?", "uu", room_id,
                        (uint64_t)CLEAN_ROWS);
    if (result == DB_NONE)
        result = db_run(db, "DELETE FROM search_rooms WHERE room_id = ?", "u", room_id);
    return result;
}

/* ---- searching ---- */

static int compare_places(const struct place *a, const struct place *b)
{
    int order = strcmp(a->at, b->at);

    if (order != 0)
        return order;
    if (a->room_id != b->room_id)
        return a->room_id > b->room_id ? 1 : -1;
    return (a->seq > b->seq) - (a->seq < b->seq);
}

static void release_found(struct found *found)
{
    struct message_list one = {mem_alloc(sizeof found->message), 1};

    *one.message = found->message;
    message_list_release(&one);
}

void found_list_release(struct found_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        release_found(&list->found[i]);
    list->count = 0;
}

/* Takes the message over, in its place; the oldest of too many goes. */
static void insert(struct found_list *list, const struct place *place, struct message *m)
{
    size_t at = list->count;

    while (at > 0 && compare_places(&list->found[at - 1].place, place) < 0)
        at--;
    if (at > SEARCH_PAGE)
        return;
    if (list->count > SEARCH_PAGE)
        release_found(&list->found[--list->count]);
    memmove(&list->found[at + 1], &list->found[at], (list->count - at) * sizeof list->found[0]);
    list->found[at] = (struct found){*place, *m};
    list->count++;
    memset(m, 0, sizeof *m);
}

/* More than a page becomes a page. */
static void cut(struct found_list *list)
{
    if (list->count <= SEARCH_PAGE)
        return;
    release_found(&list->found[--list->count]);
    list->more = true;
    list->next = list->found[list->count - 1].place;
}

struct work {
    struct db *db;
    const struct search *search;
    struct found_list *list;
    uint32_t token[TOKENS];
    size_t tokens;
    char since[DB_TIME]; /* "" or from here on */
    char until[DB_TIME]; /* "" or before this */
    /* What one room may cost, and what it has cost: */
    size_t reads_max;
    size_t reads;
    int64_t deadline;
    struct place floor; /* how far back it was looked when it took too long; at is "" unless it did */
    uint64_t room_id;   /* the one that is looked into */
    bool over;          /* nothing more in it */
};

static void add_token(struct work *w, uint32_t token)
{
    for (size_t i = 0; i < w->tokens; i++)
        if (w->token[i] == token)
            return;
    if (token != 0 && w->tokens < TOKENS)
        w->token[w->tokens++] = token;
}

static void find_tokens(struct work *w)
{
    const struct query *q = w->search->query;

    if (w->search->sender_id != 0)
        add_token(w, words_sender(w->search->sender_id));
    if (q->has[0] != '\0')
        add_token(w, WORDS_FILE);
    for (size_t i = 0; i < q->terms; i++) {
        const struct unit *unit = &q->units.unit[q->term[i].first];
        for (size_t j = 0, count = q->term[i].count; j < count; j++) {
            uint32_t pair = j + 1 < count ? words_pair(&unit[j]) : 0;
            bool paired = pair != 0 || (j > 0 && words_pair(&unit[j - 1]) != 0);
            add_token(w, paired ? pair : words_token(&unit[j]));
        }
    }
    if (w->tokens == 0)
        add_token(w, WORDS_ALL);
}

/* "2026-11-20T11:24:00.123Z" as the database has it. */
static void to_sql(const char *iso, char out[DB_TIME])
{
    snprintf(out, DB_TIME, "%.10s %.12s", iso, strlen(iso) > 11 ? iso + 11 : "");
}

/* The last block that begins no later than this, or at all. */
static enum db_result find_bound(struct work *w, const char *iso, uint64_t *block)
{
    char at[DB_TIME];
    enum db_result result;

    to_sql(iso, at);
    if (iso[0] == '\0')
        result =
            db_run(w->db, "SELECT block FROM search_blocks WHERE room_id = ? ORDER BY block DESC LIMIT 1",
                   "u", w->room_id);
    else
        result =
            db_run(w->db,
                   "SELECT block FROM search_blocks WHERE room_id = ? AND first_at <= ? ORDER BY first_at "
                   "DESC, block DESC LIMIT 1",
                   "us", w->room_id, at);
    *block = result == DB_OK && db_next(w->db) ? db_u64(w->db, 0) : 0;
    return result;
}

static bool too_long(const struct work *w)
{
    return w->reads >= w->reads_max || now_ms() > w->deadline;
}

/* Looks at messages that the index named, the newest first. */
static enum db_result look(struct work *w, const uint64_t *seqs, size_t count)
{
    const struct search *s = w->search;
    struct message_list list;
    enum db_result result = db_message_pick(w->db, w->room_id, s->user_id, seqs, count, &list);

    w->reads += count;
    for (size_t i = list.count; i-- > 0 && !w->over;) {
        struct message *m = &list.message[i];
        struct place place = {.room_id = w->room_id, .seq = m->seq};
        memcpy(place.at, m->created_at, sizeof place.at);
        if ((s->before.at[0] != '\0' && compare_places(&place, &s->before) >= 0) ||
            (w->until[0] != '\0' && strcmp(place.at, w->until) >= 0))
            continue;
        if (strcmp(place.at, w->since) < 0 || compare_places(&place, &w->floor) < 0 ||
            (w->list->count > SEARCH_PAGE &&
             compare_places(&place, &w->list->found[SEARCH_PAGE].place) < 0)) {
            w->over = true;
            break;
        }
        struct units units = {NULL, 0};
        words_split(&units, m->text, m->text_len);
        bool fits = (s->sender_id == 0 || m->sender_id == s->sender_id) &&
                    (s->query->has[0] == '\0' || (m->parts & PART_FILES) != 0) &&
                    query_matches(s->query, &units);
        free(units.unit);
        if (fits)
            insert(w->list, &place, m);
        if (too_long(w)) {
            w->floor = place;
            w->over = true;
        }
    }
    message_list_release(&list);
    return result == DB_NONE ? DB_OK : result;
}

/* The blocks of a room in which all tokens meet, newest first: in so many eras, the last of them that of `most`. */
static enum db_result find_meeting(struct work *w, uint64_t least, uint64_t most, size_t eras,
                                   struct rows *rows)
{
    struct strbuf sql = STRBUF_INIT, bits = STRBUF_INIT;
    struct db_args *args = db_args_new();

    strbuf_addstr(&bits, "w0.bits");
    for (size_t i = 1; i < w->tokens; i++)
        strbuf_addf(&bits, " & w%zu.bits", i);
    strbuf_addf(
        &sql,
        "SELECT w0.block, %s FROM members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL JOIN "
        "search_words w0 ON w0.room_id = m.room_id AND w0.era IN (",
        bits.buf);
    db_marks(&sql, "?", eras);
    strbuf_addstr(&sql, ") AND w0.token = ?");
    for (size_t i = 0; i < eras; i++)
        db_args_u64(args, most / ERA > i ? most / ERA - i : 0);
    db_args_u64(args, w->token[0]);
    for (size_t i = 1; i < w->tokens; i++) {
        strbuf_addf(&sql,
                    " JOIN search_words w%zu ON w%zu.room_id = m.room_id AND w%zu.era = w0.era AND "
                    "w%zu.token = ? AND w%zu.block = w0.block",
                    i, i, i, i, i);
        db_args_u64(args, w->token[i]);
    }
    strbuf_addf(&sql,
                " WHERE m.user_id = ? AND m.room_id = ? AND w0.block >= ? AND w0.block <= ? AND (%s) <> 0 "
                "ORDER BY w0.block DESC LIMIT ?",
                bits.buf);
    db_args_u64(args, w->search->user_id);
    db_args_u64(args, w->room_id);
    db_args_u64(args, least);
    db_args_u64(args, most);
    db_args_u64(args, BLOCKS);
    enum db_result result = db_run_args(w->db, sql.buf, args);
    while (result == DB_OK && db_next(w->db))
        add_row(rows, 0, (uint32_t)db_u64(w->db, 0), db_u64(w->db, 1));
    db_args_free(args);
    strbuf_release(&sql);
    strbuf_release(&bits);
    return result;
}

static enum db_result look_into(struct work *w, const struct rows *rows)
{
    enum db_result result = DB_OK;
    uint64_t seqs[PICK];
    size_t count = 0;

    for (size_t i = 0; i < rows->count; i++)
        for (unsigned bit = BLOCK; bit-- > 0;) {
            if ((rows->row[i].bits >> bit & 1) == 0)
                continue;
            seqs[count++] = (uint64_t)rows->row[i].block * BLOCK + bit;
            if (count < PICK)
                continue;
            result = look(w, seqs, count);
            count = 0;
            if (result != DB_OK || w->over)
                return result;
        }
    return count > 0 ? look(w, seqs, count) : result;
}

static enum db_result search_room(struct work *w)
{
    const char *before = w->search->before.at, *until = w->until;
    uint64_t least = 0, most;
    enum db_result result;

    if (until[0] == '\0' || (before[0] != '\0' && strcmp(before, until) < 0))
        until = before;
    result = find_bound(w, until, &most);
    if (result != DB_OK)
        return result == DB_NONE ? DB_OK : result; /* all of it is later */
    if (w->since[0] != '\0')
        result = find_bound(w, w->since, &least);
    w->over = false;
    /* What is in none of the last messages is looked for in more and more at once. */
    for (size_t eras = 1; (result == DB_OK || result == DB_NONE) && !w->over;) {
        struct rows rows = {NULL, 0};
        result = find_meeting(w, least, most, eras, &rows);
        if (result == DB_OK)
            result = look_into(w, &rows);
        bool all = rows.count < BLOCKS;
        uint64_t first = most / ERA + 1 > eras ? (most / ERA + 1 - eras) * ERA : 0; /* of these eras */
        uint64_t end = all ? first : rows.row[rows.count - 1].block;
        w->over = w->over || end <= least;
        most = end - 1;
        eras = all ? eras * 2 : 1;
        free(rows.row);
    }
    return result == DB_NONE ? DB_OK : result;
}

/* The rooms of the user that may have all tokens: of those of more than one era it is not known yet. The subqueries have
 * a LIMIT so that each is one look into the index. */
static enum db_result find_rooms(struct work *w, uint64_t rooms[ROOMS], size_t *count)
{
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();

    strbuf_addstr(
        &sql,
        "SELECT m.room_id FROM members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL WHERE "
        "m.user_id = ? AND ? IN (0, m.room_id)");
    db_args_u64(args, w->search->user_id);
    db_args_u64(args, w->search->room_id);
    for (size_t i = 0; i < w->tokens; i++) {
        strbuf_addstr(
            &sql, " AND (r.last_seq >= ? OR (SELECT s.bits FROM search_words s WHERE s.room_id = m.room_id "
                  "AND s.era = 0 AND s.token = ? LIMIT 1) IS NOT NULL)");
        db_args_u64(args, (uint64_t)ERA * BLOCK);
        db_args_u64(args, w->token[i]);
    }
    strbuf_addstr(&sql, " LIMIT ?");
    db_args_u64(args, ROOMS);
    enum db_result result = db_run_args(w->db, sql.buf, args);
    for (*count = 0; result == DB_OK && db_next(w->db);)
        rooms[(*count)++] = db_u64(w->db, 0);
    db_args_free(args);
    strbuf_release(&sql);
    return result;
}

enum db_result db_search(struct db *db, const struct search *search, struct found_list *list)
{
    struct work w = {.db = db, .search = search, .list = list};
    uint64_t rooms[ROOMS];
    size_t count;

    memset(list, 0, sizeof *list);
    if (search->query->after[0] != '\0')
        snprintf(w.since, sizeof w.since, "%sT00:00:00.000Z", search->query->after);
    if (search->query->before[0] != '\0')
        snprintf(w.until, sizeof w.until, "%sT00:00:00.000Z", search->query->before);
    find_tokens(&w);
    enum db_result result = find_rooms(&w, rooms, &count);
    int64_t until = now_ms() + SEARCH_MS;
    w.reads_max = count > READ_MAX / READ_LEAST ? READ_LEAST : READ_MAX / (count > 0 ? count : 1);
    for (size_t i = 0; i < count && result == DB_OK; i++) {
        w.room_id = rooms[i];
        w.reads = 0;
        w.deadline = now_ms() + (until > now_ms() ? until - now_ms() : 0) / (int64_t)(count - i);
        result = search_room(&w);
    }
    if (result != DB_OK)
        return result == DB_NONE ? DB_OK : result;
    while (list->count > 0 && compare_places(&list->found[list->count - 1].place, &w.floor) < 0)
        release_found(&list->found[--list->count]);
    list->more = w.floor.at[0] != '\0';
    list->next = w.floor;
    cut(list);
    return DB_OK;
}

/* Of `k`, the one or the other table. */
#define KEPT(when)                                                                                         \
    " JOIN members m ON m.room_id = k.room_id AND m.user_id = ? JOIN rooms r ON r.id = k.room_id AND "     \
    "r.deleted_at IS NULL AND k.seq >= r.oldest_seq JOIN messages t ON t.room_id = k.room_id AND t.seq = " \
    "k.seq AND t.deleted_at IS NULL WHERE " when " <= ? AND (" when ", k.room_id, k.seq) < (?, ?, ?) AND "
#define KEPT_ORDER(when) " ORDER BY " when " DESC, k.room_id DESC, k.seq DESC LIMIT ?"

enum db_result db_search_kept(struct db *db, uint64_t user_id, uint64_t room_id, const struct place *before,
                              struct found_list *list)
{
    static const char saved[] = "SELECT k.saved_at, k.room_id, k.seq FROM bookmarks k" KEPT(
        "k.saved_at") "k.user_id = ?" KEPT_ORDER("k.saved_at");
    static const char pinned[] = "SELECT k.pinned_at, k.room_id, k.seq FROM pins k" KEPT(
        "k.pinned_at") "k.room_id = ?" KEPT_ORDER("k.pinned_at");
    char at[DB_TIME] = "9999-12-31 00:00:00";
    struct place place[SEARCH_PAGE + 1];
    size_t count = 0;

    memset(list, 0, sizeof *list);
    if (before->at[0] != '\0')
        to_sql(before->at, at);
    enum db_result result =
        db_run(db, room_id != 0 ? pinned : saved, "ussuuuu", user_id, at, at, before->room_id, before->seq,
               room_id != 0 ? room_id : user_id, (uint64_t)SEARCH_PAGE + 1);
    while (result == DB_OK && count <= SEARCH_PAGE && db_next(db)) {
        struct place *p = &place[count++];
        db_time(db, 0, p->at);
        p->room_id = db_u64(db, 1);
        p->seq = db_u64(db, 2);
    }
    for (size_t i = 0; i < count && (result == DB_OK || result == DB_NONE); i++) {
        struct message_list one;
        result = db_message_pick(db, place[i].room_id, user_id, &place[i].seq, 1, &one);
        if (one.count == 1)
            insert(list, &place[i], one.message);
        message_list_release(&one);
    }
    cut(list);
    return result == DB_NONE ? DB_OK : result;
}
