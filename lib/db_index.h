/* The index of the words of all messages.
 *
 * InnoDB's own full-text index reads all messages with a word before the first is shown: with a million of them a common
 * word takes seconds. Here a row of search_words stands for a block of 64 messages of one room and a token (words.h),
 * with a bit for each message. Words meet by ANDing bits, and the newest come first by the primary key.
 *
 * The index follows the messages: it is brought up to the room's version before it is asked, a block at a time, by what
 * the block's messages say at the moment (deleted and passed ones say nothing). A send does nothing for it. Whoever is
 * killed meanwhile, or does it twice, leaves it right. A token may mean several words: what is found has to be looked at. */
#ifndef SNUG_DB_INDEX_H
#define SNUG_DB_INDEX_H

#include "db.h"

#define INDEX_BLOCK 64   /* messages: the bits of a number */
#define INDEX_ERA   1024 /* blocks */

struct index_row { /* of search_words */
    uint64_t bits; /* 0: none any more */
    uint32_t token;
    uint32_t block;
};

struct index_rows {
    struct index_row *row; /* the caller frees */
    size_t count;
};

void index_add(struct index_rows *rows, uint32_t token, uint32_t block, uint64_t bits);

/* Brings the index of the user's rooms (or of one of them) up to date, for at most so many milliseconds. *behind: it is
 * not yet. */
enum db_result db_index_follow(struct db *db, uint64_t user_id, uint64_t room_id, unsigned ms, bool *behind);

/* The same for any room, one step, and for rooms that are gone. DB_NONE: there is nothing to do. *changes: how many all
 * rooms have had so far, which tells how busy the site is. */
enum db_result db_index_step(struct db *db, uint64_t *changes);

#endif
