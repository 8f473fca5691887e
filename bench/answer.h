/* HTTP answers, as they come in from a socket: the benchmark's own reader of them. */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include "strbuf.h"

#include <stdbool.h>
#include <stddef.h>

enum answer_state {
    ANSWER_HEAD,
    ANSWER_LENGTH, /* a body of a known length */
    ANSWER_SIZE,   /* the line with the size of a chunk */
    ANSWER_CHUNK,
    ANSWER_CHUNK_END,
    ANSWER_LAST, /* the empty line behind the last chunk */
    ANSWER_RAW,  /* a body without an end of its own, and a connection that became something else */
    ANSWER_DONE,
    ANSWER_BAD,
};

struct answer {
    enum answer_state state;
    int status;
    bool closes; /* the server will take no further request on this connection */
    size_t left; /* of the body or the chunk */
    struct strbuf in;
    struct strbuf body; /* without its chunks; the caller may take from it while it grows */
};

void answer_init(struct answer *answer);
void answer_release(struct answer *answer);
/* For the next answer on the same connection. */
void answer_next(struct answer *answer);
/* Takes what has come. The state tells how far it is. */
void answer_feed(struct answer *answer, const void *data, size_t len);

#endif
