/* The hub's readers: their descriptors, and what is still to be written to them. */
#include "hub_state.h"
#include "fcgi.h"
#include "mem.h"
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void reader_unlink(struct reader *r)
{
    struct hub_room *room = r->room;

    list_remove(&r->in_room);
    list_remove(&r->of_user);
    r->room = NULL;
    r->user = NULL;
    r->parked = false;
    if (room != NULL)
        hub_room_settle(room);
}

/* Closes it. Its memory goes at the end of the turn, when no event can name it any more. */
void reader_close(struct hub *hub, struct reader *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    reader_unlink(r);
    bytes_drop(r->out);
    r->out = NULL;
    r->gone = true;
    if (r->busy)
        return; /* its job comes back to it */
    list_remove(&r->all);
    list_add(&hub->ended, &r->all);
    hub->count--;
}

void reader_watch(struct hub *hub, struct reader *r, bool writable)
{
    struct epoll_event event = {.events = EPOLLRDHUP | (writable ? EPOLLOUT : 0u), .data.ptr = r};

    if (epoll_ctl(hub->epoll, r->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, r->fd, &event) != 0) {
        log_line("cannot watch a reader: %s", strerror(errno));
        reader_close(hub, r);
        return;
    }
    r->watched = true;
}

/* Writes on. Closes the reader when the client is gone, or when that was all of a last answer. */
void reader_write(struct hub *hub, struct reader *r)
{
    while (r->out_at < r->out->len) {
        ssize_t put =
            send(r->fd, r->out->data + r->out_at, r->out->len - r->out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (r->behind_at == 0) {
                r->behind_at = hub->now;
                reader_watch(hub, r, true);
            }
            return;
        }
        if (put <= 0) {
            reader_close(hub, r);
            return;
        }
        r->out_at += (size_t)put;
        if (r->behind_at != 0)
            r->behind_at = hub->now;
    }
    bytes_drop(r->out);
    r->out = NULL;
    if (r->closing) {
        reader_close(hub, r);
    } else if (r->behind_at != 0) {
        r->behind_at = 0;
        reader_watch(hub, r, false);
    }
}

/* Sends bytes, shared or not. A stream that is behind gets nothing more until it has caught up. */
void reader_send(struct hub *hub, struct reader *r, struct bytes *bytes)
{
    if (r->out != NULL) {
        r->lagging = true;
        if (r->closing)
            reader_close(hub, r);
        return;
    }
    bytes->refs++;
    r->out = bytes;
    r->out_at = 0;
    reader_write(hub, r);
}

/* The last answer. */
void reader_finish(struct hub *hub, struct reader *r, int status, const char *headers,
                   const struct strbuf *body)
{
    struct strbuf out = STRBUF_INIT;

    page_answer(&out, status, headers, body->buf, body->len, false);
    struct bytes *bytes = bytes_new(out.buf, out.len);
    strbuf_release(&out);
    reader_unlink(r);
    r->closing = true;
    reader_send(hub, r, bytes);
    bytes_drop(bytes);
}

struct bytes *reader_frame(const char *text, size_t len, bool last)
{
    struct strbuf out = STRBUF_INIT;

    fcgi_frame(&out, text, len, false);
    if (last)
        fcgi_frame_end(&out, false);
    struct bytes *bytes = bytes_new(out.buf, out.len);
    strbuf_release(&out);
    return bytes;
}

void reader_send_text(struct hub *hub, struct reader *r, const struct strbuf *text)
{
    struct bytes *bytes = reader_frame(text->buf, text->len, false);

    reader_send(hub, r, bytes);
    bytes_drop(bytes);
}

void reader_end(struct hub *hub, struct reader *r, const char *text)
{
    struct bytes *bytes = reader_frame(text, strlen(text), true);

    reader_unlink(r);
    r->closing = true;
    reader_send(hub, r, bytes);
    bytes_drop(bytes);
}

struct reader *reader_new(struct hub *hub, int fd)
{
    struct reader *r = mem_pool_get(&hub->reader_pool);

    r->fd = fd;
    list_init(&r->in_room);
    list_init(&r->of_user);
    list_add(&hub->readers, &r->all);
    hub->count++;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return r;
}
