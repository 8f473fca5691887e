/* Bodies in multipart/form-data. */
#include "multipart.h"

#include <string.h>
#include <strings.h>

#define HEADERS_MAX 8192 /* bytes of one part's headers */

bool multipart_begin(struct multipart *m, const char *content_type,
                     size_t (*read)(void *context, char *buf, size_t len), void *context)
{
    static const char type[] = "multipart/form-data";
    const char *at = strcasestr(content_type, "boundary=");

    if (strncasecmp(content_type, type, sizeof type - 1) != 0 || at == NULL)
        return false;
    at += strlen("boundary=");
    bool quoted = *at == '"';
    at += quoted ? 1 : 0;
    size_t len = strcspn(at, quoted ? "\"" : "; \t");
    if (len < 1 || len > 70)
        return false;
    m->read = read;
    m->context = context;
    memcpy(m->delimiter, "\r\n--", 4);
    memcpy(m->delimiter + 4, at, len);
    m->delimiter_len = len + 4;
    m->delimiter[m->delimiter_len] = '\0';
    /* As if a line had ended before the first boundary: then all are alike. */
    memcpy(m->buf, "\r\n", 2);
    m->from = 0;
    m->len = 2;
    return true;
}

/* Makes room and reads on. False when there is nothing more, or no room: the caller wants too much at once. */
static bool fill(struct multipart *m)
{
    memmove(m->buf, m->buf + m->from, m->len - m->from);
    m->len -= m->from;
    m->from = 0;
    size_t got = m->len < sizeof m->buf ? m->read(m->context, m->buf + m->len, sizeof m->buf - m->len) : 0;
    m->len += got;
    return got > 0;
}

static bool need(struct multipart *m, size_t len)
{
    while (m->len - m->from < len)
        if (!fill(m))
            return false;
    return true;
}

bool multipart_read(struct multipart *m, const char **data, size_t *len)
{
    if (!need(m, m->delimiter_len))
        return false;
    *data = m->buf + m->from;
    const char *stop = memmem(*data, m->len - m->from, m->delimiter, m->delimiter_len);
    /* The last bytes may be the beginning of the delimiter. */
    *len = stop != NULL ? (size_t)(stop - *data) : m->len - m->from - (m->delimiter_len - 1);
    m->from += *len;
    return true;
}

/* A quoted value of Content-Disposition, as browsers write it: %22, %0D and %0A stand for what would end it. */
static bool take_value(const char *header, const char *name, char *out)
{
    size_t len = strlen(name), to = 0;

    for (header = strchr(header, ';'); header != NULL; header = strchr(header, ';')) {
        header += 1 + strspn(header + 1, " \t");
        bool found = strncasecmp(header, name, len) == 0 && header[len] == '=' && header[len + 1] == '"';
        const char *open = strpbrk(header, "\";");
        if (open != NULL && *open == '"') {
            const char *end = strchr(open + 1, '"');
            if (end == NULL)
                return false;
            for (const char *c = open + 1; found && c < end && to < MULTIPART_NAME - 1; c++) {
                bool quote = strncmp(c, "%22", 3) == 0;
                out[to++] = (char)(quote ? '"' : *c);
                c += quote ? 2 : 0;
            }
            header = end;
        }
        if (found) {
            out[to] = '\0';
            return true;
        }
    }
    return false;
}

/* The headers of a part, up to the empty line. */
static enum multipart_result read_headers(struct multipart *m)
{
    static const char disposition[] = "Content-Disposition:";
    bool named = false;

    for (size_t total = 0; total < HEADERS_MAX;) {
        char *line = m->buf + m->from;
        char *end = memmem(line, m->len - m->from, "\r\n", 2);
        if (end == NULL) {
            if (m->len - m->from >= HEADERS_MAX || !fill(m))
                return MULTIPART_BAD;
            continue;
        }
        size_t len = (size_t)(end - line);
        if (memchr(line, '\0', len) != NULL)
            return MULTIPART_BAD;
        *end = '\0';
        m->from += len + 2;
        total += len + 2;
        if (len == 0)
            return named ? MULTIPART_PART : MULTIPART_BAD;
        if (strncasecmp(line, disposition, sizeof disposition - 1) == 0) {
            named = take_value(line, "name", m->name);
            m->is_file = take_value(line, "filename", m->filename);
        }
    }
    return MULTIPART_BAD;
}

enum multipart_result multipart_next(struct multipart *m)
{
    const char *data;
    size_t len;

    do
        if (!multipart_read(m, &data, &len))
            return MULTIPART_BAD;
    while (len > 0);
    m->from += m->delimiter_len;
    if (!need(m, 2))
        return MULTIPART_BAD;
    if (memcmp(m->buf + m->from, "--", 2) == 0)
        return MULTIPART_END;
    while (need(m, 2) && (m->buf[m->from] == ' ' || m->buf[m->from] == '\t'))
        m->from++;
    if (!need(m, 2) || memcmp(m->buf + m->from, "\r\n", 2) != 0)
        return MULTIPART_BAD;
    m->from += 2;
    m->is_file = false;
    return read_headers(m);
}
