/* "/admin/users": everybody, and a page each: admin rights, suspending, a link for a new password, deleting. */
#include "admin.h"
#include "leave.h"
#include "text.h"
#include "timeline.h"
#include "wake.h"

#include <string.h>

#define RESET_LIFE 3600 /* seconds */

static void fill_user(struct view *view, const struct user *user)
{
    timeline_person(view, user->name, user->display);
    view_set(view, "Email", user->email);
    view_flag(view, "Admin", user->admin);
    view_flag(view, "Suspended", user->suspended);
    view_flag(view, "Online", user->online);
    admin_time(view, "Created", user->created_at);
    admin_time(view, "Seen", user->seen_at);
}

static void show_user(struct req *req, int status, const struct user *user)
{
    fill_user(view_child(req->view, "User"), user);
    app_page(req, status, user->display, "admin_user.cs");
}

static bool find_user(struct req *req, struct user *user)
{
    enum db_result result = db_user_by_name(req->db, req->name, user);

    return app_ok(req, result);
}

static void change(struct req *req, const struct user *user, enum user_change what, bool messages)
{
    enum db_result result = what == USER_DELETE
                                ? leave_site(req->config, req->db, req->me.id, user->id, messages)
                                : db_admin_change(req->db, req->me.id, user->id, what, "");

    if (result == DB_DUPLICATE) {
        app_error(req, "form", t("A site needs an admin: make somebody else admin first."));
        show_user(req, 409, user);
    } else if (app_ok(req, result)) {
        wake_user(req->config, user->id);
        if (user->id == req->me.id)
            app_redirect(req, "/");
        else
            app_redirect(req, "/admin/users%s%s?done=%s", what == USER_DELETE ? "" : "/",
                         what == USER_DELETE ? "" : user->name, app_value(req, "action"));
    }
}

static void make_reset(struct req *req)
{
    struct user user;
    char token[CRYPTO_TOKEN_TEXT];

    if (!find_user(req, &user))
        return;
    enum db_result result = db_admin_reset(req->db, req->me.id, user.id, RESET_LIFE, token);
    if (!app_ok(req, result))
        return;
    admin_link(req, "/reset?token=", token);
    show_user(req, 200, &user);
}

static void delete_user(struct req *req)
{
    struct user user;

    if (!find_user(req, &user))
        return;
    view_flag(req->view, "Form.messages", *app_value(req, "messages") != '\0');
    if (app_confirmed(req, user.name))
        change(req, &user, USER_DELETE, *app_value(req, "messages") != '\0');
    else
        show_user(req, 422, &user);
}

static void change_user(struct req *req);

static const struct app_action user_actions[] = {
    [USER_MAKE_ADMIN] = {"admin", change_user, T("An admin of this site now.")},
    [USER_TAKE_ADMIN] = {"unadmin", change_user, T("No admin of this site any more.")},
    [USER_SUSPEND] = {"suspend", change_user, T("Suspended, and signed out everywhere.")},
    [USER_UNSUSPEND] = {"unsuspend", change_user, T("Let back in.")},
    [USER_DELETE] = {"delete", delete_user, T("The account is deleted.")},
    {"reset", make_reset, NULL},
    ACTIONS_END,
};

static void change_user(struct req *req)
{
    const char *action = app_value(req, "action");
    enum user_change what = USER_MAKE_ADMIN;
    struct user user;

    while (strcmp(action, user_actions[what].name) != 0)
        what++;
    if (find_user(req, &user))
        change(req, &user, what, false);
}

void admin_user_act(struct req *req)
{
    app_act(req, user_actions);
}

void admin_user(struct req *req)
{
    struct user user;

    app_notice(req, user_actions);
    if (find_user(req, &user))
        show_user(req, 200, &user);
}

void admin_users(struct req *req)
{
    struct user list[ADMIN_ROWS + 1];
    size_t count;
    const char *query = admin_parameter(req, "q"), *after = admin_parameter(req, "after");

    if (!text_is_name(after, strlen(after)))
        after = "";
    if (!app_ok(req, db_or_none(db_admin_users(req->db, query, after, ADMIN_ROWS + 1, list, &count))))
        return;
    for (size_t i = 0; i < count && i < ADMIN_ROWS; i++)
        fill_user(view_item(req->view, "Rows", i), &list[i]);
    view_set(req->view, "Query", query);
    view_set(req->view, "After", after);
    if (count > ADMIN_ROWS)
        view_set(req->view, "Next", list[ADMIN_ROWS - 1].name);
    app_notice(req, user_actions);
    app_page(req, 200, t("Users"), "admin_users.cs");
}
