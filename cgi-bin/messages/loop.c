/* The event loop. */
#include "messages.h"
#include "mem.h"
#include "wake.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define ACCEPTS     64   /* new requests taken in one turn */
#define GRACE_MS    3000 /* at the end, for answers under way */
#define SPARE_FILES 128
#define EVENTS      256

/* What an event's data.ptr names when it is no reader. */
static char on_listener, on_jobs, on_wake;

static void submit(struct job *job)
{
    job_thread_add(app.thread, job);
}

static void accept_some(int *pause)
{
    for (int i = 0; i < ACCEPTS; i++) {
        struct fcgi_request in;
        enum fcgi_result result = fcgi_accept(&in, BODY_MAX);
        if (result == FCGI_FULL) /* out of descriptors: those that are here stay, new ones wait a little */
            *pause = 1;
        if (result != FCGI_GOT)
            return;
        handle(&in);
        fcgi_release(&in);
    }
}

static void take_done(void)
{
    for (struct job *job = job_thread_done(app.thread), *next; job != NULL; job = next) {
        next = job->next;
        if (job->kind == JOB_WRITE)
            write_done(job);
        else
            hub_done(app.hub, job);
    }
}

static void take_wakes(int fd)
{
    struct wake wake, told;

    while (wake_receive(fd, &wake)) {
        if (wake.kind == WAKE_READERS)
            wake_answer_readers(fd, hub_readers(app.hub));
        if (!app.config.wakeups)
            continue;
        if (wake.kind == WAKE_ROOM)
            hub_room_changed(app.hub, wake.id, 0, 0);
        else if (wake.kind == WAKE_USER)
            hub_user_changed(app.hub, wake.id);
        else if (wake.kind == WAKE_TYPING)
            hub_typed(app.hub, &wake);
        else if (wake.kind == WAKE_TYPIST &&
                 hub_typing(app.hub, (const uint8_t *)wake.about, wake.id, &told) && told.kind != 0)
            wake_tell(&app.config, &told);
    }
}

static void watch(int epoll, int fd, uint32_t events, void *name)
{
    struct epoll_event event = {.events = events, .data.ptr = name};

    if (fd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        log_line("cannot watch a descriptor: %s", strerror(errno));
        exit(71);
    }
}

static void turn(int epoll, int wake, const sigset_t *signals)
{
    struct epoll_event events[EVENTS];
    int pause = 0;
    int count = epoll_pwait(epoll, events, EVENTS, hub_pause(app.hub), signals);

    for (int i = 0; i < count; i++) {
        void *name = events[i].data.ptr;
        if (name == &on_listener)
            accept_some(&pause);
        else if (name == &on_jobs)
            take_done();
        else if (name == &on_wake)
            take_wakes(wake);
        else
            hub_event(app.hub, name, events[i].events);
    }
    /* The kernel wakes one process for a request; should that one stand still just then, it is for another to find it. */
    if (count == 0)
        accept_some(&pause);
    hub_turn(app.hub);
    hub_tick(app.hub, count == 0);
    if (pause)
        usleep(20000);
}

/* All that there may be. The last ones are for requests that are answered at once, so that these never find none. */
static void take_descriptors(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    unsigned long long most = files.rlim_cur > 2 * SPARE_FILES ? files.rlim_cur - SPARE_FILES : SPARE_FILES;
    if (app.config.limit_readers > most)
        app.config.limit_readers = (unsigned)most;
    log_line("up to %llu descriptors, %u readers", (unsigned long long)files.rlim_cur,
             app.config.limit_readers);
}

void serve(void)
{
    sigset_t waiting;
    int jobs;

    fcgi_until_stopped(&waiting);
    take_descriptors();
    app.thread = job_thread_start(&app.config, &jobs);
    int wake = wake_listen(&app.config), epoll = epoll_create1(EPOLL_CLOEXEC);
    app.hub = hub_new(&app.config, epoll, submit);
    /* Of several processes only one is woken for a new request. */
    watch(epoll, 0, EPOLLIN | EPOLLEXCLUSIVE, &on_listener);
    watch(epoll, jobs, EPOLLIN, &on_jobs);
    watch(epoll, wake, EPOLLIN, &on_wake);
    while (!fcgi_stopping)
        turn(epoll, wake, &waiting);

    /* Others take the requests that come now; those that were taken are answered. */
    epoll_ctl(epoll, EPOLL_CTL_DEL, 0, NULL);
    wake_close(&app.config, wake); /* else what waits there would not let this loop wait */
    int64_t end = hub_now(app.hub) + GRACE_MS;
    while (hub_now(app.hub) < end && (job_thread_load(app.thread) > 0 || hub_readers(app.hub) > 0)) {
        struct epoll_event events[EVENTS];
        hub_shutdown(app.hub); /* also those that were looked up since */
        int count = epoll_wait(epoll, events, EVENTS, 10);
        for (int i = 0; i < count; i++)
            if (events[i].data.ptr != &on_jobs)
                hub_event(app.hub, events[i].data.ptr, events[i].events);
        take_done();
        hub_turn(app.hub);
    }
    take_done(); /* the last may have been done since */
    hub_turn(app.hub);
    job_thread_stop(app.thread);
    hub_free(app.hub);
    close(epoll);
}
