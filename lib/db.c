/* A connection to MySQL or MariaDB. */
#include "db.h"
#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#define STATEMENTS      256 /* kept per connection; a power of two */
#define TRIES           8
#define LARGE           1000 /* arguments: a statement with more is not kept, its buffers are large */
#define PAUSE_MS        100 /* after a failure to connect the next try waits so long: what queues up fails at once */
#define WSREP_NOT_READY 1047 /* ER_UNKNOWN_COM_ERROR: what a Galera node outside its cluster answers */
#define CHECKREAD       1020
#define KILLED          1927

/* MySQL 8 has bool where MariaDB has my_bool. */
typedef __typeof__(*((MYSQL_BIND *)0)->is_null) db_bool;

struct column {
    char *data;
    unsigned long size;
    unsigned long len;
    db_bool null;
};

struct statement {
    char *sql;
    MYSQL_STMT *stmt;
    MYSQL_BIND *result;
    struct column *column;
    unsigned columns;
};

struct arg {
    enum { ARG_NULL, ARG_NUMBER, ARG_TEXT, ARG_BYTES } type;
    uint64_t number;
    const void *data;
    unsigned long len;
};

struct args {
    struct arg *arg;
    MYSQL_BIND *bind; /* made from the arguments when a statement runs */
    size_t count;
    size_t alloc;
};

struct db_query {
    struct strbuf sql;
    struct args args;
    size_t rows; /* in the list that is not ended yet */
    bool listed; /* there was a row */
    size_t row_args;
    const char *between;
    const char *row;
};

struct db {
    const struct config *config;
    MYSQL *mysql; /* NULL while there is no connection */
    bool in_transaction;
    bool broken; /* the connection was lost inside a transaction: nothing runs until that is ended */
    unsigned timeout;
    int64_t failed_at; /* when connecting last failed */
    struct statement statement[STATEMENTS];
    unsigned statements;
    struct statement large; /* the last one that was too large to keep */
    struct statement *current;
    struct args args;
    uint64_t affected;
    uint64_t insert_id;
};

struct db *db_new(const struct config *config)
{
    struct db *db = mem_alloc(sizeof *db);

    mysql_library_init(0, NULL, NULL); /* before there are threads */
    db->config = config;
    db->timeout = 10;
    return db;
}

void db_timeout(struct db *db, unsigned seconds)
{
    db->timeout = seconds;
}

static void forget_statement(struct statement *s)
{
    if (s->stmt != NULL)
        mysql_stmt_close(s->stmt);
    for (unsigned c = 0; c < s->columns; c++)
        free(s->column[c].data);
    free(s->column);
    free(s->result);
    free(s->sql);
    memset(s, 0, sizeof *s);
}

static void forget_statements(struct db *db)
{
    for (size_t i = 0; i < STATEMENTS; i++)
        forget_statement(&db->statement[i]);
    forget_statement(&db->large);
    db->statements = 0;
    db->current = NULL;
}

static void disconnect(struct db *db)
{
    forget_statements(db);
    if (db->mysql != NULL)
        mysql_close(db->mysql);
    db->mysql = NULL;
    db->broken = db->in_transaction;
}

void db_free(struct db *db)
{
    if (db == NULL)
        return;
    disconnect(db);
    free(db->args.arg);
    free(db->args.bind);
    free(db);
}

static enum db_result result_of(unsigned error)
{
    switch (error) {
    case ER_DUP_ENTRY:
        return DB_DUPLICATE;
    case CHECKREAD:
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_LOCK_DEADLOCK:
        return DB_AGAIN;
    case CR_SERVER_GONE_ERROR:
    case CR_SERVER_LOST:
    case CR_CONN_HOST_ERROR:
    case CR_CONNECTION_ERROR:
    case CR_SERVER_HANDSHAKE_ERR:
    case CR_IPSOCK_ERROR:
    case CR_UNKNOWN_HOST:
    case ER_CON_COUNT_ERROR:
    case ER_SERVER_SHUTDOWN:
    case ER_OPTION_PREVENTS_STATEMENT: /* read only: the other node writes now */
    case ER_RECORD_FILE_FULL:
    case ER_DISK_FULL:
    case ER_ERROR_ON_WRITE:
    case ER_CANT_OPEN_FILE: /* no descriptor left for a table's files, or no room; it also says that there is no such table */
    case ER_NO_SUCH_TABLE:
    case ER_QUERY_INTERRUPTED:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case WSREP_NOT_READY:
    case KILLED:
        return DB_AWAY;
    default:
        return DB_ERROR;
    }
}

/* Whether the connection itself is gone, not just this statement refused. */
static bool is_lost(unsigned error)
{
    return error == CR_SERVER_GONE_ERROR || error == CR_SERVER_LOST || error == ER_SERVER_SHUTDOWN ||
           error == KILLED || error == CR_COMMANDS_OUT_OF_SYNC || error == CR_NO_PREPARE_STMT;
}

static enum db_result failed(struct db *db, unsigned error, const char *why, const char *sql)
{
    enum db_result result = is_lost(error) ? DB_AWAY : result_of(error);

    if (result == DB_ERROR || result == DB_AWAY)
        log_line("database: %s (%u) in '%.120s'", why, error, sql);
    if (is_lost(error))
        disconnect(db);
    return result;
}

static enum db_result simple(struct db *db, const char *sql)
{
    if (mysql_query(db->mysql, sql) == 0)
        return DB_OK;
    return failed(db, mysql_errno(db->mysql), mysql_error(db->mysql), sql);
}

static bool is_pausing(const struct db *db)
{
    return db->failed_at != 0 && clock_ms() - db->failed_at < PAUSE_MS;
}

static enum db_result connect_now(struct db *db)
{
    const struct config *c = db->config;
    unsigned connect_timeout = 2;

    if (db->mysql != NULL)
        return DB_OK;
    if (is_pausing(db))
        return DB_AWAY;
    db->mysql = mysql_init(NULL);
    if (db->mysql == NULL)
        return DB_ERROR;
    mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
    mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &db->timeout);
    mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &db->timeout);
    mysql_options(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    bool local = *c->db_socket != '\0';
    if (mysql_real_connect(db->mysql, local ? NULL : c->db_host, c->db_user, c->db_password, c->db_name,
                           local ? 0 : c->db_port, local ? c->db_socket : NULL, CLIENT_FOUND_ROWS) == NULL) {
        log_line("database: %s", mysql_error(db->mysql));
        db->failed_at = clock_ms();
        disconnect(db);
        return DB_AWAY;
    }
    static const char *const setup[] = {
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        /* Who stands still in the middle of a transaction keeps nobody waiting for its locks (MariaDB alone has that). */
        "SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION' "
        "/*M!100300 , idle_transaction_timeout = 4 */",
    };
    for (size_t i = 0; i < sizeof setup / sizeof setup[0]; i++) {
        enum db_result result = simple(db, setup[i]);
        if (result != DB_OK) {
            disconnect(db);
            return result;
        }
    }
    return DB_OK;
}

static void make_columns(struct statement *s)
{
    s->columns = mysql_stmt_field_count(s->stmt);
    s->result = mem_array(s->columns, sizeof *s->result);
    s->column = mem_array(s->columns, sizeof *s->column);
    for (unsigned i = 0; i < s->columns; i++) {
        s->column[i].size = 256;
        s->column[i].data = mem_alloc(s->column[i].size + 1);
        s->result[i].buffer_type = MYSQL_TYPE_STRING;
        s->result[i].buffer = s->column[i].data;
        s->result[i].buffer_length = s->column[i].size;
        s->result[i].length = &s->column[i].len;
        s->result[i].is_null = &s->column[i].null;
    }
}

/* The prepared statement for this text; prepared now if it is new. */
static enum db_result prepare(struct db *db, const char *sql, size_t args, struct statement **out)
{
    uint32_t hash = 2166136261u;
    size_t len = 0;

    for (; sql[len] != '\0'; len++)
        hash = (hash ^ (unsigned char)sql[len]) * 16777619u;
    bool large = args > LARGE;
    struct statement *s = &db->large;
    if (large) {
        forget_statement(s);
    } else {
        if (db->statements > STATEMENTS / 2)
            forget_statements(db);
        s = &db->statement[hash % STATEMENTS];
        while (s->sql != NULL && strcmp(s->sql, sql) != 0)
            s = s == &db->statement[STATEMENTS - 1] ? db->statement : s + 1;
    }
    *out = s;
    if (s->sql != NULL)
        return DB_OK;

    MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
    if (stmt == NULL)
        return DB_ERROR;
    if (mysql_stmt_prepare(stmt, sql, (unsigned long)len) != 0) {
        unsigned error = mysql_stmt_errno(stmt);
        char why[256];
        snprintf(why, sizeof why, "%s", mysql_stmt_error(stmt));
        mysql_stmt_close(stmt);
        return failed(db, error, why, sql);
    }
    s->sql = mem_dup(sql);
    s->stmt = stmt;
    make_columns(s);
    db->statements += large ? 0 : 1;
    return DB_OK;
}

static MYSQL_BIND *args_bind(struct args *args)
{
    memset(args->bind, 0, args->count * sizeof *args->bind);
    for (size_t i = 0; i < args->count; i++) {
        struct arg *arg = &args->arg[i];
        MYSQL_BIND *bind = &args->bind[i];
        switch (arg->type) {
        case ARG_NULL:
            bind->buffer_type = MYSQL_TYPE_NULL;
            break;
        case ARG_NUMBER:
            bind->buffer_type = MYSQL_TYPE_LONGLONG;
            bind->is_unsigned = 1;
            bind->buffer = &arg->number;
            break;
        case ARG_TEXT:
        case ARG_BYTES:
            bind->buffer_type = arg->type == ARG_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
            bind->buffer = (void *)(uintptr_t)arg->data;
            bind->buffer_length = arg->len;
            bind->length = &arg->len;
            break;
        }
    }
    return args->bind;
}

static enum db_result run_once(struct db *db, const char *sql, struct args *args)
{
    struct statement *s = NULL;

    db->current = NULL;
    if (db->broken)
        return DB_AWAY;
    enum db_result result = connect_now(db);
    if (result == DB_OK)
        result = prepare(db, sql, args->count, &s);
    if (result != DB_OK)
        return result;
    if (mysql_stmt_param_count(s->stmt) != args->count) {
        log_line("database: %zu arguments for '%.120s'", args->count, sql);
        return DB_ERROR;
    }
    if ((args->count > 0 && mysql_stmt_bind_param(s->stmt, args_bind(args)) != 0) ||
        mysql_stmt_execute(s->stmt) != 0)
        goto fail;
    db->affected = mysql_stmt_affected_rows(s->stmt);
    db->insert_id = mysql_stmt_insert_id(s->stmt);
    if (s->columns == 0)
        return db->affected > 0 ? DB_OK : DB_NONE;
    if (mysql_stmt_bind_result(s->stmt, s->result) != 0 || mysql_stmt_store_result(s->stmt) != 0)
        goto fail;
    db->current = s;
    return mysql_stmt_num_rows(s->stmt) > 0 ? DB_OK : DB_NONE;

fail:;
    unsigned error = mysql_stmt_errno(s->stmt);
    char why[256];
    snprintf(why, sizeof why, "%s", mysql_stmt_error(s->stmt));
    return failed(db, error, why, sql);
}

static enum db_result run(struct db *db, const char *sql, struct args *args)
{
    bool again = !db->in_transaction && !db->broken && strncmp(sql, "SELECT", 6) == 0 && db->mysql != NULL;
    enum db_result result = run_once(db, sql, args);

    if (result == DB_AWAY && again && db->mysql == NULL)
        result = run_once(db, sql, args);
    return result;
}

static struct arg *args_add(struct args *args)
{
    if (args->count == args->alloc) {
        args->alloc = args->alloc > 0 ? args->alloc * 2 : 16;
        args->arg = mem_grow(args->arg, args->alloc, sizeof *args->arg);
        args->bind = mem_grow(args->bind, args->alloc, sizeof *args->bind);
    }
    return &args->arg[args->count++];
}

/* Up to the end of the types, or a '>'; returns what is left of them. */
static const char *args_add_all(struct args *args, const char *types, va_list *list)
{
    const char *type = types;

    for (; *type != '\0' && *type != '>'; type++) {
        struct arg *arg = args_add(args);
        if (*type == 'u') {
            arg->type = ARG_NUMBER;
            arg->number = va_arg(*list, uint64_t);
        } else {
            arg->data = va_arg(*list, const void *);
            arg->type = *type == 'b' ? ARG_BYTES : ARG_TEXT;
            if (*type != 's')
                arg->len = va_arg(*list, size_t);
            else if (arg->data != NULL)
                arg->len = strlen(arg->data);
            else
                arg->type = ARG_NULL;
        }
    }
    return type;
}

static unsigned read_columns(const struct db *db, unsigned column, const char *types, va_list *list)
{
    for (const char *type = types; *type != '\0'; type++, column++) {
        size_t len, size;
        const char *text = db_text(db, column, &len);
        void *out = va_arg(*list, void *);
        switch (*type) {
        case 'u':
            *(uint64_t *)out = db_u64(db, column);
            break;
        case '?':
            *(bool *)out = db_u64(db, column) != 0;
            break;
        case 's':
            snprintf(out, va_arg(*list, size_t), "%s", text);
            break;
        case 'b':
            size = va_arg(*list, size_t);
            memcpy(out, text, len < size ? len : size);
            break;
        case 'm':
            db_time(db, column, out);
            break;
        default:
            *(char **)out = *type == 'n' && db_is_null(db, column) ? NULL : mem_dup(text);
        }
    }
    return column;
}

unsigned db_read(const struct db *db, unsigned column, const char *types, ...)
{
    va_list list;

    va_start(list, types);
    column = read_columns(db, column, types, &list);
    va_end(list);
    return column;
}

enum db_result db_run(struct db *db, const char *sql, const char *types, ...)
{
    va_list list;

    db->args.count = 0;
    va_start(list, types);
    const char *out = args_add_all(&db->args, types, &list);
    enum db_result result = run(db, sql, &db->args);
    if (result == DB_OK && *out == '>' && db_next(db))
        read_columns(db, 0, out + 1, &list);
    va_end(list);
    return result;
}

struct db_query *db_query(const char *sql, const char *types, ...)
{
    struct db_query *query = mem_alloc(sizeof *query);
    va_list list;

    strbuf_init(&query->sql);
    strbuf_addstr(&query->sql, sql);
    va_start(list, types);
    args_add_all(&query->args, types, &list);
    va_end(list);
    return query;
}

/* Pads the list, if there is one. */
static void end_list(struct db_query *query)
{
    for (; (query->rows & (query->rows - 1)) != 0; query->rows++) {
        strbuf_addstr(&query->sql, query->between);
        strbuf_addstr(&query->sql, query->row);
        for (size_t i = 0; i < query->row_args; i++) {
            struct arg *arg = args_add(&query->args);
            *arg = *(arg - query->row_args);
        }
    }
    query->rows = 0;
}

void db_query_add(struct db_query *query, const char *sql, const char *types, ...)
{
    va_list list;

    end_list(query);
    strbuf_addstr(&query->sql, sql);
    va_start(list, types);
    args_add_all(&query->args, types, &list);
    va_end(list);
}

void db_query_row(struct db_query *query, const char *between, const char *sql, const char *types, ...)
{
    size_t before = query->args.count;
    va_list list;

    if (query->rows++ > 0)
        strbuf_addstr(&query->sql, between);
    strbuf_addstr(&query->sql, sql);
    va_start(list, types);
    args_add_all(&query->args, types, &list);
    va_end(list);
    query->listed = true;
    query->row_args = query->args.count - before;
    query->between = between;
    query->row = sql;
}

static enum db_result end_query(struct db *db, struct db_query *query, bool runs)
{
    enum db_result result = DB_NONE;

    end_list(query);
    if (runs)
        result = run(db, query->sql.buf, &query->args);
    else
        db->current = NULL; /* there are no rows to read */
    strbuf_release(&query->sql);
    free(query->args.arg);
    free(query->args.bind);
    free(query);
    return result;
}

enum db_result db_query_run(struct db *db, struct db_query *query)
{
    return end_query(db, query, true);
}

enum db_result db_query_run_list(struct db *db, struct db_query *query)
{
    return end_query(db, query, query->listed);
}

bool db_next(struct db *db)
{
    struct statement *s = db->current;

    if (s == NULL)
        return false;
    int rc = mysql_stmt_fetch(s->stmt);
    if (rc != 0 && rc != MYSQL_DATA_TRUNCATED) {
        mysql_stmt_free_result(s->stmt);
        db->current = NULL;
        return false;
    }
    bool grown = false;
    for (unsigned i = 0; i < s->columns; i++) {
        struct column *column = &s->column[i];
        if (column->null) {
            column->len = 0;
        } else if (column->len > column->size) {
            column->data = mem_grow(column->data, column->len + 1, 1);
            column->size = column->len;
            s->result[i].buffer = column->data;
            s->result[i].buffer_length = column->size;
            mysql_stmt_fetch_column(s->stmt, &s->result[i], i, 0);
            grown = true;
        }
        column->data[column->len] = '\0';
    }
    if (grown)
        mysql_stmt_bind_result(s->stmt, s->result);
    return true;
}

bool db_is_null(const struct db *db, unsigned column)
{
    return db->current->column[column].null != 0;
}

const char *db_text(const struct db *db, unsigned column, size_t *len)
{
    const struct column *c = &db->current->column[column];

    if (len != NULL)
        *len = c->len;
    return c->data;
}

uint64_t db_u64(const struct db *db, unsigned column)
{
    return strtoull(db_text(db, column, NULL), NULL, 10);
}

void db_time(const struct db *db, unsigned column, char out[DB_TIME])
{
    size_t len;
    const char *text = db_text(db, column, &len);

    if (len < 19) {
        out[0] = '\0';
        return;
    }
    snprintf(out, DB_TIME, "%.10sT%.8s%-4.4sZ", text, text + 11, len >= 23 ? text + 19 : ".000");
}

uint64_t db_affected(const struct db *db)
{
    return db->affected;
}

uint64_t db_insert_id(const struct db *db)
{
    return db->insert_id;
}

enum db_result db_begin(struct db *db)
{
    db->in_transaction = db->broken = false;
    enum db_result result = connect_now(db);
    if (result != DB_OK)
        return result;
    result = simple(db, "START TRANSACTION");
    if (result == DB_AWAY) { /* the connection had gone stale: nothing was begun yet, so once more */
        result = connect_now(db);
        if (result == DB_OK)
            result = simple(db, "START TRANSACTION");
    }
    db->in_transaction = result == DB_OK;
    return result;
}

enum db_result db_commit(struct db *db)
{
    db->in_transaction = false;
    if (db->mysql == NULL || db->broken)
        return DB_AWAY;
    return simple(db, "COMMIT");
}

void db_rollback(struct db *db)
{
    if (db->mysql != NULL && db->in_transaction)
        simple(db, "ROLLBACK");
    db->in_transaction = db->broken = false;
}

bool db_try(struct db *db, struct db_try *try)
{
    if (try->inside)
        return false;
    if (try->count == 0 && db->in_transaction)
        return try->inside = true;
    if (try->count > 0) {
        if (try->result == DB_OK)
            try->result = db_commit(db);
        else
            db_rollback(db);
        if (try->result == DB_AGAIN && try->count == TRIES)
            try->result = DB_AWAY;
        if (try->result != DB_AGAIN)
            return false;
        struct timespec pause = {.tv_nsec = (long)(try->count * 3000000 + (unsigned)rand() % 4000000)};
        nanosleep(&pause, NULL);
    }
    try->count++;
    try->result = db_begin(db);
    return try->result == DB_OK;
}

void db_thread_begin(void)
{
    mysql_thread_init();
}

void db_thread_end(void)
{
    mysql_thread_end();
}
