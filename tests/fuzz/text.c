/* Text as people type it. */
#include "fuzz.h"

#include "text.h"

#include <iconv.h>
#include <limits.h>

/* The number of characters as the C library counts them; -1 for what is no UTF-8. */
static long characters(const char *text, size_t len)
{
    static iconv_t to;
    char *in = (char *)(uintptr_t)text, *out, *start = malloc(len * 4 + 4);
    size_t in_left = len, out_left = len * 4 + 4;

    if (to == NULL)
        to = iconv_open("UTF-32LE", "UTF-8");
    CHECK(to != (iconv_t)-1 && start != NULL);
    out = start;
    iconv(to, NULL, NULL, NULL, NULL);
    bool valid = iconv(to, &in, &in_left, &out, &out_left) != (size_t)-1;
    free(start);
    return valid ? (out - start) / 4 : -1;
}

static bool has_control(const char *text, size_t len, bool one_line)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == 0x7f || (c < ' ' && (one_line || (c != '\n' && c != '\t'))))
            return true;
        if (c == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0)
            return true;
    }
    return false;
}

static void check(const char *text, size_t len)
{
    long count = text_utf8_length(text, len);

    CHECK(count == characters(text, len));
    for (int one_line = 0; one_line < 2; one_line++) {
        enum text_result result = one_line ? text_check_line(text, len, 40) : text_check(text, len, 40);
        CHECK(result == TEXT_INVALID || (count >= 0 && !has_control(text, len, one_line)));
        CHECK(result == TEXT_INVALID || (result == TEXT_LONG) == (count > 40));
        CHECK((result != TEXT_EMPTY && result != TEXT_OK) ||
              (result == TEXT_EMPTY) == text_is_blank(text, len));
        CHECK(result != TEXT_INVALID || one_line || count < 0 || has_control(text, len, false));
    }
    CHECK(!text_is_name(text, len) ||
          (len <= TEXT_NAME_MAX && count == (long)len && strpbrk(text, "<>&\"'/ %") == NULL));
    CHECK(!text_is_nonce(text, len) || (len <= TEXT_NONCE_MAX && count == (long)len));
    CHECK(!text_is_email(text, len) ||
          (count > 2 && strpbrk(text, "\r\n <>\"") == NULL && strlen(text) == len));
}

static void change(const char *text, size_t len)
{
    char *copy = malloc(len + 1), *shown = text_printable(text, len);

    CHECK(copy != NULL);
    memcpy(copy, text, len + 1);
    size_t lines = text_normalise_lines(copy, len);
    CHECK(lines <= len && copy[lines] == '\0' && memchr(copy, '\r', lines) == NULL);
    CHECK(text_normalise_lines(copy, lines) == lines);
    CHECK((characters(text, len) < 0) == (characters(copy, lines) < 0));

    memcpy(copy, text, len + 1);
    size_t trimmed = text_trim(copy, len);
    CHECK(trimmed <= len && copy[trimmed] == '\0' &&
          (trimmed == 0 || memmem(text, len, copy, trimmed) != NULL));
    CHECK(text_trim(copy, trimmed) == trimmed);

    size_t shown_len = strlen(shown);
    CHECK(shown_len <= len && characters(shown, shown_len) >= 0 && !has_control(shown, shown_len, false));
    CHECK(text_check(text, len, LONG_MAX) == TEXT_INVALID ||
          (shown_len == len && memcmp(shown, text, len) == 0));
    free(shown);
    free(copy);
}

/* What browsers make of an address (WHATWG URL): they drop tab and newline, and take '\' for '/'. */
static bool leaves_site(const char *path)
{
    size_t slashes = 0;

    for (; *path != '\0' && slashes < 2; path++)
        if (*path == '/' || *path == '\\')
            slashes++;
        else if (*path != '\t' && *path != '\n' && *path != '\r' &&
                 (slashes > 0 || (unsigned char)*path > ' '))
            break;
    return slashes != 1;
}

static void words(const char *text)
{
    char initials[16], device[64], digits[24];
    uint64_t number;

    text_initials(text, initials);
    CHECK(memchr(initials, '\0', sizeof initials) != NULL);
    CHECK(characters(text, strlen(text)) < 0 ||
          (characters(initials, strlen(initials)) >= 0 && characters(initials, strlen(initials)) <= 2));
    CHECK(text_hue(text) < 12);
    text_device(text, device, sizeof device);
    CHECK(memchr(device, '\0', sizeof device) != NULL);
    CHECK(!text_is_local_path(text) || (!leaves_site(text) && strpbrk(text, "\r\n\t\\") == NULL));
    if (text_to_u64(text, INT64_MAX, &number)) {
        CHECK(number <= INT64_MAX);
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
        CHECK(strcmp(text + strspn(text, "0"), number > 0 ? digits : "") == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_dupn(data, size);

    check(text, size);
    change(text, size);
    words(text);
    free(text);
    return 0;
}
