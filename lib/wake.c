/* Wake-ups between the programs of a host. */
#include "wake.h"
#include "mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool address_of(const struct config *config, const char *name, struct sockaddr_un *address)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    int len = snprintf(address->sun_path, sizeof address->sun_path, "%s/wake/%s", config->path_run, name);
    return len > 0 && (size_t)len < sizeof address->sun_path;
}

static void each_socket(const struct config *config, int fd, const struct wake *wake)
{
    char path[4096];
    struct sockaddr_un address;

    snprintf(path, sizeof path, "%s/wake", config->path_run);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' || !address_of(config, entry->d_name, &address))
            continue;
        /* Nobody listens there any more: its process was killed. */
        if (sendto(fd, wake, sizeof *wake, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address,
                   sizeof address) < 0 &&
            errno == ECONNREFUSED)
            unlink(address.sun_path);
    }
    closedir(dir);
}

int wake_listen(const struct config *config)
{
    struct sockaddr_un address;
    char name[24];
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    static const struct wake nothing = {.kind = 0};

    snprintf(name, sizeof name, "%ld", (long)getpid());
    if (fd < 0 || !address_of(config, name, &address))
        goto fail;
    each_socket(config, fd, &nothing);
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

bool wake_receive(int fd, struct wake *wake)
{
    ssize_t got;

    do
        got = recv(fd, wake, sizeof *wake, MSG_DONTWAIT);
    while ((got < 0 && errno == EINTR) || (got >= 0 && (got != sizeof *wake || wake->kind == 0)));
    return got == sizeof *wake;
}

static void tell(const struct config *config, enum wake_kind kind, uint64_t id)
{
    struct wake wake = {.kind = kind, .sender = (uint32_t)getpid(), .id = id};

    if (!config->wakeups)
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    each_socket(config, fd, &wake);
    close(fd);
}

void wake_room(const struct config *config, uint64_t id)
{
    tell(config, WAKE_ROOM, id);
}

void wake_user(const struct config *config, uint64_t id)
{
    tell(config, WAKE_USER, id);
}
