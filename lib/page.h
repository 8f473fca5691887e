/* What the page programs and the messages endpoint share of HTTP and of pages. */
#ifndef SNUG_PAGE_H
#define SNUG_PAGE_H

#include "config.h"
#include "db_room.h"
#include "fcgi.h"
#include "form.h"
#include "lang.h"
#include "timeline.h"

#define PAGE_COOKIE_SESSION "snug_session"
#define PAGE_ELSEWHERE      T("You signed in somewhere else, and this site allows one session at a time.")

/* Whether the content type is application/x-www-form-urlencoded, whatever its parameters say. */
bool page_is_form(const char *content_type);

/* Whether a browser says that the request comes from another site (Sec-Fetch-Site, Origin; OWASP's defence in
 * depth against forged requests). The form token decides in any case. */
bool page_is_foreign(const struct fcgi_request *in, const struct config *config);

/* Whether the request carries the form token, in the header or in the form. */
bool page_has_token(const struct fcgi_request *in, const struct form *form, const char *csrf);

/* The names that every template may use: Site, Page, and Me when somebody is signed in (id not 0). */
void page_common(struct view *view, const struct config *config, const char *program, const char *title,
                 const char *csrf, const struct user *me);

/* What describes a room to templates: Room.*, with the other one of a direct room. */
void page_room(struct view *view, const struct room *room);

/* A time as one of the forms of timeline.h has it, under that name. */
typedef void page_time_form(const char *iso, char out[TIMELINE_TEXT]);
void page_time(struct view *view, const char *name, page_time_form *form, const char *iso);

/* {"error":{"code":…,"message":…}}; the text, here and below, is put into the language in use. */
void page_error_json(struct strbuf *out, const char *code, const char *text);
/* Error.*, for error.cs and compose.cs. */
void page_error(struct view *view, int status, const char *text);

/* A complete CGI answer, framed: head, `headers` (whole lines, may be ""), body. Kept nowhere, unless they say so. */
void page_answer(struct strbuf *out, int status, const char *headers, const void *body, size_t len, bool cgi);

#endif
