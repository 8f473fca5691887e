/* What the page programs and the messages endpoint share. */
#include "page.h"
#include "lang.h"
#include "json.h"

#include "assets.h"

#include <string.h>
#include <strings.h>

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {201, "Created"},
        {206, "Partial Content"},
        {303, "See Other"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {416, "Range Not Satisfiable"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {503, "Service Unavailable"},
        {507, "Insufficient Storage"},
    };

    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Internal Server Error";
}

bool page_is_form(const char *content_type)
{
    static const char form[] = "application/x-www-form-urlencoded";
    size_t len = strcspn(content_type, "; ");

    return len == sizeof form - 1 && strncasecmp(content_type, form, len) == 0;
}

bool page_is_foreign(const struct fcgi_request *in, const struct config *config)
{
    if (*in->fetch_site != '\0' && strcmp(in->fetch_site, "same-origin") != 0 &&
        strcmp(in->fetch_site, "none") != 0)
        return true;
    if (*in->origin == '\0')
        return false;
    const char *host = strstr(in->origin, "://");
    bool same = host != NULL && strcasecmp(host + 3, in->host) == 0;
    return !same && strcasecmp(in->origin, config->site_address) != 0;
}

bool page_has_token(const struct fcgi_request *in, const struct form *form, const char *csrf)
{
    const char *token = *in->csrf != '\0' ? in->csrf : form_get(form, "csrf");

    return token != NULL && crypto_equal(csrf, token);
}

void page_common(struct view *view, const struct config *config, const char *program, const char *title,
                 const char *csrf, const struct user *me)
{
    view_set(view, "Site.Name", config->site_name);
    view_set(view, "Page.Title", title);
    view_set(view, "Page.Name", program);
    view_set(view, "Page.Lang", lang_code(lang_used()));
    view_set(view, "Page.Assets", SNUG_ASSETS);
    view_set(view, "Page.Csrf", csrf);
    view_flag(view, "Registration.Open", config->registration == REGISTRATION_OPEN);
    if (me->id == 0)
        return;
    view_flag(view, "Page.Signed", true);
    struct view *node = view_child(view, "Me");
    view_set_u64(node, "Id", me->id);
    view_flag(node, "Admin", me->admin);
    view_flag(node, "EnterBreaks", !me->enter_sends);
    if (strcmp(me->theme, "auto") != 0)
        view_set(node, "Theme", me->theme);
    timeline_person(node, me->name, me->display);
}

void page_room(struct view *view, const struct room *room)
{
    struct view *node = view_child(view, "Room");

    view_set_u64(node, "Id", room->id);
    view_set(node, "Name", timeline_display(room->other_name, room->name));
    view_set(node, "Topic", room->topic);
    view_set(node, "Kind", room->direct ? "direct" : "group");
    view_flag(node, "Direct", room->direct);
    view_flag(node, "Private", !room->public);
    view_set(node, "Role", rights_role_name(room->role));
    view_flag(node, "CanManage", rights_may(room->role, room->direct, RIGHT_UPDATE));
    view_flag(node, "IsOwner", room->role == ROLE_OWNER);
    view_flag(node, "Muted", room->role == ROLE_MUTED);
    view_set_u64(node, "LastSeq", room->last_seq);
    view_set_u64(node, "Version", room->version);
    view_set_u64(node, "ReadSeq", room->read_seq);
    view_set_u64(node, "Oldest", room->oldest_seq);
    if (room->direct) {
        struct view *person = view_child(node, "Person");
        timeline_person(person, room->other_name, room->name);
        view_flag(person, "Online", room->other_online);
    }
}

void page_time(struct view *view, const char *name, page_time_form *form, const char *iso)
{
    char text[TIMELINE_TEXT];

    form(iso, text);
    view_set(view, name, text);
}

void page_error_json(struct strbuf *out, const char *code, const char *text)
{
    json_addf(out, "{'error':{'code':%s,'message':%s}}", code, t(text));
}

void page_error(struct view *view, int status, const char *text)
{
    view_set_u64(view, "Error.Status", (uint64_t)status);
    view_set(view, "Error.Title",
             status == 404   ? t("Nothing here")
             : status == 503 ? t("Back in a moment")
                             : t("That did not work"));
    view_set(view, "Error.Text", t(text));
    view_flag(view, "Error.SignIn", status == 401);
    view_flag(view, "Retry", status == 503 || status == 429);
}

void page_answer(struct strbuf *out, int status, const char *headers, const void *body, size_t len, bool cgi)
{
    struct strbuf http = STRBUF_INIT;

    strbuf_addf(&http, "Status: %d %s\r\n%s%sContent-Length: %zu\r\n\r\n", status, reason_of(status), headers,
                strstr(headers, "Cache-Control:") != NULL ? "" : "Cache-Control: private, no-store\r\n", len);
    strbuf_add(&http, body, len);
    fcgi_frame(out, http.buf, http.len, cgi);
    fcgi_frame_end(out, cgi);
    strbuf_release(&http);
}
