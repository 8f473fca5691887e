/* What belongs to a message beside its row: rows of other tables, read only for messages that have some.
 *
 * `parts` of a message says which kinds there are; whoever writes such a row sets the bit in the same transaction, with a
 * change of the message. Every list of messages comes with them (db_message.h). */
#ifndef SNUG_DB_PART_H
#define SNUG_DB_PART_H

#include "db_message.h"

enum part {
    PART_FORMERS = 1, /* what it said before: read by db_message_versions */
    PART_REPLY = 2,   /* it answers another */
    PART_REACTIONS = 4,
    PART_FILES = 8,
    PART_PIN = 16,      /* it is pinned: that is all there is to show */
    PART_MENTIONS = 32, /* it is for somebody: read elsewhere */
    PART_SAVED = 64,    /* somebody keeps it: db_part_kept */
};

/* Reads what belongs to the messages of a list, all of one room. */
enum db_result db_part_read(struct db *db, uint64_t room_id, struct message_list *list);

/* What stands out in a room for one user. */
struct kept {
    uint64_t *saved; /* the seqs of what he saved, the latest ones; the caller frees */
    size_t count;
    size_t pins; /* how many are pinned there */
};
enum db_result db_part_kept(struct db *db, uint64_t room_id, uint64_t user_id, struct kept *kept);

/* Frees what belongs to one. */
void db_part_release(struct message *message);

/* Takes the texts of a room's messages from..to-1 away, with all that belongs to them: after a deletion, a history limit.
 * Within the transaction of that change. */
enum db_result db_part_empty(struct db *db, uint64_t room_id, uint64_t from, uint64_t to);

/* The same for everything that a user wrote in a room; the texts are the caller's. */
enum db_result db_part_purge(struct db *db, uint64_t room_id, uint64_t user_id);

/* Removes at most `limit` rows of each kind that a room had. DB_NONE: there are none left. */
enum db_result db_part_clean(struct db *db, uint64_t room_id, unsigned limit);

#endif
