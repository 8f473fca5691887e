/* Who may do what in a room. */
#include "rights.h"

#include <string.h>

static const struct {
    enum role least;
    bool direct;
} table[RIGHT_COUNT] = {
    [RIGHT_READ] = {ROLE_MUTED, true},        [RIGHT_SEND] = {ROLE_MEMBER, true},
    [RIGHT_LEAVE] = {ROLE_MUTED, false},      [RIGHT_UPDATE] = {ROLE_ADMIN, false},
    [RIGHT_ADD] = {ROLE_ADMIN, false},        [RIGHT_REMOVE] = {ROLE_ADMIN, false},
    [RIGHT_MUTE] = {ROLE_ADMIN, false},       [RIGHT_BAN] = {ROLE_ADMIN, false},
    [RIGHT_DELETE_ANY] = {ROLE_ADMIN, false}, [RIGHT_VERSIONS] = {ROLE_ADMIN, false},
    [RIGHT_DELETE] = {ROLE_ADMIN, false},     [RIGHT_ROLE] = {ROLE_OWNER, false},
    [RIGHT_HANDOVER] = {ROLE_OWNER, false},
};

static const char *const names[] = {"", "muted", "member", "admin", "owner"};

bool rights_may(enum role role, bool direct, enum right right)
{
    return role >= table[right].least && (!direct || table[right].direct);
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
