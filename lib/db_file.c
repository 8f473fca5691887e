/* Files: contents, uploads, and bytes in the database. */
#include "db_file.h"

#include <string.h>

#define DAY_AGO "UTC_TIMESTAMP(3) - INTERVAL 1 DAY"

enum db_result db_file_used(struct db *db, uint64_t user_id, uint64_t *mine, uint64_t *all)
{
    return db_run(db,
                  "SELECT (SELECT COALESCE(SUM(size), 0) FROM uploads WHERE owner_id = ?), "
                  "(SELECT COALESCE(SUM(size), 0) FROM files)",
                  "u>uu", user_id, mine, all);
}

enum db_result db_file_hold(struct db *db, const struct file *file)
{
    return db_or_none(
        db_run(db,
               "INSERT INTO files (hash, size, type, width, height, created_at) VALUES (?, ?, ?, ?, ?, "
               "UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE size = VALUES(size), type = VALUES(type), width = "
               "VALUES(width), height = VALUES(height)",
               "busuu", file->hash, sizeof file->hash, file->size, file->type, file->width, file->height));
}

enum db_result db_upload_add(struct db *db, uint64_t owner_id, uint64_t room_id, const struct file *file,
                             const char *name, uint64_t most, uint64_t *id)
{
    uint64_t mine = 0, all;
    /* The user's row is locked, so that two of his uploads do not both find room for one. */
    enum db_result result = db_run(db, "SELECT id FROM users WHERE id = ? FOR UPDATE", "u", owner_id);

    if (result == DB_OK)
        result = db_file_used(db, owner_id, &mine, &all);
    if (result == DB_OK && most > 0 && mine + file->size > most)
        return DB_REFUSED;
    if (result == DB_OK)
        result =
            db_run(db,
                   "INSERT INTO uploads (owner_id, room_id, hash, size, name, created_at) VALUES (?, ?, ?, "
                   "?, ?, UTC_TIMESTAMP(3))",
                   "uubus", owner_id, room_id, file->hash, sizeof file->hash, file->size, name);
    *id = db_insert_id(db);
    return result;
}

enum db_result db_upload_drop(struct db *db, uint64_t owner_id, uint64_t id)
{
    return db_or_none(
        db_run(db, "DELETE FROM uploads WHERE id = ? AND owner_id = ? AND seq = 0", "uu", id, owner_id));
}

enum db_result db_upload_get(struct db *db, uint64_t id, uint64_t user_id, struct attachment *found)
{
    struct file *f = &found->file;

    *found = (struct attachment){.id = id};
    return db_run(db,
                  "SELECT f.hash, f.size, f.type, f.width, f.height, u.name FROM uploads u "
                  "JOIN files f ON f.hash = u.hash JOIN rooms r ON r.id = u.room_id AND r.deleted_at IS NULL "
                  "JOIN members m ON m.room_id = u.room_id AND m.user_id = ? "
                  "WHERE u.id = ? AND (u.seq >= r.oldest_seq OR (u.seq = 0 AND u.owner_id = m.user_id))",
                  "uu>busuud", user_id, id, f->hash, sizeof f->hash, &f->size, f->type, sizeof f->type,
                  &f->width, &f->height, &found->name);
}

enum db_result db_upload_clean(struct db *db, unsigned limit)
{
    return db_run(db, "DELETE FROM uploads WHERE seq = 0 AND created_at < " DAY_AGO " LIMIT ?", "u",
                  (uint64_t)limit);
}

enum db_result db_file_unused(struct db *db, uint8_t (*hashes)[CRYPTO_HASH], size_t limit, size_t *count)
{
    enum db_result result = db_run(
        db,
        "SELECT f.hash FROM files f WHERE NOT EXISTS (SELECT 1 FROM uploads u WHERE u.hash = f.hash) LIMIT ?",
        "u", (uint64_t)limit);

    for (*count = 0; *count < limit && db_next(db); ++*count)
        memcpy(hashes[*count], db_text(db, 0, NULL), CRYPTO_HASH);
    return result;
}

enum db_result db_file_remove(struct db *db, const uint8_t hash[CRYPTO_HASH])
{
    enum db_result result =
        db_run(db, "SELECT size FROM files WHERE hash = ? FOR UPDATE", "b", hash, (size_t)CRYPTO_HASH);

    if (result == DB_OK)
        result = db_run(
            db, "DELETE FROM files WHERE hash = ? AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.hash = ?)",
            "bb", hash, (size_t)CRYPTO_HASH, hash, (size_t)CRYPTO_HASH);
    return result == DB_OK ? db_chunk_remove(db, hash) : result;
}

enum db_result db_file_adopt(struct db *db, const uint8_t hash[CRYPTO_HASH])
{
    return db_or_none(
        db_run(db,
               "INSERT IGNORE INTO files (hash, size, type, width, height, created_at) VALUES (?, 0, '', 0, "
               "0, UTC_TIMESTAMP(3))",
               "b", hash, (size_t)CRYPTO_HASH));
}

enum db_result db_chunk_put(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t n, const void *data,
                            size_t len)
{
    return db_run(db, "REPLACE INTO chunks (hash, n, data, written_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))",
                  "bub", hash, (size_t)CRYPTO_HASH, n, data, len);
}

enum db_result db_chunk_get(struct db *db, const uint8_t hash[CRYPTO_HASH], uint64_t n, uint64_t offset,
                            void *buf, size_t *len)
{
    enum db_result result =
        db_run(db, "SELECT SUBSTRING(data, ? + 1, ?) FROM chunks WHERE hash = ? AND n = ?", "uubu", offset,
               (uint64_t)*len, hash, (size_t)CRYPTO_HASH, n);
    size_t got = 0;

    if (result == DB_OK && db_next(db)) {
        const char *data = db_text(db, 0, &got);
        got = got < *len ? got : *len;
        memcpy(buf, data, got);
    }
    *len = got;
    return result;
}

enum db_result db_chunk_move(struct db *db, const uint8_t from[CRYPTO_HASH], const uint8_t to[CRYPTO_HASH])
{
    enum db_result result = db_chunk_remove(db, to);

    if (result == DB_OK)
        result = db_run(db, "UPDATE chunks SET hash = ? WHERE hash = ?", "bb", to, (size_t)CRYPTO_HASH, from,
                        (size_t)CRYPTO_HASH);
    return db_or_none(result);
}

enum db_result db_chunk_remove(struct db *db, const uint8_t hash[CRYPTO_HASH])
{
    return db_or_none(db_run(db, "DELETE FROM chunks WHERE hash = ?", "b", hash, (size_t)CRYPTO_HASH));
}

enum db_result db_chunk_clean(struct db *db, unsigned limit)
{
    uint8_t hash[CRYPTO_HASH];
    enum db_result result = db_run(db,
                                   "SELECT c.hash FROM chunks c WHERE c.n = 0 AND c.written_at < " DAY_AGO
                                   " AND NOT EXISTS (SELECT 1 FROM files f WHERE f.hash = c.hash) LIMIT 1",
                                   ">b", hash, sizeof hash);

    if (result != DB_OK)
        return result;
    return db_run(db, "DELETE FROM chunks WHERE hash = ? ORDER BY n DESC LIMIT ?", "bu", hash,
                  (size_t)CRYPTO_HASH, (uint64_t)limit);
}
