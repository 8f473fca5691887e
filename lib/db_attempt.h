/* Counts of attempts, for the limits on signing in and registering. Shared by all programs and hosts. */
#ifndef SNUG_DB_ATTEMPT_H
#define SNUG_DB_ATTEMPT_H

#include "db.h"

/* Whether `who` made `max` attempts or more at `what` within `seconds`. *retry_after says in how many seconds the
 * count starts anew. DB_OK: not yet; DB_REFUSED: too many. */
enum db_result db_attempt_check(struct db *db, const char *what, const char *who, unsigned max,
                                unsigned seconds, unsigned *retry_after);
/* Counts one. */
enum db_result db_attempt_add(struct db *db, const char *what, const char *who, unsigned seconds);
/* Forgets them: signing in succeeded. */
enum db_result db_attempt_clear(struct db *db, const char *what, const char *who);
/* Housekeeping: removes counts older than a day, at most `limit` rows. */
enum db_result db_attempt_clean(struct db *db, unsigned limit);

#endif
