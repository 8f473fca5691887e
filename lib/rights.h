/* Who may do what in a room: the one table. */
#ifndef SNUG_RIGHTS_H
#define SNUG_RIGHTS_H

#include <stdbool.h>

/* In rising order: a higher role may do all that a lower one may. ROLE_MUTED is what any member counts as while muted;
 * the role itself stays what it was. */
enum role { ROLE_NONE, ROLE_MUTED, ROLE_MEMBER, ROLE_ADMIN, ROLE_OWNER };

enum right {
    RIGHT_READ, /* messages, members, read marks; and delete one's own */
    RIGHT_SEND, /* and edit one's own */
    RIGHT_LEAVE,
    RIGHT_UPDATE,     /* name, topic, visibility, history limit */
    RIGHT_ADD,        /* members */
    RIGHT_REMOVE,     /* whom one stands over */
    RIGHT_MUTE,       /* the same, but no owner */
    RIGHT_BAN,        /* whom one stands over, and who is no member */
    RIGHT_DELETE_ANY, /* anybody's message */
    RIGHT_VERSIONS,   /* what any message said before it was edited; one's own: whoever reads */
    RIGHT_PIN,        /* messages; in a direct room both */
    RIGHT_DELETE,     /* the room */
    RIGHT_ROLE,       /* give and take roles */
    RIGHT_HANDOVER,   /* make another one owner in one's place */
    RIGHT_COUNT
};

/* In a direct room both are members, and nothing but pins can be managed. */
bool rights_may(enum role role, bool direct, enum right right);

/* Whether somebody of the one role may act on another one of the other: an owner on everybody, else on lower roles. */
bool rights_over(enum role actor, enum role target);

/* "owner", "admin", "member", "muted", and "" for ROLE_NONE. */
const char *rights_role_name(enum role role);
/* ROLE_NONE for anything else. */
enum role rights_role(const char *name);

#endif
