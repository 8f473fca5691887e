/* What people type: UTF-8, line ends, names, addresses, numbers. */
#include "text.h"
#include "lang.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_NAME_MAX  200
#define FILE_NAME_HEAD 170 /* what stays of the beginning of one that is longer */

/* Reads one character; returns its bytes (1–4), or 0 when it is not valid. */
static size_t utf8_next(const unsigned char *s, size_t len, uint32_t *out)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need;
    uint32_t c;

    if (s[0] < 0x80) {
        *out = s[0];
        return 1;
    }
    if ((s[0] & 0xe0) == 0xc0) {
        need = 2;
        c = s[0] & 0x1f;
    } else if ((s[0] & 0xf0) == 0xe0) {
        need = 3;
        c = s[0] & 0x0f;
    } else if ((s[0] & 0xf8) == 0xf0) {
        need = 4;
        c = s[0] & 0x07;
    } else {
        return 0;
    }
    if (need > len)
        return 0;
    for (size_t i = 1; i < need; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3fu);
    }
    if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *out = c;
    return need;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

/* Characters that take no room and show nothing: a text of them alone is empty to its readers. */
static bool is_invisible(uint32_t c)
{
    return c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f || c == 0x1160 || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0x2800 || c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 ||
           (c >= 0xe0000 && c <= 0xe0fff);
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

/* Line ends of another kind, and what makes text run the other way. */
static bool is_turning(uint32_t c)
{
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

long text_utf8_length(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    long count = 0;

    for (size_t i = 0; i < len; count++) {
        uint32_t c;
        size_t n = utf8_next(s + i, len - i, &c);
        if (n == 0)
            return -1;
        i += n;
    }
    return count;
}

size_t text_normalise_lines(char *text, size_t len)
{
    size_t to = 0;

    for (size_t from = 0; from < len; from++) {
        if (text[from] == '\r') {
            text[to++] = '\n';
            if (from + 1 < len && text[from + 1] == '\n')
                from++;
        } else {
            text[to++] = text[from];
        }
    }
    text[to] = '\0';
    return to;
}

size_t text_trim(char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t begin = len, end = 0;

    for (size_t i = 0; i < len;) {
        uint32_t c;
        size_t n = utf8_next(s + i, len - i, &c);
        if (n == 0) {
            n = 1;
            c = 0xfffd;
        }
        if (!is_space(c)) {
            if (begin == len)
                begin = i;
            end = i + n;
        }
        i += n;
    }
    if (end < begin)
        end = begin;
    memmove(text, text + begin, end - begin);
    text[end - begin] = '\0';
    return end - begin;
}

bool text_is_blank(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;

    for (size_t i = 0; i < len;) {
        uint32_t c;
        size_t n = utf8_next(s + i, len - i, &c);
        if (n == 0 || (!is_space(c) && !is_invisible(c)))
            return false;
        i += n;
    }
    return true;
}

static enum text_result check(const char *text, size_t len, size_t max, bool one_line)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t count = 0;

    for (size_t i = 0; i < len; count++) {
        uint32_t c;
        size_t n = utf8_next(s + i, len - i, &c);
        if (n == 0)
            return TEXT_INVALID;
        if (is_control(c) && (one_line || (c != '\n' && c != '\t')))
            return TEXT_INVALID;
        if (one_line && is_turning(c))
            return TEXT_INVALID;
        i += n;
    }
    if (count > max)
        return TEXT_LONG;
    return text_is_blank(text, len) ? TEXT_EMPTY : TEXT_OK;
}

enum text_result text_check(const char *text, size_t len, size_t max)
{
    return check(text, len, max, false);
}

enum text_result text_check_line(const char *text, size_t len, size_t max)
{
    return check(text, len, max, true);
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool text_is_name(const char *text, size_t len)
{
    if (len < 1 || len > TEXT_NAME_MAX || !is_alnum(text[0]))
        return false;
    for (size_t i = 1; i < len; i++)
        if (!is_alnum(text[i]) && text[i] != '.' && text[i] != '_' && text[i] != '-')
            return false;
    return true;
}

bool text_is_email(const char *text, size_t len)
{
    const char *at = memchr(text, '@', len);

    if (len < 3 || len > TEXT_EMAIL_MAX || at == NULL || at == text || at == text + len - 1)
        return false;
    if (memchr(at + 1, '@', (size_t)(text + len - at - 1)) != NULL || text_utf8_length(text, len) < 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f || strchr("<>()[],;:\\\"", text[i]) != NULL)
            return false;
    return true;
}

bool text_is_nonce(const char *text, size_t len)
{
    if (len < 1 || len > TEXT_NONCE_MAX)
        return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~')
            return false;
    return true;
}

bool text_to_u64(const char *text, uint64_t max, uint64_t *number)
{
    uint64_t n = 0;

    if (text == NULL || *text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        unsigned digit = (unsigned)(*text - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (n > max)
        return false;
    *number = n;
    return true;
}

bool text_is_local_path(const char *text)
{
    if (text == NULL || text[0] != '/' || text[1] == '/' || text[1] == '\\')
        return false;
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7f || *text == '\\')
            return false;
    return true;
}

char *text_printable(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    char *out = mem_alloc(len + 1);
    size_t to = 0;

    for (size_t i = 0; i < len;) {
        uint32_t c;
        size_t n = utf8_next(s + i, len - i, &c);
        if (n > 0 && (!is_control(c) || c == '\n' || c == '\t')) {
            memcpy(out + to, text + i, n);
            to += n;
        }
        i += n > 0 ? n : 1;
    }
    return out;
}

char *text_file_name(const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (*c == '/' || *c == '\\')
            text = c + 1;
    char *name = text_printable(text, strlen(text));
    size_t len = strlen(name), to = 0, count = 0;
    size_t all = (size_t)text_utf8_length(name, len);

    for (size_t i = 0, n; i < len; i += n, count++) {
        uint32_t c;
        n = utf8_next((unsigned char *)name + i, len - i, &c);
        bool cut =
            all > FILE_NAME_MAX && count >= FILE_NAME_HEAD && count < all - (FILE_NAME_MAX - FILE_NAME_HEAD);
        if (!cut && c >= ' ' && !is_turning(c)) {
            memmove(name + to, name + i, n);
            to += n;
        }
    }
    to = text_trim(name, to);
    if (to > 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !text_is_blank(name, to))
        return name;
    free(name);
    return mem_dup("file");
}

/* The word of the first pair whose mark the text holds; NULL when there is none. */
static const char *known_word(const char *text, const char *const pairs[][2])
{
    for (size_t i = 0; pairs[i][0] != NULL; i++)
        if (strstr(text, pairs[i][0]) != NULL)
            return pairs[i][1];
    return NULL;
}

void text_device(const char *agent, char *out, size_t size)
{
    /* Most claim to be several others as well: the rarer ones come first. */
    static const char *const browsers[][2] = {
        {"Edg", "Edge"},         {"OPR/", "Opera"},     {"SamsungBrowser/", "Samsung Internet"},
        {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
        {"Chrome/", "Chrome"},   {"Safari/", "Safari"}, {NULL, NULL}};
    static const char *const systems[][2] = {
        {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},   {"Windows", "Windows"},
        {"Macintosh", "Mac"},   {"CrOS", "ChromeOS"}, {"Linux", "Linux"}, {NULL, NULL}};
    const char *browser = known_word(agent, browsers), *system = known_word(agent, systems);

    if (browser != NULL && system != NULL)
        snprintf(out, size, t("%s on %s"), browser, system);
    else
        snprintf(out, size, "%s", agent);
}

void text_initials(const char *display, char out[16])
{
    const unsigned char *s = (const unsigned char *)display;
    size_t len = strlen(display), first_at = len, first_len = 0, last_at = len, last_len = 0;
    bool fresh = true;

    for (size_t i = 0; i < len;) {
        uint32_t c;
        size_t n = utf8_next(s + i, len - i, &c);
        if (n == 0)
            break;
        if (is_space(c) || is_invisible(c)) {
            fresh = true;
        } else if (fresh) {
            fresh = false;
            if (first_len == 0) {
                first_at = i;
                first_len = n;
            } else {
                last_at = i;
                last_len = n;
            }
        }
        i += n;
    }
    memcpy(out, display + first_at, first_len);
    memcpy(out + first_len, display + last_at, last_len);
    out[first_len + last_len] = '\0';
    for (char *c = out; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
}

unsigned text_hue(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 16777619u;
    }
    return (hash ^ hash >> 16) % 12;
}

/* ---- emoji (UTS #51, the grammar of its section 1.4.9, with the characters of its data) ---- */

static bool is_picture(uint32_t c)
{
    static const uint16_t low[][2] = {
        {0xa9, 0xa9},     {0xae, 0xae},     {0x203c, 0x203c}, {0x2049, 0x2049}, {0x2122, 0x2122},
        {0x2139, 0x2139}, {0x2194, 0x2199}, {0x21a9, 0x21aa}, {0x231a, 0x231b}, {0x2328, 0x2328},
        {0x23cf, 0x23cf}, {0x23e9, 0x23f3}, {0x23f8, 0x23fa}, {0x24c2, 0x24c2}, {0x25aa, 0x25ab},
        {0x25b6, 0x25b6}, {0x25c0, 0x25c0}, {0x25fb, 0x25fe}, {0x2600, 0x2604}, {0x260e, 0x260e},
        {0x2611, 0x2611}, {0x2614, 0x2615}, {0x2618, 0x2618}, {0x261d, 0x261d}, {0x2620, 0x2620},
        {0x2622, 0x2623}, {0x2626, 0x2626}, {0x262a, 0x262a}, {0x262e, 0x262f}, {0x2638, 0x263a},
        {0x2640, 0x2640}, {0x2642, 0x2642}, {0x2648, 0x2653}, {0x265f, 0x2660}, {0x2663, 0x2663},
        {0x2665, 0x2666}, {0x2668, 0x2668}, {0x267b, 0x267b}, {0x267e, 0x267f}, {0x2692, 0x2697},
        {0x2699, 0x2699}, {0x269b, 0x269c}, {0x26a0, 0x26a1}, {0x26a7, 0x26a7}, {0x26aa, 0x26ab},
        {0x26b0, 0x26b1}, {0x26bd, 0x26be}, {0x26c4, 0x26c5}, {0x26c8, 0x26c8}, {0x26ce, 0x26cf},
        {0x26d1, 0x26d1}, {0x26d3, 0x26d4}, {0x26e9, 0x26ea}, {0x26f0, 0x26f5}, {0x26f7, 0x26fa},
        {0x26fd, 0x26fd}, {0x2702, 0x2702}, {0x2705, 0x2705}, {0x2708, 0x270d}, {0x270f, 0x270f},
        {0x2712, 0x2712}, {0x2714, 0x2714}, {0x2716, 0x2716}, {0x271d, 0x271d}, {0x2721, 0x2721},
        {0x2728, 0x2728}, {0x2733, 0x2734}, {0x2744, 0x2744}, {0x2747, 0x2747}, {0x274c, 0x274c},
        {0x274e, 0x274e}, {0x2753, 0x2755}, {0x2757, 0x2757}, {0x2763, 0x2764}, {0x2795, 0x2797},
        {0x27a1, 0x27a1}, {0x27b0, 0x27b0}, {0x27bf, 0x27bf}, {0x2934, 0x2935}, {0x2b05, 0x2b07},
        {0x2b1b, 0x2b1c}, {0x2b50, 0x2b50}, {0x2b55, 0x2b55}, {0x3030, 0x3030}, {0x303d, 0x303d},
        {0x3297, 0x3297}, {0x3299, 0x3299},
    };

    for (size_t i = 0; i < sizeof low / sizeof low[0]; i++)
        if (c >= low[i][0] && c <= low[i][1])
            return true;
    /* Above, whole blocks are set aside for them, the coming ones among them. */
    return c == 0x1f004 || c == 0x1f0cf || (c >= 0x1f170 && c <= 0x1f171) || (c >= 0x1f17e && c <= 0x1f17f) ||
           c == 0x1f18e || (c >= 0x1f191 && c <= 0x1f19a) || (c >= 0x1f201 && c <= 0x1f202) || c == 0x1f21a ||
           c == 0x1f22f || (c >= 0x1f232 && c <= 0x1f23a) || (c >= 0x1f250 && c <= 0x1f251) ||
           (c >= 0x1f300 && c <= 0x1f64f) || (c >= 0x1f680 && c <= 0x1f6ff) ||
           (c >= 0x1f7e0 && c <= 0x1f7f0) || (c >= 0x1f90c && c <= 0x1f9ff) || (c >= 0x1fa70 && c <= 0x1faff);
}

static bool is_flag_letter(uint32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

bool text_is_emoji(const char *text, size_t len)
{
    uint32_t c[TEXT_EMOJI_MAX + 2] = {0};
    size_t count = 0, at = 0;

    for (size_t i = 0, n; i < len; i += n, count++) {
        n = count < TEXT_EMOJI_MAX ? utf8_next((const unsigned char *)text + i, len - i, &c[count]) : 0;
        if (n == 0)
            return false;
    }
    if (is_flag_letter(c[0]))
        return count == 2 && is_flag_letter(c[1]);
    if ((c[0] >= '0' && c[0] <= '9') || c[0] == '#' || c[0] == '*')
        return (count == 2 && c[1] == 0x20e3) || (count == 3 && c[1] == 0xfe0f && c[2] == 0x20e3);
    for (;;) {
        if (!is_picture(c[at]))
            return false;
        at++;
        if (c[at] == 0xfe0f || (c[at] >= 0x1f3fb && c[at] <= 0x1f3ff))
            at++;
        if (c[at] != 0x200d)
            break;
        at++;
    }
    if (at == 1 && c[0] == 0x1f3f4 && c[1] >= 0xe0020 && c[1] <= 0xe007e) { /* the flag of a region */
        while (c[at] >= 0xe0020 && c[at] <= 0xe007e)
            at++;
        return c[at] == 0xe007f && at + 1 == count;
    }
    return at == count;
}
