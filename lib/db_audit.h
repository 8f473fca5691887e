/* The audit log: what the site's admins did. */
#ifndef SNUG_DB_AUDIT_H
#define SNUG_DB_AUDIT_H

#include "db_user.h"

struct audit {
    uint64_t id;
    char created_at[DB_TIME];
    char name[TEXT_NAME_MAX + 1];
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    char action[33];
    char target[256 * 4];
    char detail[256 * 4];
};

/* Writes a line, inside the transaction of what it tells: so nothing is done that is not on record. DB_REFUSED: the
 * actor is no admin of the site (any more). `detail` is cut to fit. */
enum db_result db_audit_add(struct db *db, uint64_t actor, const char *action, const char *target,
                            const char *detail);

/* The newest before line `before` (0: of all), newest first, at most `limit`, into list[]; *count says how many. */
enum db_result db_audit_list(struct db *db, uint64_t before, size_t limit, struct audit *list, size_t *count);

#endif
