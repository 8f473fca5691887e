/* A body in multipart/form-data: the content type, then the body, read in pieces as small as the input says. However it
 * comes, it is taken apart alike, and what is given is what stands in it. */
#include "fuzz.h"

#include "multipart.h"
#include "strbuf.h"

struct source {
    const char *at;
    size_t len;
    size_t piece; /* bytes at most at once */
};

static size_t give(void *context, char *buf, size_t len)
{
    struct source *s = context;

    if (len > s->piece)
        len = s->piece;
    if (len > s->len)
        len = s->len;
    memcpy(buf, s->at, len);
    s->at += len;
    s->len -= len;
    return len;
}

/* Everything that comes out, in a line of text. False: it is no multipart/form-data. */
static bool take(const char *type, const char *body, size_t body_len, size_t piece, struct strbuf *out)
{
    struct source source = {body, body_len, piece};
    struct multipart *m = mem_alloc(sizeof *m);
    enum multipart_result result = MULTIPART_BAD;
    bool is = multipart_begin(m, type, give, &source), whole = true;
    size_t total = 0;

    while (is && whole && (result = multipart_next(m)) == MULTIPART_PART) {
        const char *data;
        size_t len = 1;
        CHECK(strlen(m->name) < sizeof m->name);
        CHECK(!m->is_file || strlen(m->filename) < sizeof m->filename);
        strbuf_addf(out, "[%s|%s|", m->name, m->is_file ? m->filename : "");
        while ((whole = multipart_read(m, &data, &len)) && len > 0) {
            total += len;
            strbuf_add(out, data, len);
        }
    }
    CHECK(total <= body_len);
    strbuf_addf(out, "%d", is ? (int)result : -1);
    free(m);
    return is;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t type_len, body_len;
    char *type = fuzz_part(&data, &size, &type_len), *body = fuzz_part(&data, &size, &body_len);
    struct strbuf whole = STRBUF_INIT, pieces = STRBUF_INIT;

    take(type, body, body_len, body_len + 1, &whole);
    take(type, body, body_len, 1 + body_len % 7, &pieces);
    CHECK(whole.len == pieces.len && memcmp(whole.buf, pieces.buf, whole.len) == 0);
    strbuf_release(&whole);
    strbuf_release(&pieces);
    free(type);
    free(body);
    return 0;
}
