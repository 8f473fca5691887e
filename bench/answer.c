/* HTTP answers, as they come in from a socket. */
#include "answer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LINE_MAX_BYTES (16 * 1024) /* no head of ours is longer */

void answer_init(struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    strbuf_init(&answer->in);
    strbuf_init(&answer->body);
}

void answer_release(struct answer *answer)
{
    strbuf_release(&answer->in);
    strbuf_release(&answer->body);
}

void answer_next(struct answer *answer)
{
    answer->state = ANSWER_HEAD;
    strbuf_reset(&answer->body);
}

/* The value of a header in the head, or NULL. */
static const char *header(const char *head, const char *name)
{
    size_t len = strlen(name);

    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, len) == 0 && line[len] == ':')
            return line + len + 1 + strspn(line + len + 1, " ");
    }
    return NULL;
}

static void read_head(struct answer *answer, char *head)
{
    const char *length = header(head, "Content-Length");
    const char *coding = header(head, "Transfer-Encoding");
    const char *connection = header(head, "Connection");

    answer->status = strncmp(head, "HTTP/1.1 ", 9) == 0 ? (int)strtol(head + 9, NULL, 10) : 0;
    answer->closes = connection != NULL && strncasecmp(connection, "close", 5) == 0;
    answer->left = 0;
    if (answer->status < 100) {
        answer->state = ANSWER_BAD;
    } else if (coding != NULL && strncasecmp(coding, "chunked", 7) == 0) {
        answer->state = ANSWER_SIZE;
    } else if (length != NULL) {
        answer->left = strtoul(length, NULL, 10);
        answer->state = answer->left > 0 ? ANSWER_LENGTH : ANSWER_DONE;
    } else {
        answer->state = answer->status == 204 || answer->status == 304 ? ANSWER_DONE : ANSWER_RAW;
    }
}

/* Whether the next step went through; false when more must come first. */
static bool step(struct answer *answer, char **at, const char *end)
{
    size_t here = (size_t)(end - *at);
    char *line;

    switch (answer->state) {
    case ANSWER_HEAD:
        line = memmem(*at, here, "\r\n\r\n", 4);
        if (line == NULL)
            break;
        line[2] = '\0';
        read_head(answer, *at);
        *at = line + 4;
        return true;
    case ANSWER_SIZE:
        line = memmem(*at, here, "\r\n", 2);
        if (line == NULL)
            break;
        answer->left = strtoul(*at, NULL, 16);
        answer->state = answer->left > 0 ? ANSWER_CHUNK : ANSWER_LAST;
        *at = line + 2;
        return true;
    case ANSWER_CHUNK_END:
    case ANSWER_LAST:
        if (here < 2)
            return false;
        if (memcmp(*at, "\r\n", 2) != 0)
            answer->state = ANSWER_BAD;
        else
            answer->state = answer->state == ANSWER_LAST ? ANSWER_DONE : ANSWER_SIZE;
        *at += 2;
        return true;
    case ANSWER_LENGTH:
    case ANSWER_CHUNK:
        if (here == 0)
            return false;
        if (here > answer->left)
            here = answer->left;
        strbuf_add(&answer->body, *at, here);
        *at += here;
        answer->left -= here;
        if (answer->left == 0)
            answer->state = answer->state == ANSWER_LENGTH ? ANSWER_DONE : ANSWER_CHUNK_END;
        return true;
    case ANSWER_RAW:
        strbuf_add(&answer->body, *at, here);
        *at += here;
        return false;
    case ANSWER_DONE:
        if (here > 0) /* nobody asked for that */
            answer->state = ANSWER_BAD;
        return false;
    case ANSWER_BAD:
        return false;
    }
    if (here > LINE_MAX_BYTES)
        answer->state = ANSWER_BAD;
    return false;
}

void answer_feed(struct answer *answer, const void *data, size_t len)
{
    if (len == 0)
        return;
    strbuf_add(&answer->in, data, len);
    char *at = answer->in.buf, *end = at + answer->in.len;
    while (step(answer, &at, end))
        ;
    answer->in.len = (size_t)(end - at);
    memmove(answer->in.buf, at, answer->in.len + 1); /* with its NUL */
}
