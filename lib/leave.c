/* The end of an account. */
#include "leave.h"
#include "db_message.h"
#include "wake.h"

#include <stdlib.h>

/* Direct rooms are left once the account has ended: the other one then reads its new name in his lists. */
static enum db_result leave_rooms(const struct config *config, struct db *db, uint64_t user_id, bool ended)
{
    struct room_list list;
    enum db_result result = db_room_mine(db, user_id, &list);

    for (size_t i = 0; i < list.count && result == DB_OK; i++) {
        if (list.room[i].direct && !ended)
            continue;
        result = db_room_abandon(db, list.room[i].id, user_id);
        if (result == DB_NONE) /* deleted at this moment */
            result = DB_OK;
        wake_room(config, list.room[i].id);
    }
    free(list.room);
    return result == DB_NONE ? DB_OK : result;
}

static enum db_result delete_messages(const struct config *config, struct db *db, uint64_t user_id)
{
    uint64_t room_id;
    enum db_result result;

    while ((result = db_message_purge(db, user_id, &room_id)) == DB_OK)
        wake_room(config, room_id);
    return result == DB_NONE ? DB_OK : result;
}

enum db_result leave_site(const struct config *config, struct db *db, uint64_t user_id, bool messages)
{
    enum db_result result = leave_rooms(config, db, user_id, false);

    if (result == DB_OK && messages)
        result = delete_messages(config, db, user_id);
    if (result == DB_OK)
        result = db_user_delete(db, user_id);
    if (result != DB_OK)
        return result;
    leave_rooms(config, db, user_id, true); /* and what came in between */
    if (messages)
        delete_messages(config, db, user_id);
    return DB_OK;
}
