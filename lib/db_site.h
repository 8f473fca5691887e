/* The one row of `site`: what this database is, and what the site's admins set. */
#ifndef SNUG_DB_SITE_H
#define SNUG_DB_SITE_H

#include "db.h"

#define DB_EPOCH 17

/* DB_OK: nobody registered yet. DB_NONE: somebody did. */
enum db_result db_site_is_new(struct db *db);
/* The site's epoch, part of every cursor. */
enum db_result db_site_epoch(struct db *db, char out[DB_EPOCH]);

/* What is set at /admin, as its form shows it: a text each, "" is as the settings file says. */
enum site_setting { SITE_NAME, SITE_REGISTRATION, SITE_HISTORY, SITE_SINGLE, SITE_DAYS, SITE_SETTINGS };
#define DB_SETTING (TEXT_GROUP_MAX * 4 + 1)

enum db_result db_site_settings(struct db *db, char out[SITE_SETTINGS][DB_SETTING]);
/* Stores them (NULL: that one stays as it is); what changed stands in the audit log. DB_REFUSED: the actor is no admin of the site. */
enum db_result db_site_update(struct db *db, uint64_t actor, const char *const settings[SITE_SETTINGS]);

/* Lays these settings over what the file says. Looks at most once a second (DB_OK then as well), so it may stand before
 * everything that uses them; of a process only one thread may. */
enum db_result db_site_refresh(struct db *db, struct config *config);

/* How the site is, for /admin. */
struct site_health {
    uint64_t schema;
    char server[80];
    uint64_t bytes; /* of all tables and indexes, as far as the server knows */
    uint64_t users;
    uint64_t suspended;
    uint64_t online;
    uint64_t groups;
    uint64_t messages; /* ever written in the rooms that are there */
    uint64_t today;    /* since midnight UTC */
};
enum db_result db_site_health(struct db *db, struct site_health *health);

#endif
