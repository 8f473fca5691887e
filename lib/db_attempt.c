/* Counts of attempts. */
#include "db_attempt.h"

#include <stdlib.h>

enum db_result db_attempt_check(struct db *db, const char *what, const char *who, unsigned max,
                                unsigned seconds, unsigned *retry_after)
{
    enum db_result result =
        db_run(db,
               "SELECT count, TIMESTAMPDIFF(SECOND, started_at, UTC_TIMESTAMP(3)) FROM attempts "
               "WHERE what = ? AND who = LOWER(?)",
               "ss", what, who);

    if (result != DB_OK || !db_next(db))
        return result == DB_NONE ? DB_OK : result;
    uint64_t count = db_u64(db, 0), age = db_u64(db, 1);
    if (age >= seconds || count < max)
        return DB_OK;
    *retry_after = seconds - (unsigned)age;
    return DB_REFUSED;
}

enum db_result db_attempt_add(struct db *db, const char *what, const char *who, unsigned seconds)
{
    return db_run(
        db,
        "INSERT INTO attempts (what, who, count, started_at) VALUES (?, LOWER(?), 1, UTC_TIMESTAMP(3)) "
        "ON DUPLICATE KEY UPDATE "
        "count = IF(started_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND, 1, count + 1), "
        "started_at = IF(started_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND, UTC_TIMESTAMP(3), started_at)",
        "ssuu", what, who, (uint64_t)seconds, (uint64_t)seconds);
}

enum db_result db_attempt_clear(struct db *db, const char *what, const char *who)
{
    enum db_result result =
        db_run(db, "DELETE FROM attempts WHERE what = ? AND who = LOWER(?)", "ss", what, who);

    return result == DB_NONE ? DB_OK : result;
}

enum db_result db_attempt_clean(struct db *db, unsigned limit)
{
    return db_run(db, "DELETE FROM attempts WHERE started_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT ?",
                  "u", (uint64_t)limit);
}
