/* What the parts of the load generator share.
 *
 * It speaks to one server on 127.0.0.1 from one process: connections of its own in one epoll loop. What each answer
 * must be is known byte for byte or field by field, and one that is not makes the whole figure a failed one.
 *
 * Users are known by their number alone: the token of user 7's session is "bench" and 7 with 38 digits. bench/run
 * puts them into the database in the same form. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "answer.h"
#include "strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_TEXT  44
#define NONCE_TEXT  37
#define WORDS_TEXT  160
#define CURSOR_TEXT 256

struct options {
    const char *mode;
    uint16_t port;
    unsigned connections; /* senders, pollers or readers */
    unsigned user;        /* the first; connection i is user + i % users */
    unsigned users;
    uint64_t room; /* the first of `rooms` */
    unsigned rooms;
    double seconds;
    unsigned messages; /* reach: how many, one after the other */
    unsigned speaker;  /* reach: the user who sends them */
    size_t bytes;      /* reach: the size of an event that carries no message of Snug's */
    const char *kind;  /* reach: snug, fanout, nchan or socketio */
    const char *database;
    const char *constant; /* send, poll, page: the one body that every answer has, instead of Snug's */
};
extern struct options options;

/* ---- load.c ---- */

uint64_t now_us(void);
/* Says why the figure failed; the first few are printed. */
void wrong(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern unsigned wrongs;

int connect_here(void);
/* Writes all of it, waiting if it must. False when the peer is gone. */
bool send_all(int fd, const void *data, size_t len);

void token_of(unsigned user, char out[TOKEN_TEXT]);
/* The words of a user's n-th message, and its nonce: both say whose they are and in which run. */
void words_of(unsigned user, unsigned n, char out[WORDS_TEXT]);
void nonce_of(unsigned user, unsigned n, char out[NONCE_TEXT]);
/* A whole send, as a request. */
void send_request(struct strbuf *out, unsigned user, uint64_t room, unsigned n);
/* Reads {"room":5,"seq":312,"change":1045}; false when it is anything else. */
bool read_numbers(const char *body, uint64_t room, uint64_t *seq, uint64_t *change);
/* The cursor of an answer; false when it has none. */
bool read_cursor(const char *body, char out[CURSOR_TEXT]);

/* ---- stats.c: what is printed at the end ---- */

struct samples {
    uint32_t *us;
    size_t count, alloc;
};
void samples_add(struct samples *samples, uint64_t us);
/* ,"p50_us":…,"p95_us":…,"p99_us":…,"max_us":… ; sorts them. */
void samples_print(struct samples *samples);

/* Processes to watch: "name=pid,pid". */
void watch_add(const char *text);
/* Remembers the processor time they have used until now. */
void watch_start(void);
void watch_stop(void);
/* ,"cpu_us":{"name":…}: between the two, for each of `count`. */
void watch_print_cpu(size_t count);
/* ,"NAME":{"name":…}: their proportional set size right now, in KiB. */
void watch_print_pss(const char *name);

/* ---- rows.c: whether the database holds what was promised ---- */

struct promise {
    uint64_t room, seq, change;
    unsigned user, n;
};
/* Before the run: how far each room is. */
void rows_before(void);
/* After it: each promised row is there, as it was sent, without a gap and without a further one. */
void rows_check(struct promise *promises, size_t count);

/* ---- reach.c ---- */

void reach(void);

#endif
