/* What the messages program asks of the database, and the thread that does it. */
#include "job.h"
#include "db_attempt.h"
#include "db_link.h"
#include "db_session.h"
#include "leave.h"
#include "limit.h"
#include "mem.h"
#include "store.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define MEMBERS_MAX 200 /* in one answer: what a page shows at its side */
#define TIMEOUT     5   /* seconds for one answer of the database */
#define CLEAN_ROWS  1000

struct job_thread {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job *todo, **todo_end;
    struct job *done, **done_end;
    size_t load;
    bool stop;
    bool asleep; /* the thread waits for jobs */
    int fd;
    struct db *db;
    struct limit *limit;
    struct config config; /* the thread's own, as set at /admin */
    struct config *shown; /* the loop's */
};

struct job *job_new(enum job_kind kind, void *owner)
{
    struct job *job = mem_alloc(sizeof *job);

    job->kind = kind;
    job->owner = owner;
    return job;
}

void job_free(struct job *job)
{
    if (job == NULL)
        return;
    switch (job->kind) {
    case JOB_READ:
        message_list_release(&job->read.page.list);
        free(job->read.rooms.room);
        free(job->read.members.member);
        break;
    case JOB_WRITE:
        write_release(&job->write);
        break;
    case JOB_CHANGES:
        message_list_release(&job->changes.page.list);
        free(job->changes.members.member);
        free(job->changes.ids);
        break;
    case JOB_TICK:
        free(job->tick.versions.room);
        free(job->tick.versions.user);
        free(job->tick.present);
        free(job->tick.seconds);
        free(job->tick.online);
        break;
    }
    free(job);
}

/* ---- digests ---- */

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30; /* the finaliser of splitmix64 */
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static uint64_t mix_text(uint64_t x, const char *text)
{
    for (; *text != '\0'; text++)
        x = (x ^ (unsigned char)*text) * 0x100000001b3u;
    return mix(x);
}

uint64_t job_room_part(const struct room *room, bool current)
{
    uint64_t x = mix(room->id + 0x9e3779b97f4a7c15u);

    x = mix(x ^ (uint64_t)room->role << 2 ^ (uint64_t)room->public << 1 ^ (uint64_t)room->direct);
    x = mix_text(mix_text(x, room->name), room->other_name);
    return current ? x : mix(mix(x ^ room->read_seq) ^ room->mentions);
}

uint64_t job_seq_part(uint64_t part, uint64_t last_seq)
{
    return mix(part + last_seq);
}

uint64_t job_digest(const struct room_list *rooms, uint64_t room_id)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < rooms->count; i++) {
        const struct room *room = &rooms->room[i];
        bool current = room->id == room_id;
        sum += job_seq_part(job_room_part(room, current), current ? 0 : room->last_seq);
    }
    return sum;
}

/* ---- reads ---- */

static enum db_result read_page(struct db *db, struct read_job *r)
{
    struct page_query query = r->query;

    query.user_id = r->user.id;
    if (r->has_cursor && (strcmp(r->cursor.epoch, r->epoch) != 0 || r->cursor.room_id != query.room_id)) {
        r->reset = true;
        query.kind = PAGE_NEWEST;
    }
    enum db_result result = db_message_page(db, &query, &r->page);
    if (result != DB_OK)
        return result;
    if (r->page.room.role == ROLE_NONE) {
        r->status = READ_NOT_MEMBER;
        return DB_OK;
    }
    const struct message_list *list = &r->page.list;
    uint64_t seen = list->count > 0 ? list->message[list->count - 1].seq : 0;
    if (r->marks && seen > r->page.room.read_seq)
        result = db_message_mark_read(db, query.room_id, query.user_id, seen);
    if (result != DB_OK)
        return result;
    /* A cursor ahead of this server's state comes from one that is further: it never goes back. */
    if (query.kind == PAGE_AFTER && r->page.version < r->query.mark)
        r->page.version = r->query.mark;
    r->has_members = r->reset || (query.kind == PAGE_AFTER && r->page.room.members_version > r->query.mark);
    return r->has_members ? db_room_members(db, query.room_id, true, MEMBERS_MAX, &r->members) : DB_OK;
}

static enum db_result read_all(struct db *db, struct read_job *r)
{
    struct session session = {0};
    enum db_result result = db_session_get(db, r->session, &session, &r->user);

    if (result == DB_NONE) {
        r->status = session.elsewhere ? READ_ELSEWHERE : READ_SIGNED_OUT;
        return DB_OK;
    }
    if (result == DB_OK && session.stale)
        result = db_session_touch(db, &session, r->session_days, NULL);
    memcpy(r->epoch, session.epoch, sizeof r->epoch);
    if (result == DB_OK && r->query.room_id != 0) {
        result = read_page(db, r);
        if (result == DB_NONE)
            r->status = READ_NO_ROOM;
        if (result != DB_OK || r->status != READ_OK)
            return db_or_none(result);
    } else if (r->has_cursor) {
        r->reset = strcmp(r->cursor.epoch, r->epoch) != 0;
    }
    if (result == DB_OK) {
        result = db_room_mine(db, r->user.id, &r->rooms);
        r->digest = job_digest(&r->rooms, r->query.room_id);
    }
    return db_or_none(result);
}

static void run_read(struct db *db, struct read_job *r)
{
    r->status = READ_OK;
    enum db_result result = read_all(db, r);
    if (result == DB_AWAY || result == DB_AGAIN)
        r->status = READ_AWAY;
    else if (result != DB_OK)
        r->status = READ_FAULT;
}

/* ---- changes and ticks ---- */

static void run_changes(struct db *db, struct changes_job *c)
{
    c->result = db_message_changes(db, c->room_id, c->after, PAGE_LIMIT_MAX, &c->page);
    if (c->result != DB_OK || c->page.room.members_version <= c->members_version)
        return;
    c->has_members = true;
    c->result = db_room_members(db, c->room_id, true, MEMBERS_MAX, &c->members);
    if (c->result == DB_OK)
        c->result = db_room_member_ids(db, c->room_id, &c->ids, &c->ids_count);
}

static void run_tick(struct db *db, struct tick_job *t)
{
    t->result = db_versions(db, &t->versions);
    if (t->result == DB_OK)
        t->result = db_presence_mark(db, t->present, t->seconds, t->presents);
    t->looked = t->result == DB_OK && t->look && db_presence_online(db, &t->online, &t->onlines) == DB_OK;
}

void job_run(struct db *db, struct limit *limit, struct job *job)
{
    struct write *write = &job->write;

    switch (job->kind) {
    case JOB_READ:
        run_read(db, &job->read);
        break;
    case JOB_WRITE:
        db_message_write(db, limit, &write, 1);
        break;
    case JOB_CHANGES:
        run_changes(db, &job->changes);
        break;
    case JOB_TICK:
        run_tick(db, &job->tick);
        break;
    }
}

/* ---- the thread ---- */

/* Gives jobs back, and wakes the loop once for all of them. */
static void finish(struct job_thread *t, struct job **jobs, size_t count)
{
    const uint64_t one = 1;

    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < count; i++) {
        jobs[i]->next = NULL;
        *t->done_end = jobs[i];
        t->done_end = &jobs[i]->next;
    }
    t->load -= count;
    pthread_mutex_unlock(&t->lock);
    if (write(t->fd, &one, sizeof one) < 0)
        log_line("cannot wake the loop");
}

/* All writes of what was taken go first, in groups; the order among them is kept. Returns the rest. */
static struct job *run_writes(struct job_thread *t, struct job *jobs)
{
    struct job *group[WRITE_GROUP_MAX], *rest = NULL, **rest_end = &rest;
    struct write *writes[WRITE_GROUP_MAX];

    while (jobs != NULL) {
        size_t count = 0;
        while (jobs != NULL && count < WRITE_GROUP_MAX) {
            struct job *job = jobs;
            jobs = job->next;
            if (job->kind == JOB_WRITE) {
                writes[count] = &job->write;
                group[count++] = job;
            } else {
                *rest_end = job;
                rest_end = &job->next;
            }
        }
        if (count > 0)
            db_message_write(t->db, t->limit, writes, count);
        if (count > 0)
            finish(t, group, count);
    }
    *rest_end = NULL;
    return rest;
}

/* In how many seconds to clean again: soon, while there are messages that no limit keeps. */
static unsigned clean(struct db *db, const struct config *config)
{
    if (db_room_trim_next(db, config->keep_days) == DB_OK || leave_next(config, db) == DB_OK)
        return 1;
    enum db_result result = db_session_clean(db, CLEAN_ROWS);

    if (result == DB_OK || result == DB_NONE)
        result = db_attempt_clean(db, CLEAN_ROWS);
    if (result == DB_OK || result == DB_NONE)
        result = db_link_clean(db, CLEAN_ROWS);
    if (result == DB_OK || result == DB_NONE)
        db_room_clean(db, CLEAN_ROWS);
    if (store_clean(config, db))
        return 1;
    return config->clean_seconds;
}

/* What the site's admins set, at most a second old. The loop reads its own copy (job_thread_done). */
static void refresh(struct job_thread *t)
{
    struct config config = t->config;

    if (db_site_refresh(t->db, &config) != DB_OK)
        return;
    pthread_mutex_lock(&t->lock);
    t->config = config;
    pthread_mutex_unlock(&t->lock);
}

static void *thread_main(void *context)
{
    struct job_thread *t = context;
    /* Several processes and hosts clean: at different times. */
    time_t next_clean = time(NULL) + rand() % (time_t)(t->config.clean_seconds + 1);

    db_thread_begin();
    for (;;) {
        struct timespec until = {.tv_sec = next_clean};
        pthread_mutex_lock(&t->lock);
        int timed_out = 0;
        t->asleep = true;
        while (t->todo == NULL && !t->stop && timed_out == 0)
            timed_out = pthread_cond_timedwait(&t->wake, &t->lock, &until);
        t->asleep = false;
        struct job *jobs = t->todo;
        bool stop = t->stop;
        t->todo = NULL;
        t->todo_end = &t->todo;
        pthread_mutex_unlock(&t->lock);
        if (jobs == NULL && stop)
            break;
        jobs = run_writes(t, jobs);
        unsigned keep_days = t->config.keep_days;
        refresh(t);
        if (time(NULL) >= next_clean || t->config.keep_days != keep_days) {
            unsigned pause = clean(t->db, &t->config);
            next_clean = time(NULL) + pause;
        }
        for (struct job *job = jobs, *next; job != NULL; job = next) {
            next = job->next;
            job_run(t->db, t->limit, job);
            finish(t, &job, 1);
        }
    }
    db_free(t->db);
    db_thread_end();
    return NULL;
}

struct job_thread *job_thread_start(struct config *config, int *fd)
{
    struct job_thread *t = mem_alloc(sizeof *t);
    sigset_t all, before;

    t->todo_end = &t->todo;
    t->done_end = &t->done;
    t->config = *config;
    t->shown = config;
    t->db = db_new(&t->config);
    db_timeout(t->db, TIMEOUT);
    t->limit = config->limits ? limit_new(config->limit_send_burst, config->limit_send_rate) : NULL;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
    *fd = t->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    srand((unsigned)getpid());

    /* Signals are the loop's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = t->fd < 0 || pthread_create(&t->thread, NULL, thread_main, t) != 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        log_line("cannot start the database thread");
        exit(70);
    }
    unshare(CLONE_FILES); /* where that is forbidden they share them: all the same, but for the speed */
    return t;
}

void job_thread_add(struct job_thread *t, struct job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&t->lock);
    *t->todo_end = job;
    t->todo_end = &job->next;
    t->load++;
    bool asleep = t->asleep;
    pthread_mutex_unlock(&t->lock);
    if (asleep)
        pthread_cond_signal(&t->wake);
}

struct job *job_thread_done(struct job_thread *t)
{
    uint64_t count;

    if (read(t->fd, &count, sizeof count) < 0)
        count = 0;
    pthread_mutex_lock(&t->lock);
    struct job *done = t->done;
    t->done = NULL;
    t->done_end = &t->done;
    memcpy(t->shown->site_name, t->config.site_name, sizeof t->config.site_name);
    pthread_mutex_unlock(&t->lock);
    return done;
}

size_t job_thread_load(struct job_thread *t)
{
    pthread_mutex_lock(&t->lock);
    size_t load = t->load;
    pthread_mutex_unlock(&t->lock);
    return load;
}

void job_thread_stop(struct job_thread *t)
{
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_signal(&t->wake);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    for (struct job *job = job_thread_done(t), *next; job != NULL; job = next) {
        next = job->next;
        job_free(job);
    }
    limit_free(t->limit);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->wake);
    close(t->fd);
    free(t);
}
