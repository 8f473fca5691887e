/* Names and values: queries and bodies in application/x-www-form-urlencoded (WHATWG URL, section 5), and
 * the Cookie header (RFC 6265, section 5.4).
 *
 * A form owns all it holds; form_release frees it. Values may hold any byte, NUL as well: `len` says how many
 * there are, and a NUL follows. A name that comes more than once keeps its first value. */
#ifndef SNUG_FORM_H
#define SNUG_FORM_H

#include "strbuf.h"

#include <stdbool.h>
#include <stddef.h>

#define FORM_FIELDS_MAX 64 /* our largest form has twelve fields; more than this is no form of ours */

struct form_field {
    const char *name;
    char *value;
    size_t len;
};

struct form {
    char *memory;
    struct form_field field[FORM_FIELDS_MAX];
    size_t count;
};

/* Parses `len` bytes. False when there are more than FORM_FIELDS_MAX fields; `form` is then empty. */
bool form_parse(struct form *form, const char *text, size_t len);
void form_release(struct form *form);

/* The field, or NULL. */
struct form_field *form_find(const struct form *form, const char *name);
/* The value, or NULL where there is none or it holds a NUL byte. */
const char *form_get(const struct form *form, const char *name);

/* Decodes %XX in place, and '+' when `plus`. Returns the new length. A '%' without two hex digits stays. */
size_t form_decode(char *text, size_t len, bool plus);

/* Appends the text as a part of an address: what could mean anything there becomes %XX, only '/' stays. */
void form_encode(struct strbuf *out, const char *text);

/* Copies the value of cookie `name` into out (NUL-terminated). False when it is not there or does not fit. */
bool form_cookie(const char *header, const char *name, char *out, size_t size);

#endif
