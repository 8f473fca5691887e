/* Views: the values that a page shows, and the ClearSilver templates that show them. The only file that
 * includes ClearSilver for rendering.
 *
 * A view is a tree of texts (an HDF), made anew for every request. Everything is escaped for HTML when it is
 * shown: the escape mode is set before a template is parsed, and what would go round it is banned by
 * `make lint`. Decisions are made in C: a template asks only whether a flag is set. Its texts stand as {{English}}, and
 * are shown in the language in use (lang.h). */
#ifndef SNUG_TMPL_H
#define SNUG_TMPL_H

#include "strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view; /* a tree, or a node of one */

/* Names the folder with the templates; it is kept, not copied. Once, when the program starts. */
void tmpl_folder(const char *folder);

struct view *view_new(void);
void view_free(struct view *view);

void view_set(struct view *view, const char *name, const char *value);
void view_set_u64(struct view *view, const char *name, uint64_t value);
/* Sets the name to "1", or leaves it unset. */
void view_flag(struct view *view, const char *name, bool on);
/* The node list.index, made when it is not there. It belongs to the view. */
struct view *view_item(struct view *view, const char *list, size_t index);
/* The child `name`, made when it is not there. It belongs to the view. */
struct view *view_child(struct view *view, const char *name);

/* Appends the rendered template to `out`. False, with a line in the log, when it cannot be rendered; `out` may
 * then hold a part of it. */
bool view_render(struct view *view, const char *file, struct strbuf *out);

#endif
