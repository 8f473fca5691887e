/* JSON out: strings, and whole messages as the endpoint tells them. Read here by a strict reader of RFC 8259, which gives
 * back what was put in. */
#include "fuzz.h"

#include "json.h"
#include "lang.h"
#include "text.h"
#include "timeline.h"

struct reader {
    const char *at, *end;
    char *string; /* the last one read */
    size_t len;
};

static void put(struct reader *in, uint32_t c)
{
    if (c < 0x80) {
        in->string[in->len++] = (char)c;
    } else {
        CHECK(c >= 0x800 && (c < 0xd800 || c > 0xdfff)); /* nothing else is written as \u */
        in->string[in->len++] = (char)(0xe0 | c >> 12);
        in->string[in->len++] = (char)(0x80 | (c >> 6 & 0x3f));
        in->string[in->len++] = (char)(0x80 | (c & 0x3f));
    }
}

static void read_string(struct reader *in)
{
    char digits[5] = "", *stop;

    CHECK(in->at < in->end && *in->at == '"');
    free(in->string);
    in->string = malloc((size_t)(in->end - in->at) * 3 + 1);
    CHECK(in->string != NULL);
    in->len = 0;
    for (in->at++; in->at < in->end && *in->at != '"'; in->at++) {
        CHECK((unsigned char)*in->at >= ' ' && *in->at != 0x7f && *in->at != '<');
        if (*in->at != '\\') {
            in->string[in->len++] = *in->at;
            continue;
        }
        in->at++;
        CHECK(in->at < in->end);
        static const char codes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
        const char *code = strchr(codes, *in->at);
        if (code != NULL && *code != '\0') {
            in->string[in->len++] = meanings[code - codes];
            continue;
        }
        CHECK(*in->at == 'u' && in->end - in->at > 4);
        memcpy(digits, in->at + 1, 4);
        put(in, (uint32_t)strtoul(digits, &stop, 16));
        CHECK(stop == digits + 4);
        in->at += 4;
    }
    CHECK(in->at < in->end);
    in->at++;
    in->string[in->len] = '\0';
}

static void read_value(struct reader *in, const char *member, const char *want, size_t len);

/* Members and elements; where `want` is given, the member of that name must be that string. */
static void read_many(struct reader *in, char close, const char *member, const char *want, size_t len)
{
    in->at++;
    if (in->at < in->end && *in->at == close) {
        in->at++;
        return;
    }
    for (;;) {
        bool wanted = false;
        if (close == '}') {
            read_string(in);
            wanted = member != NULL && strcmp(in->string, member) == 0;
            CHECK(in->at < in->end && *in->at == ':');
            in->at++;
        }
        read_value(in, wanted ? NULL : member, want, len);
        if (wanted && len != SIZE_MAX)
            CHECK(in->len == len && memcmp(in->string, want, len) == 0);
        CHECK(in->at < in->end && (*in->at == ',' || *in->at == close));
        if (*in->at++ == close)
            return;
    }
}

static void read_value(struct reader *in, const char *member, const char *want, size_t len)
{
    static const char *const words[] = {"true", "false", "null"};

    CHECK(in->at < in->end);
    if (*in->at == '{' || *in->at == '[') {
        read_many(in, *in->at == '{' ? '}' : ']', member, want, len);
        return;
    }
    if (*in->at == '"') {
        read_string(in);
        return;
    }
    for (size_t i = 0; i < 3; i++)
        if (strncmp(in->at, words[i], strlen(words[i])) == 0) {
            in->at += strlen(words[i]);
            return;
        }
    size_t digits = strspn(in->at, "0123456789");
    CHECK(digits > 0 && (digits == 1 || *in->at != '0'));
    in->at += digits;
}

static void read_all(const struct strbuf *out, const char *member, const char *want, size_t len)
{
    struct reader in = {out->buf, out->buf + out->len, mem_dup(""), 0};

    CHECK(strlen(out->buf) == out->len && text_utf8_length(out->buf, out->len) >= 0);
    read_value(&in, member, want, len);
    CHECK(in.at == in.end);
    if (member == NULL)
        CHECK(want != NULL && in.len == len && memcmp(in.string, want, len) == 0);
    free(in.string);
}

static void string(const char *text, size_t len)
{
    struct strbuf out = STRBUF_INIT;

    json_string(&out, text, len);
    if (text_utf8_length(text, len) >= 0)
        read_all(&out, NULL, text, len);
    CHECK(strstr(out.buf, "\xe2\x80\xa8") == NULL && strstr(out.buf, "\xe2\x80\xa9") == NULL);
    strbuf_release(&out);
}

/* Times come from the database and are well formed; but should they not be, nothing may break. */
static void times(const char *text)
{
    char out[TIMELINE_TEXT];
    void (*const shapes[])(const char *, char *) = {timeline_clock, timeline_short, timeline_date,
                                                    timeline_day, timeline_full};

    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        memset(out, 'x', sizeof out);
        shapes[i](text, out);
        CHECK(memchr(out, '\0', sizeof out) != NULL);
    }
}

static void messages(const uint8_t *data, size_t size)
{
    static const char *const events[] = {"",        "added",    "topic",     "renamed",
                                         "history", "handover", "unheard-of"};
    struct message list[3];
    size_t count = 0, len;

    memset(list, 0, sizeof list);
    for (; count < 3 && size > 1; count++) {
        struct message *m = &list[count];
        m->event = (char *)(uintptr_t)events[*data % 7];
        m->deleted = *data & 8;
        m->seq = m->change = count + *data;
        bool deleter = *data & 16;
        data++;
        size--;
        m->text = fuzz_part(&data, &size, &len);
        char *printable = text_printable(m->text, strlen(m->text)); /* nothing else is ever stored */
        free(m->text);
        m->text = printable;
        m->text_len = strlen(m->text);
        char **const names[] = {&m->sender_name, &m->sender_display, &m->nonce, &m->deleter,
                                &m->deleter_display};
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            char *part = fuzz_part(&data, &size, &len);
            *names[i] = text_printable(part, strlen(part));
            free(part);
        }
        if (!deleter) {
            free(m->deleter);
            m->deleter = NULL;
        }
        snprintf(m->created_at, sizeof m->created_at, "2026-%02zu-20T11:24:00.123Z", count + 1);
        if (m->deleted)
            snprintf(m->edited_at, sizeof m->edited_at, "%.23s", m->text);
        if (text_utf8_length(m->edited_at, strlen(m->edited_at)) < 0)
            m->edited_at[0] = '\0';
    }
    const struct message_list all = {list, count};
    struct strbuf out = STRBUF_INIT;
    size_t at[3];
    strbuf_addch(&out, '[');
    timeline_json(&out, 5, &all, at);
    strbuf_addch(&out, ']');
    bool text = count == 1 && *list[0].event == '\0';
    read_all(&out, "text", text ? list[0].text : "", text ? list[0].text_len : SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        CHECK(out.buf[at[i]] == '{');
    strbuf_release(&out);
    for (size_t i = 0; i < count; i++) {
        free(list[i].sender_name);
        free(list[i].sender_display);
        free(list[i].nonce);
        free(list[i].deleter);
        free(list[i].deleter_display);
        free(list[i].text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_dupn(data, size);

    lang_use(size > 0 && data[size - 1] & 1 ? LANG_DE : LANG_EN);
    string(text, size);
    times(text);
    messages(data, size);
    free(text);
    return 0;
}
