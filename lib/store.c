/* Where the bytes of files are. */
#include "store.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREVIEW_CHUNK UINT32_MAX /* the number of the preview's only chunk */
#define CLEAN_FILES   32
#define CLEAN_ROWS    1000
#define CLEAN_FOLDERS 4 /* of the 256, each time: all of them in half a day */
#define DAY           86400

void store_path(const uint8_t hash[CRYPTO_HASH], bool preview, char out[STORE_PATH])
{
    char *at = out + sprintf(out, "%02x/", hash[0]);

    for (size_t i = 0; i < CRYPTO_HASH; i++)
        at += sprintf(at, "%02x", hash[i]);
    if (preview)
        memcpy(at, ".webp", sizeof ".webp");
}

static void full_path(const struct config *config, const uint8_t hash[CRYPTO_HASH], bool preview,
                      char out[4096])
{
    char path[STORE_PATH];

    store_path(hash, preview, path);
    snprintf(out, 4096, "%s/%s", config->path_files, path);
}

/* Out of room, or out of order? */
static enum db_result failed(const char *path)
{
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

    log_line("%s: '%s'", strerror(errno), path);
    return full ? DB_REFUSED : DB_ERROR;
}

bool store_begin(struct store_put *put, const struct config *config, struct db *db)
{
    char token[CRYPTO_TOKEN_TEXT];

    *put = (struct store_put){.config = config, .db = db, .fd = -1};
    crypto_token(token);
    crypto_sha256(token, strlen(token), put->key);
    if (config->files_in_database) {
        put->piece = mem_alloc(STORE_PIECE);
    } else {
        snprintf(put->path, sizeof put->path, "%s/tmp", config->path_files);
        mkdir(put->path, 0750);
        snprintf(put->path, sizeof put->path, "%s/tmp/%s", config->path_files, token);
        put->fd = open(put->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
        if (put->fd < 0) {
            failed(put->path);
            return false;
        }
    }
    put->sum = crypto_hash_new();
    return true;
}

static enum db_result write_piece(struct store_put *put)
{
    uint64_t n = (put->size - put->len) / STORE_PIECE;

    return put->len > 0 ? db_chunk_put(put->db, put->key, n, put->piece, put->len) : DB_OK;
}

static enum db_result write_all(int fd, const char *data, size_t len, const char *path)
{
    while (len > 0) {
        ssize_t count = write(fd, data, len);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return failed(path);
        data += count;
        len -= (size_t)count;
    }
    return DB_OK;
}

enum db_result store_add(struct store_put *put, const void *data, size_t len)
{
    enum db_result result = DB_OK;
    const char *at = data;

    crypto_hash_add(put->sum, data, len);
    if (put->fd >= 0) {
        put->size += len;
        return write_all(put->fd, data, len, put->path);
    }
    while (len > 0 && result == DB_OK) {
        size_t part = len < STORE_PIECE - put->len ? len : STORE_PIECE - put->len;
        memcpy(put->piece + put->len, at, part);
        put->len += part;
        put->size += part;
        at += part;
        len -= part;
        if (put->len == STORE_PIECE) {
            result = write_piece(put);
            put->len = 0;
        }
    }
    return result;
}

enum db_result store_end(struct store_put *put, uint8_t hash[CRYPTO_HASH])
{
    crypto_hash_end(put->sum, hash);
    put->sum = NULL;
    if (put->fd < 0)
        return write_piece(put);
    return fsync(put->fd) == 0 ? DB_OK : failed(put->path);
}

static size_t read_chunk(struct db *db, const uint8_t key[CRYPTO_HASH], bool preview, uint64_t offset,
                         void *buf, size_t len)
{
    uint64_t n = preview ? PREVIEW_CHUNK : offset / STORE_PIECE;

    return db_chunk_get(db, key, n, preview ? offset : offset % STORE_PIECE, buf, &len) == DB_OK ? len : 0;
}

static size_t read_at(int fd, uint64_t offset, void *buf, size_t len)
{
    ssize_t count = pread(fd, buf, len, (off_t)offset);

    return count > 0 ? (size_t)count : 0;
}

size_t store_look(const struct store_put *put, uint64_t offset, void *buf, size_t len)
{
    return put->fd >= 0 ? read_at(put->fd, offset, buf, len)
                        : read_chunk(put->db, put->key, false, offset, buf, len);
}

size_t store_read(const struct config *config, struct db *db, const uint8_t hash[CRYPTO_HASH], bool preview,
                  uint64_t offset, void *buf, size_t len)
{
    char path[4096];

    if (config->files_in_database)
        return read_chunk(db, hash, preview, offset, buf, len);
    full_path(config, hash, preview, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t count = fd >= 0 ? read_at(fd, offset, buf, len) : 0;
    if (fd >= 0)
        close(fd);
    return count;
}

/* What was named in the folder of `path` is there after a loss of power, too. */
static enum db_result sync_folder(char *path)
{
    *strrchr(path, '/') = '\0';
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum db_result result = fd >= 0 && fsync(fd) == 0 ? DB_OK : failed(path);

    if (fd >= 0)
        close(fd);
    return result;
}

/* Gives the file at `from` a second name: the first one stays, should this have to be done again. */
static enum db_result name_it(const char *from, char to[4096])
{
    char *slash = strrchr(to, '/');

    *slash = '\0';
    mkdir(to, 0750);
    *slash = '/';
    if (link(from, to) != 0 && errno != EEXIST)
        return failed(to);
    return sync_folder(to);
}

enum db_result store_keep(const struct store_put *put, const uint8_t hash[CRYPTO_HASH], const void *preview,
                          size_t preview_len)
{
    char path[4096], from[4096 + 8];

    if (put->fd < 0) {
        enum db_result result = db_chunk_move(put->db, put->key, hash);
        return result == DB_OK && preview_len > 0
                   ? db_chunk_put(put->db, hash, PREVIEW_CHUNK, preview, preview_len)
                   : result;
    }
    full_path(put->config, hash, false, path);
    enum db_result result = name_it(put->path, path);
    if (result != DB_OK || preview_len == 0)
        return result;
    full_path(put->config, hash, true, path);
    snprintf(from, sizeof from, "%s.webp", put->path);
    int fd = open(from, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    result = fd >= 0 ? write_all(fd, preview, preview_len, from) : failed(from);
    if (result == DB_OK)
        result = fsync(fd) == 0 ? name_it(from, path) : failed(from);
    if (fd >= 0)
        close(fd);
    unlink(from);
    return result;
}

void store_close(struct store_put *put)
{
    if (put->sum != NULL)
        crypto_hash_end(put->sum, NULL);
    if (put->fd >= 0) {
        close(put->fd);
        unlink(put->path);
    } else if (put->piece != NULL) {
        db_chunk_remove(put->db, put->key);
        free(put->piece);
    }
}

/* ---- what is not used any more ---- */

static enum db_result remove_file(const struct config *config, struct db *db, const uint8_t hash[CRYPTO_HASH])
{
    enum db_result result = db_file_remove(db, hash);
    char path[4096];

    for (int preview = 0; preview < 2 && result == DB_OK && !config->files_in_database; preview++) {
        full_path(config, hash, preview != 0, path);
        unlink(path);
    }
    return result;
}

/* The hash that a file is named by; false when it is not. */
static bool hash_of(const char *name, uint8_t hash[CRYPTO_HASH])
{
    for (size_t i = 0; i < CRYPTO_HASH; i++) {
        char *end, byte[3] = {name[2 * i], name[2 * i + 1], '\0'};
        hash[i] = (uint8_t)strtoul(byte, &end, 16);
        if (*end != '\0')
            return false;
    }
    return true;
}

/* What lies in a folder longer than a day: goes, or gets a row if it has none, and goes with that. */
static void sweep(const struct config *config, struct db *db, const char *folder)
{
    char path[4096];
    uint8_t hash[CRYPTO_HASH];
    struct stat file;

    snprintf(path, sizeof path, "%s/%s", config->path_files, folder);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' || fstatat(dirfd(dir), entry->d_name, &file, 0) != 0 ||
            file.st_mtime > time(NULL) - DAY)
            continue;
        if (strcmp(folder, "tmp") == 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
        else if (strlen(entry->d_name) >= 2 * CRYPTO_HASH && hash_of(entry->d_name, hash))
            db_file_adopt(db, hash);
    }
    if (dir != NULL)
        closedir(dir);
}

bool store_clean(const struct config *config, struct db *db)
{
    static unsigned folder;
    uint8_t hashes[CLEAN_FILES][CRYPTO_HASH];
    size_t count = 0;
    char name[8];

    db_upload_clean(db, CLEAN_ROWS);
    if (db_file_unused(db, hashes, CLEAN_FILES, &count) == DB_OK)
        for (size_t i = 0; i < count; i++)
            (void)db_transaction(db, remove_file(config, db, hashes[i]));
    if (config->files_in_database)
        return db_chunk_clean(db, CLEAN_FILES) == DB_OK || count == CLEAN_FILES;
    sweep(config, db, "tmp");
    for (unsigned i = 0; i < CLEAN_FOLDERS; i++) {
        snprintf(name, sizeof name, "%02x", folder++ % 256);
        sweep(config, db, name);
    }
    return count == CLEAN_FILES;
}
