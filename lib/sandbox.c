/* The sandbox: Landlock by its system calls, which libc does not have. */
#include "sandbox.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's numbers (linux/landlock.h, of which Debian 12 has an old one). */
#define CREATE_RULESET   444
#define ADD_RULE         445
#define RESTRICT_SELF    446
#define ASK_VERSION      1u
#define RULE_PATH        1
#define RULE_PORT        2
#define EXECUTE          (1ull << 0)
#define WRITE_FILE       (1ull << 1)
#define READ_FILE        (1ull << 2)
#define READ_DIR         (1ull << 3)
#define REMOVE_FILE      (1ull << 5)
#define MAKE_DIR         (1ull << 7)
#define MAKE_FILE        (1ull << 8)
#define MAKE_SOCK        (1ull << 9)
#define ELSEWHERE        (1ull << 13) /* a second name in another folder: known since version 2 */
#define TRUNCATE         (1ull << 14) /* since version 3 */
#define CONNECT_TCP      (1ull << 1)
#define BIND_AND_CONNECT 3ull
#define SIGNALS          (1ull << 1)
#define DNS              53

/* How many rights on files each version knows; the kernel takes no others. */
static const int rights_known[] = {0, 13, 14, 15, 15, 16};
#define VERSIONS (int)(sizeof rights_known / sizeof rights_known[0])

struct rules {
    uint64_t files, ports, scopes;
};
struct __attribute__((packed)) path_rule {
    uint64_t rights;
    int fd;
};
struct port_rule {
    uint64_t rights, port;
};

/* A path that is not there needs no rule. */
static void allow(int rules, const char *path, uint64_t rights)
{
    struct path_rule rule = {rights, open(path, O_PATH | O_CLOEXEC)};

    if (rule.fd < 0)
        return;
    if (syscall(ADD_RULE, rules, RULE_PATH, &rule, 0u) != 0) /* a file: no rights of folders */
        rule.rights &= EXECUTE | READ_FILE | WRITE_FILE, syscall(ADD_RULE, rules, RULE_PATH, &rule, 0u);
    close(rule.fd);
}

static void allow_port(int rules, uint64_t port)
{
    const struct port_rule rule = {CONNECT_TCP, port};

    syscall(ADD_RULE, rules, RULE_PORT, &rule, 0u);
}

/* The folder of files, and the program that makes previews: it lies beside this one, and needs the loader. */
static void allow_files(int rules, const char *folder, uint64_t known)
{
    static const char *const loaders[] = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 16);

    allow(rules, folder,
          known & (READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | MAKE_DIR | MAKE_FILE | ELSEWHERE |
                   TRUNCATE));
    if (len <= 0)
        return;
    path[len] = '\0';
    snprintf(strrchr(path, '/'), 16, "/preview");
    allow(rules, path, EXECUTE | READ_FILE);
    for (size_t i = 0; i < sizeof loaders / sizeof loaders[0]; i++)
        allow(rules, loaders[i], EXECUTE | READ_FILE);
}

bool sandbox_enter(const struct config *config, bool files)
{
#ifdef __SANITIZE_ADDRESS__
    return true; /* what it finds is written to files */
#endif
    static const char *const readable[] = {
        "/usr",      "/lib",        "/lib64", "/etc", "/run/systemd/resolve", "/sys/devices/system/cpu",
        "/dev/null", "/dev/urandom"};
    int version = (int)syscall(CREATE_RULESET, NULL, 0ul, ASK_VERSION);
    if (version < (files ? 2 : 1))
        return false;
    struct rules all = {.files = (1ull << rights_known[version < VERSIONS ? version : VERSIONS - 1]) - 1,
                        .ports = version >= 4 ? BIND_AND_CONNECT : 0,
                        .scopes = version >= 6 ? SIGNALS : 0};
    size_t size = version >= 6 ? sizeof all : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    int rules = (int)syscall(CREATE_RULESET, &all, size, 0u);
    if (rules < 0)
        return false;

    char wake[4096];
    snprintf(wake, sizeof wake, "%s/wake", config->path_run);
    for (size_t i = 0; i < sizeof readable / sizeof readable[0]; i++)
        allow(rules, readable[i], READ_FILE | READ_DIR);
    allow(rules, config->path_html, READ_FILE | READ_DIR);
    allow(rules, wake, READ_DIR | MAKE_SOCK | REMOVE_FILE);
    if (files)
        allow_files(rules, config->path_files, all.files);
    if (version >= 4 && *config->db_socket == '\0') {
        allow_port(rules, config->db_port);
        allow_port(rules, DNS);
    }
    bool entered =
        prctl(PR_SET_NO_NEW_PRIVS, 1ul, 0ul, 0ul, 0ul) == 0 && syscall(RESTRICT_SELF, rules, 0u) == 0;
    close(rules);
    return entered;
}
