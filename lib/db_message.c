/* Messages: pages, changes, and the group commit. */
#include "db_message.h"
#include "db_mention.h"
#include "db_part.h"
#include "limit.h"
#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GROUP_TRIES 6

#define MESSAGE_COLUMNS                                                                            \
    "t.seq, t.version, t.sender_id, u.name, u.display, t.nonce, t.event, t.text, t.created_at, "   \
    "t.edited_at, t.deleted_at, "                                                                  \
    "IF(t.deleted_by = 0, NULL, (SELECT CONCAT(d.name, ' ', d.display) FROM users d WHERE d.id = " \
    "t.deleted_by)), t.html, t.reply_to, t.parts"
/* A page: the room, its one who asks, and messages, in one statement and so from one snapshot; as many rows are read
 * as are shown, however many the room has. Numbers have no gaps above the oldest kept, so that pages by number are plain
 * ranges; changes are cut in a table of keys. There is no ORDER BY: over these joins it would be done on the disk. */
#define PAGE                                                                               \
    "SELECT " DB_ROOM_COLUMNS ", " MESSAGE_COLUMNS " FROM rooms r LEFT JOIN members m ON " \
    "m.room_id = r.id AND m.user_id = ?" DB_ROOM_OTHER
#define BY_SEQ \
    "LEFT JOIN messages t ON m.user_id IS NOT NULL AND t.room_id = r.id AND t.seq >= r.oldest_seq AND "
#define BY_CHANGE                                                                                     \
    "LEFT JOIN (SELECT seq FROM messages WHERE room_id = ? AND seq >= (SELECT oldest_seq FROM rooms " \
    "WHERE id = ?) AND version > ? ORDER BY version LIMIT ?) k ON "
#define BY_KEY " LEFT JOIN messages t ON t.room_id = r.id AND t.seq = k.seq"
#define SENDER " LEFT JOIN users u ON u.id = t.sender_id WHERE r.id = ? AND "

static void release_message(struct message *m)
{
    free(m->sender_name);
    free(m->sender_display);
    free(m->nonce);
    free(m->event);
    free(m->text);
    free(m->deleter); /* deleter_display is the second half of it */
    free(m->html);
    db_part_release(m);
}

void write_release(struct write *w)
{
    free(w->text);
    free(w->nonce);
    free(w->present);
    free(w->html);
    free(w->names);
}

void message_list_release(struct message_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        release_message(&list->message[i]);
    free(list->message);
    *list = (struct message_list){NULL, 0};
}

static void read_message(struct db *db, unsigned at, struct message *m)
{
    uint64_t parts;

    memset(m, 0, sizeof *m);
    at = db_read(db, at, "uuudddddmm", &m->seq, &m->change, &m->sender_id, &m->sender_name,
                 &m->sender_display, &m->nonce, &m->event, &m->text, m->created_at, m->edited_at);
    m->deleted = !db_is_null(db, at);
    db_read(db, at + 1, "nnuu", &m->deleter, &m->html, &m->reply_to, &parts);
    m->parts = (unsigned)parts;
    m->text_len = strlen(m->text);
    if (m->deleter != NULL) { /* names have no spaces */
        m->deleter_display = strchr(m->deleter, ' ');
        *m->deleter_display++ = '\0';
    }
}

static int by_seq(const void *a, const void *b)
{
    const struct message *x = a, *y = b;

    return (x->seq > y->seq) - (x->seq < y->seq);
}

static int by_change(const void *a, const void *b)
{
    const struct message *x = a, *y = b;

    return (x->change > y->change) - (x->change < y->change);
}

/* Reads a page of at most `limit` messages and one more, which tells that it was cut, and sorts it. */
static enum db_result read_page(struct db *db, enum db_result result, size_t limit, bool changes,
                                struct page *page)
{
    struct message_list *list = &page->list;

    memset(page, 0, sizeof *page);
    if (result != DB_OK)
        return result;
    list->message = mem_array(limit + 1, sizeof *list->message);
    while (db_next(db) && list->count <= limit) {
        if (page->room.id == 0)
            db_room_read(db, &page->room);
        if (!db_is_null(db, DB_ROOM_COLUMN_COUNT))
            read_message(db, DB_ROOM_COLUMN_COUNT, &list->message[list->count++]);
    }
    qsort(list->message, list->count, sizeof *list->message, changes ? by_change : by_seq);
    page->version = page->room.version;
    page->more = list->count > limit;
    if (page->more && changes) {
        release_message(&list->message[--list->count]);
        page->version = list->message[list->count - 1].change;
    } else if (page->more) {
        release_message(&list->message[0]);
        memmove(list->message, list->message + 1, --list->count * sizeof *list->message);
    }
    return db_part_read(db, page->room.id, list);
}

enum db_result db_message_page(struct db *db, const struct page_query *q, struct page *page)
{
    static const char newest[] = PAGE BY_SEQ "t.seq > GREATEST(r.last_seq, ?) - ?" SENDER DB_ROOM_KNOWN;
    static const char before[] =
        PAGE BY_SEQ "t.seq < LEAST(?, r.last_seq + 1) AND "
                    "t.seq >= GREATEST(LEAST(?, r.last_seq + 1), ?) - ?" SENDER DB_ROOM_KNOWN;
    static const char after[] = PAGE BY_CHANGE "m.user_id IS NOT NULL" BY_KEY SENDER DB_ROOM_KNOWN;
    uint64_t room = q->room_id, user = q->user_id, most = q->limit + 1;
    enum db_result result;

    if (q->kind == PAGE_NEWEST)
        result = db_run(db, newest, "uuuu", user, most, most, room);
    else if (q->kind == PAGE_BEFORE)
        result = db_run(db, before, "uuuuuu", user, q->mark, q->mark, most, most, room);
    else
        result = db_run(db, after, "uuuuuu", user, room, room, q->mark, most, room);
    return read_page(db, result, q->limit, q->kind == PAGE_AFTER, page);
}

enum db_result db_message_changes(struct db *db, uint64_t room_id, uint64_t after, size_t limit,
                                  struct page *page)
{
    /* As PAGE_AFTER, with nobody asking: user 0 is in no room. */
    static const char sql[] = PAGE BY_CHANGE "1 = 1" BY_KEY SENDER "r.deleted_at IS NULL";
    enum db_result result =
        db_run(db, sql, "uuuuuu", (uint64_t)0, room_id, room_id, after, (uint64_t)limit + 1, room_id);

    return read_page(db, result, limit, true, page);
}

enum db_result db_message_get(struct db *db, uint64_t room_id, uint64_t seq, struct message_list *one)
{
    enum db_result result =
        db_run(db,
               "SELECT " MESSAGE_COLUMNS
               " FROM messages t JOIN rooms r ON r.id = t.room_id LEFT JOIN users u ON u.id = t.sender_id "
               "WHERE t.room_id = ? AND t.seq = ? AND t.seq >= r.oldest_seq",
               "uu", room_id, seq);

    *one = (struct message_list){NULL, 0};
    if (result == DB_OK && db_next(db)) {
        one->message = mem_alloc(sizeof *one->message);
        one->count = 1;
        read_message(db, 0, one->message);
        result = db_part_read(db, room_id, one);
    }
    return result;
}

enum db_result db_message_pick(struct db *db, uint64_t room_id, uint64_t user_id, const uint64_t *seqs,
                               size_t count, struct message_list *list)
{
    struct db_query *q = db_query(
        "SELECT " MESSAGE_COLUMNS
        " FROM members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL JOIN messages t ON "
        "t.room_id = r.id AND t.seq >= r.oldest_seq LEFT JOIN users u ON u.id = t.sender_id WHERE "
        "m.room_id = ? AND m.user_id = ? AND t.kind = 'text' AND t.deleted_at IS NULL AND t.seq IN (",
        "uu", room_id, user_id);

    *list = (struct message_list){mem_array(count, sizeof *list->message), 0};
    for (size_t i = 0; i < count; i++)
        db_query_row(q, ",", "?", "u", seqs[i]);
    db_query_add(q, ")", "");
    enum db_result result = db_query_run(db, q);
    while (list->count < count && db_next(db))
        read_message(db, 0, &list->message[list->count++]);
    qsort(list->message, list->count, sizeof *list->message, by_seq);
    return result;
}

enum db_result db_message_versions(struct db *db, uint64_t room_id, uint64_t seq, size_t limit,
                                   struct message_list *list)
{
    enum db_result result = db_run(db,
                                   "SELECT v.text, v.written_at FROM revisions v WHERE v.room_id = ? AND "
                                   "v.seq = ? ORDER BY v.version DESC LIMIT ?",
                                   "uuu", room_id, seq, (uint64_t)limit);

    *list = (struct message_list){NULL, 0};
    if (result != DB_OK)
        return result;
    list->message = mem_array(limit, sizeof *list->message);
    while (list->count < limit && db_next(db)) {
        struct message *m = &list->message[list->count++];
        db_read(db, 0, "dm", &m->text, m->created_at);
    }
    return DB_OK;
}

/* ---- the group commit ---- */

struct room_row { /* a locked room; numbers as they will be after this group */
    uint64_t id;
    bool direct;
    bool public;
    uint64_t last_seq;
    uint64_t oldest_seq;
    uint64_t version;
    uint64_t history_limit;
    uint64_t pins; /* known where one is to be pinned */
    uint64_t old_version;
    uint64_t old_oldest;
};

struct message_row { /* a stored message that is edited or deleted, as it will be after this group */
    uint64_t room_id;
    uint64_t seq;
    uint64_t version;
    uint64_t sender_id;
    bool event;
    bool deleted;
    bool pinned;
    unsigned parts;
    bool reacted; /* in this group */
    char *text;   /* as stored */
    const char *new_text;
    size_t text_len;
};

struct nonce_row { /* a nonce that was used before */
    uint64_t sender_id;
    char nonce[TEXT_NONCE_MAX + 1];
    uint64_t room_id;
    uint64_t seq;
    uint64_t version;
    uint64_t reply_to;
    bool touched; /* edited, deleted or passed by a limit since: its text says nothing about what was sent */
    char *text;
    size_t text_len;
    char *files; /* the hashes of its files, in hex */
};

struct upload_row { /* a file that somebody wants to send */
    uint64_t id;
    uint64_t owner_id;
    uint64_t room_id;
    uint64_t seq; /* as it will be after this group */
    char hash[CRYPTO_HASH * 2 + 1];
};

struct group {
    struct limit *limit;
    struct write **write;
    size_t count;
    struct room_row room[WRITE_GROUP_MAX];
    size_t rooms;
    struct message_row row[WRITE_GROUP_MAX];
    size_t rows;
    struct nonce_row nonce[WRITE_GROUP_MAX];
    size_t nonces;
    struct upload_row *upload;
    size_t uploads;
    enum role role[WRITE_GROUP_MAX]; /* of each write's user in its room */
    bool touched[WRITE_GROUP_MAX];   /* edits and deletions that change something */
    size_t sends;
    bool look; /* for nonces that came before; else only the unique key tells, and the group is run again */
    int64_t clock;
    char now[DB_TIME]; /* the database's clock, and the same as ISO 8601 */
    char iso[DB_TIME];
};

static bool is_change(const struct write *w)
{
    return w->action <= WRITE_UNPIN;
}

/* The message that it is about; 0: none. */
static uint64_t target(const struct write *w)
{
    return w->action == WRITE_SEND ? w->reply_to : w->seq;
}

/* Still to be decided? */
static bool is_open(const struct write *w)
{
    return w->result == WRITE_DONE;
}

static struct room_row *find_room(struct group *g, uint64_t id)
{
    for (size_t i = 0; i < g->rooms; i++)
        if (g->room[i].id == id)
            return &g->room[i];
    return NULL;
}

static void release_group(struct group *g)
{
    for (size_t i = 0; i < g->rows; i++)
        free(g->row[i].text);
    for (size_t i = 0; i < g->nonces; i++) {
        free(g->nonce[i].text);
        free(g->nonce[i].files);
    }
    free(g->upload);
}

static enum db_result lock_rooms(struct db *db, struct group *g)
{
    struct db_query *q =
        db_query("SELECT id, kind = 'direct', visibility = 'public', last_seq, oldest_seq, version, "
                 "history_limit, UTC_TIMESTAMP(3) FROM rooms WHERE deleted_at IS NULL AND id IN (",
                 "");

    for (size_t i = 0; i < g->count; i++)
        if (is_open(g->write[i]) && is_change(g->write[i]))
            db_query_row(q, ",", "?", "u", g->write[i]->room_id);
    db_query_add(q, ") ORDER BY id FOR UPDATE", "");
    enum db_result result = db_query_run_list(db, q);
    while (db_next(db)) {
        struct room_row *r = &g->room[g->rooms++];
        db_read(db, 0, "u??uuuus", &r->id, &r->direct, &r->public, &r->last_seq, &r->oldest_seq, &r->version,
                &r->history_limit, g->now, sizeof g->now);
        db_time(db, 7, g->iso);
        r->old_version = r->version;
        r->old_oldest = r->oldest_seq;
    }
    return db_or_none(result);
}

/* The present row tells whose a session is. */
static void read_session(struct db *db, struct group *g)
{
    size_t len;
    const char *hash = db_text(db, 0, &len);

    for (size_t i = 0; i < g->count; i++) {
        struct write *w = g->write[i];
        if (len != CRYPTO_HASH || memcmp(hash, w->session, CRYPTO_HASH) != 0)
            continue;
        if (db_u64(db, 3) != 0)
            w->result = WRITE_ELSEWHERE;
        else
            db_read(db, 1, "uu", &w->user_id, &w->user_version);
    }
}

/* Who sends; those whose session is known need no look. */
static enum db_result check_sessions(struct db *db, struct group *g)
{
    struct db_query *q =
        db_query("SELECT s.token_hash, s.user_id, u.version, s.ended <> '' FROM sessions s JOIN users u ON "
                 "u.id = s.user_id AND u.deleted_at IS NULL AND u.suspended_at IS NULL WHERE s.expires_at > "
                 "UTC_TIMESTAMP(3) AND s.token_hash IN (",
                 "");

    for (size_t i = 0; i < g->count; i++) {
        struct write *w = g->write[i];
        if (!g->look && g->clock - w->known_at < WRITE_TRUST_MS)
            w->user_id = w->known_user;
        if (is_open(w) && w->user_id == 0)
            db_query_row(q, ",", "?", "b", w->session, (size_t)CRYPTO_HASH);
    }
    db_query_add(q, ")", "");
    enum db_result result = db_query_run_list(db, q);
    while (db_next(db))
        read_session(db, g);
    for (size_t i = 0; i < g->count; i++)
        if (g->write[i]->user_id == 0 && is_open(g->write[i]))
            g->write[i]->result = WRITE_SIGNED_OUT;
    return db_or_none(result);
}

/* A mark takes no lock, so its room was not read: may one know of it? */
static enum db_result refuse_mark(struct db *db, struct write *w)
{
    enum db_result result =
        db_run(db, "SELECT 1 FROM rooms WHERE id = ? AND visibility = 'public' AND deleted_at IS NULL", "u",
               w->room_id);

    w->result = result == DB_OK ? WRITE_NOT_MEMBER : WRITE_NO_ROOM;
    return result;
}

/* One index fits pairs; without the hint the optimizer weighs them all against both, which costs more than the query. */
#define MEMBERS "members m FORCE INDEX (PRIMARY)"

static void read_member(struct db *db, struct group *g)
{
    uint64_t room_id = db_u64(db, 0), user_id = db_u64(db, 1);

    for (size_t i = 0; i < g->count; i++) {
        struct write *w = g->write[i];
        if (w->room_id != room_id || w->user_id != user_id)
            continue;
        g->role[i] = rights_role(db_text(db, 2, NULL));
        db_read(db, 3, "ss", w->sender_name, sizeof w->sender_name, w->sender_display,
                sizeof w->sender_display);
    }
}

static enum db_result check_members(struct db *db, struct group *g)
{
    struct db_query *q =
        db_query("SELECT m.room_id, m.user_id, IF(m.muted, 'muted', m.role), u.name, u.display FROM " MEMBERS
                 " JOIN users u ON u.id = m.user_id WHERE (m.room_id, m.user_id) IN (",
                 "");

    for (size_t i = 0; i < g->count; i++)
        if (is_open(g->write[i]))
            db_query_row(q, ",", "(?,?)", "uu", g->write[i]->room_id, g->write[i]->user_id);
    db_query_add(q, ")", "");
    enum db_result result = db_query_run_list(db, q);
    while (db_next(db))
        read_member(db, g);
    for (size_t i = 0; i < g->count && (result == DB_OK || result == DB_NONE); i++) {
        struct write *w = g->write[i];
        if (!is_open(w))
            continue;
        const struct room_row *room = find_room(g, w->room_id);
        if (is_change(w) && room == NULL)
            w->result = WRITE_NO_ROOM;
        else if (g->role[i] == ROLE_NONE && room != NULL)
            w->result = room->public ? WRITE_NOT_MEMBER : WRITE_NO_ROOM;
        else if (g->role[i] == ROLE_NONE)
            result = refuse_mark(db, w);
        else if (is_change(w) && w->action != WRITE_DELETE &&
                 !rights_may(g->role[i], room->direct, RIGHT_SEND))
            w->result = WRITE_MUTED;
    }
    return db_or_none(result);
}

static enum db_result find_nonces(struct db *db, struct group *g)
{
    struct db_query *q = db_query(
        "SELECT t.sender_id, t.nonce, t.room_id, t.seq, t.version, t.edited_at IS NOT NULL OR "
        "t.deleted_at IS NOT NULL OR t.seq < r.oldest_seq, t.text, t.reply_to, IF(t.parts & 8 = 0, '', "
        "(SELECT GROUP_CONCAT(HEX(u.hash) ORDER BY u.n SEPARATOR '') FROM uploads u WHERE u.room_id = "
        "t.room_id AND u.seq = t.seq)) FROM messages t FORCE INDEX (messages_nonce) JOIN rooms r ON r.id = "
        "t.room_id WHERE (t.sender_id, t.nonce) IN (",
        "");

    for (size_t i = 0; i < g->count && g->look; i++)
        if (is_open(g->write[i]) && g->write[i]->action == WRITE_SEND)
            db_query_row(q, ",", "(?,?)", "us", g->write[i]->user_id, g->write[i]->nonce);
    db_query_add(q, ")", "");
    enum db_result result = db_query_run_list(db, q);
    while (db_next(db) && g->nonces < WRITE_GROUP_MAX) {
        struct nonce_row *n = &g->nonce[g->nonces++];
        db_read(db, 0, "usuuu?dud", &n->sender_id, n->nonce, sizeof n->nonce, &n->room_id, &n->seq,
                &n->version, &n->touched, &n->text, &n->reply_to, &n->files);
        n->text_len = strlen(n->text);
    }
    return db_or_none(result);
}

static enum db_result find_rows(struct db *db, struct group *g)
{
    struct db_query *q = db_query(
        "SELECT room_id, seq, version, sender_id, kind = 'event', deleted_at IS NOT NULL, text, parts FROM "
        "messages WHERE ",
        "");

    for (size_t i = 0; i < g->count; i++) {
        const struct write *w = g->write[i];
        if (is_open(w) && is_change(w) && target(w) != 0)
            db_query_row(q, " OR ", "(room_id = ? AND seq = ?)", "uu", w->room_id, target(w));
    }
    enum db_result result = db_query_run_list(db, q);
    while (db_next(db) && g->rows < WRITE_GROUP_MAX) {
        struct message_row *m = &g->row[g->rows++];
        uint64_t parts;
        db_read(db, 0, "uuuu??du", &m->room_id, &m->seq, &m->version, &m->sender_id, &m->event, &m->deleted,
                &m->text, &parts);
        m->parts = (unsigned)parts;
        m->pinned = (m->parts & PART_PIN) != 0;
        m->new_text = m->text;
        m->text_len = strlen(m->text);
    }
    return db_or_none(result);
}

/* How many are pinned where one is to be. */
static enum db_result find_pins(struct db *db, struct group *g)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < g->count && result == DB_OK; i++) {
        const struct write *w = g->write[i];
        if (!is_open(w) || w->action != WRITE_PIN)
            continue;
        result = db_run(db, "SELECT COUNT(*) FROM pins WHERE room_id = ?", "u>u", w->room_id,
                        &find_room(g, w->room_id)->pins);
    }
    return result;
}

/* The files of all sends, locked: nobody else sends them meanwhile, and they are not cleaned away. */
static enum db_result find_uploads(struct db *db, struct group *g)
{
    struct db_query *q =
        db_query("SELECT id, owner_id, room_id, seq, HEX(hash) FROM uploads WHERE id IN (", "");
    size_t count = 0;

    for (size_t i = 0; i < g->count; i++)
        for (size_t f = 0; is_open(g->write[i]) && f < g->write[i]->files; f++, count++)
            db_query_row(q, ",", "?", "u", g->write[i]->file[f]);
    db_query_add(q, ") ORDER BY id FOR UPDATE", "");
    enum db_result result = db_query_run_list(db, q);
    g->upload = count > 0 ? mem_array(count, sizeof *g->upload) : NULL;
    while (db_next(db) && g->uploads < count) {
        struct upload_row *u = &g->upload[g->uploads++];
        db_read(db, 0, "uuuus", &u->id, &u->owner_id, &u->room_id, &u->seq, u->hash, sizeof u->hash);
    }
    return db_or_none(result);
}

static struct upload_row *find_upload(const struct group *g, uint64_t id)
{
    for (size_t i = 0; i < g->uploads; i++)
        if (g->upload[i].id == id)
            return &g->upload[i];
    return NULL;
}

/* Takes the files of a send that is numbered `seq`. False: one of them cannot be sent with it. */
static bool take_files(const struct group *g, const struct write *w, uint64_t seq)
{
    for (size_t i = 0; i < w->files; i++) {
        struct upload_row *u = find_upload(g, w->file[i]);
        if (u == NULL || u->owner_id != w->user_id || u->room_id != w->room_id || u->seq != 0)
            return false;
    }
    for (size_t i = 0; i < w->files; i++) {
        struct upload_row *u = find_upload(g, w->file[i]);
        if (u->seq != 0) { /* named twice */
            for (size_t k = 0; k < i; k++)
                find_upload(g, w->file[k])->seq = 0;
            return false;
        }
        u->seq = seq;
    }
    return true;
}

/* Whether a send has the files that the message of this nonce has: the same ids, or the same contents sent once more. */
static bool same_files(const struct group *g, const struct write *w, const char *hashes)
{
    for (size_t i = 0; i < w->files; i++) {
        const struct upload_row *u = find_upload(g, w->file[i]);
        if (u == NULL || u->owner_id != w->user_id || strncmp(hashes, u->hash, 2 * CRYPTO_HASH) != 0)
            return false;
        hashes += 2 * CRYPTO_HASH;
    }
    return *hashes == '\0';
}

/* Whether this nonce came before, in the table or earlier in this group; then the send is answered with it. */
static bool repeats(const struct group *g, size_t at, struct write *w)
{
    for (size_t i = 0; i < g->nonces; i++) {
        const struct nonce_row *n = &g->nonce[i];
        if (n->sender_id != w->user_id || strcmp(n->nonce, w->nonce) != 0)
            continue;
        bool same =
            n->room_id == w->room_id &&
            (n->touched || (n->reply_to == w->reply_to && n->text_len == w->text_len &&
                            memcmp(n->text, w->text, w->text_len) == 0 && same_files(g, w, n->files)));
        w->result = same ? WRITE_DONE : WRITE_NONCE_TAKEN;
        w->seq = n->seq;
        w->change = n->version;
        return true;
    }
    for (size_t i = 0; i < at; i++) {
        const struct write *first = g->write[i];
        if (!first->fresh || first->user_id != w->user_id || strcmp(first->nonce, w->nonce) != 0)
            continue;
        bool same = first->room_id == w->room_id && first->text_len == w->text_len &&
                    first->reply_to == w->reply_to && memcmp(first->text, w->text, w->text_len) == 0 &&
                    first->files == w->files && memcmp(first->file, w->file, w->files * sizeof *w->file) == 0;
        w->result = same ? WRITE_DONE : WRITE_NONCE_TAKEN;
        w->seq = first->seq;
        w->change = first->change;
        return true;
    }
    return false;
}

/* Whether a pin, or its end, changes something. */
static bool decide_pin(struct group *g, size_t at, struct room_row *room, struct message_row *m)
{
    struct write *w = g->write[at];
    bool pin = w->action == WRITE_PIN;

    if (!rights_may(g->role[at], room->direct, RIGHT_PIN))
        w->result = WRITE_NOT_ALLOWED;
    else if (pin && m->deleted)
        w->result = WRITE_GONE;
    else if (pin && !m->pinned && room->pins >= PINS_MAX)
        w->result = WRITE_FULL;
    if (!is_open(w) || m->pinned == pin)
        return false;
    m->pinned = pin;
    room->pins = pin ? room->pins + 1 : room->pins > 0 ? room->pins - 1 : 0;
    return true;
}

static struct message_row *find_row(struct group *g, const struct write *w)
{
    for (size_t i = 0; i < g->rows; i++)
        if (g->row[i].room_id == w->room_id && g->row[i].seq == target(w))
            return &g->row[i];
    return NULL;
}

static bool is_kept(const struct room_row *room, const struct message_row *m)
{
    return m != NULL && !m->event && m->seq >= room->oldest_seq;
}

/* Whether a deletion changes something: a repeated one does not. */
static bool decide_delete(struct message_row *m)
{
    if (m->deleted)
        return false;
    m->deleted = true;
    m->pinned = false;
    m->new_text = "";
    m->text_len = 0;
    return true;
}

/* Whether an edit changes something: a repeated one does not either. */
static bool decide_edit(struct write *w, struct message_row *m)
{
    bool same = m->text_len == w->text_len && memcmp(m->new_text, w->text, w->text_len) == 0;

    if (m->deleted)
        w->result = WRITE_GONE;
    if (m->deleted || same)
        return false;
    if (w->base != 0 && w->base != m->version) {
        w->result = WRITE_CHANGED;
        w->present = mem_dupn(m->new_text, m->text_len);
        return false;
    }
    m->new_text = w->text;
    m->text_len = w->text_len;
    return true;
}

/* What is done to a stored message. */
static void decide_old(struct group *g, size_t at, struct room_row *room)
{
    struct write *w = g->write[at];
    struct message_row *m = find_row(g, w);

    if (!is_kept(room, m)) {
        w->result = WRITE_NO_MESSAGE;
        return;
    }
    w->change = m->version;
    if (w->action == WRITE_PIN || w->action == WRITE_UNPIN)
        g->touched[at] = decide_pin(g, at, room, m);
    else if (m->sender_id != w->user_id &&
             !(w->action == WRITE_DELETE && rights_may(g->role[at], room->direct, RIGHT_DELETE_ANY)))
        w->result = WRITE_NOT_YOURS;
    else
        g->touched[at] = w->action == WRITE_DELETE ? decide_delete(m) : decide_edit(w, m);
    if (g->touched[at])
        m->version = w->change = ++room->version;
}

/* A send that came before costs nothing. */
static void refund(struct group *g, struct write *w)
{
    if (w->charged && g->limit != NULL)
        limit_give(g->limit, w->user_id);
    w->charged = false;
}

static void number(struct group *g, struct write *w, struct room_row *room)
{
    const struct message_row *original = w->reply_to != 0 ? find_row(g, w) : NULL;

    if (original != NULL && original->sender_id != w->user_id)
        w->told = original->sender_id;
    w->seq = ++room->last_seq;
    w->change = ++room->version;
    w->fresh = true;
    memcpy(w->created_at, g->iso, sizeof w->created_at);
    g->sends++;
}

/* A send: numbered, unless it came before or cannot be. False: whether it is too fast, or came before, has to be looked up
 * first. */
static bool decide_send(struct group *g, size_t at, struct room_row *room)
{
    struct write *w = g->write[at];

    if (repeats(g, at, w)) {
        refund(g, w);
    } else if (w->reply_to != 0 && !is_kept(room, find_row(g, w))) {
        w->result = WRITE_NO_ORIGINAL;
    } else if (w->files > 0 && !take_files(g, w, room->last_seq + 1)) {
        w->result = WRITE_NO_FILE;
        return g->look; /* it may have been sent: then the nonce says so */
    } else if (g->limit == NULL || w->charged || limit_take(g->limit, w->user_id, g->clock)) {
        w->charged = true;
        number(g, w, room);
    } else {
        w->result = WRITE_TOO_FAST;
        return g->look;
    }
    return true;
}

/* Decides what is left, in the order in which it came; reactions come last (store_reactions). */
static enum db_result decide(struct db *db, struct group *g)
{
    (void)db;
    for (size_t i = 0; i < g->count; i++) {
        struct write *w = g->write[i];
        if (!is_open(w) || !is_change(w) || w->action == WRITE_REACT)
            continue;
        struct room_row *room = find_room(g, w->room_id);
        if (w->action != WRITE_SEND)
            decide_old(g, i, room);
        else if (!decide_send(g, i, room))
            return DB_AGAIN;
    }
    for (size_t i = 0; i < g->rooms; i++) {
        struct room_row *r = &g->room[i];
        if (r->history_limit == 0 || r->version == r->old_version ||
            r->last_seq < r->history_limit + r->oldest_seq)
            continue;
        uint64_t oldest = r->last_seq - r->history_limit + 1, most = r->oldest_seq + DB_ROOM_TRIM;
        r->oldest_seq = oldest < most ? oldest : most;
        r->version++;
        for (size_t w = 0; w < g->count; w++)
            if (g->write[w]->room_id == r->id)
                g->write[w]->trimmed = r->version;
    }
    return DB_OK;
}

/* One statement numbers all rooms of the group. The rows are there and locked, so that only the second half of the
 * statement takes effect; in this form its cost grows with their number, not with its square. */
static enum db_result store_rooms(struct db *db, struct group *g)
{
    struct db_query *q = db_query(
        "INSERT INTO rooms (id, kind, last_seq, oldest_seq, version, created_by, created_at) VALUES ", "");

    for (size_t i = 0; i < g->rooms; i++) {
        const struct room_row *r = &g->room[i];
        if (r->version != r->old_version)
            db_query_row(q, ",", "(?,'group',?,?,?,0,UTC_TIMESTAMP(3))", "uuuu", r->id, r->last_seq,
                         r->oldest_seq, r->version);
    }
    db_query_add(q,
                 " ON DUPLICATE KEY UPDATE last_seq = VALUES(last_seq), oldest_seq = VALUES(oldest_seq), "
                 "version = VALUES(version)",
                 "");
    return db_or_none(db_query_run_list(db, q));
}

/* ---- what a text is shown as ---- */

static void release_rendered(struct write *w)
{
    free(w->html);
    free(w->names);
    w->html = NULL;
    w->names = NULL;
}

static bool mentions_in(const char *html, const char *whom)
{
    char sign[64];

    snprintf(sign, sizeof sign, MARKUP_MENTION "%s\"", whom);
    return strstr(html, sign) != NULL;
}

/* Within the transaction: only what is stored is rendered, and a name is a mention when it is a member's then. `before`,
 * unless it is NULL: what it was rendered as then. Most texts are plain and cost nothing here; the others take
 * microseconds, the worst less than the commit (markup.h). */
static enum db_result render(struct db *db, struct write *w, enum role role, const char *before)
{
    struct markup_names names;
    struct strbuf html = STRBUF_INIT;
    enum db_result result = DB_OK;
    bool mentions = false;

    markup_names(w->text, w->text_len, &names);
    if (names.count > 0)
        result = db_mention_find(db, w->room_id, w->seq, &names);
    for (size_t i = 0; i < names.count; i++) {
        struct markup_person *person = &names.person[i];
        char id[24];
        snprintf(id, sizeof id, "%" PRIu64, person->id);
        person->everyone =
            strcmp(person->name, MARKUP_EVERYONE) == 0 &&
            (before != NULL ? mentions_in(before, "all") : rights_may(role, false, RIGHT_UPDATE));
        if (before != NULL && !person->told && !mentions_in(before, id))
            person->id = 0;
    }
    if (markup_render(w->text, w->text_len, &names, &html))
        w->html = strbuf_detach(&html);
    for (size_t i = 0; i < names.count; i++)
        mentions = mentions || names.person[i].mentioned;
    if (mentions) {
        w->names = mem_alloc(sizeof names);
        *w->names = names;
    }
    strbuf_release(&html);
    return result;
}

static enum db_result render_all(struct db *db, struct group *g)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < g->count && result == DB_OK; i++) {
        struct write *w = g->write[i];
        if (is_open(w) && (w->action == WRITE_PREVIEW || (w->action == WRITE_SEND && w->fresh) ||
                           (w->action == WRITE_EDIT && g->touched[i])))
            result = render(db, w, g->role[i], NULL);
    }
    return result;
}

static enum db_result store_sends(struct db *db, struct group *g)
{
    if (g->sends == 0)
        return DB_OK;
    struct db_query *q = db_query(
        "INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at, html, renderer, "
        "reply_to, parts) VALUES ",
        "");

    for (size_t i = 0, count = 0; i < g->count; i++) { /* as many as there are: none can be twice */
        const struct write *w = g->write[i];
        uint64_t parts = (w->names != NULL ? PART_MENTIONS : 0) | (w->files > 0 ? PART_FILES : 0) |
                         (w->reply_to != 0 ? PART_REPLY | PART_MENTIONS : 0);
        if (w->fresh)
            db_query_add(q, count++ > 0 ? ",(?,?,?,?,?,?,?,?,?,?,?)" : "(?,?,?,?,?,?,?,?,?,?,?)",
                         "uuuustssuuu", w->room_id, w->seq, w->change, w->user_id, w->nonce, w->text,
                         w->text_len, g->now, w->html, (uint64_t)MARKUP_VERSION, w->reply_to, parts);
    }
    enum db_result result = db_query_run(db, q);
    /* Another process stored the same nonce: it is found next time. */
    return result == DB_DUPLICATE ? DB_AGAIN : result;
}

static enum db_result store_files(struct db *db, struct group *g)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < g->count; i++) {
        const struct write *w = g->write[i];
        for (size_t n = 0; n < w->files && w->fresh && result == DB_OK; n++)
            result = db_run(db, "UPDATE uploads SET seq = ?, n = ? WHERE id = ?", "uuu", w->seq, (uint64_t)n,
                            w->file[n]);
    }
    return result;
}

/* A send raises its sender's own read mark. His row is there: the room's lock keeps it. */
static enum db_result store_marks(struct db *db, struct group *g)
{
    struct db_query *q =
        db_query("INSERT INTO members (room_id, user_id, read_seq, added_by, added_at) VALUES ", "");

    for (size_t i = 0; i < g->count; i++) {
        const struct write *w = g->write[i];
        if (w->fresh && is_change(w))
            db_query_row(q, ",", "(?,?,?,0,UTC_TIMESTAMP(3))", "uuu", w->room_id, w->user_id, w->seq);
    }
    db_query_add(q, " ON DUPLICATE KEY UPDATE read_seq = GREATEST(read_seq, VALUES(read_seq))", "");
    return db_or_none(db_query_run_list(db, q));
}

static enum db_result store_pin(struct db *db, const struct write *w)
{
    bool pin = w->action == WRITE_PIN;
    enum db_result result =
        pin ? db_run(
                  db,
                  "INSERT INTO pins (room_id, seq, pinned_by, pinned_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))",
                  "uuu", w->room_id, w->seq, w->user_id)
            : db_run(db, "DELETE FROM pins WHERE room_id = ? AND seq = ?", "uu", w->room_id, w->seq);

    if (result == DB_OK)
        result = db_run(db,
                        "UPDATE messages SET version = ?, parts = IF(?, parts | ?, parts & ~?) WHERE "
                        "room_id = ? AND seq = ?",
                        "uuuuuu", w->change, (uint64_t)pin, (uint64_t)PART_PIN, (uint64_t)PART_PIN,
                        w->room_id, w->seq);
    return result;
}

static enum db_result store_replies(struct db *db, struct group *g)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < g->count && result == DB_OK; i++) {
        struct write *w = g->write[i];
        if (w->fresh && w->reply_to != 0)
            result = db_part_reply(db, w->room_id, w->seq, w->reply_to, &w->told);
    }
    return result;
}

/* What a message said before an edit is kept; a deletion takes that along. */
static enum db_result store_old(struct db *db, struct group *g, const struct write *w, unsigned parts)
{
    uint64_t *version = &find_room(g, w->room_id)->version;

    if (w->action == WRITE_PIN || w->action == WRITE_UNPIN)
        return store_pin(db, w);
    if (w->action == WRITE_DELETE) {
        enum db_result result =
            db_run(db,
                   "UPDATE messages SET version = ?, deleted_at = UTC_TIMESTAMP(3), deleted_by = "
                   "IF(sender_id = ?, 0, ?) WHERE room_id = ? AND seq = ?",
                   "uuuuu", w->change, w->user_id, w->user_id, w->room_id, w->seq);
        return result == DB_OK ? db_part_empty(db, w->room_id, w->seq, w->seq + 1, version) : result;
    }
    enum db_result result = db_run(
        db,
        "INSERT INTO revisions (room_id, seq, version, text, written_at) SELECT room_id, seq, version, text, "
        "COALESCE(edited_at, created_at) FROM messages WHERE room_id = ? AND seq = ?",
        "uu", w->room_id, w->seq);
    if (result == DB_OK)
        result =
            db_run(db,
                   "UPDATE messages SET version = ?, text = ?, html = ?, renderer = ?, edited_at = "
                   "UTC_TIMESTAMP(3), parts = parts | ? WHERE room_id = ? AND seq = ?",
                   "utsuuuu", w->change, w->text, w->text_len, w->html, (uint64_t)MARKUP_VERSION,
                   (uint64_t)(PART_FORMERS | (w->names != NULL ? PART_MENTIONS : 0)), w->room_id, w->seq);
    static const struct markup_names nobody;
    if (result == DB_OK && (w->names != NULL || (parts & PART_MENTIONS) != 0))
        result = db_mention_store(db, w->room_id, w->seq, w->user_id, w->names != NULL ? w->names : &nobody);
    if (result == DB_OK && (parts & PART_ANSWERED) != 0)
        result = db_part_requote(db, w->room_id, w->seq, w->seq + 1, 0, false, version);
    return result;
}

static enum db_result store_reaction(struct db *db, struct group *g, struct write *w)
{
    struct message_row *m = find_row(g, w);
    struct room_row *room = find_room(g, w->room_id);

    if (!is_kept(room, m)) {
        w->result = WRITE_NO_MESSAGE;
        return DB_OK;
    }
    w->change = m->version;
    if (m->deleted)
        w->result = WRITE_GONE;
    else if (g->limit != NULL && !w->charged && !limit_take(g->limit, w->user_id, g->clock))
        w->result = WRITE_TOO_FAST;
    if (!is_open(w))
        return DB_OK;
    w->charged = true;
    enum db_result result = db_part_react(db, w->room_id, w->seq, w->user_id, w->text, w->on);
    if (result == DB_REFUSED)
        w->result = WRITE_MANY;
    if (result == DB_OK && !m->reacted) {
        m->reacted = true;
        m->version = ++room->version;
        result =
            db_run(db, "UPDATE messages SET version = ?, parts = parts | 4 WHERE room_id = ? AND seq = ?",
                   "uuu", m->version, w->room_id, w->seq);
    }
    w->change = m->version;
    return result == DB_REFUSED ? DB_OK : db_or_none(result);
}

/* Reactions, each on what the one before left. Several to one message are one change of it. */
static enum db_result store_reactions(struct db *db, struct group *g)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < g->count && result == DB_OK; i++)
        if (is_open(g->write[i]) && g->write[i]->action == WRITE_REACT)
            result = store_reaction(db, g, g->write[i]);
    return result;
}

static enum db_result store_rows(struct db *db, struct group *g)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < g->count && result == DB_OK; i++) {
        const struct write *w = g->write[i];
        struct message_row *row = g->touched[i] ? find_row(g, w) : NULL;
        if (row != NULL) {
            result = store_old(db, g, w, row->parts);
            row->parts |= w->names != NULL ? PART_MENTIONS : 0;
        } else if (w->fresh && w->names != NULL) {
            result = db_mention_store(db, w->room_id, w->seq, w->user_id, w->names);
        }
    }
    for (size_t i = 0; i < g->rooms && result == DB_OK; i++) {
        struct room_row *r = &g->room[i];
        if (r->oldest_seq == r->old_oldest)
            continue;
        result = db_part_empty(db, r->id, r->old_oldest, r->oldest_seq, &r->version);
    }
    return result;
}

/* A mark only rises by `read`, and is set by `unread`; it never passes the last message. One that stands already
 * changes nothing, and nobody is told. */
static enum db_result store_read(struct db *db, struct write *w)
{
    static const char raise[] = "UPDATE members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL "
                                "SET m.read_seq = LEAST(?, r.last_seq) "
                                "WHERE m.room_id = ? AND m.user_id = ? AND m.read_seq < LEAST(?, r.last_seq)";
    static const char set[] = "UPDATE members m JOIN rooms r ON r.id = m.room_id AND r.deleted_at IS NULL "
                              "SET m.read_seq = LEAST(?, r.last_seq) "
                              "WHERE m.room_id = ? AND m.user_id = ? AND m.read_seq <> LEAST(?, r.last_seq)";
    bool unread = w->action == WRITE_UNREAD;
    uint64_t mark = unread && w->seq > 0 ? w->seq - 1 : w->seq;
    enum db_result changed = db_run(db, unread ? set : raise, "uuuu", mark, w->room_id, w->user_id, mark);

    if (changed != DB_OK && changed != DB_NONE)
        return changed;
    enum db_result result =
        db_run(db,
               "SELECT m.read_seq, r.version FROM members m JOIN rooms r ON r.id = m.room_id "
               "WHERE m.room_id = ? AND m.user_id = ? AND r.deleted_at IS NULL",
               "uu>uu", w->room_id, w->user_id, &w->seq, &w->change);
    if (result == DB_NONE)
        w->result = WRITE_NO_ROOM;
    w->fresh = changed == DB_OK;
    if (result == DB_OK && w->fresh)
        return db_user_raise(db, &w->user_id, 1);
    return db_or_none(result);
}

/* Keeps a message for oneself, or no longer. The message learns first that somebody does, and so it cannot go meanwhile
 * without taking that along. */
static enum db_result store_saved(struct db *db, struct write *w)
{
    bool save = w->action == WRITE_SAVE;
    enum db_result result = DB_OK;

    if (save)
        result =
            db_run(db,
                   "UPDATE messages SET parts = parts | ? WHERE room_id = ? AND seq = ? AND kind = 'text' "
                   "AND deleted_at IS NULL",
                   "uuu", (uint64_t)PART_SAVED, w->room_id, w->seq);
    if (result == DB_OK || result == DB_NONE)
        result =
            db_run(db,
                   "SELECT t.version FROM messages t JOIN rooms r ON r.id = t.room_id AND r.deleted_at IS "
                   "NULL WHERE t.room_id = ? AND t.seq = ? AND t.seq >= r.oldest_seq AND t.kind = 'text' "
                   "AND t.deleted_at IS NULL",
                   "uu>u", w->room_id, w->seq, &w->change);
    if (result == DB_NONE)
        w->result = WRITE_NO_MESSAGE;
    if (result != DB_OK)
        return db_or_none(result);
    result = db_run(db,
                    save ? "INSERT IGNORE INTO bookmarks (user_id, room_id, seq, saved_at) VALUES (?, ?, ?, "
                           "UTC_TIMESTAMP(3))"
                         : "DELETE FROM bookmarks WHERE user_id = ? AND room_id = ? AND seq = ?",
                    "uuu", w->user_id, w->room_id, w->seq);
    return db_or_none(result);
}

enum db_result db_message_mark_read(struct db *db, uint64_t room_id, uint64_t user_id, uint64_t seq)
{
    struct write mark = {.action = WRITE_READ, .room_id = room_id, .user_id = user_id, .seq = seq};

    return db_transaction(db, store_read(db, &mark));
}

/* What is no change of the room. */
static enum db_result store_own(struct db *db, struct group *g)
{
    enum db_result result = DB_OK;

    for (size_t i = 0; i < g->count && result == DB_OK; i++) {
        struct write *w = g->write[i];
        if (!is_open(w))
            continue;
        if (w->action == WRITE_READ || w->action == WRITE_UNREAD)
            result = store_read(db, w);
        else if (w->action == WRITE_SAVE || w->action == WRITE_UNSAVE)
            result = store_saved(db, w);
    }
    return result;
}

static enum db_result write_group(struct db *db, struct group *g)
{
    static enum db_result (*const steps[])(struct db *, struct group *) = {
        lock_rooms,    check_sessions, check_members,   find_nonces, find_uploads, find_rows,
        find_pins,     decide,         render_all,      store_sends, store_files,  store_marks,
        store_replies, store_rows,     store_reactions, store_rooms, /* what answers a changed message, and reactions, took further versions */
        store_own,
    };
    enum db_result result = DB_OK;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && result == DB_OK; i++)
        result = steps[i](db, g);
    return result;
}

struct attempt { /* what a write said before it was tried, to begin anew */
    uint64_t seq;
};

static enum db_result try_group(struct db *db, struct limit *limit, struct write **writes, size_t count,
                                const struct attempt *before, bool look)
{
    struct group *g = mem_alloc(sizeof *g);

    g->clock = clock_ms();
    g->limit = limit;
    g->look = look;
    g->write = writes;
    g->count = count;
    for (size_t i = 0; i < count; i++) {
        struct write *w = writes[i];
        w->result = WRITE_DONE;
        w->user_id = w->user_version = w->change = w->trimmed = w->told = 0;
        w->fresh = false;
        w->seq = before[i].seq;
        free(w->present);
        w->present = NULL;
        release_rendered(w);
    }
    enum db_result result = db_begin(db);
    if (result == DB_OK) {
        result = write_group(db, g);
        if (result == DB_OK)
            result = db_commit(db);
        else
            db_rollback(db);
    }
    release_group(g);
    free(g);
    return result;
}

void db_message_write(struct db *db, struct limit *limit, struct write **writes, size_t count)
{
    struct attempt before[WRITE_GROUP_MAX];
    enum db_result result = DB_AGAIN;

    for (size_t i = 0; i < count; i++)
        before[i].seq = writes[i]->seq;
    /* A lost connection leaves open whether the commit took effect. Running the writes again settles it: sends
     * meet their nonces, and an edit, a deletion or a mark that is there already changes nothing. */
    for (unsigned try = 0; try < GROUP_TRIES && (result == DB_AGAIN || (result == DB_AWAY && try < 2));
         try++) {
        if (try > 0) {
            struct timespec pause = {.tv_nsec = (long)(try * 2000000 + (unsigned)rand() % 3000000)};
            nanosleep(&pause, NULL);
        }
        result = try_group(db, limit, writes, count, before, try > 0);
    }
    if (result == DB_OK)
        return;
    if (count > 1 && result != DB_AWAY) { /* one of them may be what fails: then it fails alone */
        for (size_t i = 0; i < count; i++) {
            writes[i]->seq = before[i].seq;
            db_message_write(db, limit, &writes[i], 1);
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        writes[i]->result = result == DB_ERROR ? WRITE_FAULT : WRITE_AWAY;
        writes[i]->fresh = false;
        writes[i]->seq = before[i].seq;
    }
}

/* ---- an account ends ---- */

#define PURGE_MAX 1000 /* messages in one transaction: sends to the room wait for it */
#define OF_USER   "t.sender_id = ? AND t.kind = 'text' AND t.deleted_at IS NULL AND t.seq >= r.oldest_seq"

static enum db_result purge(struct db *db, uint64_t user_id, uint64_t room_id)
{
    uint64_t version = 0;
    enum db_result result =
        db_run(db, "SELECT version FROM rooms WHERE id = ? AND deleted_at IS NULL FOR UPDATE", "u>u", room_id,
               &version);

    if (result == DB_OK)
        result = db_part_purge(db, room_id, user_id);
    if (result == DB_OK)
        result = db_run(
            db,
            "UPDATE messages w JOIN (SELECT t.seq, ROW_NUMBER() OVER (ORDER BY t.seq) AS n FROM "
            "messages t JOIN rooms r ON r.id = t.room_id WHERE t.room_id = ? AND " OF_USER
            " ORDER BY t.seq LIMIT ?) k ON k.seq = w.seq SET w.version = ? + k.n, w.text = '', "
            "w.html = NULL, w.reply_to = 0, w.parts = 0, w.deleted_at = UTC_TIMESTAMP(3) WHERE w.room_id = ?",
            "uuuuu", room_id, user_id, (uint64_t)PURGE_MAX, version, room_id);
    if (result != DB_OK)
        return result;
    version += db_affected(db);
    result = db_part_requote(db, room_id, 0, INT64_MAX, user_id, true, &version);
    if (result == DB_OK)
        result = db_run(db, "UPDATE rooms SET version = ? WHERE id = ?", "uu", version, room_id);
    return result;
}

enum db_result db_message_purge(struct db *db, uint64_t user_id, uint64_t *room_id)
{
    enum db_result result = db_run(db,
                                   "SELECT t.room_id FROM messages t JOIN rooms r ON r.id = t.room_id AND "
                                   "r.deleted_at IS NULL WHERE " OF_USER " LIMIT 1",
                                   "u>u", user_id, room_id);

    if (result != DB_OK)
        return result;
    while (result == DB_OK)
        result = db_transaction(db, purge(db, user_id, *room_id));
    return db_or_none(result);
}

/* ---- a newer renderer ---- */

#define RERENDER_MAX 200 /* messages in one transaction */
#define RERENDER_OF  "kind = 'text' AND deleted_at IS NULL AND renderer < ?"

struct rerender {
    uint64_t room_id;
    uint64_t seq; /* of the last */
    uint64_t done;
    uint64_t changed;
};

/* One message as it would be written now. Whom it mentions already stays mentioned, and nobody else is: he was not told. */
static enum db_result render_again(struct db *db, struct rerender *r, struct write *w, const char *before,
                                   uint64_t *version)
{
    enum db_result result = render(db, w, ROLE_NONE, before != NULL ? before : "");
    bool same = before == NULL || w->html == NULL ? before == w->html : strcmp(before, w->html) == 0;

    if (result == DB_OK && !same) {
        r->changed++;
        result = db_run(db, "UPDATE messages SET html = ?, version = ? WHERE room_id = ? AND seq = ?", "suuu",
                        w->html, ++*version, w->room_id, w->seq);
    }
    release_rendered(w);
    return result;
}

static enum db_result rerender(struct db *db, struct rerender *r, uint64_t first)
{
    struct write *w = mem_array(RERENDER_MAX, sizeof *w);
    char **before = mem_array(RERENDER_MAX, sizeof *before);
    size_t count = 0;
    uint64_t version = 0, renderer = MARKUP_VERSION;
    enum db_result result =
        db_run(db, "SELECT version FROM rooms WHERE id = ? FOR UPDATE", "u>u", r->room_id, &version);

    if (result == DB_OK)
        result = db_run(db,
                        "SELECT seq, text, html FROM messages WHERE room_id = ? AND seq >= ? AND " RERENDER_OF
                        " ORDER BY seq LIMIT ?",
                        "uuuu", r->room_id, first, renderer, (uint64_t)RERENDER_MAX);
    for (; result == DB_OK && count < RERENDER_MAX && db_next(db); count++) {
        w[count].room_id = r->room_id;
        db_read(db, 0, "udn", &w[count].seq, &w[count].text, &before[count]);
        w[count].text_len = strlen(w[count].text);
    }
    r->changed = 0;
    r->done = count;
    for (size_t i = 0; i < count && result == DB_OK; i++) {
        r->seq = w[i].seq;
        result = render_again(db, r, &w[i], before[i], &version);
    }
    if (result == DB_OK)
        result = db_run(
            db,
            "UPDATE messages SET renderer = ? WHERE room_id = ? AND seq >= ? AND seq <= ? AND " RERENDER_OF,
            "uuuuu", renderer, r->room_id, first, r->seq, renderer);
    if (result == DB_OK && r->changed > 0)
        result = db_run(db, "UPDATE rooms SET version = ? WHERE id = ?", "uu", version, r->room_id);
    for (size_t i = 0; i < count; i++) {
        free(w[i].text);
        free(before[i]);
    }
    free(w);
    free(before);
    return result;
}

enum db_result db_message_rerender(struct db *db, uint64_t *room, uint64_t *seq, uint64_t *done,
                                   uint64_t *changed)
{
    struct rerender r = {0};
    uint64_t first;
    enum db_result result =
        db_run(db,
               "SELECT room_id, seq FROM messages WHERE ((room_id = ? AND seq > ?) OR room_id > ?) "
               "AND " RERENDER_OF " ORDER BY room_id, seq LIMIT 1",
               "uuuu>uu", *room, *seq, *room, (uint64_t)MARKUP_VERSION, &r.room_id, &first);

    if (result != DB_OK)
        return result;
    result = db_transaction(db, rerender(db, &r, first));
    *room = r.room_id;
    *seq = r.seq;
    *done += r.done;
    *changed += r.changed;
    return result;
}
