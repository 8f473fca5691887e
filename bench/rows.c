/* Whether the database holds what was promised. */
#include "load.h"
#include "mem.h"

#include <inttypes.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t *had; /* last_seq of each room before the run */

static MYSQL *open_database(void)
{
    MYSQL *db = mysql_init(NULL);

    if (db == NULL || mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4") != 0 ||
        mysql_real_connect(db, NULL, "snug", "", "snug", 0, options.database, 0) == NULL) {
        log_line("no database at %s: %s", options.database, db != NULL ? mysql_error(db) : "no memory");
        exit(2);
    }
    return db;
}

static MYSQL_RES *ask(MYSQL *db, const char *statement)
{
    MYSQL_RES *rows = NULL;

    if (mysql_query(db, statement) != 0 || (rows = mysql_use_result(db)) == NULL) {
        log_line("the database does not answer: %s", mysql_error(db));
        exit(2);
    }
    return rows;
}

static uint64_t number(const char *text)
{
    return text != NULL ? strtoull(text, NULL, 10) : 0;
}

static uint64_t last_seq(MYSQL *db, uint64_t room)
{
    char statement[80];

    snprintf(statement, sizeof statement, "SELECT last_seq FROM rooms WHERE id = %" PRIu64, room);
    MYSQL_RES *rows = ask(db, statement);
    MYSQL_ROW row = mysql_fetch_row(rows);
    if (row == NULL)
        wrong("there is no room %" PRIu64, room);
    uint64_t seq = row != NULL ? number(row[0]) : 0;
    mysql_free_result(rows);
    return seq;
}

void rows_before(void)
{
    MYSQL *db = open_database();

    had = mem_array(options.rooms, sizeof *had);
    for (unsigned i = 0; i < options.rooms; i++)
        had[i] = last_seq(db, options.room + i);
    mysql_close(db);
}

static int in_order(const void *a, const void *b)
{
    const struct promise *x = a, *y = b;

    if (x->room != y->room)
        return x->room < y->room ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool same(char **row, const struct promise *promise)
{
    char nonce[NONCE_TEXT], words[WORDS_TEXT];

    nonce_of(promise->user, promise->n, nonce);
    words_of(promise->user, promise->n, words);
    return number(row[0]) == promise->seq && number(row[1]) == promise->change &&
           number(row[2]) == promise->user && row[3] != NULL && strcmp(row[3], nonce) == 0 &&
           strcmp(row[4], words) == 0 && strcmp(row[5], "text") == 0 && row[6] == NULL;
}

/* One room: its promises in order of seq, against its rows in that order. Returns how many promises it had. */
static size_t check_room(MYSQL *db, uint64_t room, uint64_t from, const struct promise *promises,
                         size_t count)
{
    char statement[200];
    size_t done = 0;

    snprintf(statement, sizeof statement,
             "SELECT seq, version, sender_id, nonce, text, kind, deleted_at FROM messages"
             " WHERE room_id = %" PRIu64 " AND seq > %" PRIu64 " ORDER BY seq",
             room, from);
    MYSQL_RES *rows = ask(db, statement);
    for (MYSQL_ROW row; (row = mysql_fetch_row(rows)) != NULL;) {
        from++;
        if (number(row[0]) != from)
            wrong("room %" PRIu64 " has no row %" PRIu64, room, from);
        if (done == count || promises[done].room != room)
            wrong("room %" PRIu64 " has a row %s that nobody was told of", room, row[0]);
        else if (!same(row, &promises[done++]))
            wrong("room %" PRIu64 " has another row %s than was sent", room, row[0]);
    }
    if (mysql_errno(db) != 0)
        wrong("the rows of room %" PRIu64 " cannot be read: %s", room, mysql_error(db));
    mysql_free_result(rows);
    if (done < count && promises[done].room == room)
        wrong("room %" PRIu64 " lacks row %" PRIu64 ", which was acknowledged", room, promises[done].seq);
    if (last_seq(db, room) != from)
        wrong("room %" PRIu64 " counts further than its rows", room);
    return done;
}

void rows_check(struct promise *promises, size_t count)
{
    MYSQL *db = open_database();
    size_t done = 0;

    qsort(promises, count, sizeof *promises, in_order);
    for (unsigned i = 0; i < options.rooms; i++)
        done += check_room(db, options.room + i, had[i], promises + done, count - done);
    if (done != count)
        wrong("%zu acknowledged sends are in no room of theirs", count - done);
    mysql_close(db);
    free(had);
}
