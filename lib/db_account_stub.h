/* To be deleted with db_account_stub.c at the merge: db_user.h declares it. */
#ifndef SNUG_DB_ACCOUNT_STUB_H
#define SNUG_DB_ACCOUNT_STUB_H

#include "db_user.h"

enum db_result db_user_delete(struct db *db, uint64_t id, bool with_messages);

#endif
