/* Files: contents (by hash), who sent them where (uploads), and their bytes where the database keeps those.
 *
 * What holds. A row of `uploads` means that the bytes are there: they come before it, and go only while nothing names their
 * hash; both happen under the lock of the content's row. An upload belongs to its room from the start, and to a message of
 * it once that was sent with it; then everybody in the room may have it, before that only its owner. */
#ifndef SNUG_DB_FILE_H
#define SNUG_DB_FILE_H

#include "crypto.h"
#include "db.h"

#define FILE_TYPE 128

struct file { /* a content */
    uint8_t hash[CRYPTO_HASH];
    uint64_t size;
    char type[FILE_TYPE];
    uint64_t width; /* of a picture that has a preview; else 0 */
    uint64_t height;
};

struct attachment { /* an upload with its content */
    uint64_t id;
    struct file file;
    char *name; /* the caller frees */
};

/* How many bytes the user has sent that are still there, and how many there are in all. */
enum db_result db_file_used(struct db *db, uint64_t user_id, uint64_t *mine, uint64_t *all);

/* Within a transaction: makes the content's row, or takes the one that is there, and locks it. */
enum db_result db_file_hold(struct db *db, const struct file *file);

/* Within the same: an upload of it by `owner_id` for `room_id`; fills *id. DB_REFUSED: his uploads would then take more than
 * `most` bytes (0: no limit). */
enum db_result db_upload_add(struct db *db, uint64_t owner_id, uint64_t room_id, const struct file *file,
                             const char *name, uint64_t most, uint64_t *id);

/* Takes one back that was not sent. */
enum db_result db_upload_drop(struct db *db, uint64_t owner_id, uint64_t id);

/* An upload that the user may have. DB_NONE: it is not there, or not his to see. */
enum db_result db_upload_get(struct db *db, uint64_t id, uint64_t user_id, struct attachment *found);

/* Removes at most `limit` uploads that were not sent within a day. */
enum db_result db_upload_clean(struct db *db, unsigned limit);

/* Contents that nothing uses any more, at most `limit`. DB_NONE: there are none. */
enum db_result db_file_unused(struct db *db, uint8_t (*hashes)[CRYPTO_HASH], size_t limit, size_t *count);
/* Within a transaction: removes its row, and its bytes where the database has them. DB_NONE: it is used again. */
enum db_result db_file_remove(struct db *db, const uint8_t hash[CRYPTO_HASH]);
/* Gives bytes that were found without a row one, so that they go like all that nothing uses. */
enum db_result db_file_adopt(struct db *db, const uint8_t hash[CRYPTO_HASH]);

/* ---- bytes in the database ---- */

enum db_result db_chunk_put(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t n, const void *data,
                            size_t len);
/* Fills `buf` with what is at `offset` of the chunk; *len: room, then how much it is. */
enum db_result db_chunk_get(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t n, uint64_t offset,
                            void *buf, size_t *len);
/* Gives chunks another key, in the place of what had it. */
enum db_result db_chunk_move(struct db *db, const uint8_t from[CRYPTO_HASH], const uint8_t to[CRYPTO_HASH]);
enum db_result db_chunk_remove(struct db *db, const uint8_t hash[CRYPTO_HASH]);
/* Removes at most `limit` chunks of what was begun more than a day ago and never finished. */
enum db_result db_chunk_clean(struct db *db, unsigned limit);

#endif
