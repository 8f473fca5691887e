/* Wake-ups: datagrams that tell every `messages` process on this host what changed, and who types.
 *
 * They are hints. One that is lost, doubled or late costs nothing but time: each process also asks the database
 * for the versions of what its readers follow. They are sent after a commit, never before. */
#ifndef SNUG_WAKE_H
#define SNUG_WAKE_H

#include "config.h"

#include <stdbool.h>
#include <stdint.h>

enum wake_kind {
    WAKE_ROOM = 1,
    WAKE_USER = 2,
    WAKE_READERS = 3,
    WAKE_TYPING = 4, /* somebody types in a room */
    WAKE_TYPIST = 5, /* the same, of whom only the session is known: who knows whose it is tells the others */
};

struct wake {
    uint64_t kind; /* 0: nothing, tried whether somebody listens */
    uint64_t id;
    uint64_t user_id; /* of WAKE_TYPING */
    char about[512];  /* and who that is, as JSON; of WAKE_TYPIST the session */
};

/* Listens at Paths.Run/wake/PID; clears away the sockets of processes that are gone. -1, with a line in the log,
 * when it cannot: the tick then does all the work. */
int wake_listen(const struct config *config);
/* Removes the socket again. */
void wake_close(const struct config *config, int fd);
/* The next datagram that waits; false when there is none. Malformed ones are passed over. */
bool wake_receive(int fd, struct wake *wake);

/* Tell all others. Never waits. */
void wake_room(const struct config *config, uint64_t id);
void wake_user(const struct config *config, uint64_t id);
void wake_tell(const struct config *config, const struct wake *wake);

/* How many readers the messages processes of this host hold; *processes: how many of them answered. It waits a little
 * for their answers. */
uint64_t wake_ask_readers(const struct config *config, unsigned *processes);
/* The answer of one, to whom the last wake_receive (a WAKE_READERS) came from. */
void wake_answer_readers(int fd, uint64_t readers);

#endif
