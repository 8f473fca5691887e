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

static const struct refusal away = {
    503, "unavailable",
    T("The database does not answer at the moment. Nothing is lost; please try again in a few seconds.")};
static const struct refusal fault = {500, "fault", T("Something went wrong on our side. It has been noted.")};
static const struct refusal signed_out = {401, "signed_out",
                                          T("You are not signed in. Sign in, and try again.")};
static const struct refusal elsewhere = {401, "signed_in_elsewhere", PAGE_ELSEWHERE};
static const struct refusal no_room = {404, "not_found",
                                       T("There is nothing at this address, or it is not yours to see.")};
static const struct refusal not_member = {403, "not_a_member",
                                          T("You are not in this group. Join it first.")};

const struct refusal *reply_read_refusal(enum read_status status)
{
    static const struct refusal *const table[] = {
        [READ_OK] = NULL,          [READ_SIGNED_OUT] = &signed_out, [READ_ELSEWHERE] = &elsewhere,
        [READ_NO_ROOM] = &no_room, [READ_NOT_MEMBER] = &not_member, [READ_AWAY] = &away,
        [READ_FAULT] = &fault,
    };

    return table[status];
}

const struct refusal *reply_write_refusal(enum write_result result)
{
    static const struct refusal no_message = {404, "no_message",
                                              T("There is no such message here (any more).")};
    static const struct refusal not_yours = {403, "not_yours", T("Only your own messages can be changed.")};
    static const struct refusal muted = {
        403, "muted", T("You may read here, but not write: an admin of this group has muted you.")};
    static const struct refusal not_allowed = {403, "not_allowed",
                                               T("Only admins of this group can pin messages.")};
    static const struct refusal full = {
        409, "full", T("50 messages are pinned here, which is the most. Take a pin off first.")};
    static const struct refusal nonce_taken = {
        409, "nonce_taken",
        T("Another message was sent under the same nonce. Send this one again to post it too.")};
    static const struct refusal changed = {409, "changed", T("The message was changed meanwhile.")};
    static const struct refusal gone = {409, "deleted", T("The message was deleted meanwhile.")};
    static const struct refusal no_file = {
        409, "no_file", T("A file of this message is not there any more. Attach it again.")};
    static const struct refusal no_original = {
        422, "no_original",
        T("The message that this answers is not here any more. Send it again to post it without.")};
    static const struct refusal many = {409, "too_many",
                                        T("This message has as many different reactions as it can hold.")};
    static const struct refusal too_fast = {429, "too_fast",
                                            T("That was too fast. Please wait a moment and send it again.")};
    static const struct refusal *const table[] = {
        [WRITE_DONE] = NULL,
        [WRITE_SIGNED_OUT] = &signed_out,
        [WRITE_ELSEWHERE] = &elsewhere,
        [WRITE_NO_ROOM] = &no_room,
        [WRITE_NOT_MEMBER] = &not_member,
        [WRITE_MUTED] = &muted,
        [WRITE_NO_MESSAGE] = &no_message,
        [WRITE_NOT_YOURS] = &not_yours,
        [WRITE_NOT_ALLOWED] = &not_allowed,
        [WRITE_FULL] = &full,
        [WRITE_NONCE_TAKEN] = &nonce_taken,
        [WRITE_CHANGED] = &changed,
        [WRITE_GONE] = &gone,
        [WRITE_NO_FILE] = &no_file,
        [WRITE_NO_ORIGINAL] = &no_original,
        [WRITE_MANY] = &many,
        [WRITE_TOO_FAST] = &too_fast,
        [WRITE_AWAY] = &away,
        [WRITE_FAULT] = &fault,
    };

    return table[result];
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
        strbuf_addf(out, "%s{\"id\":%" PRIu64 ",\"name\":", i > 0 ? "," : "", room->id);
        json_text(out, timeline_display(room->other_name, room->name));
        strbuf_addf(out,
                    ",\"kind\":\"%s\",\"unread\":%" PRIu64 ",\"last_seq\":%" PRIu64 ",\"read_seq\":%" PRIu64,
                    room->direct ? "direct" : "group", room->unread, room->last_seq, room->read_seq);
        if (room->mentions > 0)
            strbuf_addf(out, ",\"mentions\":%" PRIu64, room->mentions);
        if (room->direct) {
            strbuf_addstr(out, ",\"user\":");
            json_text(out, room->other_name);
            strbuf_addf(out, ",\"online\":%s", room->other_online ? "true" : "false");
        } else {
            strbuf_addf(out, ",\"visibility\":\"%s\",\"role\":\"%s\"", room->public ? "public" : "private",
                        rights_role_name(room->role));
        }
        strbuf_addch(out, '}');
    }
    strbuf_addch(out, ']');
}

void reply_members(struct strbuf *out, const struct member_list *members)
{
    strbuf_addch(out, '[');
    for (size_t i = 0; i < members->count; i++) {
        const struct member *m = &members->member[i];
        strbuf_addf(out, "%s{\"id\":%" PRIu64 ",\"name\":", i > 0 ? "," : "", m->id);
        json_text(out, m->name);
        strbuf_addstr(out, ",\"display\":");
        json_text(out, m->display);
        strbuf_addf(out, ",\"role\":\"%s\",\"online\":%s}", rights_role_name(m->muted ? ROLE_MUTED : m->role),
                    m->online ? "true" : "false");
    }
    strbuf_addch(out, ']');
}

void reply_room_info(struct strbuf *out, const struct room *room)
{
    strbuf_addstr(out, "{\"name\":");
    json_text(out, room->name);
    strbuf_addstr(out, ",\"topic\":");
    json_text(out, room->topic);
    strbuf_addf(out, ",\"visibility\":\"%s\"", room->public ? "public" : "private");
    if (room->role != ROLE_NONE)
        strbuf_addf(out, ",\"role\":\"%s\"", rights_role_name(room->role));
    strbuf_addch(out, '}');
}

static void json_room(struct strbuf *out, const struct read_job *read)
{
    const struct page *page = &read->page;

    strbuf_addf(out, "\"room\":%" PRIu64 ",\"more\":%s,\"oldest\":%" PRIu64 ",\"messages\":[", page->room.id,
                page->more ? "true" : "false", page->room.oldest_seq);
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
        strbuf_addf(out, "\"poll\":%u,", poll);
    reply_cursor(read, cursor);
    if (read->query.kind == PAGE_BEFORE && read->query.room_id != 0)
        strbuf_addstr(out, "\"cursor\":null}");
    else
        strbuf_addf(out, "\"cursor\":\"%s\"}", cursor);
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
