/* What the files of this program share: one event loop, which is the only one that touches any of it. */
#ifndef SNUG_MESSAGES_H
#define SNUG_MESSAGES_H

#include "fcgi.h"
#include "form.h"
#include "hub.h"
#include "job.h"
#include "reply.h"

#define BODY_MAX (256 * 1024) /* 10,000 characters of four bytes, percent-encoded, and the other fields */
#define LOAD_MAX 4000         /* jobs; more than this would wait longer than anybody does */

extern struct messages {
    struct config config;
    struct hub *hub; /* NULL in plain CGI, as the thread */
    struct job_thread *thread;
} app;

/* messages.c */

/* Sends an answer. */
void send_out(int fd, bool cgi, int status, const char *headers, const struct strbuf *body);
/* The same for a page, or for JSON, with the headers that belong to the status. */
void send_body(int fd, bool cgi, int status, bool html, const struct strbuf *body);
/* Refuses a request as JSON, or as a page where HTML is asked for. */
void refuse(const struct fcgi_request *in, int status, const char *code, const char *text);
bool wants_html(const char *accept);
/* The session that came along: its hash, and the token itself. */
bool session_of(const struct fcgi_request *in, uint8_t hash[CRYPTO_HASH], char token[CRYPTO_TOKEN_TEXT]);
/* Answers, or parks; takes over in->fd. */
void handle(const struct fcgi_request *in);
/* Plain CGI: runs the job here and now. */
void run_now(struct job *job);

/* ask.c: what is asked for. */

/* Fills the read from the query. NULL, or what is wrong with it. */
const char *read_of(const struct fcgi_request *in, const struct form *query, bool stream,
                    struct read_job *read, uint64_t *wait);
/* Fills the write from the form. NULL, or why it is refused. */
const struct refusal *write_of(const struct form *form, struct write *write);

/* post.c: what is written. */

void handle_post(const struct fcgi_request *in);
/* Answers a write that was run, and tells everybody. Frees the job. */
void write_done(struct job *job);

/* loop.c */

/* Serves until it is told to stop. */
void serve(void);

#endif
