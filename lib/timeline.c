/* Messages as they are shown. */
#include "timeline.h"
#include "db_part.h"
#include "form.h"
#include "json.h"
#include "lang.h"
#include "mem.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLLOW_SECONDS 300    /* messages of one author within this stand under one heading */
#define QUOTE_AROUND   25     /* messages after an original that are shown with it */
#define SEPARATOR      '\x1e' /* between messages in _messages_split.cs; no text can hold it */

static const struct {
    const char *event;
    const char *sentence; /* 1 did it, 2 is what it happened to */
} events[] = {
    {"added", T("1 added 2")},
    {"joined", T("1 joined")},
    {"left", T("1 left")},
    {"removed", T("1 removed 2")},
    {"renamed", T("1 renamed the group to 2")},
    {"topic", T("1 set the topic: 2")},
    {"public", T("1 made the group public")},
    {"private", T("1 made the group private")},
    {"history", T("1 set how many messages are kept: 2")},
    {"owner", T("1 made 2 an owner")},
    {"admin", T("1 made 2 an admin")},
    {"member", T("1 made 2 an ordinary member")},
    {"handover", T("1 handed the group over to 2")},
    {"muted", T("1 muted 2")},
    {"unmuted", T("1 unmuted 2")},
    {"banned", T("1 banned 2")},
    {"unbanned", T("1 lifted the ban on 2")},
};

/* Reads "2026-11-20T11:24:00…", a form that only we write; six times for every message of a page. */
static bool parse_time(const char *iso, struct tm *tm, time_t *when)
{
    static const char form[] = "0000-00-00T00:00:00";
    int *const part[] = {&tm->tm_year, &tm->tm_mon, &tm->tm_mday, &tm->tm_hour, &tm->tm_min, &tm->tm_sec};
    size_t n = 0;

    memset(tm, 0, sizeof *tm);
    for (size_t i = 0; form[i] != '\0'; i++) {
        bool digit = iso[i] >= '0' && iso[i] <= '9';
        if (digit != (form[i] == '0') || (!digit && iso[i] != form[i]))
            return false;
        if (digit)
            *part[n] = *part[n] * 10 + (iso[i] - '0');
        else
            n++;
    }
    tm->tm_year -= 1900;
    tm->tm_mon--;
    *when = timegm(tm); /* finds the day of the week, too */
    return true;
}

static const char *const days[] = {T("Sunday"),   T("Monday"), T("Tuesday"), T("Wednesday"),
                                   T("Thursday"), T("Friday"), T("Saturday")};
static const char *const months[] = {T("January"),   T("February"), T("March"),    T("April"),
                                     T("May"),       T("June"),     T("July"),     T("August"),
                                     T("September"), T("October"),  T("November"), T("December")};
static const char *const short_months[] = {T("Jan"), T("Feb"), T("Mar"), T("Apr"), T("May"), T("Jun"),
                                           T("Jul"), T("Aug"), T("Sep"), T("Oct"), T("Nov"), T("Dec")};

void timeline_clock(const char *iso, char out[TIMELINE_TEXT])
{
    snprintf(out, TIMELINE_TEXT, "%.5s", strlen(iso) > 16 ? iso + 11 : "");
}

void timeline_short(const char *iso, char out[TIMELINE_TEXT])
{
    struct tm tm, now;
    time_t when, present = time(NULL);

    out[0] = '\0';
    if (!parse_time(iso, &tm, &when))
        return;
    gmtime_r(&present, &now);
    char year[16] = "";
    if (tm.tm_year != now.tm_year)
        snprintf(year, sizeof year, " %d", tm.tm_year + 1900);
    snprintf(out, TIMELINE_TEXT, t("%d %s%s, %.5s"), tm.tm_mday, t(short_months[tm.tm_mon]), year, iso + 11);
}

void timeline_date(const char *iso, char out[TIMELINE_TEXT])
{
    struct tm tm;
    time_t when;

    out[0] = '\0';
    if (parse_time(iso, &tm, &when))
        snprintf(out, TIMELINE_TEXT, t("%d %s %d"), tm.tm_mday, t(short_months[tm.tm_mon]),
                 tm.tm_year + 1900);
}

void timeline_day(const char *iso, char out[TIMELINE_TEXT])
{
    struct tm tm;
    time_t when;

    out[0] = '\0';
    if (parse_time(iso, &tm, &when))
        snprintf(out, TIMELINE_TEXT, t("%s %d %s"), t(days[tm.tm_wday]), tm.tm_mday, t(months[tm.tm_mon]));
}

void timeline_full(const char *iso, char out[TIMELINE_TEXT])
{
    struct tm tm;
    time_t when;

    out[0] = '\0';
    if (parse_time(iso, &tm, &when))
        snprintf(out, TIMELINE_TEXT, t("%s %d %s %d, %02d:%02d UTC"), t(days[tm.tm_wday]), tm.tm_mday,
                 t(months[tm.tm_mon]), tm.tm_year + 1900, tm.tm_hour, tm.tm_min);
}

const char *timeline_display(const char *name, const char *display)
{
    return name != NULL && name[0] == '-' ? t("Former member") : display;
}

void timeline_link(const struct room *room, uint64_t seq, char out[TIMELINE_LINK])
{
    uint64_t before = seq + PAGE_LIMIT / 2;

    if (room->last_seq > before)
        snprintf(out, TIMELINE_LINK, "/rooms/%" PRIu64 "?before=%" PRIu64 "#m%" PRIu64, room->id, before,
                 seq);
    else
        snprintf(out, TIMELINE_LINK, "/rooms/%" PRIu64 "#m%" PRIu64, room->id, seq);
}

/* Whom an event is about; of those who left the site it says so much, in English (db_room.c). */
static void add_names(struct strbuf *out, const char *names)
{
    static const char former[] = "Former member";

    for (;;) {
        const char *comma = strstr(names, ", ");
        size_t len = comma != NULL ? (size_t)(comma - names) : strlen(names);
        if (len == strlen(former) && strncmp(names, former, len) == 0)
            strbuf_addstr(out, t(former));
        else
            strbuf_add(out, names, len);
        if (comma == NULL)
            return;
        strbuf_addstr(out, ", ");
        names = comma + 2;
    }
}

void timeline_event(const struct message *m, struct strbuf *out)
{
    const char *who =
        m->sender_display[0] != '\0' ? timeline_display(m->sender_name, m->sender_display) : t("Somebody");

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        if (strcmp(events[i].event, m->event) != 0)
            continue;
        const char *sentence = events[i].sentence;
        if (strcmp(m->event, "topic") == 0 && m->text_len == 0)
            sentence = T("1 cleared the topic");
        else if (strcmp(m->event, "history") == 0 && strcmp(m->text, "0") == 0)
            sentence = T("1 set that all messages are kept");
        for (const char *c = t(sentence); *c != '\0'; c++) {
            if (*c == '1')
                strbuf_addstr(out, who);
            else if (*c == '2' && (strcmp(m->event, "topic") == 0 || strcmp(m->event, "renamed") == 0))
                strbuf_addstr(out, m->text);
            else if (*c == '2')
                add_names(out, m->text);
            else
                strbuf_addch(out, *c);
        }
        return;
    }
    strbuf_addf(out, "%s %s", who, m->text);
}

void timeline_person(struct view *node, const char *name, const char *display)
{
    char initials[16];

    display = timeline_display(name, display);
    text_initials(display, initials);
    view_set(node, "Name", name);
    view_set(node, "Display", display);
    view_set(node, "Initials", initials);
    view_set_u64(node, "Hue", text_hue(name));
    view_flag(node, "Former", name[0] == '-'); /* the account is gone, and has no page */
}

/* "1.4 MB", "312 kB": as people read sizes. */
static void show_size(struct view *item, uint64_t size)
{
    char text[TIMELINE_TEXT];
    unsigned tenths = (unsigned)((size + 50000) / 100000);

    if (tenths >= 10)
        snprintf(text, sizeof text, t("%u.%u MB"), tenths / 10, tenths % 10);
    else
        snprintf(text, sizeof text, t("%u kB"), (unsigned)((size + 999) / 1000));
    view_set(item, "Size", text);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The box that a picture has on the page: known before it comes, so that nothing moves. */
static void show_box(struct view *item, const struct file *f)
{
    uint64_t width = f->width, height = f->height;

    if (width > FILE_BOX_WIDTH) {
        height = height * FILE_BOX_WIDTH / width;
        width = FILE_BOX_WIDTH;
    }
    if (height > FILE_BOX_HEIGHT) {
        width = width * FILE_BOX_HEIGHT / height;
        height = FILE_BOX_HEIGHT;
    }
    view_set_u64(item, "Width", width > 0 ? width : 1);
    view_set_u64(item, "Height", height > 0 ? height : 1);
}

void timeline_file(struct view *item, const struct attachment *a)
{
    struct strbuf url = STRBUF_INIT;

    strbuf_addf(&url, "/files/%" PRIu64, a->id);
    if (strcmp(a->name, "preview") != 0) { /* that is another address */
        strbuf_addch(&url, '/');
        form_encode(&url, a->name);
    }
    view_set_u64(item, "Id", a->id);
    view_set(item, "Url", url.buf);
    view_set(item, "Name", a->name);
    show_size(item, a->file.size);
    view_flag(item, "Image", a->file.width > 0);
    view_flag(item, "Audio", begins(a->file.type, "audio/"));
    view_flag(item, "Video", begins(a->file.type, "video/"));
    if (a->file.width > 0)
        show_box(item, &a->file);
    strbuf_release(&url);
}

#define NAMES_MAX 20   /* who reacted, by name */
#define USERS_MAX 100  /* the same in JSON */
#define IDS_MAX   1000 /* and by number, for pages to find their own among */

/* Calls `tell` for every emoji with its reactions, in the order of the first of each. */
static void each_emoji(const struct message *m,
                       void (*tell)(void *to, size_t n, const struct reaction **who, size_t count), void *to)
{
    if (m->reactions == 0)
        return;
    const struct reaction **who = mem_array(m->reactions, sizeof(void *));
    size_t n = 0;

    for (size_t i = 0; i < m->reactions; i++) {
        const char *emoji = m->reaction[i].emoji;
        size_t count = 0, j = 0;
        while (j < i && strcmp(m->reaction[j].emoji, emoji) != 0)
            j++;
        for (; j >= i && j < m->reactions; j++)
            if (strcmp(m->reaction[j].emoji, emoji) == 0)
                who[count++] = &m->reaction[j];
        if (count > 0)
            tell(to, n++, who, count);
    }
    free(who);
}

struct chips {
    struct view *item;
    uint64_t viewer;
};

static void chip(void *to, size_t n, const struct reaction **who, size_t count)
{
    const struct chips *chips = to;
    struct view *view = view_item(chips->item, "Reactions", n);
    struct strbuf names = STRBUF_INIT, ids = STRBUF_INIT;
    bool mine = false;

    for (size_t i = 0; i < count; i++) {
        if (i < NAMES_MAX)
            strbuf_addf(&names, "%s%s", i > 0 ? ", " : "", timeline_display(who[i]->name, who[i]->display));
        if (i < IDS_MAX)
            strbuf_addf(&ids, "%s%" PRIu64, i > 0 ? " " : "", who[i]->user_id);
        mine = mine || who[i]->user_id == chips->viewer;
    }
    if (count > NAMES_MAX) {
        size_t more = count - NAMES_MAX;
        strbuf_addf(&names, tn(" and %zu other", " and %zu others", more), more);
    }
    view_set(view, "Emoji", who[0]->emoji);
    view_set_u64(view, "Count", count);
    view_set(view, "Names", names.buf);
    view_set(view, "Users", ids.buf);
    view_flag(view, "Mine", mine);
    strbuf_release(&names);
    strbuf_release(&ids);
}

static void quote(struct view *view, const struct message *m)
{
    const struct quote *q = m->quote;

    view_set_u64(view, "Seq", m->reply_to);
    view_set_u64(view, "Before", m->reply_to + QUOTE_AROUND);
    view_flag(view, "Gone", q->gone);
    if (q->gone)
        return;
    view_set(view, "Display", timeline_display(q->sender_name, q->sender_display));
    view_set(view, "Text", q->text);
}

static void one(struct view *item, const struct message *m, uint64_t viewer)
{
    char text[TIMELINE_TEXT];

    view_set_u64(item, "Seq", m->seq);
    view_set_u64(item, "Change", m->change);
    view_set(item, "Kind", m->event[0] != '\0' ? "event" : "text");
    if (m->event[0] != '\0') {
        struct strbuf sentence = STRBUF_INIT;
        timeline_event(m, &sentence);
        view_set(item, "Text", sentence.buf);
        strbuf_release(&sentence);
    } else {
        view_set(item, "Text", m->text);
        if (m->html != NULL)
            view_set(item, "Html", m->html);
    }
    for (size_t i = 0; i < m->files; i++)
        timeline_file(view_item(item, "Files", i), &m->file[i]);
    view_flag(item, "Deleted", m->deleted);
    if (m->deleter != NULL)
        view_set(item, "Deleter", timeline_display(m->deleter, m->deleter_display));
    view_flag(item, "Pinned", (m->parts & PART_PIN) != 0);
    view_flag(item, "Edited", m->edited_at[0] != '\0' && !m->deleted);
    struct view *sender = view_child(item, "Sender");
    view_set_u64(sender, "Id", m->sender_id);
    timeline_person(sender, m->sender_name, m->sender_display);
    view_set(item, "CreatedAt", m->created_at);
    timeline_clock(m->created_at, text);
    view_set(item, "Time", text);
    timeline_full(m->created_at, text);
    view_set(item, "Full", text);
    if (m->edited_at[0] != '\0') {
        timeline_full(m->edited_at, text);
        view_set(item, "EditedFull", text);
    }
    if (m->quote != NULL)
        quote(view_child(item, "Reply"), m);
    struct chips chips = {item, viewer};
    each_emoji(m, chip, &chips);
}

/* Under the heading of the message before? */
static bool follows(const struct message *before, const struct message *m)
{
    struct tm tm;
    time_t a, b;

    if (before->sender_id != m->sender_id || before->event[0] != '\0' || m->event[0] != '\0')
        return false;
    return parse_time(before->created_at, &tm, &a) && parse_time(m->created_at, &tm, &b) &&
           b - a <= FOLLOW_SECONDS;
}

/* The same moment as clocks in that zone show it. */
static void local(const char *iso, int zone, char out[TIMELINE_TEXT])
{
    struct tm tm;
    time_t when;

    out[0] = '\0';
    if (!parse_time(iso, &tm, &when))
        return;
    when += zone * 60;
    gmtime_r(&when, &tm);
    strftime(out, TIMELINE_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
}

/* Does it mention this user? */
static bool is_for(const struct message *m, uint64_t user_id)
{
    char sign[64];

    snprintf(sign, sizeof sign, MARKUP_MENTION "%" PRIu64 "\"", user_id);
    return m->html != NULL &&
           (strstr(m->html, sign) != NULL || strstr(m->html, MARKUP_MENTION "all\"") != NULL);
}

void timeline_view(struct view *view, const struct message_list *list, const struct timeline_viewer *viewer)
{
    char now[TIMELINE_TEXT], last[TIMELINE_TEXT] = "", day[TIMELINE_TEXT];

    for (size_t i = 0; i < list->count; i++) {
        const struct message *m = &list->message[i];
        struct view *item = view_item(view, "Messages", i);
        one(item, m, viewer != NULL ? viewer->user_id : 0);
        if (viewer == NULL)
            continue;
        local(m->created_at, viewer->zone, now);
        bool same_day = strncmp(last, now, 10) == 0;
        memcpy(last, now, sizeof last);
        if (!same_day) {
            timeline_day(now, day);
            view_set(item, "Day", day);
        }
        bool mine = m->sender_id == viewer->user_id && m->event[0] == '\0';
        bool is_new = viewer->first_new != 0 && m->seq == viewer->first_new;
        view_flag(item, "Follow", i > 0 && same_day && !is_new && follows(m - 1, m));
        view_flag(item, "New", is_new);
        view_flag(item, "ForMe", !mine && is_for(m, viewer->user_id));
        bool there = m->event[0] == '\0' && !m->deleted;
        view_flag(item, "CanEdit", mine && there && rights_may(viewer->role, viewer->direct, RIGHT_SEND));
        view_flag(item, "CanDelete",
                  there && (mine || rights_may(viewer->role, viewer->direct, RIGHT_DELETE_ANY)));
        view_flag(item, "CanVersions",
                  there && (mine || rights_may(viewer->role, viewer->direct, RIGHT_VERSIONS)));
        view_flag(item, "CanAnswer", there && rights_may(viewer->role, viewer->direct, RIGHT_SEND));
        view_flag(item, "Tools", there && !viewer->scripts);
        for (size_t k = 0; viewer->kept != NULL && k < viewer->kept->count; k++)
            if (viewer->kept->saved[k] == m->seq)
                view_flag(item, "Saved", true);
    }
}

void timeline_file_json(struct strbuf *out, const struct attachment *a)
{
    strbuf_addf(out, "{\"id\":%" PRIu64 ",\"name\":", a->id);
    json_text(out, a->name);
    strbuf_addstr(out, ",\"type\":");
    json_text(out, a->file.type);
    strbuf_addf(out, ",\"size\":%" PRIu64, a->file.size);
    if (a->file.width > 0)
        strbuf_addf(out, ",\"width\":%" PRIu64 ",\"height\":%" PRIu64, a->file.width, a->file.height);
    strbuf_addch(out, '}');
}

void timeline_user(struct strbuf *out, uint64_t id, const char *name, const char *display)
{
    strbuf_addf(out, "{\"id\":%" PRIu64 ",\"name\":", id);
    json_text(out, name);
    strbuf_addstr(out, ",\"display\":");
    json_text(out, timeline_display(name, display));
    strbuf_addch(out, '}');
}

static void json_emoji(void *to, size_t n, const struct reaction **who, size_t count)
{
    struct strbuf *out = to;

    strbuf_addstr(out, n > 0 ? ",{\"emoji\":" : ",\"reactions\":[{\"emoji\":");
    json_text(out, who[0]->emoji);
    strbuf_addf(out, ",\"count\":%zu,\"users\":[", count);
    for (size_t i = 0; i < count && i < USERS_MAX; i++) {
        if (i > 0)
            strbuf_addch(out, ',');
        timeline_user(out, who[i]->user_id, who[i]->name, who[i]->display);
    }
    strbuf_addstr(out, "]}");
}

static void json_quote(struct strbuf *out, uint64_t seq, const struct quote *q)
{
    strbuf_addf(out, ",\"reply\":{\"seq\":%" PRIu64 ",\"sender\":", seq);
    if (q->gone)
        strbuf_addstr(out, "null");
    else
        timeline_user(out, q->sender_id, q->sender_name, q->sender_display);
    strbuf_addstr(out, ",\"text\":");
    json_text(out, q->gone ? "" : q->text);
    strbuf_addf(out, ",\"deleted\":%s}", q->gone ? "true" : "false");
}

static void json_one(struct strbuf *out, const struct message *m, const char *html, size_t html_len)
{
    strbuf_addf(out, "{\"seq\":%" PRIu64 ",\"change\":%" PRIu64 ",\"kind\":\"%s\",\"nonce\":", m->seq,
                m->change, m->event[0] != '\0' ? "event" : "text");
    json_text(out, m->nonce[0] != '\0' ? m->nonce : NULL);
    strbuf_addstr(out, ",\"sender\":");
    timeline_user(out, m->sender_id, m->sender_name, m->sender_display);
    strbuf_addstr(out, ",\"text\":");
    if (m->event[0] != '\0') {
        struct strbuf sentence = STRBUF_INIT;
        timeline_event(m, &sentence);
        json_string(out, sentence.buf, sentence.len);
        strbuf_release(&sentence);
    } else {
        json_string(out, m->text, m->text_len);
    }
    strbuf_addstr(out, ",\"html\":");
    json_string(out, html, html_len);
    strbuf_addstr(out, ",\"created_at\":");
    json_text(out, m->created_at);
    strbuf_addstr(out, ",\"edited_at\":");
    json_text(out, m->edited_at[0] != '\0' ? m->edited_at : NULL);
    strbuf_addf(out, ",\"deleted\":%s%s", m->deleted ? "true" : "false",
                m->html != NULL ? ",\"formatted\":true" : "");
    for (size_t i = 0; i < m->files; i++) {
        strbuf_addstr(out, i > 0 ? "," : ",\"files\":[");
        timeline_file_json(out, &m->file[i]);
        strbuf_addstr(out, i + 1 == m->files ? "]" : "");
    }
    if ((m->parts & PART_PIN) != 0)
        strbuf_addstr(out, ",\"pinned\":true");
    if (m->deleter != NULL) {
        strbuf_addstr(out, ",\"deleted_by\":{\"name\":");
        json_text(out, m->deleter);
        strbuf_addstr(out, ",\"display\":");
        json_text(out, timeline_display(m->deleter, m->deleter_display));
        strbuf_addch(out, '}');
    }
    if (m->quote != NULL)
        json_quote(out, m->reply_to, m->quote);
    each_emoji(m, json_emoji, out);
    if (m->reactions > 0)
        strbuf_addch(out, ']');
    strbuf_addch(out, '}');
}

void timeline_json(struct strbuf *out, uint64_t room_id, const struct message_list *list, size_t *at)
{
    if (list->count == 0)
        return;
    struct strbuf html = STRBUF_INIT;
    struct view *view = view_new();

    view_set_u64(view, "Room.Id", room_id);
    timeline_view(view, list, NULL);
    view_render(view, "_messages_split.cs", &html);
    view_free(view);

    const char *from = html.buf, *end = html.buf + html.len;
    for (size_t i = 0; i < list->count; i++) {
        const char *stop = memchr(from, SEPARATOR, (size_t)(end - from));
        if (stop == NULL)
            stop = end;
        while (from < stop && (*from == '\n' || *from == ' '))
            from++;
        if (i > 0)
            strbuf_addch(out, ',');
        if (at != NULL)
            at[i] = out->len;
        json_one(out, &list->message[i], from, (size_t)(stop - from));
        from = stop < end ? stop + 1 : end;
    }
    strbuf_release(&html);
}
