/* How fast each user may send: a token bucket a user, in the memory of one process. */
#ifndef SNUG_LIMIT_H
#define SNUG_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limit;

/* A bucket holds `burst` tokens and gains `rate` a second. */
struct limit *limit_new(unsigned burst, unsigned rate);
void limit_free(struct limit *limit);

/* Takes a token of the user. False when there is none. `now` is in milliseconds. */
bool limit_take(struct limit *limit, uint64_t user_id, int64_t now);

/* Gives one back that was taken for nothing. */
void limit_give(struct limit *limit, uint64_t user_id);

#endif
