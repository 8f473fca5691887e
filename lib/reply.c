/* The bodies that the messages endpoint answers with. */
#include "reply.h"
#include "json.h"
#include "mem.h"
#include "page.h"
#include "text.h"
#include "timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct refusal *reply_write_refusal(enum write_result result)
{
    static const struct refusal refusals[] = {
        [WRITE_SIGNED_OUT] = {401, "signed_out", T("You are not signed in. Sign in, and try again.")},
        [WRITE_ELSEWHERE] = {401, "signed_in_elsewhere", PAGE_ELSEWHERE},
        [WRITE_NO_ROOM] = {404, "not_found",
                           T("There is nothing at this address, or it is not yours to see.")},
        [WRITE_NOT_MEMBER] = {403, "not_a_member", T("You are not in this group. Join it first.")},
        [WRITE_MUTED] = {403, "muted",
                         T("You may read here, but not write: an admin of this group has muted you.")},
        [WRITE_NO_MESSAGE] = {404, "no_message", T("There is no such message here (any more).")},
        [WRITE_NOT_YOURS] = {403, "not_yours", T("Only your own messages can be changed.")},
        [WRITE_NOT_ALLOWED] = {403, "not_allowed", T("Only admins of this group can pin messages.")},
        [WRITE_FULL] = {409, "full",
                        T("50 messages are pinned here, which is the most. Take a pin off first.")},
        [WRITE_NONCE_TAKEN] =
            {409, "nonce_taken",
             T("Another message was sent under the same nonce. Send this one again to post it too.")},
        [WRITE_CHANGED] = {409, "changed", T("The message was changed meanwhile.")},
        [WRITE_GONE] = {409, "deleted", T("The message was deleted meanwhile.")},
        [WRITE_NO_FILE] = {409, "no_file",
                           T("A file of this message is not there any more. Attach it again.")},
        [WRITE_NO_ORIGINAL] =
            {422, "no_original",
             T("The message that this answers is not here any more. Send it again to post it without.")},
        [WRITE_MANY] = {409, "too_many", T("This message has as many different reactions as it can hold.")},
        [WRITE_TOO_FAST] = {429, "too_fast", T("That was too fast. Please wait a moment and send it again.")},
        [WRITE_AWAY] = {503, "unavailable",
                        T("The database does not answer at the moment. Nothing is lost; please try again in "
                          "a few seconds.")},
        [WRITE_FAULT] = {500, "fault", T("Something went wrong on our side. It has been noted.")},
    };

    return result == WRITE_DONE ? NULL : &refusals[result];
}

const struct refusal *reply_read_refusal(enum read_status status)
{
    static const enum write_result as[] = {
        [READ_OK] = WRITE_DONE,
        [READ_SIGNED_OUT] = WRITE_SIGNED_OUT,
        [READ_ELSEWHERE] = WRITE_ELSEWHERE,
        [READ_NO_ROOM] = WRITE_NO_ROOM,
        [READ_NOT_MEMBER] = WRITE_NOT_MEMBER,
        [READ_AWAY] = WRITE_AWAY,
        [READ_FAULT] = WRITE_FAULT,
    };

    return reply_write_refusal(as[status]);
}

const struct refusal *reply_check(struct write *write)
{
    static const struct refusal no_nonce = {
        400, "bad_parameter", T("nonce is a name for this send: 1 to 36 ASCII characters without spaces.")};
    static const struct refusal empty = {422, "empty", T("The message is empty.")};
    static const struct refusal invalid = {422, "invalid_text",
                                           T("The message holds characters that cannot be sent.")};
    static const struct refusal too_long = {413, "too_long", T("A message has at most 10,000 characters.")};

    if (write->action == WRITE_SEND && write->nonce == NULL)
        return &no_nonce;
    if (write->text == NULL)
        write->text = mem_dup("");
    switch (text_check(write->text, write->text_len, TEXT_MESSAGE_MAX)) {
    case TEXT_INVALID:
        return &invalid;
    case TEXT_LONG:
        return &too_long;
    case TEXT_EMPTY:
        return write->files > 0 ? NULL : &empty;
    default:
        return NULL;
    }
}

void reply_cursor(const struct read_job *read, char out[CURSOR_TEXT])
{
    struct cursor cursor = {.room_id = read->query.room_id,
                            .version = read->page.version,
                            .digest = read->digest,
                            .has_digest = true};

    memcpy(cursor.epoch, read->epoch, sizeof cursor.epoch);
    cursor_write(&cursor, out);
}

static bool rooms_changed(const struct read_job *read)
{
    return !read->has_cursor || read->reset || !read->cursor.has_digest ||
           read->cursor.digest != read->digest;
}

static bool room_changed(const struct read_job *read)
{
    return read->reset ||
           (read->query.kind == PAGE_AFTER && (read->page.room.info_version > read->query.mark ||
                                               read->page.room.members_version > read->query.mark));
}

bool reply_is_news(const struct read_job *read)
{
    if (!read->has_cursor || rooms_changed(read))
        return true;
    return read->query.room_id != 0 && read->page.version > read->query.mark;
}

void reply_rooms(struct strbuf *out, const struct room_list *rooms)
{
    strbuf_addch(out, '[');
    for (size_t i = 0; i < rooms->count; i++) {
        const struct room *room = &rooms->room[i];
        json_addf(out, "%r{'id':%u,'name':%s,'kind':%s,'unread':%u,'last_seq':%u,'read_seq':%u",
                  i > 0 ? "," : "", room->id, timeline_display(room->other_name, room->name),
                  room->direct ? "direct" : "group", room->unread, room->last_seq, room->read_seq);
        if (room->mentions > 0)
            json_addf(out, ",'mentions':%u", room->mentions);
        if (room->direct)
            json_addf(out, ",'user':%s,'online':%b}", room->other_name, room->other_online);
        else
            json_addf(out, ",'visibility':%s,'role':%s}", room->public ? "public" : "private",
                      rights_role_name(room->role));
    }
    strbuf_addch(out, ']');
}

void reply_members(struct strbuf *out, const struct member_list *members)
{
    strbuf_addch(out, '[');
    for (size_t i = 0; i < members->count; i++) {
        const struct member *m = &members->member[i];
        json_addf(out, "%r{'id':%u,'name':%s,'display':%s,'role':%s,'online':%b}", i > 0 ? "," : "", m->id,
                  m->name, m->display, rights_role_name(m->muted ? ROLE_MUTED : m->role), m->online);
    }
    strbuf_addch(out, ']');
}

void reply_room_info(struct strbuf *out, const struct room *room)
{
    json_addf(out, "{'name':%s,'topic':%s,'visibility':%s", room->name, room->topic,
              room->public ? "public" : "private");
    if (room->role != ROLE_NONE)
        json_addf(out, ",'role':%s", rights_role_name(room->role));
    strbuf_addch(out, '}');
}

static void json_room(struct strbuf *out, const struct read_job *read)
{
    const struct page *page = &read->page;

    json_addf(out, "'room':%u,'more':%b,'oldest':%u,'messages':[", page->room.id, page->more,
              page->room.oldest_seq);
    timeline_json(out, page->room.id, &page->list, NULL);
    strbuf_addstr(out, "],");
    if (room_changed(read)) {
        strbuf_addstr(out, "\"room_info\":");
        reply_room_info(out, &page->room);
        strbuf_addch(out, ',');
    }
    if (read->has_members) {
        strbuf_addstr(out, "\"members\":");
        reply_members(out, &read->members);
        strbuf_addch(out, ',');
    }
}

void reply_json(struct strbuf *out, const struct read_job *read, unsigned poll)
{
    char cursor[CURSOR_TEXT];

    strbuf_addch(out, '{');
    if (read->query.room_id != 0)
        json_room(out, read);
    if (read->reset)
        strbuf_addstr(out, "\"reset\":true,");
    if (rooms_changed(read)) {
        strbuf_addstr(out, "\"rooms\":");
        reply_rooms(out, &read->rooms);
        strbuf_addch(out, ',');
    }
    if (poll > 0)
        json_addf(out, "'poll':%u,", (uint64_t)poll);
    reply_cursor(read, cursor);
    json_addf(out, "'cursor':%s}",
              read->query.kind == PAGE_BEFORE && read->query.room_id != 0 ? NULL : cursor);
}

static void finish(struct view *view, const char *file, struct strbuf *out)
{
    if (!view_render(view, file, out)) {
        strbuf_reset(out);
        strbuf_addf(out, "<!doctype html><title>%s</title><p>%s</p>", t("Error"),
                    t("This page could not be made."));
    }
    view_free(view);
}

/* The address varies, for browsers do not reload for a Refresh to the same one with a fragment. */
void reply_timeline_head(char out[REPLY_HEAD], const struct read_job *read, int64_t vary)
{
    const struct page_query *query = &read->query;
    char before[40] = "", limit[20] = "";

    if (query->kind == PAGE_BEFORE)
        snprintf(before, sizeof before, "&before=%" PRIu64, query->mark);
    if (query->limit != PAGE_LIMIT)
        snprintf(limit, sizeof limit, "&limit=%zu", query->limit);
    snprintf(out, REPLY_HEAD,
             "Content-Type: text/html; charset=utf-8\r\n"
             "Refresh: 5; url=/messages?room=%" PRIu64 "%s%s&t=%" PRId64 "%s\r\n",
             query->room_id, before, limit, vary, *before == '\0' ? "#end" : "");
}

void reply_timeline(struct strbuf *out, const struct config *config, const struct read_job *read)
{
    const struct page *page = &read->page;
    struct timeline_viewer viewer = {
        .user_id = read->user.id, .role = page->room.role, .direct = page->room.direct};
    struct view *view = view_new();

    page_common(view, config, "messages", timeline_display(page->room.other_name, page->room.name), "",
                &read->user);
    page_room(view, &page->room);
    timeline_view(view, &page->list, &viewer);
    view_flag(view, "More", page->more);
    if (page->list.count > 0)
        view_set_u64(view, "FirstSeq", page->list.message[0].seq);
    finish(view, "timeline.cs", out);
}

void reply_compose(struct strbuf *out, const struct config *config, const char *csrf,
                   const struct write *write, const struct refusal *why)
{
    static const struct user nobody;
    struct view *view = view_new();
    char nonce[CRYPTO_TOKEN_TEXT];

    page_common(view, config, "messages", why != NULL ? t("Not sent") : t("Preview"), csrf, &nobody);
    if (why != NULL)
        page_error(view, why->status, why->text);
    view_set(view, "Error.Title", why != NULL ? t("Not sent") : t("Preview"));
    if (why == NULL) {
        struct view *item = view_item(view, "Preview", 0);
        view_set(item, "Text", write->text);
        if (write->html != NULL)
            view_set(item, "Html", write->html);
    }
    view_set_u64(view, "Room.Id", write->room_id);
    view_set(view, "Room.Name", t("the room"));
    if (write->text != NULL && text_utf8_length(write->text, write->text_len) >= 0)
        view_set(view, "Form.text", write->text);
    if (write->reply_to != 0 && write->result != WRITE_NO_ORIGINAL)
        view_set_u64(view, "Reply.Seq", write->reply_to);
    if (write->action == WRITE_EDIT) {
        view_set_u64(view, "Edit.Seq", write->seq);
        /* Sent again it replaces what is there now, which the page has shown. */
        view_set_u64(view, "Edit.Base", write->change != 0 ? write->change : write->base);
        if (why != NULL && write->present != NULL) {
            struct strbuf text = STRBUF_INIT;
            strbuf_addf(&text, t("%s It reads now: %s"), t(why->text), write->present);
            view_set(view, "Error.Text", text.buf);
            strbuf_release(&text);
        }
    }
    for (size_t i = 0; i < write->files && write->result != WRITE_NO_FILE; i++)
        view_set_u64(view_item(view, "Files", i), "Id", write->file[i]);
    /* The send may have been stored all the same: under its nonce it is not stored twice. */
    bool keep = write->nonce != NULL && write->result != WRITE_NONCE_TAKEN;
    crypto_token(nonce);
    nonce[TEXT_NONCE_MAX] = '\0';
    view_set(view, "Nonce", keep ? write->nonce : nonce);
    finish(view, "compose.cs", out);
}

void reply_error_page(struct strbuf *out, const struct config *config, const struct refusal *why)
{
    static const struct user nobody;
    struct view *view = view_new();

    page_common(view, config, "messages", why->status == 404 ? t("Nothing here") : t("Error"), "", &nobody);
    page_error(view, why->status, why->text);
    finish(view, "error.cs", out);
}
