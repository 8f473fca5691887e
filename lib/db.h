/* A connection to MySQL or MariaDB, and the one way that statements are run on it.
 *
 * Every statement is prepared, once per connection and again after a reconnect. SQL stands in db_<noun>.c
 * alone; those files offer typed functions that return one of these results:
 *
 *   DB_OK         done (a read: at least one row)
 *   DB_NONE       a read without a row; a write that met nothing to change
 *   DB_DUPLICATE  a unique key has that value already
 *   DB_AGAIN      deadlock, lock wait or a row changed under a snapshot: run the transaction again
 *   DB_AWAY       no server, or none that takes this now: 503. Whether a commit took effect is then unknown.
 *   DB_REFUSED    the rules forbid it (each function says which)
 *   DB_ERROR      a fault, already in the log: 500
 *
 * A connection belongs to one thread. It connects when it is first used and again after it was lost; a SELECT
 * outside a transaction survives that by itself. */
#ifndef SNUG_DB_H
#define SNUG_DB_H

#include "config.h"
#include "strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum db_result { DB_OK, DB_NONE, DB_DUPLICATE, DB_AGAIN, DB_AWAY, DB_REFUSED, DB_ERROR };

struct db;

struct db *db_new(const struct config *config);
void db_free(struct db *db);

/* Runs a statement. `types` names the arguments: u uint64_t, s const char * (NULL is NULL),
 * t const char * and size_t (text), b const void * and size_t (bytes). Rows of a SELECT are then read with
 * db_next; until the next db_run they stay with the connection. What stands behind a '>' is where the columns of the first
 * row go, by the types of db_read; without a row nothing is written there. */
enum db_result db_run(struct db *db, const char *sql, const char *types, ...);

/* DB_NONE is fine here. */
static inline enum db_result db_or_none(enum db_result result)
{
    return result == DB_NONE ? DB_OK : result;
}

/* A statement that is put together: pieces of its text, each with the arguments that its marks stand for. What an argument
 * points to must live until it has run. */
struct db_query;
struct db_query *db_query(const char *sql, const char *types, ...);
void db_query_add(struct db_query *query, const char *sql, const char *types, ...);
/* One more of a list: `sql` for each, and `between` between them. Statements are kept per text, so a list is padded: once it
 * ends, its last one is repeated until their number is a power of two. Both texts are kept, not copied. */
void db_query_row(struct db_query *query, const char *between, const char *sql, const char *types, ...);
/* Runs it, and frees it. */
enum db_result db_query_run(struct db *db, struct db_query *query);
/* The same for one that is about its list: when that is empty, nothing is run, which is DB_NONE. */
enum db_result db_query_run_list(struct db *db, struct db_query *query);

/* The next row: true, and the columns (from 0) can be read until the next call. */
bool db_next(struct db *db);
bool db_is_null(const struct db *db, unsigned column);
uint64_t db_u64(const struct db *db, unsigned column);
const char *db_text(const struct db *db, unsigned column,
                    size_t *len); /* len may be NULL; NULL reads as "" */

/* Reads columns, from `column` on, into what `types` names: u uint64_t *, ? bool *, s char * and size_t (a buffer, which cuts
 * what is longer), b void * and size_t (bytes), d char ** (a copy, the caller's), n char ** (the same; NULL where the column is
 * it), m char[DB_TIME] (db_time). Returns the column after them. */
unsigned db_read(const struct db *db, unsigned column, const char *types, ...);

/* What the last statement did. */
uint64_t db_affected(const struct db *db);
uint64_t db_insert_id(const struct db *db);

/* A time of the database ("2026-11-20 11:24:00.123") as ISO 8601 with a Z; "" for NULL. */
#define DB_TIME 25
void db_time(const struct db *db, unsigned column, char out[DB_TIME]);

enum db_result db_begin(struct db *db);
enum db_result db_commit(struct db *db);
void db_rollback(struct db *db); /* leaves the last result of the connection alone */

/* Runs `work`, an expression that is a db_result, in a transaction, and commits when it is DB_OK; else rolls back. After
 * DB_AGAIN it is run again, a few times, with a short pause. So it must start from nothing each time. Inside another
 * transaction it becomes a part of that one, which must give up when it is not DB_OK. */
#define db_transaction(db, work)                \
    __extension__({                             \
        struct db_try try_ = {0, false, DB_OK}; \
        while (db_try((db), &try_))             \
            try_.result = (work);               \
        try_.result;                            \
    })

/* What db_transaction is made of: ends the try before, and begins the next one when there is to be one. */
struct db_try {
    unsigned count;
    bool inside; /* another transaction */
    enum db_result result;
};
bool db_try(struct db *db, struct db_try *try);

/* How long one answer of the server may take, in seconds. Before the first use. */
void db_timeout(struct db *db, unsigned seconds);

/* A thread that uses a connection says so first and last. */
void db_thread_begin(void);
void db_thread_end(void);

#endif
