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

/* Fills the rooms and users, each sorted by id, and the site's epoch. */
enum db_result db_versions(struct db *db, struct version_room *rooms, size_t room_count,
                           struct version_user *users, size_t user_count, char epoch[DB_EPOCH]);

#endif
