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
    PART_FILES = 8,     /* rows of uploads */
    PART_PIN = 16,      /* it is pinned: that is all there is to show */
    PART_MENTIONS = 32, /* it is for somebody: read elsewhere */
    PART_ANSWERED = 64, /* others answer it, or did */
    PART_SAVED = 128,   /* somebody keeps it: db_part_kept */
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
 * Within the transaction of that change; *version is the room's, which rises where others answer them. */
enum db_result db_part_empty(struct db *db, uint64_t room_id, uint64_t from, uint64_t to, uint64_t *version);

/* The same for everything that a user wrote in a room; the texts are the caller's. */
enum db_result db_part_purge(struct db *db, uint64_t room_id, uint64_t user_id);

/* Messages from..to-1 read otherwise now: so do those that answer them, and each takes a version. That stops at the
 * newest REQUOTE_MAX: one transaction, and what its readers are sent, stay small however much is answered. Older ones
 * show it wherever they are read again, and pages that follow the room tell from the change of the message itself.
 * `gone`: nothing more will happen to them, so who answers them is forgotten. `sender`, unless it is 0: only what he
 * wrote and is deleted. */
#define REQUOTE_MAX 200
enum db_result db_part_requote(struct db *db, uint64_t room_id, uint64_t from, uint64_t to, uint64_t sender,
                               bool gone, uint64_t *version);

/* A message answers another: notes it, and tells that one's sender, *told, when he is in the room; else *told becomes 0. */
enum db_result db_part_reply(struct db *db, uint64_t room_id, uint64_t seq, uint64_t original,
                             uint64_t *told);

#define REACTIONS_MAX 20 /* different ones, to one message */

/* Adds or takes away somebody's reaction. DB_NONE: it is so already. DB_REFUSED: there are too many. */
enum db_result db_part_react(struct db *db, uint64_t room_id, uint64_t seq, uint64_t user_id,
                             const char *emoji, bool on);

/* Removes at most `limit` rows of each kind that a room had. DB_NONE: there are none left. */
enum db_result db_part_clean(struct db *db, uint64_t room_id, unsigned limit);

#endif
