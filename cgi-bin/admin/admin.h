/* What the pages of /admin share. */
#ifndef SNUG_ADMIN_H
#define SNUG_ADMIN_H

#include "app.h"
#include "db_admin.h"

#define ADMIN_ROWS 50 /* users or groups on a page */

/* NAME.At and NAME.Text, of an ISO time ("" is never). */
void admin_time(struct view *view, const char *name, const char *iso);
/* A parameter of the address, "" when it is missing or no text. */
const char *admin_parameter(struct req *req, const char *name);
/* The full address of a link with a token in it, into the view (Link): shown this once. */
void admin_link(struct req *req, const char *path, const char *token);

/* The pages, and what is posted to them. */
app_handler admin_users, admin_user, admin_user_act;
app_handler admin_groups, admin_group, admin_group_act;
app_handler admin_invitations, admin_invitation_act;

#endif
