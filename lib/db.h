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
 * db_next; until the next db_run they stay with the connection. */
enum db_result db_run(struct db *db, const char *sql, const char *types, ...);

/* The same with the arguments in a list that was built. */
struct db_args;
struct db_args *db_args_new(void);
void db_args_free(struct db_args *args);
void db_args_u64(struct db_args *args, uint64_t number);
/* These keep the pointer: it must live until the statement has run. */
void db_args_text(struct db_args *args, const char *text, size_t len);
void db_args_bytes(struct db_args *args, const void *data, size_t len);
void db_args_null(struct db_args *args);
enum db_result db_run_args(struct db *db, const char *sql, struct db_args *args);

/* Appends "?,?,?" with `count` marks. Statements are kept per text, so lists are padded: db_list_size gives the
 * next power of two, and the caller repeats its last value. */
void db_marks(struct strbuf *sql, const char *mark, size_t count);
size_t db_list_size(size_t count);

/* The next row: true, and the columns (from 0) can be read until the next call. */
bool db_next(struct db *db);
bool db_is_null(const struct db *db, unsigned column);
uint64_t db_u64(const struct db *db, unsigned column);
const char *db_text(const struct db *db, unsigned column,
                    size_t *len); /* len may be NULL; NULL reads as "" */

/* What the last statement did. */
uint64_t db_affected(const struct db *db);
uint64_t db_insert_id(const struct db *db);

/* A time of the database ("2026-11-20 11:24:00.123") as ISO 8601 with a Z; "" for NULL. */
#define DB_TIME 25
void db_time(const struct db *db, unsigned column, char out[DB_TIME]);

enum db_result db_begin(struct db *db);
enum db_result db_commit(struct db *db);
void db_rollback(struct db *db); /* leaves the last result of the connection alone */

/* Runs `work` in a transaction and commits when it says DB_OK; else rolls back. After DB_AGAIN it is run again, a
 * few times, with a short pause. So `work` must start from nothing each time. Inside another transaction it becomes a
 * part of that one, which must give up when it is not DB_OK. */
typedef enum db_result db_work(struct db *db, void *context);
enum db_result db_transaction(struct db *db, db_work *work, void *context);

/* How long one answer of the server may take, in seconds. Before the first use. */
void db_timeout(struct db *db, unsigned seconds);

/* A thread that uses a connection says so first and last. */
void db_thread_begin(void);
void db_thread_end(void);

#endif
