/* "/admin/groups": all groups, and a page each, to delete it. What is written in them stays theirs: nothing here
 * shows it. (Every group has an owner: who ends his account leaves it to somebody.) */
#include "admin.h"
#include "wake.h"

static void fill_group(struct view *view, const struct admin_group *group)
{
    view_set_u64(view, "Id", group->id);
    view_set(view, "Name", group->name);
    view_flag(view, "Private", !group->public);
    view_set_u64(view, "Members", group->members);
    view_set_u64(view, "Messages", group->messages);
    admin_time(view, "Created", group->created_at);
    admin_time(view, "Last", group->last_at);
}

static void show_group(struct req *req, int status, const struct admin_group *group)
{
    fill_group(view_child(req->view, "Group"), group);
    app_page(req, status, group->name, "admin_group.cs");
}

static bool find_group(struct req *req, struct admin_group *group)
{
    enum db_result result = db_admin_group(req->db, req->number, group);

    return app_ok(req, result);
}

static void delete_group(struct req *req)
{
    struct admin_group group;

    if (!find_group(req, &group))
        return;
    if (!app_confirmed(req, group.name)) {
        show_group(req, 422, &group);
        return;
    }
    enum db_result result = db_admin_delete_group(req->db, req->me.id, group.id);
    if (!app_ok(req, result))
        return;
    wake_room(req->config, group.id);
    app_redirect(req, "/admin/groups?done=delete");
}

static const struct app_action group_actions[] = {
    {"delete", delete_group, T("The group is deleted.")},
    ACTIONS_END,
};

void admin_group_act(struct req *req)
{
    app_act(req, group_actions);
}

void admin_group(struct req *req)
{
    struct admin_group group;

    app_notice(req, group_actions);
    if (find_group(req, &group))
        show_group(req, 200, &group);
}

void admin_groups(struct req *req)
{
    struct admin_group list[ADMIN_ROWS + 1];
    size_t count;
    const char *query = admin_parameter(req, "q"), *after = admin_parameter(req, "after");

    if (!app_ok(req, db_or_none(db_admin_groups(req->db, query, after, ADMIN_ROWS + 1, list, &count))))
        return;
    for (size_t i = 0; i < count && i < ADMIN_ROWS; i++)
        fill_group(view_item(req->view, "Rows", i), &list[i]);
    view_set(req->view, "Query", query);
    view_set(req->view, "After", after);
    if (count > ADMIN_ROWS)
        view_set(req->view, "Next", list[ADMIN_ROWS - 1].name);
    app_notice(req, group_actions);
    app_page(req, 200, t("Groups"), "admin_groups.cs");
}
