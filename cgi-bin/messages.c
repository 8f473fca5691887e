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
#include "messages/messages.h"
#include "mem.h"
#include "page.h"
#include "sandbox.h"
#include "tmpl.h"
#include "wake.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CGI_POLL 5

struct messages app;

void send_out(int fd, bool cgi, int status, const char *headers, const struct strbuf *body)
{
    struct strbuf out = STRBUF_INIT;

    page_answer(&out, status, headers, body->buf, body->len, cgi);
    if (cgi)
        fcgi_write_all(fd, out.buf, out.len);
    else
        hub_answer(app.hub, fd, out.buf, out.len);
    strbuf_release(&out);
}

void send_body(int fd, bool cgi, int status, bool html, const struct strbuf *body)
{
    char headers[120];

    snprintf(headers, sizeof headers, "Content-Type: %s\r\n%s",
             html ? "text/html; charset=utf-8" : "application/json",
             status == 405   ? "Allow: GET, HEAD, POST\r\n"
             : status == 429 ? "Retry-After: 1\r\n"
             : status == 503 ? "Retry-After: 2\r\n"
                             : "");
    send_out(fd, cgi, status, headers, body);
}

bool wants_html(const char *accept)
{
    return strcasestr(accept, "text/html") != NULL && strcasestr(accept, "application/json") == NULL;
}

void refuse(const struct fcgi_request *in, int status, const char *code, const char *text)
{
    const struct refusal why = {status, code, text};
    struct strbuf body = STRBUF_INIT;
    bool html = wants_html(in->accept);

    if (html)
        reply_error_page(&body, &app.config, &why);
    else
        page_error_json(&body, code, text);
    send_body(in->fd, in->cgi, status, html, &body);
    strbuf_release(&body);
}

bool session_of(const struct fcgi_request *in, uint8_t hash[CRYPTO_HASH], char token[CRYPTO_TOKEN_TEXT])
{
    if (!form_cookie(in->cookie, PAGE_COOKIE_SESSION, token, CRYPTO_TOKEN_TEXT) || *token == '\0')
        return false;
    crypto_sha256(token, strlen(token), hash);
    return true;
}

void run_now(struct job *job)
{
    struct db *db = db_new(&app.config);
    const uint32_t present = app.config.presence_poll;

    db_site_refresh(db, &app.config);
    job_run(db, NULL, job);
    if (job->kind == JOB_READ && job->read.status == READ_OK)
        db_presence_mark(db, &job->read.user.id, &present, 1);
    db_free(db);
}

/* Plain CGI: nothing is held. */
static void read_now(const struct fcgi_request *in, enum reader_kind kind, struct job *job)
{
    struct strbuf body = STRBUF_INIT;
    const struct read_job *read = &job->read;

    run_now(job);
    lang_use(lang_choose(read->user.language, in->language));
    const struct refusal *why = reply_read_refusal(read->status);
    if (why != NULL) {
        refuse(in, why->status, why->code, why->text);
    } else if (kind == READER_HTML) {
        char headers[REPLY_HEAD];
        reply_timeline_head(headers, read, getpid());
        reply_timeline(&body, &app.config, read);
        send_out(in->fd, true, 200, headers, &body);
    } else {
        reply_json(&body, read, CGI_POLL);
        send_body(in->fd, true, 200, false, &body);
    }
    strbuf_release(&body);
    job_free(job);
}

static void handle_get(const struct fcgi_request *in)
{
    bool stream = strcasestr(in->accept, "text/event-stream") != NULL;
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

void handle(const struct fcgi_request *in)
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
