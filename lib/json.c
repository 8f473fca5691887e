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

void json_addf(struct strbuf *sb, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    for (size_t len; *fmt != '\0'; fmt += *fmt == '%' ? 2 : *fmt != '\0') {
        len = strcspn(fmt, "'%");
        strbuf_add(sb, fmt, len);
        fmt += len;
        if (*fmt == '\'')
            strbuf_addch(sb, '"');
        else if (*fmt == '%' && fmt[1] == 's')
            json_text(sb, va_arg(args, const char *));
        else if (*fmt == '%' && fmt[1] == 'u')
            strbuf_addu64(sb, va_arg(args, uint64_t));
        else if (*fmt == '%' && fmt[1] == 'b')
            strbuf_addstr(sb, va_arg(args, int) ? "true" : "false");
        else if (*fmt == '%')
            strbuf_addstr(sb, va_arg(args, const char *));
    }
    va_end(args);
}
