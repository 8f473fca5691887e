/* What is sent to "/files": kept piece by piece as it comes, and sent as a message where its text comes along. */
#include "files.h"
#include "db_message.h"
#include "limit.h"
#include "mem.h"
#include "multipart.h"
#include "preview.h"
#include "reply.h"
#include "store.h"
#include "text.h"
#include "timeline.h"
#include "wake.h"

#include <inttypes.h>
#include <magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_MAX (64 * 1024) /* 10,000 characters of four bytes and some */

struct upload { /* a POST under way */
    struct req *req;
    struct multipart *body;
    bool trusted; /* the form token was there */
    bool may;     /* the room was looked at: files may be sent there */
    bool sends;   /* it is a message with its text */
    bool whole;   /* all of the body is there */
    uint64_t mine, all;
    struct attachment file[FILES_MAX];
    struct write write;
    char why[160];
};

static size_t read_body(void *context, char *buf, size_t len)
{
    struct req *req = context;

    return fcgi_read(&req->in, buf, len);
}

/* Files that are in no message are of no use to anybody. */
static void drop(struct upload *u)
{
    for (size_t i = 0; i < u->write.files; i++)
        db_upload_drop(u->req->db, u->req->me.id, u->write.file[i]);
    u->write.files = 0;
}

/* Answers with what is wrong; a form comes back with its text, and with its files once all are there. Always false. */
static bool refuse(struct upload *u, int status, const char *code, const char *text)
{
    const struct refusal why = {status, code, text};

    if (!u->whole)
        drop(u);
    if (!u->sends || u->req->json) {
        app_fail(u->req, status, code, text);
        return false;
    }
    u->req->status = status;
    app_header(u->req, "Content-Type: text/html; charset=utf-8");
    reply_compose(&u->req->body, u->req->config, u->req->csrf, &u->write, &why);
    return false;
}

static bool failed(struct upload *u, enum db_result result)
{
    if (result == DB_REFUSED)
        return refuse(u, 507, "no_room", T("There is no room for more files on this site at the moment."));
    app_failed(u->req, result);
    return false;
}

/* Whether `more` bytes fit, after all that is there; `size` of them are one file's. */
static bool fits(struct upload *u, uint64_t size, uint64_t more)
{
    const struct config *config = u->req->config;

    if (size > config->files_max) {
        snprintf(u->why, sizeof u->why, t("A file can have at most %u MiB here."),
                 (unsigned)(config->files_max >> 20));
        return refuse(u, 413, "too_long", u->why);
    }
    if (config->files_user > 0 && u->mine + more > config->files_user) {
        snprintf(u->why, sizeof u->why, t("All your files together can have %u MiB here. Delete some first."),
                 (unsigned)(config->files_user >> 20));
        return refuse(u, 413, "too_much", u->why);
    }
    if (config->files_site > 0 && u->all + more > config->files_site)
        return failed(u, DB_REFUSED);
    return true;
}

/* No NEED_LOGIN: a form gives its text back. */
static bool is_signed_in(struct upload *u)
{
    if (u->req->me.id != 0)
        return true;
    const struct refusal *why =
        reply_write_refusal(u->req->session.elsewhere ? WRITE_ELSEWHERE : WRITE_SIGNED_OUT);
    return refuse(u, why->status, why->code, why->text);
}

/* May files be sent to this room by whom, and is there any room? Asked once, before the first file is read. */
static bool may_send(struct upload *u)
{
    struct req *req = u->req;
    const struct refusal *why = NULL;

    if (u->may)
        return true;
    if (!is_signed_in(u))
        return false;
    if (!u->trusted && u->sends)
        return refuse(u, 403, "bad_csrf",
                      T("This form is out of date, or did not come from this site. What you wrote is below: "
                        "send it again."));
    if (!u->trusted) {
        app_forged(req);
        return false;
    }
    enum db_result result = db_room_get(req->db, u->write.room_id, req->me.id, &req->room);
    if (result == DB_OK)
        result = db_file_used(req->db, req->me.id, &u->mine, &u->all);
    if (result != DB_OK)
        return failed(u, result);
    if (req->room.role == ROLE_NONE)
        why = reply_write_refusal(WRITE_NOT_MEMBER);
    else if (!rights_may(req->room.role, req->room.direct, RIGHT_SEND))
        why = reply_write_refusal(WRITE_MUTED);
    if (why != NULL)
        return refuse(u, why->status, why->code, why->text);
    u->may = true;
    /* What is said beforehand saves the reading. The rest of a body is a few hundred bytes, or the text. */
    return req->in.announced <= 2 * FIELD_MAX || fits(u, 0, req->in.announced - 2 * FIELD_MAX);
}

/* ---- what the body holds ---- */

static bool take_field(struct upload *u)
{
    struct strbuf value = STRBUF_INIT;
    const char *name = u->body->name, *data;
    size_t len;
    bool good;

    while ((good = multipart_read(u->body, &data, &len)) && len > 0 && value.len <= FIELD_MAX)
        strbuf_add(&value, data, len);
    if (!good) {
        /* said below, with all that is malformed */
    } else if (value.len > FIELD_MAX) {
        good = refuse(u, 413, "too_long", T("A message has at most 10,000 characters."));
    } else if (strcmp(name, "csrf") == 0) {
        u->trusted |= crypto_equal(u->req->csrf, value.buf);
    } else if (strcmp(name, "room") == 0) {
        text_to_u64(value.buf, INT64_MAX, &u->write.room_id);
    } else if (strcmp(name, "reply") == 0) {
        text_to_u64(value.buf, INT64_MAX, &u->write.reply_to);
    } else if (strcmp(name, "nonce") == 0 && u->write.nonce == NULL) {
        u->sends = true;
        u->write.nonce = text_is_nonce(value.buf, value.len) ? mem_dup(value.buf) : NULL;
    } else if (strcmp(name, "text") == 0 && u->write.text == NULL) {
        u->sends = true;
        u->write.text_len = text_normalise_lines(value.buf, value.len);
        u->write.text = mem_dupn(value.buf, u->write.text_len);
    }
    strbuf_release(&value);
    return good;
}

/* What the content is, whatever its name says. */
static void look_at(const struct store_put *put, char type[FILE_TYPE])
{
    static magic_t magic; /* its data are read once for each process */
    char *head = mem_alloc(FIELD_MAX);
    size_t len = store_look(put, 0, head, FIELD_MAX);
    const char *found = NULL;

    if (magic == NULL && (magic = magic_open(MAGIC_MIME_TYPE)) != NULL && magic_load(magic, NULL) != 0)
        log_line("no file types: %s", magic_error(magic));
    if (magic != NULL)
        found = magic_buffer(magic, head, len);
    snprintf(type, FILE_TYPE, "%s", found != NULL ? found : "application/octet-stream");
    free(head);
}

static size_t read_put(void *context, uint64_t offset, void *buf, size_t len)
{
    return store_look(context, offset, buf, len);
}

static enum db_result keep(const struct upload *u, struct store_put *put, struct attachment *a,
                           const struct strbuf *shown)
{
    struct db *db = u->req->db;
    enum db_result result = db_file_hold(db, &a->file);

    if (result == DB_OK)
        result = store_keep(put, a->file.hash, shown->buf, shown->len);
    if (result == DB_OK)
        result = db_upload_add(db, u->req->me.id, u->write.room_id, &a->file, a->name,
                               u->req->config->files_user, &a->id);
    return result;
}

/* The bytes of a part, until its end or until they are too many. */
static bool take_bytes(struct upload *u, struct store_put *put, struct file *file)
{
    enum db_result result = DB_OK;
    const char *data;
    size_t len;

    while (multipart_read(u->body, &data, &len)) {
        if (len > 0 && !fits(u, put->size + len, put->size + len))
            return false;
        result = len > 0 ? store_add(put, data, len) : store_end(put, file->hash);
        if (result != DB_OK)
            return failed(u, result);
        if (len == 0) {
            file->size = put->size;
            return true;
        }
    }
    return false;
}

static bool take_file(struct upload *u)
{
    struct attachment *a = &u->file[u->write.files];
    struct store_put put;
    struct strbuf shown = STRBUF_INIT; /* its preview */

    if (*u->body->filename == '\0') /* a form in which none was chosen */
        return true;
    if (!may_send(u))
        return false;
    if (u->write.files == FILES_MAX)
        return refuse(u, 422, "too_many_files", T("A message has at most 10 files."));
    if (!store_begin(&put, u->req->config, u->req->db))
        return failed(u, DB_ERROR);
    a->name = text_file_name(u->body->filename);
    bool good = take_bytes(u, &put, &a->file);
    if (good) {
        look_at(&put, a->file.type);
        if (preview_fits(a->file.type))
            preview_make(read_put, &put, &shown, &a->file.width, &a->file.height);
        enum db_result result = db_transaction(u->req->db, keep(u, &put, a, &shown));
        good = result == DB_OK || failed(u, result);
        u->mine += good ? a->file.size : 0;
        u->all += good ? a->file.size : 0;
        if (good)
            u->write.file[u->write.files++] = a->id;
    }
    store_close(&put);
    strbuf_release(&shown);
    return good;
}

static bool take_all(struct upload *u)
{
    enum multipart_result part = MULTIPART_BAD;
    bool good = true;

    while (good && (part = multipart_next(u->body)) == MULTIPART_PART)
        good = u->body->is_file && strcmp(u->body->name, "file") == 0 ? take_file(u) : take_field(u);
    if (u->req->status == 0 && (!good || part == MULTIPART_BAD))
        app_fail(u->req, 400, "bad_body", T("This did not come whole. Please try again."));
    return good && part == MULTIPART_END;
}

/* ---- what becomes of it ---- */

static void send_message(struct upload *u)
{
    static struct limit *limit;
    struct req *req = u->req;
    struct write *w = &u->write;
    const struct refusal *why = reply_check(w);

    if (limit == NULL && req->config->limits)
        limit = limit_new(req->config->limit_send_burst, req->config->limit_send_rate);
    if (why == NULL) {
        memcpy(w->session, req->session.hash, sizeof w->session);
        db_message_write(req->db, limit, &w, 1);
        why = reply_write_refusal(w->result);
    }
    if (why != NULL) {
        refuse(u, why->status, why->code, why->text);
        return;
    }
    wake_room(req->config, w->room_id);
    wake_user(req->config, req->me.id);
    if (!w->fresh) /* it was sent before, with what was kept then */
        drop(u);
    app_redirect(req, "/rooms/%" PRIu64 "#m%" PRIu64, w->room_id, w->seq);
}

static void answer_files(struct upload *u)
{
    struct strbuf out = STRBUF_INIT;

    strbuf_addstr(&out, "{\"files\":[");
    for (size_t i = 0; i < u->write.files; i++) {
        strbuf_addstr(&out, i > 0 ? "," : "");
        timeline_file_json(&out, &u->file[i]);
    }
    strbuf_addstr(&out, "]}");
    app_json(u->req, 201, out.buf);
    strbuf_release(&out);
}

void files_upload(struct req *req)
{
    struct upload *u = mem_alloc(sizeof *u);

    u->req = req;
    u->body = mem_alloc(sizeof *u->body);
    u->trusted = *req->in.csrf != '\0' && crypto_equal(req->csrf, req->in.csrf);
    if (!req->config->files) {
        app_fail(req, 403, "files_off", T("No files are taken on this site."));
    } else if (!multipart_begin(u->body, req->in.content_type, read_body, req)) {
        if (is_signed_in(u))
            app_fail(req, 415, "unsupported_media_type", T("Files are sent as multipart/form-data."));
    } else if (!(u->whole = take_all(u))) {
        drop(u);
    } else if (u->sends) {
        if (may_send(u))
            send_message(u);
    } else if (u->write.files == 0) {
        if (may_send(u))
            refuse(u, 400, "no_file", T("No file was chosen."));
    } else {
        answer_files(u);
    }
    for (size_t i = 0; i < FILES_MAX; i++)
        free(u->file[i].name);
    write_release(&u->write);
    free(u->body);
    free(u);
}
