/* The site's settings, from one HDF file named by the environment variable SNUG_CONFIG.
 *
 * Every key has a default; deploy/snug.hdf.example lists them all. Read once, when a program starts; a few of them the
 * site's admins may change at /admin, and those go on top (db_site_refresh). */
#ifndef SNUG_CONFIG_H
#define SNUG_CONFIG_H

#include "crypto.h"
#include "text.h"

#include <stdbool.h>
#include <stdint.h>

enum registration { REGISTRATION_OPEN, REGISTRATION_INVITE, REGISTRATION_CLOSED };
extern const char *const config_registrations[]; /* "open", "invite", "closed" */

struct config {
    const struct config *file; /* all of it as the settings file says */
    char site_name[TEXT_GROUP_MAX * 4 + 1];
    const char *site_address; /* https://chat.example.org, or empty: the Host header is believed */
    const char *path_html;
    const char *path_run;
    const char *path_files; /* what people sent */
    const char *db_socket;  /* empty: connect to db_host */
    const char *db_host;
    unsigned db_port;
    const char *db_user;
    const char *db_password;
    const char *db_name;
    enum registration registration;
    unsigned session_days;
    bool single_session;    /* a new sign-in ends the older ones */
    unsigned keep_days;     /* messages older than this go; 0 keeps them */
    unsigned clean_seconds; /* between two looks at what has to go */
    const char
        *mail_command; /* takes a mail with its headers on its standard input; empty: no mail is sent */
    const char *mail_from;
    unsigned history_limit; /* for new groups; 0 keeps everything */
    struct crypto_cost password;
    bool limits;
    unsigned limit_sign_in;         /* failures of one name that are free (db_attempt.h) */
    unsigned limit_sign_in_address; /* the same of one address */
    unsigned limit_register;        /* registrations from one address */
    unsigned limit_send_burst;
    unsigned limit_send_rate; /* per second and user */
    unsigned limit_readers;   /* held by one process at once */
    unsigned presence_held;   /* seconds that a held reader counts as present */
    unsigned presence_poll;   /* and a poll: browsers fire a hidden page's timers once a minute at worst */
    bool files;               /* people may send files */
    bool files_in_database;   /* not in path_files */
    uint64_t files_max;       /* bytes of one file */
    uint64_t files_user;      /* of all files of one user; 0: no limit */
    uint64_t files_site;      /* of all files; 0: no limit */
    bool wakeups;
    bool sandbox; /* the kernel holds the programs to what they need (sandbox.h) */
};

/* Reads the file, or takes the defaults when SNUG_CONFIG is unset. A file that cannot be read or parsed ends
 * the process with a line in the log. The strings live as long as the process. */
void config_load(struct config *config);

/* By its name; anything else is closed. */
enum registration config_registration(const char *name);

#endif
