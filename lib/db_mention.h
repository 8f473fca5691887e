/* Mentions: which messages are for whom.
 *
 * Rows are written in the transaction of the message, and every user who gets or loses one has his version raised with
 * it: his list of rooms counts them (struct room, mentions). `why` is 'name', 'everyone', or 'reply' for whose message was
 * answered. Of @everyone each member has a row of his own, so that reading, counting and marking as read know but one kind
 * of mention; it costs one statement, and only those who manage a group may write it. */
#ifndef SNUG_DB_MENTION_H
#define SNUG_DB_MENTION_H

#include "db_room.h"
#include "markup.h"

/* Fills the ids of those names that are members of the room, or that this message mentions already (seq 0: none). */
enum db_result db_mention_find(struct db *db, uint64_t room_id, uint64_t seq, struct markup_names *names);

/* Within the transaction of a message: its rows become what `names` says was mentioned. */
enum db_result db_mention_store(struct db *db, uint64_t room_id, uint64_t seq, uint64_t sender_id,
                                const struct markup_names *names);

/* Within a transaction: raises the versions of those whom messages from..to-1 are for; `sender`, unless it is 0: what he
 * wrote of them. */
enum db_result db_mention_raise(struct db *db, uint64_t room_id, uint64_t from, uint64_t to, uint64_t sender);

struct mention {
    struct room room;
    uint64_t seq;
    bool reply;
    char sender_name[TEXT_NAME_MAX + 1];
    char sender_display[TEXT_DISPLAY_MAX * 4 + 1];
    char created_at[DB_TIME];
    char *text; /* how it begins */
};

struct mention_list {
    struct mention *mention;
    size_t count;
};

void mention_list_release(struct mention_list *list);

/* What is for a user in the rooms that he is in, the newest first: at most `limit` after the first `skip`. */
enum db_result db_mention_list(struct db *db, uint64_t user_id, size_t skip, size_t limit,
                               struct mention_list *list);

#endif
