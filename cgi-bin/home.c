/* "/": who is signed in goes on to the room used last; everybody else is welcomed. "/for-you": what mentions or answers
 * whoever asks. "/formatting": how messages are formatted. "/manifest.webmanifest" is for those who install the site. Also answers every address that no other program has. */
#include "app.h"
#include "db_mention.h"
#include "json.h"
#include "page.h"

#include "assets.h"

#include <inttypes.h>

static void home(struct req *req)
{
    if (req->session.elsewhere) {
        app_redirect(req, "/login");
        return;
    }
    if (req->me.id == 0) {
        app_may_register(req);
        app_page(req, 200, t("Welcome"), "home.cs");
        return;
    }
    struct room room;
    enum db_result result =
        req->me.last_room_id != 0 ? db_room_get(req->db, req->me.last_room_id, req->me.id, &room) : DB_NONE;
    if (!app_ok(req, db_or_none(result)))
        return;
    if (result == DB_OK && room.role != ROLE_NONE)
        app_redirect(req, "/rooms/%" PRIu64, room.id);
    else
        app_redirect(req, "/rooms");
}

#define FOR_YOU_PAGE 50
#define PAGES_MAX    10000

static void show_mention(struct view *item, const struct mention *x)
{
    char link[TIMELINE_LINK];

    timeline_person(item, x->sender_name, x->sender_display);
    timeline_link(&x->room, x->seq, link);
    view_set(item, "Link", link);
    view_set(item, "Room", x->room.name);
    view_flag(item, "Direct", x->room.direct);
    view_flag(item, "Private", !x->room.public);
    view_flag(item, "Reply", x->reply);
    view_flag(item, "Unread", x->seq > x->room.read_seq);
    view_set(item, "Text", *x->text != '\0' ? x->text : t("A file, without words"));
    view_set(item, "CreatedAt", x->created_at);
    page_time(item, "Time", timeline_short, x->created_at);
    page_time(item, "Full", timeline_full, x->created_at);
}

static void for_you(struct req *req)
{
    struct mention_list list;
    uint64_t page = 1;

    if (!text_to_u64(form_get(&req->query, "page"), PAGES_MAX, &page) || page == 0)
        page = 1;
    enum db_result result =
        db_mention_list(req->db, req->me.id, (page - 1) * FOR_YOU_PAGE, FOR_YOU_PAGE + 1, &list);
    for (size_t i = 0; i < list.count && i < FOR_YOU_PAGE; i++)
        show_mention(view_item(req->view, "Mentions", i), &list.mention[i]);
    if (page > 1)
        view_set_u64(req->view, "Earlier", page - 1);
    if (list.count > FOR_YOU_PAGE)
        view_set_u64(req->view, "Later", page + 1);
    mention_list_release(&list);
    view_set(req->view, "List", "for-you");
    if (app_ok(req, db_or_none(result)))
        app_page(req, 200, t("For you"), "for_you.cs");
}

static void formatting(struct req *req)
{
    app_page(req, 200, t("Formatting"), "formatting.cs");
}

#define ICON "{'src':'/static/" SNUG_ASSETS "/css/icon-"

static void manifest(struct req *req)
{
    struct strbuf json = STRBUF_INIT;

    json_addf(&json,
              "{'name':%s,'id':'/','start_url':'/','scope':'/','display':'standalone',"
              "'background_color':'#fbfaf7','theme_color':'#1d6b52','icons':[" ICON
              "192.png','sizes':'192x192'}," ICON "512.png','sizes':'512x512'}," ICON
              "maskable.png','sizes':'512x512','purpose':'maskable'}]}",
              req->config->site_name);
    app_json(req, 200, json.buf);
    strbuf_release(&json);
}

static const struct route routes[] = {
    {"/", METHOD_GET, NEED_NOTHING, home},
    {"/for-you", METHOD_GET, NEED_LOGIN, for_you},
    {"/formatting", METHOD_GET, NEED_NOTHING, formatting},
    {"/manifest.webmanifest", METHOD_GET, NEED_NO_SESSION, manifest},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
