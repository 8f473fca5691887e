/* The readers that wait, and what they follow: the heart of the messages program, all of it in one thread.
 *
 * A reader is a descriptor and a few words. It is busy while a job of its own looks something up, parked while it
 * has seen everything, closing while the last of its answer is written. For the rooms that parked readers look at,
 * the hub keeps the latest changes, rendered once for everybody (the log); for their users, the lists of rooms. All
 * of it is a cache: a reader that the log does not reach back to, or whose user changed, is looked up anew.
 *
 *   what happens                  what the hub does
 *   a room's version rises        reads the gap once (JOB_CHANGES), tells all readers of the room
 *   a user's version rises        looks each of the user's readers up again: session, membership, list of rooms
 *   last_seq rises elsewhere      tells the users who are in that room, at most once a second (news)
 *   a room's members change       looks up again those of its readers that are no longer among them
 *   nothing, for `wait` seconds   answers with nothing new
 *
 * It hears of rises from this process's own writes, from wake-ups, and from a query a tick; all of these may come
 * twice, late or never. Versions merge by maximum. A reader that does not read is behind: its rest stays in the
 * shared bytes, nothing is added, and after ten seconds it is dropped. */
#ifndef SNUG_HUB_H
#define SNUG_HUB_H

#include "config.h"
#include "job.h"
#include "lang.h"
#include "wake.h"

struct hub;
struct reader;

enum reader_kind { READER_JSON, READER_HTML, READER_STREAM };

/* `submit` takes a job over and runs it in the background; it comes back through hub_done. */
struct hub *hub_new(const struct config *config, int epoll, void (*submit)(struct job *job));
void hub_free(struct hub *hub);

/* A request whose JOB_READ is ready to run: takes over `fd` and `job`. `lang` is the browser's. `wait` is in milliseconds, 0 answers at once.
 * False when no more readers can be held; nothing is taken over then. */
bool hub_arrive(struct hub *hub, int fd, enum reader_kind kind, enum lang lang, int64_t wait,
                struct job *job);

/* Writes an answer (framed) to a descriptor and closes it, without waiting: takes `fd` over. For what is no reader. */
void hub_answer(struct hub *hub, int fd, const void *data, size_t len);

/* A JOB_READ, JOB_CHANGES or JOB_TICK came back. Frees it. */
void hub_done(struct hub *hub, struct job *job);

/* Something changed. version and last_seq: as far as known, else 0. */
void hub_room_changed(struct hub *hub, uint64_t room_id, uint64_t version, uint64_t last_seq);
void hub_user_changed(struct hub *hub, uint64_t user_id);
/* His read mark in a room rose by a send: his readers elsewhere are looked up again, for their counts. */
void hub_user_marked(struct hub *hub, uint64_t user_id, uint64_t room_id);
/* The hub's clock, in ms. */
int64_t hub_now(struct hub *hub);

/* A send was committed: as hub_room_changed, but where it is the next change of a room that readers look at, it is told
 * from here without being read again; what it answers has to be read. */
void hub_room_sent(struct hub *hub, const struct write *write);

/* A write found this session good: further ones of it need no look while the tick confirms its user. */
void hub_session_learn(struct hub *hub, const struct write *write, int64_t asked_at);
/* Whose session it is, when that was confirmed within the last second; *at is when. Else 0. */
uint64_t hub_session_user(struct hub *hub, const uint8_t session[CRYPTO_HASH], int64_t *at);

/* The language of whom this session is, or `otherwise`. */
enum lang hub_session_lang(struct hub *hub, const uint8_t session[CRYPTO_HASH], enum lang otherwise);

/* Whose session this is types in a room: those who read it by a stream are told, from memory alone, and `tell` is what the
 * other processes are to hear (kind 0: nothing, for who hides, may not write there, or was told of just now). False:
 * nobody here knows the session. */
bool hub_typing(struct hub *hub, const uint8_t session[CRYPTO_HASH], uint64_t room_id, struct wake *tell);
/* The same, told by another process. */
void hub_typed(struct hub *hub, const struct wake *wake);

/* epoll reported these events for a reader. */
void hub_event(struct hub *hub, struct reader *reader, uint32_t events);

/* At the end of every turn of the loop: hub_turn, which frees the readers that ended in it, then hub_tick, which works
 * every 250 ms, or a little later when the turn was not `quiet`, that is, brought events. The loop waits for events for
 * hub_pause ms. */
#define HUB_TICK 250
#define HUB_IDLE 1000 /* where nobody waits */
void hub_turn(struct hub *hub);
void hub_tick(struct hub *hub, bool quiet);
int hub_pause(const struct hub *hub);

/* Tells every reader that this process ends; they come back to another. */
void hub_shutdown(struct hub *hub);

/* Whether there is nothing to tick for. */
bool hub_is_idle(const struct hub *hub);

/* How many readers there are. */
size_t hub_readers(const struct hub *hub);

#endif
