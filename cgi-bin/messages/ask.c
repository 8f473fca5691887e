/* What is asked of "/messages", from queries and forms. */
#include "messages.h"
#include "lang.h"
#include "mem.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define WAIT_MAX 55 /* seconds */

/* A whole number between the bounds; the fallback when the parameter is not there. */
static bool number(const struct form *query, const char *name, uint64_t least, uint64_t most,
                   uint64_t fallback, uint64_t *out)
{
    struct form_field *field = form_find(query, name);

    *out = fallback;
    return field == NULL ||
           (text_to_u64(field->value, most, out) && strlen(field->value) == field->len && *out >= least);
}

const char *read_of(const struct fcgi_request *in, const struct form *query, bool stream,
                    struct read_job *read, uint64_t *wait)
{
    uint64_t limit, before;
    const char *after = form_get(query, "after");

    if (stream && *in->last_event_id != '\0')
        after = in->last_event_id;
    if (!number(query, "room", 1, INT64_MAX, 0, &read->query.room_id))
        return T("room is the number of a room");
    if (!number(query, "limit", 1, PAGE_LIMIT_MAX, PAGE_LIMIT, &limit))
        return T("limit is a number from 1 to 200");
    if (!number(query, "wait", 0, WAIT_MAX, 0, wait))
        return T("wait is a number of seconds from 0 to 55");
    if (!number(query, "before", 1, INT64_MAX, 0, &before))
        return T("before is the number of a message");
    if (before != 0 && (after != NULL || read->query.room_id == 0 || stream))
        return T("before goes with a room, and not with after");
    if (after == NULL && form_find(query, "after") != NULL)
        return T("after is a cursor");
    if (after != NULL && !cursor_read(after, &read->cursor))
        return T("after is a cursor");
    read->has_cursor = after != NULL;
    read->query.limit = limit;
    read->query.kind = before != 0 ? PAGE_BEFORE : after != NULL ? PAGE_AFTER : PAGE_NEWEST;
    read->query.mark = before != 0 ? before : read->cursor.version;
    return NULL;
}

static const struct {
    const char *name;
    enum write_action action;
} actions[] = {
    {"", WRITE_SEND},         {"send", WRITE_SEND}, {"edit", WRITE_EDIT},     {"delete", WRITE_DELETE},
    {"react", WRITE_REACT},   {"read", WRITE_READ}, {"unread", WRITE_UNREAD}, {"preview", WRITE_PREVIEW},
    {"typing", WRITE_TYPING}, {"pin", WRITE_PIN},   {"unpin", WRITE_UNPIN},   {"save", WRITE_SAVE},
    {"unsave", WRITE_UNSAVE},
};

static const struct refusal *files_of(const struct form *form, struct write *write)
{
    static const struct refusal no_file = {400, "bad_parameter", T("file is the number of a file.")};
    static const struct refusal too_many = {422, "too_many_files", T("A message has at most 10 files.")};

    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->field[i].name, "file") != 0)
            continue;
        if (write->files == FILES_MAX)
            return &too_many;
        if (!text_to_u64(form->field[i].value, INT64_MAX, &write->file[write->files++]))
            return &no_file;
    }
    return NULL;
}

static const struct refusal *reaction_of(const struct form *form, struct write *write)
{
    static const struct refusal no_on = {400, "bad_parameter", T("on is 1 or 0.")};
    static const struct refusal no_emoji = {422, "bad_emoji",
                                            T("A reaction is one emoji, and nothing else.")};
    struct form_field *emoji = form_find(form, "emoji");
    uint64_t on;

    if (!number(form, "on", 0, 1, 1, &on))
        return &no_on;
    if (emoji == NULL || !text_is_emoji(emoji->value, emoji->len = text_trim(emoji->value, emoji->len)))
        return &no_emoji;
    write->on = on == 1;
    free(write->text);
    write->text = mem_dup(emoji->value);
    return NULL;
}

const struct refusal *write_of(const struct form *form, struct write *write)
{
    static const struct refusal no_action = {400, "bad_parameter", T("There is no such action.")};
    static const struct refusal no_room = {400, "bad_parameter", T("room is the number of a room.")};
    static const struct refusal no_seq = {400, "bad_parameter", T("seq is the number of a message.")};
    static const struct refusal no_base = {400, "bad_parameter", T("base is the number of a change.")};
    static const struct refusal no_reply = {400, "bad_parameter", T("reply is the number of a message.")};
    const struct form_field *action = form_find(form, "action");
    struct form_field *text = form_find(form, "text");
    bool known = action == NULL;

    /* The text comes first, so that it can be given back whatever else is wrong. */
    if (text != NULL) {
        write->text_len = text_normalise_lines(text->value, text->len);
        write->text = mem_dupn(text->value, write->text_len);
    }
    for (size_t i = 0; action != NULL && i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(actions[i].name, action->value) == 0) {
            write->action = actions[i].action;
            known = true;
        }
    bool has_room = form_find(form, "room") != NULL && number(form, "room", 1, INT64_MAX, 0, &write->room_id);
    if (!known)
        return &no_action;
    if (!has_room)
        return &no_room;
    if (write->action == WRITE_TYPING)
        return NULL;
    bool old = write->action != WRITE_SEND && write->action != WRITE_PREVIEW;
    if (old && (form_find(form, "seq") == NULL || !number(form, "seq", 0, INT64_MAX, 0, &write->seq)))
        return &no_seq;
    if (write->action == WRITE_EDIT && !number(form, "base", 0, INT64_MAX, 0, &write->base))
        return &no_base;
    if (!old) {
        const char *nonce = form_get(form, "nonce");
        write->nonce = nonce != NULL && text_is_nonce(nonce, strlen(nonce)) ? mem_dup(nonce) : NULL;
        const char *reply = form_get(form, "reply");
        if ((reply == NULL || *reply != '\0') && !number(form, "reply", 1, INT64_MAX, 0, &write->reply_to))
            return &no_reply;
        const struct refusal *why = files_of(form, write);
        if (why != NULL)
            return why;
    }
    if (write->action == WRITE_REACT)
        return reaction_of(form, write);
    return old && write->action != WRITE_EDIT ? NULL : reply_check(write);
}
