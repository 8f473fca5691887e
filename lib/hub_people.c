/* Who is online, and who types, as the hub's readers are told. */
#include "hub_state.h"
#include "json.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATELY_MS 90000 /* a hidden page asks every minute */
#define LATELY    200   /* changes that one answer holds at most */
#define AT_ONCE   100   /* changes told after one look: the others wait for the next ones */
#define ASLEEP_MS 30000 /* after so long without a look all who are online are told again */

static void put_person(struct strbuf *out, const struct person *p)
{
    json_addf(out, "%r{'id':%u,'name':%s,'online':%b}", out->len > 0 ? "," : "\"people\":[", p->id, p->name,
              p->online);
}

/* Tells the streams what changed after `before`, and keeps what changed of late for those who ask. */
static void tell(struct hub *hub, uint64_t before)
{
    struct strbuf fresh = STRBUF_INIT, late = STRBUF_INIT, event = STRBUF_INIT;

    for (size_t i = 0; i < hub->persons; i++) {
        const struct person *p = &hub->person[i];
        if (p->change > before)
            put_person(&fresh, p);
        if (p->change + LATELY > hub->person_change && hub->now - p->at <= LATELY_MS)
            put_person(&late, p);
    }
    free(hub->people);
    hub->people = NULL;
    if (late.len > 0) {
        strbuf_addch(&late, ']');
        hub->people = strbuf_detach(&late);
    }
    if (fresh.len > 0) {
        strbuf_addf(&event, "event: people\ndata: {%s]}\n\n", fresh.buf);
        struct bytes *bytes = reader_frame(event.buf, event.len, false);
        each_link (at, after, &hub->readers) {
            struct reader *r = container(at, struct reader, all);
            if (r->parked && r->kind == READER_STREAM)
                reader_send(hub, r, bytes);
        }
        bytes_drop(bytes);
    }
    strbuf_release(&fresh);
    strbuf_release(&event);
}

const char *hub_people_lately(const struct hub *hub)
{
    return hub->now - hub->people_at <= 2 * HUB_PEOPLE ? hub->people : NULL; /* else this process slept */
}

void hub_people(struct hub *hub, const struct tick_job *t)
{
    struct person *merged = mem_array(hub->persons + t->onlines + 1, sizeof *merged);
    bool asleep = hub->now - hub->people_at > ASLEEP_MS;
    /* Where many are online already when this process begins, its readers have just loaded their pages. */
    bool silent = hub->persons == 0 && asleep && t->onlines > AT_ONCE;
    size_t i = 0, j = 0, count = 0, left = AT_ONCE;
    uint64_t before = hub->person_change;

    while (i < hub->persons || j < t->onlines) {
        bool known = i < hub->persons;
        bool online = j < t->onlines && (!known || t->online[j].id <= hub->person[i].id);
        known = known && (!online || hub->person[i].id == t->online[j].id);
        struct person p = {0};
        if (known) {
            p = hub->person[i++];
        } else {
            p.id = t->online[j].id;
            memcpy(p.name, t->online[j].name, sizeof p.name);
        }
        j += online ? 1 : 0;
        bool news = p.online != online || (online && asleep);
        if (!news && !online && hub->now - p.at > LATELY_MS)
            continue; /* long gone */
        if (silent) {
            p.online = online;
        } else if (news && left > 0) {
            left--;
            p.online = online;
            p.change = ++hub->person_change;
            p.at = hub->now;
        }
        if (known || p.online)
            merged[count++] = p;
    }
    free(hub->person);
    hub->person = merged;
    hub->persons = count;
    hub->people_at = hub->now;
    tell(hub, before);
}

/* ---- typing ---- */

#define TYPED_MS  2500 /* pages say it every 3 s */
#define TYPING_MS 6000 /* and show it for so long */

static struct hub_user *user_of(struct hub *hub, const uint8_t session[CRYPTO_HASH])
{
    const struct hub_session *s = hub_session_find(hub, session);

    if (s != NULL && s->user->person != NULL)
        return s->user;
    each_link (at, after, &hub->readers) {
        const struct reader *r = container(at, struct reader, all);
        if (r->parked && memcmp(r->session, session, CRYPTO_HASH) == 0)
            return r->user;
    }
    return NULL;
}

bool hub_typing(struct hub *hub, const uint8_t session[CRYPTO_HASH], uint64_t room_id, struct wake *tell)
{
    struct hub_user *user = user_of(hub, session);
    const struct watch *watch = user != NULL ? hub_user_watch(user, room_id) : NULL;

    *tell = (struct wake){.kind = 0};
    if (user == NULL)
        return false;
    if (watch == NULL || watch->role == ROLE_MUTED || *user->person == '\0' ||
        hub_now(hub) - user->typed_at < TYPED_MS)
        return true;
    user->typed_at = hub->now;
    tell->kind = WAKE_TYPING;
    tell->id = room_id;
    tell->user_id = user->id;
    snprintf(tell->about, sizeof tell->about, "%s", user->person);
    hub_typed(hub, tell);
    return true;
}

void hub_typed(struct hub *hub, const struct wake *wake)
{
    struct hub_room *room = hub_room_find(hub, wake->id);
    struct strbuf text = STRBUF_INIT;

    if (room == NULL)
        return;
    free(room->typing);
    room->typing = mem_dupn(wake->about, strnlen(wake->about, sizeof wake->about));
    room->typist = wake->user_id;
    room->typed_at = hub->now;
    json_addf(&text, "event: typing\ndata: {'room':%u,'typing':[%r]}\n\n", wake->id, room->typing);
    struct bytes *bytes = reader_frame(text.buf, text.len, false);
    each_link (at, after, &room->readers) {
        struct reader *r = container(at, struct reader, in_room);
        if (r->parked && r->kind == READER_STREAM && r->out == NULL && r->user->id != wake->user_id)
            reader_send(hub, r, bytes);
    }
    bytes_drop(bytes);
    strbuf_release(&text);
}

const char *hub_typing_lately(const struct hub *hub, const struct reader *r)
{
    const struct hub_room *room = r->room;
    bool now = room != NULL && room->typing != NULL && hub->now - room->typed_at < TYPING_MS;

    return now && room->typist != r->user->id ? room->typing : NULL;
}
