/* The one row of `site`. */
#ifndef SNUG_DB_SITE_H
#define SNUG_DB_SITE_H

#include "db.h"

#define DB_EPOCH 17

/* DB_OK: nobody registered yet. DB_NONE: somebody did. */
enum db_result db_site_is_new(struct db *db);
/* The site's epoch, part of every cursor. */
enum db_result db_site_epoch(struct db *db, char out[DB_EPOCH]);

#endif
