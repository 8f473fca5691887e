/* "/messages": the endpoint that pages follow, and where messages are sent, edited and deleted.
 *
 * GET, with the session cookie:
 *   room=ID             the room; without it only the user's list of rooms
 *   (no cursor)         the newest `limit` messages, oldest first
 *   after=CURSOR        what changed since, ordered by change; with wait=S (0–55) held until there is something
 *   before=SEQ          the `limit` messages before it; the cursor is null
 *   limit=N             1–200, else 50
 *   Accept: text/html           the timeline as a page that refreshes itself
 *   Accept: text/event-stream   events `update`, `rooms`, `news`, `people`, `typing`, `end`; resumes from Last-Event-ID or `after`
 *
 * POST, a form with the form token (or the header X-CSRF-Token):
 *   room, text, nonce [reply] [file …]   sends: 201 once it is committed, 200 for a repeated nonce; `reply`: the seq that it
 *                               answers; `file`: ids of uploads (cgi-bin/files.c), and then the text may be empty
 *   action=edit  room seq text [base]       action=delete  room seq
 *   action=read  room seq                   action=unread  room seq    (by a form: 303 to /rooms)
 *   action=pin   room seq                   action=unpin   room seq
 *   action=save  room seq                   action=unsave  room seq    (for oneself alone; by a form: 303 to /saved)
 *   action=typing room                      tells the room's other streams at once, and stores nothing
 *   action=react room seq emoji [on=1|0]    the same again changes nothing
 *   action=preview  room text               how it would be shown: {"html"}, null when just as it is; stores nothing
 *
 * A message has `reply` ({seq, sender, text, deleted}) when it answers one: that one's first words as they are now, and
 * `reactions` ([{emoji, count, users}], the users at most 100 of each). Each is a change of the message. Of what more than
 * 200 answer, the newest 200 change with it; its own change tells the rest. `typing` ([{id, name, display}]) comes by
 * streams, and with what a wait is answered with anyway; it holds for six seconds.
 *
 * One event loop and one database thread (job.h). The loop parses a request, hands what it asks to the thread, and
 * lets the hub (hub.h) hold and answer the readers; it waits for nothing but events. Killed at any moment it loses
 * nothing: what was acknowledged is committed, and readers come back with their cursors. In plain CGI the same
 * jobs run at once; nothing can be held there, so `wait` answers immediately and "poll" says how often to ask. */
#include "fcgi.h"
#include "form.h"
#include "hub.h"
#include "job.h"
#include "json.h"
#include "mem.h"
#include "page.h"
#include "reply.h"
#include "sandbox.h"
#include "text.h"
#include "tmpl.h"
#include "wake.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define BODY_MAX    (256 * 1024) /* 10,000 characters of four bytes, percent-encoded, and the other fields */
#define WAIT_MAX    55           /* seconds */
#define CGI_POLL    5
#define ACCEPTS     64   /* new requests taken in one turn */
#define LOAD_MAX    4000 /* jobs; more than this would wait longer than anybody does */
#define GRACE_MS    3000 /* at the end, for answers under way */
#define SPARE_FILES 128
#define EVENTS      256

/* What an event's data.ptr names when it is no reader. */
static char on_listener, on_jobs, on_wake;

static struct {
    struct config config;
    struct hub *hub;
    struct job_thread *thread;
} app;

/* A POST under way: where its answer goes, and in what shape. */
struct sender {
    int fd;
    bool json;
    bool cgi;
    enum lang lang;
    int64_t asked_at;
    char csrf[CRYPTO_TOKEN_TEXT];
};

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
    (void)signal;
    stopping = 1;
}

static void submit(struct job *job)
{
    job_thread_add(app.thread, job);
}

/* ---- answers that need no reader ---- */

static void send_out(int fd, bool cgi, int status, const char *headers, const struct strbuf *body)
{
    struct strbuf out = STRBUF_INIT;

    page_answer(&out, status, headers, body->buf, body->len, cgi);
    if (cgi)
        fcgi_write_all(fd, out.buf, out.len);
    else
        hub_answer(app.hub, fd, out.buf, out.len);
    strbuf_release(&out);
}

static bool wants_html(const char *accept)
{
    return strstr(accept, "text/html") != NULL && strstr(accept, "application/json") == NULL;
}

/* Refuses a request as JSON, or as a page where HTML is asked for. */
static void refuse(const struct fcgi_request *in, int status, const char *code, const char *text)
{
    const struct refusal why = {status, code, text};
    struct strbuf body = STRBUF_INIT;
    bool html = wants_html(in->accept);
    char headers[160];

    snprintf(headers, sizeof headers, "Content-Type: %s\r\n%s%s",
             html ? "text/html; charset=utf-8" : "application/json",
             status == 405 ? "Allow: GET, HEAD, POST\r\n" : "", status == 503 ? "Retry-After: 2\r\n" : "");
    if (html)
        reply_error_page(&body, &app.config, &why);
    else
        page_error_json(&body, code, text);
    send_out(in->fd, in->cgi, status, headers, &body);
    strbuf_release(&body);
}

static bool session_of(const struct fcgi_request *in, uint8_t hash[CRYPTO_HASH],
                       char token[CRYPTO_TOKEN_TEXT])
{
    if (!form_cookie(in->cookie, PAGE_COOKIE_SESSION, token, CRYPTO_TOKEN_TEXT) || *token == '\0')
        return false;
    crypto_sha256(token, strlen(token), hash);
    return true;
}

/* ---- GET ---- */

/* A whole number between the bounds; the fallback when the parameter is not there. */
static bool number(const struct form *query, const char *name, uint64_t least, uint64_t most,
                   uint64_t fallback, uint64_t *out)
{
    struct form_field *field = form_find(query, name);

    *out = fallback;
    return field == NULL ||
           (text_to_u64(field->value, most, out) && strlen(field->value) == field->len && *out >= least);
}

/* Fills the read from the query. NULL, or what is wrong with it. */
static const char *read_of(const struct fcgi_request *in, const struct form *query, bool stream,
                           struct read_job *read, uint64_t *wait)
{
    uint64_t limit, before;
    const char *after = form_get(query, "after");

    if (stream && *in->last_event_id != '\0')
        after = in->last_event_id;
    if (!number(query, "room", 1, INT64_MAX, 0, &read->query.room_id))
        return T("room is the number of a room");
    if (!number(query, "limit", 1, PAGE_LIMIT_MAX, PAGE_LIMIT, &limit))
        return T("limit is a number from 1 to 200");
    if (!number(query, "wait", 0, WAIT_MAX, 0, wait))
        return T("wait is a number of seconds from 0 to 55");
    if (!number(query, "before", 1, INT64_MAX, 0, &before))
        return T("before is the number of a message");
    if (before != 0 && (after != NULL || read->query.room_id == 0 || stream))
        return T("before goes with a room, and not with after");
    if (after == NULL && form_find(query, "after") != NULL)
        return T("after is a cursor");
    if (after != NULL && !cursor_read(after, &read->cursor))
        return T("after is a cursor");
    read->has_cursor = after != NULL;
    read->query.limit = limit;
    read->query.kind = before != 0 ? PAGE_BEFORE : after != NULL ? PAGE_AFTER : PAGE_NEWEST;
    read->query.mark = before != 0 ? before : read->cursor.version;
    return NULL;
}

/* Plain CGI: the one job runs here, and nothing is held. */
static void read_now(const struct fcgi_request *in, enum reader_kind kind, struct job *job)
{
    struct db *db = db_new(&app.config);
    struct strbuf body = STRBUF_INIT;
    struct read_job *read = &job->read;
    const uint32_t present = app.config.presence_poll;

    db_site_refresh(db, &app.config);
    job_run(db, NULL, job);
    lang_use(lang_choose(read->user.language, in->language));
    if (read->status == READ_OK)
        db_presence_mark(db, &read->user.id, &present, 1);
    const struct refusal *why = reply_read_refusal(read->status);
    if (why != NULL) {
        refuse(in, why->status, why->code, why->text);
    } else if (kind == READER_HTML) {
        char headers[160];
        snprintf(headers, sizeof headers,
                 "Content-Type: text/html; charset=utf-8\r\nRefresh: %d; url=/messages?room=%" PRIu64
                 "&t=%ld#end\r\n",
                 CGI_POLL, read->query.room_id, (long)getpid());
        reply_timeline(&body, &app.config, read);
        send_out(in->fd, true, 200, headers, &body);
    } else {
        reply_json(&body, read, CGI_POLL);
        send_out(in->fd, true, 200, "Content-Type: application/json\r\n", &body);
    }
    strbuf_release(&body);
    job_free(job);
    db_free(db);
}

static void handle_get(const struct fcgi_request *in)
{
    bool stream = strstr(in->accept, "text/event-stream") != NULL;
    enum reader_kind kind = stream ? READER_STREAM : wants_html(in->accept) ? READER_HTML : READER_JSON;
    struct job *job = job_new(JOB_READ, NULL);
    struct form query;
    char token[CRYPTO_TOKEN_TEXT];
    uint64_t wait = 0;
    const char *wrong = T("too many parameters");

    if (form_parse(&query, in->query, strlen(in->query))) {
        wrong = read_of(in, &query, stream, &job->read, &wait);
        form_release(&query);
    }
    job->read.session_days = app.config.session_days;
    job->read.marks = kind == READER_HTML;
    if (kind == READER_HTML && job->read.query.kind == PAGE_AFTER) { /* a page always shows all of it */
        job->read.query.kind = PAGE_NEWEST;
        job->read.has_cursor = false;
    }
    if (wrong != NULL) {
        refuse(in, 400, "bad_parameter", wrong);
    } else if (kind == READER_HTML && job->read.query.room_id == 0) {
        refuse(in, 400, "bad_parameter", T("A timeline needs a room."));
    } else if (stream && in->cgi) {
        refuse(in, 406, "not_acceptable", T("Streams cannot be held here. Ask every few seconds instead."));
    } else if (!session_of(in, job->read.session, token)) {
        refuse(in, 401, "signed_out", T("You are not signed in. Sign in, and try again."));
    } else if (in->cgi) {
        read_now(in, kind, job);
        return;
    } else {
        if (job->read.query.kind != PAGE_AFTER && !(job->read.has_cursor && job->read.query.room_id == 0))
            wait = 0; /* there is always something to answer with */
        if (kind == READER_HTML)
            wait = 0;
        if (job_thread_load(app.thread) < LOAD_MAX &&
            hub_arrive(app.hub, in->fd, kind, lang_used(), (int64_t)wait * 1000, job))
            return;
        refuse(in, 503, "busy",
               T("Too many are waiting here at the moment. Please try again in a few seconds."));
    }
    job_free(job);
}

/* ---- POST ---- */

static const struct {
    const char *name;
    enum write_action action;
} actions[] = {
    {"", WRITE_SEND},         {"send", WRITE_SEND}, {"edit", WRITE_EDIT},     {"delete", WRITE_DELETE},
    {"react", WRITE_REACT},   {"read", WRITE_READ}, {"unread", WRITE_UNREAD}, {"preview", WRITE_PREVIEW},
    {"typing", WRITE_TYPING}, {"pin", WRITE_PIN},   {"unpin", WRITE_UNPIN},   {"save", WRITE_SAVE},
    {"unsave", WRITE_UNSAVE},
};

static const struct refusal *files_of(const struct form *form, struct write *write)
{
    static const struct refusal no_file = {400, "bad_parameter", T("file is the number of a file.")};
    static const struct refusal too_many = {422, "too_many_files", T("A message has at most 10 files.")};

    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->field[i].name, "file") != 0)
            continue;
        if (write->files == FILES_MAX)
            return &too_many;
        if (!text_to_u64(form->field[i].value, INT64_MAX, &write->file[write->files++]))
            return &no_file;
    }
    return NULL;
}

static const struct refusal *reaction_of(struct form *form, struct write *write)
{
    static const struct refusal no_on = {400, "bad_parameter", T("on is 1 or 0.")};
    static const struct refusal no_emoji = {422, "bad_emoji",
                                            T("A reaction is one emoji, and nothing else.")};
    struct form_field *emoji = form_find(form, "emoji");
    uint64_t on;

    if (!number(form, "on", 0, 1, 1, &on))
        return &no_on;
    if (emoji == NULL || !text_is_emoji(emoji->value, emoji->len = text_trim(emoji->value, emoji->len)))
        return &no_emoji;
    write->on = on == 1;
    free(write->text);
    write->text = mem_dup(emoji->value);
    return NULL;
}

/* Fills the write from the form. NULL, or why it is refused. */
static const struct refusal *write_of(struct form *form, struct write *write)
{
    static const struct refusal no_action = {400, "bad_parameter", T("There is no such action.")};
    static const struct refusal no_room = {400, "bad_parameter", T("room is the number of a room.")};
    static const struct refusal no_seq = {400, "bad_parameter", T("seq is the number of a message.")};
    static const struct refusal no_base = {400, "bad_parameter", T("base is the number of a change.")};
    static const struct refusal no_reply = {400, "bad_parameter", T("reply is the number of a message.")};
    struct form_field *action = form_find(form, "action"), *text = form_find(form, "text");
    bool known = action == NULL;

    /* The text comes first, so that it can be given back whatever else is wrong. */
    if (text != NULL) {
        write->text_len = text_normalise_lines(text->value, text->len);
        write->text = mem_dupn(text->value, write->text_len);
    }
    for (size_t i = 0; action != NULL && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(actions[i].name, action->value) == 0) {
            write->action = actions[i].action;
            known = true;
        }
    bool has_room = form_find(form, "room") != NULL && number(form, "room", 1, INT64_MAX, 0, &write->room_id);
    if (!known)
        return &no_action;
    if (!has_room)
        return &no_room;
    if (write->action == WRITE_TYPING)
        return NULL;
    bool old = write->action != WRITE_SEND && write->action != WRITE_PREVIEW;
    if (old && (form_find(form, "seq") == NULL || !number(form, "seq", 0, INT64_MAX, 0, &write->seq)))
        return &no_seq;
    if (write->action == WRITE_EDIT && !number(form, "base", 0, INT64_MAX, 0, &write->base))
        return &no_base;
    if (!old) {
        const char *nonce = form_get(form, "nonce");
        write->nonce = nonce != NULL && text_is_nonce(nonce, strlen(nonce)) ? mem_dup(nonce) : NULL;
        const char *reply = form_get(form, "reply");
        if ((reply == NULL || *reply != '\0') && !number(form, "reply", 1, INT64_MAX, 0, &write->reply_to))
            return &no_reply;
        const struct refusal *why = files_of(form, write);
        if (why != NULL)
            return why;
    }
    if (write->action == WRITE_REACT)
        return reaction_of(form, write);
    return old && write->action != WRITE_EDIT ? NULL : reply_check(write);
}

/* Refuses a write. Who posted a form gets a page with what was typed, to send again. */
static void refuse_write(const struct sender *to, const struct write *write, const struct refusal *why)
{
    struct strbuf body = STRBUF_INIT;
    char headers[120];
    const char *retry = why->status == 503   ? "Retry-After: 2\r\n"
                        : why->status == 429 ? "Retry-After: 1\r\n"
                                             : "";

    snprintf(headers, sizeof headers, "Content-Type: %s\r\n%s",
             to->json ? "application/json" : "text/html; charset=utf-8", retry);
    if (to->json && write->result == WRITE_CHANGED && write->present != NULL) {
        page_error_json(&body, why->code, why->text);
        body.len--; /* goes on inside the same object */
        json_addf(&body, ",'change':%u,'text':%s}", write->change, write->present);
    } else if (to->json) {
        page_error_json(&body, why->code, why->text);
    } else if (write->action == WRITE_SEND || write->action == WRITE_EDIT || write->action == WRITE_PREVIEW) {
        reply_compose(&body, &app.config, to->csrf, write, why);
    } else {
        reply_error_page(&body, &app.config, why);
    }
    send_out(to->fd, to->cgi, why->status, headers, &body);
    strbuf_release(&body);
}

static void answer_preview(const struct sender *to, const struct write *write)
{
    struct strbuf body = STRBUF_INIT;

    if (to->json) {
        json_addf(&body, "{'html':%s}", write->html);
    } else {
        reply_compose(&body, &app.config, to->csrf, write, NULL);
    }
    send_out(to->fd, to->cgi, 200,
             to->json ? "Content-Type: application/json\r\n" : "Content-Type: text/html; charset=utf-8\r\n",
             &body);
    strbuf_release(&body);
}

static void answer_write(const struct sender *to, const struct write *write)
{
    const struct refusal *why = reply_write_refusal(write->result);
    struct strbuf body = STRBUF_INIT;

    if (why != NULL) {
        refuse_write(to, write, why);
        return;
    }
    if (write->action == WRITE_PREVIEW) {
        answer_preview(to, write);
    } else if (to->json) {
        json_addf(&body, "{'room':%u,'seq':%u,'change':%u}", write->room_id, write->seq, write->change);
        send_out(to->fd, to->cgi, write->fresh && write->action == WRITE_SEND ? 201 : 200,
                 "Content-Type: application/json\r\n", &body);
    } else {
        char headers[96];
        snprintf(headers, sizeof headers, "Location: /rooms/%" PRIu64 "#m%" PRIu64 "\r\n", write->room_id,
                 write->seq);
        if (write->action == WRITE_UNREAD) /* the room's own page would mark it as read again */
            snprintf(headers, sizeof headers, "Location: /rooms\r\n");
        if (write->action == WRITE_UNSAVE)
            snprintf(headers, sizeof headers, "Location: /saved\r\n");
        send_out(to->fd, to->cgi, 303, headers, &body);
    }
    strbuf_release(&body);
}

/* After the commit: tells this process's readers, and the other processes. */
static void announce(const struct write *write)
{
    if (write->result != WRITE_DONE || write->action == WRITE_PREVIEW || write->action == WRITE_SAVE ||
        write->action == WRITE_UNSAVE)
        return;
    if (write->action == WRITE_READ || write->action == WRITE_UNREAD) {
        if (!write->fresh)
            return;
        if (app.hub != NULL)
            hub_user_changed(app.hub, write->user_id);
        wake_user(&app.config, write->user_id);
        return;
    }
    if (write->told != 0) {
        if (app.hub != NULL)
            hub_user_changed(app.hub, write->told);
        wake_user(&app.config, write->told);
    }
    if (app.hub != NULL) {
        if (write->fresh) {
            hub_room_sent(app.hub, write);
            /* The sender's own mark rose: his pages elsewhere count anew. */
            hub_user_marked(app.hub, write->user_id, write->room_id);
        } else {
            hub_room_changed(app.hub, write->room_id, write->change, 0);
        }
    }
    wake_room(&app.config, write->room_id);
}

static void write_done(struct job *job)
{
    struct sender *to = job->owner;

    if (job->write.result == WRITE_DONE && app.hub != NULL)
        hub_session_learn(app.hub, &job->write, to->asked_at);
    lang_use(to->lang);
    answer_write(to, &job->write);
    announce(&job->write);
    free(to);
    job_free(job);
}

/* Plain CGI: the write runs here. */
static void write_now(struct job *job)
{
    struct db *db = db_new(&app.config);

    db_site_refresh(db, &app.config);
    job_run(db, NULL, job);
    write_done(job);
    db_free(db);
}

/* Never asks the database: where a session is not known, the other processes of this host may know it. */
static void handle_typing(const struct sender *to, const struct write *write)
{
    struct strbuf body = STRBUF_INIT;
    struct wake tell;

    if (app.hub != NULL) {
        if (!hub_typing(app.hub, write->session, write->room_id, &tell)) {
            tell = (struct wake){.kind = WAKE_TYPIST, .id = write->room_id};
            memcpy(tell.about, write->session, sizeof write->session);
        }
        if (tell.kind != 0)
            wake_tell(&app.config, &tell);
    }
    strbuf_addstr(&body, "{}");
    send_out(to->fd, to->cgi, 200, "Content-Type: application/json\r\n", &body);
    strbuf_release(&body);
}

static void handle_post(const struct fcgi_request *in)
{
    static const struct refusal forged = {403, "bad_csrf",
                                          T("This form is out of date, or did not come from this site. What "
                                            "you wrote is below: send it again.")};
    static const struct refusal signed_out = {
        401, "signed_out", T("You are not signed in. Sign in in another tab, then send this again.")};
    static const struct refusal busy = {
        503, "busy", T("Too much is going on at the moment. Please try again in a few seconds.")};
    struct job *job = job_new(JOB_WRITE, NULL);
    struct sender *to = mem_alloc(sizeof *to);
    struct form form;
    char token[CRYPTO_TOKEN_TEXT] = "";
    bool marks;

    if (!page_is_form(in->content_type) || in->body_too_long || page_is_foreign(in, &app.config) ||
        !form_parse(&form, in->body, in->body_len)) {
        if (!page_is_form(in->content_type))
            refuse(in, 415, "unsupported_media_type",
                   T("Forms are sent as application/x-www-form-urlencoded."));
        else if (page_is_foreign(in, &app.config))
            refuse(in, 403, "bad_csrf", T("This did not come from a page of this site."));
        else
            refuse(in, 413, "too_long", T("A message has at most 10,000 characters."));
        free(to);
        job_free(job);
        return;
    }
    if (strcmp(in->query, "action=preview") == 0) /* the second button of the composer, without scripts */
        job->write.action = WRITE_PREVIEW;
    const struct refusal *why = write_of(&form, &job->write);
    marks = job->write.action == WRITE_READ || job->write.action == WRITE_UNREAD;
    to->fd = in->fd;
    to->cgi = in->cgi;
    /* What a page reports in passing (sendBeacon) takes no page in return. */
    to->json = strstr(in->accept, "application/json") != NULL || (marks && !wants_html(in->accept));
    bool known = session_of(in, job->write.session, token);
    to->lang = app.hub != NULL ? hub_session_lang(app.hub, job->write.session, lang_used()) : lang_used();
    lang_use(to->lang);
    crypto_csrf(token, to->csrf);
    if (!known)
        why = &signed_out;
    else if (!page_has_token(in, &form, to->csrf))
        why = &forged;
    else if (why == NULL && !in->cgi && job_thread_load(app.thread) >= LOAD_MAX)
        why = &busy;
    form_release(&form);
    if (why != NULL) {
        refuse_write(to, &job->write, why);
        free(to);
        job_free(job);
    } else if (job->write.action == WRITE_TYPING) {
        handle_typing(to, &job->write);
        free(to);
        job_free(job);
    } else {
        job->owner = to;
        if (in->cgi) {
            write_now(job);
        } else {
            to->asked_at = hub_now(app.hub);
            job->write.known_user = hub_session_user(app.hub, job->write.session, &job->write.known_at);
            submit(job);
        }
    }
}

/* Takes over in->fd. */
static void handle(const struct fcgi_request *in)
{
    lang_use(lang_choose("", in->language));
    if (strcmp(in->path, "/messages") != 0)
        refuse(in, 404, "not_found", T("There is nothing at this address."));
    else if (strcmp(in->method, "GET") == 0 || strcmp(in->method, "HEAD") == 0)
        handle_get(in);
    else if (strcmp(in->method, "POST") == 0)
        handle_post(in);
    else
        refuse(in, 405, "method_not_allowed", T("This address takes GET and POST."));
}

/* ---- the loop ---- */

static void accept_some(int *pause)
{
    for (int i = 0; i < ACCEPTS; i++) {
        struct fcgi_request in;
        enum fcgi_result result = fcgi_accept(&in, BODY_MAX);
        if (result == FCGI_FULL) /* out of descriptors: those that are here stay, new ones wait a little */
            *pause = 1;
        if (result != FCGI_GOT)
            return;
        handle(&in);
        fcgi_release(&in);
    }
}

static void take_done(void)
{
    for (struct job *job = job_thread_done(app.thread), *next; job != NULL; job = next) {
        next = job->next;
        if (job->kind == JOB_WRITE)
            write_done(job);
        else
            hub_done(app.hub, job);
    }
}

static void take_wakes(int fd)
{
    struct wake wake, told;

    while (wake_receive(fd, &wake)) {
        if (wake.kind == WAKE_READERS)
            wake_answer_readers(fd, hub_readers(app.hub));
        if (!app.config.wakeups)
            continue;
        if (wake.kind == WAKE_ROOM)
            hub_room_changed(app.hub, wake.id, 0, 0);
        else if (wake.kind == WAKE_USER)
            hub_user_changed(app.hub, wake.id);
        else if (wake.kind == WAKE_TYPING)
            hub_typed(app.hub, &wake);
        else if (wake.kind == WAKE_TYPIST &&
                 hub_typing(app.hub, (const uint8_t *)wake.about, wake.id, &told) && told.kind != 0)
            wake_tell(&app.config, &told);
    }
}

static void watch(int epoll, int fd, uint32_t events, void *name)
{
    struct epoll_event event = {.events = events, .data.ptr = name};

    if (fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        log_line("cannot watch a descriptor: %s", strerror(errno));
        exit(71);
    }
}

static void turn(int epoll, int wake, const sigset_t *signals)
{
    struct epoll_event events[EVENTS];
    int pause = 0;
    int count = epoll_pwait(epoll, events, EVENTS, hub_pause(app.hub), signals);

    for (int i = 0; i < count; i++) {
        void *name = events[i].data.ptr;
        if (name == &on_listener)
            accept_some(&pause);
        else if (name == &on_jobs)
            take_done();
        else if (name == &on_wake)
            take_wakes(wake);
        else
            hub_event(app.hub, name, events[i].events);
    }
    hub_turn(app.hub);
    hub_tick(app.hub, count == 0);
    if (pause)
        usleep(20000);
}

static void serve(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigset_t held, waiting;
    struct rlimit files;
    int jobs;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, &waiting);

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
        /* The last ones are for requests that are answered at once, so that these never find none. */
        unsigned long long most =
            files.rlim_cur > 2 * SPARE_FILES ? files.rlim_cur - SPARE_FILES : SPARE_FILES;
        if (app.config.limit_readers > most)
            app.config.limit_readers = (unsigned)most;
        log_line("up to %llu descriptors, %u readers", (unsigned long long)files.rlim_cur,
                 app.config.limit_readers);
    }
    app.thread = job_thread_start(&app.config, &jobs);
    int wake = wake_listen(&app.config), epoll = epoll_create1(EPOLL_CLOEXEC);
    app.hub = hub_new(&app.config, epoll, submit);
    /* Of several processes only one is woken for a new request. */
    watch(epoll, 0, EPOLLIN | EPOLLEXCLUSIVE, &on_listener);
    watch(epoll, jobs, EPOLLIN, &on_jobs);
    watch(epoll, wake, EPOLLIN, &on_wake);
    while (!stopping)
        turn(epoll, wake, &waiting);

    /* Others take the requests that come now; those that were taken are answered. */
    epoll_ctl(epoll, EPOLL_CTL_DEL, 0, NULL);
    wake_close(&app.config, wake); /* else what waits there would not let this loop wait */
    hub_shutdown(app.hub);
    int64_t end = hub_now(app.hub) + GRACE_MS;
    while (hub_now(app.hub) < end && (job_thread_load(app.thread) > 0 || hub_readers(app.hub) > 0)) {
        struct epoll_event events[EVENTS];
        int count = epoll_wait(epoll, events, EVENTS, 10);
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr != &on_jobs)
                hub_event(app.hub, events[i].data.ptr, events[i].events);
        take_done();
        hub_turn(app.hub);
    }
    take_done(); /* the last may have been done since */
    hub_turn(app.hub);
    job_thread_stop(app.thread);
    hub_free(app.hub);
    close(epoll);
}

/* "messages rerender": brings what is stored to the present renderer, a batch at a time; stopped, it goes on where it was
 * when it is started again. */
static int rerender(void)
{
    struct db *db = db_new(&app.config);
    uint64_t room = 0, seq = 0, done = 0, changed = 0;
    enum db_result result;

    while ((result = db_message_rerender(db, &room, &seq, &done, &changed)) == DB_OK)
        wake_room(&app.config, room);
    db_free(db);
    printf("%" PRIu64 " messages rendered, %" PRIu64 " of them differ\n", done, changed);
    return result == DB_NONE ? 0 : 1;
}

int main(int argc, char **argv)
{
    log_name("messages");
    mallopt(M_ARENA_MAX, 1); /* two threads that seldom meet there: one heap, which can be given back */
    config_load(&app.config);
    tmpl_folder(app.config.path_html);
    if (argc == 2 && strcmp(argv[1], "rerender") == 0 && getenv("GATEWAY_INTERFACE") == NULL)
        return rerender();
    bool cgi = fcgi_open() < 0;
    if (app.config.sandbox && !sandbox_enter(&app.config, true) && !cgi)
        log_line("no sandbox: %s", strerror(errno));
    if (!cgi) {
        serve();
        return 0;
    }
    struct fcgi_request in;
    fcgi_cgi(&in, BODY_MAX);
    handle(&in);
    fcgi_release(&in);
    return 0;
}
