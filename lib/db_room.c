/* Rooms and their members. */
#include "db_room.h"
#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOMS_MAX      2000 /* in one user's list */
#define CLEAN_ROOMS    64   /* in one go */
#define EVENT_TEXT_MAX 4000 /* bytes of names in one event; the rest is told by count */

/* A room's row while its lock is held. */
struct locked {
    uint64_t id;
    bool direct;
    bool public;
    uint64_t history_limit;
    uint64_t last_seq;
    uint64_t oldest_seq;
    uint64_t version;
    uint64_t info_version;
    uint64_t members_version;
    char name[TEXT_GROUP_MAX * 4 + 1];
    char topic[TEXT_TOPIC_MAX * 4 + 1];
};

/* Everything the transactions below take and give. */
struct change {
    uint64_t room_id;
    uint64_t actor;
    uint64_t user;
    enum role role;
    const struct room_fields *fields;
    const uint64_t *users;
    size_t count;
    size_t added;
    bool last_owner;
};

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

static void read_list(struct db *db, size_t max, bool counted, struct room_list *list)
{
    size_t alloc = 0;

    while (list->count < max && db_next(db)) {
        if (list->count == alloc) {
            alloc = alloc > 0 ? alloc * 2 : 16;
            list->room = mem_grow(list->room, alloc, sizeof *list->room);
        }
        struct room *room = &list->room[list->count++];
        memset(room, 0, sizeof *room);
        db_room_read(db, room);
        if (counted)
            room->member_count = db_u64(db, DB_ROOM_COLUMN_COUNT);
    }
}

enum db_result db_room_mine(struct db *db, uint64_t user_id, struct room_list *list)
{
    enum db_result result =
        db_run(db,
               "SELECT " DB_ROOM_COLUMNS " FROM members m JOIN rooms r ON r.id = m.room_id" DB_ROOM_OTHER
               "WHERE m.user_id = ? AND r.deleted_at IS NULL ORDER BY r.kind, 4, r.id LIMIT ?",
               "uu", user_id, (uint64_t)ROOMS_MAX);

    *list = (struct room_list){NULL, 0};
    if (result == DB_OK)
        read_list(db, ROOMS_MAX, false, list);
    return result;
}

enum db_result db_room_public(struct db *db, uint64_t user_id, size_t limit, struct room_list *list)
{
    enum db_result result = db_run(
        db,
        "SELECT " DB_ROOM_COLUMNS ", (SELECT COUNT(*) FROM members c WHERE c.room_id = r.id) FROM rooms r "
        "LEFT JOIN members m ON m.room_id = r.id AND m.user_id = ?" DB_ROOM_OTHER
        "WHERE r.visibility = 'public' AND r.kind = 'group' AND r.deleted_at IS NULL AND m.user_id IS NULL "
        "ORDER BY r.name LIMIT ?",
        "uu", user_id, (uint64_t)limit);

    *list = (struct room_list){NULL, 0};
    if (result == DB_OK)
        read_list(db, limit, true, list);
    return result;
}

enum db_result db_room_members(struct db *db, uint64_t id, size_t limit, struct member_list *list)
{
    enum db_result result =
        db_run(db,
               "SELECT u.id, u.name, u.display, m.role, COALESCE(p.online_until > UTC_TIMESTAMP(3), 0) FROM "
               "members m "
               "JOIN users u ON u.id = m.user_id LEFT JOIN presence p ON p.user_id = u.id "
               "WHERE m.room_id = ? ORDER BY m.role, u.display, u.id LIMIT ?",
               "uu", id, (uint64_t)limit);

    *list = (struct member_list){NULL, 0};
    if (result != DB_OK)
        return result;
    size_t alloc = 0;
    while (list->count < limit && db_next(db)) {
        if (list->count == alloc) {
            alloc = alloc > 0 ? alloc * 2 : 16;
            list->member = mem_grow(list->member, alloc, sizeof *list->member);
        }
        struct member *member = &list->member[list->count++];
        member->id = db_u64(db, 0);
        snprintf(member->name, sizeof member->name, "%s", db_text(db, 1, NULL));
        snprintf(member->display, sizeof member->display, "%s", db_text(db, 2, NULL));
        member->role = rights_role(db_text(db, 3, NULL));
        member->online = db_u64(db, 4) != 0;
    }
    return DB_OK;
}

enum db_result db_room_member_ids(struct db *db, uint64_t id, uint64_t **ids, size_t *count)
{
    enum db_result result =
        db_run(db, "SELECT user_id FROM members WHERE room_id = ? ORDER BY user_id", "u", id);
    size_t alloc = 0;

    *ids = NULL;
    *count = 0;
    while (result == DB_OK && db_next(db)) {
        if (*count == alloc) {
            alloc = alloc > 0 ? alloc * 2 : 64;
            *ids = mem_grow(*ids, alloc, sizeof **ids);
        }
        (*ids)[(*count)++] = db_u64(db, 0);
    }
    return result;
}

enum db_result db_user_raise(struct db *db, const uint64_t *users, size_t count)
{
    if (count == 0)
        return DB_OK;
    struct strbuf sql = STRBUF_INIT;
    struct db_args *args = db_args_new();
    size_t size = db_list_size(count);

    strbuf_addstr(&sql, "UPDATE users SET version = version + 1 WHERE id IN (");
    db_marks(&sql, "?", size);
    strbuf_addch(&sql, ')');
    for (size_t i = 0; i < size; i++)
        db_args_u64(args, users[i < count ? i : count - 1]);
    enum db_result result = db_run_args(db, sql.buf, args);
    db_args_free(args);
    strbuf_release(&sql);
    return result == DB_NONE ? DB_OK : result;
}

static enum db_result raise_members(struct db *db, uint64_t room_id)
{
    enum db_result result = db_run(
        db,
        "UPDATE users u JOIN members m ON m.user_id = u.id SET u.version = u.version + 1 WHERE m.room_id = ?",
        "u", room_id);

    return result == DB_NONE ? DB_OK : result;
}

static enum db_result lock_room(struct db *db, uint64_t id, struct locked *room)
{
    enum db_result result =
        db_run(db,
               "SELECT kind = 'direct', visibility = 'public', history_limit, last_seq, oldest_seq, version, "
               "info_version, members_version, COALESCE(name, ''), topic FROM rooms WHERE id = ? AND "
               "deleted_at IS NULL "
               "FOR UPDATE",
               "u", id);

    if (result != DB_OK || !db_next(db))
        return result;
    room->id = id;
    room->direct = db_u64(db, 0) != 0;
    room->public = db_u64(db, 1) != 0;
    room->history_limit = db_u64(db, 2);
    room->last_seq = db_u64(db, 3);
    room->oldest_seq = db_u64(db, 4);
    room->version = db_u64(db, 5);
    room->info_version = db_u64(db, 6);
    room->members_version = db_u64(db, 7);
    snprintf(room->name, sizeof room->name, "%s", db_text(db, 8, NULL));
    snprintf(room->topic, sizeof room->topic, "%s", db_text(db, 9, NULL));
    return DB_OK;
}

/* The role of a user in the room; ROLE_NONE when not in it. */
static enum db_result role_of(struct db *db, uint64_t room_id, uint64_t user_id, enum role *role)
{
    enum db_result result =
        db_run(db, "SELECT role FROM members WHERE room_id = ? AND user_id = ?", "uu", room_id, user_id);

    *role = result == DB_OK && db_next(db) ? rights_role(db_text(db, 0, NULL)) : ROLE_NONE;
    return result == DB_NONE ? DB_OK : result;
}

/* Locks the room and looks whether the actor has the right. A private room that he is not in is not there. */
static enum db_result lock_for(struct db *db, const struct change *c, enum right right, struct locked *room,
                               enum role *role)
{
    enum db_result result = lock_room(db, c->room_id, room);

    if (result == DB_OK)
        result = role_of(db, c->room_id, c->actor, role);
    if (result != DB_OK)
        return result;
    if (*role == ROLE_NONE && !room->public)
        return DB_NONE;
    return rights_may(*role, room->direct, right) ? DB_OK : DB_REFUSED;
}

/* Empties what the history limit passes, as a change of its own. */
static enum db_result trim(struct db *db, struct locked *room)
{
    if (room->history_limit == 0 || room->last_seq < room->history_limit + room->oldest_seq)
        return DB_OK;
    uint64_t oldest = room->last_seq - room->history_limit + 1;
    enum db_result result =
        db_run(db, "UPDATE messages SET text = '' WHERE room_id = ? AND seq >= ? AND seq < ?", "uuu",
               room->id, room->oldest_seq, oldest);
    room->oldest_seq = oldest;
    room->version++;
    return result == DB_NONE ? DB_OK : result;
}

static enum db_result store_room(struct db *db, struct locked *room)
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
static enum db_result add_event(struct db *db, struct locked *room, uint64_t actor, const char *event,
                                const char *text)
{
    room->version++;
    room->last_seq++;
    return db_run(db,
                  "INSERT INTO messages (room_id, seq, version, sender_id, kind, event, text, created_at) "
                  "VALUES (?, ?, ?, ?, 'event', ?, ?, UTC_TIMESTAMP(3))",
                  "uuuuss", room->id, room->last_seq, room->version, actor, event, text);
}

/* An event about members: the room's list of members changed with it. */
static enum db_result members_event(struct db *db, struct locked *room, uint64_t actor, const char *event,
                                    const char *text)
{
    enum db_result result = add_event(db, room, actor, event, text);

    room->members_version = room->version;
    return result == DB_OK ? store_room(db, room) : result;
}

static enum db_result display_of(struct db *db, uint64_t user_id, char out[TEXT_DISPLAY_MAX * 4 + 1])
{
    enum db_result result = db_run(db, "SELECT display FROM users WHERE id = ?", "u", user_id);

    out[0] = '\0';
    if (result == DB_OK && db_next(db))
        snprintf(out, TEXT_DISPLAY_MAX * 4 + 1, "%s", db_text(db, 0, NULL));
    return result;
}

static enum db_result insert_member(struct db *db, uint64_t room_id, uint64_t user_id, enum role role,
                                    uint64_t read_seq, uint64_t added_by)
{
    return db_run(db,
                  "INSERT INTO members (room_id, user_id, role, read_seq, added_by, added_at) "
                  "VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
                  "uusuu", room_id, user_id, rights_role_name(role), read_seq, added_by);
}

static enum db_result create(struct db *db, void *context)
{
    struct change *c = context;
    enum db_result result =
        db_run(db,
               "INSERT INTO rooms (kind, name, topic, visibility, history_limit, created_by, created_at) "
               "VALUES ('group', ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
               "sssuu", c->fields->name, c->fields->topic, c->fields->public ? "public" : "private",
               c->fields->history_limit, c->actor);

    if (result != DB_OK)
        return result;
    c->room_id = db_insert_id(db);
    result = insert_member(db, c->room_id, c->actor, ROLE_OWNER, 0, c->actor);
    for (size_t i = 0; i < c->count && result == DB_OK; i++)
        if (c->users[i] != c->actor)
            result = insert_member(db, c->room_id, c->users[i], ROLE_MEMBER, 0, c->actor);
    return result == DB_OK ? raise_members(db, c->room_id) : result;
}

enum db_result db_room_create(struct db *db, const struct room_fields *fields, uint64_t creator,
                              const uint64_t *members, size_t count, uint64_t *id)
{
    struct change c = {.actor = creator, .fields = fields, .users = members, .count = count};
    enum db_result result = db_transaction(db, create, &c);

    *id = c.room_id;
    return result;
}

static enum db_result find_direct(struct db *db, const char *key, uint64_t *id)
{
    enum db_result result = db_run(db, "SELECT id FROM rooms WHERE direct_key = ?", "s", key);

    if (result == DB_OK && db_next(db))
        *id = db_u64(db, 0);
    return result;
}

static enum db_result create_direct(struct db *db, void *context)
{
    struct change *c = context;
    char key[42];

    snprintf(key, sizeof key, "%" PRIu64 ":%" PRIu64, c->users[0], c->users[1]);
    enum db_result result = db_run(db,
                                   "INSERT INTO rooms (kind, direct_key, created_by, created_at) "
                                   "VALUES ('direct', ?, ?, UTC_TIMESTAMP(3))",
                                   "su", key, c->actor);
    if (result != DB_OK)
        return result;
    c->room_id = db_insert_id(db);
    for (size_t i = 0; i < 2 && result == DB_OK; i++)
        result = insert_member(db, c->room_id, c->users[i], ROLE_MEMBER, 0, c->actor);
    return result == DB_OK ? db_user_raise(db, c->users, 2) : result;
}

enum db_result db_room_direct(struct db *db, uint64_t a, uint64_t b, uint64_t *id)
{
    const uint64_t pair[2] = {a < b ? a : b, a < b ? b : a};
    struct change c = {.actor = a, .users = pair, .count = 2};
    char key[42];

    snprintf(key, sizeof key, "%" PRIu64 ":%" PRIu64, pair[0], pair[1]);
    enum db_result result = find_direct(db, key, id);
    if (result != DB_NONE)
        return result;
    result = db_transaction(db, create_direct, &c);
    if (result == DB_DUPLICATE) /* the other one opened it at the same moment */
        return find_direct(db, key, id);
    *id = c.room_id;
    return result;
}

static enum db_result update(struct db *db, void *context)
{
    const struct change *c = context;
    const struct room_fields *f = c->fields;
    struct locked room = {0};
    enum role role = ROLE_NONE;
    enum db_result result = lock_for(db, c, RIGHT_UPDATE, &room, &role);

    if (result != DB_OK)
        return result;
    result =
        db_run(db, "UPDATE rooms SET name = ?, topic = ?, visibility = ?, history_limit = ? WHERE id = ?",
               "sssuu", f->name, f->topic, f->public ? "public" : "private", f->history_limit, room.id);
    if (result == DB_OK && strcmp(f->name, room.name) != 0)
        result = add_event(db, &room, c->actor, "renamed", f->name);
    if (result == DB_OK && strcmp(f->topic, room.topic) != 0)
        result = add_event(db, &room, c->actor, "topic", f->topic);
    if (result == DB_OK && f->public != room.public)
        result = add_event(db, &room, c->actor, f->public ? "public" : "private", "");
    if (result == DB_OK && f->history_limit != room.history_limit) {
        char number[24];
        snprintf(number, sizeof number, "%" PRIu64, f->history_limit);
        result = add_event(db, &room, c->actor, "history", number);
    }
    if (result != DB_OK)
        return result;
    room.history_limit = f->history_limit;
    room.info_version = room.version;
    result = store_room(db, &room);
    /* The lists at the left of every member's page show the name and the lock. */
    return result == DB_OK ? raise_members(db, room.id) : result;
}

enum db_result db_room_update(struct db *db, uint64_t id, uint64_t actor, const struct room_fields *fields)
{
    struct change c = {.room_id = id, .actor = actor, .fields = fields};

    return db_transaction(db, update, &c);
}

static enum db_result add_members(struct db *db, void *context)
{
    struct change *c = context;
    struct strbuf names = STRBUF_INIT;
    struct locked room = {0};
    enum role role = ROLE_NONE;
    enum db_result result = lock_for(db, c, RIGHT_ADD, &room, &role);
    size_t unnamed = 0;

    c->added = 0;
    for (size_t i = 0; i < c->count && result == DB_OK; i++) {
        char display[TEXT_DISPLAY_MAX * 4 + 1];
        result = role_of(db, room.id, c->users[i], &role);
        if (result != DB_OK || role != ROLE_NONE)
            continue;
        result = display_of(db, c->users[i], display);
        if (result == DB_OK) /* the event is the next message, and read by those it adds */
            result = insert_member(db, room.id, c->users[i], ROLE_MEMBER, room.last_seq + 1, c->actor);
        if (names.len + strlen(display) > EVENT_TEXT_MAX)
            unnamed++;
        else
            strbuf_addf(&names, "%s%s", c->added > 0 ? ", " : "", display);
        c->added++;
    }
    if (unnamed > 0)
        strbuf_addf(&names, " (+%zu)", unnamed);
    if (result == DB_OK && c->added > 0) {
        result = members_event(db, &room, c->actor, "added", names.buf);
        if (result == DB_OK)
            result = db_user_raise(db, c->users, c->count);
    }
    strbuf_release(&names);
    return result;
}

enum db_result db_room_add(struct db *db, uint64_t id, uint64_t actor, const uint64_t *users, size_t count,
                           size_t *added)
{
    struct change c = {.room_id = id, .actor = actor, .users = users, .count = count};
    enum db_result result = db_transaction(db, add_members, &c);

    *added = c.added;
    return result;
}

static enum db_result delete_member(struct db *db, struct locked *room, uint64_t actor, uint64_t user,
                                    const char *event)
{
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    enum db_result result =
        db_run(db, "DELETE FROM members WHERE room_id = ? AND user_id = ?", "uu", room->id, user);

    if (result == DB_OK)
        result = display_of(db, user, display);
    if (result == DB_OK)
        result = members_event(db, room, actor, event, actor == user ? "" : display);
    return result == DB_OK ? db_user_raise(db, &user, 1) : result;
}

static enum db_result remove_member(struct db *db, void *context)
{
    const struct change *c = context;
    struct locked room = {0};
    enum role role = ROLE_NONE, target = ROLE_NONE;
    enum db_result result = lock_for(db, c, RIGHT_REMOVE, &room, &role);

    if (result == DB_OK)
        result = role_of(db, room.id, c->user, &target);
    if (result != DB_OK || target == ROLE_NONE)
        return result;
    if (c->user == c->actor || (target >= role && role != ROLE_OWNER))
        return DB_REFUSED;
    return delete_member(db, &room, c->actor, c->user, "removed");
}

enum db_result db_room_remove(struct db *db, uint64_t id, uint64_t actor, uint64_t user)
{
    struct change c = {.room_id = id, .actor = actor, .user = user};

    return db_transaction(db, remove_member, &c);
}

/* Whether somebody other than `user` owns the room. */
static enum db_result other_owner(struct db *db, uint64_t room_id, uint64_t user, bool *found)
{
    enum db_result result =
        db_run(db, "SELECT 1 FROM members WHERE room_id = ? AND role = 'owner' AND user_id <> ? LIMIT 1",
               "uu", room_id, user);

    *found = result == DB_OK;
    return result == DB_NONE ? DB_OK : result;
}

static enum db_result set_role(struct db *db, void *context)
{
    struct change *c = context;
    struct locked room = {0};
    enum role role = ROLE_NONE, target = ROLE_NONE;
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    bool owned = true;
    enum db_result result = lock_for(db, c, RIGHT_ROLE, &room, &role);

    if (result == DB_OK)
        result = role_of(db, room.id, c->user, &target);
    if (result != DB_OK || target == c->role)
        return result;
    if (target == ROLE_NONE)
        return DB_REFUSED;
    if (target == ROLE_OWNER)
        result = other_owner(db, room.id, c->user, &owned);
    c->last_owner = !owned;
    if (result == DB_OK && !owned)
        return DB_REFUSED;
    if (result == DB_OK)
        result = db_run(db, "UPDATE members SET role = ? WHERE room_id = ? AND user_id = ?", "suu",
                        rights_role_name(c->role), room.id, c->user);
    if (result == DB_OK)
        result = display_of(db, c->user, display);
    if (result == DB_OK)
        result = members_event(db, &room, c->actor, rights_role_name(c->role), display);
    return result == DB_OK ? db_user_raise(db, &c->user, 1) : result;
}

enum db_result db_room_set_role(struct db *db, uint64_t id, uint64_t actor, uint64_t user, enum role role,
                                bool *last_owner)
{
    struct change c = {.room_id = id, .actor = actor, .user = user, .role = role};
    enum db_result result = db_transaction(db, set_role, &c);

    *last_owner = c.last_owner;
    return result;
}

static enum db_result leave(struct db *db, void *context)
{
    struct change *c = context;
    struct locked room = {0};
    enum role role = ROLE_NONE;
    bool owned = true;
    enum db_result result = lock_for(db, c, RIGHT_LEAVE, &room, &role);

    if (result == DB_OK && role == ROLE_OWNER)
        result = other_owner(db, room.id, c->actor, &owned);
    if (result != DB_OK)
        return result;
    c->last_owner = !owned;
    return owned ? delete_member(db, &room, c->actor, c->actor, "left") : DB_REFUSED;
}

enum db_result db_room_leave(struct db *db, uint64_t id, uint64_t actor, bool *last_owner)
{
    struct change c = {.room_id = id, .actor = actor};
    enum db_result result = db_transaction(db, leave, &c);

    *last_owner = c.last_owner;
    return result;
}

static enum db_result join(struct db *db, void *context)
{
    const struct change *c = context;
    struct locked room = {0};
    enum role role = ROLE_NONE;
    enum db_result result = lock_room(db, c->room_id, &room);

    if (result == DB_OK)
        result = role_of(db, room.id, c->actor, &role);
    if (result != DB_OK || role != ROLE_NONE)
        return result;
    if (!room.public || room.direct)
        return DB_NONE;
    result = insert_member(db, room.id, c->actor, ROLE_MEMBER, room.last_seq + 1, c->actor);
    if (result == DB_OK)
        result = members_event(db, &room, c->actor, "joined", "");
    return result == DB_OK ? db_user_raise(db, &c->actor, 1) : result;
}

enum db_result db_room_join(struct db *db, uint64_t id, uint64_t actor)
{
    struct change c = {.room_id = id, .actor = actor};

    return db_transaction(db, join, &c);
}

static enum db_result end_room(struct db *db, uint64_t id)
{
    enum db_result result = db_run(
        db, "UPDATE rooms SET name = NULL, deleted_at = UTC_TIMESTAMP(3), version = version + 1 WHERE id = ?",
        "u", id);

    return result == DB_OK ? raise_members(db, id) : result;
}

static enum db_result delete_room(struct db *db, void *context)
{
    const struct change *c = context;
    struct locked room = {0};
    enum role role = ROLE_NONE;
    enum db_result result = lock_for(db, c, RIGHT_DELETE, &room, &role);

    return result == DB_OK ? end_room(db, room.id) : result;
}

enum db_result db_room_delete(struct db *db, uint64_t id, uint64_t actor)
{
    struct change c = {.room_id = id, .actor = actor};

    return db_transaction(db, delete_room, &c);
}

/* Runs `find` for the ids of rooms, then `clean` for each with the limit. */
static enum db_result clean_rooms(struct db *db, const char *find, const char *clean, unsigned limit)
{
    uint64_t ids[CLEAN_ROOMS];
    size_t count = 0;
    enum db_result result = db_run(db, find, "u", (uint64_t)CLEAN_ROOMS);

    while (result == DB_OK && count < CLEAN_ROOMS && db_next(db))
        ids[count++] = db_u64(db, 0);
    for (size_t i = 0; i < count && (result == DB_OK || result == DB_NONE); i++)
        result = db_run(db, clean, "uu", ids[i], (uint64_t)limit);
    return result == DB_NONE ? DB_OK : result;
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
    enum db_result result = clean_rooms(db, deleted, "DELETE FROM messages WHERE room_id = ? LIMIT ?", limit);

    if (result != DB_OK)
        return result;
    return clean_rooms(
        db, trimmed,
        "DELETE FROM messages WHERE room_id = ? AND created_at < UTC_TIMESTAMP(3) - INTERVAL 30 DAY AND "
        "seq < (SELECT r.oldest_seq FROM rooms r WHERE r.id = messages.room_id) ORDER BY seq LIMIT ?",
        limit);
}

enum db_result db_room_end(struct db *db, uint64_t id)
{
    struct locked room = {0};
    enum db_result result = lock_room(db, id, &room);

    if (result == DB_OK && room.direct)
        return DB_NONE;
    return result == DB_OK ? end_room(db, id) : result;
}
