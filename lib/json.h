/* JSON out (RFC 8259): values appended to a strbuf. The caller writes the brackets and commas. */
#ifndef SNUG_JSON_H
#define SNUG_JSON_H

#include "strbuf.h"

/* A string with its quotes. `text` must be valid UTF-8; '<', U+2028 and U+2029 are escaped as well, so that
 * the result may stand in HTML or a script. */
void json_string(struct strbuf *sb, const char *text, size_t len);
/* The same for a NUL-terminated text; NULL gives null. */
void json_text(struct strbuf *sb, const char *text);
/* A piece of JSON: in `fmt`, ' stands for ", and these for values: %s a string (const char *, NULL gives null), %u a number
 * (uint64_t), %b true or false (bool), %r what is JSON already (const char *). */
void json_addf(struct strbuf *sb, const char *fmt, ...);

#endif
