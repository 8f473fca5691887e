/* Cursors: only what cursor_write can have written is one. */
#include "fuzz.h"

#include "cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_dupn(data, size), again[CURSOR_TEXT];
    struct cursor cursor, other;

    if (cursor_read(text, &cursor)) {
        cursor_write(&cursor, again);
        CHECK(strcmp(again, text) == 0);
    }
    free(text);
    if (size < 25)
        return 0;
    memset(&cursor, 0, sizeof cursor);
    memcpy(&cursor.room_id, data, 8);
    memcpy(&cursor.version, data + 8, 8);
    cursor.has_digest = data[24] & 1;
    if (cursor.has_digest)
        memcpy(&cursor.digest, data + 16, 8);
    snprintf(cursor.epoch, sizeof cursor.epoch, "%016llx", (unsigned long long)cursor.version * 2654435761u);
    cursor_write(&cursor, again);
    CHECK(strlen(again) < CURSOR_TEXT && cursor_read(again, &other));
    CHECK(strcmp(other.epoch, cursor.epoch) == 0 && other.room_id == cursor.room_id &&
          other.version == cursor.version && other.digest == cursor.digest &&
          other.has_digest == cursor.has_digest);
    return 0;
}
