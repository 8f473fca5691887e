/* Who may do what in a room. */
#include "rights.h"

#include <string.h>

static const struct {
    enum role least;
    enum role direct; /* the same in a direct room; ROLE_NONE: nobody */
} table[RIGHT_COUNT] = {
    [RIGHT_READ] = {ROLE_MUTED, ROLE_MUTED},      [RIGHT_SEND] = {ROLE_MEMBER, ROLE_MEMBER},
    [RIGHT_LEAVE] = {ROLE_MUTED, ROLE_NONE},      [RIGHT_UPDATE] = {ROLE_ADMIN, ROLE_NONE},
    [RIGHT_ADD] = {ROLE_ADMIN, ROLE_NONE},        [RIGHT_REMOVE] = {ROLE_ADMIN, ROLE_NONE},
    [RIGHT_MUTE] = {ROLE_ADMIN, ROLE_NONE},       [RIGHT_BAN] = {ROLE_ADMIN, ROLE_NONE},
    [RIGHT_DELETE_ANY] = {ROLE_ADMIN, ROLE_NONE}, [RIGHT_VERSIONS] = {ROLE_ADMIN, ROLE_NONE},
    [RIGHT_PIN] = {ROLE_ADMIN, ROLE_MEMBER},      [RIGHT_DELETE] = {ROLE_ADMIN, ROLE_NONE},
    [RIGHT_ROLE] = {ROLE_OWNER, ROLE_NONE},       [RIGHT_HANDOVER] = {ROLE_OWNER, ROLE_NONE},
};

static const char *const names[] = {"", "muted", "member", "admin", "owner"};

bool rights_may(enum role role, bool direct, enum right right)
{
    enum role least = direct ? table[right].direct : table[right].least;

    return least != ROLE_NONE && role >= least;
}

bool rights_over(enum role actor, enum role target)
{
    return actor == ROLE_OWNER || target < actor;
}

const char *rights_role_name(enum role role)
{
    return names[role];
}

enum role rights_role(const char *name)
{
    for (enum role role = ROLE_MUTED; role <= ROLE_OWNER; role++)
        if (name != NULL && strcmp(name, names[role]) == 0)
            return role;
    return ROLE_NONE;
}
