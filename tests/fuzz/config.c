/* The settings file: its values, each of which may be anything; they stay within their bounds. What the site's admins set
 * takes the same ways. */
#include "fuzz.h"

#include "config.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const keys[] = {"Site.Name",       "Site.Address",   "Database.Port",     "Registration",
                                   "Session.Single",  "Messages.Days",  "Session.Days",      "Groups.History",
                                   "Password.Cost",   "Password.Block", "Password.Parallel", "Limits.Enabled",
                                   "Limits.SendBurst"};
#define KEYS (sizeof keys / sizeof keys[0])

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config config = {0};
    int file = memfd_create("settings", 0), log = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
    char path[64];
    size_t len;

    CHECK(file >= 0 && log >= 0 && null >= 0);
    for (size_t i = 0; i < KEYS && size > 0; i++) {
        char *value = fuzz_part(&data, &size, &len);
        for (size_t c = 0; c < len; c++)
            if (value[c] == '\n' || value[c] == '\0')
                value[c] = ' ';
        dprintf(file, "%s = %s\n", keys[i], value);
        free(value);
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    setenv("SNUG_CONFIG", path, 1);
    dup2(null, STDERR_FILENO);
    config_load(&config);
    dup2(log, STDERR_FILENO);
    close(log);
    close(null);
    close(file);

    CHECK(memchr(config.site_name, '\0', sizeof config.site_name) != NULL);
    CHECK(config.registration <= REGISTRATION_CLOSED && config.db_port <= 65535 && config.keep_days <= 36500);
    CHECK(config.session_days <= 3650 && config.history_limit <= 10000000 && config.password.cost <= 20);
    CHECK(config.password.block <= 64 && config.password.parallel <= 64 &&
          config.limit_send_burst <= 1000000);
    const char *const texts[] = {config.site_address, config.path_html, config.path_run,    config.db_socket,
                                 config.db_host,      config.db_user,   config.db_password, config.db_name,
                                 config.mail_command, config.mail_from, config.path_files};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free((char *)(uintptr_t)texts[i]);
    free((struct config *)(uintptr_t)config.file);
    return 0;
}
