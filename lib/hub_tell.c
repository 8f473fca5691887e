/* What the hub's readers are told: events, answers, refusals. */
#include "hub_state.h"
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

/* room_info and members, when they changed after `from` and up to `to`. */
static void put_room_fields(struct strbuf *out, const struct hub_room *room, uint64_t from, uint64_t to)
{
    if (room->info != NULL && room->info_version > from && room->info_version <= to)
        strbuf_addf(out, ",\"room_info\":%s", room->info);
    if (room->members != NULL && room->members_version > from && room->members_version <= to)
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
        put_room_fields(out, room, from, room->version);
    strbuf_addstr(out, "}\n\n");
}

/* The events after `from`, made once for all who stand there. */
struct bytes *tell_events(const struct hub *hub, struct hub_room *room, uint64_t from)
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
    room->push = reader_frame(&text, false);
    room->push_from = from;
    room->push_to = room->version;
    strbuf_release(&text);
    return room->push;
}

void tell_one_news(struct strbuf *out, const struct hub_room *room)
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
        if (changes && !more && room->version > version) /* else it stands ahead of this process */
            version = room->version;
        if (changes)
            put_room_fields(&body, room, r->version, version);
        strbuf_addch(&body, ',');
    }
    if (missed != NULL)
        strbuf_add(&news, missed->buf, missed->len);
    else if (sure)
        put_news(&news, r->user, r->room_id);
    if (news.len > 0)
        strbuf_addf(&body, "\"news\":[%s],", news.buf);
    strbuf_addstr(&body, "\"cursor\":\"");
    put_cursor(hub, &body, r->room_id, version, &digest);
    strbuf_addstr(&body, "\"}");
    reader_finish(hub, r, 200, HUB_JSON, &body);
    strbuf_release(&body);
    strbuf_release(&news);
}

/* What a look found for a stream: an event per change, then the list of rooms when it changed. */
void tell_stream(struct hub *hub, struct reader *r, const struct read_job *read)
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
            struct entry entry = {page->list.message[i].change, page->list.message[i].seq, json.buf + at[i],
                                  at[i + 1] - at[i] - 1};
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
            char cursor[CURSOR_TEXT];
            reply_cursor(&told, cursor);
            strbuf_addf(&text, "event: update\nid: %s", cursor);
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
        reader_send_text(hub, r, &text);
    strbuf_release(&text);
}

void tell_refusal(struct hub *hub, struct reader *r, const struct refusal *why)
{
    struct strbuf body = STRBUF_INIT;

    if (r->kind == READER_STREAM && r->begun) {
        if (why->status >= 500) { /* not over for good: it comes back by itself */
            reader_end(hub, r, "retry: 3000\n\n");
        } else {
            strbuf_addf(&body, "event: end\ndata: {\"code\":\"%s\"}\n\n", why->code);
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
    char headers[200];

    /* The address varies: browsers do not reload for a Refresh to the same one with a fragment. */
    snprintf(headers, sizeof headers,
             HUB_HTML "Refresh: 5; url=/messages?room=%" PRIu64 "&t=%" PRId64 "#end\r\n", r->room_id,
             hub->now);
    reply_timeline(&body, hub->config, read);
    reader_finish(hub, r, 200, headers, &body);
    strbuf_release(&body);
}

void tell_json(struct hub *hub, struct reader *r, const struct read_job *read)
{
    struct strbuf body = STRBUF_INIT;

    reply_json(&body, read, 0);
    reader_finish(hub, r, 200, HUB_JSON, &body);
    strbuf_release(&body);
}
