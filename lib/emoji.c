/* Short codes of emoji. */
#include "emoji.h"

#include "emoji_table.h"

#include <stdlib.h>
#include <string.h>

static const char table[] = EMOJI_TABLE;

struct code {
    const char *code;
    size_t len;
    const char *emoji;
    size_t bytes;
};

static struct code codes[1024];
static size_t count;

static int compare(const void *a, const void *b)
{
    const struct code *x = a, *y = b;
    int order = memcmp(x->code, y->code, x->len < y->len ? x->len : y->len);

    return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* An emoji and its codes, a comma, and the next. */
static void index_table(void)
{
    const char *emoji = NULL;
    size_t bytes = 0;

    for (const char *at = table; *at != '\0';) {
        size_t len = strcspn(at, " ,");
        if (emoji == NULL) {
            emoji = at;
            bytes = len;
        } else if (count < sizeof codes / sizeof codes[0]) {
            codes[count++] = (struct code){at, len, emoji, bytes};
        }
        if (at[len] == ',')
            emoji = NULL;
        at += len + strspn(at + len, " ,");
    }
    qsort(codes, count, sizeof codes[0], compare);
}

const char *emoji_find(const char *code, size_t len, size_t *bytes)
{
    const struct code key = {.code = code, .len = len};

    if (count == 0)
        index_table();
    const struct code *found = bsearch(&key, codes, count, sizeof codes[0], compare);
    *bytes = found != NULL ? found->bytes : 0;
    return found != NULL ? found->emoji : NULL;
}
