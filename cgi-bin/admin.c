/* "/admin": for the site's admins; for everybody else there is nothing here. This page says how the site is and holds its
 * settings; "/admin/users" and "/admin/groups" (admin/) list all of them; "/admin/invitations" makes links to register
 * with; "/admin/log" tells what the admins did. Admins manage: what others write they do not see. */
#include "admin/admin.h"
#include "db_audit.h"
#include "page.h"
#include "text.h"
#include "wake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#define LINES 100

void admin_time(struct view *view, const char *name, const char *iso)
{
    struct view *node = view_child(view, name);

    view_set(node, "At", iso);
    page_time(node, "Text", timeline_full, iso);
}

const char *admin_parameter(struct req *req, const char *name)
{
    const char *value = form_get(&req->query, name);
    bool is_text = value != NULL && text_utf8_length(value, strlen(value)) >= 0;

    return is_text && strlen(value) <= TEXT_EMAIL_MAX ? value : "";
}

void admin_link(struct req *req, const char *path, const char *token)
{
    struct strbuf link = STRBUF_INIT;

    if (*req->config->site_address != '\0')
        strbuf_addstr(&link, req->config->site_address);
    else
        strbuf_addf(&link, "http%s://%s", req->in.https ? "s" : "", req->in.host);
    strbuf_addf(&link, "%s%s", path, token);
    view_set(req->view, "Link", link.buf);
    strbuf_release(&link);
}

/* ---- how the site is, and its settings ---- */

static void set_size(struct view *view, const char *name, uint64_t bytes)
{
    static const char *const units[] = {T("bytes"), "kB", "MB", "GB", "TB"};
    double size = (double)bytes;
    size_t unit = 0;
    char text[32];

    for (; size >= 1000 && unit < sizeof units / sizeof units[0] - 1; unit++)
        size /= 1000;
    snprintf(text, sizeof text, size < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", size, t(units[unit]));
    view_set(view, name, text);
}

static enum db_result fill_health(struct req *req)
{
    struct view *view = view_child(req->view, "Health");
    struct site_health health = {0};
    struct statvfs disk;
    unsigned processes;
    enum db_result result = db_site_health(req->db, &health);

    view_set(view, "Version", SNUG_VERSION);
    view_set_u64(view, "Schema", health.schema);
    view_set(view, "Server", health.server);
    set_size(view, "Size", health.bytes);
    view_set_u64(view, "Users", health.users);
    view_set_u64(view, "Suspended", health.suspended);
    view_set_u64(view, "Online", health.online);
    view_set_u64(view, "Groups", health.groups);
    view_set_u64(view, "Messages", health.messages);
    view_set_u64(view, "Today", health.today);
    view_set_u64(view, "Readers", wake_ask_readers(req->config, &processes));
    view_set_u64(view, "Processes", processes);
    if (statvfs(req->config->path_run, &disk) == 0)
        set_size(view, "Free", (uint64_t)disk.f_bavail * disk.f_frsize);
    return result;
}

static void show_site(struct req *req, int status)
{
    const struct config *file = req->config->file;
    struct view *view = view_child(req->view, "File");

    if (!app_ok(req, db_or_none(fill_health(req))))
        return;
    view_set(view, "Name", file->site_name);
    view_set(view, "Registration", config_registrations[file->registration]);
    view_set_u64(view, "History", file->history_limit);
    view_flag(view, "Single", file->single_session);
    view_set_u64(view, "Days", file->keep_days);
    app_page(req, status, t("Site admin"), "admin.cs");
}

static const char *const setting_fields[SITE_SETTINGS] = {"name", "registration", "history", "single",
                                                          "days"};

static void site(struct req *req)
{
    static const struct app_action saved[] = {{"settings", NULL, T("Saved.")}, ACTIONS_END};
    char set[SITE_SETTINGS][DB_SETTING] = {{0}}, name[40];

    if (!app_ok(req, db_or_none(db_site_settings(req->db, set))))
        return;
    for (size_t i = 0; i < SITE_SETTINGS; i++) {
        snprintf(name, sizeof name, "Form.%s", setting_fields[i]);
        view_set(req->view, name, set[i]);
        snprintf(name, sizeof name, "Form.was_%s", setting_fields[i]);
        view_set(req->view, name, set[i]);
    }
    app_notice(req, saved);
    show_site(req, 200);
}

static void save_settings(struct req *req)
{
    struct app_field field[SITE_SETTINGS] = {{"name", T("The name"), TEXT_GROUP_MAX, false, NULL},
                                             {"registration", T("The choice"), 8, false, NULL},
                                             {"history", T("The number of messages"), 8, false, NULL},
                                             {"single", T("The choice"), 1, false, NULL},
                                             {"days", T("The number of days"), 5, false, NULL}};
    const char *settings[SITE_SETTINGS];
    uint64_t number;
    bool fine = app_fields(req, field, SITE_SETTINGS);

    for (size_t i = 0; i < SITE_SETTINGS; i++)
        settings[i] = app_kept(req, setting_fields[i]) ? NULL : field[i].value;
    const char *policy = field[SITE_REGISTRATION].value;
    if (*policy != '\0' && strcmp(config_registrations[config_registration(policy)], policy) != 0) {
        app_error(req, "registration", t("Choose one of these."));
        fine = false;
    }
    fine &=
        app_number(req, &field[SITE_HISTORY], 0, 10000000, t("That is not a number of messages."), &number);
    fine &= app_number(req, &field[SITE_SINGLE], 0, 1, t("Choose one of these."), &number);
    fine &= app_number(req, &field[SITE_DAYS], 0, 36500, t("That is not a number of days (at most 36500)."),
                       &number);
    if (!fine) {
        app_error(req, "form", t("Nothing was saved. Below it says beside the field what is wrong."));
        show_site(req, 422);
    } else if (app_ok(req, db_site_update(req->db, req->me.id, settings))) {
        app_redirect(req, "/admin?done=settings");
    }
}

/* ---- the log ---- */

static const char *setting(const char *value)
{
    return strcmp(value, "as in the file") == 0 ? t(T("as in the file")) : value;
}

/* The detail is stored in English. */
static void tell_detail(struct view *item, const struct audit *a)
{
    static const char arrow[] = " → ", invited[] = " days, uses: ", group[] = "group ";
    const char *to = strcmp(a->action, "changed setting") == 0 ? strstr(a->detail, arrow) : NULL;
    char text[sizeof a->detail + 80], from[sizeof a->detail];
    char *end;
    unsigned long days = strtoul(a->detail, &end, 10);

    snprintf(text, sizeof text, "%s", t(a->detail));
    if (to != NULL) {
        snprintf(from, sizeof from, "%.*s", (int)(to - a->detail), a->detail);
        snprintf(text, sizeof text, "%s%s%s", setting(from), arrow, setting(to + strlen(arrow)));
    } else if (end != a->detail && strncmp(end, invited, strlen(invited)) == 0) {
        snprintf(text, sizeof text, t("%lu days, uses: %s"), days, end + strlen(invited));
    } else if (strncmp(a->detail, group, strlen(group)) == 0) {
        snprintf(text, sizeof text, t("group %s"), a->detail + strlen(group));
    }
    view_set(item, "Detail", text);
}

static void audit_log(struct req *req)
{
    static struct audit list[LINES + 1];
    size_t count;
    uint64_t before = 0;

    text_to_u64(admin_parameter(req, "before"), INT64_MAX, &before);
    if (!app_ok(req, db_or_none(db_audit_list(req->db, before, LINES + 1, list, &count))))
        return;
    for (size_t i = 0; i < count && i < LINES; i++) {
        struct view *item = view_item(req->view, "Rows", i);
        view_set(item, "Name", list[i].name);
        view_set(item, "Display", timeline_display(list[i].name, list[i].display));
        view_set(item, "Action", t(list[i].action));
        view_set(item, "Target",
                 strcmp(list[i].action, "changed setting") == 0 ? t(list[i].target) : list[i].target);
        tell_detail(item, &list[i]);
        admin_time(item, "Created", list[i].created_at);
    }
    if (count > LINES)
        view_set_u64(req->view, "Next", list[LINES - 1].id);
    view_flag(req->view, "Older", before != 0);
    app_page(req, 200, t("Log"), "admin_log.cs");
}

#define NEEDS (NEED_LOGIN | NEED_ADMIN)
static const struct route routes[] = {
    {"/admin", METHOD_GET, NEEDS, site},
    {"/admin", METHOD_POST, NEEDS, save_settings},
    {"/admin/users", METHOD_GET, NEEDS, admin_users},
    {"/admin/users/*", METHOD_GET, NEEDS, admin_user},
    {"/admin/users/*", METHOD_POST, NEEDS, admin_user_act},
    {"/admin/groups", METHOD_GET, NEEDS, admin_groups},
    {"/admin/groups/#", METHOD_GET, NEEDS, admin_group},
    {"/admin/groups/#", METHOD_POST, NEEDS, admin_group_act},
    {"/admin/invitations", METHOD_GET, NEEDS, admin_invitations},
    {"/admin/invitations", METHOD_POST, NEEDS, admin_invitation_act},
    {"/admin/log", METHOD_GET, NEEDS, audit_log},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
