/* The words of a text, for searching it: in any script, without regard to case and accents.
 *
 * A text is a row of units. A unit is a word as it stands between spaces and signs; where a script sets none (Chinese,
 * Japanese, Thai …), and in Korean, each character is one, as every symbol is. Two units are the same when their hashes are:
 * those of their NFKC case folding without accents. The index knows a text by tokens: one for each of its units, and one
 * for each two characters in a row, so that a word of such a script is found by its pairs. A token may mean several words: what
 * the index finds is looked at once more. */
#ifndef SNUG_WORDS_H
#define SNUG_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unit {
    size_t at; /* where in the text it stands */
    size_t len;
    uint64_t hash;
    bool single; /* one character, not a word */
};

struct units {
    struct unit *unit; /* the caller frees */
    size_t count;
};

/* Appends the units of a text. What is no UTF-8 parts words. */
void words_split(struct units *units, const char *text, size_t len);

uint32_t words_token(const struct unit *unit);
/* The token of two units in a row; 0 unless both are single characters. */
uint32_t words_pair(const struct unit *first);

/* Tokens of what is no word: every message, one with a file, one of this sender. */
#define WORDS_ALL  1u
#define WORDS_FILE 2u
uint32_t words_sender(uint64_t user_id);

/* Where `want`, so many units in a row, stand in a text from its unit `from` on; SIZE_MAX: nowhere. */
size_t words_find(const struct units *text, size_t from, const struct unit *want, size_t count);

/* Whether two names are the same to people: their words are. */
bool words_same(const char *a, const char *b);

#endif
