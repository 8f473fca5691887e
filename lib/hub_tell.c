/* What the hub's readers are told: events, answers, refusals. */
#include "hub_state.h"
#include "json.h"
#include "mem.h"
#include "page.h"
#include "timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STREAM_HEAD                                                                             \
    "Status: 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: private, no-store\r\n" \
    "X-Accel-Buffering: no\r\n\r\nretry: 2000\n\n"

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

static bool tells_info(const struct hub_room *room, uint64_t from, uint64_t to)
{
    return room->info != NULL && room->info_version > from && room->info_version <= to;
}

/* The reader's role, where room_info is told him; else ROLE_NONE. */
static enum role role_told(const struct reader *r, uint64_t from, uint64_t to)
{
    const struct watch *watch = tells_info(r->room, from, to) ? hub_user_watch(r->user, r->room_id) : NULL;

    return watch != NULL ? watch->role : ROLE_NONE;
}

/* room_info and members, when they changed after `from` and up to `to`. `role`: what the room's own text lacks. */
static void put_room_fields(struct strbuf *out, const struct hub_room *room, uint64_t from, uint64_t to,
                            enum role role)
{
    if (tells_info(room, from, to)) {
        strbuf_addf(out, ",\"room_info\":%s", room->info);
        if (role != ROLE_NONE) {
            out->len--; /* goes on inside the same object */
            strbuf_addf(out, ",\"role\":\"%s\"}", rights_role_name(role));
        }
    }
    if (room->members != NULL && room->members_version > from && room->members_version <= to) {
        strbuf_addstr(out, ",\"members\":");
        strbuf_addstr(out, room->members);
    }
}

/* One event: the change `to`, and what else of the room changed after `from` and up to it. */
static void put_event(const struct hub *hub, struct strbuf *out, const struct hub_room *room, uint64_t from,
                      uint64_t to, const struct entry *entry, enum lang lang, enum role role)
{
    strbuf_addstr(out, "event: update\nid: ");
    put_cursor(hub, out, room->id, to, NULL);
    json_addf(out, "\ndata: {'room':%u,'cursor':'", room->id);
    put_cursor(hub, out, room->id, to, NULL);
    json_addf(out, "','more':false,'oldest':%u,'messages':[", room->oldest);
    if (entry != NULL)
        strbuf_add(out, entry->told[lang].json, entry->told[lang].len);
    strbuf_addch(out, ']');
    put_room_fields(out, room, from, to, role);
    strbuf_addstr(out, "}\n\n");
}

/* An event for every change after `from`; one more when the room itself changed after the last message did. */
static void put_events(const struct hub *hub, struct strbuf *out, const struct hub_room *room, uint64_t from,
                       enum lang lang, enum role role)
{
    for (size_t i = 0; i < room->entries; i++) {
        const struct entry *entry = &room->entry[i];
        if (entry->version <= from)
            continue;
        put_event(hub, out, room, from, entry->version, entry, lang, role);
        from = entry->version;
    }
    if (from < room->version)
        put_event(hub, out, room, from, room->version, NULL, lang, role);
}

struct bytes *tell_events(const struct hub *hub, const struct reader *r, uint64_t from)
{
    struct strbuf text = STRBUF_INIT;
    struct hub_room *room = r->room;
    enum lang lang = r->lang;
    enum role role = role_told(r, from, room->version);

    if (room->push[lang].bytes != NULL && room->push[lang].from == from &&
        room->push[lang].to == room->version && room->push[lang].role == role)
        return room->push[lang].bytes;
    put_events(hub, &text, room, from, lang, role);
    bytes_drop(room->push[lang].bytes);
    room->push[lang].bytes = reader_frame(text.buf, text.len, false);
    room->push[lang].from = from;
    room->push[lang].to = room->version;
    room->push[lang].role = role;
    strbuf_release(&text);
    return room->push[lang].bytes;
}

void tell_one_news(struct strbuf *out, const struct hub_room *room)
{
    json_addf(out, "%r{'id':%u,'last_seq':%u}", out->len > 0 ? "," : "", room->id, room->last_seq);
}

/* News of rooms that were not told to everybody yet. */
static void put_news(struct strbuf *out, const struct hub_user *user, uint64_t current)
{
    for (size_t i = 0; i < user->watches; i++) {
        const struct hub_room *room = user->watch[i].room;
        if (room->id != current && room->last_seq > room->news_seq)
            tell_one_news(out, room);
    }
}

/* The answer of a wait, from memory: the room's changes after the reader's version (when `changes`), and news: what
 * was not told to everybody yet, or `missed`. With that, the reader knows of every room as far as the hub does. */
void tell_wait(struct hub *hub, struct reader *r, bool changes, const struct strbuf *missed)
{
    struct strbuf body = STRBUF_INIT, news = STRBUF_INIT;
    const struct hub_room *room = r->room;
    uint64_t version = r->version;
    bool more = false;
    /* While it is being looked up, what the hub knows may not be what this reader was told: his own digest stays, and
     * the next request finds the difference. */
    bool sure = !r->busy && !r->again;
    uint64_t digest = sure ? hub_user_digest(r->user, r->room_id) : r->digest;

    strbuf_addch(&body, '{');
    if (room != NULL) {
        size_t count = 0;
        json_addf(&body, "'room':%u,'oldest':%u,'messages':[", room->id, room->oldest);
        for (size_t i = 0; changes && i < room->entries; i++) {
            if (room->entry[i].version <= r->version)
                continue;
            if (count == r->limit) {
                more = true;
                break;
            }
            if (count++ > 0)
                strbuf_addch(&body, ',');
            strbuf_add(&body, room->entry[i].told[r->lang].json, room->entry[i].told[r->lang].len);
            version = room->entry[i].version;
        }
        json_addf(&body, "],'more':%b", more);
        if (changes && !more && room->version > version) /* else it stands ahead of this process */
            version = room->version;
        if (changes)
            put_room_fields(&body, room, r->version, version, role_told(r, r->version, version));
        strbuf_addch(&body, ',');
    }
    if (missed != NULL)
        strbuf_add(&news, missed->buf, missed->len);
    else if (sure)
        put_news(&news, r->user, r->room_id);
    if (news.len > 0)
        json_addf(&body, "'news':[%r],", news.buf);
    const char *typing = hub_typing_lately(hub, r);
    if (typing != NULL)
        json_addf(&body, "'typing':[%r],", typing);
    if (hub_people_lately(hub) != NULL) { /* long: not by a format, which would count it first */
        strbuf_addstr(&body, hub->people);
        strbuf_addch(&body, ',');
    }
    strbuf_addstr(&body, "\"cursor\":\"");
    put_cursor(hub, &body, r->room_id, version, &digest);
    strbuf_addstr(&body, "\"}");
    reader_finish(hub, r, 200, HUB_JSON, &body);
    strbuf_release(&body);
    strbuf_release(&news);
}

/* What a look found changed in the room, told like what the log holds. */
static void put_found(const struct hub *hub, struct strbuf *out, const struct read_job *read, enum lang lang)
{
    const struct page *page = &read->page;
    struct hub_room shown = {.id = page->room.id,
                             .oldest = page->room.oldest_seq,
                             .version = page->version,
                             .info_version = page->room.info_version,
                             .members_version = page->room.members_version};
    struct strbuf json = STRBUF_INIT, info = STRBUF_INIT, members = STRBUF_INIT;
    size_t *at = mem_array(page->list.count + 1, sizeof *at);

    shown.entry = mem_array(page->list.count, sizeof *shown.entry);
    timeline_json(&json, page->room.id, &page->list, at);
    at[page->list.count] = json.len + 1; /* as if a comma followed the last */
    for (; shown.entries < page->list.count; shown.entries++) {
        const struct message *m = &page->list.message[shown.entries];
        size_t begin = at[shown.entries], len = at[shown.entries + 1] - begin - 1;
        struct entry *entry = &shown.entry[shown.entries];
        entry->version = m->change;
        entry->seq = m->seq;
        entry->told[lang].json = json.buf + begin;
        entry->told[lang].len = len;
    }
    reply_room_info(&info, &page->room);
    reply_members(&members, &read->members);
    shown.info = info.buf;
    shown.members = read->has_members ? members.buf : NULL;
    put_events(hub, out, &shown, read->query.mark, lang, ROLE_NONE);
    free(shown.entry);
    free(at);
    strbuf_release(&json);
    strbuf_release(&info);
    strbuf_release(&members);
}

void tell_stream(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf text = STRBUF_INIT;

    bool begins = !r->begun;
    if (begins)
        strbuf_addstr(&text, STREAM_HEAD);
    r->begun = true;
    if (read->query.room_id != 0 &&
        (!read->has_cursor || read->reset)) { /* the whole page, as the JSON answer has it */
        char cursor[CURSOR_TEXT];
        reply_cursor(read, cursor);
        strbuf_addf(&text, "event: update\nid: %s\ndata: ", cursor);
        reply_json(&text, read, 0);
        strbuf_addstr(&text, "\n\n");
    } else if (read->query.room_id != 0) {
        put_found(hub, &text, read, r->lang);
    }
    if (!read->has_cursor || !read->cursor.has_digest || read->cursor.digest != read->digest) {
        strbuf_addstr(&text, "event: rooms\ndata: {\"rooms\":");
        reply_rooms(&text, &read->rooms);
        strbuf_addstr(&text, "}\n\n");
    }
    if (hub_people_lately(hub) != NULL && (begins || !read->cursor.has_digest)) /* also who was behind */
        strbuf_addf(&text, "event: people\ndata: {%s}\n\n", hub->people);
    if (text.len > 0)
        reader_send_text(hub, r, &text);
    strbuf_release(&text);
}

void tell_refusal(struct hub *hub, struct reader *r, const struct refusal *why)
{
    struct strbuf body = STRBUF_INIT;

    lang_use(r->lang);
    if (r->kind == READER_STREAM && r->begun) {
        if (why->status >= 500) { /* not over for good: it comes back by itself */
            reader_end(hub, r, "retry: 3000\n\n");
        } else {
            json_addf(&body, "event: end\ndata: {'code':%s}\n\n", why->code);
            reader_end(hub, r, body.buf);
        }
    } else if (r->kind == READER_HTML) {
        reply_error_page(&body, hub->config, why);
        reader_finish(hub, r, why->status,
                      why->status == 503 ? HUB_HTML "Retry-After: 2\r\nRefresh: 3\r\n" : HUB_HTML, &body);
    } else {
        page_error_json(&body, why->code, why->text);
        reader_finish(hub, r, why->status, why->status == 503 ? HUB_JSON "Retry-After: 2\r\n" : HUB_JSON,
                      &body);
    }
    strbuf_release(&body);
}

void tell_html(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf body = STRBUF_INIT;
    char headers[REPLY_HEAD];

    reply_timeline_head(headers, read, hub->now);
    reply_timeline(&body, hub->config, read);
    reader_finish(hub, r, 200, headers, &body);
    strbuf_release(&body);
}

void tell_json(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf body = STRBUF_INIT;

    reply_json(&body, read, 0);
    if (hub_people_lately(hub) != NULL) {
        body.len--; /* goes on inside the same object */
        strbuf_addf(&body, ",%s}", hub->people);
    }
    reader_finish(hub, r, 200, HUB_JSON, &body);
    strbuf_release(&body);
}
