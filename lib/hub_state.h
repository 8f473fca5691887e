/* Inside the hub: what hub.c, hub_state.c, hub_reader.c and hub_tell.c share. Nobody else includes this. */
#ifndef SNUG_HUB_STATE_H
#define SNUG_HUB_STATE_H

#include "hub.h"
#include "lang.h"
#include "mem.h"
#include "reply.h"
#include "strbuf.h"

#define HUB_LOG_ENTRIES    256 /* changes kept per room that is looked at */
#define HUB_LOG_BYTES      (512 * 1024)
#define HUB_PRESENCE_SLOTS 8192
#define HUB_TABLE          4096 /* slots of the tables of rooms, users and sessions */

/* ---- lists: circular, with a head ---- */

struct link {
    struct link *next, *prev;
};

#define container(link, type, member) ((type *)(void *)((char *)(link)-offsetof(type, member)))
/* Goes on safely when the present link is taken out.
 * NOLINTBEGIN(bugprone-macro-parentheses): the names it declares take none */
#define each_link(at, after, list) \
    for (struct link *at = (list)->next, *after = at->next; at != (list); at = after, after = at->next)
/* NOLINTEND(bugprone-macro-parentheses) */

void list_init(struct link *list);
bool list_empty(const struct link *list);
void list_add(struct link *list, struct link *link);
void list_remove(struct link *link);

/* ---- bytes that several readers may be written from ---- */

struct bytes {
    unsigned refs;
    size_t len;
    char data[];
};

struct bytes *bytes_new(const void *data, size_t len); /* one reference, the caller's */
void bytes_drop(struct bytes *bytes);

/* ---- readers ---- */

struct reader {
    struct link all;
    struct link in_room;
    struct link of_user;
    struct hub_room *room; /* NULL: follows only its user's list of rooms */
    struct hub_user *user; /* NULL until it is known */
    struct bytes *out;     /* what is still to be written, from out_at on */
    size_t out_at;
    uint64_t room_id;
    uint64_t version;
    uint64_t digest;
    int64_t deadline; /* of a wait; a stream's next comment */
    int64_t behind_at;
    int64_t looked_at;
    int fd;
    uint16_t limit;
    uint8_t kind;
    uint8_t accepted; /* the browser's language, and the one that he is told in */
    uint8_t lang;
    bool busy;  /* a job of its own is under way */
    bool again; /* something changed meanwhile: look it up once more */
    bool parked;
    bool begun;   /* a stream's head was sent */
    bool lagging; /* missed something while it was behind */
    bool closing; /* the last of its answer is being written */
    bool gone;    /* the client went, or all is written */
    bool has_digest;
    bool watched;  /* epoll knows the descriptor */
    bool arriving; /* counted in its room's `arriving` */
    uint8_t session[CRYPTO_HASH];
};

/* ---- rooms ---- */

struct entry {
    uint64_t version;
    uint64_t seq;
    struct {
        char *json; /* NULL in languages that nobody reads */
        size_t len;
    } told[LANG_COUNT];
};

struct hub_room {
    struct hub_room *next; /* in the table */
    uint64_t id;
    struct link readers;
    struct link watchers; /* struct watch, by their in_room: users that are in it */
    unsigned arriving;    /* readers whose first look is under way */
    bool live;            /* the log holds: somebody is parked */
    bool reading;         /* a JOB_CHANGES is under way */
    bool unserved;        /* the log went on in this turn; its readers are told at the turn's end */
    bool held;            /* some of its readers are told after the next tick */
    bool dirty;           /* changed, to a version not known */
    int64_t dirty_at;
    uint64_t version;     /* the log is complete up to here */
    uint64_t wanted;      /* the highest version heard of */
    int64_t confirmed_at; /* when the database last said that `wanted` is all there is */
    uint64_t last_seq;
    uint64_t news_seq; /* told to everybody */
    int64_t news_at;
    uint64_t oldest; /* 0: not known */
    uint64_t info_version;
    uint64_t members_version;
    char *typing; /* who typed last, as JSON */
    uint64_t typist;
    int64_t typed_at;
    char *info; /* JSON of room_info and members, as of those versions; NULL while not known */
    char *members;
    struct entry *entry; /* HUB_LOG_ENTRIES of them while live */
    size_t entries;
    size_t log_bytes;
    uint64_t log_from; /* all changes after this one are in the log */
    struct {           /* the events last pushed in each language, for the readers that stood at `from` */
        struct bytes *bytes;
        uint64_t from;
        uint64_t to;
        enum role role; /* whose it is, where that is told */
    } push[LANG_COUNT];
};

/* ---- users and their sessions ---- */

/* One room in one user's list. */
struct watch {
    struct link in_room;
    struct hub_user *user;
    struct hub_room *room;
    enum role role;
    uint64_t part; /* job_room_part, and the same for who looks at this very room */
    uint64_t part_current;
};

struct hub_user {
    struct hub_user *next;
    uint64_t id;
    enum lang lang; /* LANG_COUNT: the browser\'s */
    uint64_t version;
    int64_t confirmed_at; /* when the database last said so */
    int64_t doubted_at;   /* when he was last heard to have changed */
    int64_t used_at;
    int64_t marked_at; /* when a send last raised one of his read marks */
    int64_t typed_at;  /* when the others were last told that he types */
    char *person;      /* who he is, as JSON; "" while he is not to be seen; NULL: not known */
    bool listed;       /* his rooms are known, as of `version` */
    struct link readers;
    struct link sessions;
    struct watch *watch;
    size_t watches;
};

/* A session that a look-up found good. It is as good as its user's version is confirmed: ending it raises that. */
struct hub_session {
    struct hub_session *next;
    struct link of_user;
    struct hub_user *user;
    int64_t looked_at;
    uint8_t hash[CRYPTO_HASH];
};

#define HUB_WATCH_CLASSES 6 /* lists of up to 1, 2, 4 … 32 rooms come from pools */

struct presence_slot {
    uint64_t user_id;
    int64_t at;
};

/* Somebody who is online as readers were told, or was until lately. */
struct person {
    uint64_t id;
    uint64_t change; /* which telling it was; 0: never told */
    int64_t at;      /* when */
    bool online;
    char name[TEXT_NAME_MAX + 1];
};

struct hub {
    const struct config *config;
    int epoll;
    void (*submit)(struct job *job);
    char epoch[CURSOR_EPOCH];
    struct link readers;
    struct link ended; /* freed at the end of the turn */
    size_t count;
    struct hub_room *room[HUB_TABLE];
    struct hub_user *user[HUB_TABLE];
    struct hub_session *session[HUB_TABLE];
    struct mem_pool reader_pool;
    struct mem_pool user_pool;
    struct mem_pool session_pool;
    struct mem_pool watch_pool[HUB_WATCH_CLASSES];
    size_t rooms;
    size_t users;
    unsigned langs;  /* a bit for each language that somebody reads */
    size_t unserved; /* rooms */
    bool ticking;    /* a JOB_TICK is under way */
    bool ticked;     /* one has just come back: who is there may be */
    bool hurry;      /* a room changed that only the tick can tell about */
    int64_t now;
    int64_t scanned_at;
    int64_t told_at;      /* when the last tick that succeeded was asked */
    int64_t asked_all_at; /* the last one that asked for every user; 0: the next one does */
    int64_t clock_ahead;  /* the database's clock, less ours, as of the last tick */
    int64_t trimmed_at;
    struct presence_slot presence[HUB_PRESENCE_SLOTS];
    uint64_t *present;
    uint32_t *seconds;
    size_t presents;
    struct person *person; /* by id */
    size_t persons;
    uint64_t person_change;
    int64_t people_at; /* the last look at who is online */
    char *people;      /* as of then */
};

/* hub_state.c */

void hub_pools(struct hub *hub);         /* makes them ready */
void hub_pools_release(struct hub *hub); /* when nothing of them is in use any more */

struct hub_room *hub_room_find(struct hub *hub, uint64_t id); /* or NULL */
struct hub_room *hub_room_get(struct hub *hub, uint64_t id);  /* made when it is not there */
/* The log goes with the last reader. */
void hub_room_settle(struct hub_room *room);
/* Forgets the events last pushed. */
void hub_push_drop(struct hub_room *room);
/* Begins the log anew: empty, complete up to `version`. */
void hub_log_clear(struct hub_room *room, uint64_t version);
/* Makes the room live, as a page of it found it. */
void hub_log_begin(struct hub_room *room, uint64_t version);
/* Adds a change, and takes its texts over; what the message was before goes: nobody is shown a text that was edited or deleted since. */
void hub_log_add(struct hub_room *room, const struct entry *change);
/* Drops messages below the oldest kept. */
void hub_log_trim(struct hub_room *room);

struct hub_user *hub_user_find(struct hub *hub, uint64_t id); /* or NULL */
struct hub_user *hub_user_get(struct hub *hub, uint64_t id);  /* made when it is not there */
/* Takes over what a look-up found of the user: his version, his rooms and, for who polls and will be back with it, that
 * the session is good. */
void hub_user_update(struct hub *hub, struct hub_user *user, const struct read_job *read, bool polls);
/* Forgets his sessions: they are looked up again. */
void hub_user_doubt(struct hub *hub, struct hub_user *user);
struct watch *hub_user_watch(const struct hub_user *user, uint64_t room_id); /* or NULL: not in it */
/* job_digest of his list, with what the hub knows now. */
uint64_t hub_user_digest(const struct hub_user *user, uint64_t room_id);
/* Notes a session as good. */
void hub_session_add(struct hub *hub, struct hub_user *user, const uint8_t hash[CRYPTO_HASH]);
struct hub_session *hub_session_find(struct hub *hub, const uint8_t hash[CRYPTO_HASH]); /* or NULL */

/* Frees users without readers that were not heard of for `idle` ms, and rooms that nobody follows. */
void hub_sweep(struct hub *hub, int64_t idle);

/* The user is there, for so many seconds; written with the next tick, at most every 25 s. */
void hub_present(struct hub *hub, uint64_t user_id, uint32_t seconds);

/* hub_reader.c: the descriptor. Any of these may close the reader (r->gone), which takes it out of all lists; its
 * memory stays to the end of the turn. */

struct reader *reader_new(struct hub *hub, int fd);
void reader_close(struct hub *hub, struct reader *r);
void reader_watch(struct hub *hub, struct reader *r, bool writable);
void reader_write(struct hub *hub, struct reader *r); /* goes on with r->out */
/* Sends bytes, shared or not. A stream that is behind gets nothing more until it has caught up. */
void reader_send(struct hub *hub, struct reader *r, struct bytes *bytes);
/* The last answer: head and body, and then it closes. */
void reader_finish(struct hub *hub, struct reader *r, int status, const char *headers,
                   const struct strbuf *body);
struct bytes *reader_frame(const char *text, size_t len, bool last);
void reader_send_text(struct hub *hub, struct reader *r, const struct strbuf *text);
/* The last words of a stream. */
void reader_end(struct hub *hub, struct reader *r, const char *text);

/* hub_people.c: who is online. */

#define HUB_PEOPLE 5000 /* ms between two looks of one process */

/* A look: streams are told at once who came and went. */
void hub_people(struct hub *hub, const struct tick_job *t);
/* "people":[…], who came and went of late, or NULL. All other answers hold it, so that whoever asks every minute misses
 * nobody; a wait is not ended for it. */
const char *hub_people_lately(const struct hub *hub);

/* Who else types where this reader looks, as JSON, or NULL: told with an answer that goes anyway. */
const char *hub_typing_lately(const struct hub *hub, const struct reader *r);

/* hub_tell.c: what is sent. */

#define HUB_JSON "Content-Type: application/json\r\n"
#define HUB_HTML "Content-Type: text/html; charset=utf-8\r\n"

/* The events of a room after `from`, made once for all who stand there (where room_info is among them: and have the same
 * role). They belong to the room. */
struct bytes *tell_events(const struct hub *hub, const struct reader *r, uint64_t from);
/* The answer of a wait, from memory: the room's changes after the reader's version (when `changes`), and news: what
 * was not told to everybody yet, or `missed`. With that, the reader knows of every room as far as the hub does. */
void tell_wait(struct hub *hub, struct reader *r, bool changes, const struct strbuf *missed);
/* What a look-up found: as the events of a stream, a JSON answer, or a page. */
void tell_stream(struct hub *hub, struct reader *r, const struct read_job *read);
void tell_json(struct hub *hub, struct reader *r, const struct read_job *read);
void tell_html(struct hub *hub, struct reader *r, const struct read_job *read);
/* A refusal, in the reader's own way. */
void tell_refusal(struct hub *hub, struct reader *r, const struct refusal *why);
/* {"id":…,"last_seq":…}, with a comma before it when `out` is not empty. */
void tell_one_news(struct strbuf *out, const struct hub_room *room);

#endif
