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
