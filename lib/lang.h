/* The language of what people read.
 *
 * English stands in the code and in the templates, and is the key to the other languages: each has a catalogue in
 * GNU gettext's PO format, <Paths.Html>/<code>.po, read when the language is first used. `t` marks a text of the C
 * programs, {{…}} one of a template (tmpl.h). What a catalogue lacks is shown in English; `make lint` sees that it
 * lacks nothing.
 *
 * Like the locale of C's uselocale, the language is set once and holds until it is set again. One thread renders. */
#ifndef SNUG_LANG_H
#define SNUG_LANG_H

#include <stddef.h>
#include <stdint.h>

enum lang { LANG_EN, LANG_DE, LANG_COUNT };

/* "en", "de". */
const char *lang_code(enum lang lang);
/* What the language calls itself. */
const char *lang_name(enum lang lang);

/* The one chosen by its code; if that is none, the best of Accept-Language (RFC 9110, 12.5.4); else English. */
enum lang lang_choose(const char *code, const char *accept_language);

/* Where the catalogues are; kept, not copied. Once, when the program starts. */
void lang_folder(const char *folder);

void lang_use(enum lang lang);
enum lang lang_used(void);

/* The text in the language in use; it lives as long as the process. */
const char *t(const char *english) __attribute__((format_arg(1)));
/* Marks a text that stands in a table and is put through `t` where it is used. */
#define T(english) english
/* The text for so many of something. */
const char *tn(const char *one, const char *many, uint64_t count)
    __attribute__((format_arg(1), format_arg(2)));
/* The same for a text that need not end with a NUL; NULL where the English stays. */
const char *lang_text(const char *english, size_t len);

#endif
