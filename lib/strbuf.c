/* A byte string that grows. */
#include "strbuf.h"
#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char strbuf_empty[1] = "";

void strbuf_init(struct strbuf *sb)
{
    *sb = (struct strbuf)STRBUF_INIT;
}

void strbuf_release(struct strbuf *sb)
{
    if (sb->alloc > 0)
        free(sb->buf);
    strbuf_init(sb);
}

void strbuf_reset(struct strbuf *sb)
{
    sb->len = 0;
    if (sb->alloc > 0)
        sb->buf[0] = '\0';
}

char *strbuf_detach(struct strbuf *sb)
{
    char *bytes = sb->alloc > 0 ? sb->buf : mem_dup("");

    strbuf_init(sb);
    return bytes;
}

void strbuf_grow(struct strbuf *sb, size_t extra)
{
    size_t need = sb->len + extra + 1;

    if (need <= sb->alloc)
        return;
    if (need < sb->alloc * 2)
        need = sb->alloc * 2;
    if (need < 64)
        need = 64;
    sb->buf = mem_grow(sb->alloc > 0 ? sb->buf : NULL, need, 1);
    sb->alloc = need;
    sb->buf[sb->len] = '\0';
}

void strbuf_add(struct strbuf *sb, const void *data, size_t len)
{
    if (len == 0)
        return;
    strbuf_grow(sb, len);
    memcpy(sb->buf + sb->len, data, len);
    sb->len += len;
    sb->buf[sb->len] = '\0';
}

void strbuf_addstr(struct strbuf *sb, const char *text)
{
    strbuf_add(sb, text, strlen(text));
}

void strbuf_addch(struct strbuf *sb, char c)
{
    strbuf_add(sb, &c, 1);
}

void strbuf_addu64(struct strbuf *sb, uint64_t number)
{
    char digits[24];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    strbuf_add(sb, digits + at, sizeof digits - at);
}

void strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
    va_list args;

    strbuf_grow(sb, 64);
    for (int tries = 0; tries < 2; tries++) {
        size_t room = sb->alloc - sb->len;
        va_start(args, fmt);
        int len = vsnprintf(sb->buf + sb->len, room, fmt, args);
        va_end(args);
        if (len >= 0 && (size_t)len < room) {
            sb->len += (size_t)len;
            return;
        }
        sb->buf[sb->len] = '\0';
        if (len < 0)
            return;
        strbuf_grow(sb, (size_t)len);
    }
}
