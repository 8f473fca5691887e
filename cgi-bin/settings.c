/* "/rooms/ID/settings": what a group is called and who is in it. Everybody in it may look, and leave; its owners and
 * admins manage it (rights.h). Direct rooms have no settings. */
#include "app.h"
#include "page.h"
#include "wake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIMS_MAX 20 /* batches in one request; housekeeping goes on from there */

static const char *const fields_of_group[] = {"name", "topic", "visibility",
                                              "history"}; /* as the ROOM_ bits */

static void show(struct req *req, int status)
{
    const struct room *room = &req->room;
    enum db_result result = app_people(req);

    if (!app_ok(req, result))
        return;
    if (strcmp(app_value(req, "action"), "update") != 0) { /* else what was typed stands there */
        char limit[24] = "";
        if (room->history_limit > 0)
            snprintf(limit, sizeof limit, "%" PRIu64, room->history_limit);
        const char *now[] = {room->name, room->topic, room->public ? "public" : "private", limit};
        for (size_t i = 0; i < sizeof now / sizeof now[0]; i++) {
            char name[40];
            snprintf(name, sizeof name, "Form.%s", fields_of_group[i]);
            view_set(req->view, name, now[i]);
            snprintf(name, sizeof name, "Form.was_%s", fields_of_group[i]);
            view_set(req->view, name, now[i]);
        }
    }
    page_room(req->view, room);
    view_set_u64(req->view, "Room.MemberCount", room->member_count);
    app_page(req, status, t("Settings"), "settings.cs");
}

static void refuse(struct req *req, int status, const char *field, const char *text)
{
    view_set(req->view, "Form.member", app_value(req, "member"));
    app_error(req, field, text);
    app_error(req, "form", text); /* at the top as well: the form may be far down */
    show(req, status);
}

/* After a change: tells the readers, and goes on to the settings, which say that it is done, or to a page. */
static void finish(struct req *req, enum db_result result, const char *done, const uint64_t *users,
                   size_t count)
{
    if (!app_ok(req, result))
        return;
    wake_room(req->config, req->room.id);
    for (size_t i = 0; i < count; i++)
        wake_user(req->config, users[i]);
    if (*done == '/')
        app_redirect(req, "%s", done);
    else
        app_redirect(req, "/rooms/%" PRIu64 "%s%s", req->room.id, *done != '\0' ? "/settings?done=" : "",
                     done);
}

static void update(struct req *req)
{
    struct room_fields fields;
    bool fine = app_room_fields(req, &fields);

    fields.kept = 0;
    for (unsigned i = 0; i < sizeof fields_of_group / sizeof fields_of_group[0]; i++)
        fields.kept |= app_kept(req, fields_of_group[i]) ? 1u << i : 0;
    if (!fine) {
        show(req, 422);
        return;
    }
    enum db_result result = db_room_update(req->db, req->room.id, req->me.id, &fields);
    /* A much lower limit passes many messages: in batches, between which others write. */
    for (int i = 0; result == DB_OK && i < TRIMS_MAX && db_room_trim(req->db, req->room.id, 0) == DB_OK; i++)
        wake_room(req->config, req->room.id);
    if (result == DB_DUPLICATE)
        refuse(req, 409, "name", t("There is a group with this name already. Choose another one."));
    else
        finish(req, result, "update", NULL, 0);
}

static void add(struct req *req)
{
    struct app_field members = {"members", T("The list of names"), 4000, true, NULL};
    struct strbuf banned = STRBUF_INIT, words = STRBUF_INIT;
    uint64_t *ids = NULL;
    size_t count = 0;
    enum db_result result =
        app_fields(req, &members, 1) ? app_names(req, "members", members.value, &ids, &count) : DB_NONE;
    bool known = result == DB_OK;

    if (known)
        result = db_room_add(req->db, req->room.id, req->me.id, ids, count, &banned);
    strbuf_addf(&words, t("Banned from this group: %s. Lift the ban first; nobody was added."), banned.buf);
    if (!known && result == DB_NONE)
        show(req, 422);
    else if (result == DB_REFUSED && banned.len > 0)
        refuse(req, 409, "members", words.buf);
    else
        finish(req, result, "add", ids, count);
    strbuf_release(&banned);
    strbuf_release(&words);
    free(ids);
}

/* The user that a field of the form names; answers 422 when there is none. */
static bool find_user(struct req *req, const char *field, struct user *user)
{
    enum db_result result = db_user_by_name(req->db, app_value(req, field), user);

    if (result == DB_NONE)
        refuse(req, 422, field, t("There is nobody with this name here."));
    else if (result != DB_OK)
        app_failed(req, result);
    return result == DB_OK;
}

/* What was asked for is within the actor's rights, and yet refused: another admin may have been faster. */
static void too_late(struct req *req, const struct user *user)
{
    struct room theirs = {0};
    char text[160];
    const bool shut = user->suspended && strcmp(app_value(req, "action"), "handover") == 0;
    enum db_result result = db_room_get(req->db, req->number, req->me.id, &req->room);

    if (result == DB_OK && req->room.role != ROLE_NONE) {
        result = db_room_get(req->db, req->number, user->id, &theirs);
        if (result == DB_NONE) /* a private group is not there for who is not in it */
            result = DB_OK;
    }
    if (result != DB_OK) {
        app_failed(req, result);
    } else if (req->room.role == ROLE_NONE || (theirs.role != ROLE_NONE && !shut)) {
        app_failed(req, DB_REFUSED);
    } else {
        snprintf(text, sizeof text,
                 theirs.role == ROLE_NONE ? t("%s is not in this group.") : t("%s is suspended."),
                 user->name);
        refuse(req, 409, "member", text);
    }
}

static void change_member(struct req *req, db_room_change *change)
{
    struct user user;

    if (!find_user(req, "member", &user))
        return;
    const uint64_t both[2] = {user.id, req->me.id};
    enum db_result result = change(req->db, req->room.id, req->me.id, user.id);
    if (result == DB_REFUSED)
        too_late(req, &user);
    else
        finish(req, result, app_value(req, "action"), both, 2);
}

static void set_role(struct req *req)
{
    struct user user;
    enum role role = rights_role(app_value(req, "role"));
    bool last_owner = false;

    if (role < ROLE_MEMBER)
        refuse(req, 422, "role", t("Choose a role: owner, admin or member."));
    if (role < ROLE_MEMBER || !find_user(req, "member", &user))
        return;
    enum db_result result = db_room_set_role(req->db, req->room.id, req->me.id, user.id, role, &last_owner);
    if (last_owner)
        refuse(req, 409, "role", t("A group needs an owner: make somebody else owner first."));
    else if (result == DB_REFUSED)
        too_late(req, &user);
    else
        finish(req, result, "role", &user.id, 1);
}

static void join(struct req *req)
{
    char again[80];

    /* Each shows in the timeline, and counts for the history limit. */
    snprintf(again, sizeof again, "%" PRIu64 " %" PRIu64, req->room.id, req->me.id);
    if (app_too_many(req, "join-", req->me.name) || app_too_many(req, "rejoin-", again)) {
        app_fail(req, 429, "too_fast",
                 T("You have joined too often just now. Please wait a while and try again."));
        return;
    }
    enum db_result result = db_room_join(req->db, req->room.id, req->me.id);
    if (result == DB_OK) {
        app_count_attempt(req, "join-", req->me.name);
        app_count_attempt(req, "rejoin-", again);
    }
    if (result == DB_REFUSED)
        app_fail(req, 403, "banned",
                 T("You are banned from this group. Only its admins can let you in again."));
    else
        finish(req, result, "", &req->me.id, 1);
}

static void leave(struct req *req)
{
    struct user owner = {0};
    bool last_owner = false;

    if (*app_value(req, "owner") != '\0' && !find_user(req, "owner", &owner))
        return;
    enum db_result result = db_room_leave(req->db, req->room.id, req->me.id, owner.id, &last_owner);
    const uint64_t both[2] = {req->me.id, owner.id};
    if (last_owner && owner.id != 0)
        refuse(req, 409, "owner", t("This is no other member of the group. Choose one who is."));
    else if (last_owner)
        refuse(req, 409, "owner",
               t("You are its only owner: say who owns it from now on, or delete the group."));
    else
        finish(req, result, "/rooms", both, owner.id != 0 ? 2 : 1);
}

static void delete_group(struct req *req)
{
    const char *confirm = form_get(&req->form, "confirm");

    /* The page asks for the group's name; a program that does not send the field has made up its mind. */
    if (confirm == NULL || app_confirmed(req, req->room.name)) {
        finish(req, db_room_delete(req->db, req->room.id, req->me.id), "/rooms", NULL, 0);
        return;
    }
    app_error(req, "form", t("Type the name exactly as it is, to delete it."));
    show(req, 422);
}

static const struct {
    const char *action;
    enum right right; /* RIGHT_COUNT: nothing is needed */
    app_handler *handler;
    db_room_change *change; /* or what is done to one member */
    const char *notice;     /* said afterwards */
} actions[] = {
    {"update", RIGHT_UPDATE, update, NULL, T("Saved.")},
    {"add", RIGHT_ADD, add, NULL, T("Added.")},
    {"role", RIGHT_ROLE, set_role, NULL, T("The role is changed.")},
    {"remove", RIGHT_REMOVE, NULL, db_room_remove, T("Removed.")},
    {"handover", RIGHT_HANDOVER, NULL, db_room_handover,
     T("Handed over: you are an admin of this group now.")},
    {"mute", RIGHT_MUTE, NULL, db_room_mute, T("Muted: they can read here, but not write.")},
    {"unmute", RIGHT_MUTE, NULL, db_room_unmute, T("They can write here again.")},
    {"ban", RIGHT_BAN, NULL, db_room_ban, T("Banned: they are out until the ban is lifted.")},
    {"unban", RIGHT_BAN, NULL, db_room_unban, T("The ban is lifted.")},
    {"leave", RIGHT_LEAVE, leave, NULL, NULL},
    {"delete", RIGHT_DELETE, delete_group, NULL, NULL},
    {"join", RIGHT_COUNT, join, NULL, NULL},
};

/* Only members see the settings: a public group's other visitors are offered to join it. */
static void settings(struct req *req)
{
    const char *done = form_get(&req->query, "done");

    for (size_t i = 0; done != NULL && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(done, actions[i].action) == 0 && actions[i].notice != NULL)
            view_set(req->view, "Notice", t(actions[i].notice));
    if (req->room.direct)
        app_not_found(req);
    else if (req->room.role == ROLE_NONE)
        app_redirect(req, "/rooms/%" PRIu64, req->room.id);
    else
        show(req, 200);
}

static void act(struct req *req)
{
    const char *action = app_value(req, "action");

    if (req->room.direct) {
        app_not_found(req);
        return;
    }
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (strcmp(action, actions[i].action) != 0)
            continue;
        if (actions[i].right != RIGHT_COUNT && !rights_may(req->room.role, false, actions[i].right))
            app_failed(req, DB_REFUSED);
        else if (actions[i].change != NULL)
            change_member(req, actions[i].change);
        else
            actions[i].handler(req);
        return;
    }
    app_fail(req, 400, "bad_parameter", T("This form asks for something that is not known here."));
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
