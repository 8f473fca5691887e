/* What somebody typed to search for:
 *
 *   word           a whole word, without regard to case and accents
 *   "two words"    words in a row
 *   from:NAME      by this person; from:me
 *   in:NAME        in this group, in:"two words"; in:@NAME is the direct messages with somebody
 *   before:DATE    before this day of UTC, after:DATE from that day on: 2026-11-20
 *   has:file       with a file
 *
 * All of it has to fit. A filter stands once. Anything else with a colon is words. */
#ifndef SNUG_QUERY_H
#define SNUG_QUERY_H

#include "strbuf.h"
#include "words.h"

#define QUERY_MAX   500 /* characters */
#define QUERY_NAME  260 /* bytes: a group's name fits */
#define QUERY_TERMS 64
#define QUERY_DATE  11 /* "2026-11-20" */

struct query {
    struct units units; /* of all terms, as typed */
    struct query_term {
        size_t first;
        size_t count;
    } term[QUERY_TERMS]; /* units in a row */
    size_t terms;
    char from[QUERY_NAME]; /* "" : not given */
    char in[QUERY_NAME];
    char before[QUERY_DATE];
    char after[QUERY_DATE];
    char has[sizeof "file"];
};

/* NULL, or what is wrong (T). `query` is to be released in any case. */
const char *query_parse(struct query *query, const char *text);
void query_release(struct query *query);

/* Appends "in:" with the name of a group. A quote in it could not be typed there, and counts for nothing. */
void query_in(struct strbuf *out, const char *name);

/* Whether a text holds all terms. */
bool query_matches(const struct query *query, const struct units *text);

#endif
