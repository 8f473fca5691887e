/* The readers that wait, and what they follow: the flow. */
#include "hub_state.h"
#include "mem.h"
#include "timeline.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define BEHIND_MS      10000  /* a reader that does not read for so long is dropped */
#define LOOK_MS        600000 /* a stream's session is looked at, and so kept alive, this often at least */
#define COMMENT_MS     15000  /* a stream says something at least every 20 s */
#define NEWS_MS        1000   /* news of one room at most so often */
#define CONFIRMED_MS   1000   /* an answer from memory needs room, user and session confirmed within this */
#define TRIM_MS        10000
#define QUIET_MS       20 /* a tick waits for so long without an event: its work would stand in a message's way */
#define LATE_MS        80    /* but not longer than this */
#define FEW_USERS      64    /* up to so many are asked for by their numbers; of more, those that changed */
#define ASK_ALL_MS     10000 /* but all of them so often, for what took long to commit */
#define COMMIT_SECONDS 3     /* a change that commits this late is still seen by the next tick */
#define STEP_MS        1000 /* the database's clock and ours differ by so much more than before: one was stepped */
#define IDLE_MS        30000 /* a user who polls is followed for so long after his last one */

/* ---- languages ---- */

/* Which language a reader is told in: what the user chose, else the browser's. Where it is the first one of his language,
 * the logs begin anew: what they hold is not in it. */
static void speak(struct hub *hub, struct reader *r, enum lang chosen)
{
    r->lang = chosen != LANG_COUNT ? (uint8_t)chosen : r->accepted;
    lang_use(r->lang);
    if (hub->langs & 1U << r->lang)
        return;
    hub->langs |= 1U << r->lang;
    for (size_t i = 0; i < HUB_TABLE; i++)
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next)
            if (room->live)
                hub_log_clear(room, room->version);
}

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
    read->asked_at = hub->now;
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

/* Whether it was so within the last second that who reads may. */
static bool is_sure(const struct hub *hub, const struct reader *r)
{
    int64_t at = r->user->confirmed_at > r->looked_at ? r->user->confirmed_at : r->looked_at;

    return hub->ticked || hub->now - at <= CONFIRMED_MS;
}

/* Brings a parked reader to the room's version, from the log where it reaches back far enough. */
static void serve(struct hub *hub, struct reader *r)
{
    struct hub_room *room = r->room;

    if (r->version >= room->version || !r->parked)
        return;
    if (r->busy || r->again || r->version < room->log_from) {
        look_again(hub, r);
    } else if (!is_sure(hub, r)) {
        room->held = true; /* this process or the database stood still: the next tick tells */
    } else if (r->kind == READER_JSON) {
        tell_wait(hub, r, true, NULL);
    } else if (r->out != NULL) {
        r->lagging = true;
    } else {
        uint64_t from = r->version;
        r->version = room->version;
        reader_send(hub, r, tell_events(hub, r, from));
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

    if (room->last_seq <= room->news_seq || hub->now - room->news_at < NEWS_MS)
        return;
    strbuf_addstr(&text, "event: news\ndata: {\"news\":[");
    struct strbuf news = STRBUF_INIT;
    tell_one_news(&news, room);
    strbuf_addf(&text, "%s]}\n\n", news.buf);
    struct bytes *event = reader_frame(text.buf, text.len, false);
    strbuf_release(&news);
    strbuf_release(&text);
    each_link (w, after_w, &room->watchers) {
        each_link (u, after_u, &container(w, struct watch, in_room)->user->readers) {
            struct reader *r = container(u, struct reader, of_user);
            if (r->room_id == room->id || !r->parked)
                continue;
            if (r->busy)
                r->again = true;
            else if (r->kind == READER_STREAM)
                reader_send(hub, r, event);
            else if (r->digest != hub_user_digest(r->user, r->room_id)) /* else he came with it */
                tell_wait(hub, r, false, NULL);
        }
    }
    bytes_drop(event);
    room->news_seq = room->last_seq;
    room->news_at = hub->now;
}

void hub_room_changed(struct hub *hub, uint64_t room_id, uint64_t version, uint64_t last_seq)
{
    struct hub_room *room = hub_room_find(hub, room_id);

    if (room == NULL)
        return;
    if (version == 0) {
        room->dirty = true;
        room->dirty_at = hub->now;
        hub->hurry = hub->hurry || (!room->live && last_seq == 0);
    } else if (version > room->wanted) {
        room->wanted = version;
    }
    read_changes(hub, room);
    if (last_seq > room->last_seq) {
        room->last_seq = last_seq;
        if (!room->unserved) /* those who look at it come first */
            tell_news(hub, room);
    }
}

/* The user's sessions, memberships or marks are not what they were: all that hangs on them is looked up again, but for
 * the reader that found it out. */
static void user_moved(struct hub *hub, struct hub_user *user, const struct reader *finder)
{
    hub_user_doubt(hub, user);
    each_link (at, after, &user->readers) {
        struct reader *r = container(at, struct reader, of_user);
        if (r != finder)
            look_again(hub, r);
    }
}

void hub_user_changed(struct hub *hub, uint64_t user_id)
{
    struct hub_user *user = hub_user_find(hub, user_id);

    if (user != NULL)
        user_moved(hub, user, NULL);
}

void hub_user_marked(struct hub *hub, uint64_t user_id, uint64_t room_id)
{
    struct hub_user *user = hub_user_find(hub, user_id);

    if (user == NULL)
        return;
    user->listed = false;
    user->marked_at = hub->now;
    user->typed_at = 0; /* what he types now is another message */
    each_link (at, after, &user->readers) {
        struct reader *r = container(at, struct reader, of_user);
        if (r->room_id != room_id)
            look_again(hub, r);
    }
}

int64_t hub_now(struct hub *hub)
{
    return hub->now = clock_ms();
}

/* Adds messages to the log, rendered once for each language that somebody reads. */
static void log_messages(const struct hub *hub, struct hub_room *room, const struct message_list *list)
{
    struct entry *entry = mem_array(list->count, sizeof *entry);
    size_t *at = mem_array(list->count + 1, sizeof *at);

    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        struct strbuf json = STRBUF_INIT;
        if ((hub->langs & 1U << lang) == 0)
            continue;
        lang_use(lang);
        timeline_json(&json, room->id, list, at);
        at[list->count] = json.len + 1; /* as if a comma followed the last */
        for (size_t i = 0; i < list->count; i++) {
            entry[i].told[lang].len = at[i + 1] - at[i] - 1;
            entry[i].told[lang].json = mem_dupn(json.buf + at[i], entry[i].told[lang].len);
        }
        strbuf_release(&json);
    }
    for (size_t i = 0; i < list->count; i++) {
        entry[i].version = list->message[i].change;
        entry[i].seq = list->message[i].seq;
        hub_log_add(room, &entry[i]);
    }
    free(at);
    free(entry);
}

static void extend_log(const struct hub *hub, struct hub_room *room, const struct changes_job *c)
{
    struct strbuf text = STRBUF_INIT;

    log_messages(hub, room, &c->page.list);
    if (c->page.version > room->version)
        room->version = c->page.version;
    room->oldest = c->page.room.oldest_seq;
    hub_log_trim(room);
    if (c->page.room.info_version > room->info_version) {
        reply_room_info(&text, &c->page.room);
        free(room->info);
        room->info = strbuf_detach(&text);
        room->info_version = c->page.room.info_version;
    }
    if (c->has_members) {
        reply_members(&text, &c->members);
        free(room->members);
        room->members = strbuf_detach(&text);
        room->members_version = c->page.room.members_version;
    }
}

static bool is_member(const struct changes_job *c, uint64_t user_id)
{
    return !c->has_members || bsearch(&user_id, c->ids, c->ids_count, sizeof *c->ids, compare_ids) != NULL;
}

/* Brings all readers of a room to where its log is. */
static void serve_all(struct hub *hub, struct hub_room *room, const struct changes_job *c)
{
    each_link (at, after, &room->readers) {
        struct reader *r = container(at, struct reader, in_room);
        if (!r->parked)
            continue;
        if (c == NULL || is_member(c, r->user->id))
            serve(hub, r);
        else
            look_again(hub, r);
    }
}

static void changes_done(struct hub *hub, const struct changes_job *c)
{
    struct hub_room *room = hub_room_find(hub, c->room_id);

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
    if (c->result == DB_NONE) { /* deleted: each one learns it by looking */
        each_link (at, after, &room->readers)
            look_again(hub, container(at, struct reader, in_room));
    } else if (c->after != room->version) {
        room->dirty = true; /* the log was begun anew meanwhile */
    } else {
        extend_log(hub, room, c);
        serve_all(hub, room, c);
        if (c->page.room.last_seq > room->last_seq)
            room->last_seq = c->page.room.last_seq;
        tell_news(hub, room);
        if (c->page.room.version > room->wanted)
            room->wanted = c->page.room.version;
    }
    if (c->page.version > c->after) /* else this server is behind: the next tick asks again */
        read_changes(hub, room);
}

void hub_room_sent(struct hub *hub, const struct write *w)
{
    struct hub_room *room = hub_room_find(hub, w->room_id);

    if (room != NULL && room->live && w->change == room->version + 1 && w->reply_to == 0 && w->files == 0) {
        struct message m = {.seq = w->seq,
                            .change = w->change,
                            .sender_id = w->user_id,
                            .sender_name = (char *)(uintptr_t)w->sender_name,
                            .sender_display = (char *)(uintptr_t)w->sender_display,
                            .nonce = w->nonce,
                            .event = strbuf_empty,
                            .text = w->text,
                            .text_len = w->text_len,
                            .html = w->html};
        memcpy(m.created_at, w->created_at, sizeof m.created_at);
        const struct message_list one = {&m, 1};
        log_messages(hub, room, &one);
        room->version = w->change;
        hub->unserved += room->unserved ? 0 : 1;
        room->unserved = true;
    }
    hub_room_changed(hub, w->room_id, w->trimmed != 0 ? w->trimmed : w->change, w->seq);
}

/* Several sends of one group are told at once. */
static void serve_unserved(struct hub *hub)
{
    for (size_t i = 0; i < HUB_TABLE && hub->unserved > 0; i++)
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next)
            if (room->unserved) {
                room->unserved = false;
                hub->unserved--;
                serve_all(hub, room, NULL);
                tell_news(hub, room);
            }
}

void hub_session_learn(struct hub *hub, const struct write *w, int64_t asked_at)
{
    struct hub_user *user = hub_user_get(hub, w->user_id);

    user->used_at = hub->now;
    if (w->user_version == 0 || asked_at <= user->doubted_at)
        return;
    if (w->user_version > user->version) {
        if (user->version != 0)
            user_moved(hub, user, NULL);
        user->version = w->user_version;
        user->listed = false;
    }
    if (w->user_version == user->version) {
        user->confirmed_at = asked_at;
        hub_session_add(hub, user, w->session);
    }
}

uint64_t hub_session_user(struct hub *hub, const uint8_t session[CRYPTO_HASH], int64_t *at)
{
    struct hub_session *s = hub_session_find(hub, session);

    hub->now = clock_ms();
    if (s == NULL || hub->now - s->user->confirmed_at > CONFIRMED_MS || hub->now - s->looked_at > LOOK_MS)
        return 0;
    *at = s->user->confirmed_at;
    return s->user->id;
}

enum lang hub_session_lang(struct hub *hub, const uint8_t session[CRYPTO_HASH], enum lang otherwise)
{
    struct hub_session *s = hub_session_find(hub, session);

    return s != NULL && s->user->listed && s->user->lang != LANG_COUNT ? s->user->lang : otherwise;
}

/* ---- readers that were looked up ---- */

/* Messages that came elsewhere between the look and now, and may have been told to everybody else already. True when
 * the reader is answered with that, or gone. */
static bool tell_missed(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf news = STRBUF_INIT;

    for (size_t i = 0; i < read->rooms.count; i++) {
        const struct hub_room *room = hub_room_find(hub, read->rooms.room[i].id);
        if (room != NULL && room->id != r->room_id && room->last_seq > read->rooms.room[i].last_seq)
            tell_one_news(&news, room);
    }
    if (news.len > 0 && r->kind == READER_JSON) {
        tell_wait(hub, r, false, &news);
    } else if (news.len > 0) {
        struct strbuf text = STRBUF_INIT;
        strbuf_addf(&text, "event: news\ndata: {\"news\":[%s]}\n\n", news.buf);
        reader_send_text(hub, r, &text);
        strbuf_release(&text);
    }
    strbuf_release(&news);
    return r->gone || r->closing;
}

/* Puts a reader that stands at `version` at its place. */
static void place(struct hub *hub, struct reader *r, struct hub_user *user, uint64_t version, uint64_t digest)
{
    r->version = version;
    r->digest = digest;
    r->has_digest = true;
    if (r->user == NULL) {
        r->user = user;
        list_add(&user->readers, &r->of_user);
    }
    if (r->room == NULL && r->room_id != 0) {
        r->room = hub_room_get(hub, r->room_id);
        list_add(&r->room->readers, &r->in_room);
    }
    r->parked = true;
    if (!r->watched && r->deadline > 0)
        reader_watch(hub, r, false);
}

/* Parks a reader that was looked up. What came since its look is told at once. */
static void park(struct hub *hub, struct reader *r, struct hub_user *user, const struct read_job *read)
{
    place(hub, r, user, read->page.version, read->digest);
    if (r->gone)
        return;
    struct hub_room *room = r->room;
    if (room != NULL && !room->live) { /* not where a reader stands that is ahead of the room */
        uint64_t known = read->page.room.version;
        hub_log_begin(room, r->version < known ? r->version : known);
        room->oldest = read->page.room.oldest_seq;
        /* Where the page was cut before one of these, the log will have to tell it: 0 has it read. */
        uint64_t info = read->page.room.info_version, members = read->page.room.members_version;
        room->info_version = info <= r->version ? info : 0;
        room->members_version = members <= r->version ? members : 0;
    }
    if (r->again || read->user.version < user->version) {
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

static void stream_done(struct hub *hub, struct reader *r, struct hub_user *user, const struct read_job *read)
{
    if (r->out != NULL) { /* behind: looked up again when it has caught up */
        r->lagging = true;
        return;
    }
    tell_stream(hub, r, read);
    if (!r->gone)
        park(hub, r, user, read);
    if (!r->gone && read->page.more)
        look_again(hub, r);
}

/* The database was restored: nothing that is in memory holds. Readers come back, and get a reset. */
static void start_afresh(struct hub *hub)
{
    hub_shutdown(hub);
    for (size_t i = 0; i < HUB_TABLE; i++) {
        for (struct hub_user *user = hub->user[i]; user != NULL; user = user->next)
            user->used_at = hub->now - IDLE_MS;
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next) {
            room->wanted = room->last_seq = room->news_seq = room->oldest = 0;
            room->info_version = room->members_version = 0;
            room->confirmed_at = 0;
        }
    }
    hub_sweep(hub, IDLE_MS);
    hub->epoch[0] = '\0';
}

/* What a look says of the room itself. */
static void note_room(struct hub *hub, const struct read_job *read)
{
    struct hub_room *room = read->query.room_id != 0 ? hub_room_find(hub, read->query.room_id) : NULL;

    if (room == NULL || read->page.room.version < room->wanted)
        return;
    room->wanted = read->page.room.version;
    room->oldest = read->page.room.oldest_seq;
    if (!room->dirty && read->asked_at > room->confirmed_at)
        room->confirmed_at = read->asked_at;
}

static void read_found(struct hub *hub, struct reader *r, const struct read_job *read)
{
    if (hub->epoch[0] != '\0' && strcmp(hub->epoch, read->epoch) != 0)
        start_afresh(hub);
    memcpy(hub->epoch, read->epoch, sizeof hub->epoch);
    if (r->gone || r->closing)
        return;
    struct hub_user *user = hub_user_get(hub, read->user.id);
    if (user->version != 0 && read->user.version > user->version)
        user_moved(hub, user, r);
    r->looked_at = read->asked_at;
    hub_user_update(hub, user, read, r->kind == READER_JSON);
    speak(hub, r, user->lang);
    note_room(hub, read);
    /* Without a cursor of ours a page has just been opened: it asks again at once. */
    bool holds = r->deadline > 0 || !read->cursor.has_digest;
    hub_present(hub, user->id, holds ? hub->config->presence_held : hub->config->presence_poll);
    if (r->kind == READER_HTML)
        tell_html(hub, r, read);
    else if (r->kind == READER_STREAM)
        stream_done(hub, r, user, read);
    else if (r->deadline == 0 || reply_is_news(read))
        tell_json(hub, r, read);
    else
        park(hub, r, user, read);
}

static void read_done(struct hub *hub, struct reader *r, const struct read_job *read)
{
    const struct refusal *why = reply_read_refusal(read->status);
    struct hub_room *room = r->arriving ? hub_room_find(hub, r->room_id) : NULL;

    r->busy = false;
    r->arriving = false;
    if (r->gone)
        reader_close(hub, r);
    else if (r->closing)
        ; /* answered meanwhile */
    else if (why != NULL && why->status >= 500 && r->parked)
        r->again = true; /* who waits may go on waiting: the next scan looks again */
    else if (why != NULL)
        tell_refusal(hub, r, why);
    else
        read_found(hub, r, read);
    if (room != NULL) {
        room->arriving--;
    }
}

/* ---- the tick ---- */

static void submit_tick(struct hub *hub)
{
    if (hub->ticking || (hub->rooms == 0 && hub->users == 0 && hub->presents == 0))
        return;
    struct job *job = job_new(JOB_TICK, NULL);
    struct tick_job *t = &job->tick;
    struct versions *v = &t->versions;
    bool all = hub->users <= FEW_USERS || hub->asked_all_at == 0 || hub->now - hub->asked_all_at > ASK_ALL_MS;
    v->room = mem_array(hub->rooms + 1, sizeof *v->room);
    v->user = all ? mem_array(hub->users + 1, sizeof *v->user) : NULL;
    for (size_t i = 0; i < HUB_TABLE; i++) {
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next)
            v->room[v->rooms++].id = room->id;
        for (struct hub_user *user = hub->user[i]; all && user != NULL; user = user->next)
            v->user[v->users++].id = user->id;
    }
    qsort(v->room, v->rooms, sizeof *v->room, compare_ids);
    if (all)
        qsort(v->user, v->users, sizeof *v->user, compare_ids);
    else
        v->seconds = (unsigned)((hub->now - hub->told_at) / 1000) + COMMIT_SECONDS;
    t->present = hub->present;
    t->seconds = hub->seconds;
    t->presents = hub->presents;
    hub->present = NULL;
    hub->seconds = NULL;
    hub->presents = 0;
    hub->ticking = true;
    hub->hurry = false;
    t->asked_at = hub->now;
    t->look = hub->now - hub->people_at >= HUB_PEOPLE;
    hub->submit(job);
}

static void confirm_room(struct hub *hub, struct hub_room *room, const struct version_room *t,
                         int64_t asked_at)
{
    if (!t->there) { /* deleted: each one learns it by looking */
        room->confirmed_at = 0;
        each_link (at, after, &room->readers)
            look_again(hub, container(at, struct reader, in_room));
        return;
    }
    if (!room->live && asked_at > room->dirty_at)
        room->dirty = false;
    room->confirmed_at = asked_at;
    if (t->version > 0) /* a new room stands at 0 until something happens in it */
        hub_room_changed(hub, room->id, t->version, t->last_seq);
}

static void confirm_user(struct hub *hub, struct hub_user *user, uint64_t version, int64_t asked_at)
{
    if (version != user->version)
        hub_user_changed(hub, user->id);
    else if (asked_at > user->doubted_at)
        user->confirmed_at = asked_at;
}

/* Only the users that changed were asked for: the others are as they were. */
static void confirm_others(struct hub *hub, int64_t asked_at)
{
    for (size_t i = 0; i < HUB_TABLE; i++)
        for (struct hub_user *user = hub->user[i]; user != NULL; user = user->next)
            if (user->version != 0 && asked_at > user->doubted_at && asked_at > user->confirmed_at)
                user->confirmed_at = asked_at;
}

/* Tells those who had to wait for a tick. */
static void serve_held(struct hub *hub)
{
    hub->ticked = true;
    for (size_t i = 0; i < HUB_TABLE; i++)
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next)
            if (room->held) {
                room->held = false;
                serve_all(hub, room, NULL);
            }
    hub->ticked = false;
}

static void tick_done(struct hub *hub, const struct tick_job *t)
{
    const struct versions *v = &t->versions;

    hub->ticking = false;
    if (t->result != DB_OK)
        return;
    if (strcmp(v->epoch, hub->epoch) != 0 && hub->epoch[0] != '\0') {
        start_afresh(hub);
        return;
    }
    for (size_t i = 0; i < v->rooms; i++) {
        struct hub_room *room = hub_room_find(hub, v->room[i].id);
        if (room != NULL)
            confirm_room(hub, room, &v->room[i], t->asked_at);
    }
    for (size_t i = 0; i < v->users; i++) {
        struct hub_user *user = hub_user_find(hub, v->user[i].id);
        if (user != NULL)
            confirm_user(hub, user, v->user[i].version, t->asked_at);
    }
    bool stepped = llabs(v->clock - t->asked_at - hub->clock_ahead) > STEP_MS;
    hub->clock_ahead = v->clock - t->asked_at;
    if (stepped &&
        v->seconds > 0) { /* what changed before that may not be among these: all are asked for at once */
        hub->asked_all_at = 0;
        hub->hurry = true;
        return;
    }
    hub->told_at = t->asked_at;
    if (v->seconds > 0)
        confirm_others(hub, t->asked_at);
    else
        hub->asked_all_at = t->asked_at;
    serve_held(hub);
    if (t->looked)
        hub_people(hub, t);
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
            hub_present(hub, r->user->id, hub->config->presence_held);
            if (hub->now - r->looked_at > LOOK_MS && !r->busy)
                look_again(hub, r);
            if (hub->now < r->deadline)
                continue;
            r->deadline = hub->now + COMMENT_MS;
            if (bytes == NULL)
                bytes = reader_frame(comment, sizeof comment - 1, false);
            if (r->out == NULL)
                reader_send(hub, r, bytes);
        } else if (hub->now >= r->deadline) {
            if (r->busy) /* the database is slow: what there is to tell comes with the next request */
                r->again = true;
            tell_wait(hub, r, false, NULL);
        }
        if (!r->gone && r->again && r->parked && !r->busy)
            look_again(hub, r);
    }
    bytes_drop(bytes);
}

int hub_pause(const struct hub *hub)
{
    int64_t left = hub->scanned_at + HUB_TICK - clock_ms();

    if (hub_is_idle(hub))
        return HUB_IDLE;
    return left < QUIET_MS ? QUIET_MS : left > HUB_TICK ? HUB_TICK : (int)left;
}

void hub_tick(struct hub *hub, bool quiet)
{
    hub->now = clock_ms();
    if (hub->now - hub->scanned_at < HUB_TICK + (quiet ? 0 : LATE_MS))
        return;
    submit_tick(hub);
    hub->scanned_at = hub->now;
    scan(hub);
    for (size_t i = 0; i < HUB_TABLE; i++)
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next) {
            read_changes(hub, room);
            tell_news(hub, room);
        }
    hub_sweep(hub, IDLE_MS);
    if (hub->now - hub->trimmed_at > TRIM_MS) { /* what a rush of look-ups took goes back */
        hub->trimmed_at = hub->now;
        malloc_trim(0);
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
    hub_pools(hub);
    return hub;
}

/* Whether all that this read would find is known here: who asks, that he may, and that the log reaches back to his
 * cursor. Then it needs no look. */
static struct hub_user *known(struct hub *hub, const struct read_job *read)
{
    struct hub_session *session = read->has_cursor ? hub_session_find(hub, read->session) : NULL;
    uint64_t room_id = read->query.room_id;

    if (session == NULL || !session->user->listed || hub->now - session->user->confirmed_at > CONFIRMED_MS ||
        hub->now - session->looked_at > LOOK_MS || strcmp(read->cursor.epoch, hub->epoch) != 0 ||
        read->cursor.room_id != room_id || !read->cursor.has_digest ||
        read->cursor.digest != hub_user_digest(session->user, room_id))
        return NULL;
    if (room_id == 0)
        return session->user;
    struct watch *watch = hub_user_watch(session->user, room_id);
    struct hub_room *room = watch != NULL ? watch->room : NULL;
    if (room == NULL || room->dirty || room->oldest == 0 || hub->now - room->confirmed_at > CONFIRMED_MS)
        return NULL;
    if (read->cursor.version == room->wanted)
        return session->user;
    if (read->cursor.version > room->wanted)
        return NULL; /* it comes from a process that is further: the database knows */
    return room->live && room->version == room->wanted && read->cursor.version >= room->log_from
               ? session->user
               : NULL;
}

/* Answers, or parks, a reader that needs no look. */
static void arrive_known(struct hub *hub, struct reader *r, struct hub_user *user,
                         const struct read_job *read)
{
    user->used_at = hub->now;
    r->looked_at = user->confirmed_at;
    speak(hub, r, user->lang);
    hub_present(hub, user->id, r->deadline > 0 ? hub->config->presence_held : hub->config->presence_poll);
    place(hub, r, user, read->cursor.version, read->cursor.digest);
    if (r->gone)
        return;
    if (r->room != NULL && !r->room->live && r->deadline > 0)
        hub_log_begin(r->room, r->version);
    if (r->deadline == 0)
        tell_wait(hub, r, r->room != NULL && r->room->live, NULL);
    else if (r->room != NULL)
        serve(hub, r);
}

bool hub_arrive(struct hub *hub, int fd, enum reader_kind kind, enum lang lang, int64_t wait, struct job *job)
{
    const struct read_job *read = &job->read;

    if (hub->count >= hub->config->limit_readers && (wait > 0 || kind == READER_STREAM))
        return false;
    hub->now = clock_ms();
    struct reader *r = reader_new(hub, fd);
    r->kind = (uint8_t)kind;
    r->accepted = r->lang = (uint8_t)lang;
    r->room_id = read->query.room_id;
    r->limit = (uint16_t)read->query.limit;
    memcpy(r->session, read->session, sizeof r->session);
    if (kind == READER_STREAM)
        r->deadline = hub->now + COMMENT_MS;
    else if (wait > 0)
        r->deadline = hub->now + wait;
    struct hub_user *user = kind == READER_JSON ? known(hub, read) : NULL;
    if (user != NULL) {
        arrive_known(hub, r, user, read);
        job_free(job);
        return true;
    }
    if (r->deadline > 0 && r->room_id != 0) { /* from now on what is heard of the room is kept for it */
        hub_room_get(hub, r->room_id)->arriving++;
        r->arriving = true;
    }
    r->busy = true;
    job->owner = r;
    job->read.asked_at = hub->now;
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
    serve_unserved(hub);
    each_link (at, after, &hub->ended)
        mem_pool_put(&hub->reader_pool, container(at, struct reader, all));
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
            reader_end(hub, r, "retry: 500\n\n");
        else
            tell_wait(hub, r, false, NULL);
    }
}

bool hub_is_idle(const struct hub *hub)
{
    return hub->count == 0 && hub->users == 0 && hub->rooms == 0 && hub->presents == 0;
}

size_t hub_readers(const struct hub *hub)
{
    return hub->count;
}

void hub_free(struct hub *hub)
{
    each_link (at, after, &hub->readers) {
        struct reader *r = container(at, struct reader, all);
        r->busy = r->arriving = false;
        reader_close(hub, r);
    }
    for (size_t i = 0; i < HUB_TABLE; i++)
        for (struct hub_room *room = hub->room[i]; room != NULL; room = room->next)
            room->arriving = 0;
    hub_turn(hub);
    hub_sweep(hub, 0);
    hub_pools_release(hub);
    free(hub->present);
    free(hub->seconds);
    free(hub->person);
    free(hub->people);
    free(hub);
}
