/* What every file needs: allocation, the log, the clock. */
#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *program = "snug";

void log_name(const char *name)
{
    program = name;
}

void log_line(const char *fmt, ...)
{
    char line[1024];
    va_list args;

    va_start(args, fmt);
    int len = vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (len < 0)
        return;
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    dprintf(STDERR_FILENO, "%s[%ld]: %s\n", program, (long)getpid(), line);
}

static void out_of_memory(size_t size)
{
    log_line("out of memory for %zu bytes", size);
    _exit(70);
}

static size_t product(size_t count, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(count, size, &total))
        out_of_memory(SIZE_MAX);
    return total;
}

void *mem_alloc(size_t size)
{
    void *p = calloc(1, size > 0 ? size : 1);

    if (p == NULL)
        out_of_memory(size);
    return p;
}

void *mem_array(size_t count, size_t size)
{
    return mem_alloc(product(count, size));
}

void *mem_grow(void *old, size_t count, size_t size)
{
    size_t total = product(count, size);
    void *p = realloc(old, total > 0 ? total : 1);

    if (p == NULL)
        out_of_memory(total);
    return p;
}

void *mem_more(void *array, size_t count, size_t size)
{
    bool full = (count & (count - 1)) == 0; /* a power of two, or nothing */

    return full ? mem_grow(array, count > 0 ? count * 2 : 1, size) : array;
}

char *mem_dupn(const void *data, size_t len)
{
    char *p = mem_alloc(len + 1);

    if (len > 0)
        memcpy(p, data, len);
    return p;
}

char *mem_dup(const char *text)
{
    return text == NULL ? NULL : mem_dupn(text, strlen(text));
}

#define POOL_BLOCK 32 /* pieces taken at once; before them stands the block that was taken before */

void *mem_pool_get(struct mem_pool *pool)
{
    if (pool->free == NULL) {
        void **block = mem_alloc(sizeof *block + POOL_BLOCK * pool->size);
        *block = pool->blocks;
        pool->blocks = block;
        for (size_t i = 0; i < POOL_BLOCK; i++)
            mem_pool_put(pool, (char *)(block + 1) + i * pool->size);
    }
    void *piece = pool->free;
    memcpy(&pool->free, piece, sizeof pool->free);
    memset(piece, 0, pool->size);
    return piece;
}

void mem_pool_put(struct mem_pool *pool, void *piece)
{
    memcpy(piece, &pool->free, sizeof pool->free);
    pool->free = piece;
}

void mem_pool_release(struct mem_pool *pool)
{
    for (void **block = pool->blocks, **before; block != NULL; block = before) {
        before = *block;
        free(block);
    }
    pool->free = pool->blocks = NULL;
}

int64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int compare_ids(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}
