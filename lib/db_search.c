/* Finding messages by their words. */
#include "db_search.h"
#include "db_index.h"
#include "db_part.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS     8 /* of a search that are asked of the index: fewer than eight words seldom meet by chance */
#define BLOCKS     32   /* looked at in one go */
#define PICK       32   /* messages read in one go */
#define ROOMS      2000 /* of one user */
#define READ_MAX   5000 /* messages read for one page, */
#define READ_LEAST 100  /* of these from each room at least */
#define SEARCH_MS  500  /* and in this time */

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
    return w->reads >= w->reads_max || clock_ms() > w->deadline;
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
    return db_or_none(result);
}

/* The blocks of a room in which all tokens meet, newest first: in so many eras, the last of them that of `most`. */
static enum db_result find_meeting(struct work *w, uint64_t least, uint64_t most, size_t eras,
                                   struct index_rows *rows)
{
    struct strbuf bits = STRBUF_INIT, text = STRBUF_INIT;
    struct db_query *q = db_query("SELECT w0.block, ", "");

    strbuf_addstr(&bits, "w0.bits");
    for (size_t i = 1; i < w->tokens; i++)
        strbuf_addf(&bits, " & w%zu.bits", i);
    db_query_add(q, bits.buf, "");
    db_query_add(q,
                 " FROM members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL JOIN "
                 "search_words w0 ON w0.room_id = m.room_id AND w0.era IN (",
                 "");
    for (size_t i = 0; i < eras; i++)
        db_query_row(q, ",", "?", "u", most / INDEX_ERA > i ? most / INDEX_ERA - i : 0);
    db_query_add(q, ") AND w0.token = ?", "u", (uint64_t)w->token[0]);
    for (size_t i = 1; i < w->tokens; i++) {
        strbuf_reset(&text);
        strbuf_addf(&text,
                    " JOIN search_words w%zu ON w%zu.room_id = m.room_id AND w%zu.era = w0.era AND "
                    "w%zu.token = ? AND w%zu.block = w0.block",
                    i, i, i, i, i);
        db_query_add(q, text.buf, "u", (uint64_t)w->token[i]);
    }
    db_query_add(q, " WHERE m.user_id = ? AND m.room_id = ? AND w0.block >= ? AND w0.block <= ? AND (",
                 "uuuu", w->search->user_id, w->room_id, least, most);
    db_query_add(q, bits.buf, "");
    db_query_add(q, ") <> 0 ORDER BY w0.block DESC LIMIT ?", "u", (uint64_t)BLOCKS);
    enum db_result result = db_query_run(w->db, q);
    while (result == DB_OK && db_next(w->db))
        index_add(rows, 0, (uint32_t)db_u64(w->db, 0), db_u64(w->db, 1));
    strbuf_release(&bits);
    strbuf_release(&text);
    return result;
}

static enum db_result look_into(struct work *w, const struct index_rows *rows)
{
    enum db_result result = DB_OK;
    uint64_t seqs[PICK];
    size_t count = 0;

    for (size_t i = 0; i < rows->count; i++)
        for (unsigned bit = INDEX_BLOCK; bit-- > 0;) {
            if ((rows->row[i].bits >> bit & 1) == 0)
                continue;
            seqs[count++] = (uint64_t)rows->row[i].block * INDEX_BLOCK + bit;
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
        return db_or_none(result); /* all of it is later */
    if (w->since[0] != '\0')
        result = find_bound(w, w->since, &least);
    w->over = false;
    /* What is in none of the last messages is looked for in more and more at once. */
    for (size_t eras = 1; (result == DB_OK || result == DB_NONE) && !w->over;) {
        struct index_rows rows = {NULL, 0};
        result = find_meeting(w, least, most, eras, &rows);
        if (result == DB_OK)
            result = look_into(w, &rows);
        bool all = rows.count < BLOCKS;
        uint64_t first =
            most / INDEX_ERA + 1 > eras ? (most / INDEX_ERA + 1 - eras) * INDEX_ERA : 0; /* of these eras */
        uint64_t end = all ? first : rows.row[rows.count - 1].block;
        w->over = w->over || end <= least;
        most = end - 1;
        eras = all ? eras * 2 : 1;
        free(rows.row);
    }
    return db_or_none(result);
}

/* The rooms of the user that may have all tokens: of those of more than one era it is not known yet. The subqueries have
 * a LIMIT so that each is one look into the index. */
static enum db_result find_rooms(struct work *w, uint64_t rooms[ROOMS], size_t *count)
{
    struct db_query *q = db_query(
        "SELECT m.room_id FROM members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL WHERE "
        "m.user_id = ? AND ? IN (0, m.room_id)",
        "uu", w->search->user_id, w->search->room_id);

    for (size_t i = 0; i < w->tokens; i++)
        db_query_add(
            q,
            " AND (r.last_seq >= ? OR (SELECT s.bits FROM search_words s WHERE s.room_id = m.room_id "
            "AND s.era = 0 AND s.token = ? LIMIT 1) IS NOT NULL)",
            "uu", (uint64_t)INDEX_ERA * INDEX_BLOCK, (uint64_t)w->token[i]);
    db_query_add(q, " LIMIT ?", "u", (uint64_t)ROOMS);
    enum db_result result = db_query_run(w->db, q);
    for (*count = 0; result == DB_OK && db_next(w->db);)
        rooms[(*count)++] = db_u64(w->db, 0);
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
    int64_t until = clock_ms() + SEARCH_MS;
    w.reads_max = count > READ_MAX / READ_LEAST ? READ_LEAST : READ_MAX / (count > 0 ? count : 1);
    for (size_t i = 0; i < count && result == DB_OK; i++) {
        w.room_id = rooms[i];
        w.reads = 0;
        w.deadline = clock_ms() + (until > clock_ms() ? until - clock_ms() : 0) / (int64_t)(count - i);
        result = search_room(&w);
    }
    if (result != DB_OK)
        return db_or_none(result);
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
        db_read(db, 0, "muu", p->at, &p->room_id, &p->seq);
    }
    for (size_t i = 0; i < count && (result == DB_OK || result == DB_NONE); i++) {
        struct message_list one;
        result = db_message_pick(db, place[i].room_id, user_id, &place[i].seq, 1, &one);
        if (one.count == 1)
            insert(list, &place[i], one.message);
        message_list_release(&one);
    }
    cut(list);
    return db_or_none(result);
}
