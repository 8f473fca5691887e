/* What somebody typed to search for. */
#include "query.h"
#include "lang.h"
#include "mem.h"
#include "text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static bool is_date(const char *text)
{
    struct tm tm = {0};
    char again[QUERY_DATE];
    const char *end = strptime(text, "%Y-%m-%d", &tm);

    if (end == NULL || *end != '\0' || strlen(text) != QUERY_DATE - 1)
        return false;
    timegm(&tm); /* the thirtieth of February becomes another day */
    return strftime(again, sizeof again, "%Y-%m-%d", &tm) > 0 && strcmp(again, text) == 0;
}

static const struct filter {
    const char *key;
    size_t at; /* in struct query */
    size_t size;
    const char *wrong;
} filters[] = {
    {"from", offsetof(struct query, from), QUERY_NAME,
     T("from: takes the name of somebody, such as from:user2 or from:me.")},
    {"in", offsetof(struct query, in), QUERY_NAME,
     T("in: takes the name of a group, such as in:garden or in:\"two words\".")},
    {"before", offsetof(struct query, before), QUERY_DATE,
     T("before: takes a date, such as before:2026-11-20.")},
    {"after", offsetof(struct query, after), QUERY_DATE, T("after: takes a date, such as after:2026-11-20.")},
    {"has", offsetof(struct query, has), sizeof "file",
     T("has: takes the word file: has:file finds what came with a file.")},
};
#define FILTERS (sizeof filters / sizeof filters[0])

static char *value_of(struct query *q, const struct filter *filter)
{
    return (char *)q + filter->at;
}

static const struct filter *find_filter(const char *key, size_t len)
{
    for (size_t i = 0; i < FILTERS; i++)
        if (strlen(filters[i].key) == len && strncasecmp(filters[i].key, key, len) == 0)
            return &filters[i];
    return NULL;
}

/* NULL, or what is wrong. */
static const char *take_filter(struct query *q, const struct filter *filter, const char *value)
{
    char *out = value_of(q, filter);

    if (*out != '\0')
        return T("Each filter can be given once.");
    if (*value == '\0' || strlen(value) >= filter->size || (filter->size == QUERY_DATE && !is_date(value)) ||
        (out == q->has && strcasecmp(value, "file") != 0))
        return filter->wrong;
    snprintf(out, filter->size, "%s", value);
    return NULL;
}

static const char *take_term(struct query *q, const char *text)
{
    size_t first = q->units.count;

    words_split(&q->units, text, strlen(text));
    if (q->units.count == first)
        return NULL;
    if (q->terms == QUERY_TERMS)
        return T("That is more than a search takes. Leave some words out.");
    q->term[q->terms++] = (struct query_term){first, q->units.count - first};
    return NULL;
}

/* The quotes that phones put in place of the plain one become it. */
static void plain_quotes(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0';) {
        if (strncmp(from, "\xe2\x80", 2) == 0 && from[2] >= '\x9c' && from[2] <= '\x9f') {
            *to++ = '"';
            from += 3;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

/* Cuts what stands in quotes, or else up to a space, off the text. */
static char *cut(char **rest)
{
    bool quoted = **rest == '"';
    char *from = *rest + (quoted ? 1 : 0), *end = from + strcspn(from, quoted ? "\"" : " \t\n");

    *rest = *end != '\0' ? end + 1 : end;
    *end = '\0';
    return from;
}

const char *query_parse(struct query *q, const char *text)
{
    char *copy = mem_dup(text), *rest = copy;
    const char *wrong = NULL;
    bool any = false;

    memset(q, 0, sizeof *q);
    switch (text_check(text, strlen(text), QUERY_MAX)) {
    case TEXT_LONG:
        wrong = T("A search has at most 500 characters.");
        break;
    case TEXT_INVALID:
        wrong = T("This holds characters that cannot be searched for.");
        break;
    default:
        plain_quotes(copy);
    }
    while (wrong == NULL && *(rest += strspn(rest, " \t\n")) != '\0') {
        size_t colon = strcspn(rest, ": \t\n\"");
        const struct filter *filter = rest[colon] == ':' ? find_filter(rest, colon) : NULL;
        rest += filter != NULL ? colon + 1 : 0;
        const char *value = cut(&rest);
        wrong = filter != NULL ? take_filter(q, filter, value) : take_term(q, value);
        any = any || filter != NULL;
    }
    if (wrong == NULL && q->terms == 0 && !any)
        wrong = T("There is no word in this to search for.");
    free(copy);
    return wrong;
}

void query_release(struct query *q)
{
    free(q->units.unit);
    q->units = (struct units){NULL, 0};
}

void query_in(struct strbuf *out, const char *name)
{
    char *copy = mem_dup(name), *to = copy;

    plain_quotes(copy);
    for (const char *c = copy; *c != '\0'; c++)
        if ((*c != '"' && *c != ' ') || (to > copy && to[-1] != ' '))
            *to++ = (char)(*c == '"' ? ' ' : *c);
    to[to > copy && to[-1] == ' ' ? -1 : 0] = '\0';
    strbuf_addf(out, strchr(copy, ' ') != NULL ? "in:\"%s\" " : "in:%s ", copy);
    free(copy);
}

bool query_matches(const struct query *q, const struct units *text)
{
    for (size_t i = 0; i < q->terms; i++)
        if (words_find(text, 0, q->units.unit + q->term[i].first, q->term[i].count) == SIZE_MAX)
            return false;
    return true;
}
