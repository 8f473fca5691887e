/* The words of a text, for searching it. */
#include "words.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum place { APART, WORD, SINGLE, WITHIN }; /* WITHIN: belongs to what it follows */

static bool between(utf8proc_int32_t c, utf8proc_int32_t first, utf8proc_int32_t last)
{
    return c >= first && c <= last;
}

/* Scripts without spaces, and Korean, whose words end in particles. */
static bool is_single(utf8proc_int32_t c)
{
    return between(c, 0xe00, 0xeff) || between(c, 0x1000, 0x109f) || between(c, 0x1100, 0x115f) ||
           between(c, 0x1780, 0x17ff) || between(c, 0x2e80, 0x2fdf) || between(c, 0x3005, 0x3007) ||
           between(c, 0x3040, 0x318f) || between(c, 0x31a0, 0x31ff) || between(c, 0x3400, 0x4dbf) ||
           between(c, 0x4e00, 0x9fff) || between(c, 0xa960, 0xa97f) || between(c, 0xac00, 0xd7a3) ||
           between(c, 0xf900, 0xfaff) || between(c, 0xff66, 0xffdc) || between(c, 0x20000, 0x3ffff);
}

static enum place place_of(utf8proc_int32_t c)
{
    if (c < 0x80)
        return between(c | 0x20, 'a', 'z') || between(c, '0', '9') ? WORD : APART;
    if (between(c, 0x1160, 0x11ff) || between(c, 0xff9e, 0xff9f)) /* the rest of a syllable */
        return WITHIN;
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
        return WITHIN;
    case UTF8PROC_CATEGORY_SO:
        return SINGLE;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return is_single(c) ? SINGLE : WORD;
    default:
        return APART;
    }
}

/* Marks that one may leave out in writing; in other scripts they are vowels, or make another letter. */
static bool is_accent(utf8proc_int32_t c)
{
    return between(c, 0x300, 0x36f) || between(c, 0x591, 0x5c7) || between(c, 0x64b, 0x65f) || c == 0x670 ||
           between(c, 0x1ab0, 0x1aff) || between(c, 0x1dc0, 0x1dff) || between(c, 0x20d0, 0x20ff);
}

static uint64_t mix(uint64_t hash, uint64_t with)
{
    hash = (hash ^ with) * 0x100000001b3u; /* FNV-1a, by characters */
    return hash ^ hash >> 29;
}

static uint64_t hash_of(const char *text, size_t len)
{
    utf8proc_int32_t *chars = NULL;
    uint64_t hash = 0xcbf29ce484222325u;
    size_t ascii = 0;

    while (ascii < len && (unsigned char)text[ascii] < 0x80)
        ascii++;
    if (ascii == len) {
        for (size_t i = 0; i < len; i++)
            hash = mix(hash, (unsigned char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]));
        return hash;
    }
    const utf8proc_option_t options =
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t count = utf8proc_decompose(bytes, (utf8proc_ssize_t)len, NULL, 0, options), kept = 0;
    if (count <= 0)
        return 0;
    chars = mem_array((size_t)count, sizeof *chars);
    count = utf8proc_decompose(bytes, (utf8proc_ssize_t)len, chars, count, options);
    for (utf8proc_ssize_t i = 0; i < count; i++)
        if (!is_accent(chars[i]))
            chars[kept++] = chars[i];
    kept = utf8proc_normalize_utf32(chars, kept, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    for (utf8proc_ssize_t i = 0; i < kept; i++)
        hash = mix(hash, (uint64_t)chars[i]);
    free(chars);
    return kept > 0 ? hash : 0;
}

void words_split(struct units *units, const char *text, size_t len)
{
    size_t open = SIZE_MAX; /* where the unit begins that goes on */
    enum place kind = APART;

    for (size_t at = 0; at <= len;) {
        utf8proc_int32_t c = -1;
        enum place place = APART;
        utf8proc_ssize_t size = 1;
        if (at < len) {
            size = utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
            if (size > 0)
                place = place_of(c);
            else
                size = 1;
        }
        if (open != SIZE_MAX && place != WITHIN && (place != WORD || kind != WORD)) {
            uint64_t hash = hash_of(text + open, at - open);
            units->unit = mem_more(units->unit, units->count, sizeof *units->unit);
            if (hash != 0)
                units->unit[units->count++] = (struct unit){open, at - open, hash, kind == SINGLE};
            open = SIZE_MAX;
        }
        if (open == SIZE_MAX && (place == WORD || place == SINGLE)) {
            open = at;
            kind = place;
        }
        at += (size_t)size;
    }
}

static uint32_t token(uint64_t hash)
{
    hash = mix(hash, hash >> 32);
    return (uint32_t)(hash >> 16) | 4u; /* apart from those that have a meaning */
}

uint32_t words_token(const struct unit *unit)
{
    return token(unit->hash);
}

uint32_t words_pair(const struct unit *first)
{
    return first->single && first[1].single ? token(mix(first->hash, first[1].hash)) : 0;
}

uint32_t words_sender(uint64_t user_id)
{
    return token(mix(0, user_id));
}

size_t words_find(const struct units *text, size_t from, const struct unit *want, size_t count)
{
    for (; from + count <= text->count; from++) {
        size_t same = 0;
        while (same < count && text->unit[from + same].hash == want[same].hash)
            same++;
        if (same == count)
            return from;
    }
    return SIZE_MAX;
}

bool words_same(const char *a, const char *b)
{
    struct units x = {NULL, 0}, y = {NULL, 0};

    words_split(&x, a, strlen(a));
    words_split(&y, b, strlen(b));
    bool same = x.count == y.count && (x.count > 0 ? words_find(&x, 0, y.unit, y.count) == 0
                                                   : hash_of(a, strlen(a)) == hash_of(b, strlen(b)));
    free(x.unit);
    free(y.unit);
    return same;
}
