/* The versions of rooms and users: how far they are, without what changed. One query for all of them. */
#ifndef SNUG_DB_VERSION_H
#define SNUG_DB_VERSION_H

#include "db_site.h"

struct version_room {
    uint64_t id;
    bool there; /* filled; false: there is no such room any more */
    uint64_t version;
    uint64_t last_seq;
};
struct version_user {
    uint64_t id;
    uint64_t version; /* filled; 0: gone */
};

struct versions {
    struct version_room *room; /* sorted by id, as the users are */
    size_t rooms;
    struct version_user *user;
    size_t users;
    /* Not 0: `user` is filled with all whose row changed in the last so many seconds instead; the caller frees it. It
     * costs what has changed, not who is looked for. A change that took longer to commit than that is missed, and one
     * from before the database's clock was stepped. */
    unsigned seconds;
    int64_t clock;        /* filled: the database's, in ms */
    char epoch[DB_EPOCH]; /* filled: the site's */
};

/* Fills the rooms, the users, the epoch and the clock. */
enum db_result db_versions(struct db *db, struct versions *v);

#endif
