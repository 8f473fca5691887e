/* The language of what people read. */
#include "lang.h"
#include "mem.h"
#include "strbuf.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct text {
    char *id;
    char *form[2]; /* for one, for many */
};

struct catalogue {
    struct text *text; /* sorted by id, once it is read */
    size_t count;
    bool read;
};

static const struct {
    const char *code;
    const char *name;
} languages[LANG_COUNT] = {{"en", "English"}, {"de", "Deutsch"}};

static const char *folder = "html";
static struct catalogue catalogues[LANG_COUNT];
static enum lang used;

const char *lang_code(enum lang lang)
{
    return languages[lang].code;
}

const char *lang_name(enum lang lang)
{
    return languages[lang].name;
}

static enum lang find(const char *code, size_t len)
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        if (len == 2 && strncasecmp(languages[lang].code, code, len) == 0)
            return lang;
    return LANG_COUNT;
}

enum lang lang_choose(const char *code, const char *accept_language)
{
    enum lang best = find(code, strlen(code));
    double best_q = 0;

    if (best != LANG_COUNT)
        return best;
    for (const char *at = accept_language; *at != '\0'; at += strcspn(at, ",")) {
        at += strspn(at, ", \t");
        enum lang lang = find(at, strcspn(at, "-;, \t"));
        const char *weight = at + strcspn(at, ";,");
        const char *equals = *weight == ';' ? weight + strcspn(weight, "=,") : "";
        double q = *equals == '=' ? strtod(equals + 1, NULL) : 1;
        if (lang != LANG_COUNT && q > best_q) {
            best = lang;
            best_q = q;
        }
    }
    return best != LANG_COUNT ? best : LANG_EN;
}

void lang_folder(const char *path)
{
    folder = path;
}

void lang_use(enum lang lang)
{
    used = lang;
}

enum lang lang_used(void)
{
    return used;
}

/* Appends what stands between the quotes of a line. */
static void add_quoted(struct strbuf *out, const char *line)
{
    const char *at = strchr(line, '"'), *end = strrchr(line, '"');

    for (at = at != NULL ? at + 1 : NULL; at != NULL && at < end; at++) {
        char c = *at;
        if (c == '\\' && at + 1 < end) {
            c = *++at;
            c = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
        }
        strbuf_addch(out, c);
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct text *)a)->id, ((const struct text *)b)->id);
}

/* Takes over what was gathered of one entry. */
static void take(struct catalogue *c, struct strbuf part[3])
{
    if (part[0].len > 0 && part[1].len > 0) {
        c->text = mem_more(c->text, c->count, sizeof *c->text);
        struct text *text = &c->text[c->count++];
        text->id = strbuf_detach(&part[0]);
        text->form[0] = strbuf_detach(&part[1]);
        text->form[1] = part[2].len > 0 ? strbuf_detach(&part[2]) : text->form[0];
    }
    for (int i = 0; i < 3; i++)
        strbuf_reset(&part[i]);
}

static void read_catalogue(struct catalogue *c, const char *code)
{
    struct strbuf part[3] = {STRBUF_INIT, STRBUF_INIT, STRBUF_INIT}, skipped = STRBUF_INIT, *to = &skipped;
    char path[4096], line[4096];

    c->read = true;
    snprintf(path, sizeof path, "%s/%s.po", folder, code);
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        log_line("cannot read language: '%s'", path);
        return;
    }
    while (fgets(line, sizeof line, in) != NULL) {
        if (strncmp(line, "msgid ", 6) == 0) {
            take(c, part);
            to = &part[0];
        } else if (strncmp(line, "msgstr", 6) == 0) {
            to = strncmp(line, "msgstr[1]", 9) == 0 ? &part[2] : &part[1];
        } else if (line[0] != '"') { /* an empty line, a comment, msgid_plural */
            to = &skipped;
        }
        add_quoted(to, line);
    }
    take(c, part);
    fclose(in);
    qsort(c->text, c->count, sizeof *c->text, compare);
    for (int i = 0; i < 3; i++)
        strbuf_release(&part[i]);
    strbuf_release(&skipped);
}

static const char *look_up(const char *english, bool many)
{
    struct catalogue *c = &catalogues[used];
    const struct text key = {.id = (char *)(uintptr_t)english};

    if (used == LANG_EN)
        return NULL;
    if (!c->read)
        read_catalogue(c, languages[used].code);
    const struct text *text =
        c->count > 0 ? bsearch(&key, c->text, c->count, sizeof *c->text, compare) : NULL;
    return text != NULL ? text->form[many] : NULL;
}

const char *t(const char *english)
{
    const char *text = look_up(english, false);

    return text != NULL ? text : english;
}

const char *tn(const char *one, const char *many, uint64_t count)
{
    const char *text = look_up(one, count != 1);

    return text != NULL ? text : count == 1 ? one : many;
}

const char *lang_text(const char *english, size_t len)
{
    char *key = mem_dupn(english, len);
    const char *text = look_up(key, false);

    free(key);
    return text;
}
