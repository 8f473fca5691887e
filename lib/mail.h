/* Mail, handed to the command that the settings name (Mail.Command), whose words are separated by spaces: no shell reads it. */
#ifndef SNUG_MAIL_H
#define SNUG_MAIL_H

#include "config.h"

/* Whether the site can send mail with links in it: it has a command, and knows its own address. (A link with the host
 * that some request named could lead anywhere.) */
bool mail_ready(const struct config *config);

/* Does the work in a process of its own that nobody waits for: the answer to a request takes the same time whatever
 * there is to do. It starts without any descriptor of this process; `work` opens what it needs, a database too.
 * False, with a line in the log: there is no further process. */
typedef void mail_work(const struct config *config, const char *subject);
bool mail_later(const struct config *config, mail_work *work, const char *subject);

/* Hands a mail of plain text to the command, and waits for it. `subject` is ASCII of one line; `to` holds no white
 * space. False, with a line in the log, when the command failed. */
bool mail_send(const struct config *config, const char *to, const char *subject, const char *text);

#endif
