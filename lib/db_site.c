/* The site's row. */
#include "db_site.h"
#include "db_presence.h"
#include "db_audit.h"
#include "lang.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t refreshed_at; /* 0: look again */

enum db_result db_site_epoch(struct db *db, char out[DB_EPOCH])
{
    return db_run(db, "SELECT epoch FROM site WHERE id = 1", ">s", out, (size_t)DB_EPOCH);
}

enum db_result db_site_is_new(struct db *db)
{
    return db_run(db, "SELECT 1 FROM site WHERE id = 1 AND registrations = 0", "");
}

enum db_result db_site_settings(struct db *db, char out[SITE_SETTINGS][DB_SETTING])
{
    enum db_result result = db_run(
        db, "SELECT name, registration, history_limit, single_session, keep_days FROM site WHERE id = 1", "");

    if (result == DB_OK && db_next(db))
        for (unsigned i = 0; i < SITE_SETTINGS; i++)
            snprintf(out[i], DB_SETTING, "%s", db_text(db, i, NULL));
    return result;
}

static enum db_result update(struct db *db, uint64_t actor, const char *const settings[SITE_SETTINGS])
{
    static const char *const names[SITE_SETTINGS] = {T("site name"), T("registration"), T("history limit"),
                                                     T("one session"), T("days to keep messages")};
    static const char unset[] = "as in the file";
    const char *to[SITE_SETTINGS] = {NULL};
    char from[SITE_SETTINGS][DB_SETTING] = {{0}};
    struct strbuf detail = STRBUF_INIT;
    /* Its lock puts those who change settings in order; what they find is what the log says it was. */
    enum db_result result = db_run(db, "SELECT id FROM site WHERE id = 1 FOR UPDATE", "");

    if (result == DB_OK)
        result = db_site_settings(db, from);
    for (unsigned i = 0; i < SITE_SETTINGS && result == DB_OK; i++) {
        const char *wanted = settings[i] != NULL ? settings[i] : from[i];
        to[i] = *wanted != '\0' ? wanted : NULL;
        if (strcmp(from[i], wanted) == 0)
            continue;
        strbuf_reset(&detail);
        strbuf_addf(&detail, "%s → %s", *from[i] != '\0' ? from[i] : unset, to[i] != NULL ? to[i] : unset);
        result = db_audit_add(db, actor, T("changed setting"), names[i], detail.buf);
    }
    strbuf_release(&detail);
    if (result != DB_OK)
        return result;
    return db_run(db,
                  "UPDATE site SET name = ?, registration = ?, history_limit = ?, single_session = ?, "
                  "keep_days = ? WHERE id = 1",
                  "sssss", to[SITE_NAME], to[SITE_REGISTRATION], to[SITE_HISTORY], to[SITE_SINGLE],
                  to[SITE_DAYS]);
}

enum db_result db_site_update(struct db *db, uint64_t actor, const char *const settings[SITE_SETTINGS])
{
    refreshed_at = 0;
    return db_transaction(db, update(db, actor, settings));
}

static unsigned number(const char *set, unsigned fallback)
{
    return *set != '\0' ? (unsigned)strtoul(set, NULL, 10) : fallback;
}

enum db_result db_site_refresh(struct db *db, struct config *config)
{
    const struct config *file = config->file;
    char set[SITE_SETTINGS][DB_SETTING] = {{0}};
    int64_t now = clock_ms() / 1000 + 1;

    if (refreshed_at == now)
        return DB_OK;
    enum db_result result = db_site_settings(db, set);
    if (result != DB_OK)
        return result;
    refreshed_at = now;
    snprintf(config->site_name, sizeof config->site_name, "%s",
             *set[SITE_NAME] != '\0' ? set[SITE_NAME] : file->site_name);
    config->registration =
        *set[SITE_REGISTRATION] != '\0' ? config_registration(set[SITE_REGISTRATION]) : file->registration;
    config->history_limit = number(set[SITE_HISTORY], file->history_limit);
    config->single_session = number(set[SITE_SINGLE], file->single_session) == 1;
    config->keep_days = number(set[SITE_DAYS], file->keep_days);
    return DB_OK;
}

enum db_result db_site_health(struct db *db, struct site_health *health)
{
    /* For today's messages only those rooms are looked through in which the last one is of today. */
    return db_run(
        db,
        "SELECT schema_version, VERSION(), "
        "(SELECT SUM(data_length + index_length) FROM information_schema.tables WHERE table_schema = "
        "DATABASE()), "
        "(SELECT COUNT(*) FROM users WHERE deleted_at IS NULL), "
        "(SELECT COUNT(*) FROM users WHERE deleted_at IS NULL AND suspended_at IS NOT NULL), "
        "(SELECT COUNT(*) FROM presence p JOIN users u ON u.id = p.user_id AND u.hidden = 0 "
        "WHERE " DB_PRESENCE_THERE "), "
        "(SELECT COUNT(*) FROM rooms WHERE kind = 'group' AND deleted_at IS NULL), "
        "(SELECT SUM(last_seq) FROM rooms WHERE deleted_at IS NULL), "
        "(SELECT COUNT(*) FROM rooms r JOIN messages l ON l.room_id = r.id AND l.seq = r.last_seq AND "
        "l.created_at >= UTC_DATE() JOIN messages t ON t.room_id = r.id AND t.created_at >= UTC_DATE() AND "
        "t.kind = 'text' "
        "WHERE r.deleted_at IS NULL) FROM site WHERE id = 1",
        ">usuuuuuuu", &health->schema, health->server, sizeof health->server, &health->bytes, &health->users,
        &health->suspended, &health->online, &health->groups, &health->messages, &health->today);
}
