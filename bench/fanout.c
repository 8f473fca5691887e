/* A bare fan-out: the least that FastCGI programs behind nginx can do to tell many at once. GET /messages waits as a
 * stream of server-sent events: libfcgi parses the request, and its descriptor is kept while the rest is freed. POST
 * sends its body to all of them, framed once. Nothing is stored, nobody's rights are looked at. */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define READERS  20000
#define BODY_MAX 16384
#define EVENTS   256

static int readers[READERS];
static unsigned count;
static unsigned place[1 << 16]; /* of a descriptor in readers[] */

/* A FastCGI record of output for request 1: nginx opens a connection for each. */
static size_t frame(char *out, const char *data, size_t len)
{
    const unsigned char header[8] = {1, 6, 0, 1, (unsigned char)(len >> 8), (unsigned char)len, 0, 0};

    memcpy(out, header, sizeof header);
    memcpy(out + sizeof header, data, len);
    return sizeof header + len;
}

static void drop(int fd)
{
    unsigned at = place[fd];

    if (at >= count || readers[at] != fd)
        return; /* closed a moment ago already */
    readers[at] = readers[--count];
    place[readers[at]] = at;
    close(fd);
}

static void tell_all(const char *body, size_t len)
{
    static char event[BODY_MAX + 16], framed[BODY_MAX + 32];
    int event_len = snprintf(event, sizeof event, "data: %.*s\n\n", (int)len, body);
    size_t framed_len = frame(framed, event, (size_t)event_len);

    for (unsigned i = count; i-- > 0;)
        if (write(readers[i], framed, framed_len) != (ssize_t)framed_len)
            drop(readers[i]);
}

static void park(FCGX_Request *request, int epoll)
{
    static const char head[] =
        "Status: 200 OK\r\nContent-Type: text/event-stream\r\n"
        "Cache-Control: private, no-store\r\nX-Accel-Buffering: no\r\n\r\n: waiting\n\n";
    char framed[sizeof head + 8];
    int fd = request->ipcFd;
    struct epoll_event event = {.events = EPOLLRDHUP, .data.fd = fd};

    request->ipcFd = -1;
    if (count == READERS || fd >= (int)(sizeof place / sizeof place[0])) {
        close(fd);
        return;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    place[fd] = count;
    readers[count++] = fd;
    size_t len = frame(framed, head, sizeof head - 1);
    if (write(fd, framed, len) != (ssize_t)len || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        drop(fd);
}

static void publish(FCGX_Request *request)
{
    static char body[BODY_MAX];
    int len = FCGX_GetStr(body, sizeof body, request->in);

    if (len > 0)
        tell_all(body, (size_t)len);
    FCGX_PutS("Status: 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
              request->out);
    FCGX_Finish_r(request);
}

static void serve(int epoll)
{
    FCGX_Request request;

    FCGX_InitRequest(&request, 0, FCGI_FAIL_ACCEPT_ON_INTR);
    while (FCGX_Accept_r(&request) >= 0) {
        const char *method = FCGX_GetParam("REQUEST_METHOD", request.envp);
        if (method != NULL && strcmp(method, "POST") == 0)
            publish(&request);
        else
            park(&request, epoll);
        FCGX_Free(&request, request.ipcFd >= 0);
        FCGX_InitRequest(&request, 0, FCGI_FAIL_ACCEPT_ON_INTR);
    }
    FCGX_Free(&request, 1);
}

int main(void)
{
    struct epoll_event events[EVENTS], listener = {.events = EPOLLIN, .data.fd = 0};
    struct rlimit files;
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    if (epoll < 0 || FCGX_Init() != 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &listener) != 0)
        return 70;
    fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    for (;;) {
        int got = epoll_wait(epoll, events, EVENTS, -1);
        if (got < 0)
            return errno == EINTR ? 0 : 71; /* libfcgi's handlers let a signal end the wait */
        for (int i = 0; i < got; i++) {
            if (events[i].data.fd != 0)
                drop(events[i].data.fd);
            else
                serve(epoll);
        }
    }
}
