/* The end of an account, and of what hangs on it. */
#ifndef SNUG_LEAVE_H
#define SNUG_LEAVE_H

#include "config.h"
#include "db.h"

/* Ends the account in one transaction (db_user_delete), on the record where an admin does it or the user is one: `actor`,
 * else 0. Then, for about a second, goes on with what hangs on it; the rest is the messages program's (leave_next), also
 * when this process dies. With `messages`, what the user wrote is deleted too; else it stays, under "Former member".
 * Tells all readers. DB_DUPLICATE: the site would be left without an admin. DB_NONE: no such account (any more). */
enum db_result leave_site(const struct config *config, struct db *db, uint64_t actor, uint64_t user_id,
                          bool messages);

/* One step of what is left of ended accounts: leaves the rooms, or deletes some messages, in transactions of their own.
 * DB_NONE: nothing is left. */
enum db_result leave_next(const struct config *config, struct db *db);

#endif
