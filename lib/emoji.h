/* Short codes of emoji. The table is js/emoji.js, which the page's completion reads too. */
#ifndef SNUG_EMOJI_H
#define SNUG_EMOJI_H

#include <stddef.h>

/* The characters of a short code without its colons, and how many bytes they have; NULL: there is none. */
const char *emoji_find(const char *code, size_t len, size_t *bytes);

#endif
