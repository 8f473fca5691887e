/* The end of an account, and of what hangs on it. */
#ifndef SNUG_LEAVE_H
#define SNUG_LEAVE_H

#include "config.h"
#include "db.h"

/* Leaves every room (db_room_abandon) and ends the account (db_user_delete). With `messages`, what the user wrote is
 * deleted too; else it stays, under "Former member". Tells the rooms' readers; the caller tells the user's. Each step is a
 * transaction of its own and the account ends last: killed on the way, or with any other result than DB_OK, it can
 * be asked for again. */
enum db_result leave_site(const struct config *config, struct db *db, uint64_t user_id, bool messages);

#endif
