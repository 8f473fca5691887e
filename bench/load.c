/* The benchmark's load generator: one process, one epoll loop, many connections.
 *
 *   load send  --port P --connections N --user U --room R --rooms K --seconds T --database SOCKET
 *              N senders, each its next message when the last is acknowledged, to K rooms; then every row is looked up
 *   load poll  …       N pollers that ask again and again, with nothing new to tell
 *   load page  …       the room page, whose newest fifty messages must all be on it
 *   load search --query WORD --found N …  the first page of a search, with so many results
 *   load reach --kind snug|fanout|nchan|socketio --messages M --speaker U …   (reach.c)
 *
 * With --constant TEXT all but these two expect this body of every answer: the same requests for a program that does
 * nothing. --watch name=pid,pid adds processor time (and in reach memory). It prints one line of JSON. */
#include "load.h"
#include "crypto.h"
#include "mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define EVENTS     256
#define WAIT_MS    10000 /* nobody waits longer for an answer */
#define PAGE_SIZE  50
#define COMPLAINTS 5

struct options options = {.mode = "",
                          .connections = 1,
                          .users = 1,
                          .user = 1,
                          .room = 1,
                          .rooms = 1,
                          .seconds = 3,
                          .messages = 10,
                          .bytes = 1024,
                          .kind = "snug"};
unsigned wrongs;

/* A connection that asks, checks the answer and asks again. */
struct conn {
    int fd;
    unsigned index, user;
    unsigned n; /* requests so far */
    uint64_t room;
    uint64_t asked; /* µs */
    struct answer answer;
    struct strbuf expected; /* poll: the whole body when there is nothing new; empty before it is known */
    char cursor[CURSOR_TEXT];
};

enum verdict { WRONG, COUNTS, PREPARES };

struct mode {
    const char *name;
    void (*ask)(struct conn *conn, struct strbuf *out);
    enum verdict (*check)(struct conn *conn);
};

static struct {
    const struct mode *mode;
    struct conn *conns;
    struct samples samples;
    struct promise *promises;
    size_t promised, promise_alloc;
    const char *query;
    unsigned found;
    uint64_t page_last; /* seq of the newest message on the page */
    uint64_t run;       /* told apart by this in nonces */
    size_t open;
    int epoll;
} load;

/* ---- shared with the other files ---- */

uint64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void wrong(const char *fmt, ...)
{
    char text[512];
    va_list args;

    if (++wrongs > COMPLAINTS)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    log_line("%s", text);
}

int connect_here(void)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct linger reset = {.l_onoff =
                                     1}; /* thousands that close must not keep the ports in TIME_WAIT */
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        log_line("no connection to port %u: %s", options.port, strerror(errno));
        exit(2);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    return fd;
}

bool send_all(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t put = send(fd, at, len, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        len -= (size_t)put;
    }
    return true;
}

void token_of(unsigned user, char out[TOKEN_TEXT])
{
    snprintf(out, TOKEN_TEXT, "bench%038u", user);
}

void words_of(unsigned user, unsigned n, char out[WORDS_TEXT])
{
    snprintf(out, WORDS_TEXT,
             "Message %u of user %u: caf\u00e9 at <five> & \"six\"? It's fine \U0001F642, see you there", n,
             user);
}

void nonce_of(unsigned user, unsigned n, char out[NONCE_TEXT])
{
    snprintf(out, NONCE_TEXT, "%012" PRIx64 "-%06x-%08x", load.run & 0xffffffffffff, user & 0xffffff, n);
}

static void form_encode(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
            strbuf_addch(out, *text);
        else if (c == ' ')
            strbuf_addch(out, '+');
        else
            strbuf_addf(out, "%%%02X", c);
    }
}

/* The request line and what every request of a script carries. */
static void head(struct strbuf *out, const char *method, const char *target, unsigned user,
                 const char *accept)
{
    char token[TOKEN_TEXT];

    token_of(user, token);
    strbuf_addf(out,
                "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
                "Accept: %s\r\nCookie: snug_session=%s; snug_zone=60\r\nSec-Fetch-Site: same-origin\r\n",
                method, target, options.port, accept, token);
}

void send_request(struct strbuf *out, unsigned user, uint64_t room, unsigned n)
{
    char token[TOKEN_TEXT], csrf[CRYPTO_TOKEN_TEXT], words[WORDS_TEXT], nonce[NONCE_TEXT];
    struct strbuf body = STRBUF_INIT;

    token_of(user, token);
    crypto_csrf(token, csrf);
    words_of(user, n, words);
    nonce_of(user, n, nonce);
    strbuf_addf(&body, "room=%" PRIu64 "&nonce=%s&text=", room, nonce);
    form_encode(&body, words);
    head(out, "POST", "/messages", user, "application/json");
    strbuf_addf(
        out,
        "X-CSRF-Token: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n",
        csrf, body.len);
    strbuf_add(out, body.buf, body.len);
    strbuf_release(&body);
}

static bool take_number(const char **at, const char *before, uint64_t *out)
{
    size_t len = strlen(before);
    char *end;

    if (strncmp(*at, before, len) != 0 || (*at)[len] < '0' || (*at)[len] > '9')
        return false;
    *out = strtoull(*at + len, &end, 10);
    *at = end;
    return true;
}

bool read_numbers(const char *body, uint64_t room, uint64_t *seq, uint64_t *change)
{
    uint64_t there;

    return take_number(&body, "{\"room\":", &there) && there == room &&
           take_number(&body, ",\"seq\":", seq) && take_number(&body, ",\"change\":", change) &&
           strcmp(body, "}") == 0;
}

bool read_cursor(const char *body, char out[CURSOR_TEXT])
{
    static const char name[] = "\"cursor\":\"";
    const char *at = strstr(body, name);

    if (at == NULL)
        return false;
    at += sizeof name - 1;
    size_t len = strcspn(at, "\"");
    if (len == 0 || len >= CURSOR_TEXT)
        return false;
    memcpy(out, at, len);
    out[len] = '\0';
    return true;
}

/* ---- send ---- */

/* A step through the rooms that spreads the senders, so that they seldom meet. */
static void ask_send(struct conn *conn, struct strbuf *out)
{
    conn->room = options.room + (conn->index * 37u + conn->n * 61u) % options.rooms;
    send_request(out, conn->user, conn->room, conn->n);
}

static enum verdict check_send(struct conn *conn)
{
    struct promise *promise;
    uint64_t seq, change;

    if (conn->answer.status != 201 || !read_numbers(conn->answer.body.buf, conn->room, &seq, &change))
        return WRONG;
    if (load.promised == load.promise_alloc) {
        load.promise_alloc = load.promise_alloc > 0 ? 2 * load.promise_alloc : 4096;
        load.promises = mem_grow(load.promises, load.promise_alloc, sizeof *load.promises);
    }
    promise = &load.promises[load.promised++];
    *promise = (struct promise){conn->room, seq, change, conn->user, conn->n};
    return COUNTS;
}

/* ---- poll ---- */

static void ask_poll(struct conn *conn, struct strbuf *out)
{
    char target[400];

    conn->room = options.room + conn->index % options.rooms;
    if (conn->cursor[0] == '\0')
        snprintf(target, sizeof target, "/messages?room=%" PRIu64 "&limit=1", conn->room);
    else
        snprintf(target, sizeof target, "/messages?room=%" PRIu64 "&after=%s", conn->room, conn->cursor);
    head(out, "GET", target, conn->user, "application/json");
    strbuf_addstr(out, "\r\n");
}

/* The first answer gives a cursor, a further one shows what "nothing new" is for this reader, and all that follow
 * must be the same to the byte. Who is there may change meanwhile: that answer has no message either. */
static enum verdict check_poll(struct conn *conn)
{
    const struct strbuf *body = &conn->answer.body;
    bool first = conn->cursor[0] == '\0';
    char begin[64];

    if (conn->answer.status != 200)
        return WRONG;
    if (conn->expected.len > 0 && body->len == conn->expected.len &&
        memcmp(body->buf, conn->expected.buf, body->len) == 0)
        return COUNTS;
    snprintf(begin, sizeof begin, "{\"room\":%" PRIu64 ",", conn->room);
    if (strncmp(body->buf, begin, strlen(begin)) != 0 || !read_cursor(body->buf, conn->cursor))
        return WRONG;
    if (!first && strstr(body->buf, "\"messages\":[]") == NULL)
        return WRONG;
    strbuf_reset(&conn->expected);
    if (!first)
        strbuf_add(&conn->expected, body->buf, body->len);
    return PREPARES;
}

/* ---- page ---- */

static void ask_page(struct conn *conn, struct strbuf *out)
{
    char target[64];

    snprintf(target, sizeof target, "/rooms/%" PRIu64, options.room);
    head(out, "GET", target, conn->user, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    strbuf_addstr(out, "\r\n");
}

/* The fifty newest, in their order, each once, and nothing cut off. */
static enum verdict check_page(struct conn *conn)
{
    const char *at = conn->answer.body.buf;
    char id[40];

    if (conn->answer.status != 200 || strstr(at, "</html>") == NULL)
        return WRONG;
    for (uint64_t seq = load.page_last - PAGE_SIZE + 1; seq <= load.page_last; seq++) {
        snprintf(id, sizeof id, "<li id=\"m%" PRIu64 "\"", seq);
        at = strstr(at, "<li id=\"m");
        if (at == NULL || strncmp(at, id, strlen(id)) != 0)
            return WRONG;
        at++;
    }
    return strstr(at, "<li id=\"m") == NULL ? COUNTS : WRONG;
}

/* ---- search ---- */

static void ask_search(struct conn *conn, struct strbuf *out)
{
    char target[128];

    snprintf(target, sizeof target, "/search?q=%s", load.query);
    head(out, "GET", target, conn->user, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    strbuf_addstr(out, "\r\n");
}

static enum verdict check_search(struct conn *conn)
{
    const char *at = conn->answer.body.buf;
    unsigned found = 0;

    if (conn->answer.status != 200 || strstr(at, "</html>") == NULL)
        return WRONG;
    while ((at = strstr(at, "class=\"snippet\"")) != NULL) {
        found++;
        at++;
    }
    return found == load.found ? COUNTS : WRONG;
}

/* ---- the loop ---- */

static const struct mode modes[] = {
    {"send", ask_send, check_send},
    {"poll", ask_poll, check_poll},
    {"page", ask_page, check_page},
    {"search", ask_search, check_search},
};

static void open_conn(struct conn *conn)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};

    conn->fd = connect_here();
    epoll_ctl(load.epoll, EPOLL_CTL_ADD, conn->fd, &event);
    load.open++;
}

static void close_conn(struct conn *conn)
{
    close(conn->fd);
    conn->fd = -1;
    load.open--;
}

static void ask(struct conn *conn)
{
    static struct strbuf request = STRBUF_INIT;

    strbuf_reset(&request);
    load.mode->ask(conn, &request);
    answer_next(&conn->answer);
    conn->asked = now_us();
    if (!send_all(conn->fd, request.buf, request.len)) {
        wrong("the server closed a connection before a request");
        close_conn(conn);
    }
}

/* A whole answer has come: is it right, and is another to be asked for? */
static void answered(struct conn *conn, uint64_t end)
{
    uint64_t now = now_us();
    enum verdict verdict;

    if (options.constant != NULL)
        verdict = conn->answer.status == 200 && strcmp(conn->answer.body.buf, options.constant) == 0 ? COUNTS
                                                                                                     : WRONG;
    else
        verdict = load.mode->check(conn);
    if (verdict == WRONG)
        wrong("a wrong answer, status %d: %.200s", conn->answer.status, conn->answer.body.buf);
    else if (verdict == COUNTS)
        samples_add(&load.samples, now - conn->asked);
    conn->n++;
    bool closes = conn->answer.closes;
    if (closes || now >= end)
        close_conn(conn);
    if (now >= end)
        return;
    if (closes)
        open_conn(conn);
    ask(conn);
}

static void ready(struct conn *conn, uint64_t end)
{
    static char buf[64 * 1024];
    ssize_t got = recv(conn->fd, buf, sizeof buf, 0);

    if (got < 0 && errno == EINTR)
        return;
    if (got > 0)
        answer_feed(&conn->answer, buf, (size_t)got);
    if (got <= 0 || conn->answer.state == ANSWER_BAD || conn->answer.state == ANSWER_RAW) {
        wrong("an answer was cut off or is no answer");
        close_conn(conn);
    } else if (conn->answer.state == ANSWER_DONE) {
        answered(conn, end);
    }
}

/* Returns how long it took, in seconds. */
static double run(void)
{
    struct epoll_event events[EVENTS];
    uint64_t start = now_us(), end = start + (uint64_t)(options.seconds * 1e6);

    watch_start();
    for (unsigned i = 0; i < options.connections; i++)
        ask(&load.conns[i]);
    while (load.open > 0) {
        int got = epoll_wait(load.epoll, events, EVENTS, WAIT_MS);
        if (got == 0) {
            wrong("%zu answers did not come", load.open);
            break;
        }
        for (int i = 0; i < got; i++)
            ready(events[i].data.ptr, end);
    }
    watch_stop();
    return (double)(now_us() - start) / 1e6;
}

static void rate(void)
{
    load.epoll = epoll_create1(EPOLL_CLOEXEC);
    load.conns = mem_array(options.connections, sizeof *load.conns);
    for (unsigned i = 0; i < options.connections; i++) {
        struct conn *conn = &load.conns[i];
        conn->index = i;
        conn->user = options.user + i % options.users;
        answer_init(&conn->answer);
        strbuf_init(&conn->expected);
        open_conn(conn);
    }
    bool rows = options.constant == NULL && strcmp(load.mode->name, "send") == 0;
    if (rows)
        rows_before();
    double seconds = run();
    if (rows)
        rows_check(load.promises, load.promised);

    printf("{\"mode\":\"%s\",\"connections\":%u,\"rooms\":%u,\"count\":%zu,\"seconds\":%.3f,\"rate\":%.1f",
           load.mode->name, options.connections, options.rooms, load.samples.count, seconds,
           (double)load.samples.count / seconds);
    samples_print(&load.samples);
    watch_print_cpu(load.samples.count);
    printf(",\"rows\":%zu,\"wrong\":%u}\n", rows ? load.promised : 0, wrongs);
}

/* ---- options ---- */

static uint64_t number(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 10);

    if (*text == '\0' || *end != '\0') {
        log_line("not a number: %s", text);
        exit(2);
    }
    return value;
}

static void read_options(int argc, char **argv)
{
    static const struct option names[] = {
        {"port", required_argument, NULL, 'p'},     {"connections", required_argument, NULL, 'c'},
        {"query", required_argument, NULL, 'q'},    {"found", required_argument, NULL, 'f'},
        {"user", required_argument, NULL, 'u'},     {"users", required_argument, NULL, 'U'},
        {"room", required_argument, NULL, 'r'},     {"rooms", required_argument, NULL, 'R'},
        {"seconds", required_argument, NULL, 's'},  {"messages", required_argument, NULL, 'm'},
        {"bytes", required_argument, NULL, 'b'},    {"kind", required_argument, NULL, 'k'},
        {"database", required_argument, NULL, 'd'}, {"constant", required_argument, NULL, 'C'},
        {"speaker", required_argument, NULL, 'S'},  {"last", required_argument, NULL, 'l'},
        {"watch", required_argument, NULL, 'w'},    {NULL, 0, NULL, 0},
    };

    if (argc < 2)
        return; /* no mode is an unknown one */
    options.mode = argv[1];
    options.users = 0;
    for (int option; (option = getopt_long(argc - 1, argv + 1, "", names, NULL)) != -1;)
        switch (option) {
        case 'p':
            options.port = (uint16_t)number(optarg);
            break;
        case 'c':
            options.connections = (unsigned)number(optarg);
            break;
        case 'u':
            options.user = (unsigned)number(optarg);
            break;
        case 'U':
            options.users = (unsigned)number(optarg);
            break;
        case 'r':
            options.room = number(optarg);
            break;
        case 'R':
            options.rooms = (unsigned)number(optarg);
            break;
        case 's':
            options.seconds = (double)number(optarg) / 1000;
            break;
        case 'm':
            options.messages = (unsigned)number(optarg);
            break;
        case 'b':
            options.bytes = number(optarg);
            break;
        case 'k':
            options.kind = optarg;
            break;
        case 'd':
            options.database = optarg;
            break;
        case 'C':
            options.constant = optarg;
            break;
        case 'S':
            options.speaker = (unsigned)number(optarg);
            break;
        case 'l':
            load.page_last = number(optarg);
            break;
        case 'q':
            load.query = optarg;
            break;
        case 'f':
            load.found = (unsigned)number(optarg);
            break;
        case 'w':
            watch_add(optarg);
            break;
        default:
            exit(2);
        }
    if (options.users == 0)
        options.users = options.connections;
    if (options.connections == 0 || options.rooms == 0) {
        log_line("at least one connection and one room are needed");
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct rlimit files;

    log_name("load");
    read_options(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    load.run = (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid();

    if (strcmp(options.mode, "reach") == 0) {
        reach();
        return wrongs > 0;
    }
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(options.mode, modes[i].name) == 0)
            load.mode = &modes[i];
    if (load.mode == NULL) {
        log_line("the modes are send, poll, page, search and reach");
        return 2;
    }
    rate();
    return wrongs > 0;
}
