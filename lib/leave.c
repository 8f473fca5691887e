/* The end of an account. */
#include "leave.h"
#include "db_admin.h"
#include "db_message.h"
#include "lang.h"
#include "wake.h"

#include <stdlib.h>
#include <time.h>

static enum db_result end_account(struct db *db, uint64_t actor, uint64_t user_id, bool messages)
{
    const char *detail = messages ? T("with all messages") : "";
    enum db_result result = actor != 0 ? db_admin_change(db, actor, user_id, USER_DELETE, detail) : DB_OK;

    return result == DB_OK ? db_user_delete(db, user_id, messages) : result;
}

static enum db_result leave_rooms(const struct config *config, struct db *db, const struct departure *d,
                                  size_t *count)
{
    struct room_list list;
    enum db_result result = db_room_mine(db, d->user_id, &list);

    *count = list.count;
    for (size_t i = 0; i < list.count && (result == DB_OK || result == DB_NONE); i++) {
        result = db_room_abandon(db, list.room[i].id, d); /* DB_NONE: deleted at this moment */
        wake_room(config, list.room[i].id);
        wake_user(config, list.room[i].other_id);
    }
    free(list.room);
    return db_or_none(result);
}

/* Last of all: where he was before, what is told of him goes on without his name. */
static enum db_result forget(const struct config *config, struct db *db, const struct departure *d)
{
    uint64_t *ids;
    size_t count;
    enum db_result result = db_room_traces(db, d->user_id, &ids, &count);

    for (size_t i = 0; i < count && (result == DB_OK || result == DB_NONE); i++) {
        result = db_room_abandon(db, ids[i], d);
        wake_room(config, ids[i]);
    }
    free(ids);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result leave_next(const struct config *config, struct db *db)
{
    struct departure d;
    uint64_t room_id = 0;
    size_t rooms = 0;
    enum db_result result = db_user_departure(db, &d);

    if (result == DB_OK)
        result = leave_rooms(config, db, &d, &rooms);
    if (result != DB_OK || rooms > 0)
        return result;
    result = d.messages ? db_message_purge(db, d.user_id, &room_id) : DB_NONE;
    if (result == DB_OK)
        wake_room(config, room_id);
    if (result != DB_NONE)
        return result;
    result = forget(config, db, &d);
    return result == DB_OK ? db_user_departed(db, d.user_id) : result;
}

enum db_result leave_site(const struct config *config, struct db *db, uint64_t actor, uint64_t user_id,
                          bool messages)
{
    enum db_result result = db_transaction(db, end_account(db, actor, user_id, messages));
    time_t begun = time(NULL);

    if (result != DB_OK)
        return result;
    wake_user(config, user_id);
    while (time(NULL) <= begun + 1 && leave_next(config, db) == DB_OK)
        ;
    return DB_OK;
}
