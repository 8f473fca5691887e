/* The site's settings. */
#include "config.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util/neo_misc.h>

#include <util/neo_hdf.h>

static const char *text(HDF *hdf, const char *key, const char *fallback)
{
    return mem_dup(hdf_get_value(hdf, key, fallback));
}

static unsigned number(HDF *hdf, const char *key, unsigned fallback, unsigned max)
{
    int value = hdf_get_int_value(hdf, key, (int)fallback);

    if (value < 0 || (unsigned)value > max) {
        log_line("setting out of range, using %u: '%s'", fallback, key);
        return fallback;
    }
    return (unsigned)value;
}

const char *const config_registrations[] = {"open", "invite", "closed"};

enum registration config_registration(const char *name)
{
    enum registration found = REGISTRATION_OPEN;

    while (found < REGISTRATION_CLOSED && strcmp(name, config_registrations[found]) != 0)
        found++;
    return found;
}

void config_load(struct config *config)
{
    struct config *file = mem_alloc(sizeof *file);
    const char *path = getenv("SNUG_CONFIG");
    HDF *hdf = NULL;
    NEOERR *err = hdf_init(&hdf);

    if (err == STATUS_OK && path != NULL && *path != '\0')
        err = hdf_read_file(hdf, path);
    if (err != STATUS_OK) {
        STRING why;
        string_init(&why);
        nerr_error_string(err, &why);
        log_line("cannot read settings: '%s': %s", path != NULL ? path : "", why.buf != NULL ? why.buf : "");
        exit(78);
    }

    snprintf(config->site_name, sizeof config->site_name, "%s", hdf_get_value(hdf, "Site.Name", "Snug"));
    config->site_address = text(hdf, "Site.Address", "");
    config->path_html = text(hdf, "Paths.Html", "html");
    config->path_run = text(hdf, "Paths.Run", "var/run");
    config->path_files = text(hdf, "Paths.Files", "var/files");
    config->db_socket = text(hdf, "Database.Socket", "");
    config->db_host = text(hdf, "Database.Host", "localhost");
    config->db_port = number(hdf, "Database.Port", 3306, 65535);
    config->db_user = text(hdf, "Database.User", "snug");
    config->db_password = text(hdf, "Database.Password", "");
    config->db_name = text(hdf, "Database.Name", "snug");
    config->registration = config_registration(hdf_get_value(hdf, "Registration", "open"));
    config->single_session = number(hdf, "Session.Single", 0, 1) == 1;
    config->keep_days = number(hdf, "Messages.Days", 0, 36500);
    config->clean_seconds = number(hdf, "Messages.Clean", 600, 86400);
    config->mail_command = text(hdf, "Mail.Command", "");
    config->mail_from = text(hdf, "Mail.From", "");
    config->session_days = number(hdf, "Session.Days", 30, 3650);
    config->history_limit = number(hdf, "Groups.History", 0, 10000000);
    config->password.cost = number(hdf, "Password.Cost", 15, 20);
    config->password.block = number(hdf, "Password.Block", 8, 64);
    config->password.parallel = number(hdf, "Password.Parallel", 3, 64);
    config->limits = number(hdf, "Limits.Enabled", 1, 1) == 1;
    config->limit_sign_in = number(hdf, "Limits.SignIn", 10, 1000000);
    config->limit_sign_in_address = number(hdf, "Limits.SignInAddress", 300, 1000000);
    config->limit_register = number(hdf, "Limits.Register", 200, 1000000);
    config->limit_send_burst = number(hdf, "Limits.SendBurst", 30, 1000000);
    config->limit_send_rate = number(hdf, "Limits.SendRate", 5, 1000000);
    config->limit_readers = number(hdf, "Limits.Readers", 10000, 1000000);
    config->presence_held = number(hdf, "Presence.Seconds", 60, 3600);
    config->presence_poll = config->presence_held * 5 / 2;
    config->files = number(hdf, "Files.Off", 0, 1) == 0;
    config->files_in_database = strcmp(hdf_get_value(hdf, "Files.Store", "disk"), "database") == 0;
    config->files_max = (uint64_t)number(hdf, "Files.Max", 25, 2047) << 20;
    config->files_user = (uint64_t)number(hdf, "Files.User", 1000, 1000000000) << 20;
    config->files_site = (uint64_t)number(hdf, "Files.Site", 10000, 1000000000) << 20;
    config->wakeups = number(hdf, "Wakeups", 1, 1) == 1;
    config->sandbox = number(hdf, "Sandbox", 1, 1) == 1;
    hdf_destroy(&hdf);
    *file = *config;
    config->file = file;
}
