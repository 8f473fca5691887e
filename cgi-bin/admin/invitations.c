/* "/admin/invitations": links to register with: made here, shown once, listed without what opens them, and revoked. */
#include "admin.h"
#include "timeline.h"

#define LINKS_MAX 500

static void show_invitations(struct req *req, int status)
{
    static struct admin_invitation list[LINKS_MAX];
    size_t count;

    if (!app_ok(req, db_or_none(db_admin_invitations(req->db, LINKS_MAX, list, &count))))
        return;
    for (size_t i = 0; i < count; i++) {
        struct view *item = view_item(req->view, "Rows", i);
        view_set(item, "Key", list[i].key);
        view_set(item, "By", timeline_display(list[i].created_by_name, list[i].created_by));
        view_set_u64(item, "Uses", list[i].uses_left);
        admin_time(item, "Created", list[i].created_at);
        admin_time(item, "Expires", list[i].expires_at);
    }
    app_page(req, status, t("Invitations"), "admin_invitations.cs");
}

static void invite(struct req *req)
{
    struct app_field field[] = {{"days", T("The number of days"), 3, true, NULL},
                                {"uses", T("The number of people"), 4, true, NULL}};
    uint64_t days = 0, uses = 0;
    char token[CRYPTO_TOKEN_TEXT];
    bool fine = app_fields(req, field, 2);

    fine &= app_number(req, &field[0], 1, 365, t("A number of days from 1 to 365."), &days);
    fine &= app_number(req, &field[1], 1, 1000, t("A number from 1 to 1000."), &uses);
    if (!fine) {
        show_invitations(req, 422);
    } else if (app_ok(req, db_admin_invite(req->db, req->me.id, (unsigned)days, (unsigned)uses, token))) {
        admin_link(req, "/register?invite=", token);
        show_invitations(req, 200);
    }
}

static void revoke_link(struct req *req)
{
    if (app_ok(req, db_admin_revoke(req->db, req->me.id, app_value(req, "key"))))
        app_redirect(req, "/admin/invitations?done=revoke");
}

static const struct app_action invitation_actions[] = {
    {"invite", invite, NULL},
    {"revoke", revoke_link, T("The link opens nothing any more.")},
    ACTIONS_END,
};

void admin_invitations(struct req *req)
{
    app_notice(req, invitation_actions);
    view_set_u64(req->view, "Form.days", 7);
    view_set_u64(req->view, "Form.uses", 1);
    show_invitations(req, 200);
}

void admin_invitation_act(struct req *req)
{
    app_act(req, invitation_actions);
}
