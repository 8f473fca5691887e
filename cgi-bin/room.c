/* "/rooms/ID": the chat page. "?before=SEQ" shows history, "?reply=SEQ", "?react=SEQ", "?edit=SEQ", "?delete=SEQ",
 * "?more=SEQ" and "?versions=SEQ" are about one message, "?attach=1" takes files, without scripts. A public group that one is not in offers to be joined. */
#include "app.h"
#include "cursor.h"
#include "db_part.h"
#include "page.h"
#include "text.h"
#include "timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX  200 /* shown at the side of the page */
#define VERSIONS_MAX 200 /* of one message */

static enum db_result show_members(struct req *req)
{
    struct member_list list;
    enum db_result result = db_room_members(req->db, req->room.id, true, MEMBERS_MAX, &list);
    uint64_t online = 0;
    char off[4];

    req->room.member_count = list.count;
    if (result == DB_OK)
        app_members(req, &list, ROLE_NONE); /* managing them is the settings page's */
    for (size_t i = 0; i < list.count; i++)
        online += list.member[i].online || list.member[i].id == req->me.id;
    if (result == DB_OK && list.count == MEMBERS_MAX)
        result = db_room_get(req->db, req->room.id, req->me.id, &req->room);
    view_set_u64(req->view, "Room.OnlineCount", online);
    view_set_u64(req->view, "Room.AwayCount", req->room.member_count - online);
    view_flag(req->view, "MembersOff",
              form_cookie(req->in.cookie, "snug_members", off, sizeof off) && strcmp(off, "off") == 0);
    free(list.member);
    return result == DB_NONE ? DB_OK : result;
}

/* What the query asks to do with one message, in the place of the composer, and what that needs. */
static const struct {
    const char *parameter; /* and the form's action */
    const char *node;
    enum right own;
    enum right others; /* RIGHT_COUNT: only the sender may */
} asks[] = {
    {"reply", "Reply", RIGHT_SEND, RIGHT_SEND},  {"react", "React", RIGHT_SEND, RIGHT_SEND},
    {"edit", "Edit", RIGHT_SEND, RIGHT_COUNT},   {"delete", "Confirm", RIGHT_READ, RIGHT_DELETE_ANY},
    {"more", "Further", RIGHT_READ, RIGHT_READ}, {"versions", "Versions", RIGHT_READ, RIGHT_VERSIONS},
};

static enum db_result show_versions(struct req *req, struct view *view, uint64_t seq)
{
    struct message_list list;
    enum db_result result = db_message_versions(req->db, req->room.id, seq, VERSIONS_MAX, &list);

    for (size_t i = 0; i < list.count; i++) {
        struct view *item = view_item(view, "Former", i);
        char text[TIMELINE_TEXT];
        timeline_full(list.message[i].created_at, text);
        view_set(item, "Time", text);
        view_set(item, "At", list.message[i].created_at);
        view_set(item, "Text", list.message[i].text);
    }
    message_list_release(&list);
    return result;
}

/* What most people react with; the same stand in js/react.js. */
static const char *const common[] = {"👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "👎", "🔥", "✅",    "❌",
                                     "👏", "🤔",   "😍", "😅", "🙌", "💯", "🚀", "☕", "💡", "👋", "🤝", "🙈"};

static void show_picks(struct view *view, const struct message *m, uint64_t me)
{
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        view_set(view_item(view, "Common", i), "Emoji", common[i]);
    for (size_t i = 0; i < m->reactions; i++)
        if (m->reaction[i].user_id == me)
            view_set(view_item(view, "Mine", i), "Emoji", m->reaction[i].emoji);
}

/* DB_REFUSED: one may not see what it said before; with anything else that one may not do, the room is shown alone. */
static enum db_result show_message(struct req *req, size_t ask, const struct kept *kept)
{
    const struct room *room = &req->room;
    struct message_list one;
    uint64_t seq;

    if (!text_to_u64(form_get(&req->query, asks[ask].parameter), INT64_MAX, &seq))
        return DB_OK;
    enum db_result result = db_message_get(req->db, room->id, seq, &one);
    const struct message *m = one.message;
    bool mine = one.count == 1 && m->sender_id == req->me.id;
    enum right right = mine ? asks[ask].own : asks[ask].others;
    bool may = right != RIGHT_COUNT && rights_may(room->role, room->direct, right);
    if (one.count == 1 && !may && right == RIGHT_VERSIONS) {
        result = DB_REFUSED;
    } else if (one.count == 1 && may && !m->deleted && m->event[0] == '\0') {
        struct view *view = view_child(req->view, asks[ask].node);
        view_set_u64(view, "Seq", m->seq);
        view_set_u64(view, "Base", m->change);
        view_set(view, "Text", m->text);
        view_set(view, "Action", asks[ask].parameter);
        view_flag(view, "Pinned", (m->parts & PART_PIN) != 0);
        view_flag(view, "CanPin", rights_may(room->role, room->direct, RIGHT_PIN));
        for (size_t i = 0; i < kept->count; i++)
            if (kept->saved[i] == m->seq)
                view_flag(view, "Saved", true);
        view_set(view, "Sender", mine ? "" : timeline_display(m->sender_name, m->sender_display));
        view_set(view, "Author", timeline_display(m->sender_name, m->sender_display));
        if (strcmp(asks[ask].parameter, "react") == 0)
            show_picks(view, m, req->me.id);
        if (asks[ask].others == RIGHT_VERSIONS)
            result = show_versions(req, view, m->seq);
    }
    message_list_release(&one);
    return result == DB_NONE ? DB_OK : result;
}

static void show_cursor(struct req *req, const struct page *page)
{
    struct cursor cursor = {.room_id = page->room.id, .version = page->version};
    char text[CURSOR_TEXT];

    snprintf(cursor.epoch, sizeof cursor.epoch, "%s", req->session.epoch);
    cursor_write(&cursor, text);
    view_set(req->view, "Room.Cursor", text);
}

static void show_page(struct req *req, const struct page *page, bool history, const struct kept *kept)
{
    const struct room *room = &page->room;
    struct timeline_viewer viewer = {
        .user_id = req->me.id, .role = room->role, .direct = room->direct, .kept = kept};
    struct strbuf saved = STRBUF_INIT;
    char nonce[CRYPTO_TOKEN_TEXT], zone[6];

    if (form_cookie(req->in.cookie, "snug_zone", zone, sizeof zone)) { /* as a script said last */
        viewer.zone = (int)strtol(zone, NULL, 10);
        viewer.scripts = !history; /* and should it run no more, the frame in the page's place has all */
    }
    if (!history && room->unread > 0)
        viewer.first_new = room->last_seq - room->unread + 1;
    page_room(req->view, room);
    view_set_u64(req->view, "Room.MemberCount", req->room.member_count);
    timeline_view(req->view, &page->list, &viewer);
    view_flag(req->view, "Pins", kept->pins > 0);
    for (size_t i = 0; i < kept->count; i++)
        strbuf_addf(&saved, i > 0 ? " %" PRIu64 : "%" PRIu64, kept->saved[i]);
    view_set(req->view, "Room.Saved", saved.buf);
    strbuf_release(&saved);
    view_flag(req->view, "More", page->more);
    view_flag(req->view, "History", history);
    if (page->list.count > 0)
        view_set_u64(req->view, "FirstSeq", page->list.message[0].seq);
    if (req->config->files) {
        view_set_u64(req->view, "Files.Max", req->config->files_max >> 20);
        view_flag(req->view, "Attach", form_get(&req->query, "attach") != NULL);
    }
    crypto_token(nonce);
    nonce[TEXT_NONCE_MAX] = '\0';
    view_set(req->view, "Nonce", nonce);
}

static void join_page(struct req *req)
{
    enum db_result result = db_room_get(req->db, req->number, req->me.id, &req->room);

    bool banned = false;
    if (result == DB_OK)
        result = db_room_bars(req->db, req->number, req->me.id, &banned);
    if (result != DB_OK) {
        app_failed(req, result);
        return;
    }
    page_room(req->view, &req->room);
    view_set_u64(req->view, "Room.MemberCount", req->room.member_count);
    view_flag(req->view, "Banned", banned);
    app_page(req, 200, req->room.name, "join.cs");
}

static void fill_and_show(struct req *req, const struct page *page, bool history)
{
    struct kept kept;
    enum db_result result = db_part_kept(req->db, page->room.id, req->me.id, &kept);

    req->room = page->room;
    if (result == DB_OK && req->me.last_room_id != req->room.id)
        result = db_user_set_last_room(req->db, req->me.id, req->room.id);
    if (result == DB_OK && !req->room.direct)
        result = show_members(req);
    for (size_t i = 0; i < sizeof asks / sizeof asks[0] && result == DB_OK; i++)
        result = show_message(req, i, &kept);
    if (result != DB_OK) {
        app_failed(req, result);
    } else {
        show_page(req, page, history, &kept);
        show_cursor(req, page);
        app_page(req, 200, timeline_display(page->room.other_name, page->room.name), "room.cs");
    }
    free(kept.saved);
}

static void room(struct req *req)
{
    struct page_query query = {
        .kind = PAGE_NEWEST, .room_id = req->number, .user_id = req->me.id, .limit = PAGE_LIMIT};
    const char *before = form_get(&req->query, "before");
    struct page page;

    if (before != NULL) {
        query.kind = PAGE_BEFORE;
        if (!text_to_u64(before, INT64_MAX, &query.mark)) {
            app_fail(req, 400, "bad_parameter", T("That page of the history does not exist."));
            return;
        }
    }
    /* The page looks at the rights itself, in the same statement (db_message.h). */
    enum db_result result = db_message_page(req->db, &query, &page);
    if (result != DB_OK)
        app_failed(req, result);
    else if (page.room.role == ROLE_NONE)
        join_page(req);
    else
        fill_and_show(req, &page, before != NULL);
    message_list_release(&page.list);
}

static const struct route routes[] = {
    {"/rooms/#", METHOD_GET, NEED_LOGIN, room},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
