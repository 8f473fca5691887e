/* Where the bytes of files are: on the disk (Paths.Files/ab/ab12…, by their hash, and beside it with ".webp" the preview),
 * or in the database (Files.Store).
 *
 * New ones are written under another name first, in Paths.Files/tmp or under a random key. They get their own within the
 * transaction that holds their row (db_file.h), and lose it in the same way, so that a row never names what is not there.
 * A process that dies on the way leaves bytes without a row: after a day they go. */
#ifndef SNUG_STORE_H
#define SNUG_STORE_H

#include "db_file.h"

#include <stdio.h>

#define STORE_PIECE (1024 * 1024) /* bytes of a chunk in the database; the most that is read at once */

struct store_put { /* being written */
    const struct config *config;
    struct db *db;
    struct crypto_hash *sum;
    uint64_t size;
    int fd;          /* on the disk */
    char path[4096]; /* and its name there */
    uint8_t key[CRYPTO_HASH];
    char *piece; /* the next chunk for the database */
    size_t len;
};

/* Begins. False, with a line in the log: there is nowhere to write. */
bool store_begin(struct store_put *put, const struct config *config, struct db *db);
/* Adds bytes. DB_REFUSED: there is no room for them. */
enum db_result store_add(struct store_put *put, const void *data, size_t len);
/* All bytes are there, and safe: fills their hash. The rest can be read, and kept. */
enum db_result store_end(struct store_put *put, uint8_t hash[CRYPTO_HASH]);
/* Up to STORE_PIECE of them; 0 at the end. */
size_t store_look(const struct store_put *put, uint64_t offset, void *buf, size_t len);
/* Within the transaction that holds its row: it gets its place, and its preview does. Doing it again does no harm. */
enum db_result store_keep(const struct store_put *put, const uint8_t hash[CRYPTO_HASH], const void *preview,
                          size_t preview_len);
/* Afterwards, and where it is not to be kept. */
void store_close(struct store_put *put);

/* What is kept: up to STORE_PIECE bytes of a content, or of its preview; 0 at its end. */
size_t store_read(const struct config *config, struct db *db, const uint8_t hash[CRYPTO_HASH], bool preview,
                  uint64_t offset, void *buf, size_t len);
/* Its path below Paths.Files. */
#define STORE_PATH 80
void store_path(const uint8_t hash[CRYPTO_HASH], bool preview, char out[STORE_PATH]);

/* Removes some of what is not used any more. True: there may be more of it. */
bool store_clean(const struct config *config, struct db *db);

#endif
