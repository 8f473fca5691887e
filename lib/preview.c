/* Previews of pictures: starts the program that makes them. */
#include "preview.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS     10
#define PREVIEW_MAX (1024 * 1024)

extern char **environ;

bool preview_fits(const char *type)
{
    return strcmp(type, "image/jpeg") == 0 || strcmp(type, "image/png") == 0 ||
           strcmp(type, "image/gif") == 0 || strcmp(type, "image/webp") == 0;
}

/* Starts it: it lies beside this program. *to and *from are our ends of its input and output. */
static pid_t start(int *to, int *from)
{
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 16);
    int in[2], out[2];
    pid_t pid = -1;
    posix_spawn_file_actions_t actions;
    char *argv[] = {path, NULL};

    if (len <= 0 || pipe2(in, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]);
        close(in[1]);
        return -1;
    }
    path[len] = '\0';
    snprintf(strrchr(path, '/'), 16, "/preview");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    if (posix_spawn(&pid, path, &actions, NULL, argv, environ) != 0)
        pid = -1;
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    *to = in[1];
    *from = out[0];
    return pid;
}

/* Waits until the descriptor is ready, but not beyond `end`. */
static bool ready(int fd, short events, time_t end)
{
    struct pollfd wait = {.fd = fd, .events = events};
    time_t left = end - time(NULL);

    return left > 0 && poll(&wait, 1, (int)left * 1000) > 0;
}

bool preview_make(size_t (*read_at)(void *context, uint64_t offset, void *buf, size_t len), void *context,
                  struct strbuf *out, uint64_t *width, uint64_t *height)
{
    char *buf = mem_alloc(65536);
    int to = -1, from = -1, status = 1;
    uint64_t offset = 0;
    time_t end = time(NULL) + SECONDS;
    pid_t pid = start(&to, &from);

    *width = *height = 0;
    /* It reads all of the picture before it writes anything. */
    for (size_t len; pid > 0 && (len = read_at(context, offset, buf, 65536)) > 0; offset += len)
        if (!ready(to, POLLOUT, end) || write(to, buf, len) != (ssize_t)len)
            break;
    if (to >= 0)
        close(to);
    for (ssize_t len = 1; pid > 0 && len > 0 && out->len < PREVIEW_MAX && ready(from, POLLIN, end);) {
        len = read(from, buf, 65536);
        strbuf_add(out, buf, len > 0 ? (size_t)len : 0);
    }
    if (from >= 0)
        close(from);
    if (pid > 0) {
        kill(pid, SIGKILL); /* it has written all, or it is late */
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    free(buf);
    /* "WIDTH HEIGHT LENGTH\n", then the preview. */
    char *at = out->buf, *line = memchr(out->buf, '\n', out->len);
    uint64_t w = strtoull(at, &at, 10), h = strtoull(at, &at, 10), len = strtoull(at, &at, 10);
    if (line == NULL || at != line || out->len - (size_t)(line + 1 - out->buf) != len || w == 0 ||
        w > 65535 || h == 0 || h > 65535) {
        strbuf_reset(out);
        return false;
    }
    memmove(out->buf, line + 1, len);
    out->len = len;
    *width = w;
    *height = h;
    return true;
}
