/* The bodies that the messages endpoint answers with (the protocol is told in cgi-bin/messages.c). */
#ifndef SNUG_REPLY_H
#define SNUG_REPLY_H

#include "config.h"
#include "job.h"

/* The status, code and words of a refusal. */
struct refusal {
    int status;
    const char *code;
    const char *text;
};
const struct refusal *reply_read_refusal(enum read_status status);   /* NULL for READ_OK */
const struct refusal *reply_write_refusal(enum write_result result); /* NULL for WRITE_DONE */

/* What is wrong with a text that is sent or edited, or with its nonce; NULL: nothing. A text that is missing becomes an
 * empty one, which does where files go along. */
const struct refusal *reply_check(struct write *write);

/* The cursor that belongs to what a read found. */
void reply_cursor(const struct read_job *read, char out[CURSOR_TEXT]);

/* Whether there is anything to tell beyond what the reader has: then a waiting one is answered. */
bool reply_is_news(const struct read_job *read);

/* The whole JSON answer of a read. `poll`: in plain CGI, how often to ask, in seconds; 0 leaves it out. */
void reply_json(struct strbuf *out, const struct read_job *read, unsigned poll);

/* Parts of it, each an array or object. */
void reply_rooms(struct strbuf *out, const struct room_list *rooms);
void reply_members(struct strbuf *out, const struct member_list *members);
void reply_room_info(struct strbuf *out, const struct room *room);

/* The timeline as a page of its own, and its header lines: after a while it asks again for the same, at an address with
 * `vary` in it. */
#define REPLY_HEAD 240
void reply_timeline_head(char out[REPLY_HEAD], const struct read_job *read, int64_t vary);
void reply_timeline(struct strbuf *out, const struct config *config, const struct read_job *read);

/* The page that gives back what was typed: when a form was refused, or (`why` NULL) as it would be shown. */
void reply_compose(struct strbuf *out, const struct config *config, const char *csrf,
                   const struct write *write, const struct refusal *why);

/* The error page. */
void reply_error_page(struct strbuf *out, const struct config *config, const struct refusal *why);

#endif
