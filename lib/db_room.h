/* Rooms and their members.
 *
 * Everything that changes a room runs in a transaction that first locks the room's row (deleted rooms are not
 * found), then looks at the rights of who asks, then takes the room's next version; what shows in the timeline
 * is added there as an event. Users whose memberships change get their own version raised. Nothing here sends
 * wake-ups: the caller does, after the commit (wake.h). */
#ifndef SNUG_DB_ROOM_H
#define SNUG_DB_ROOM_H

#include "db_presence.h"
#include "db_user.h"
#include "rights.h"

struct room {
    uint64_t id;
    bool direct;
    bool public;
    char name[TEXT_GROUP_MAX * 4 + 1]; /* of a direct room: the other's display name */
    char topic[TEXT_TOPIC_MAX * 4 + 1];
    uint64_t history_limit;
    uint64_t last_seq;
    uint64_t oldest_seq;
    uint64_t version;
    uint64_t info_version;
    uint64_t members_version;
    uint64_t member_count; /* filled by db_room_get and db_room_public */
    /* The one who asked: */
    enum role role;
    uint64_t read_seq;
    uint64_t unread;
    uint64_t mentions; /* unread ones that are for him; filled by db_room_mine */
    /* The other one of a direct room: */
    uint64_t other_id;
    char other_name[TEXT_NAME_MAX + 1];
    bool other_online;
};

struct room_list {
    struct room *room; /* the caller frees */
    size_t count;
};

struct member {
    uint64_t id;
    char name[TEXT_NAME_MAX + 1];
    char display[TEXT_DISPLAY_MAX * 4 + 1];
    enum role role;
    bool muted;
    bool online;
    bool suspended;
    uint64_t added_by; /* himself: he joined, or created the room */
    char added_by_name[TEXT_NAME_MAX + 1];
    char added_by_display[TEXT_DISPLAY_MAX * 4 + 1];
    char added_at[DB_TIME];
};

struct member_list {
    struct member *member; /* the caller frees */
    size_t count;
};

/* A room as `user_id` may know it. DB_NONE: there is none, it was deleted, or it is private and the user is no
 * member. A public group that the user is not in comes with role ROLE_NONE. */
enum db_result db_room_get(struct db *db, uint64_t id, uint64_t user_id, struct room *room);

/* The user's rooms: groups by name, then direct rooms by the other's name. */
enum db_result db_room_mine(struct db *db, uint64_t user_id, struct room_list *list);
/* Public groups that the user is not in and not banned from, by name, at most `limit`. */
enum db_result db_room_public(struct db *db, uint64_t user_id, size_t limit, struct room_list *list);
/* Groups that both users are in, by name. */
enum db_result db_room_common(struct db *db, uint64_t user_id, uint64_t other_id, struct room_list *list);
/* Members, higher roles first, then by name; at most `limit`, perhaps those first who are online. */
enum db_result db_room_members(struct db *db, uint64_t id, bool online_first, size_t limit,
                               struct member_list *list);

/* Whether the user may not join it. */
enum db_result db_room_bars(struct db *db, uint64_t id, uint64_t user_id, bool *banned);
/* The user goes by another display name: the lists of members have it, and those whom he writes with directly. */
enum db_result db_room_renamed(struct db *db, uint64_t user_id);

/* Who is banned, the last one first; added_by and added_at tell of the ban. */
enum db_result db_room_banned(struct db *db, uint64_t id, struct member_list *list);

/* The ids of all members, for those who hold readers; *ids is freed by the caller, sorted. */
enum db_result db_room_member_ids(struct db *db, uint64_t id, uint64_t **ids, size_t *count);

/* The rooms that a user wrote in or is banned from; *ids is freed by the caller. */
enum db_result db_room_traces(struct db *db, uint64_t user_id, uint64_t **ids, size_t *count);

struct room_fields {
    const char *name;
    const char *topic;
    bool public;
    uint64_t history_limit;
    unsigned kept; /* ROOM_ bits of what stays as it is when the group is updated */
};
enum { ROOM_NAME = 1, ROOM_TOPIC = 2, ROOM_VISIBILITY = 4, ROOM_HISTORY = 8 };

/* Creates a group; `creator` becomes its owner. DB_DUPLICATE: the name is taken. */
enum db_result db_room_create(struct db *db, const struct room_fields *fields, uint64_t creator,
                              const uint64_t *members, size_t count, uint64_t *id);
/* The direct room of two users, created when there is none: both get the same one, also at the same moment. */
enum db_result db_room_direct(struct db *db, uint64_t a, uint64_t b, uint64_t *id);

/* All of these: DB_NONE when the room is not there (any more), DB_REFUSED when the actor's role does not allow it. */

/* DB_DUPLICATE: the name is taken. */
enum db_result db_room_update(struct db *db, uint64_t id, uint64_t actor, const struct room_fields *fields);
/* Adds those of `users` that are not members yet. When some are banned nobody is added: DB_REFUSED, and their names
 * are appended to `banned`. */
enum db_result db_room_add(struct db *db, uint64_t id, uint64_t actor, const uint64_t *users, size_t count,
                           struct strbuf *banned);

/* What is done to one `user`: only to whom the actor stands over (rights_over), never to oneself. What is so already
 * changes nothing: DB_OK. */
typedef enum db_result db_room_change(struct db *db, uint64_t id, uint64_t actor, uint64_t user);
db_room_change db_room_remove; /* who is no member: DB_OK, nothing changes */
/* Members below owner. Who leaves while muted is so again when he comes back. */
db_room_change db_room_mute;
db_room_change db_room_unmute;
db_room_change db_room_ban; /* a member, who is removed by it, or anybody else */
db_room_change db_room_unban;
db_room_change db_room_handover; /* a member becomes owner and the actor admin, at once */

/* *last_owner is set, with DB_REFUSED, when the group would be left without an owner. A new role ends a mute. */
enum db_result db_room_set_role(struct db *db, uint64_t id, uint64_t actor, uint64_t user, enum role role,
                                bool *last_owner);
/* The user's account ends; what the group tells of him goes on without his name, also where he is no member any more. A group that would lose its only owner gets another: the admin who has been there longest,
 * else the member; one that nobody else is in is deleted. */
enum db_result db_room_abandon(struct db *db, uint64_t id, const struct departure *departure);
/* An owner may name the one who owns it from then on (`owner` not 0); with *last_owner that is no other member. */
enum db_result db_room_leave(struct db *db, uint64_t id, uint64_t actor, uint64_t owner, bool *last_owner);
/* Only public groups. Who is a member already: DB_OK, nothing changes. DB_REFUSED: banned. */
enum db_result db_room_join(struct db *db, uint64_t id, uint64_t actor);
/* The name is free again afterwards. */
enum db_result db_room_delete(struct db *db, uint64_t id, uint64_t actor);

/* Inside a transaction of the site's admins: ends a group as db_room_delete does, whoever asks. DB_NONE: there is none. */
enum db_result db_room_end(struct db *db, uint64_t id);

/* At most so many messages are passed by a limit in one transaction, so that no send waits for long. */
#define DB_ROOM_TRIM 1000
/* Passes messages beyond the room's history limit or older than `days` (0: of any age), at most so many. DB_NONE: there
 * were none. */
enum db_result db_room_trim(struct db *db, uint64_t id, unsigned days);
/* Housekeeping: the same for one room that has such messages. DB_NONE: none has. */
enum db_result db_room_trim_next(struct db *db, unsigned days);
/* Housekeeping: removes what a history limit passed or a deletion ended 30 days ago, at most `limit` messages. */
enum db_result db_room_clean(struct db *db, unsigned limit);

/* For the files that read rooms together with something else: the columns of a struct room, in db_room_read's
 * order. Rooms are `r`, the member who asks is `m`; the other one of a direct room is joined as `o`. */
#define DB_ROOM_COLUMNS                                                                            \
    "r.id, r.kind = 'direct', r.visibility = 'public', COALESCE(r.name, o.display, ''), r.topic, " \
    "r.history_limit, "                                                                            \
    "r.last_seq, r.oldest_seq, r.version, r.info_version, r.members_version, "                     \
    "IF(m.muted, 'muted', m.role), m.read_seq, o.id, "                                             \
    "o.name, " DB_PRESENCE_ONLINE
#define DB_ROOM_COLUMN_COUNT 16
/* The other one's id stands in the key ("2:7"): to look for it among the members would read them all. */
#define DB_ROOM_OTHER                                                                          \
    " LEFT JOIN users o ON o.id = CAST(IF(SUBSTRING_INDEX(r.direct_key, ':', 1) = m.user_id, " \
    "SUBSTRING_INDEX(r.direct_key, ':', -1), SUBSTRING_INDEX(r.direct_key, ':', 1)) AS "       \
    "UNSIGNED)" DB_PRESENCE_OF("o")
/* Which rooms a user may know of. */
#define DB_ROOM_KNOWN "r.deleted_at IS NULL AND (m.user_id IS NOT NULL OR r.visibility = 'public')"

/* Fills all but member_count from the present row. */
void db_room_read(struct db *db, struct room *room);

#endif
