/* Counts of attempts. */
#include "db_attempt.h"

#define AGE "TIMESTAMPDIFF(SECOND, started_at, UTC_TIMESTAMP(3))"

enum db_result db_attempt_check(struct db *db, const struct attempt *a, unsigned *retry_after)
{
    uint64_t count = 0, age = 0;
    enum db_result result = db_run(
        db, "SELECT count, GREATEST(0, " AGE ") FROM attempts WHERE what = ? AND who = SHA2(LOWER(?), 256)",
        "ss>uu", a->what, a->who, &count, &age);

    if (result != DB_OK)
        return db_or_none(result);
    uint64_t over = count - a->free;
    uint64_t longest = a->forget > ATTEMPT_WAIT_MAX ? a->forget : ATTEMPT_WAIT_MAX;
    if (count < a->free)
        return DB_OK;
    uint64_t wait = over < 16 && ATTEMPT_WAIT << over < longest ? ATTEMPT_WAIT << over : longest;
    if (age >= wait)
        return DB_OK;
    *retry_after = (unsigned)(wait - age);
    return DB_REFUSED;
}

enum db_result db_attempt_add(struct db *db, const struct attempt *a)
{
    return db_run(db,
                  "INSERT INTO attempts (what, who, count, started_at) VALUES (?, SHA2(LOWER(?), 256), 1, "
                  "UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE "
                  "count = GREATEST(0, CAST(count AS SIGNED) - GREATEST(0, " AGE ") DIV ?) + 1, "
                  "started_at = UTC_TIMESTAMP(3)",
                  "ssu", a->what, a->who, (uint64_t)a->forget);
}

enum db_result db_attempt_clear(struct db *db, const struct attempt *a)
{
    enum db_result result = db_run(db, "DELETE FROM attempts WHERE what = ? AND who = SHA2(LOWER(?), 256)",
                                   "ss", a->what, a->who);

    return db_or_none(result);
}

enum db_result db_attempt_clean(struct db *db, unsigned limit)
{
    return db_run(db, "DELETE FROM attempts WHERE started_at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY LIMIT ?",
                  "u", (uint64_t)limit);
}
