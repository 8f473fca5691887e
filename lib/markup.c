/* What people write, as HTML. */
#include "markup.h"
#include "emoji.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* What is parsed at all. Each piece costs the parser about as much as sixty plain characters do. */
#define PIECES_MAX 1500 /* lines, runs of delimiters, markers of lists and quotes */
#define STEPS_MAX \
    12000 /* lines times the depth that their beginnings may have: each line looks at all that is open */
#define CELLS_MAX  800   /* of tables, where every row is as wide as the widest */
#define URLS_MAX   20000 /* bytes looked at for the ends of addresses */
#define EMAILS_MAX 50
#define DEPTH_MAX  24 /* of the HTML */
#define HTML_MAX   (128 * 1024)

struct writer {
    struct strbuf *out;
    struct markup_names *names;
    size_t shown; /* bytes of text other than white space */
    bool marked;  /* there is more than text */
    int links;    /* open ones: there is none inside another */
    int column;   /* of a table */
    bool head;    /* the row is a table's first */
    const uint8_t *align;
};

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- what would take long ---- */

struct shape {
    size_t pieces;
    size_t lines;
    size_t depth;
    size_t cells;
    size_t urls;
    size_t emails;
};

/* How many blocks the beginning of a line may open or go on with. */
static size_t line_depth(const char *line, size_t len)
{
    size_t depth = 0, width = 0, at = 0;
    char before = '\0';

    for (; at < len && (strchr(" \t>-+*.)", line[at]) != NULL || (line[at] >= '0' && line[at] <= '9'));
         at++) {
        depth += line[at] == '>';
        width += line[at] == '\t' ? 4 : line[at] != '>' && (line[at] == ' ' || line[at] != before);
        before = line[at]; /* a row of dashes is no list in a list */
    }
    return depth + width / 2;
}

static void measure_line(const char *line, size_t len, struct shape *s, size_t *pipes)
{
    size_t depth = line_depth(line, len), token = 0, urls = 0;
    char before = ' ';

    s->lines++;
    s->pieces += 1 + depth / 2;
    s->depth = depth > s->depth ? depth : s->depth;
    for (size_t i = 0; i < len; i++) {
        char c = line[i];
        if (strchr("*_~[]!<&`\\", c) != NULL && (c != before || c == '[' || c == ']'))
            s->pieces++;
        *pipes += c == '|';
        s->emails += c == '@' && before != ' ';
        urls += (c == ':' && i + 1 < len && line[i + 1] == '/') || (c == 'w' && before == 'w');
        token++;
        if (c == ' ' || i + 1 == len) {
            s->urls += urls * token;
            token = urls = 0;
        }
        before = c;
    }
}

static void measure(const char *text, size_t len, struct shape *s)
{
    size_t widest = 0, rows = 0;

    *s = (struct shape){0};
    for (size_t at = 0; at <= len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t length = end != NULL ? (size_t)(end - text) - at : len - at, pipes = 0;
        measure_line(text + at, length, s, &pipes);
        widest = pipes > widest ? pipes : widest;
        rows++;
        if (length == 0 || end == NULL) { /* a table ends with an empty line */
            s->cells += widest > 0 ? (widest + 1) * rows : 0;
            widest = rows = 0;
        }
        at += length + 1;
    }
}

/* ---- text ---- */

static void escape(struct strbuf *out, const char *text, size_t len)
{
    static const char *const entity[128] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
    size_t from = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 128 || entity[c] == NULL)
            continue;
        strbuf_add(out, text + from, i - from);
        strbuf_addstr(out, entity[c]);
        from = i + 1;
    }
    strbuf_add(out, text + from, len - from);
}

/* The length of the name that may begin at `text`; names end neither a sentence nor a word. */
static size_t name_length(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && n <= TEXT_NAME_MAX && (is_word(text[n]) || strchr("._-", text[n]) != NULL))
        n++;
    return n <= TEXT_NAME_MAX && text_is_name(text, n) ? n : 0;
}

static struct markup_person *find_name(struct markup_names *names, const char *name, size_t len)
{
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->person[i].name) == len && strncasecmp(names->person[i].name, name, len) == 0)
            return &names->person[i];
    return NULL;
}

static bool begins(const char *text, size_t at)
{
    return at == 0 || !(is_word(text[at - 1]) || strchr("._-@", text[at - 1]) != NULL);
}

void markup_names(const char *text, size_t len, struct markup_names *names)
{
    names->count = 0;
    for (const char *at = text; (at = memchr(at, '@', len - (size_t)(at - text))) != NULL; at++) {
        size_t from = (size_t)(at - text);
        if (!begins(text, from))
            continue;
        size_t n = name_length(at + 1, len - from - 1);
        /* "@user1." may be user1 at the end of a sentence, or somebody who is called so. */
        for (; n > 0; n = strchr("._-", at[n]) != NULL ? n - 1 : 0) {
            if (names->count == MARKUP_NAMES_MAX)
                return;
            if (find_name(names, at + 1, n) != NULL)
                continue;
            struct markup_person *person = &names->person[names->count++];
            *person = (struct markup_person){0};
            memcpy(person->name, at + 1, n);
        }
    }
}

/* Appends the mention that begins at `text`, and returns how long it was typed; 0: it is none. */
static size_t put_mention(struct writer *w, const char *text, size_t len)
{
    for (size_t n = name_length(text + 1, len - 1); n > 0; n = strchr("._-", text[n]) != NULL ? n - 1 : 0) {
        struct markup_person *person = find_name(w->names, text + 1, n);
        if (person == NULL || (person->id == 0 && !person->everyone))
            continue;
        person->mentioned = w->marked = true;
        if (person->everyone)
            strbuf_addstr(w->out, "<b " MARKUP_MENTION "all\">@" MARKUP_EVERYONE "</b>");
        else
            strbuf_addf(w->out,
                        "<a " MARKUP_MENTION "%" PRIu64 "\" href=\"/people/%s\" target=\"_top\">@%s</a>",
                        person->id, person->name, person->name);
        return n + 1;
    }
    return 0;
}

static size_t put_emoji(struct writer *w, const char *text, size_t len)
{
    size_t n = 1, bytes;

    while (n < len && (is_word(text[n]) || strchr("_+-", text[n]) != NULL))
        n++;
    const char *emoji = n < len && text[n] == ':' ? emoji_find(text + 1, n - 1, &bytes) : NULL;
    if (emoji == NULL)
        return 0;
    strbuf_add(w->out, emoji, bytes);
    w->marked = true;
    return n + 1;
}

static void count_shown(struct writer *w, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        w->shown += text[i] != ' ' && text[i] != '\n' && text[i] != '\t';
}

static void put_text(struct writer *w, cmark_node *node, bool enter)
{
    const char *text = cmark_node_get_literal(node);
    size_t len = strlen(text), from = 0;

    (void)enter;
    count_shown(w, text, len);
    for (size_t i = 0; i < len && w->links == 0;) {
        size_t taken = 0;
        if ((text[i] == '@' || text[i] == ':') && begins(text, i)) {
            escape(w->out, text + from, i - from);
            taken = text[i] == '@' ? put_mention(w, text + i, len - i) : put_emoji(w, text + i, len - i);
            from = i + taken;
        }
        i += taken > 0 ? taken : 1;
    }
    escape(w->out, text + from, len - from);
}

/* ---- elements ---- */

/* The whole address, or NULL when one does not go there. */
static const char *safe_url(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:"};

    for (const char *c = url; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || *c == '\x7f' || *c == '\\')
            return NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return url;
    return url[0] == '/' && url[1] != '/' ? url : NULL;
}

static void put_link(struct writer *w, cmark_node *node, bool enter)
{
    const char *url = safe_url(cmark_node_get_url(node));

    if (url == NULL)
        return;
    w->links -= !enter;
    if (w->links == 0 && enter) {
        strbuf_addstr(w->out, "<a href=\"");
        escape(w->out, url, strlen(url));
        strbuf_addf(w->out, "\" rel=\"nofollow noopener ugc\" target=\"%s\">",
                    url[0] == '/' ? "_top" : "_blank");
    }
    if (enter && cmark_node_first_child(node) == NULL) {
        escape(w->out, url, strlen(url));
        count_shown(w, url, strlen(url));
    }
    w->links += enter;
    if (w->links == 0 && !enter)
        strbuf_addstr(w->out, "</a>");
}

static void put_literal(struct writer *w, cmark_node *node, bool enter)
{
    const char *text = cmark_node_get_literal(node);

    (void)enter;
    escape(w->out, text, strlen(text));
    count_shown(w, text, strlen(text));
}

static void put_list(struct writer *w, cmark_node *node, bool enter)
{
    bool numbers = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    int start = cmark_node_get_list_start(node);

    if (!enter)
        strbuf_addstr(w->out, numbers ? "</ol>" : "</ul>");
    else if (numbers && start != 1)
        strbuf_addf(w->out, "<ol dir=\"auto\" start=\"%d\">", start);
    else
        strbuf_addstr(w->out, numbers ? "<ol dir=\"auto\">" : "<ul dir=\"auto\">");
}

/* In a list that stands close, an item's text is no paragraph. */
static bool is_tight(cmark_node *node)
{
    cmark_node *item = cmark_node_parent(node);
    cmark_node *list = item != NULL ? cmark_node_parent(item) : NULL;

    return list != NULL && cmark_node_get_type(list) == CMARK_NODE_LIST && cmark_node_get_list_tight(list);
}

static void put_paragraph(struct writer *w, cmark_node *node, bool enter)
{
    if (!is_tight(node))
        strbuf_addstr(w->out, enter ? "<p dir=\"auto\">" : "</p>");
}

static void put_heading(struct writer *w, cmark_node *node, bool enter)
{
    if (enter) /* the page's own headings are another thing */
        strbuf_addf(w->out, "<p dir=\"auto\" class=\"h%d\">", cmark_node_get_heading_level(node));
    else
        strbuf_addstr(w->out, "</p>");
}

static void put_task(struct writer *w, cmark_node *node, bool enter)
{
    bool done = cmark_gfm_extensions_get_tasklist_item_checked(node);

    strbuf_addstr(w->out, !enter ? "</li>"
                          : done ? "<li class=\"task\">\u2611 "
                                 : "<li class=\"task\">\u2610 ");
}

static void put_cell(struct writer *w, cmark_node *node, bool enter)
{
    (void)node;
    uint8_t align = w->align != NULL ? w->align[w->column] : 0;

    if (enter)
        strbuf_addf(w->out, "<t%c dir=\"auto\"%s>", w->head ? 'h' : 'd',
                    align == 'r'   ? " align=\"right\""
                    : align == 'c' ? " align=\"center\""
                                   : "");
    else
        strbuf_addf(w->out, "</t%c>", w->head ? 'h' : 'd');
    w->column += !enter;
}

static void put_table(struct writer *w, cmark_node *node, bool enter)
{
    w->align = enter ? cmark_gfm_extensions_get_table_alignments(node) : NULL;
    strbuf_addstr(w->out, enter ? "<div class=\"wide\" tabindex=\"0\"><table>" : "</table></div>");
}

static void put_row(struct writer *w, cmark_node *node, bool enter)
{
    w->column = 0;
    w->head = enter && cmark_gfm_extensions_get_table_row_is_header(node);
}

/* All that comes out, by what the parser calls it: around what is inside, or by a function. Text is the rest. */
static const struct element {
    const char *type;
    const char *open, *close;
    void (*put)(struct writer *w, cmark_node *node, bool enter);
} elements[] = {
    {"text", NULL, NULL, put_text},
    {"softbreak", "<br>", NULL, NULL},
    {"linebreak", "<br>", NULL, NULL},
    {"paragraph", NULL, NULL, put_paragraph},
    {"document", "", "", NULL},
    {"html_inline", "", "", put_literal},
    {"html_block", "<p dir=\"auto\">", "</p>", put_literal},
    /* and what makes it more than text: */
    {"emph", "<em>", "</em>", NULL},
    {"strong", "<strong>", "</strong>", NULL},
    {"strikethrough", "<del>", "</del>", NULL},
    {"code", "<code>", "</code>", put_literal},
    {"link", NULL, NULL, put_link},
    {"image", NULL, NULL, put_link},
    {"block_quote", "<blockquote dir=\"auto\">", "</blockquote>", NULL},
    {"code_block", "<pre tabindex=\"0\"><code>", "</code></pre>", put_literal},
    {"list", NULL, NULL, put_list},
    {"item", "<li>", "</li>", NULL},
    {"tasklist", NULL, NULL, put_task},
    {"heading", NULL, NULL, put_heading},
    {"thematic_break", "<hr>", NULL, NULL},
    {"table", NULL, NULL, put_table},
    {"table_header", "<tr>", "</tr>", put_row},
    {"table_row", "<tr>", "</tr>", put_row},
    {"table_cell", NULL, NULL, put_cell},
};
#define PLAIN_ELEMENTS 7

static void put_node(struct writer *w, cmark_node *node, bool enter)
{
    const char *type = cmark_node_get_type_string(node);
    size_t i = 0;

    while (i < sizeof elements / sizeof elements[0] && strcmp(elements[i].type, type) != 0)
        i++;
    if (i == sizeof elements / sizeof elements[0])
        return;
    const struct element *e = &elements[i];
    w->marked = w->marked || i >= PLAIN_ELEMENTS;
    if (enter && e->open != NULL)
        strbuf_addstr(w->out, e->open);
    if (e->put != NULL)
        e->put(w, node, enter);
    /* What has no inside is left as soon as it is entered. */
    if (e->close != NULL && (!enter || e->put == put_literal))
        strbuf_addstr(w->out, e->close);
}

/* False: it is deeper or longer than what is shown. */
static bool put_document(struct writer *w, cmark_node *document)
{
    cmark_iter *iter = cmark_iter_new(document);
    size_t before = w->out->len;
    cmark_event_type event;
    bool fine = true;
    int depth = 0;

    while (fine && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        put_node(w, node, event == CMARK_EVENT_ENTER);
        if (cmark_node_first_child(node) != NULL)
            depth += event == CMARK_EVENT_ENTER ? 1 : -1;
        fine = depth <= DEPTH_MAX && w->out->len - before <= HTML_MAX;
    }
    cmark_iter_free(iter);
    return fine;
}

static cmark_node *parse(const char *text, size_t len, const struct shape *shape)
{
    static const char *const names[] = {"strikethrough", "tasklist", "table", "autolink"};
    const bool wanted[] = {true, true, shape->cells <= CELLS_MAX,
                           shape->urls <= URLS_MAX && shape->emails <= EMAILS_MAX};

    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (wanted[i])
            cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(names[i]));
    cmark_parser_feed(parser, text, len);
    cmark_node *document = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    cmark_consolidate_text_nodes(document);
    return document;
}

/* Letters, spaces and what ends a sentence, in lines that begin with a letter: most messages. */
static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
        if (i == 0 || text[i - 1] == '\n' ? !letter
                                          : !letter && !is_word(c) && strchr(" ,.?!'\";()\n-/%", c) == NULL)
            return false;
        if (c == '.' && i >= 3 && strncasecmp(text + i - 3, "www", 3) == 0)
            return false;
    }
    return true;
}

bool markup_render(const char *text, size_t len, struct markup_names *names, struct strbuf *html)
{
    struct writer w = {.out = html, .names = names}, plain = {0};
    struct shape shape;
    size_t before = html->len;

    if (is_plain(text, len))
        return false;
    measure(text, len, &shape);
    if (shape.pieces > PIECES_MAX || shape.lines * shape.depth > STEPS_MAX)
        return false;
    cmark_node *document = parse(text, len, &shape);
    count_shown(&plain, text, len);
    bool fine = put_document(&w, document) && w.shown > 0 && (w.marked || w.shown != plain.shown);
    cmark_node_free(document);
    if (fine)
        return true;
    html->len = before;
    for (size_t i = 0; i < names->count; i++)
        names->person[i].mentioned = false;
    return false;
}
