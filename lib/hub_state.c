/* The hub's tables: rooms and their logs, users with their rooms and sessions, who is present. */
#include "hub_state.h"
#include "mem.h"
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

void list_init(struct link *list)
{
    list->next = list->prev = list;
}

bool list_empty(const struct link *list)
{
    return list->next == list;
}

void list_add(struct link *list, struct link *link)
{
    link->next = list;
    link->prev = list->prev;
    list->prev->next = link;
    list->prev = link;
}

void list_remove(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}

struct bytes *bytes_new(const void *data, size_t len)
{
    struct bytes *b = mem_alloc(sizeof *b + len);

    b->refs = 1;
    b->len = len;
    memcpy(b->data, data, len);
    return b;
}

void bytes_drop(struct bytes *b)
{
    if (b != NULL && --b->refs == 0)
        free(b);
}

struct hub_room *hub_room_find(struct hub *hub, uint64_t id)
{
    struct hub_room *room = hub->room[id % HUB_TABLE];

    while (room != NULL && room->id != id)
        room = room->next;
    return room;
}

struct hub_room *hub_room_get(struct hub *hub, uint64_t id)
{
    struct hub_room *room = hub_room_find(hub, id);

    if (room != NULL)
        return room;
    room = mem_alloc(sizeof *room);
    room->id = id;
    list_init(&room->readers);
    list_init(&room->watchers);
    room->next = hub->room[id % HUB_TABLE];
    hub->room[id % HUB_TABLE] = room;
    hub->rooms++;
    return room;
}

static size_t size_of(const struct entry *entry)
{
    size_t size = 0;

    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        size += entry->told[lang].len;
    return size;
}

static void release(struct entry *entry)
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        free(entry->told[lang].json);
}

void hub_push_drop(struct hub_room *room)
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        bytes_drop(room->push[lang].bytes);
        room->push[lang].bytes = NULL;
    }
}

void hub_log_clear(struct hub_room *room, uint64_t version)
{
    for (size_t i = 0; i < room->entries; i++)
        release(&room->entry[i]);
    room->entries = 0;
    room->log_bytes = 0;
    room->version = room->log_from = version;
    hub_push_drop(room);
}

void hub_room_settle(struct hub_room *room)
{
    if (!list_empty(&room->readers) || !room->live)
        return;
    room->live = false;
    hub_log_clear(room, 0);
    free(room->entry);
    free(room->info);
    free(room->members);
    room->entry = NULL;
    room->info = room->members = NULL;
}

void hub_log_begin(struct hub_room *room, uint64_t version)
{
    hub_log_clear(room, version);
    room->entry = mem_array(HUB_LOG_ENTRIES, sizeof *room->entry);
    room->live = true;
}

static void log_remove(struct hub_room *room, size_t at)
{
    room->log_bytes -= size_of(&room->entry[at]);
    release(&room->entry[at]);
    room->entries--;
    memmove(room->entry + at, room->entry + at + 1, (room->entries - at) * sizeof *room->entry);
}

void hub_log_add(struct hub_room *room, const struct entry *change)
{
    for (size_t i = 0; i < room->entries; i++)
        if (room->entry[i].seq == change->seq) {
            log_remove(room, i);
            break;
        }
    if (room->entries == HUB_LOG_ENTRIES ||
        (room->entries > 0 && room->log_bytes + size_of(change) > HUB_LOG_BYTES)) {
        size_t drop = room->entries / 2 + 1;
        for (size_t i = 0; i < drop; i++) {
            room->log_bytes -= size_of(&room->entry[i]);
            room->log_from = room->entry[i].version;
            release(&room->entry[i]);
        }
        room->entries -= drop;
        memmove(room->entry, room->entry + drop, room->entries * sizeof *room->entry);
    }
    room->entry[room->entries++] = *change;
    room->log_bytes += size_of(change);
}

void hub_log_trim(struct hub_room *room)
{
    for (size_t i = room->entries; i-- > 0;)
        if (room->entry[i].seq < room->oldest)
            log_remove(room, i);
}

struct hub_user *hub_user_find(struct hub *hub, uint64_t id)
{
    struct hub_user *user = hub->user[id % HUB_TABLE];

    while (user != NULL && user->id != id)
        user = user->next;
    return user;
}

struct hub_user *hub_user_get(struct hub *hub, uint64_t id)
{
    struct hub_user *user = hub_user_find(hub, id);

    if (user != NULL)
        return user;
    user = mem_pool_get(&hub->user_pool);
    user->id = id;
    list_init(&user->readers);
    list_init(&user->sessions);
    user->next = hub->user[id % HUB_TABLE];
    hub->user[id % HUB_TABLE] = user;
    hub->users++;
    return user;
}

struct watch *hub_user_watch(const struct hub_user *user, uint64_t room_id)
{
    for (size_t i = 0; i < user->watches; i++)
        if (user->watch[i].room->id == room_id)
            return &user->watch[i];
    return NULL;
}

static size_t class_of(size_t count)
{
    size_t class = 0;

    while (class < HUB_WATCH_CLASSES && (size_t)1 << class < count)
        class ++;
    return class;
}

static struct watch *watch_new(struct hub *hub, size_t count)
{
    size_t class = class_of(count);

    if (count == 0)
        return NULL;
    return class < HUB_WATCH_CLASSES ? mem_pool_get(&hub->watch_pool[class])
                                     : mem_array(count, sizeof(struct watch));
}

static void unwatch(struct hub *hub, struct watch *watch, size_t count)
{
    size_t class = class_of(count);

    for (size_t i = 0; i < count; i++)
        list_remove(&watch[i].in_room);
    if (count > 0 && class < HUB_WATCH_CLASSES)
        mem_pool_put(&hub->watch_pool[class], watch);
    else
        free(watch);
}

void hub_pools(struct hub *hub)
{
    hub->reader_pool.size = sizeof(struct reader);
    hub->user_pool.size = sizeof(struct hub_user);
    hub->session_pool.size = sizeof(struct hub_session);
    for (size_t i = 0; i < HUB_WATCH_CLASSES; i++)
        hub->watch_pool[i].size = sizeof(struct watch) << i;
}

void hub_pools_release(struct hub *hub)
{
    mem_pool_release(&hub->reader_pool);
    mem_pool_release(&hub->user_pool);
    mem_pool_release(&hub->session_pool);
    for (size_t i = 0; i < HUB_WATCH_CLASSES; i++)
        mem_pool_release(&hub->watch_pool[i]);
}

static size_t slot_of(const uint8_t hash[CRYPTO_HASH])
{
    return ((size_t)hash[0] << 8 | hash[1]) % HUB_TABLE; /* it is a hash already */
}

struct hub_session *hub_session_find(struct hub *hub, const uint8_t hash[CRYPTO_HASH])
{
    struct hub_session *s = hub->session[slot_of(hash)];

    while (s != NULL && memcmp(s->hash, hash, CRYPTO_HASH) != 0)
        s = s->next;
    return s;
}

void hub_session_add(struct hub *hub, struct hub_user *user, const uint8_t hash[CRYPTO_HASH])
{
    struct hub_session *s = hub_session_find(hub, hash);

    if (s == NULL) {
        s = mem_pool_get(&hub->session_pool);
        memcpy(s->hash, hash, CRYPTO_HASH);
        s->user = user;
        s->next = hub->session[slot_of(hash)];
        hub->session[slot_of(hash)] = s;
        list_add(&user->sessions, &s->of_user);
    }
    s->looked_at = hub->now;
}

void hub_user_doubt(struct hub *hub, struct hub_user *user)
{
    user->confirmed_at = 0;
    user->doubted_at = hub->now;
    each_link (at, after, &user->sessions) {
        struct hub_session *s = container(at, struct hub_session, of_user);
        struct hub_session **slot = &hub->session[slot_of(s->hash)];
        while (*slot != s)
            slot = &(*slot)->next;
        *slot = s->next;
        list_remove(at);
        mem_pool_put(&hub->session_pool, s);
    }
}

void hub_user_update(struct hub *hub, struct hub_user *user, const struct read_job *read, bool polls)
{
    user->used_at = hub->now;
    if (read->user.version < user->version)
        return; /* an older look */
    struct watch *old = user->watch;
    size_t olds = user->watches;
    user->version = read->user.version;
    user->lang = read->user.language[0] != '\0' ? lang_choose(read->user.language, "") : LANG_COUNT;
    user->listed = read->asked_at > user->marked_at;
    if (read->asked_at > user->doubted_at) {
        user->confirmed_at = read->asked_at;
        if (polls)
            hub_session_add(hub, user, read->session);
    }
    struct strbuf person = STRBUF_INIT;
    if (!read->user.hidden)
        timeline_user(&person, read->user.id, read->user.name, read->user.display);
    free(user->person);
    user->person = strbuf_detach(&person);
    user->watches = read->rooms.count;
    user->watch = watch_new(hub, user->watches);
    for (size_t i = 0; i < user->watches; i++) {
        const struct room *r = &read->rooms.room[i];
        struct hub_room *room = hub_room_get(hub, r->id);
        bool first = list_empty(&room->watchers) && list_empty(&room->readers);
        user->watch[i] = (struct watch){.user = user,
                                        .room = room,
                                        .role = r->role,
                                        .part = job_room_part(r, false),
                                        .part_current = job_room_part(r, true)};
        list_add(&room->watchers, &user->watch[i].in_room);
        if (first && r->last_seq > room->last_seq) /* nobody else waits for it: it is no news to anybody */
            room->news_seq = r->last_seq;
        if (r->last_seq > room->last_seq)
            room->last_seq = r->last_seq;
    }
    unwatch(hub, old, olds);
}

uint64_t hub_user_digest(const struct hub_user *user, uint64_t room_id)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < user->watches; i++) {
        const struct watch *w = &user->watch[i];
        bool current = w->room->id == room_id;
        sum += job_seq_part(current ? w->part_current : w->part, current ? 0 : w->room->last_seq);
    }
    return sum;
}

void hub_present(struct hub *hub, uint64_t user_id, uint32_t seconds)
{
    struct presence_slot *slot = &hub->presence[user_id % HUB_PRESENCE_SLOTS];

    if (slot->user_id == user_id &&
        hub->now - slot->at < hub->config->presence_held * 400) /* ms: twice before it is over */
        return;
    slot->user_id = user_id;
    slot->at = hub->now;
    hub->present = mem_more(hub->present, hub->presents, sizeof *hub->present);
    hub->seconds = mem_more(hub->seconds, hub->presents, sizeof *hub->seconds);
    hub->present[hub->presents] = user_id;
    hub->seconds[hub->presents++] = seconds;
}

/* ---- the sweep: the only place where rooms and users are freed, so that no loop over them is cut off ---- */

static void sweep_users(struct hub *hub, int64_t idle)
{
    for (size_t i = 0; i < HUB_TABLE; i++)
        for (struct hub_user **at = &hub->user[i]; *at != NULL;) {
            struct hub_user *user = *at;
            if (!list_empty(&user->readers) || hub->now - user->used_at < idle) {
                at = &user->next;
                continue;
            }
            *at = user->next;
            hub->users--;
            hub_user_doubt(hub, user);
            unwatch(hub, user->watch, user->watches);
            free(user->person);
            mem_pool_put(&hub->user_pool, user);
        }
}

static void sweep_rooms(struct hub *hub)
{
    for (size_t i = 0; i < HUB_TABLE; i++)
        for (struct hub_room **at = &hub->room[i]; *at != NULL;) {
            struct hub_room *room = *at;
            if (!list_empty(&room->readers) || !list_empty(&room->watchers) || room->arriving > 0) {
                at = &room->next;
                continue;
            }
            *at = room->next;
            hub->rooms--;
            hub->unserved -= room->unserved ? 1 : 0;
            hub_room_settle(room);
            hub_push_drop(room);
            free(room->typing);
            free(room);
        }
}

void hub_sweep(struct hub *hub, int64_t idle)
{
    sweep_users(hub, idle);
    sweep_rooms(hub);
}
