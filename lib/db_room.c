/* Rooms and their members. */
#include "db_room.h"
#include "db_part.h"
#include "mem.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define ROOMS_MAX      2000 /* in one user's list */
#define CLEAN_ROOMS    64   /* in one go */
#define BANNED_MAX     1000
#define EVENT_TEXT_MAX 4000 /* bytes of names in one event; the rest is told by count */

void db_room_read(struct db *db, struct room *room)
{
    room->id = db_u64(db, 0);
    room->direct = db_u64(db, 1) != 0;
    room->public = db_u64(db, 2) != 0;
    snprintf(room->name, sizeof room->name, "%s", db_text(db, 3, NULL));
    snprintf(room->topic, sizeof room->topic, "%s", db_text(db, 4, NULL));
    room->history_limit = db_u64(db, 5);
    room->last_seq = db_u64(db, 6);
    room->oldest_seq = db_u64(db, 7);
    room->version = db_u64(db, 8);
    room->info_version = db_u64(db, 9);
    room->members_version = db_u64(db, 10);
    room->role = rights_role(db_text(db, 11, NULL));
    room->read_seq = db_u64(db, 12);
    room->other_id = db_u64(db, 13);
    snprintf(room->other_name, sizeof room->other_name, "%s", db_text(db, 14, NULL));
    room->other_online = db_u64(db, 15) != 0;
    uint64_t seen = room->read_seq + 1 > room->oldest_seq ? room->read_seq : room->oldest_seq - 1;
    room->unread = room->role != ROLE_NONE && room->last_seq > seen ? room->last_seq - seen : 0;
}

enum db_result db_room_get(struct db *db, uint64_t id, uint64_t user_id, struct room *room)
{
    enum db_result result = db_run(db,
                                   "SELECT " DB_ROOM_COLUMNS
                                   ", (SELECT COUNT(*) FROM members c WHERE c.room_id = r.id) FROM rooms r "
                                   "LEFT JOIN members m ON m.room_id = r.id AND m.user_id = ?" DB_ROOM_OTHER
                                   "WHERE r.id = ? AND " DB_ROOM_KNOWN,
                                   "uu", user_id, id);

    memset(room, 0, sizeof *room);
    if (result == DB_OK && db_next(db)) {
        db_room_read(db, room);
        room->member_count = db_u64(db, DB_ROOM_COLUMN_COUNT);
    }
    return result;
}

/* `field`: which one of a struct room has the column after the usual ones; 0: there is none. */
static void read_list(struct db *db, size_t max, size_t field, struct room_list *list)
{
    while (list->count < max && db_next(db)) {
        list->room = mem_more(list->room, list->count, sizeof *list->room);
        struct room *room = &list->room[list->count++];
        memset(room, 0, sizeof *room);
        db_room_read(db, room);
        if (field != 0)
            *(uint64_t *)(void *)((char *)room + field) = db_u64(db, DB_ROOM_COLUMN_COUNT);
    }
}

enum db_result db_room_mine(struct db *db, uint64_t user_id, struct room_list *list)
{
    enum db_result result =
        db_run(db,
               "SELECT " DB_ROOM_COLUMNS ", IF(r.last_seq > m.read_seq, (SELECT COUNT(*) FROM mentions x "
               "FORCE INDEX (PRIMARY) WHERE x.user_id = m.user_id AND "
               "x.room_id = r.id AND x.seq > m.read_seq), 0) FROM members m JOIN rooms r ON r.id = "
               "m.room_id" DB_ROOM_OTHER
               "WHERE m.user_id = ? AND r.deleted_at IS NULL ORDER BY r.kind, 4, r.id LIMIT ?",
               "uu", user_id, (uint64_t)ROOMS_MAX);

    *list = (struct room_list){NULL, 0};
    if (result == DB_OK)
        read_list(db, ROOMS_MAX, offsetof(struct room, mentions), list);
    return result;
}

enum db_result db_room_public(struct db *db, uint64_t user_id, size_t limit, struct room_list *list)
{
    enum db_result result = db_run(
        db,
        "SELECT " DB_ROOM_COLUMNS ", (SELECT COUNT(*) FROM members c WHERE c.room_id = r.id) FROM rooms r "
        "LEFT JOIN members m ON m.room_id = r.id AND m.user_id = ?" DB_ROOM_OTHER
        "WHERE r.visibility = 'public' AND r.kind = 'group' AND r.deleted_at IS NULL AND m.user_id IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM bans b WHERE b.room_id = r.id AND b.user_id = ? AND b.banned_by > 0) "
        "ORDER BY r.name LIMIT ?",
        "uuu", user_id, user_id, (uint64_t)limit);

    *list = (struct room_list){NULL, 0};
    if (result == DB_OK)
        read_list(db, limit, offsetof(struct room, member_count), list);
    return result;
}

enum db_result db_room_common(struct db *db, uint64_t user_id, uint64_t other_id, struct room_list *list)
{
    enum db_result result =
        db_run(db,
               "SELECT " DB_ROOM_COLUMNS " FROM members m JOIN rooms r ON r.id = m.room_id "
               "JOIN members c ON c.room_id = r.id AND c.user_id = ?" DB_ROOM_OTHER
               "WHERE m.user_id = ? AND r.kind = 'group' AND r.deleted_at IS NULL ORDER BY r.name LIMIT ?",
               "uuu", other_id, user_id, (uint64_t)ROOMS_MAX);

    *list = (struct room_list){NULL, 0};
    if (result == DB_OK)
        read_list(db, ROOMS_MAX, 0, list);
    return db_or_none(result);
}

static enum db_result read_members(struct db *db, enum db_result result, size_t limit,
                                   struct member_list *list)
{

    *list = (struct member_list){NULL, 0};
    if (result != DB_OK)
        return result;
    while (list->count < limit && db_next(db)) {
        list->member = mem_more(list->member, list->count, sizeof *list->member);
        struct member *member = &list->member[list->count++];
        member->id = db_u64(db, 0);
        snprintf(member->name, sizeof member->name, "%s", db_text(db, 1, NULL));
        snprintf(member->display, sizeof member->display, "%s", db_text(db, 2, NULL));
        member->role = rights_role(db_text(db, 3, NULL));
        member->online = db_u64(db, 4) != 0;
        member->muted = db_u64(db, 5) != 0;
        member->added_by = db_u64(db, 6);
        snprintf(member->added_by_display, sizeof member->added_by_display, "%s", db_text(db, 7, NULL));
        db_time(db, 8, member->added_at);
        snprintf(member->added_by_name, sizeof member->added_by_name, "%s", db_text(db, 9, NULL));
        member->suspended = db_u64(db, 10) != 0;
    }
    return DB_OK;
}

enum db_result db_room_members(struct db *db, uint64_t id, bool online_first, size_t limit,
                               struct member_list *list)
{
    enum db_result result =
        db_run(db,
               "SELECT u.id, u.name, u.display, m.role, " DB_PRESENCE_ONLINE
               ", m.muted, m.added_by, COALESCE(a.display, ''), m.added_at, COALESCE(a.name, ''), "
               "u.suspended_at IS NOT NULL FROM members m "
               "JOIN users u ON u.id = m.user_id" DB_PRESENCE_OF(
                   "u") "LEFT JOIN users a ON a.id = m.added_by "
                        "WHERE m.room_id = ? ORDER BY IF(?, " DB_PRESENCE_ONLINE
                        ", 0) DESC, m.role, u.display, u.id LIMIT ?",
               "uuu", id, (uint64_t)online_first, (uint64_t)limit);

    return read_members(db, result, limit, list);
}

enum db_result db_room_banned(struct db *db, uint64_t id, struct member_list *list)
{
    enum db_result result =
        db_run(db,
               "SELECT u.id, u.name, u.display, '', 0, 0, b.banned_by, COALESCE(a.display, ''), b.banned_at, "
               "COALESCE(a.name, ''), u.suspended_at IS NOT NULL FROM bans b "
               "JOIN users u ON u.id = b.user_id LEFT JOIN users a ON a.id = b.banned_by "
               "WHERE b.room_id = ? AND b.banned_by > 0 AND u.deleted_at IS NULL ORDER BY b.banned_at DESC, "
               "u.id LIMIT ?",
               "uu", id, (uint64_t)BANNED_MAX);

    return read_members(db, result, BANNED_MAX, list);
}

static enum db_result read_ids(struct db *db, enum db_result result, uint64_t **ids, size_t *count)
{
    *ids = NULL;
    *count = 0;
    while (result == DB_OK && db_next(db)) {
        *ids = mem_more(*ids, *count, sizeof **ids);
        (*ids)[(*count)++] = db_u64(db, 0);
    }
    return result;
}

enum db_result db_room_member_ids(struct db *db, uint64_t id, uint64_t **ids, size_t *count)
{
    return read_ids(db, db_run(db, "SELECT user_id FROM members WHERE room_id = ? ORDER BY user_id", "u", id),
                    ids, count);
}

enum db_result db_room_traces(struct db *db, uint64_t user_id, uint64_t **ids, size_t *count)
{
    return read_ids(db,
                    db_run(db,
                           "SELECT room_id FROM messages WHERE sender_id = ? UNION "
                           "SELECT room_id FROM bans WHERE user_id = ?",
                           "uu", user_id, user_id),
                    ids, count);
}

static enum db_result renamed(struct db *db, uint64_t user_id)
{
    enum db_result result = db_run(db,
                                   "UPDATE rooms SET members_version = version + 1, version = version + 1 "
                                   "WHERE deleted_at IS NULL AND id IN "
                                   "(SELECT room_id FROM members WHERE user_id = ?)",
                                   "u", user_id);

    if (result == DB_OK)
        result = db_run(
            db,
            "UPDATE users u JOIN members o ON o.user_id = u.id JOIN rooms r ON r.id = o.room_id AND r.kind = "
            "'direct' JOIN members m ON m.room_id = r.id SET u.version = u.version + 1 WHERE m.user_id = ?",
            "u", user_id);
    return db_or_none(result);
}

enum db_result db_room_renamed(struct db *db, uint64_t user_id)
{
    return db_transaction(db, renamed(db, user_id));
}

static enum db_result raise_members(struct db *db, uint64_t room_id)
{
    enum db_result result = db_run(
        db,
        "UPDATE users u JOIN members m ON m.user_id = u.id SET u.version = u.version + 1 WHERE m.room_id = ?",
        "u", room_id);

    return db_or_none(result);
}

/* Locks a room's row and reads it. What is changed of it is written by store_room. */
static enum db_result lock_room(struct db *db, uint64_t id, struct room *room)
{
    *room = (struct room){.id = id};
    return db_run(
        db,
        "SELECT kind = 'direct', visibility = 'public', history_limit, last_seq, oldest_seq, version, "
        "info_version, members_version, COALESCE(name, ''), topic FROM rooms WHERE id = ? AND deleted_at "
        "IS NULL FOR UPDATE",
        "u>??uuuuuuss", id, &room->direct, &room->public, &room->history_limit, &room->last_seq,
        &room->oldest_seq, &room->version, &room->info_version, &room->members_version, room->name,
        sizeof room->name, room->topic, sizeof room->topic);
}

/* The role of a user in the room, ROLE_NONE when not in it; and, where it is asked for, whether he is muted. */
static enum db_result role_of(struct db *db, uint64_t room_id, uint64_t user_id, enum role *role, bool *muted)
{
    enum db_result result = db_run(db, "SELECT role, muted FROM members WHERE room_id = ? AND user_id = ?",
                                   "uu", room_id, user_id);
    bool found = result == DB_OK && db_next(db);

    *role = found ? rights_role(db_text(db, 0, NULL)) : ROLE_NONE;
    if (muted != NULL)
        *muted = found && db_u64(db, 1) != 0;
    return db_or_none(result);
}

/* Locks the room and looks whether the actor, whose role it gets, has the right. A private room that he is not in is not there. */
static enum db_result lock_for(struct db *db, uint64_t id, uint64_t actor, enum right right,
                               struct room *room)
{
    enum db_result result = lock_room(db, id, room);
    bool muted = false;

    if (result == DB_OK)
        result = role_of(db, id, actor, &room->role, &muted);
    if (result != DB_OK)
        return result;
    if (muted)
        room->role = ROLE_MUTED;
    if (room->role == ROLE_NONE && !room->public)
        return DB_NONE;
    return rights_may(room->role, room->direct, right) ? DB_OK : DB_REFUSED;
}

/* Empties the messages before `oldest`, and what they said before, as a change of its own. */
static enum db_result pass(struct db *db, struct room *room, uint64_t oldest)
{
    uint64_t from = room->oldest_seq;

    room->oldest_seq = oldest;
    room->version++;
    return db_part_empty(db, room->id, from, oldest, &room->version);
}

static bool over_limit(const struct room *room)
{
    return room->history_limit > 0 && room->last_seq >= room->history_limit + room->oldest_seq;
}

/* Passes what is beyond the history limit, or the first of it. */
static enum db_result trim(struct db *db, struct room *room)
{
    if (!over_limit(room))
        return DB_OK;
    uint64_t oldest = room->last_seq - room->history_limit + 1, most = room->oldest_seq + DB_ROOM_TRIM;
    return pass(db, room, oldest < most ? oldest : most);
}

static enum db_result store_room(struct db *db, struct room *room)
{
    enum db_result result = trim(db, room);

    if (result != DB_OK)
        return result;
    return db_run(
        db,
        "UPDATE rooms SET last_seq = ?, oldest_seq = ?, version = ?, info_version = ?, members_version = ? "
        "WHERE id = ?",
        "uuuuuu", room->last_seq, room->oldest_seq, room->version, room->info_version, room->members_version,
        room->id);
}

/* Adds an event to the timeline: the room's next version and number. */
static enum db_result add_event(struct db *db, struct room *room, uint64_t actor, const char *event,
                                const char *text)
{
    room->version++;
    room->last_seq++;
    enum db_result result =
        db_run(db,
               "INSERT INTO messages (room_id, seq, version, sender_id, kind, event, text, created_at) "
               "VALUES (?, ?, ?, ?, 'event', ?, ?, UTC_TIMESTAMP(3))",
               "uuuuss", room->id, room->last_seq, room->version, actor, event, text);
    if (result == DB_OK) /* what one does oneself is no news to oneself */
        result = db_run(db,
                        "UPDATE members m JOIN users u ON u.id = m.user_id SET m.read_seq = ?, u.version = "
                        "u.version + 1 WHERE m.room_id = ? AND m.user_id = ? AND m.read_seq = ?",
                        "uuuu", room->last_seq, room->id, actor, room->last_seq - 1);
    return db_or_none(result);
}

/* An event about members: the room's list of members changed with it. */
static enum db_result members_event(struct db *db, struct room *room, uint64_t actor, const char *event,
                                    const char *text)
{
    enum db_result result = add_event(db, room, actor, event, text);

    room->members_version = room->version;
    return result == DB_OK ? store_room(db, room) : result;
}

static enum db_result display_of(struct db *db, uint64_t user_id, char out[TEXT_DISPLAY_MAX * 4 + 1])
{
    out[0] = '\0';
    return db_run(db, "SELECT display FROM users WHERE id = ?", "u>s", user_id, out,
                  (size_t)TEXT_DISPLAY_MAX * 4 + 1);
}

static enum db_result insert_member(struct db *db, uint64_t room_id, uint64_t user_id, enum role role,
                                    uint64_t read_seq, uint64_t added_by)
{
    return db_run(db,
                  "INSERT INTO members (room_id, user_id, role, read_seq, added_by, added_at) "
                  "VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
                  "uusuu", room_id, user_id, rights_role_name(role), read_seq, added_by);
}

/* Whether the user is banned; or was muted when he left (a row that nobody is named in). */
static enum db_result bar_of(struct db *db, uint64_t room_id, uint64_t user_id, bool *banned, bool *muted)
{
    *banned = false;
    enum db_result result = db_run(db, "SELECT banned_by FROM bans WHERE room_id = ? AND user_id = ?", "uu>?",
                                   room_id, user_id, banned);

    *muted = result == DB_OK && !*banned;
    return db_or_none(result);
}

enum db_result db_room_bars(struct db *db, uint64_t id, uint64_t user_id, bool *banned)
{
    bool muted;

    return bar_of(db, id, user_id, banned, &muted);
}

static enum db_result set_bar(struct db *db, uint64_t room_id, uint64_t user_id, uint64_t by)
{
    return db_run(
        db,
        "INSERT INTO bans (room_id, user_id, banned_by, banned_at) VALUES (?, ?, ?, UTC_TIMESTAMP(3)) "
        "ON DUPLICATE KEY UPDATE banned_by = VALUES(banned_by), banned_at = VALUES(banned_at)",
        "uuu", room_id, user_id, by);
}

static enum db_result lift_bar(struct db *db, uint64_t room_id, uint64_t user_id)
{
    return db_run(db, "DELETE FROM bans WHERE room_id = ? AND user_id = ?", "uu", room_id, user_id);
}

static enum db_result set_muted(struct db *db, uint64_t room_id, uint64_t user_id, bool muted)
{
    return db_run(db, "UPDATE members SET muted = ? WHERE room_id = ? AND user_id = ?", "uuu",
                  (uint64_t)muted, room_id, user_id);
}

/* Lets somebody in. The event that tells it is the next message, and read by who comes. DB_REFUSED: banned. */
static enum db_result admit(struct db *db, const struct room *room, uint64_t user, uint64_t by)
{
    bool banned = false, muted = false;
    enum db_result result = bar_of(db, room->id, user, &banned, &muted);

    if (result == DB_OK && banned)
        return DB_REFUSED;
    if (result == DB_OK)
        result = insert_member(db, room->id, user, ROLE_MEMBER, room->last_seq + 1, by);
    if (result == DB_OK && muted)
        result = set_muted(db, room->id, user, true);
    if (result == DB_OK && muted)
        result = lift_bar(db, room->id, user);
    return result;
}

static enum db_result create(struct db *db, const struct room_fields *fields, uint64_t creator,
                             const uint64_t *members, size_t count, uint64_t *id)
{
    enum db_result result =
        db_run(db,
               "INSERT INTO rooms (kind, name, topic, visibility, history_limit, created_by, created_at) "
               "VALUES ('group', ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
               "sssuu", fields->name, fields->topic, fields->public ? "public" : "private",
               fields->history_limit, creator);

    if (result != DB_OK)
        return result;
    *id = db_insert_id(db);
    result = insert_member(db, *id, creator, ROLE_OWNER, 0, creator);
    for (size_t i = 0; i < count && result == DB_OK; i++)
        if (members[i] != creator)
            result = insert_member(db, *id, members[i], ROLE_MEMBER, 0, creator);
    return result == DB_OK ? raise_members(db, *id) : result;
}

enum db_result db_room_create(struct db *db, const struct room_fields *fields, uint64_t creator,
                              const uint64_t *members, size_t count, uint64_t *id)
{
    return db_transaction(db, create(db, fields, creator, members, count, id));
}

static enum db_result find_direct(struct db *db, const char *key, uint64_t *id)
{
    return db_run(db, "SELECT id FROM rooms WHERE direct_key = ?", "s>u", key, id);
}

static enum db_result create_direct(struct db *db, const char *key, const uint64_t pair[2], uint64_t creator,
                                    uint64_t *id)
{
    enum db_result result = db_run(db,
                                   "INSERT INTO rooms (kind, direct_key, created_by, created_at) "
                                   "VALUES ('direct', ?, ?, UTC_TIMESTAMP(3))",
                                   "su", key, creator);

    if (result != DB_OK)
        return result;
    *id = db_insert_id(db);
    for (size_t i = 0; i < 2 && result == DB_OK; i++)
        result = insert_member(db, *id, pair[i], ROLE_MEMBER, 0, creator);
    return result == DB_OK ? db_user_raise(db, pair, 2) : result;
}

enum db_result db_room_direct(struct db *db, uint64_t a, uint64_t b, uint64_t *id)
{
    const uint64_t pair[2] = {a < b ? a : b, a < b ? b : a};
    char key[42];

    snprintf(key, sizeof key, "%" PRIu64 ":%" PRIu64, pair[0], pair[1]);
    enum db_result result = find_direct(db, key, id);
    if (result == DB_NONE)
        result = db_transaction(db, create_direct(db, key, pair, a, id));
    return result == DB_DUPLICATE ? find_direct(db, key, id) : result; /* the other one opened it just now */
}

static enum db_result update(struct db *db, uint64_t id, uint64_t actor, const struct room_fields *fields)
{
    struct room_fields f = *fields;
    struct room room;
    enum db_result result = lock_for(db, id, actor, RIGHT_UPDATE, &room);

    if (result != DB_OK)
        return result;
    f.name = f.kept & ROOM_NAME ? room.name : f.name;
    f.topic = f.kept & ROOM_TOPIC ? room.topic : f.topic;
    f.public = f.kept & ROOM_VISIBILITY ? room.public : f.public;
    f.history_limit = f.kept & ROOM_HISTORY ? room.history_limit : f.history_limit;
    result =
        db_run(db, "UPDATE rooms SET name = ?, topic = ?, visibility = ?, history_limit = ? WHERE id = ?",
               "sssuu", f.name, f.topic, f.public ? "public" : "private", f.history_limit, room.id);
    if (result == DB_OK && strcmp(f.name, room.name) != 0)
        result = add_event(db, &room, actor, "renamed", f.name);
    if (result == DB_OK && strcmp(f.topic, room.topic) != 0)
        result = add_event(db, &room, actor, "topic", f.topic);
    if (result == DB_OK && f.public != room.public)
        result = add_event(db, &room, actor, f.public ? "public" : "private", "");
    if (result == DB_OK && f.history_limit != room.history_limit) {
        char number[24];
        snprintf(number, sizeof number, "%" PRIu64, f.history_limit);
        result = add_event(db, &room, actor, "history", number);
    }
    if (result != DB_OK)
        return result;
    room.history_limit = f.history_limit;
    room.info_version = room.version;
    result = store_room(db, &room);
    /* The lists at the left of every member's page show the name and the lock. */
    return result == DB_OK ? raise_members(db, room.id) : result;
}

enum db_result db_room_update(struct db *db, uint64_t id, uint64_t actor, const struct room_fields *fields)
{
    return db_transaction(db, update(db, id, actor, fields));
}

static enum db_result name_of(struct db *db, uint64_t user_id, struct strbuf *out)
{
    enum db_result result = db_run(db, "SELECT name FROM users WHERE id = ?", "u", user_id);

    if (result == DB_OK && db_next(db))
        strbuf_addf(out, "%s%s", out->len > 0 ? ", " : "", db_text(db, 0, NULL));
    return result;
}

static enum db_result add_members(struct db *db, uint64_t id, uint64_t actor, const uint64_t *users,
                                  size_t count, struct strbuf *banned)
{
    struct strbuf names = STRBUF_INIT;
    struct room room;
    enum role role;
    enum db_result result = lock_for(db, id, actor, RIGHT_ADD, &room);
    size_t added = 0, unnamed = 0;

    strbuf_reset(banned);
    for (size_t i = 0; i < count && result == DB_OK; i++) {
        char display[TEXT_DISPLAY_MAX * 4 + 1] = "";
        result = role_of(db, room.id, users[i], &role, NULL);
        if (result != DB_OK || role != ROLE_NONE)
            continue;
        result = admit(db, &room, users[i], actor);
        if (result == DB_REFUSED) {
            result = name_of(db, users[i], banned);
            continue;
        }
        if (result == DB_OK)
            result = display_of(db, users[i], display);
        if (names.len + strlen(display) > EVENT_TEXT_MAX)
            unnamed++;
        else
            strbuf_addf(&names, "%s%s", added > 0 ? ", " : "", display);
        added++;
    }
    if (unnamed > 0)
        strbuf_addf(&names, " (+%zu)", unnamed);
    if (result == DB_OK && banned->len > 0)
        result = DB_REFUSED;
    if (result == DB_OK && added > 0) {
        result = members_event(db, &room, actor, "added", names.buf);
        if (result == DB_OK)
            result = db_user_raise(db, users, count);
    }
    strbuf_release(&names);
    return result;
}

enum db_result db_room_add(struct db *db, uint64_t id, uint64_t actor, const uint64_t *users, size_t count,
                           struct strbuf *banned)
{
    return db_transaction(db, add_members(db, id, actor, users, count, banned));
}

/* Tells in the timeline what was done to a member, and to his pages. */
static enum db_result told(struct db *db, struct room *room, uint64_t actor, uint64_t user, const char *event)
{
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    enum db_result result = display_of(db, user, display);

    if (result == DB_OK)
        result = members_event(db, room, actor, event, actor == user ? "" : display);
    return result == DB_OK ? db_user_raise(db, &user, 1) : result;
}

static enum db_result delete_member(struct db *db, const struct room *room, uint64_t user, bool muted)
{
    enum db_result result =
        db_run(db, "DELETE FROM members WHERE room_id = ? AND user_id = ?", "uu", room->id, user);

    return result == DB_OK && muted ? set_bar(db, room->id, user, 0) : result;
}

/* Locks the room for what the actor does to another user, and looks whether he stands over him. */
static enum db_result lock_over(struct db *db, uint64_t id, uint64_t actor, uint64_t user, enum right right,
                                struct room *room, enum role *target, bool *muted)
{
    enum db_result result = lock_for(db, id, actor, right, room);

    if (result == DB_OK)
        result = role_of(db, id, user, target, muted);
    if (result != DB_OK)
        return result;
    return user != actor && rights_over(room->role, *target) ? DB_OK : DB_REFUSED;
}

static enum db_result remove_member(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    struct room room;
    enum role target = ROLE_NONE;
    bool muted = false;
    enum db_result result = lock_over(db, id, actor, user, RIGHT_REMOVE, &room, &target, &muted);

    if (result != DB_OK || target == ROLE_NONE)
        return result;
    result = delete_member(db, &room, user, muted);
    return result == DB_OK ? told(db, &room, actor, user, "removed") : result;
}

enum db_result db_room_remove(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    return db_transaction(db, remove_member(db, id, actor, user));
}

static enum db_result mute_member(struct db *db, uint64_t id, uint64_t actor, uint64_t user, bool on)
{
    struct room room;
    enum role target = ROLE_NONE;
    bool muted = false;
    enum db_result result = lock_over(db, id, actor, user, RIGHT_MUTE, &room, &target, &muted);

    if (result == DB_OK && (target == ROLE_NONE || target == ROLE_OWNER))
        return DB_REFUSED;
    if (result != DB_OK || muted == on)
        return result;
    result = set_muted(db, id, user, on);
    return result == DB_OK ? told(db, &room, actor, user, on ? "muted" : "unmuted") : result;
}

enum db_result db_room_mute(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    return db_transaction(db, mute_member(db, id, actor, user, true));
}

enum db_result db_room_unmute(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    return db_transaction(db, mute_member(db, id, actor, user, false));
}

static enum db_result ban_user(struct db *db, uint64_t id, uint64_t actor, uint64_t user, bool on)
{
    struct room room;
    enum role target = ROLE_NONE;
    bool muted = false, banned = false;
    enum db_result result = lock_over(db, id, actor, user, RIGHT_BAN, &room, &target, &muted);

    if (result == DB_OK)
        result = bar_of(db, id, user, &banned, &muted);
    if (result != DB_OK || banned == on)
        return result;
    if (target != ROLE_NONE)
        result = delete_member(db, &room, user, false);
    if (result == DB_OK)
        result = on ? set_bar(db, id, user, actor) : lift_bar(db, id, user);
    return result == DB_OK ? told(db, &room, actor, user, on ? "banned" : "unbanned") : result;
}

enum db_result db_room_ban(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    return db_transaction(db, ban_user(db, id, actor, user, true));
}

enum db_result db_room_unban(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    return db_transaction(db, ban_user(db, id, actor, user, false));
}

/* Whether somebody other than `user` owns the room. */
static enum db_result other_owner(struct db *db, uint64_t room_id, uint64_t user, bool *found)
{
    enum db_result result =
        db_run(db,
               "SELECT 1 FROM members m JOIN users u ON u.id = m.user_id AND u.suspended_at IS NULL WHERE "
               "m.room_id = ? AND m.role = 'owner' AND m.user_id <> ? LIMIT 1",
               "uu", room_id, user);

    *found = result == DB_OK;
    return db_or_none(result);
}

static enum db_result store_role(struct db *db, uint64_t room_id, uint64_t user_id, enum role role)
{
    enum db_result result =
        db_run(db, "UPDATE members SET role = ?, muted = 0 WHERE room_id = ? AND user_id = ?", "suu",
               rights_role_name(role), room_id, user_id);

    return db_or_none(result);
}

static enum db_result set_role(struct db *db, uint64_t id, uint64_t actor, uint64_t user, enum role role,
                               bool *last_owner)
{
    struct room room;
    enum role target = ROLE_NONE;
    bool owned = true;
    enum db_result result = lock_for(db, id, actor, RIGHT_ROLE, &room);

    *last_owner = false;
    if (result == DB_OK)
        result = role_of(db, id, user, &target, NULL);
    if (result != DB_OK || target == role)
        return result;
    if (target == ROLE_NONE)
        return DB_REFUSED;
    if (target == ROLE_OWNER)
        result = other_owner(db, id, user, &owned);
    *last_owner = !owned;
    if (result == DB_OK && !owned)
        return DB_REFUSED;
    if (result == DB_OK)
        result = store_role(db, id, user, role);
    return result == DB_OK ? told(db, &room, actor, user, rights_role_name(role)) : result;
}

enum db_result db_room_set_role(struct db *db, uint64_t id, uint64_t actor, uint64_t user, enum role role,
                                bool *last_owner)
{
    return db_transaction(db, set_role(db, id, actor, user, role, last_owner));
}

/* The other one owns the room in the actor's place. DB_REFUSED: he is not in it. */
static enum db_result pass_on(struct db *db, struct room *room, uint64_t actor, uint64_t user)
{
    enum role target = ROLE_NONE;
    enum db_result result = role_of(db, room->id, user, &target, NULL);

    if (result == DB_OK && (target == ROLE_NONE || user == actor))
        return DB_REFUSED;
    if (result == DB_OK) /* who is suspended cannot look after it */
        result = db_run(db, "SELECT 1 FROM users WHERE id = ? AND suspended_at IS NULL", "u", user);
    if (result == DB_NONE)
        return DB_REFUSED;
    if (result == DB_OK)
        result = store_role(db, room->id, user, ROLE_OWNER);
    if (result == DB_OK)
        result = store_role(db, room->id, actor, ROLE_ADMIN);
    if (result == DB_OK)
        result = told(db, room, actor, user, "handover");
    return result == DB_OK ? db_user_raise(db, &actor, 1) : result;
}

static enum db_result handover(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    struct room room;
    enum db_result result = lock_for(db, id, actor, RIGHT_HANDOVER, &room);

    return result == DB_OK ? pass_on(db, &room, actor, user) : result;
}

enum db_result db_room_handover(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    return db_transaction(db, handover(db, id, actor, user));
}

static enum db_result leave(struct db *db, uint64_t id, uint64_t actor, uint64_t owner, bool *last_owner)
{
    struct room room;
    bool owned = true;
    enum db_result result = lock_for(db, id, actor, RIGHT_LEAVE, &room);

    *last_owner = false;
    if (result != DB_OK)
        return result;
    if (owner != 0 && !rights_may(room.role, room.direct, RIGHT_HANDOVER))
        return DB_REFUSED;
    if (owner != 0) {
        result = pass_on(db, &room, actor, owner);
        owned = result != DB_REFUSED;
    } else if (room.role == ROLE_OWNER) {
        result = other_owner(db, id, actor, &owned);
    }
    *last_owner = !owned;
    if (result == DB_OK && !owned)
        return DB_REFUSED;
    if (result == DB_OK)
        result = delete_member(db, &room, actor, room.role == ROLE_MUTED);
    return result == DB_OK ? told(db, &room, actor, actor, "left") : result;
}

enum db_result db_room_leave(struct db *db, uint64_t id, uint64_t actor, uint64_t owner, bool *last_owner)
{
    return db_transaction(db, leave(db, id, actor, owner, last_owner));
}

static enum db_result join(struct db *db, uint64_t id, uint64_t actor)
{
    struct room room;
    enum db_result result = lock_room(db, id, &room);

    if (result == DB_OK)
        result = role_of(db, id, actor, &room.role, NULL);
    if (result != DB_OK || room.role != ROLE_NONE)
        return result;
    if (!room.public || room.direct)
        return DB_NONE;
    result = admit(db, &room, actor, actor);
    return result == DB_OK ? told(db, &room, actor, actor, "joined") : result;
}

enum db_result db_room_join(struct db *db, uint64_t id, uint64_t actor)
{
    return db_transaction(db, join(db, id, actor));
}

static enum db_result end_room(struct db *db, uint64_t id)
{
    enum db_result result = db_run(
        db, "UPDATE rooms SET name = NULL, deleted_at = UTC_TIMESTAMP(3), version = version + 1 WHERE id = ?",
        "u", id);

    /* The files go at once: they count for those who sent them, and who cannot delete them any more. */
    if (result == DB_OK)
        result = db_or_none(db_run(db, "DELETE FROM uploads WHERE room_id = ? AND seq > 0", "u", id));
    return result == DB_OK ? raise_members(db, id) : result;
}

static enum db_result delete_room(struct db *db, uint64_t id, uint64_t actor)
{
    struct room room;
    enum db_result result = lock_for(db, id, actor, RIGHT_DELETE, &room);

    return result == DB_OK ? end_room(db, id) : result;
}

enum db_result db_room_delete(struct db *db, uint64_t id, uint64_t actor)
{
    return db_transaction(db, delete_room(db, id, actor));
}

/* Makes sure that somebody owns a group without `user`. DB_NONE: nobody else is in it. */
static enum db_result find_heir(struct db *db, struct room *room, uint64_t user)
{
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    uint64_t heir = 0;
    bool owner = false;
    enum db_result result = db_run(
        db,
        "SELECT u.id, m.role = 'owner', u.display FROM members m JOIN users u ON u.id = m.user_id WHERE "
        "m.room_id = ? AND u.id <> ? ORDER BY u.suspended_at IS NOT NULL, m.role, m.added_at, u.id LIMIT 1",
        "uu>u?s", room->id, user, &heir, &owner, display, sizeof display);

    if (result != DB_OK || owner)
        return result;
    result = store_role(db, room->id, heir, ROLE_OWNER);
    if (result == DB_OK)
        result = add_event(db, room, user, "owner", display);
    return result == DB_OK ? db_user_raise(db, &heir, 1) : result;
}

/* What was done to a user is told by name: it goes with the account, as changes of the messages that held it. */
static enum db_result forget_name(struct db *db, struct room *room, const char *display)
{
    enum db_result result = db_run(
        db,
        "UPDATE messages w JOIN (SELECT seq, ROW_NUMBER() OVER (ORDER BY seq) AS n, REPLACE(CONCAT(', ', "
        "text, ', '), CONCAT(', ', ?, ', '), ', Former member, ') AS new_text FROM messages WHERE "
        "room_id = ? "
        "AND kind = 'event' AND event NOT IN ('renamed', 'topic', 'public', 'private', 'history') AND "
        "LOCATE(CONCAT(', ', ?, ', '), CONCAT(', ', text, ', ')) > 0) k ON k.seq = w.seq SET w.version = "
        "? "
        "+ k.n, w.text = SUBSTRING(k.new_text, 3, CHAR_LENGTH(k.new_text) - 4) WHERE w.room_id = ?",
        "susuu", display, room->id, display, room->version, room->id);
    room->version += result == DB_OK ? db_affected(db) : 0;
    return db_or_none(result);
}

static enum db_result abandon(struct db *db, uint64_t id, const struct departure *who)
{
    struct room room;
    enum db_result result = lock_room(db, id, &room);

    if (result == DB_OK)
        result = role_of(db, id, who->user_id, &room.role, NULL);
    if (result != DB_OK)
        return result;
    if (room.role == ROLE_NONE) {
        uint64_t before = room.version;
        result = room.direct ? DB_OK : forget_name(db, &room, who->display);
        return result == DB_OK && room.version != before ? store_room(db, &room) : result;
    }
    if (room.direct) { /* the other one reads a new name in his lists */
        result = raise_members(db, id);
        return result == DB_OK ? delete_member(db, &room, who->user_id, false) : result;
    }
    result = forget_name(db, &room, who->display);
    if (result != DB_OK)
        return result;
    if (room.role == ROLE_OWNER)
        result = find_heir(db, &room, who->user_id);
    if (result == DB_NONE)
        return end_room(db, id);
    if (result == DB_OK)
        result = delete_member(db, &room, who->user_id, false);
    return result == DB_OK ? told(db, &room, who->user_id, who->user_id, "left") : result;
}

enum db_result db_room_abandon(struct db *db, uint64_t id, const struct departure *departure)
{
    return db_transaction(db, abandon(db, id, departure));
}

static enum db_result trim_room(struct db *db, uint64_t id, unsigned days)
{
    struct room room;
    enum db_result result = lock_room(db, id, &room);
    uint64_t before = room.oldest_seq, old = 0;

    if (result == DB_OK && days > 0)
        result = db_run(
            db,
            "SELECT COALESCE(MAX(seq), 0) FROM messages WHERE room_id = ? AND seq >= ? AND seq < ? AND "
            "created_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY",
            "uuuu>u", room.id, before, before + DB_ROOM_TRIM, (uint64_t)days, &old);
    if (result == DB_OK && old >= before)
        result = pass(db, &room, old + 1);
    if (result == DB_OK && room.oldest_seq == before && !over_limit(&room))
        return DB_NONE;
    return result == DB_OK ? store_room(db, &room) : result;
}

enum db_result db_room_trim(struct db *db, uint64_t id, unsigned days)
{
    return db_transaction(db, trim_room(db, id, days));
}

enum db_result db_room_trim_next(struct db *db, unsigned days)
{
    uint64_t id = 0;
    enum db_result result =
        db_run(db,
               "SELECT r.id FROM rooms r JOIN messages t ON t.room_id = r.id AND t.seq = r.oldest_seq "
               "WHERE r.deleted_at IS NULL AND ((r.history_limit > 0 AND r.last_seq >= r.history_limit + "
               "r.oldest_seq) OR (? > 0 AND t.created_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY)) LIMIT 1",
               "uu>u", (uint64_t)days, (uint64_t)days, &id);

    return result == DB_OK ? db_room_trim(db, id, days) : result;
}

/* Runs `find` for the ids of rooms, then `clean` for each with the limit; before it what belongs to their messages. */
static enum db_result clean_rooms(struct db *db, const char *find, bool parts, const char *clean,
                                  unsigned limit)
{
    uint64_t ids[CLEAN_ROOMS];
    size_t count = 0;
    enum db_result result = db_run(db, find, "u", (uint64_t)CLEAN_ROOMS);

    while (result == DB_OK && count < CLEAN_ROOMS && db_next(db))
        ids[count++] = db_u64(db, 0);
    for (size_t i = 0; i < count && (result == DB_OK || result == DB_NONE); i++) {
        result = parts ? db_part_clean(db, ids[i], limit) : DB_NONE;
        if (result == DB_NONE)
            result = db_run(db, clean, "uu", ids[i], (uint64_t)limit);
    }
    return db_or_none(result);
}

enum db_result db_room_clean(struct db *db, unsigned limit)
{
    static const char deleted[] =
        "SELECT id FROM rooms r WHERE deleted_at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY AND "
        "EXISTS (SELECT 1 FROM messages t WHERE t.room_id = r.id) LIMIT ?";
    static const char trimmed[] =
        "SELECT id FROM rooms r WHERE oldest_seq > 1 AND EXISTS (SELECT 1 FROM messages t WHERE t.room_id = "
        "r.id AND "
        "t.seq < r.oldest_seq AND t.created_at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY) LIMIT ?";
    enum db_result result =
        clean_rooms(db, deleted, true, "DELETE FROM messages WHERE room_id = ? LIMIT ?", limit);

    if (result != DB_OK)
        return result;
    return clean_rooms(
        db, trimmed, false,
        "DELETE FROM messages WHERE room_id = ? AND created_at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY AND "
        "seq < (SELECT r.oldest_seq FROM rooms r WHERE r.id = messages.room_id) ORDER BY seq LIMIT ?",
        limit);
}

enum db_result db_room_end(struct db *db, uint64_t id)
{
    struct room room;
    enum db_result result = lock_room(db, id, &room);

    if (result == DB_OK && room.direct)
        return DB_NONE;
    return result == DB_OK ? end_room(db, id) : result;
}
