/* Counts of attempts: what limits guessing. Shared by all programs and hosts.
 *
 * So many are free; after that each costs a wait, of ATTEMPT_WAIT seconds first and twice as long every time. One is
 * forgotten every `forget` seconds in which nothing is counted. Of whom is counted only a digest is stored. */
#ifndef SNUG_DB_ATTEMPT_H
#define SNUG_DB_ATTEMPT_H

#include "db.h"

#define ATTEMPT_WAIT     15u  /* seconds */
#define ATTEMPT_WAIT_MAX 900u /* or `forget`, where that is longer */

struct attempt {
    char what[24];
    char who[1200]; /* in any case; a name as long as a form takes it, and what it goes with */
    unsigned free;
    unsigned forget;
};

/* DB_REFUSED: it is too early for another one; *retry_after says by how many seconds. */
enum db_result db_attempt_check(struct db *db, const struct attempt *a, unsigned *retry_after);
/* Counts one. */
enum db_result db_attempt_add(struct db *db, const struct attempt *a);
/* Forgets them: it succeeded. */
enum db_result db_attempt_clear(struct db *db, const struct attempt *a);
/* Housekeeping: removes counts that were not added to for a day, at most `limit` rows. */
enum db_result db_attempt_clean(struct db *db, unsigned limit);

#endif
