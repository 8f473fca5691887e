/* The site's row. */
#include "db_site.h"

#include <stdio.h>

enum db_result db_site_epoch(struct db *db, char out[DB_EPOCH])
{
    enum db_result result = db_run(db, "SELECT epoch FROM site WHERE id = 1", "");

    if (result == DB_OK && db_next(db))
        snprintf(out, DB_EPOCH, "%s", db_text(db, 0, NULL));
    return result;
}

enum db_result db_site_is_new(struct db *db)
{
    return db_run(db, "SELECT 1 FROM site WHERE id = 1 AND registrations = 0", "");
}
