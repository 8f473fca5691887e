/* What the messages program asks of the database, and the one thread that does it.
 *
 * The event loop never waits for the database: it hands jobs to this thread, and is told through a descriptor when
 * some are done. While one group of writes commits, the next gathers. A job belongs to the loop, then to the
 * thread, then to the loop again: never to both. In plain CGI there is no thread, and job_run does the same at once. */
#ifndef SNUG_JOB_H
#define SNUG_JOB_H

#include "config.h"
#include "cursor.h"
#include "db_message.h"
#include "db_presence.h"
#include "db_user.h"
#include "db_version.h"

enum job_kind {
    JOB_READ,    /* answer a GET: who asks, what he may see, what is new */
    JOB_WRITE,   /* send, edit, delete, mark */
    JOB_CHANGES, /* what changed in a room, for all its readers at once */
    JOB_TICK,    /* the versions of what readers follow; presence */
};

enum read_status {
    READ_OK,
    READ_SIGNED_OUT,
    READ_ELSEWHERE,
    READ_NO_ROOM,
    READ_NOT_MEMBER,
    READ_AWAY,
    READ_FAULT
};

struct read_job {
    uint8_t session[CRYPTO_HASH];
    unsigned session_days;   /* how long one lives on after this, when it is remembered */
    struct page_query query; /* room_id 0: no room */
    bool has_cursor;         /* query.kind is PAGE_AFTER, or there is no room */
    struct cursor cursor;
    int64_t asked_at; /* the loop's clock when it was asked, in ms */
    bool marks;       /* whoever asks sees the page at once: it counts as read */
    /* filled: */
    enum read_status status;
    struct user user;
    struct page page;
    bool reset; /* the cursor was of another epoch or room: this is the newest page */
    char epoch[CURSOR_EPOCH];
    struct room_list rooms;
    uint64_t digest;
    bool has_members; /* the members changed since the cursor */
    struct member_list members;
};

struct changes_job {
    uint64_t room_id;
    uint64_t after;
    uint64_t members_version; /* as known; a newer one brings the members and all their ids */
    /* filled: */
    enum db_result result;
    struct page page;
    bool has_members;
    struct member_list members;
    uint64_t *ids; /* sorted */
    size_t ids_count;
};

struct tick_job {
    struct versions versions;
    uint64_t *present; /* who is there, and for how many seconds */
    uint32_t *seconds;
    size_t presents;
    int64_t asked_at;
    bool look;             /* who is online? */
    enum db_result result; /* filled */
    bool looked;
    struct presence *online;
    size_t onlines;
};

struct job {
    enum job_kind kind;
    struct job *next;
    void *owner; /* whatever the loop wants to find again */
    union {
        struct read_job read;
        struct write write; /* owns text and nonce */
        struct changes_job changes;
        struct tick_job tick;
    };
};

struct job *job_new(enum job_kind kind, void *owner);
void job_free(struct job *job);

/* The digest of a list of rooms, as a reader of `room_id` has seen it: the sum of its parts, so that a change of one
 * room's last_seq can be worked in. The room that one looks at counts with neither its last_seq nor its read_seq. */
uint64_t job_room_part(const struct room *room, bool current);
uint64_t job_seq_part(uint64_t part, uint64_t last_seq);
uint64_t job_digest(const struct room_list *rooms, uint64_t room_id);

/* Runs one job now, on this connection. */
struct limit;
void job_run(struct db *db, struct limit *limit, struct job *job);

/* ---- the thread ---- */

struct job_thread;

/* Starts it. *fd becomes readable when jobs are done. What is set at /admin and shown by the loop comes into `config`
 * with them. From here on the thread and its caller have tables of descriptors of their own: readers that take all of the
 * loop's leave the database one, and the kernel need not count who uses a descriptor, which is a tenth of what a send()
 * costs. So start it before anything else is opened: what the thread has too is not closed when the loop closes it. */
struct job_thread *job_thread_start(struct config *config, int *fd);
void job_thread_add(struct job_thread *thread, struct job *job);
/* The jobs that are done, oldest first, linked by next; NULL when there are none. */
struct job *job_thread_done(struct job_thread *thread);
/* How many jobs wait or run. */
size_t job_thread_load(struct job_thread *thread);
/* Ends the thread after the jobs it has; those done must still be fetched before. */
void job_thread_stop(struct job_thread *thread);

#endif
