/* Who is there: written in bulk, read with the lists of people (db_user.h, db_room.h). */
#ifndef SNUG_DB_PRESENCE_H
#define SNUG_DB_PRESENCE_H

#include "db.h"

/* Users are there, for so many seconds from now. One statement for all of them. */
enum db_result db_presence_mark(struct db *db, const uint64_t *users, const uint32_t *seconds, size_t count);
/* The user signed out everywhere, or goes. */
enum db_result db_presence_leave(struct db *db, uint64_t user_id);

#endif
