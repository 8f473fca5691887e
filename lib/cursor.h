/* Cursors: where a reader stands. To clients a string without meaning.
 *
 * "EPOCH-ROOM-VERSION-DIGEST": the site's epoch (made anew by a restore), the room (0: none), its version, and the
 * digest of the user's list of rooms, in hex; without the last part the reader has not seen the list. */
#ifndef SNUG_CURSOR_H
#define SNUG_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#define CURSOR_TEXT  80
#define CURSOR_EPOCH 17

struct cursor {
    char epoch[CURSOR_EPOCH];
    uint64_t room_id;
    uint64_t version;
    uint64_t digest;
    bool has_digest;
};

void cursor_write(const struct cursor *cursor, char out[CURSOR_TEXT]);
/* False for anything that cursor_write cannot have written. */
bool cursor_read(const char *text, struct cursor *cursor);

#endif
