/* "/search": finds messages by their words ("?q=", query.h); "/saved": what I keep for myself; "/rooms/ID/pins": what is
 * pinned there. "?before=" goes on with older ones. "/search?room=ID" has that room filled in.
 *
 * The index is brought up to date before it is asked (db_index.h); meanwhile a thread of this program follows the rooms that
 * nobody searches. In plain CGI there is none, and a search does what it can in a second. */
#include "app.h"
#include "db_index.h"
#include "db_search.h"
#include "mem.h"
#include "page.h"
#include "sandbox.h"
#include "text.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#define FOLLOW_MS  1500
#define SNIPPET    300   /* bytes of a message that are shown, */
#define BEFORE_HIT 80    /* of these before the first hit */
#define AROUND     26    /* the page of a room that is opened ends so far behind the message */
#define STEP_PAUSE 10    /* ms at least between two steps of the index, */
#define BUSY_PAUSE 2000  /* the same while there are more than */
#define BUSY       100   /* changes a second, */
#define IDLE_PAUSE 10000 /* and when there was nothing to do */

/* ---- the follower ---- */

static struct {
    struct config config;
    struct db *db; /* NULL: there is none */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
} follower = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

/* Others want the database, too: a pause as long as the step took, and a long one while much is written. */
static void *follow(void *context)
{
    struct db *db = context;
    uint64_t changes = 0, before = 0;
    int64_t looked = clock_ms();

    db_thread_begin();
    if (follower.config.sandbox) /* where there is none, the program says so */
        sandbox_enter(&follower.config, false);
    pthread_mutex_lock(&follower.lock);
    while (!follower.stop) {
        pthread_mutex_unlock(&follower.lock);
        int64_t began = clock_ms();
        enum db_result result = db_index_step(db, &changes);
        bool busy = before != 0 && (int64_t)(changes - before) * 1000 > BUSY * (began - looked);
        int64_t pause = result != DB_OK ? IDLE_PAUSE : busy ? BUSY_PAUSE : clock_ms() - began + STEP_PAUSE;
        before = changes;
        looked = began;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += pause / 1000 + (until.tv_nsec / 1000000 + pause % 1000) / 1000;
        until.tv_nsec = (until.tv_nsec + pause % 1000 * 1000000) % 1000000000;
        pthread_mutex_lock(&follower.lock);
        if (!follower.stop)
            pthread_cond_timedwait(&follower.wake, &follower.lock, &until);
    }
    pthread_mutex_unlock(&follower.lock);
    db_thread_end();
    return NULL;
}

static void start_follower(void)
{
    struct stat in;
    sigset_t all, before;

    if (fstat(0, &in) != 0 || !S_ISSOCK(in.st_mode)) /* plain CGI */
        return;
    config_load(&follower.config);
    follower.db = db_new(&follower.config);
    sigfillset(&all); /* signals are for who answers */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&follower.thread, NULL, follow, follower.db) != 0) {
        log_line("cannot start the thread that follows the rooms");
        exit(70);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void stop_follower(void)
{
    if (follower.db == NULL)
        return;
    pthread_mutex_lock(&follower.lock);
    follower.stop = true;
    pthread_cond_signal(&follower.wake);
    pthread_mutex_unlock(&follower.lock);
    pthread_join(follower.thread, NULL);
    db_free(follower.db);
}

/* ---- what was found ---- */

/* The part of a message around its first hit, as Parts of plain and of marked text. */
static void show_snippet(struct view *item, const struct message *m, const struct query *query)
{
    struct units units = {NULL, 0};
    char *hit = mem_alloc(m->text_len + 1);
    size_t from = 0, first = m->text_len, parts = 0;

    words_split(&units, m->text, m->text_len);
    for (size_t i = 0; query != NULL && i < query->terms; i++) {
        const struct query_term *term = &query->term[i];
        const struct unit *want = &query->units.unit[term->first];
        for (size_t at = 0; (at = words_find(&units, at, want, term->count)) != SIZE_MAX; at++) {
            const struct unit *last = &units.unit[at + term->count - 1];
            size_t start = units.unit[at].at;
            memset(hit + start, 1, last->at + last->len - start);
            first = start < first ? start : first;
        }
    }
    for (size_t i = 0; i < units.count && first < m->text_len; i++) /* begins with a word */
        if (units.unit[i].at <= first && units.unit[i].at + BEFORE_HIT >= first && from == 0)
            from = units.unit[i].at;
    if (from <= BEFORE_HIT)
        from = 0;
    size_t end = m->text_len - from > SNIPPET ? from + SNIPPET : m->text_len;
    while (end < m->text_len && ((unsigned char)m->text[end] & 0xc0) == 0x80)
        end++;
    if (from > 0)
        view_set(view_item(item, "Parts", parts++), "Text", "… ");
    for (size_t at = from, next; at < end; at = next) {
        for (next = at; next < end && hit[next] == hit[at];)
            next++;
        char *text = mem_dupn(m->text + at, next - at);
        struct view *part = view_item(item, "Parts", parts++);
        view_set(part, "Text", text);
        view_flag(part, "Mark", hit[at] != 0);
        free(text);
    }
    if (end < m->text_len)
        view_set(view_item(item, "Parts", parts), "Text", " …");
    if (m->text_len == 0) /* it has files alone */
        view_set(view_item(item, "Parts", 0), "Text", t("A file, without words"));
    free(hit);
    free(units.unit);
}

static void show_found(struct req *req, const struct found_list *list, const struct room_list *rooms,
                       const struct query *query)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct found *f = &list->found[i];
        const struct message *m = &f->message;
        struct view *item = view_item(req->view, "Found", i);
        for (size_t r = 0; r < rooms->count; r++)
            if (rooms->room[r].id == f->place.room_id) {
                const struct room *room = &rooms->room[r];
                view_set(item, "Room",
                         timeline_display(room->other_name[0] != '\0' ? room->other_name : NULL, room->name));
                view_flag(item, "Direct", room->direct);
                view_flag(item, "Private", !room->public);
            }
        view_set_u64(item, "Id", f->place.room_id);
        view_set_u64(item, "Seq", m->seq);
        view_set_u64(item, "Before", m->seq + AROUND);
        timeline_person(view_child(item, "Sender"), m->sender_name, m->sender_display);
        view_set(item, "CreatedAt", m->created_at);
        page_time(item, "Time", timeline_short, m->created_at);
        page_time(item, "Full", timeline_full, m->created_at);
        show_snippet(item, m, query);
    }
    if (list->more) {
        char next[DB_TIME + 48];
        snprintf(next, sizeof next, "%s.%" PRIu64 ".%" PRIu64, list->next.at, list->next.room_id,
                 list->next.seq);
        view_set(req->view, "Next", next);
    }
}

/* Where the list goes on. False: no such place. */
static bool read_place(struct req *req, struct place *place)
{
    const char *before = form_get(&req->query, "before");
    char room[24], seq[24], end;

    memset(place, 0, sizeof *place);
    if (before == NULL)
        return true;
    if (strlen(before) > DB_TIME && before[DB_TIME - 2] == 'Z' && before[DB_TIME - 1] == '.' &&
        sscanf(before + DB_TIME, "%20[0-9].%20[0-9]%c", room, seq, &end) == 2 &&
        text_to_u64(room, INT64_MAX, &place->room_id) && text_to_u64(seq, INT64_MAX, &place->seq)) {
        memcpy(place->at, before, DB_TIME - 1);
        struct tm tm = {0};
        const char *rest = strptime(place->at, "%Y-%m-%dT%H:%M:%S", &tm);
        if (rest != NULL && *rest == '.' && strspn(rest + 1, "0123456789") == 3)
            return true;
    }
    app_fail(req, 400, "bad_parameter", T("That page of the list does not exist."));
    return false;
}

/* ---- /search ---- */

/* Whom and where the query means. DB_NONE: there is no such one, and the page says so. */
static enum db_result resolve(struct req *req, const struct query *query, const struct room_list *rooms,
                              struct search *search)
{
    const char *from = query->from + (query->from[0] == '@'), *in = query->in + (query->in[0] == '#');
    struct user user;
    enum db_result result = DB_OK;

    if (strcasecmp(query->from, "me") == 0) {
        search->sender_id = req->me.id;
    } else if (query->from[0] != '\0') {
        result = db_user_by_name(req->db, from, &user);
        search->sender_id = result == DB_OK ? user.id : 0;
        if (result == DB_NONE)
            view_set(req->view, "Nobody", from);
    }
    for (size_t i = 0; i < rooms->count && query->in[0] != '\0'; i++) {
        const struct room *room = &rooms->room[i];
        bool exact = !room->direct && strcasecmp(room->name, query->in) == 0;
        if (room->direct ? *in == '@' && strcasecmp(room->other_name, in + 1) == 0
                         : exact || words_same(room->name, in))
            search->room_id = room->id;
        if (exact)
            break;
    }
    if (result == DB_OK && query->in[0] != '\0' && search->room_id == 0) {
        view_set(req->view, "Nowhere", in);
        result = DB_NONE;
    }
    return result;
}

static enum db_result find(struct req *req, const struct query *query, const struct place *before)
{
    struct search search = {.user_id = req->me.id, .query = query, .before = *before};
    struct room_list rooms;
    struct found_list list = {.count = 0};
    bool behind = false;
    enum db_result result = db_room_mine(req->db, req->me.id, &rooms);

    if (result == DB_OK || result == DB_NONE)
        result = resolve(req, query, &rooms, &search);
    if (result == DB_OK)
        result = db_index_follow(req->db, req->me.id, search.room_id, FOLLOW_MS, &behind);
    if (result == DB_OK)
        result = db_search(req->db, &search, &list);
    if (result == DB_OK)
        show_found(req, &list, &rooms, query);
    view_flag(req->view, "Behind", behind);
    view_flag(req->view, "Done", true);
    found_list_release(&list);
    free(rooms.room);
    return db_or_none(result);
}

/* "in:" with the room that one comes from. */
static enum db_result fill_in(struct req *req)
{
    struct room room;
    uint64_t id;

    if (!text_to_u64(form_get(&req->query, "room"), INT64_MAX, &id))
        return DB_OK;
    enum db_result result = db_room_get(req->db, id, req->me.id, &room);
    struct strbuf text = STRBUF_INIT;
    if (result == DB_OK && room.direct)
        strbuf_addf(&text, "in:@%s ", room.other_name);
    else if (result == DB_OK)
        query_in(&text, room.name);
    view_set(req->view, "Query", text.buf);
    strbuf_release(&text);
    return db_or_none(result);
}

static void search(struct req *req)
{
    struct form_field *q = form_find(&req->query, "q");
    struct query query = {.terms = 0};
    struct place before;
    enum db_result result = DB_OK;
    const char *wrong = NULL;

    if (!read_place(req, &before))
        return;
    if (q == NULL || text_is_blank(q->value, q->len)) {
        result = fill_in(req);
    } else {
        wrong = strlen(q->value) < q->len ? T("This holds characters that cannot be searched for.")
                                          : query_parse(&query, q->value);
        char *shown = text_printable(q->value, q->len);
        view_set(req->view, "Query", shown);
        free(shown);
        if (wrong == NULL)
            result = find(req, &query, &before);
        else
            app_error(req, "q", t(wrong));
    }
    view_set(req->view, "Path", req->in.path);
    query_release(&query);
    if (app_ok(req, result))
        app_page(req, wrong != NULL ? 422 : 200, t("Search"), "search.cs");
}

/* ---- /saved, /rooms/ID/pins ---- */

static void kept(struct req *req)
{
    struct room_list rooms = {NULL, 0};
    struct found_list list = {.count = 0};
    struct place before;
    bool pins = req->room.id != 0;

    if (pins && req->room.role == ROLE_NONE) { /* its page offers to join */
        app_redirect(req, "/rooms/%" PRIu64, req->room.id);
        return;
    }
    if (!read_place(req, &before))
        return;
    enum db_result result = db_search_kept(req->db, req->me.id, req->room.id, &before, &list);
    if (result == DB_OK)
        result = db_room_mine(req->db, req->me.id, &rooms);
    if (result == DB_OK || result == DB_NONE) {
        show_found(req, &list, &rooms, NULL);
        view_set(req->view, "List", pins ? "pins" : "saved");
        view_set(req->view, "Path", req->in.path);
        view_flag(req->view, "CanPin", rights_may(req->room.role, req->room.direct, RIGHT_PIN));
        app_page(req, 200, pins ? t("Pinned") : t("Saved"), "search.cs");
    } else {
        app_failed(req, result);
    }
    found_list_release(&list);
    free(rooms.room);
}

static const struct route routes[] = {
    {"/search", METHOD_GET, NEED_LOGIN, search},
    {"/saved", METHOD_GET, NEED_LOGIN, kept},
    {"/rooms/#/pins", METHOD_GET, NEED_LOGIN | NEED_ROOM, kept},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    start_follower();
    int status = app_main(argc, argv, routes);
    stop_follower();
    return status;
}
