/* Finding messages by their words; and the lists of what is saved and pinned.
 *
 * The index. InnoDB's own full-text index reads all messages with a word before the first is shown: with a million of
 * them a common word takes seconds. Here a row of search_words stands for a block of 64 messages of one room and a token
 * (words.h), with a bit for each. Words meet by ANDing bits, the newest come first by the primary key, and a search stops
 * at a page: it costs about the same however many messages there are.
 *
 * The index follows the messages: it is brought up to the room's version before it is asked, a block at a time, by what
 * the block's messages say at the moment (deleted and passed ones say nothing). A send does nothing for it. Whoever is
 * killed meanwhile, or does it twice, leaves it right. What it finds is looked at once more: a token may mean several
 * words.
 *
 * Rights are part of every query: only rooms of which the user is a member are looked into. */
#ifndef SNUG_DB_SEARCH_H
#define SNUG_DB_SEARCH_H

#include "db_message.h"
#include "query.h"

#define SEARCH_PAGE 25

struct place {        /* where a list goes on: what is older than this */
    char at[DB_TIME]; /* "": at its beginning */
    uint64_t room_id;
    uint64_t seq;
};

struct found {
    struct place place;
    struct message message;
};

struct found_list {
    struct found found[SEARCH_PAGE + 1];
    size_t count;
    bool more; /* older ones may be there: from `next` on */
    struct place next;
};

void found_list_release(struct found_list *list);

struct search {
    uint64_t user_id;   /* who asks */
    uint64_t room_id;   /* 0: all that he is in */
    uint64_t sender_id; /* 0: anybody */
    const struct query *query;
    struct place before;
};

/* A page of what fits, newest first. One that would take too long ends early, with `more`. */
enum db_result db_search(struct db *db, const struct search *search, struct found_list *list);

/* What the user saved, or what is pinned in a room of his (room_id not 0): the last first. */
enum db_result db_search_kept(struct db *db, uint64_t user_id, uint64_t room_id, const struct place *before,
                              struct found_list *list);

/* Brings the index of the user's rooms (or of one of them) up to date, for at most so many milliseconds. *behind: it is not yet. */
enum db_result db_search_follow(struct db *db, uint64_t user_id, uint64_t room_id, unsigned ms, bool *behind);

/* The same for any room, one step, and for rooms that are gone. DB_NONE: there is nothing to do. *changes: how many all
 * rooms have had so far, which tells how busy the site is. */
enum db_result db_search_step(struct db *db, uint64_t *changes);

#endif
