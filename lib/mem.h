/* What every file needs: allocation that cannot fail, the log, the clock.
 *
 * When memory is out, these log the size asked for and end the process: its supervisor starts another, and
 * nothing that was acknowledged is lost. What they return is released with free(). */
#ifndef SNUG_MEM_H
#define SNUG_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *mem_alloc(size_t size);                         /* zeroed */
void *mem_array(size_t count, size_t size);           /* zeroed, count * size checked */
void *mem_grow(void *old, size_t count, size_t size); /* realloc, count * size checked */
/* Makes room for one more in an array that grows by this alone: its memory doubles. */
void *mem_more(void *array, size_t count, size_t size);
char *mem_dup(const char *text);              /* a copy; NULL gives NULL */
char *mem_dupn(const void *data, size_t len); /* a copy of len bytes with a NUL behind */

/* A pool of pieces of one size, for what lives long among much that does not: its pieces lie together, so that the pages
 * between them can be given back. It never shrinks. Begin with all zero but the size, that of a pointer at least. */
struct mem_pool {
    size_t size;
    void *free;
    void *blocks;
};

void *mem_pool_get(struct mem_pool *pool); /* zeroed */
void mem_pool_put(struct mem_pool *pool, void *piece);
void mem_pool_release(struct mem_pool *pool); /* with all its pieces */

/* One line to stderr, with the program's name before it. The text begins with the cause, in lower case. */
void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Says which name the lines begin with; `name` is kept, not copied. */
void log_name(const char *name);

/* Milliseconds, from a clock that is never set. */
int64_t clock_ms(void);

/* The order of two numbers (uint64_t), or of structs that begin with one: for qsort and bsearch. */
int compare_ids(const void *a, const void *b);

#endif
