/* "/rooms": my groups, the public ones to join, and the form that creates one. */
#include "app.h"
#include "wake.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PUBLIC_MAX 500

static void show(struct req *req, int status)
{
    if (status != 200) /* at the top: the form may be far down */
        app_error(req, "form", t("The group was not created. Below it says beside the field what is wrong."));
    struct room_list list;
    enum db_result result = db_room_public(req->db, req->me.id, PUBLIC_MAX, &list);

    if (!app_ok(req, db_or_none(result)))
        return;
    for (size_t i = 0; i < list.count; i++) {
        struct view *item = view_item(req->view, "Public", i);
        view_set_u64(item, "Id", list.room[i].id);
        view_set(item, "Name", list.room[i].name);
        view_set(item, "Topic", list.room[i].topic);
        view_set_u64(item, "Members", list.room[i].member_count);
    }
    free(list.room);
    app_page(req, status, t("Groups"), "rooms.cs");
}

static void rooms(struct req *req)
{
    view_set(req->view, "Form.visibility", "public");
    if (req->config->history_limit > 0)
        view_set_u64(req->view, "Form.history", req->config->history_limit);
    show(req, 200);
}

static void create(struct req *req)
{
    struct room_fields fields;
    struct app_field members = {"members", T("The list of members"), 4000, false, NULL};
    uint64_t *ids = NULL, id;
    size_t count = 0;
    struct form_field *typed = form_find(&req->form, "members");

    for (size_t i = 0; typed != NULL && i < typed->len; i++) /* names may stand on lines of their own */
        if (typed->value[i] == '\r' || typed->value[i] == '\n' || typed->value[i] == '\t')
            typed->value[i] = ' ';
    bool fine = app_room_fields(req, &fields);
    fine = app_fields(req, &members, 1) && fine;
    enum db_result result = app_names(req, "members", members.value, &ids, &count);
    if (!fine || result == DB_NONE) {
        show(req, 422);
    } else if (app_ok(req, result)) {
        result = db_room_create(req->db, &fields, req->me.id, ids, count, &id);
        if (result == DB_DUPLICATE) {
            app_error(req, "name", t("There is a group with this name already. Choose another one."));
            show(req, 409);
        } else if (app_ok(req, result)) {
            wake_user(req->config, req->me.id);
            for (size_t i = 0; i < count; i++)
                wake_user(req->config, ids[i]);
            app_redirect(req, "/rooms/%" PRIu64, id);
        }
    }
    free(ids);
}

static const struct route routes[] = {
    {"/rooms", METHOD_GET, NEED_LOGIN, rooms},
    {"/rooms", METHOD_POST, NEED_LOGIN, create},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
