/* The readers that wait, and what they follow. */
#include "hub.h"
#include "fcgi.h"
#include "mem.h"
#include "page.h"
#include "reply.h"
#include "timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define LOG_ENTRIES    256 /* changes kept per room that is looked at */
#define LOG_BYTES      (512 * 1024)
#define BEHIND_MS      10000  /* a reader that does not read for so long is dropped */
#define LOOK_MS        600000 /* a stream's session is looked at, and so kept alive, this often at least */
#define COMMENT_MS     15000  /* a stream says something at least every 20 s */
#define NEWS_MS        1000   /* news of one room at most so often */
#define PRESENCE_MS    25000  /* a user is written as present at most so often */
#define PRESENCE_HELD  60     /* seconds that a held reader counts for */
#define PRESENCE_POLL  150    /* and a poll: browsers fire a hidden page's timers once a minute at worst */
#define PRESENCE_SLOTS 8192
#define TABLE          4096 /* slots of the tables of rooms and users */

#define JSON_TYPE "Content-Type: application/json\r\n"
#define HTML_TYPE "Content-Type: text/html; charset=utf-8\r\n"

/* Bytes that several readers may be written from. */
struct bytes {
    unsigned refs;
    size_t len;
    char data[];
};

struct link {
    struct link *next, *prev;
};

struct reader {
    struct link all;
    struct link in_room;
    struct link of_user;
    struct hub_room *room; /* NULL: follows only its user's list of rooms */
    struct hub_user *user; /* NULL until it was looked up */
    struct bytes *out;     /* what is still to be written, from out_at on */
    size_t out_at;
    uint64_t room_id;
    uint64_t version;
    uint64_t digest;
    int64_t deadline; /* of a wait; a stream's next comment */
    int64_t behind_at;
    int fd;
    uint16_t limit;
    uint8_t kind;
    bool busy;  /* a job of its own is under way */
    bool again; /* something changed meanwhile: look it up once more */
    bool parked;
    bool begun;   /* a stream's head was sent */
    bool lagging; /* missed something while it was behind */
    bool closing; /* the last of its answer is being written */
    bool gone;    /* the client went while the job was under way */
    bool has_digest;
    bool watched;  /* epoll knows the descriptor */
    bool arriving; /* counted in its room's `arriving` */
    int64_t looked_at;
    uint8_t session[CRYPTO_HASH];
};

struct entry {
    uint64_t version;
    char *json;
    size_t len;
};

struct hub_room {
    struct hub_room *next; /* in the table */
    uint64_t id;
    struct link readers;
    struct link watchers; /* struct watch, by their in_room: users that are in it */
    unsigned arriving;    /* readers whose first look is under way */
    bool live;            /* the log holds: somebody is parked */
    bool reading;         /* a JOB_CHANGES is under way */
    bool dirty;           /* changed, to a version not known */
    uint64_t version;     /* the log is complete up to here */
    uint64_t wanted;      /* the highest version heard of */
    uint64_t last_seq;
    uint64_t news_seq; /* told to everybody */
    int64_t news_at;
    uint64_t oldest;
    uint64_t info_version;
    uint64_t members_version;
    char *info; /* JSON of room_info and members, as of those versions; NULL while not known */
    char *members;
    struct entry *entry; /* LOG_ENTRIES of them while live */
    size_t entries;
    size_t log_bytes;
    uint64_t log_from;  /* all changes after this one are in the log */
    struct bytes *push; /* the events last pushed, for the readers that stood at push_from */
    uint64_t push_from;
    uint64_t push_to;
};

/* One room in one user's list. */
struct watch {
    struct link in_room;
    struct hub_user *user;
    struct hub_room *room;
    uint64_t part; /* job_room_part, and the same for who looks at this very room */
    uint64_t part_current;
};

struct hub_user {
    struct hub_user *next;
    uint64_t id;
    uint64_t version;
    struct link readers;
    struct watch *watch;
    size_t watches;
};

struct presence_slot {
    uint64_t user_id;
    int64_t at;
};

struct hub {
    const struct config *config;
    int epoll;
    void (*submit)(struct job *job);
    char epoch[CURSOR_EPOCH];
    struct link readers;
    struct link ended; /* freed at the end of the turn */
    size_t count;
    struct hub_room *room[TABLE];
    struct hub_user *user[TABLE];
    size_t rooms;
    size_t users;
    bool ticking; /* a JOB_TICK is under way */
    bool hurry;   /* a room changed that only the tick can tell about */
    int64_t now;
    int64_t ticked_at;
    int64_t scanned_at;
    struct presence_slot presence[PRESENCE_SLOTS];
    uint64_t *present;
    uint32_t *seconds;
    size_t presents;
    size_t presents_alloc;
};

/* ---- lists ---- */

/* Goes on safely when the present link is taken out. NOLINTBEGIN(bugprone-macro-parentheses): the names it declares take no parentheses */
#define each_link(at, after, list) \
    for (struct link *at = (list)->next, *after = at->next; at != (list); at = after, after = at->next)
/* NOLINTEND(bugprone-macro-parentheses) */
#define container(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))

static void list_init(struct link *list)
{
    list->next = list->prev = list;
}

static bool list_empty(const struct link *list)
{
    return list->next == list;
}

static void list_add(struct link *list, struct link *link)
{
    link->next = list;
    link->prev = list->prev;
    list->prev->next = link;
    list->prev = link;
}

static void list_remove(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}

static int64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- bytes ---- */

static struct bytes *bytes_new(const void *data, size_t len)
{
    struct bytes *b = mem_alloc(sizeof *b + len);

    b->refs = 1;
    b->len = len;
    memcpy(b->data, data, len);
    return b;
}

static void bytes_drop(struct bytes *b)
{
    if (b != NULL && --b->refs == 0)
        free(b);
}

/* ---- rooms and users ---- */

static struct hub_room *room_find(struct hub *hub, uint64_t id)
{
    struct hub_room *room = hub->room[id % TABLE];

    while (room != NULL && room->id != id)
        room = room->next;
    return room;
}

static struct hub_room *room_get(struct hub *hub, uint64_t id)
{
    struct hub_room *room = room_find(hub, id);

    if (room != NULL)
        return room;
    room = mem_alloc(sizeof *room);
    room->id = id;
    list_init(&room->readers);
    list_init(&room->watchers);
    room->next = hub->room[id % TABLE];
    hub->room[id % TABLE] = room;
    hub->rooms++;
    return room;
}

static void log_clear(struct hub_room *room, uint64_t version)
{
    for (size_t i = 0; i < room->entries; i++)
        free(room->entry[i].json);
    room->entries = 0;
    room->log_bytes = 0;
    room->version = room->log_from = version;
    bytes_drop(room->push);
    room->push = NULL;
}

/* Frees a room that nobody looks at or is in; without readers the log goes. */
static void room_settle(struct hub *hub, struct hub_room *room)
{
    if (list_empty(&room->readers) && room->live) {
        room->live = false;
        log_clear(room, 0);
        free(room->entry);
        room->entry = NULL;
        free(room->info);
        free(room->members);
        room->info = room->members = NULL;
    }
    if (!list_empty(&room->readers) || !list_empty(&room->watchers) || room->arriving > 0)
        return;
    struct hub_room **at = &hub->room[room->id % TABLE];
    while (*at != room)
        at = &(*at)->next;
    *at = room->next;
    hub->rooms--;
    log_clear(room, 0);
    free(room);
}

static struct hub_user *user_find(struct hub *hub, uint64_t id)
{
    struct hub_user *user = hub->user[id % TABLE];

    while (user != NULL && user->id != id)
        user = user->next;
    return user;
}

static struct hub_user *user_get(struct hub *hub, uint64_t id)
{
    struct hub_user *user = user_find(hub, id);

    if (user != NULL)
        return user;
    user = mem_alloc(sizeof *user);
    user->id = id;
    list_init(&user->readers);
    user->next = hub->user[id % TABLE];
    hub->user[id % TABLE] = user;
    hub->users++;
    return user;
}

static void user_unwatch(struct hub *hub, struct hub_user *user)
{
    struct watch *watch = user->watch;
    size_t watches = user->watches;

    user->watch = NULL;
    user->watches = 0;
    for (size_t i = 0; i < watches; i++) {
        list_remove(&watch[i].in_room);
        room_settle(hub, watch[i].room);
    }
    free(watch);
}

static void user_settle(struct hub *hub, struct hub_user *user)
{
    if (!list_empty(&user->readers))
        return;
    user_unwatch(hub, user);
    struct hub_user **at = &hub->user[user->id % TABLE];
    while (*at != user)
        at = &(*at)->next;
    *at = user->next;
    hub->users--;
    free(user);
}

/* The user's list of rooms, as a look-up found it. */
static void user_update(struct hub *hub, struct hub_user *user, const struct read_job *read)
{
    if (read->user.version < user->version)
        return; /* an older look */
    struct watch *old = user->watch;
    size_t olds = user->watches;
    user->version = read->user.version;
    user->watch = mem_array(read->rooms.count, sizeof *user->watch);
    user->watches = read->rooms.count;
    for (size_t i = 0; i < user->watches; i++) {
        const struct room *r = &read->rooms.room[i];
        struct hub_room *room = room_get(hub, r->id);
        user->watch[i] = (struct watch){.user = user,
                                        .room = room,
                                        .part = job_room_part(r, false),
                                        .part_current = job_room_part(r, true)};
        list_add(&room->watchers, &user->watch[i].in_room);
        if (r->last_seq > room->last_seq) {
            /* Nobody else waits for it: it is no news to anybody. */
            if (room->watchers.next == &user->watch[i].in_room && list_empty(&room->readers))
                room->news_seq = r->last_seq;
            room->last_seq = r->last_seq;
        }
    }
    for (size_t i = 0; i < olds; i++) {
        list_remove(&old[i].in_room);
        room_settle(hub, old[i].room);
    }
    free(old);
}

static uint64_t user_digest(const struct hub_user *user, uint64_t room_id)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < user->watches; i++) {
        const struct watch *w = &user->watch[i];
        bool current = w->room->id == room_id;
        sum += job_seq_part(current ? w->part_current : w->part, current ? 0 : w->room->last_seq);
    }
    return sum;
}

/* ---- presence ---- */

static void present(struct hub *hub, uint64_t user_id, uint32_t seconds)
{
    struct presence_slot *slot = &hub->presence[user_id % PRESENCE_SLOTS];

    if (slot->user_id == user_id && hub->now - slot->at < PRESENCE_MS)
        return;
    slot->user_id = user_id;
    slot->at = hub->now;
    if (hub->presents == hub->presents_alloc) {
        hub->presents_alloc = hub->presents_alloc > 0 ? hub->presents_alloc * 2 : 64;
        hub->present = mem_grow(hub->present, hub->presents_alloc, sizeof *hub->present);
        hub->seconds = mem_grow(hub->seconds, hub->presents_alloc, sizeof *hub->seconds);
    }
    hub->present[hub->presents] = user_id;
    hub->seconds[hub->presents++] = seconds;
}

/* ---- readers: their descriptor ---- */

static void reader_unlink(struct hub *hub, struct reader *r)
{
    struct hub_room *room = r->room;
    struct hub_user *user = r->user;

    list_remove(&r->in_room);
    list_remove(&r->of_user);
    r->room = NULL;
    r->user = NULL;
    r->parked = false;
    if (room != NULL)
        room_settle(hub, room);
    if (user != NULL)
        user_settle(hub, user);
}

/* Closes it. Its memory goes at the end of the turn, when no event can name it any more. */
static void reader_close(struct hub *hub, struct reader *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    reader_unlink(hub, r);
    bytes_drop(r->out);
    r->out = NULL;
    r->gone = true;
    if (r->busy)
        return; /* its job comes back to it */
    list_remove(&r->all);
    list_add(&hub->ended, &r->all);
    hub->count--;
}

static void reader_watch(struct hub *hub, struct reader *r, bool writable)
{
    struct epoll_event event = {.events = EPOLLRDHUP | (writable ? EPOLLOUT : 0u), .data.ptr = r};

    if (epoll_ctl(hub->epoll, r->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, r->fd, &event) != 0) {
        log_line("cannot watch a reader: %s", strerror(errno));
        reader_close(hub, r);
        return;
    }
    r->watched = true;
}

/* Writes on. Closes the reader when the client is gone, or when that was all of a last answer. */
static void reader_write(struct hub *hub, struct reader *r)
{
    while (r->out_at < r->out->len) {
        ssize_t put =
            send(r->fd, r->out->data + r->out_at, r->out->len - r->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (r->behind_at == 0) {
                r->behind_at = hub->now;
                reader_watch(hub, r, true);
            }
            return;
        }
        if (put <= 0) {
            reader_close(hub, r);
            return;
        }
        r->out_at += (size_t)put;
        if (r->behind_at != 0)
            r->behind_at = hub->now;
    }
    bytes_drop(r->out);
    r->out = NULL;
    if (r->closing) {
        reader_close(hub, r);
    } else if (r->behind_at != 0) {
        r->behind_at = 0;
        reader_watch(hub, r, false);
    }
}

/* Sends bytes, shared or not. A stream that is behind gets nothing more until it has caught up. */
static void reader_send(struct hub *hub, struct reader *r, struct bytes *bytes)
{
    if (r->out != NULL) {
        r->lagging = true;
        if (r->closing)
            reader_close(hub, r);
        return;
    }
    bytes->refs++;
    r->out = bytes;
    r->out_at = 0;
    reader_write(hub, r);
}

/* The last answer. */
static void reader_finish(struct hub *hub, struct reader *r, int status, const char *headers,
                          const struct strbuf *body)
{
    struct strbuf out = STRBUF_INIT;

    page_answer(&out, status, headers, body->buf, body->len, false);
    struct bytes *bytes = bytes_new(out.buf, out.len);
    strbuf_release(&out);
    reader_unlink(hub, r);
    r->closing = true;
    reader_send(hub, r, bytes);
    bytes_drop(bytes);
}

static struct bytes *frame(const struct strbuf *text)
{
    struct strbuf out = STRBUF_INIT;

    fcgi_frame(&out, text->buf, text->len, false);
    struct bytes *bytes = bytes_new(out.buf, out.len);
    strbuf_release(&out);
    return bytes;
}

static void stream_send(struct hub *hub, struct reader *r, const struct strbuf *text)
{
    struct bytes *bytes = frame(text);

    reader_send(hub, r, bytes);
    bytes_drop(bytes);
}

static void stream_end(struct hub *hub, struct reader *r, const char *text)
{
    struct strbuf out = STRBUF_INIT;

    fcgi_frame(&out, text, strlen(text), false);
    fcgi_frame_end(&out, false);
    struct bytes *bytes = bytes_new(out.buf, out.len);
    strbuf_release(&out);
    reader_unlink(hub, r);
    r->closing = true;
    reader_send(hub, r, bytes);
    bytes_drop(bytes);
}

#define STREAM_HEAD                                                                             \
    "Status: 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: private, no-store\r\n" \
    "X-Accel-Buffering: no\r\n\r\nretry: 2000\n\n"

/* ---- looking a reader up ---- */

static void submit_read(struct hub *hub, struct reader *r)
{
    struct job *job = job_new(JOB_READ, r);
    struct read_job *read = &job->read;

    memcpy(read->session, r->session, sizeof read->session);
    read->session_days = hub->config->session_days;
    read->query =
        (struct page_query){.kind = PAGE_AFTER, .room_id = r->room_id, .mark = r->version, .limit = r->limit};
    read->has_cursor = true;
    memcpy(read->cursor.epoch, hub->epoch, sizeof hub->epoch);
    read->cursor.room_id = r->room_id;
    read->cursor.version = r->version;
    read->cursor.digest = r->digest;
    read->cursor.has_digest = r->has_digest;
    r->busy = true;
    r->again = false;
    hub->submit(job);
}

static void look_again(struct hub *hub, struct reader *r)
{
    if (r->closing || r->gone)
        return;
    if (r->busy)
        r->again = true;
    else
        submit_read(hub, r);
}

/* ---- what is sent ---- */

static void put_cursor(const struct hub *hub, struct strbuf *out, uint64_t room_id, uint64_t version,
                       const uint64_t *digest)
{
    struct cursor cursor = {.room_id = room_id, .version = version, .has_digest = digest != NULL};
    char text[CURSOR_TEXT];

    memcpy(cursor.epoch, hub->epoch, sizeof cursor.epoch);
    if (digest != NULL)
        cursor.digest = *digest;
    cursor_write(&cursor, text);
    strbuf_addstr(out, text);
}

/* room_info and members, when they changed after `from`. */
static void put_room_fields(struct strbuf *out, const struct hub_room *room, uint64_t from)
{
    if (room->info != NULL && room->info_version > from)
        strbuf_addf(out, ",\"room_info\":%s", room->info);
    if (room->members != NULL && room->members_version > from)
        strbuf_addf(out, ",\"members\":%s", room->members);
}

static void put_event(const struct hub *hub, struct strbuf *out, const struct hub_room *room,
                      uint64_t version, const struct entry *entry, bool last, uint64_t from)
{
    strbuf_addstr(out, "event: update\nid: ");
    put_cursor(hub, out, room->id, version, NULL);
    strbuf_addf(out, "\ndata: {\"room\":%" PRIu64 ",\"cursor\":\"", room->id);
    put_cursor(hub, out, room->id, version, NULL);
    strbuf_addf(out, "\",\"more\":false,\"oldest\":%" PRIu64 ",\"messages\":[", room->oldest);
    if (entry != NULL)
        strbuf_add(out, entry->json, entry->len);
    strbuf_addch(out, ']');
    if (last)
        put_room_fields(out, room, from);
    strbuf_addstr(out, "}\n\n");
}

/* The events after `from`, made once for all who stand there. */
static struct bytes *room_events(const struct hub *hub, struct hub_room *room, uint64_t from)
{
    struct strbuf text = STRBUF_INIT;
    size_t first = 0;

    if (room->push != NULL && room->push_from == from && room->push_to == room->version)
        return room->push;
    while (first < room->entries && room->entry[first].version <= from)
        first++;
    bool tail = room->entries == 0 || room->entry[room->entries - 1].version < room->version;
    for (size_t i = first; i < room->entries; i++)
        put_event(hub, &text, room, room->entry[i].version, &room->entry[i], i + 1 == room->entries && !tail,
                  from);
    if (tail)
        put_event(hub, &text, room, room->version, NULL, true, from);
    bytes_drop(room->push);
    room->push = frame(&text);
    room->push_from = from;
    room->push_to = room->version;
    strbuf_release(&text);
    return room->push;
}

static void put_one_news(struct strbuf *out, const struct hub_room *room)
{
    strbuf_addf(out, "%s{\"id\":%" PRIu64 ",\"last_seq\":%" PRIu64 "}", out->len > 0 ? "," : "", room->id,
                room->last_seq);
}

/* News of rooms that were not told to everybody yet. */
static void put_news(struct strbuf *out, const struct hub_user *user, uint64_t current)
{
    for (size_t i = 0; i < user->watches; i++) {
        const struct hub_room *room = user->watch[i].room;
        if (room->id != current && room->last_seq > room->news_seq)
            put_one_news(out, room);
    }
}

/* The answer of a wait, from memory: the room's changes after the reader's version (when `changes`), and news: what
 * was not told to everybody yet, or `missed`. With that, the reader knows of every room as far as the hub does. */
static void answer_wait(struct hub *hub, struct reader *r, bool changes, const struct strbuf *missed)
{
    struct strbuf body = STRBUF_INIT, news = STRBUF_INIT;
    const struct hub_room *room = r->room;
    uint64_t version = r->version, digest = user_digest(r->user, r->room_id);
    bool more = false;

    strbuf_addch(&body, '{');
    if (room != NULL) {
        size_t count = 0;
        strbuf_addf(&body, "\"room\":%" PRIu64 ",\"oldest\":%" PRIu64 ",\"messages\":[", room->id,
                    room->oldest);
        for (size_t i = 0; changes && i < room->entries; i++) {
            if (room->entry[i].version <= r->version)
                continue;
            if (count == r->limit) {
                more = true;
                break;
            }
            if (count++ > 0)
                strbuf_addch(&body, ',');
            strbuf_add(&body, room->entry[i].json, room->entry[i].len);
            version = room->entry[i].version;
        }
        strbuf_addf(&body, "],\"more\":%s", more ? "true" : "false");
        if (changes && !more) {
            version = room->version;
            put_room_fields(&body, room, r->version);
        }
        strbuf_addch(&body, ',');
    }
    if (missed != NULL)
        strbuf_add(&news, missed->buf, missed->len);
    else
        put_news(&news, r->user, r->room_id);
    if (news.len > 0)
        strbuf_addf(&body, "\"news\":[%s],", news.buf);
    strbuf_addstr(&body, "\"cursor\":\"");
    put_cursor(hub, &body, r->room_id, version, &digest);
    strbuf_addstr(&body, "\"}");
    reader_finish(hub, r, 200, JSON_TYPE, &body);
    strbuf_release(&body);
    strbuf_release(&news);
}

/* Brings a parked reader to the room's version, from the log where it reaches back far enough. */
static void serve(struct hub *hub, struct reader *r)
{
    struct hub_room *room = r->room;

    if (r->version >= room->version || !r->parked)
        return;
    if (r->busy || r->again || r->version < room->log_from) {
        look_again(hub, r);
    } else if (r->kind == READER_JSON) {
        answer_wait(hub, r, true, NULL);
    } else if (r->out != NULL) {
        r->lagging = true;
    } else {
        uint64_t from = r->version;
        r->version = room->version;
        reader_send(hub, r, room_events(hub, room, from));
    }
}

/* ---- rooms that change ---- */

static void read_changes(struct hub *hub, struct hub_room *room)
{
    if (!room->live || room->reading || (!room->dirty && room->wanted <= room->version))
        return;
    struct job *job = job_new(JOB_CHANGES, NULL);
    job->changes.room_id = room->id;
    job->changes.after = room->version;
    job->changes.members_version = room->members_version;
    room->reading = true;
    room->dirty = false;
    hub->submit(job);
}

/* Tells the users who are in a room, and look elsewhere, how far it is. */
static void tell_news(struct hub *hub, struct hub_room *room)
{
    struct strbuf text = STRBUF_INIT;
    struct bytes *event = NULL;

    if (room->last_seq <= room->news_seq || hub->now - room->news_at < NEWS_MS)
        return;
    strbuf_addf(&text, "event: news\ndata: {\"news\":[{\"id\":%" PRIu64 ",\"last_seq\":%" PRIu64 "}]}\n\n",
                room->id, room->last_seq);
    event = frame(&text);
    strbuf_release(&text);
    room->arriving++; /* holds it while readers leave */
    each_link (w, after_w, &room->watchers) {
        struct hub_user *user = container(w, struct watch, in_room)->user;
        bool last = false;
        /* Answering the user's last reader frees the user, and with it this very link. */
        each_link (u, after_u, &user->readers) {
            struct reader *r = container(u, struct reader, of_user);
            last = after_u == &user->readers;
            if (r->room_id != room->id && r->parked) {
                if (r->busy)
                    r->again = true;
                else if (r->kind == READER_JSON)
                    answer_wait(hub, r, false, NULL);
                else
                    reader_send(hub, r, event);
            }
            if (last)
                break;
        }
    }
    bytes_drop(event);
    room->news_seq = room->last_seq;
    room->news_at = hub->now;
    room->arriving--;
    room_settle(hub, room);
}

void hub_room_changed(struct hub *hub, uint64_t room_id, uint64_t version, uint64_t last_seq)
{
    struct hub_room *room = room_find(hub, room_id);

    if (room == NULL)
        return;
    if (version == 0) {
        room->dirty = true;
        hub->hurry = hub->hurry || (!room->live && last_seq == 0);
    } else if (version > room->wanted) {
        room->wanted = version;
    }
    read_changes(hub, room);
    if (last_seq > room->last_seq) {
        room->last_seq = last_seq;
        tell_news(hub, room);
    }
}

void hub_user_changed(struct hub *hub, uint64_t user_id, uint64_t except)
{
    struct hub_user *user = user_find(hub, user_id);

    if (user == NULL)
        return;
    each_link (at, after, &user->readers) {
        struct reader *r = container(at, struct reader, of_user);
        if (except == 0 || r->room_id != except)
            look_again(hub, r);
    }
}

static void log_add(struct hub_room *room, uint64_t version, const char *json, size_t len)
{
    if (room->entries == LOG_ENTRIES || (room->entries > 0 && room->log_bytes + len > LOG_BYTES)) {
        size_t drop = room->entries / 2 + 1;
        for (size_t i = 0; i < drop; i++) {
            room->log_bytes -= room->entry[i].len;
            room->log_from = room->entry[i].version;
            free(room->entry[i].json);
        }
        room->entries -= drop;
        memmove(room->entry, room->entry + drop, room->entries * sizeof *room->entry);
    }
    room->entry[room->entries++] = (struct entry){version, mem_dupn(json, len), len};
    room->log_bytes += len;
}

static char *as_json(void (*put)(struct strbuf *, const void *), const void *what)
{
    struct strbuf text = STRBUF_INIT;

    put(&text, what);
    return strbuf_detach(&text);
}

static void put_info(struct strbuf *out, const void *room)
{
    reply_room_info(out, room);
}

static void put_members(struct strbuf *out, const void *members)
{
    reply_members(out, members);
}

static void extend_log(struct hub_room *room, const struct changes_job *c)
{
    const struct message_list *list = &c->page.list;
    struct strbuf json = STRBUF_INIT;
    size_t *at = mem_array(list->count + 1, sizeof *at);

    timeline_json(&json, room->id, list, at);
    at[list->count] = json.len + 1; /* as if a comma followed the last */
    for (size_t i = 0; i < list->count; i++)
        log_add(room, list->message[i].change, json.buf + at[i], at[i + 1] - at[i] - 1);
    free(at);
    strbuf_release(&json);

    room->version = c->page.version;
    room->oldest = c->page.room.oldest_seq;
    if (c->page.room.info_version > room->info_version) {
        free(room->info);
        room->info = as_json(put_info, &c->page.room);
        room->info_version = c->page.room.info_version;
    }
    if (c->has_members) {
        free(room->members);
        room->members = as_json(put_members, &c->members);
        room->members_version = c->page.room.members_version;
    }
}

static int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static bool is_member(const struct changes_job *c, uint64_t user_id)
{
    return !c->has_members || bsearch(&user_id, c->ids, c->ids_count, sizeof *c->ids, compare_ids) != NULL;
}

static void changes_done(struct hub *hub, const struct changes_job *c)
{
    struct hub_room *room = room_find(hub, c->room_id);

    if (room == NULL || !room->live) {
        if (room != NULL)
            room->reading = false;
        return;
    }
    room->reading = false;
    if (c->result != DB_OK && c->result != DB_NONE) {
        room->dirty = true; /* the next tick tries again */
        return;
    }
    room->arriving++;
    if (c->result == DB_NONE) { /* deleted: each one learns it by looking */
        each_link (at, after, &room->readers)
            look_again(hub, container(at, struct reader, in_room));
    } else if (c->after != room->version) {
        room->dirty = true; /* the log was begun anew meanwhile */
    } else {
        extend_log(room, c);
        each_link (at, after, &room->readers) {
            struct reader *r = container(at, struct reader, in_room);
            if (!r->parked)
                continue;
            if (is_member(c, r->user->id))
                serve(hub, r);
            else
                look_again(hub, r);
        }
        if (c->page.room.last_seq > room->last_seq)
            room->last_seq = c->page.room.last_seq;
        tell_news(hub, room);
        if (c->page.room.version > room->wanted)
            room->wanted = c->page.room.version;
    }
    read_changes(hub, room);
    room->arriving--;
    room_settle(hub, room);
}

/* ---- readers that were looked up ---- */

/* Messages that came elsewhere between the look and now, and may have been told to everybody else already. True when
 * the reader is answered with that, or gone. */
static bool tell_missed(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf news = STRBUF_INIT;

    for (size_t i = 0; i < read->rooms.count; i++) {
        const struct hub_room *room = room_find(hub, read->rooms.room[i].id);
        if (room != NULL && room->id != r->room_id && room->last_seq > read->rooms.room[i].last_seq)
            put_one_news(&news, room);
    }
    if (news.len > 0 && r->kind == READER_JSON) {
        answer_wait(hub, r, false, &news);
    } else if (news.len > 0) {
        struct strbuf text = STRBUF_INIT;
        strbuf_addf(&text, "event: news\ndata: {\"news\":[%s]}\n\n", news.buf);
        stream_send(hub, r, &text);
        strbuf_release(&text);
    }
    strbuf_release(&news);
    return r->gone || r->closing;
}

/* Puts a reader that has seen everything at its place. What came since its look is told at once. */
static void park(struct hub *hub, struct reader *r, const struct read_job *read)
{
    r->version = read->page.version;
    r->digest = read->digest;
    r->has_digest = true;
    if (r->user == NULL) {
        r->user = user_get(hub, read->user.id);
        list_add(&r->user->readers, &r->of_user);
    }
    user_update(hub, r->user, read);
    if (r->room == NULL && r->room_id != 0) {
        r->room = room_get(hub, r->room_id);
        list_add(&r->room->readers, &r->in_room);
    }
    struct hub_room *room = r->room;
    if (room != NULL) {
        if (!room->live) {
            log_clear(room, r->version);
            room->live = true;
            room->entry = mem_array(LOG_ENTRIES, sizeof *room->entry);
            room->oldest = read->page.room.oldest_seq;
            room->info_version = read->page.room.info_version;
            room->members_version = read->page.room.members_version;
        }
        if (room->wanted < r->version)
            room->wanted = r->version;
    }
    r->parked = true;
    if (!r->watched)
        reader_watch(hub, r, false);
    if (r->gone)
        return;
    if (r->again || read->user.version < r->user->version) {
        look_again(hub, r);
        return;
    }
    if (tell_missed(hub, r, read))
        return;
    if (room != NULL) {
        read_changes(hub, room);
        serve(hub, r);
    }
}

/* What a look found for a stream: an event per change, then the list of rooms when it changed. */
static void stream_read(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf text = STRBUF_INIT;
    const struct page *page = &read->page;
    bool first = !r->begun;

    if (first) {
        strbuf_addstr(&text, STREAM_HEAD);
        r->begun = true;
    }
    if (read->query.room_id != 0 && (!read->has_cursor || read->reset || page->version > read->query.mark)) {
        struct hub_room shown = {.id = r->room_id, .oldest = page->room.oldest_seq, .version = page->version};
        struct strbuf json = STRBUF_INIT;
        bool whole = !read->has_cursor || read->reset;
        size_t *at = mem_array(page->list.count + 1, sizeof *at);
        timeline_json(&json, r->room_id, &page->list, at);
        at[page->list.count] = json.len + 1;
        for (size_t i = 0; !whole && i < page->list.count; i++) {
            struct entry entry = {page->list.message[i].change, json.buf + at[i], at[i + 1] - at[i] - 1};
            put_event(hub, &text, &shown, entry.version, &entry, false, 0);
        }
        free(at);
        strbuf_release(&json);
        /* A first page, a reset, a cut or a change of the room itself comes as one event, like the JSON answer. */
        bool room_level = page->list.count == 0 ||
                          page->list.message[page->list.count - 1].change < page->version ||
                          page->room.info_version > read->query.mark || read->has_members;
        if (whole || room_level) {
            struct read_job told = *read;
            struct strbuf body = STRBUF_INIT;
            if (!whole)
                told.page.list.count = 0;
            reply_json(&body, &told, 0);
            strbuf_addstr(&text, "event: update\nid: ");
            put_cursor(hub, &text, r->room_id, page->version, NULL);
            strbuf_addf(&text, "\ndata: %s\n\n", body.buf);
            strbuf_release(&body);
        }
    }
    if (!read->has_cursor || !read->cursor.has_digest || read->cursor.digest != read->digest) {
        strbuf_addstr(&text, "event: rooms\ndata: {\"rooms\":");
        reply_rooms(&text, &read->rooms);
        strbuf_addstr(&text, "}\n\n");
    }
    if (text.len > 0)
        stream_send(hub, r, &text);
    strbuf_release(&text);
}

static void refuse(struct hub *hub, struct reader *r, const struct refusal *why)
{
    struct strbuf body = STRBUF_INIT;

    if (r->kind == READER_STREAM && r->begun) {
        if (why->status >= 500) { /* not over for good: it comes back by itself */
            stream_end(hub, r, "retry: 3000\n\n");
        } else {
            strbuf_addf(&body, "event: end\ndata: {\"code\":\"%s\"}\n\n", why->code);
            stream_end(hub, r, body.buf);
        }
    } else if (r->kind == READER_HTML) {
        reply_error_page(&body, hub->config, why);
        reader_finish(hub, r, why->status,
                      why->status == 503 ? HTML_TYPE "Retry-After: 2\r\nRefresh: 3\r\n" : HTML_TYPE, &body);
    } else {
        page_error_json(&body, why->code, why->text);
        reader_finish(hub, r, why->status, why->status == 503 ? JSON_TYPE "Retry-After: 2\r\n" : JSON_TYPE,
                      &body);
    }
    strbuf_release(&body);
}

static void finish_html(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf body = STRBUF_INIT;
    char headers[200];

    /* The address varies: browsers do not reload for a Refresh to the same one with a fragment. */
    snprintf(headers, sizeof headers,
             HTML_TYPE "Refresh: 5; url=/messages?room=%" PRIu64 "&t=%" PRId64 "#end\r\n", r->room_id,
             hub->now);
    reply_timeline(&body, hub->config, read);
    reader_finish(hub, r, 200, headers, &body);
    strbuf_release(&body);
}

static void stream_done(struct hub *hub, struct reader *r, const struct read_job *read)
{
    if (r->out != NULL) { /* behind: looked up again when it has caught up */
        r->lagging = true;
        return;
    }
    stream_read(hub, r, read);
    if (!r->gone)
        park(hub, r, read);
    if (!r->gone && read->page.more)
        look_again(hub, r);
}

static void read_found(struct hub *hub, struct reader *r, const struct read_job *read)
{
    memcpy(hub->epoch, read->epoch, sizeof hub->epoch);
    r->looked_at = hub->now;
    present(hub, read->user.id, r->deadline > 0 ? PRESENCE_HELD : PRESENCE_POLL);
    if (r->kind == READER_HTML) {
        finish_html(hub, r, read);
    } else if (r->kind == READER_STREAM) {
        stream_done(hub, r, read);
    } else if (r->deadline == 0 || reply_is_news(read)) {
        struct strbuf body = STRBUF_INIT;
        reply_json(&body, read, 0);
        reader_finish(hub, r, 200, JSON_TYPE, &body);
        strbuf_release(&body);
    } else {
        park(hub, r, read);
    }
}

static void read_done(struct hub *hub, struct reader *r, const struct read_job *read)
{
    const struct refusal *why = reply_read_refusal(read->status);
    struct hub_room *room = r->arriving ? room_find(hub, r->room_id) : NULL;

    r->busy = false;
    r->arriving = false;
    if (r->gone)
        reader_close(hub, r);
    else if (r->closing)
        ; /* answered meanwhile */
    else if (why != NULL && why->status >= 500 && r->parked)
        r->again = true; /* who waits may go on waiting: the next scan looks again */
    else if (why != NULL)
        refuse(hub, r, why);
    else
        read_found(hub, r, read);
    if (room != NULL) {
        room->arriving--;
        room_settle(hub, room);
    }
}

/* ---- the tick ---- */

static int compare_rooms(const void *a, const void *b)
{
    return compare_ids(&((const struct tick_room *)a)->id, &((const struct tick_room *)b)->id);
}

static int compare_users(const void *a, const void *b)
{
    return compare_ids(&((const struct tick_user *)a)->id, &((const struct tick_user *)b)->id);
}

static void submit_tick(struct hub *hub)
{
    if (hub->ticking || (hub->rooms == 0 && hub->users == 0 && hub->presents == 0))
        return;
    struct job *job = job_new(JOB_TICK, NULL);
    struct tick_job *t = &job->tick;
    t->room = mem_array(hub->rooms + 1, sizeof *t->room);
    t->user = mem_array(hub->users + 1, sizeof *t->user);
    for (size_t i = 0; i < TABLE; i++) {
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next)
            t->room[t->rooms++].id = room->id;
        for (struct hub_user *user = hub->user[i]; user != NULL; user = user->next)
            t->user[t->users++].id = user->id;
    }
    qsort(t->room, t->rooms, sizeof *t->room, compare_rooms);
    qsort(t->user, t->users, sizeof *t->user, compare_users);
    t->present = hub->present;
    t->seconds = hub->seconds;
    t->presents = hub->presents;
    hub->present = NULL;
    hub->seconds = NULL;
    hub->presents = hub->presents_alloc = 0;
    hub->ticking = true;
    hub->hurry = false;
    hub->ticked_at = hub->now;
    hub->submit(job);
}

static void tick_done(struct hub *hub, const struct tick_job *t)
{
    hub->ticking = false;
    if (t->result != DB_OK)
        return;
    for (size_t i = 0; i < t->rooms; i++) {
        struct hub_room *room = room_find(hub, t->room[i].id);
        if (room == NULL)
            continue;
        if (t->room[i].version == 0) {
            each_link (at, after, &room->readers)
                look_again(hub, container(at, struct reader, in_room));
        } else {
            if (!room->live)
                room->dirty = false;
            hub_room_changed(hub, room->id, t->room[i].version, t->room[i].last_seq);
        }
    }
    for (size_t i = 0; i < t->users; i++) {
        struct hub_user *user = user_find(hub, t->user[i].id);
        if (user != NULL && t->user[i].version != user->version)
            hub_user_changed(hub, user->id, 0);
    }
}

/* Waits that are over, streams that need a word, readers that do not read. */
static void scan(struct hub *hub)
{
    static const char comment[] = ":\n\n";
    struct bytes *bytes = NULL;

    each_link (at, after, &hub->readers) {
        struct reader *r = container(at, struct reader, all);
        if (r->behind_at != 0 && hub->now - r->behind_at > BEHIND_MS) {
            reader_close(hub, r);
        } else if (!r->parked) {
            continue;
        } else if (r->kind == READER_STREAM) {
            present(hub, r->user->id, PRESENCE_HELD);
            if (hub->now - r->looked_at > LOOK_MS && !r->busy)
                look_again(hub, r);
            if (hub->now < r->deadline)
                continue;
            r->deadline = hub->now + COMMENT_MS;
            if (bytes == NULL) {
                struct strbuf text = STRBUF_INIT;
                strbuf_add(&text, comment, sizeof comment - 1);
                bytes = frame(&text);
                strbuf_release(&text);
            }
            if (r->out == NULL)
                reader_send(hub, r, bytes);
        } else if (hub->now >= r->deadline) {
            if (r->busy) /* the database is slow: what there is to tell comes with the next request */
                r->again = true;
            answer_wait(hub, r, false, NULL);
        }
        if (!r->gone && r->again && r->parked && !r->busy)
            look_again(hub, r);
    }
    bytes_drop(bytes);
}

void hub_tick(struct hub *hub)
{
    hub->now = clock_ms();
    if (hub->now - hub->ticked_at >= HUB_TICK - 10)
        submit_tick(hub);
    if (hub->now - hub->scanned_at < HUB_TICK - 10)
        return;
    hub->scanned_at = hub->now;
    scan(hub);
    for (size_t i = 0; i < TABLE; i++)
        for (struct hub_room *room = hub->room[i], *next; room != NULL; room = next) {
            next = room->next;
            read_changes(hub, room);
            tell_news(hub, room);
        }
}

/* ---- the way in and out ---- */

struct hub *hub_new(const struct config *config, int epoll, void (*submit)(struct job *job))
{
    struct hub *hub = mem_alloc(sizeof *hub);

    hub->config = config;
    hub->epoll = epoll;
    hub->submit = submit;
    hub->now = clock_ms();
    list_init(&hub->readers);
    list_init(&hub->ended);
    return hub;
}

static struct reader *reader_new(struct hub *hub, int fd)
{
    struct reader *r = mem_alloc(sizeof *r);

    r->fd = fd;
    list_init(&r->in_room);
    list_init(&r->of_user);
    list_add(&hub->readers, &r->all);
    hub->count++;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return r;
}

bool hub_arrive(struct hub *hub, int fd, enum reader_kind kind, int64_t wait, struct job *job)
{
    const struct read_job *read = &job->read;

    if (hub->count >= hub->config->limit_readers && (wait > 0 || kind == READER_STREAM))
        return false;
    hub->now = clock_ms();
    struct reader *r = reader_new(hub, fd);
    r->kind = (uint8_t)kind;
    r->room_id = read->query.room_id;
    r->limit = (uint16_t)read->query.limit;
    memcpy(r->session, read->session, sizeof r->session);
    if (kind == READER_STREAM)
        r->deadline = hub->now + COMMENT_MS;
    else if (wait > 0)
        r->deadline = hub->now + wait;
    if (r->deadline > 0 && r->room_id != 0) { /* from now on what is heard of the room is kept for it */
        room_get(hub, r->room_id)->arriving++;
        r->arriving = true;
    }
    r->busy = true;
    job->owner = r;
    hub->submit(job);
    return true;
}

void hub_answer(struct hub *hub, int fd, const void *data, size_t len)
{
    struct reader *r = reader_new(hub, fd);
    struct bytes *bytes = bytes_new(data, len);

    hub->now = clock_ms();
    r->closing = true;
    reader_send(hub, r, bytes);
    bytes_drop(bytes);
}

void hub_done(struct hub *hub, struct job *job)
{
    hub->now = clock_ms();
    if (job->kind == JOB_READ)
        read_done(hub, job->owner, &job->read);
    else if (job->kind == JOB_CHANGES)
        changes_done(hub, &job->changes);
    else if (job->kind == JOB_TICK)
        tick_done(hub, &job->tick);
    job_free(job);
}

void hub_event(struct hub *hub, struct reader *r, uint32_t events)
{
    if (r->fd < 0)
        return; /* ended earlier in this turn */
    hub->now = clock_ms();
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
        reader_close(hub, r);
        return;
    }
    if ((events & EPOLLOUT) && r->out != NULL)
        reader_write(hub, r);
    if (!r->gone && r->out == NULL && r->lagging) {
        r->lagging = false;
        r->has_digest = false; /* it may have missed the list of rooms */
        look_again(hub, r);
    }
}

void hub_turn(struct hub *hub)
{
    each_link (at, after, &hub->ended)
        free(container(at, struct reader, all));
    list_init(&hub->ended);
    if (hub->hurry && !hub->ticking)
        submit_tick(hub);
}

void hub_shutdown(struct hub *hub)
{
    each_link (at, after, &hub->readers) {
        struct reader *r = container(at, struct reader, all);
        if (!r->parked)
            continue;
        if (r->kind == READER_STREAM)
            stream_end(hub, r, "retry: 500\n\n");
        else
            answer_wait(hub, r, false, NULL);
    }
}

size_t hub_readers(const struct hub *hub)
{
    return hub->count;
}

void hub_free(struct hub *hub)
{
    each_link (at, after, &hub->readers) {
        struct reader *r = container(at, struct reader, all);
        r->busy = false;
        reader_close(hub, r);
    }
    hub_turn(hub);
    free(hub->present);
    free(hub->seconds);
    free(hub);
}
