/* How fast each user may send. */
#include "limit.h"
#include "mem.h"

#include <stdlib.h>

/* A fixed table: a user whose place is taken over by another starts with a full bucket again, which errs on the
 * friendly side and keeps the memory bounded. */
#define BUCKETS 4096

struct bucket {
    uint64_t user_id;
    int64_t milli; /* thousandths of a token */
    int64_t at;
};

struct limit {
    int64_t burst;
    int64_t rate;
    struct bucket bucket[BUCKETS];
};

struct limit *limit_new(unsigned burst, unsigned rate)
{
    struct limit *limit = mem_alloc(sizeof *limit);

    limit->burst = (int64_t)burst * 1000;
    limit->rate = rate;
    return limit;
}

void limit_free(struct limit *limit)
{
    free(limit);
}

static struct bucket *bucket_of(struct limit *limit, uint64_t user_id)
{
    return &limit->bucket[user_id * 0x9e3779b97f4a7c15u >> 52];
}

void limit_give(struct limit *limit, uint64_t user_id)
{
    struct bucket *b = bucket_of(limit, user_id);

    if (b->user_id == user_id)
        b->milli += 1000;
}

bool limit_take(struct limit *limit, uint64_t user_id, int64_t now)
{
    struct bucket *b = bucket_of(limit, user_id);

    if (b->user_id != user_id)
        *b = (struct bucket){.user_id = user_id, .milli = limit->burst, .at = now};
    b->milli += (now - b->at) * limit->rate;
    if (b->milli > limit->burst)
        b->milli = limit->burst;
    b->at = now;
    if (b->milli < 1000)
        return false;
    b->milli -= 1000;
    return true;
}
