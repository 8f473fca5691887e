/* A byte string that grows.
 *
 * Invariant: `buf` is never NULL after strbuf_init or STRBUF_INIT, and buf[len] is always NUL. Whoever made
 * it releases it; strbuf_detach hands the bytes over instead. */
#ifndef SNUG_STRBUF_H
#define SNUG_STRBUF_H

#include <stddef.h>
#include <stdint.h>

struct strbuf {
    char *buf;
    size_t len;
    size_t alloc; /* 0 while buf is the shared empty string */
};

extern char strbuf_empty[];
#define STRBUF_INIT        \
    {                      \
        strbuf_empty, 0, 0 \
    }

void strbuf_init(struct strbuf *sb);
void strbuf_release(struct strbuf *sb);
void strbuf_reset(struct strbuf *sb);              /* len 0, the memory is kept */
char *strbuf_detach(struct strbuf *sb);            /* the caller frees; sb is empty again */
void strbuf_grow(struct strbuf *sb, size_t extra); /* room for `extra` more bytes */
void strbuf_add(struct strbuf *sb, const void *data, size_t len);
void strbuf_addstr(struct strbuf *sb, const char *text);
void strbuf_addch(struct strbuf *sb, char c);
void strbuf_addu64(struct strbuf *sb, uint64_t number); /* in decimal */
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
