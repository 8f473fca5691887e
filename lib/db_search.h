/* Finding messages by their words; and the lists of what is saved and pinned.
 *
 * The index (db_index.h) is asked for the newest messages that have all the words, a few at a time, and these are looked
 * at once more: so a search stops at a page, and costs about the same however many messages there are.
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

#endif
