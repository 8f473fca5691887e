/* How soon everybody has it: N readers wait on connections of their own, one message is sent, and the time until each
 * has the whole of it is taken; then the next message. Readers of Snug, the bare fan-out and nchan read server-sent
 * events, those of the socket.io servers speak WebSocket and Engine.IO 4.
 *
 * Each reader must get each message once, and exactly those bytes. Memory is read when all of them wait, processor
 * time from before the first message until after the last. */
#include "load.h"
#include "mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 512
#define OPENING \
    64 /* readers on their way in at once: as a crowd that comes back in a second, not in an instant */
#define OPEN_WAIT_US 60000000
#define REACH_US     15000000 /* a reader that has nothing by then gets nothing */
#define SETTLE_US    1500000
#define PAUSE_US     150000 /* between messages: whatever comes twice comes now */
#define HEADERS_SIZE 1536   /* what a browser sends with an EventSource, a site's other cookies included */
#define PAYLOAD_MAX  16384

struct reader {
    int fd; /* -1 before it is opened and after it was lost */
    bool open;
    unsigned got; /* of the present message */
    size_t taken; /* of the body */
    struct answer answer;
};

/* How one kind of server is spoken to. */
struct kind {
    const char *name;
    const char *subscribe, *publish; /* targets */
    bool websocket;
    bool snug;
    int published; /* the status that says it was taken */
};

static const struct kind kinds[] = {
    {"snug", "/messages", "/messages", false, true, 201},
    {"fanout", "/messages", "/messages", false, false, 200},
    {"nchan", "/messages", "/publish", false, false, 201},
    {"socketio", "/socket.io/?EIO=4&transport=websocket", "/publish", true, false, 200},
};

static struct {
    const struct kind *kind;
    struct reader *readers, poster;
    unsigned opening, open, next;
    int epoll;
    char cursor[CURSOR_TEXT];

    /* the present message */
    unsigned number;
    uint64_t sent;
    unsigned reached;
    bool answered;
    uint64_t answer_us;
    uint64_t *took;         /* by whom it was reached, first to last */
    struct strbuf expected; /* what an event carries; of Snug's, what the first reader got */
    size_t event_size;
    size_t others; /* events without a message: who is there, and the like */
} state;

/* ---- requests ---- */

/* What Chromium sends with a stream, filled up with a cookie to the size that a browser's headers have. */
static void subscribe(struct strbuf *out, unsigned user)
{
    char token[TOKEN_TEXT];

    token_of(user, token);
    strbuf_addf(out, "GET %s", state.kind->subscribe);
    if (state.kind->snug)
        strbuf_addf(out, "?room=%" PRIu64 "&after=%s", options.room, state.cursor);
    strbuf_addf(out, " HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", options.port);
    if (state.kind->websocket)
        strbuf_addstr(out, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                           "Sec-WebSocket-Key: c251ZyBiZW5jaG1hcmsgMQ==\r\n");
    else
        strbuf_addstr(out,
                      "Connection: keep-alive\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n");
    strbuf_addf(out,
                "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                "Chrome/140.0.0.0 Safari/537.36\r\n"
                "sec-ch-ua: \"Chromium\";v=\"140\", \"Not=A?Brand\";v=\"24\"\r\nsec-ch-ua-mobile: ?0\r\n"
                "sec-ch-ua-platform: \"Linux\"\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n"
                "Sec-Fetch-Dest: empty\r\nReferer: http://127.0.0.1:%u/rooms/%" PRIu64 "\r\n"
                "Accept-Encoding: gzip, deflate, br\r\nAccept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
                "Cookie: snug_session=%s; visit=",
                options.port, options.room, token);
    while (out->len < HEADERS_SIZE - 4)
        strbuf_addch(out, (char)('a' + out->len % 26));
    strbuf_addstr(out, "\r\n\r\n");
}

/* A line that says which message it is, as long as an event of Snug's. */
static void payload(struct strbuf *out)
{
    size_t size = options.bytes > 8 && options.bytes < PAYLOAD_MAX ? options.bytes - 8 : 1024;
    char words[WORDS_TEXT];

    nonce_of(options.user, state.number, words);
    strbuf_addf(out, "message %u %s ", state.number, words);
    while (out->len < size)
        strbuf_addch(out, (char)('a' + out->len % 26));
}

/* ---- what a reader gets ---- */

static void delivered(struct reader *reader, size_t size)
{
    if (reader->got++ > 0) {
        wrong("a reader got message %u again", state.number);
        return;
    }
    state.event_size = size;
    state.took[state.reached++] = now_us() - state.sent;
}

/* The data of an event that is not Snug's. */
static void take_plain(struct reader *reader, const char *data, size_t len, size_t size)
{
    if (len == state.expected.len && memcmp(data, state.expected.buf, len) == 0)
        delivered(reader, size);
    else
        wrong("a reader got something else than message %u: %.*s", state.number, len < 200 ? (int)len : 200,
              data);
}

/* The data of an event of Snug's. The first is kept, and looked at once its number is known; the messages of all
 * others must be the same bytes. */
static void take_snug(struct reader *reader, const char *name, const char *data, size_t len, size_t size)
{
    static const char begin[] = "\"messages\":[{";
    const char *messages = memmem(data, len, begin, sizeof begin - 1);

    if (strcmp(name, "end") == 0) {
        wrong("a reader was sent away: %.*s", (int)len, data);
    } else if (messages == NULL) {
        state.others++;
    } else {
        size_t rest = len - (size_t)(messages - data);
        if (state.expected.len == 0)
            strbuf_add(&state.expected, messages, rest);
        take_plain(reader, messages, rest, size);
    }
}

/* One event: lines up to the empty one. */
static void take_event(struct reader *reader, const char *event, size_t size)
{
    char name[16] = "message";
    const char *data = NULL;
    size_t data_len = 0;

    for (const char *line = event, *end = event + size; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t len = stop != NULL ? (size_t)(stop - line) : (size_t)(end - line);
        if (len > 7 && memcmp(line, "event: ", 7) == 0) {
            snprintf(name, sizeof name, "%.*s", (int)(len - 7), line + 7);
        } else if (len > 6 && memcmp(line, "data: ", 6) == 0) {
            if (data != NULL)
                wrong("an event has two lines of data");
            data = line + 6;
            data_len = len - 6;
        }
        line += len + 1;
    }
    if (data == NULL)
        return; /* a comment, or how long to wait before coming back */
    if (state.kind->snug)
        take_snug(reader, name, data, data_len, size);
    else
        take_plain(reader, data, data_len, size);
}

static void take_events(struct reader *reader)
{
    struct strbuf *body = &reader->answer.body;
    const char *stop;

    while ((stop = memmem(body->buf + reader->taken, body->len - reader->taken, "\n\n", 2)) != NULL) {
        const char *event = body->buf + reader->taken;
        take_event(reader, event, (size_t)(stop - event) + 2);
        reader->taken = (size_t)(stop - body->buf) + 2;
    }
    if (reader->taken == body->len) {
        strbuf_reset(body);
        reader->taken = 0;
    }
}

static void opened(struct reader *reader)
{
    reader->open = true;
    state.opening--;
    state.open++;
}

/* A text frame to the server. A client's frames are masked, and a mask of zeroes changes nothing. */
static void say(struct reader *reader, const char *text)
{
    char frame[128];
    int len =
        snprintf(frame, sizeof frame, "\x81%c%c%c%c%c%s", (char)(0x80 | strlen(text)), 0, 0, 0, 0, text);

    if (!send_all(reader->fd, frame, (size_t)len))
        wrong("a WebSocket is closed");
}

/* A message of Engine.IO and Socket.IO: 0 opens, 40 is the room entered, 2 asks whether anybody is there. */
static void take_packet(struct reader *reader, const char *text, size_t len)
{
    static const char event[] = "42[\"message\",\"";
    size_t begin = sizeof event - 1;

    if (len > 0 && text[0] == '0')
        say(reader, "40");
    else if (len > 0 && text[0] == '2')
        say(reader, "3");
    else if (len >= 2 && memcmp(text, "40", 2) == 0 && !reader->open)
        opened(reader);
    else if (len > begin + 2 && memcmp(text, event, begin) == 0 && memcmp(text + len - 2, "\"]", 2) == 0)
        take_plain(reader, text + begin, len - begin - 2, len);
    else
        wrong("a WebSocket brought something unknown: %.*s", (int)(len < 100 ? len : 100), text);
}

static void take_frames(struct reader *reader)
{
    struct strbuf *body = &reader->answer.body;

    for (;;) {
        const unsigned char *at = (const unsigned char *)body->buf + reader->taken;
        size_t here = body->len - reader->taken, head = 2;
        if (here < 4)
            break;
        size_t len = at[1] & 0x7f;
        if (len == 126) {
            len = (size_t)at[2] << 8 | at[3];
            head = 4;
        }
        if (len == 127 || here < head + len)
            break;
        if (at[0] == 0x81)
            take_packet(reader, (const char *)at + head, len);
        else
            wrong("a WebSocket brought a frame of type %d", at[0]);
        reader->taken += head + len;
    }
    if (reader->taken == body->len) {
        strbuf_reset(body);
        reader->taken = 0;
    }
}

static void lose(struct reader *reader, const char *why)
{
    wrong("%s: status %d %.100s", why, reader->answer.status, reader->answer.body.buf);
    close(reader->fd);
    reader->fd = -1;
    if (!reader->open && reader != &state.poster)
        state.opening--;
}

static void ready(struct reader *reader)
{
    static char buf[64 * 1024];
    ssize_t got = recv(reader->fd, buf, sizeof buf, 0);
    struct answer *answer = &reader->answer;

    if (got < 0 && errno == EINTR)
        return;
    if (got <= 0) {
        lose(reader, "a connection was closed");
        return;
    }
    answer_feed(answer, buf, (size_t)got);
    if (answer->state == ANSWER_BAD || (reader != &state.poster && answer->state == ANSWER_DONE)) {
        lose(reader, "an answer is not what was asked for");
        return;
    }
    if (reader == &state.poster) {
        state.answered = answer->state == ANSWER_DONE;
        state.answer_us = now_us() - state.sent;
        return;
    }
    if (answer->state == ANSWER_HEAD)
        return;
    if (state.kind->websocket) {
        if (answer->status != 101)
            lose(reader, "no WebSocket");
        else
            take_frames(reader);
        return;
    }
    if (answer->status != 200) {
        lose(reader, "no stream");
        return;
    }
    if (!reader->open)
        opened(reader);
    take_events(reader);
}

/* ---- the course of it ---- */

static void pump(int wait_ms)
{
    struct epoll_event events[EVENTS];
    int got = epoll_wait(state.epoll, events, EVENTS, wait_ms);

    for (int i = 0; i < got; i++)
        ready(events[i].data.ptr);
}

static void pump_for(uint64_t us)
{
    for (uint64_t end = now_us() + us, now; (now = now_us()) < end;)
        pump((int)((end - now) / 1000) + 1);
}

static void open_connection(struct reader *reader)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = reader};

    answer_init(&reader->answer);
    reader->fd = connect_here();
    epoll_ctl(state.epoll, EPOLL_CTL_ADD, reader->fd, &event);
}

static void open_readers(void)
{
    struct strbuf request = STRBUF_INIT;
    uint64_t end = now_us() + OPEN_WAIT_US;

    while (state.open < options.connections && wrongs == 0) {
        while (state.next < options.connections && state.opening < OPENING) {
            struct reader *reader = &state.readers[state.next];
            open_connection(reader);
            strbuf_reset(&request);
            subscribe(&request, options.user + state.next % options.users);
            if (!send_all(reader->fd, request.buf, request.len))
                wrong("a reader was not let in");
            state.next++;
            state.opening++;
        }
        pump(100);
        if (now_us() > end)
            wrong("only %u of %u readers came in", state.open, options.connections);
    }
    strbuf_release(&request);
}

/* The cursor from which all readers go on: a stream would begin with the last fifty messages else. */
static void fetch_cursor(void)
{
    struct strbuf request = STRBUF_INIT;
    char token[TOKEN_TEXT];

    token_of(options.user, token);
    strbuf_addf(&request,
                "GET /messages?room=%" PRIu64 "&limit=1 HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                "Accept: application/json\r\nCookie: snug_session=%s\r\n\r\n",
                options.room, options.port, token);
    send_all(state.poster.fd, request.buf, request.len);
    for (uint64_t end = now_us() + REACH_US; !state.answered && now_us() < end;)
        pump(100);
    strbuf_release(&request);
    if (state.poster.answer.status != 200 || !read_cursor(state.poster.answer.body.buf, state.cursor)) {
        log_line("no cursor: %.200s", state.poster.answer.body.buf);
        exit(2);
    }
}

/* Whether the one event that all readers of Snug got tells of the message that was sent, and of no other. */
static void check_snug(void)
{
    char begin[200], nonce[NONCE_TEXT], words[WORDS_TEXT];
    uint64_t seq, change;
    struct strbuf quoted = STRBUF_INIT;

    if (!read_numbers(state.poster.answer.body.buf, options.room, &seq, &change)) {
        wrong("a send's answer is none: %.200s", state.poster.answer.body.buf);
        return;
    }
    nonce_of(options.speaker, state.number, nonce);
    words_of(options.speaker, state.number, words);
    strbuf_addstr(&quoted, "\"text\":\"");
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '<') {
            strbuf_addstr(&quoted, "\\u003c"); /* as Snug writes it, so that no JSON ends a script */
            continue;
        }
        if (*c == '"')
            strbuf_addch(&quoted, '\\');
        strbuf_addch(&quoted, *c);
    }
    strbuf_addstr(&quoted, "\",");
    snprintf(begin, sizeof begin,
             "\"messages\":[{\"seq\":%" PRIu64 ",\"change\":%" PRIu64
             ",\"kind\":\"text\",\"nonce\":\"%s\",\"sender\":{\"id\":%u,",
             seq, change, nonce, options.speaker);
    const char *second = strstr(state.expected.buf, "{\"seq\":");
    if (strncmp(state.expected.buf, begin, strlen(begin)) != 0 ||
        strstr(state.expected.buf, quoted.buf) == NULL || strstr(second + 1, "{\"seq\":") != NULL)
        wrong("the readers were told of something else: %.300s", state.expected.buf);
    strbuf_release(&quoted);
}

/* Sends the next message and waits until everybody has it. Returns the time until the last one had. */
static uint64_t next_message(void)
{
    struct strbuf request = STRBUF_INIT;

    for (unsigned i = 0; i < options.connections; i++)
        state.readers[i].got = 0;
    state.number++;
    state.reached = 0;
    state.answered = false;
    strbuf_reset(&state.expected);
    if (state.kind->snug) {
        send_request(&request, options.speaker, options.room, state.number);
    } else {
        payload(&state.expected);
        strbuf_addf(&request,
                    "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: text/plain\r\nContent-Length: "
                    "%zu\r\n\r\n%s",
                    state.kind->publish, options.port, state.expected.len, state.expected.buf);
    }
    answer_next(&state.poster.answer);
    state.sent = now_us();
    if (!send_all(state.poster.fd, request.buf, request.len))
        wrong("the poster's connection is closed");
    while ((state.reached < state.open || !state.answered) && now_us() - state.sent < REACH_US && wrongs == 0)
        pump(100);
    if (state.reached < options.connections)
        wrong("message %u reached %u of %u readers", state.number, state.reached, options.connections);
    else if (!state.answered || state.poster.answer.status != state.kind->published)
        wrong("the message was not taken: %.200s", state.poster.answer.body.buf);
    else if (state.kind->snug)
        check_snug();
    strbuf_release(&request);
    return state.reached > 0 ? state.took[state.reached - 1] : 0;
}

void reach(void)
{
    struct samples all = {NULL, 0, 0};

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(options.kind, kinds[i].name) == 0)
            state.kind = &kinds[i];
    if (state.kind == NULL) {
        log_line("no such kind: %s", options.kind);
        exit(2);
    }
    state.epoll = epoll_create1(EPOLL_CLOEXEC);
    state.readers = mem_array(options.connections, sizeof *state.readers);
    state.took = mem_array(options.connections, sizeof *state.took);
    strbuf_init(&state.expected);
    open_connection(&state.poster);
    if (state.kind->snug)
        fetch_cursor();

    printf("{\"mode\":\"reach\",\"kind\":\"%s\"", options.kind);
    watch_print_pss("empty_kib");
    uint64_t start = now_us();
    open_readers();
    uint64_t opening = now_us() - start;
    pump_for(SETTLE_US);
    printf(",\"connections\":%u,\"open_ms\":%" PRIu64, state.open, opening / 1000);
    watch_print_pss("full_kib");
    watch_start();
    printf(",\"last_us\":[");
    for (unsigned i = 0; i < options.messages && wrongs == 0; i++) {
        printf("%s%" PRIu64, i > 0 ? "," : "", next_message());
        for (unsigned r = 0; r < state.reached; r++)
            samples_add(&all, state.took[r]);
        pump_for(PAUSE_US);
    }
    watch_stop();
    putchar(']');
    samples_print(&all);
    watch_print_cpu(all.count);
    printf(",\"answer_us\":%" PRIu64 ",\"bytes\":%zu,\"others\":%zu,\"count\":%zu,\"wrong\":%u}\n",
           state.answer_us, state.event_size, state.others, all.count, wrongs);
}
