/* The sandbox, tried from within by a process of its own; where the kernel has none, that is said. */
#include "unit.h"

#include "sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];

static const char *in(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static bool can_open(const char *path, int flags)
{
    int fd = open(path, flags, 0600);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool can_bind(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
    bool done = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    close(fd);
    return done;
}

/* errno after trying a port of this machine. */
static int reach(uint16_t port, bool listening)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int rc = listening ? bind(fd, (const struct sockaddr *)&address, sizeof address)
                       : connect(fd, (const struct sockaddr *)&address, sizeof address);
    int error = rc == 0 ? 0 : errno;

    close(fd);
    return error;
}

/* The exit status is the first promise that does not hold; 100: there is no sandbox here. */
static int try_all(void)
{
    char html[128], run[128];

    snprintf(html, sizeof html, "%s", in("html"));
    snprintf(run, sizeof run, "%s", in("run"));
    struct config config = {.path_html = html, .path_run = run, .db_socket = "", .db_port = 1};
    if (!sandbox_enter(&config, false))
        return 100;
    if (!can_open(in("html/page.cs"), O_RDONLY) || !can_open("/etc/passwd", O_RDONLY) ||
        !can_open("/dev/urandom", O_RDONLY) || !can_open(in("run/wake"), O_RDONLY | O_DIRECTORY))
        return 1;
    if (can_open(in("secret"), O_RDONLY) || can_open(in("html/page.cs"), O_WRONLY) ||
        can_open(in("html/new"), O_WRONLY | O_CREAT) || can_open(in("run/wake/new"), O_WRONLY | O_CREAT) ||
        can_open("/tmp", O_RDONLY | O_DIRECTORY))
        return 2;
    if (mkdir(in("run/wake/new"), 0700) == 0 || unlink(in("html/page.cs")) == 0 ||
        can_bind(in("run/new.sock")))
        return 3;
    if (!can_bind(in("run/wake/1")) || unlink(in("run/wake/1")) != 0)
        return 4;
    execl("/bin/true", "true", (char *)NULL);
    if (errno != EACCES)
        return 5;
    /* These came with later kernels: either the sandbox forbids them, or it cannot. */
    int other = reach(2, false), database = reach(1, false), listening = reach(40404, true);
    if (database != ECONNREFUSED || (other != EACCES && other != ECONNREFUSED) ||
        (other == EACCES && listening != EACCES))
        return 6;
    printf("[   NOTE   ] TCP is %s, signals are %s\n", other == EACCES ? "held" : "free",
           kill(getppid(), 0) != 0 ? "held" : "free");
    fflush(stdout);
    return 0;
}

static void a_program_is_held_to_what_it_needs(void **state)
{
    int status = 0;

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip();
#endif
    snprintf(folder, sizeof folder, "/tmp/snug-sandbox-XXXXXX");
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(mkdir(in(((const char *const[]){"html", "run", "run/wake"})[i]), 0700), 0);
    assert_true(can_open(in("secret"), O_WRONLY | O_CREAT) &&
                can_open(in("html/page.cs"), O_WRONLY | O_CREAT));
    pid_t child = fork();
    if (child == 0)
        _exit(try_all());
    waitpid(child, &status, 0);
    unlink(in("secret"));
    unlink(in("html/page.cs"));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(rmdir(in(((const char *const[]){"html", "run/wake", "run", ""})[i])), 0);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 100)
        printf("[   NOTE   ] this kernel has no Landlock\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_program_is_held_to_what_it_needs)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
