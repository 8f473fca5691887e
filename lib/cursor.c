/* Cursors. */
#include "cursor.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cursor_write(const struct cursor *cursor, char out[CURSOR_TEXT])
{
    int len = snprintf(out, CURSOR_TEXT, "%s-%" PRIu64 "-%" PRIu64, cursor->epoch, cursor->room_id,
                       cursor->version);

    if (cursor->has_digest)
        snprintf(out + len, CURSOR_TEXT - (size_t)len, "-%016" PRIx64, cursor->digest);
}

bool cursor_read(const char *text, struct cursor *cursor)
{
    char copy[CURSOR_TEXT], again[CURSOR_TEXT], *part[4] = {NULL};
    size_t parts = 0;

    if (text == NULL || strlen(text) >= sizeof copy)
        return false;
    memcpy(copy, text, strlen(text) + 1);
    for (char *at = copy; at != NULL && parts < 4;) {
        part[parts++] = at;
        at = strchr(at, '-');
        if (at != NULL) {
            *at++ = '\0';
            if (parts == 4)
                return false;
        }
    }
    memset(cursor, 0, sizeof *cursor);
    if (parts < 3 || strlen(part[0]) != CURSOR_EPOCH - 1 ||
        strspn(part[0], "0123456789abcdef") != CURSOR_EPOCH - 1 ||
        !text_to_u64(part[1], UINT64_MAX, &cursor->room_id) ||
        !text_to_u64(part[2], UINT64_MAX, &cursor->version))
        return false;
    memcpy(cursor->epoch, part[0], CURSOR_EPOCH);
    if (parts == 4) {
        cursor->digest = strtoull(part[3], NULL, 16);
        cursor->has_digest = true;
    }
    cursor_write(cursor, again); /* no leading zeros, no further way to write the same */
    return strcmp(again, text) == 0;
}
