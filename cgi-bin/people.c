/* "/people": everybody, with who is online. "/people/NAME": one of them; a POST there opens the direct room. */
#include "app.h"
#include "page.h"
#include "text.h"
#include "wake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE_PAGE 100
#define PAGES_MAX   10000

static void fill(struct req *req, struct view *item, const struct user *user)
{
    bool me = user->id == req->me.id;

    timeline_person(item, user->name, user->display);
    view_flag(item, "Online", user->online || me);
    view_flag(item, "Me", me);
    view_flag(item, "Suspended", user->suspended);
    page_time(item, "Seen", timeline_short, user->seen_at);
    view_set(item, "SeenAt", user->seen_at);
    page_time(item, "SeenFull", timeline_full, user->seen_at);
    page_time(item, "Since", timeline_date, user->created_at);
    view_set(item, "SinceAt", user->created_at);
}

static void people(struct req *req)
{
    const char *query = form_get(&req->query, "q");
    struct user_list list;
    uint64_t page = 1;

    if (!text_to_u64(form_get(&req->query, "page"), PAGES_MAX, &page) || page == 0)
        page = 1;
    if (query == NULL || text_utf8_length(query, strlen(query)) < 0 || strlen(query) > TEXT_EMAIL_MAX)
        query = "";
    enum db_result result = db_user_list(req->db, query, (page - 1) * PEOPLE_PAGE, PEOPLE_PAGE + 1, &list);
    if (!app_ok(req, db_or_none(result)))
        return;
    view_set(req->view, "Query", query);
    if (page > 1)
        view_set_u64(req->view, "Earlier", page - 1);
    if (list.count > PEOPLE_PAGE)
        view_set_u64(req->view, "Later", page + 1);
    for (size_t i = 0; i < list.count && i < PEOPLE_PAGE; i++)
        fill(req, view_item(req->view, "People", i), &list.user[i]);
    free(list.user);
    app_page(req, 200, t("People"), "people.cs");
}

static void person(struct req *req)
{
    struct user user;
    struct room_list list = {NULL, 0};
    enum db_result result = db_user_by_name(req->db, req->name, &user);

    if (result == DB_OK && user.id != req->me.id)
        result = db_room_common(req->db, req->me.id, user.id, &list);
    if (!app_ok(req, result))
        return;
    fill(req, view_child(req->view, "Person"), &user);
    for (size_t i = 0; i < list.count; i++) {
        struct view *item = view_item(req->view, "Common", i);
        view_set_u64(item, "Id", list.room[i].id);
        view_set(item, "Name", list.room[i].name);
        view_flag(item, "Private", !list.room[i].public);
    }
    free(list.room);
    app_page(req, 200, user.display, "person.cs");
}

static void open_direct(struct req *req)
{
    struct user user;
    uint64_t room = 0;
    enum db_result result = db_user_by_name(req->db, req->name, &user);

    if (result == DB_OK && user.suspended)
        result = DB_NONE; /* cannot read it */
    if (result == DB_OK && user.id == req->me.id) {
        app_fail(req, 422, "yourself", T("A direct room is for two: you cannot open one with yourself."));
        return;
    }
    if (result == DB_OK)
        result = db_room_direct(req->db, req->me.id, user.id, &room);
    if (!app_ok(req, result))
        return;
    wake_user(req->config, req->me.id);
    wake_user(req->config, user.id);
    app_redirect(req, "/rooms/%" PRIu64, room);
}

static const struct route routes[] = {
    {"/people", METHOD_GET, NEED_LOGIN, people},
    {"/people/*", METHOD_GET, NEED_LOGIN, person},
    {"/people/*", METHOD_POST, NEED_LOGIN, open_direct},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
