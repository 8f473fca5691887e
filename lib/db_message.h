/* Messages: pages of them, what changed since a version, and the group commit.
 *
 * The order. AUTO_INCREMENT hands out numbers before the commit, so it is no cursor. Here every write of a room
 * holds the lock of the room's row from before it takes its number until its commit: number order is commit
 * order, `seq` and `version` have no gaps, and whoever has read up to version V will never see a change
 * with a lower one appear. A page and the version it stands for are read in one statement, that is, from one
 * snapshot. */
#ifndef SNUG_DB_MESSAGE_H
#define SNUG_DB_MESSAGE_H

#include "db_file.h"
#include "db_room.h"
#include "markup.h"

/* What a message answers, as that is now. */
struct quote {
    bool gone; /* deleted, or passed by a limit: nothing else is filled */
    uint64_t sender_id;
    char *sender_name;
    char *sender_display;
    char *text; /* its first words */
};

/* One person's reaction. */
struct reaction {
    char *emoji;
    uint64_t user_id;
    char *name;
    char *display;
    char at[DB_TIME];
};

struct message {
    uint64_t seq;
    uint64_t change; /* the room's version when this was last changed */
    uint64_t sender_id;
    char *sender_name;
    char *sender_display;
    char *nonce; /* "" for events */
    char *event; /* "" for texts */
    char *text;
    size_t text_len;
    char created_at[DB_TIME];
    char edited_at[DB_TIME]; /* "" when it was not */
    bool deleted;
    char *deleter; /* the name of who deleted it; NULL: its sender */
    char *deleter_display;
    char *html;        /* the text as it is rendered; NULL: it is shown as it is */
    uint64_t reply_to; /* the seq of what it answers; 0: nothing */
    unsigned parts;    /* what more belongs to it (db_part.h), which is read with every list */
    struct quote *quote;
    struct reaction *reaction; /* in the order in which they came */
    size_t reactions;
    struct attachment *file; /* only id, name, size, type, width and height */
    size_t files;
};

struct message_list {
    struct message *message;
    size_t count;
};

void message_list_release(struct message_list *list);

enum page_kind { PAGE_NEWEST, PAGE_BEFORE, PAGE_AFTER };

#define PAGE_LIMIT_MAX 200
#define PAGE_LIMIT     50

struct page_query {
    enum page_kind kind;
    uint64_t room_id;
    uint64_t user_id;
    uint64_t mark; /* PAGE_BEFORE: a seq; PAGE_AFTER: a version */
    size_t limit;
};

struct page {
    struct room room;         /* as the user may know it (db_room_get), but without member_count */
    struct message_list list; /* by seq; PAGE_AFTER: by change */
    uint64_t
        version; /* the state that the page stands for: the room's, or the last row's change when it was cut */
    bool more;   /* the limit cut it */
};

/* A page of a room. DB_NONE as db_room_get; a public group that the user is not in gives no messages. */
enum db_result db_message_page(struct db *db, const struct page_query *query, struct page *page);

/* All changes of a room after a version, whoever asks; room.role is ROLE_NONE. DB_NONE: no such room any more. */
enum db_result db_message_changes(struct db *db, uint64_t room_id, uint64_t after, size_t limit,
                                  struct page *page);

/* One message that is not below the oldest kept. DB_NONE: not there. */
enum db_result db_message_get(struct db *db, uint64_t room_id, uint64_t seq, struct message_list *one);

/* Those of some messages of a room that the user may read: texts that are still there, by seq. */
enum db_result db_message_pick(struct db *db, uint64_t room_id, uint64_t user_id, const uint64_t *seqs,
                               size_t count, struct message_list *list);

/* What a message said before it was edited, the latest first, at most `limit`: only text and created_at are filled.
 * DB_NONE: it was not edited. */
enum db_result db_message_versions(struct db *db, uint64_t room_id, uint64_t seq, size_t limit,
                                   struct message_list *list);

#define FILES_MAX      10   /* of one message */
#define WRITE_TRUST_MS 1000 /* a known session is looked up again when it was confirmed longer ago */

enum write_action {
    WRITE_SEND,
    WRITE_EDIT,
    WRITE_DELETE,
    WRITE_REACT,
    WRITE_PIN,
    WRITE_UNPIN,
    /* These are no change of the room: */
    WRITE_READ,
    WRITE_UNREAD,
    WRITE_SAVE,
    WRITE_UNSAVE,
    WRITE_PREVIEW,
    WRITE_TYPING, /* is never written */
};

#define PINS_MAX 50 /* of one room */

enum write_result {
    WRITE_DONE, /* numbers are filled; `fresh` when this very call stored a new message, or moved a mark */
    WRITE_SIGNED_OUT,  /* 401 */
    WRITE_ELSEWHERE,   /* 401: another session took its place */
    WRITE_NO_ROOM,     /* 404, also for a private room the sender is not in */
    WRITE_NOT_MEMBER,  /* 403 */
    WRITE_MUTED,       /* 403 */
    WRITE_NO_MESSAGE,  /* 404 */
    WRITE_NOT_YOURS,   /* 403 */
    WRITE_NOT_ALLOWED, /* 403: to pin */
    WRITE_FULL,        /* 409: no more can be pinned */
    WRITE_NONCE_TAKEN, /* 409: the nonce with another room or another text */
    WRITE_CHANGED, /* 409: `base` is no longer the present change; `present` is the text, `change` its number */
    WRITE_GONE,    /* 409: to edit what is deleted, or to react to it */
    WRITE_NO_ORIGINAL, /* 422: what is answered is no message that is kept here */
    WRITE_MANY,        /* 409: REACTIONS_MAX different ones are there */
    WRITE_NO_FILE,     /* 409: a file that is not there, not his, of another room, or in another message */
    WRITE_TOO_FAST,    /* 429 */
    WRITE_AWAY,        /* 503 */
    WRITE_FAULT,       /* 500 */
};

struct write {
    enum write_action action;
    uint8_t session[CRYPTO_HASH];
    uint64_t known_user; /* whose session this is, as confirmed at known_at (CLOCK_MONOTONIC, ms); else 0 */
    int64_t known_at;
    uint64_t room_id;
    uint64_t seq;      /* of an edit, deletion or mark; filled by a send */
    uint64_t base;     /* an edit's; 0: not given */
    uint64_t reply_to; /* a send's; 0: it answers nothing */
    bool on;           /* a reaction comes, or goes */
    char *text;        /* a reaction's: the emoji */
    size_t text_len;
    char *nonce;
    uint64_t file[FILES_MAX]; /* a send's: ids of uploads */
    size_t files;
    /* filled: */
    enum write_result result;
    uint64_t user_id;
    uint64_t user_version; /* 0 where the session was known */
    uint64_t change;
    uint64_t trimmed; /* the room's version after a trim that this group brought about; else 0 */
    uint64_t told;    /* whose version rose, because this answers him; else 0 */
    bool fresh;
    bool charged; /* the limit has counted it */
    char *present;
    char *html;                 /* the text as it is rendered; NULL: it is shown as it is */
    struct markup_names *names; /* whom it mentions; NULL: nobody */
    /* of a fresh send, so that it need not be read again: */
    char sender_name[TEXT_NAME_MAX + 1];
    char sender_display[TEXT_DISPLAY_MAX * 4 + 1];
    char created_at[DB_TIME];
    bool direct; /* the room's kind, where known */
};

/* Frees what it points to. */
void write_release(struct write *write);

/* Runs all writes in one transaction, in their order, and fills each one's result. One that is refused fails
 * alone. What the result says was committed is committed. When the transaction as a whole fails, every write
 * says WRITE_AWAY or WRITE_FAULT: then a send may still have been stored, and the same nonce finds out. `limit`,
 * when it is not NULL, says how fast each user may send; a repeated send costs nothing. */
struct limit;
void db_message_write(struct db *db, struct limit *limit, struct write **writes, size_t count);

/* Deletes what a user wrote, in the one room that it finds and fills in: every message is a change of its own. Begins
 * anew with each call; DB_NONE: there is nothing left. */
enum db_result db_message_purge(struct db *db, uint64_t user_id, uint64_t *room_id);

/* Renders what an older renderer left, a batch of one room after *room and *seq, which move on; what comes out as it was
 * keeps its change, and whom a message mentioned it mentions still, and nobody else. Adds to *done and *changed.
 * DB_NONE: there is nothing left. */
enum db_result db_message_rerender(struct db *db, uint64_t *room, uint64_t *seq, uint64_t *done,
                                   uint64_t *changed);

/* Raises a user's read mark by itself, for pages without scripts. */
enum db_result db_message_mark_read(struct db *db, uint64_t room_id, uint64_t user_id, uint64_t seq);

/* At most this many writes go into one transaction. */
#define WRITE_GROUP_MAX 64

#endif
