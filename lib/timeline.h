/* Messages as they are shown: into a view for a page, and as JSON for the messages endpoint.
 *
 * The one message template is html/_message.cs. A page shows it with the viewer's own controls; the `html` of
 * JSON is the same for all readers of one language, and scripts add there what depends on who is looking. */
#ifndef SNUG_TIMELINE_H
#define SNUG_TIMELINE_H

#include "db_message.h"
#include "tmpl.h"

#define TIMELINE_TEXT 64

/* "19:05", "19 Nov, 19:05" (with the year unless it is this one), "19 Nov 2026", "Thursday 19 November", "Thursday 19
 * November 2026, 19:05 UTC" from an ISO time; "" from "". */
void timeline_clock(const char *iso, char out[TIMELINE_TEXT]);
void timeline_short(const char *iso, char out[TIMELINE_TEXT]);
void timeline_date(const char *iso, char out[TIMELINE_TEXT]);
void timeline_day(const char *iso, char out[TIMELINE_TEXT]);
void timeline_full(const char *iso, char out[TIMELINE_TEXT]);

/* The display name of a user as it is shown: that of who left the site (his name begins with '-') in the language in use.
 * `name` may be NULL. */
const char *timeline_display(const char *name, const char *display);

/* Where a message is read: its room, or a page of the room's history around it, so that scripts are not needed. */
#define TIMELINE_LINK 96
void timeline_link(const struct room *room, uint64_t seq, char out[TIMELINE_LINK]);

/* The sentence of an event ("Tom Hale added Jun Sato"), appended. */
void timeline_event(const struct message *message, struct strbuf *out);

/* Who looks at a page; user_id 0: nobody in particular (the `html` of JSON). */
struct timeline_viewer {
    uint64_t user_id;
    enum role role; /* in the room of these messages */
    bool direct;
    uint64_t first_new; /* the first unread message; 0: none */
    const struct kept *kept;
    int zone;     /* minutes east of UTC, for the days */
    bool scripts; /* run in this browser: they add the tools of messages */
};

/* Fills Messages.N of the view, in order, with grouping and day separators when there is a viewer. */
void timeline_view(struct view *view, const struct message_list *list, const struct timeline_viewer *viewer);

/* Name, display name, initials and hue of a user into a node. */
void timeline_person(struct view *node, const char *name, const char *display);

/* A file into a node, and as a JSON object. */
#define FILE_BOX_WIDTH  400 /* the most that a picture takes on the page */
#define FILE_BOX_HEIGHT 300
void timeline_file(struct view *item, const struct attachment *attachment);
void timeline_file_json(struct strbuf *out, const struct attachment *attachment);

/* Appends somebody as JSON: id, name, display. */
void timeline_user(struct strbuf *out, uint64_t id, const char *name, const char *display);

/* Appends the messages as JSON objects, with a comma between. at[i], when `at` is given, is where in `out` the i-th
 * begins. Rendering needs the templates: call it from the thread that renders. */
void timeline_json(struct strbuf *out, uint64_t room_id, const struct message_list *list, size_t *at);

#endif
