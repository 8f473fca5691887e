/* JSON out. */
#include "json.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

void json_string(struct strbuf *sb, const char *text, size_t len)
{
    size_t from = 0;

    strbuf_addch(sb, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        size_t skip = 1;
        char escape[8];

        if (c == '"' || c == '\\') {
            escape[0] = '\\';
            escape[1] = (char)c;
            escape[2] = '\0';
        } else if (c == '\n') {
            memcpy(escape, "\\n", 3);
        } else if (c < 0x20 || c == '<' || c == 0x7f) {
            static const char digit[] = "0123456789abcdef";
            memcpy(escape, "\\u00", 4);
            escape[4] = digit[c >> 4];
            escape[5] = digit[c & 15];
            escape[6] = '\0';
        } else if (c == 0xe2 && i + 2 < len && (unsigned char)text[i + 1] == 0x80 &&
                   ((unsigned char)text[i + 2] & 0xfe) == 0xa8) {
            memcpy(escape, (unsigned char)text[i + 2] == 0xa8 ? "\\u2028" : "\\u2029", 7);
            skip = 3;
        } else {
            continue;
        }
        strbuf_add(sb, text + from, i - from);
        strbuf_addstr(sb, escape);
        i += skip - 1;
        from = i + 1;
    }
    strbuf_add(sb, text + from, len - from);
    strbuf_addch(sb, '"');
}

void json_text(struct strbuf *sb, const char *text)
{
    if (text == NULL)
        strbuf_addstr(sb, "null");
    else
        json_string(sb, text, strlen(text));
}

/* What stands between the values, with its quotes. */
static const char *add_plain(struct strbuf *sb, const char *fmt)
{
    size_t len = strcspn(fmt, "%");

    strbuf_grow(sb, len);
    for (size_t i = 0; i < len; i++)
        sb->buf[sb->len++] = (char)(fmt[i] == '\'' ? '"' : fmt[i]);
    sb->buf[sb->len] = '\0';
    return fmt + len;
}

void json_addf(struct strbuf *sb, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    while (*(fmt = add_plain(sb, fmt)) != '\0') {
        char type = fmt[1];
        if (type == 's')
            json_text(sb, va_arg(args, const char *));
        else if (type == 'u')
            strbuf_addu64(sb, va_arg(args, uint64_t));
        else if (type == 'b')
            strbuf_addstr(sb, va_arg(args, int) ? "true" : "false");
        else
            strbuf_addstr(sb, va_arg(args, const char *));
        fmt += 2;
    }
    va_end(args);
}
