/* Who is there: written in bulk, read with the lists of people (db_user.h, db_room.h).
 *
 * Whoever hides (users.hidden) is written like everybody else. All that reads the table leaves his row out, so that
 * nobody sees him there, nor when he was seen last. */
#ifndef SNUG_DB_PRESENCE_H
#define SNUG_DB_PRESENCE_H

#include "db.h"
#include "text.h"

/* Joins the presence of a user, for a list of people: p. */
#define DB_PRESENCE_OF(user) " LEFT JOIN presence p ON p.user_id = " user ".id AND " user ".hidden = 0 "
/* Who was seen later than now is not there: the clock was put back. */
#define DB_PRESENCE_THERE \
    "(p.online_until > UTC_TIMESTAMP(3) AND p.seen_at < UTC_TIMESTAMP(3) + INTERVAL 60 SECOND)"
#define DB_PRESENCE_ONLINE "COALESCE(" DB_PRESENCE_THERE ", 0)"

struct presence {
    uint64_t id;
    char name[TEXT_NAME_MAX + 1];
};

/* Users are there, for so many seconds from now. One statement for all of them. */
enum db_result db_presence_mark(struct db *db, const uint64_t *users, const uint32_t *seconds, size_t count);
/* The user signed out everywhere, or goes. */
enum db_result db_presence_leave(struct db *db, uint64_t user_id);

/* Everybody who is online, by id; *list is freed by the caller. */
enum db_result db_presence_online(struct db *db, struct presence **list, size_t *count);

#endif
