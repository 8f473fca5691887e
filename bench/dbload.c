/* MariaDB alone: the rows of the send benchmark, each committed by itself, from a few connections. And the disk
 * alone, which is what a durable commit waits for.
 *
 *   dbload rows SOCKET CONNECTIONS MILLISECONDS ROOM ROOMS   into rooms of its own, which nothing else writes to
 *   dbload disk FOLDER                                       the median time of a written block's fdatasync
 *
 * It prints one line of JSON. */
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mysql.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SYNCS       300
#define BLOCK       4096
#define CONNECTIONS 64
#define TEXT        "Message 1234 of user 5013: caf\u00e9 at <five> & \"six\"? It's fine \U0001F642, see you there"

static struct {
    const char *socket;
    uint64_t room, rooms, end;
    atomic_uint_fast64_t next; /* rows are numbered 0, 1 …: row i is i / rooms + 1 in room i % rooms */
    atomic_uint failed;
} work;

static uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static MYSQL *open_database(void)
{
    MYSQL *db = mysql_init(NULL);

    if (db == NULL || mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0 ||
        mysql_real_connect(db, NULL, "snug", "", "snug", 0, work.socket, 0) == NULL) {
        log_line("no database at %s", work.socket);
        exit(2);
    }
    return db;
}

static void bind_number(MYSQL_BIND *bind, uint64_t *number)
{
    bind->buffer_type = MYSQL_TYPE_LONGLONG;
    bind->buffer = number;
    bind->is_unsigned = 1;
}

static void bind_text(MYSQL_BIND *bind, char *text, size_t size, unsigned long *len)
{
    *len = strlen(text);
    bind->buffer_type = MYSQL_TYPE_STRING;
    bind->buffer = text;
    bind->buffer_length = size;
    bind->length = len;
}

/* One connection: inserts rows, each in a transaction of its own, until the time is over. */
static void *insert(void *arg)
{
    static const char statement[] =
        "INSERT INTO messages (room_id, seq, version, sender_id, nonce, text, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))";
    MYSQL *db = open_database();
    MYSQL_STMT *stmt = mysql_stmt_init(db);
    MYSQL_BIND binds[6] = {0};
    uint64_t room, seq, sender = work.room + (uint64_t)(uintptr_t)arg;
    unsigned long nonce_len, text_len;
    char nonce[37] = "0123456789ab-001395-00000000-0000000", text[] = TEXT;

    bind_number(&binds[0], &room);
    bind_number(&binds[1], &seq);
    bind_number(&binds[2], &seq);
    bind_number(&binds[3], &sender);
    bind_text(&binds[4], nonce, sizeof nonce, &nonce_len);
    bind_text(&binds[5], text, sizeof text, &text_len);
    if (stmt == NULL || mysql_stmt_prepare(stmt, statement, sizeof statement - 1) != 0 ||
        mysql_stmt_bind_param(stmt, binds) != 0) {
        log_line("the statement cannot be prepared: %s", mysql_error(db));
        exit(2);
    }
    while (now_us() < work.end) {
        uint64_t row = atomic_fetch_add(&work.next, 1);
        room = work.room + row % work.rooms;
        seq = row / work.rooms + 1;
        snprintf(nonce, sizeof nonce, "%012" PRIx64 "-alone", row);
        nonce_len = strlen(nonce);
        if (mysql_stmt_execute(stmt) != 0 && atomic_fetch_add(&work.failed, 1) == 0)
            log_line("a row was refused: %s", mysql_stmt_error(stmt));
    }
    mysql_stmt_close(stmt);
    mysql_close(db);
    return NULL;
}

static uint64_t count_rows(void)
{
    char statement[160];
    MYSQL *db = open_database();

    snprintf(statement, sizeof statement,
             "SELECT COUNT(*) FROM messages WHERE room_id >= %" PRIu64 " AND room_id < %" PRIu64, work.room,
             work.room + work.rooms);
    MYSQL_RES *result = mysql_query(db, statement) == 0 ? mysql_store_result(db) : NULL;
    MYSQL_ROW row = result != NULL ? mysql_fetch_row(result) : NULL;
    uint64_t count = row != NULL && row[0] != NULL ? strtoull(row[0], NULL, 10) : 0;
    mysql_free_result(result);
    mysql_close(db);
    return count;
}

static void rows(unsigned connections, uint64_t milliseconds)
{
    pthread_t threads[CONNECTIONS];
    uint64_t start = now_us();

    if (count_rows() != 0) {
        log_line("the rooms from %" PRIu64 " on are not empty", work.room);
        exit(2);
    }
    work.end = start + milliseconds * 1000;
    for (unsigned i = 0; i < connections; i++)
        if (pthread_create(&threads[i], NULL, insert, (void *)(uintptr_t)i) != 0)
            exit(2);
    for (unsigned i = 0; i < connections; i++)
        pthread_join(threads[i], NULL);
    double seconds = (double)(now_us() - start) / 1e6;
    uint64_t sent = atomic_load(&work.next), there = count_rows();
    uint64_t missing = there < sent ? sent - there : 0;
    printf("{\"mode\":\"rows\",\"connections\":%u,\"count\":%" PRIu64 ",\"rate\":%.1f,\"wrong\":%" PRIu64
           "}\n",
           connections, sent, (double)sent / seconds, missing);
}

static int by_size(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void disk(const char *folder)
{
    static const char block[BLOCK] = "a block";
    uint64_t took[SYNCS];
    char path[4096];

    snprintf(path, sizeof path, "%s/fsync.XXXXXX", folder);
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        log_line("no file in %s: %s", folder, strerror(errno));
        exit(2);
    }
    unlink(path);
    for (size_t i = 0; i < SYNCS; i++) {
        uint64_t start = now_us();
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fdatasync(fd) != 0) {
            log_line("%s cannot be written: %s", folder, strerror(errno));
            exit(2);
        }
        took[i] = now_us() - start;
    }
    close(fd);
    qsort(took, SYNCS, sizeof took[0], by_size);
    printf("{\"mode\":\"disk\",\"count\":%d,\"p50_us\":%" PRIu64 ",\"p95_us\":%" PRIu64 "}\n", SYNCS,
           took[SYNCS / 2], took[SYNCS * 95 / 100]);
}

int main(int argc, char **argv)
{
    log_name("dbload");
    if (argc == 3 && strcmp(argv[1], "disk") == 0) {
        disk(argv[2]);
        return 0;
    }
    if (argc == 7 && strcmp(argv[1], "rows") == 0) {
        unsigned long connections = strtoul(argv[3], NULL, 10);
        work.socket = argv[2];
        work.room = strtoull(argv[5], NULL, 10);
        work.rooms = strtoull(argv[6], NULL, 10);
        if (connections >= 1 && connections <= CONNECTIONS && work.rooms > 0) {
            rows((unsigned)connections, strtoull(argv[4], NULL, 10));
            return 0;
        }
    }
    log_line("usage: dbload rows SOCKET CONNECTIONS MILLISECONDS ROOM ROOMS | dbload disk FOLDER");
    return 2;
}
