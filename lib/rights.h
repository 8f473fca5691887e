/* Who may do what in a room: the one table. */
#ifndef SNUG_RIGHTS_H
#define SNUG_RIGHTS_H

#include <stdbool.h>

/* In rising order: a higher role may do all that a lower one may. */
enum role { ROLE_NONE, ROLE_MEMBER, ROLE_ADMIN, ROLE_OWNER };

enum right {
    RIGHT_READ, /* messages, members, read marks */
    RIGHT_SEND, /* and edit and delete one's own */
    RIGHT_LEAVE,
    RIGHT_UPDATE, /* name, topic, visibility, history limit */
    RIGHT_ADD,    /* members */
    RIGHT_REMOVE, /* members of a lower role */
    RIGHT_DELETE, /* the room */
    RIGHT_ROLE,   /* give and take roles */
    RIGHT_COUNT
};

/* In a direct room both are members and nothing can be managed or left. */
bool rights_may(enum role role, bool direct, enum right right);

/* "owner", "admin", "member", and "" for ROLE_NONE. */
const char *rights_role_name(enum role role);
/* ROLE_NONE for anything else. */
enum role rights_role(const char *name);

#endif
