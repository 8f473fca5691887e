/* "/rooms/ID/settings": what a group is called and who is in it. Everybody in it may look, and leave; its owners and
 * admins manage it (rights.h). Direct rooms have no settings. */
#include "app.h"
#include "page.h"
#include "text.h"
#include "wake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX 10000

static void fill_form(struct req *req)
{
    const struct room *room = &req->room;

    view_set(req->view, "Form.name", room->name);
    view_set(req->view, "Form.topic", room->topic);
    view_set(req->view, "Form.visibility", room->public ? "public" : "private");
    if (room->history_limit > 0)
        view_set_u64(req->view, "Form.history", room->history_limit);
}

static void show(struct req *req, int status)
{
    const struct room *room = &req->room;
    struct member_list list;
    enum db_result result = db_room_members(req->db, room->id, MEMBERS_MAX, &list);

    if (result != DB_OK && result != DB_NONE) {
        app_failed(req, result);
        return;
    }
    page_room(req->view, room);
    view_set_u64(req->view, "Room.MemberCount", room->member_count);
    if (room->history_limit > 0)
        view_set_u64(req->view, "Room.History", room->history_limit);
    app_members(req, &list, room->role);
    free(list.member);
    app_page(req, status, "Settings", "settings.cs");
}

/* Only members see the settings: a public group's other visitors are offered to join it. */
static bool may_see(struct req *req)
{
    if (req->room.direct) {
        app_not_found(req);
        return false;
    }
    return true;
}

static void settings(struct req *req)
{
    static const struct {
        const char *done;
        const char *notice;
    } notices[] = {
        {"update", "Saved."}, {"add", "Added."}, {"remove", "Removed."}, {"role", "The role is changed."}};
    const char *done = form_get(&req->query, "done");
    char path[40];

    if (!may_see(req))
        return;
    if (req->room.role == ROLE_NONE) {
        snprintf(path, sizeof path, "/rooms/%" PRIu64, req->room.id);
        app_redirect(req, path);
        return;
    }
    for (size_t i = 0; done != NULL && i < sizeof notices / sizeof notices[0]; i++)
        if (strcmp(done, notices[i].done) == 0)
            view_set(req->view, "Notice", notices[i].notice);
    fill_form(req);
    show(req, 200);
}

static void refuse(struct req *req, int status, const char *field, const char *text)
{
    app_error(req, field, text);
    app_error(req, "form", text); /* at the top as well: the form may be far down */
    show(req, status);
}

/* After a change: tells the readers, and goes on to a page that says it is done. */
static void finish(struct req *req, enum db_result result, const char *done, const uint64_t *users,
                   size_t count)
{
    char path[64];

    if (result != DB_OK) {
        app_failed(req, result);
        return;
    }
    wake_room(req->config, req->room.id);
    for (size_t i = 0; i < count; i++)
        wake_user(req->config, users[i]);
    snprintf(path, sizeof path, "/rooms/%" PRIu64 "/settings?done=%s", req->room.id, done);
    app_redirect(req, path);
}

static void update(struct req *req)
{
    struct room_fields fields;

    if (!app_room_fields(req, &fields)) {
        show(req, 422);
        return;
    }
    enum db_result result = db_room_update(req->db, req->room.id, req->me.id, &fields);
    if (result == DB_DUPLICATE)
        refuse(req, 409, "name", "There is a group with this name already. Choose another one.");
    else
        finish(req, result, "update", NULL, 0);
}

static void add(struct req *req)
{
    struct app_field members = {"members", "The list of names", 4000, true, NULL};
    uint64_t *ids = NULL;
    size_t count = 0, added = 0;

    if (!app_fields(req, &members, 1)) {
        fill_form(req);
        show(req, 422);
        return;
    }
    enum db_result result = app_names(req, "members", members.value, &ids, &count);
    if (result == DB_NONE) {
        fill_form(req);
        show(req, 422);
    } else {
        if (result == DB_OK)
            result = db_room_add(req->db, req->room.id, req->me.id, ids, count, &added);
        finish(req, result, "add", ids, count);
    }
    free(ids);
}

/* The user that the form names; answers 422 when there is none. */
static bool find_member(struct req *req, struct user *user)
{
    enum db_result result = db_user_by_name(req->db, app_value(req, "member"), user);

    if (result == DB_OK)
        return true;
    if (result == DB_NONE) {
        fill_form(req);
        refuse(req, 422, "member", "There is nobody with this name here.");
    } else {
        app_failed(req, result);
    }
    return false;
}

static void remove_member(struct req *req)
{
    struct user user;

    if (find_member(req, &user))
        finish(req, db_room_remove(req->db, req->room.id, req->me.id, user.id), "remove", &user.id, 1);
}

static void set_role(struct req *req)
{
    struct user user;
    enum role role = rights_role(app_value(req, "role"));
    bool last_owner = false;

    if (!find_member(req, &user))
        return;
    if (role == ROLE_NONE) {
        fill_form(req);
        refuse(req, 422, "role", "Choose a role: owner, admin or member.");
        return;
    }
    enum db_result result = db_room_set_role(req->db, req->room.id, req->me.id, user.id, role, &last_owner);
    if (last_owner) {
        fill_form(req);
        refuse(req, 409, "role", "A group needs an owner: make somebody else owner first.");
        return;
    }
    finish(req, result, "role", &user.id, 1);
}

static void join(struct req *req)
{
    char path[40];
    enum db_result result = db_room_join(req->db, req->room.id, req->me.id);

    if (result != DB_OK) {
        app_failed(req, result);
        return;
    }
    wake_room(req->config, req->room.id);
    wake_user(req->config, req->me.id);
    snprintf(path, sizeof path, "/rooms/%" PRIu64, req->room.id);
    app_redirect(req, path);
}

static void leave(struct req *req)
{
    bool last_owner = false;
    enum db_result result = db_room_leave(req->db, req->room.id, req->me.id, &last_owner);

    if (last_owner) {
        fill_form(req);
        refuse(req, 409, "leave",
               "You are the only owner: make somebody else owner first, or delete the group.");
        return;
    }
    if (result != DB_OK) {
        app_failed(req, result);
        return;
    }
    wake_room(req->config, req->room.id);
    wake_user(req->config, req->me.id);
    app_redirect(req, "/rooms");
}

static void delete_group(struct req *req)
{
    const char *confirm = form_get(&req->form, "confirm");

    /* The page asks for the group's name; a program that does not send the field has made up its mind. */
    if (confirm != NULL && strcmp(confirm, req->room.name) != 0 &&
        rights_may(req->room.role, false, RIGHT_DELETE)) {
        fill_form(req);
        refuse(req, 422, "confirm", "Type the group's name exactly as it is, to delete it.");
        return;
    }
    enum db_result result = db_room_delete(req->db, req->room.id, req->me.id);
    if (result != DB_OK) {
        app_failed(req, result);
        return;
    }
    wake_room(req->config, req->room.id);
    app_redirect(req, "/rooms");
}

static void act(struct req *req)
{
    static const struct {
        const char *action;
        enum right right;
        app_handler *handler;
    } actions[] = {
        {"update", RIGHT_UPDATE, update},        {"add", RIGHT_ADD, add},
        {"remove", RIGHT_REMOVE, remove_member}, {"role", RIGHT_ROLE, set_role},
        {"leave", RIGHT_LEAVE, leave},           {"delete", RIGHT_DELETE, delete_group},
    };
    const char *action = app_value(req, "action");

    if (!may_see(req))
        return;
    if (strcmp(action, "join") == 0) {
        join(req);
        return;
    }
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(action, actions[i].action) != 0)
            continue;
        if (rights_may(req->room.role, false, actions[i].right))
            actions[i].handler(req);
        else
            app_failed(req, DB_REFUSED);
        return;
    }
    app_fail(req, 400, "bad_parameter", "This form asks for something that is not known here.");
}

static const struct route routes[] = {
    {"/rooms/#/settings", METHOD_GET, NEED_LOGIN | NEED_ROOM, settings},
    {"/rooms/#/settings", METHOD_POST, NEED_LOGIN | NEED_ROOM, act},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
