/* What people write, as HTML: CommonMark with GitHub's autolinks, strikethrough, tables and task lists, short codes of
 * emoji, and mentions. The only file that includes cmark-gfm. That is not thread safe: one thread of a process renders.
 *
 * What comes out are the elements listed in markup.c and nothing else. Markup that was typed is shown as text, images are
 * links, since no other host may be asked, addresses are http, https, mailto or of this site, and a newline breaks the
 * line. What would take long to parse, by its structure, stays plain text: hostile text costs at most a few times what
 * plain text does (make bench: format). */
#ifndef SNUG_MARKUP_H
#define SNUG_MARKUP_H

#include "strbuf.h"
#include "text.h"

#include <stdbool.h>

#define MARKUP_VERSION   1  /* raised when the same text comes out as another HTML: `make rerender` */
#define MARKUP_NAMES_MAX 64 /* mentioned in one message */
#define MARKUP_EVERYONE  "everyone"

/* Who a name stands for. */
struct markup_person {
    uint64_t id; /* 0: nobody, the name stays text */
    bool everyone;
    bool told;      /* it is in his list already */
    bool mentioned; /* filled by markup_render: it is not only in code, for example */
    char name[TEXT_NAME_MAX + 1];
};

struct markup_names {
    struct markup_person person[MARKUP_NAMES_MAX];
    size_t count;
};

/* The names that a text may mention, each once, without ids. */
void markup_names(const char *text, size_t len, struct markup_names *names);

/* Appends the HTML of a text. False: there is nothing to mark up, it is shown as it is. */
bool markup_render(const char *text, size_t len, struct markup_names *names, struct strbuf *html);

/* How the mention of a user begins in it. No text can look like that. */
#define MARKUP_MENTION "class=\"mention\" data-user=\""

#endif
