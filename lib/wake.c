/* Wake-ups between the programs of a host. */
#include "wake.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PEERS_MAX 64
#define LOOK_MS   250
#define ASK_MS    200

static bool address_of(const struct config *config, const char *name, struct sockaddr_un *address)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    int len = snprintf(address->sun_path, sizeof address->sun_path, "%s/wake/%s", config->path_run, name);
    return len > 0 && (size_t)len < sizeof address->sun_path;
}

/* Clears away the sockets of processes that were killed: nobody listens there any more. */
static void clear_stale(const struct config *config, int fd)
{
    static const struct wake nothing = {.kind = 0};
    char path[4096];
    struct sockaddr_un address;

    snprintf(path, sizeof path, "%s/wake", config->path_run);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && address_of(config, entry->d_name, &address) &&
            sendto(fd, &nothing, sizeof nothing, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                   sizeof address) < 0 &&
            errno == ECONNREFUSED)
            unlink(address.sun_path);
    closedir(dir);
}

int wake_listen(const struct config *config)
{
    struct sockaddr_un address;
    char name[24];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    snprintf(name, sizeof name, "%ld", (long)getpid());
    if (fd < 0 || !address_of(config, name, &address))
        goto fail;
    clear_stale(config, fd);
    unlink(address.sun_path);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        goto fail;
    chmod(address.sun_path, 0660);
    return fd;
fail:
    log_line("no wake-ups: %s: '%s/wake'", strerror(errno), config->path_run);
    if (fd >= 0)
        close(fd);
    return -1;
}

void wake_close(const struct config *config, int fd)
{
    struct sockaddr_un address;
    char name[24];

    if (fd < 0)
        return;
    snprintf(name, sizeof name, "%ld", (long)getpid());
    if (address_of(config, name, &address))
        unlink(address.sun_path);
    close(fd);
}

static struct {
    struct sockaddr_un address;
    socklen_t len;
} asker; /* whom the last datagram came from */

bool wake_receive(int fd, struct wake *wake)
{
    ssize_t got;

    do {
        asker.len = sizeof asker.address;
        /* One that is too long is told by its true length. */
        got = recvfrom(fd, wake, sizeof *wake, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&asker.address,
                       &asker.len);
    } while ((got < 0 && errno == EINTR) || (got >= 0 && (got != sizeof *wake || wake->kind == 0)));
    return got == sizeof *wake;
}

/* Who listens, looked up now and then: a process that is new is told of by the next look, and asks the database until
 * then. One's own socket is not among them. */
static struct {
    int fd; /* 0: not made yet */
    int64_t looked_at;
    size_t count;
    struct sockaddr_un peer[PEERS_MAX];
} listeners;

static void look(const struct config *config)
{
    char path[4096], own[24];
    int64_t now = clock_ms();

    if (listeners.looked_at != 0 && now - listeners.looked_at < LOOK_MS)
        return;
    listeners.looked_at = now;
    listeners.count = 0;
    snprintf(path, sizeof path, "%s/wake", config->path_run);
    snprintf(own, sizeof own, "%ld", (long)getpid());
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (struct dirent *entry; listeners.count < PEERS_MAX && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, own) != 0 &&
            address_of(config, entry->d_name, &listeners.peer[listeners.count]))
            listeners.count++;
    closedir(dir);
}

void wake_tell(const struct config *config, const struct wake *wake)
{
    if (!config->wakeups)
        return;
    look(config);
    if (listeners.count > 0 && listeners.fd == 0)
        listeners.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (size_t i = 0; i < listeners.count; i++)
        if (sendto(listeners.fd, wake, sizeof *wake, MSG_DONTWAIT | MSG_NOSIGNAL,
                   (struct sockaddr *)&listeners.peer[i], sizeof listeners.peer[i]) < 0 &&
            errno != EAGAIN)
            listeners.looked_at = 0; /* somebody went: look again next time */
}

void wake_room(const struct config *config, uint64_t id)
{
    wake_tell(config, &(struct wake){.kind = WAKE_ROOM, .id = id});
}

void wake_user(const struct config *config, uint64_t id)
{
    wake_tell(config, &(struct wake){.kind = WAKE_USER, .id = id});
}

uint64_t wake_ask_readers(const struct config *config, unsigned *processes)
{
    static const struct wake question = {.kind = WAKE_READERS};
    const struct sockaddr_un nameless = {.sun_family =
                                             AF_UNIX}; /* the kernel names it, nothing is left behind */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    struct wake answer;
    unsigned asked = 0;
    uint64_t readers = 0;

    *processes = 0;
    if (fd < 0 || bind(fd, (const struct sockaddr *)&nameless, sizeof nameless.sun_family) != 0)
        goto out;
    look(config);
    for (size_t i = 0; i < listeners.count; i++)
        if (sendto(fd, &question, sizeof question, MSG_NOSIGNAL, (struct sockaddr *)&listeners.peer[i],
                   sizeof listeners.peer[i]) == sizeof question)
            asked++;
    while (*processes < asked && poll(&wait, 1, ASK_MS) > 0)
        while (wake_receive(fd, &answer)) {
            readers += answer.id;
            ++*processes;
        }
out:
    if (fd >= 0)
        close(fd);
    return readers;
}

void wake_answer_readers(int fd, uint64_t readers)
{
    const struct wake answer = {.kind = WAKE_READERS, .id = readers};

    sendto(fd, &answer, sizeof answer, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&asker.address,
           asker.len);
}
