/* Requests in and answers out, as a FastCGI responder or as plain CGI. The only file that knows libfcgi.
 *
 * A request is read whole, what we need of it is copied, and libfcgi's state (about 18 KiB) is freed at once;
 * what stays is this structure and a descriptor. Answers are written as FastCGI records directly. nginx
 * without fastcgi_keep_conn opens a connection per request and always numbers it 1, so the same framed bytes
 * serve any number of readers.
 *
 * Only nginx may reach the sockets (mode 0660, never TCP): libfcgi trusts its peer to send what it announces. */
#ifndef SNUG_FCGI_H
#define SNUG_FCGI_H

#include "strbuf.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

struct fcgi_request {
    int fd; /* the connection; 1 (standard output) in plain CGI */
    bool cgi;
    bool https;
    bool body_too_long; /* longer than allowed: it was not kept */
    size_t announced;   /* how long the body is said to be; SIZE_MAX when that makes no sense */
    const char *method;
    const char *path; /* percent-decoded; empty when it held a NUL byte or is no absolute path */
    const char *query;
    const char *cookie;
    const char *accept;
    const char *language; /* Accept-Language */
    const char *content_type;
    const char *csrf; /* X-CSRF-Token */
    const char *origin;
    const char *fetch_site; /* Sec-Fetch-Site */
    const char *host;
    const char *address; /* the client's */
    const char *agent;
    const char *last_event_id;
    const char *range;
    const char *stored; /* SNUG_STORED: where nginx has the folder of files, to send them itself */
    const char *body;
    size_t body_len;
    char *memory; /* all the strings above; those not sent are "" */
    void *stream; /* libfcgi's state, while the body is read in pieces */
};

enum fcgi_result {
    FCGI_GOT,  /* *request is filled; the caller releases it and closes (or keeps) fd */
    FCGI_NONE, /* nobody is waiting */
    FCGI_FULL, /* out of descriptors or memory: try again later */
};

/* The listening descriptor (always 0), made non-blocking; or -1 in plain CGI, where fcgi_cgi serves one request. */
int fcgi_open(void);

/* From now on SIGTERM and SIGINT set fcgi_stopping. They are let in only while the program waits, with the mask *waiting:
 * what was begun is finished. */
extern volatile sig_atomic_t fcgi_stopping;
void fcgi_until_stopped(sigset_t *waiting);

#define FCGI_STREAM SIZE_MAX

/* Takes the next request of the listening socket. Bodies longer than body_max are read away; with FCGI_STREAM none is
 * read, and it waits for fcgi_read. */
enum fcgi_result fcgi_accept(struct fcgi_request *request, size_t body_max);

/* The one request of a plain CGI process, from the environment and standard input. */
void fcgi_cgi(struct fcgi_request *request, size_t body_max);

/* The next bytes of a body that streams: fewer than `len` only at its end (or where it was cut). */
size_t fcgi_read(struct fcgi_request *request, void *buf, size_t len);
/* Reads the rest of it away: nginx takes an answer only after all that it sends. */
void fcgi_read_away(struct fcgi_request *request);

/* Frees the strings. The descriptor stays open. */
void fcgi_release(struct fcgi_request *request);

/* Appends `len` bytes of answer as FastCGI records (or as they are, in plain CGI). */
void fcgi_frame(struct strbuf *out, const void *data, size_t len, bool cgi);
/* Appends the record that ends the answer. */
void fcgi_frame_end(struct strbuf *out, bool cgi);

/* Writes everything, waiting for the peer. False when it is gone. */
bool fcgi_write_all(int fd, const void *data, size_t len);

#endif
