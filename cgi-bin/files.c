/* "/files": what people send beside text.
 *
 * POST /files, multipart/form-data with the form token (a field before the files, or the header X-CSRF-Token):
 *   room, file …               keeps the files for a message of that room (messages.c takes their ids): 201 and
 *                              {"files":[{"id","name","type","size","width","height"}]}; after a day unsent ones go
 *   room, text, nonce [reply] file …  the same and sends the message, for forms without scripts: 303 to it
 *   All of the files are kept, or none. 413 says which limit a file is beyond, 507 that there is no room.
 *
 * GET /files/ID/NAME   the file, for who may read the message that it is in (NAME is for the eye)
 * GET /files/ID/preview
 *
 * A body is never in memory as a whole: it is written away as it comes (lib/multipart.h, lib/store.h). What a file is says
 * its content; only what a browser may show without harm is shown, everything else is downloaded. nginx sends what is on the
 * disk (X-Accel-Redirect); without it, and from the database, this program does. */
#include "files/files.h"
#include "db_file.h"
#include "mem.h"
#include "preview.h"
#include "store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KEEP   "private, max-age=86400"
#define POLICY "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; sandbox"

/* Whether a browser may show it in our name. */
static bool is_safe(const char *type)
{
    return preview_fits(type) || strncmp(type, "audio/", 6) == 0 || strncmp(type, "video/", 6) == 0 ||
           strcmp(type, "application/pdf") == 0;
}

/* RFC 6266: a name in ASCII, and the real one. */
static void add_disposition(struct req *req, const char *name, bool shown)
{
    struct strbuf *head = &req->head;

    strbuf_addf(head, "Content-Disposition: %s; filename=\"", shown ? "inline" : "attachment");
    for (const char *c = name; *c != '\0'; c++)
        if ((*c & 0xc0) != 0x80) /* one for each character */
            strbuf_addch(head, (char)(*c > 0 && strchr("\"\\%", *c) == NULL ? *c : '_'));
    strbuf_addstr(head, "\"; filename*=UTF-8''");
    form_encode(head, name);
    strbuf_addstr(head, "\r\n");
}

/* "bytes=from-to" of so many: false when it cannot be; anything but one range is all of it. */
static bool range_of(const char *range, uint64_t size, uint64_t *from, uint64_t *to)
{
    char *end;

    *from = 0;
    *to = size;
    if (strncmp(range, "bytes=", 6) != 0 || strchr(range, ',') != NULL)
        return true;
    bool tail = range[6] == '-';
    uint64_t first = strtoull(range + (tail ? 7 : 6), &end, 10);
    if (tail) {
        *from = first < size ? size - first : 0;
        return first > 0 && size > 0;
    }
    uint64_t last = *end == '-' && end[1] != '\0' ? strtoull(end + 1, NULL, 10) : UINT64_MAX;
    if (*end != '-' || last < first)
        return true;
    *from = first;
    *to = last < size ? last + 1 : size;
    return first < size;
}

static void stream(struct req *req, const struct file *f, bool preview)
{
    struct strbuf out = STRBUF_INIT, head = STRBUF_INIT;
    char *buf = mem_alloc(STORE_PIECE);
    uint64_t from = 0, to = 0, size = f->size;
    bool partial = !preview && *req->in.range != '\0';

    if (preview) /* as large as it is */
        size = store_read(req->config, req->db, f->hash, true, 0, buf, STORE_PIECE);
    bool good = range_of(preview ? "" : req->in.range, size, &from, &to);
    partial = partial && good && (from > 0 || to < size);
    strbuf_addf(&head,
                "Status: %s\r\n%sX-Content-Type-Options: nosniff\r\nContent-Security-Policy: " POLICY
                "\r\nAccept-Ranges: bytes\r\nContent-Length: %" PRIu64 "\r\n",
                !good     ? "416 Range Not Satisfiable"
                : partial ? "206 Partial Content"
                          : "200 OK",
                req->head.buf, good ? to - from : 0);
    if (!good)
        strbuf_addf(&head, "Content-Range: bytes */%" PRIu64 "\r\n", size);
    else if (partial)
        strbuf_addf(&head, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", from, to - 1,
                    size);
    strbuf_addstr(&head, "\r\n");
    fcgi_frame(&out, head.buf, head.len, req->in.cgi);
    if (!good || strcmp(req->in.method, "HEAD") == 0)
        from = to;
    while (fcgi_write_all(req->in.fd, out.buf, out.len) && from < to) {
        size_t len = store_read(req->config, req->db, f->hash, preview, from, buf,
                                to - from < STORE_PIECE ? (size_t)(to - from) : STORE_PIECE);
        if (len == 0)
            break; /* the connection is closed before the length that was said */
        strbuf_reset(&out);
        fcgi_frame(&out, buf, len, req->in.cgi);
        from += len;
    }
    strbuf_reset(&out);
    if (from == to)
        fcgi_frame_end(&out, req->in.cgi);
    fcgi_write_all(req->in.fd, out.buf, out.len);
    req->status = APP_SENT;
    free(buf);
    strbuf_release(&out);
    strbuf_release(&head);
}

static void serve(struct req *req, bool preview)
{
    struct attachment a;
    enum db_result result = db_upload_get(req->db, req->number, req->me.id, &a);

    if (result == DB_OK && preview && a.file.width == 0)
        result = DB_NONE;
    if (result != DB_OK) {
        free(a.name);
        app_failed(req, result);
        return;
    }
    bool safe = is_safe(a.file.type);
    app_header(req, "Content-Type: %s",
               preview ? PREVIEW_TYPE
               : safe  ? a.file.type
                       : "application/octet-stream");
    app_header(req, "Cache-Control: " KEEP);
    if (!preview)
        add_disposition(req, a.name, safe);
    if (*req->in.stored != '\0' && !req->config->files_in_database) {
        char path[STORE_PATH];
        store_path(a.file.hash, preview, path);
        app_header(req, "X-Accel-Redirect: %s%s", req->in.stored, path);
        req->status = 200;
    } else {
        stream(req, &a.file, preview);
    }
    free(a.name);
}

static void original(struct req *req)
{
    serve(req, false);
}

static void preview(struct req *req)
{
    serve(req, true);
}

static const struct route routes[] = {
    {"/files", METHOD_POST, NEED_STREAM, files_upload},
    {"/files/#/preview", METHOD_GET, NEED_LOGIN, preview},
    {"/files/#/*", METHOD_GET, NEED_LOGIN, original},
    {"/files/#", METHOD_GET, NEED_LOGIN, original},
    ROUTES_END,
};

int main(int argc, char **argv)
{
    return app_main(argc, argv, routes);
}
