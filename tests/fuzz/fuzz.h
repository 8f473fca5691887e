/* What the fuzz targets share. Each is LLVMFuzzerTestOneInput of one file: it takes any bytes, and ends the process when
 * what is promised of the code under test does not hold (tests/fuzz/run). */
#ifndef SNUG_FUZZ_H
#define SNUG_FUZZ_H

#include "mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what)                                                            \
    do {                                                                       \
        if (!(what)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* The next part of the input, up to a byte 0x1f (which it passes); the rest when there is none. The caller frees. */
static inline char *fuzz_part(const uint8_t **data, size_t *size, size_t *len)
{
    const uint8_t *end = *size > 0 ? memchr(*data, 0x1f, *size) : NULL;

    *len = end != NULL ? (size_t)(end - *data) : *size;
    char *part = mem_dupn(*data, *len); /* no byte more, so that what reads beyond it is caught */
    *data += *len + (end != NULL);
    *size -= *len + (end != NULL);
    return part;
}

#endif
