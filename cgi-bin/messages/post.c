/* What is written: posted here, run by the database thread, answered, and told to everybody. */
#include "messages.h"
#include "json.h"
#include "mem.h"
#include "page.h"
#include "wake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A POST under way: where its answer goes, and in what shape. */
struct sender {
    int fd;
    bool json;
    bool cgi;
    enum lang lang;
    int64_t asked_at;
    char csrf[CRYPTO_TOKEN_TEXT];
};

/* Refuses a write. Who posted a form gets a page with what was typed, to send again. */
static void refuse_write(const struct sender *to, const struct write *write, const struct refusal *why)
{
    struct strbuf body = STRBUF_INIT;

    if (to->json) {
        page_error_json(&body, why->code, why->text);
        if (write->result == WRITE_CHANGED && write->present != NULL) {
            body.len--; /* goes on inside the same object */
            json_addf(&body, ",'change':%u,'text':%s}", write->change, write->present);
        }
    } else if (write->action == WRITE_SEND || write->action == WRITE_EDIT || write->action == WRITE_PREVIEW) {
        reply_compose(&body, &app.config, to->csrf, write, why);
    } else {
        reply_error_page(&body, &app.config, why);
    }
    send_body(to->fd, to->cgi, why->status, !to->json, &body);
    strbuf_release(&body);
}

/* Where a form leads to. */
static void go_on(const struct sender *to, const struct write *write)
{
    static const struct strbuf nothing = STRBUF_INIT;
    char headers[96];

    if (write->action == WRITE_UNREAD) /* the room's own page would mark it as read again */
        snprintf(headers, sizeof headers, "Location: /rooms\r\n");
    else if (write->action == WRITE_UNSAVE)
        snprintf(headers, sizeof headers, "Location: /saved\r\n");
    else
        snprintf(headers, sizeof headers, "Location: /rooms/%" PRIu64 "#m%" PRIu64 "\r\n", write->room_id,
                 write->seq);
    send_out(to->fd, to->cgi, 303, headers, &nothing);
}

static void answer_write(const struct sender *to, const struct write *write)
{
    const struct refusal *why = reply_write_refusal(write->result);
    bool preview = write->action == WRITE_PREVIEW;
    struct strbuf body = STRBUF_INIT;

    if (why != NULL) {
        refuse_write(to, write, why);
        return;
    }
    if (!to->json && !preview) {
        go_on(to, write);
        return;
    }
    if (!to->json)
        reply_compose(&body, &app.config, to->csrf, write, NULL);
    else if (preview)
        json_addf(&body, "{'html':%s}", write->html);
    else
        json_addf(&body, "{'room':%u,'seq':%u,'change':%u}", write->room_id, write->seq, write->change);
    send_body(to->fd, to->cgi, write->fresh && write->action == WRITE_SEND ? 201 : 200, !to->json, &body);
    strbuf_release(&body);
}

static void tell_user(uint64_t id)
{
    if (app.hub != NULL)
        hub_user_changed(app.hub, id);
    wake_user(&app.config, id);
}

/* After the commit: tells this process's readers, and the other processes. */
static void announce(const struct write *write)
{
    if (write->result != WRITE_DONE || write->action == WRITE_PREVIEW || write->action == WRITE_SAVE ||
        write->action == WRITE_UNSAVE)
        return;
    if (write->action == WRITE_READ || write->action == WRITE_UNREAD) {
        if (write->fresh)
            tell_user(write->user_id);
        return;
    }
    if (write->told != 0)
        tell_user(write->told);
    if (app.hub != NULL && write->fresh) {
        hub_room_sent(app.hub, write);
        /* The sender's own mark rose: his pages elsewhere count anew. */
        hub_user_marked(app.hub, write->user_id, write->room_id);
    } else if (app.hub != NULL) {
        hub_room_changed(app.hub, write->room_id, write->change, 0);
    }
    wake_room(&app.config, write->room_id);
}

void write_done(struct job *job)
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
    send_body(to->fd, to->cgi, 200, false, &body);
    strbuf_release(&body);
}

/* What is no form of ours is refused. */
static bool parse(const struct fcgi_request *in, struct form *form)
{
    if (!page_is_form(in->content_type))
        refuse(in, 415, "unsupported_media_type", T("Forms are sent as application/x-www-form-urlencoded."));
    else if (page_is_foreign(in, &app.config))
        refuse(in, 403, "bad_csrf", T("This did not come from a page of this site."));
    else if (in->body_too_long || !form_parse(form, in->body, in->body_len))
        refuse(in, 413, "too_long", T("A message has at most 10,000 characters."));
    else
        return true;
    return false;
}

/* Fills the sender and the write, and looks whether all may go on. NULL, or why not. */
static const struct refusal *look_at(const struct fcgi_request *in, const struct form *form,
                                     struct sender *to, struct write *write)
{
    static const struct refusal forged = {403, "bad_csrf",
                                          T("This form is out of date, or did not come from this site. What "
                                            "you wrote is below: send it again.")};
    static const struct refusal signed_out = {
        401, "signed_out", T("You are not signed in. Sign in in another tab, then send this again.")};
    static const struct refusal busy = {
        503, "busy", T("Too much is going on at the moment. Please try again in a few seconds.")};
    char token[CRYPTO_TOKEN_TEXT] = "";

    if (strcmp(in->query, "action=preview") == 0) /* the second button of the composer, without scripts */
        write->action = WRITE_PREVIEW;
    const struct refusal *why = write_of(form, write);
    bool marks = write->action == WRITE_READ || write->action == WRITE_UNREAD;
    to->fd = in->fd;
    to->cgi = in->cgi;
    /* What a page reports in passing (sendBeacon) takes no page in return. */
    to->json = strcasestr(in->accept, "application/json") != NULL || (marks && !wants_html(in->accept));
    bool known = session_of(in, write->session, token);
    to->lang = app.hub != NULL ? hub_session_lang(app.hub, write->session, lang_used()) : lang_used();
    lang_use(to->lang);
    crypto_csrf(token, to->csrf);
    if (!known)
        return &signed_out;
    if (!page_has_token(in, form, to->csrf))
        return &forged;
    return why == NULL && !in->cgi && job_thread_load(app.thread) >= LOAD_MAX ? &busy : why;
}

void handle_post(const struct fcgi_request *in)
{
    struct form form;

    if (!parse(in, &form))
        return;
    struct sender *to = mem_alloc(sizeof *to);
    struct job *job = job_new(JOB_WRITE, to);
    const struct refusal *why = look_at(in, &form, to, &job->write);
    form_release(&form);
    if (why == NULL && job->write.action != WRITE_TYPING) {
        if (in->cgi) {
            run_now(job);
            write_done(job);
        } else {
            to->asked_at = hub_now(app.hub);
            job->write.known_user = hub_session_user(app.hub, job->write.session, &job->write.known_at);
            job_thread_add(app.thread, job);
        }
        return;
    }
    if (why != NULL)
        refuse_write(to, &job->write, why);
    else
        handle_typing(to, &job->write);
    free(to);
    job_free(job);
}
