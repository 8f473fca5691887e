/* Templates with hostile values. Every name that html/ shows or asks about gets one, and a second view gets the same with
 * all that is no letter or digit made harmless: both must have the same tags and attributes, and the values must come
 * out as they were put in. What a later page shows is in it by itself.
 *
 * The input: a byte that says which page, one that says the language, and then the values. */
#include "fuzz.h"

#include "lang.h"
#include "mem.h"
#include "text.h"
#include "tmpl.h"

#include <ctype.h>
#include <dirent.h>
#include <unistd.h>

#define NAMES_MAX 4000
#define PAGES_MAX 64
#define DEPTH     4

static char *names[NAMES_MAX], *pages[PAGES_MAX];
static size_t names_count, pages_count;
static struct {
    char alias[40], list[80];
} loops[100];
static size_t loops_count;

static void add_name(const char *name)
{
    for (size_t i = 0; i < names_count; i++)
        if (strcmp(names[i], name) == 0)
            return;
    CHECK(names_count < NAMES_MAX);
    names[names_count++] = mem_dup(name);
}

/* A name as the templates write it; one that begins with a loop's variable stands for the first two of the list. */
static void resolve(const char *name, int depth)
{
    size_t head = strcspn(name, ".");
    bool found = false;

    for (size_t i = 0; i < loops_count && depth < DEPTH; i++)
        if (strlen(loops[i].alias) == head && strncmp(loops[i].alias, name, head) == 0)
            for (int item = 0; item < 2; item++) {
                char full[200];
                snprintf(full, sizeof full, "%s.%d%s", loops[i].list, item, name + head);
                resolve(full, depth + 1);
                found = true;
            }
    if (!found)
        add_name(name);
}

static char *read_file(const char *path)
{
    struct strbuf text = STRBUF_INIT;
    FILE *in = fopen(path, "r");
    char part[4096];

    CHECK(in != NULL);
    for (size_t got; (got = fread(part, 1, sizeof part, in)) > 0;)
        strbuf_add(&text, part, got);
    fclose(in);
    return strbuf_detach(&text);
}

static void find_loops(const char *text)
{
    for (; (text = strstr(text, "each:")) != NULL; text++, loops_count++) {
        CHECK(loops_count < sizeof loops / sizeof loops[0]);
        CHECK(sscanf(text, "each:%39[A-Za-z_] = %79[A-Za-z0-9_.]", loops[loops_count].alias,
                     loops[loops_count].list) == 2);
    }
}

/* The parameters of macros get theirs from who calls them: p.Name is somebody's in a list or on a page. */
static const char *const persons[] = {"Person", "User", "Me", "Sender", "Room.Person"};

static void find_names(const char *text)
{
    for (; (text = strstr(text, "<?cs")) != NULL; text++) {
        const char *end = strstr(text, "?>");
        CHECK(end != NULL);
        for (const char *at = text + 4; at < end;) {
            if (*at == '"') {
                at = strchr(at + 1, '"') + 1;
            } else if (isupper((unsigned char)*at) || (islower((unsigned char)*at) && at[1] == '.')) {
                char name[100];
                size_t len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");
                snprintf(name, sizeof name, "%.*s", (int)len, at);
                resolve(name, 0);
                for (size_t i = 0; strncmp(name, "p.", 2) == 0 && i < sizeof persons / sizeof persons[0];
                     i++) {
                    char full[120];
                    snprintf(full, sizeof full, "%s%s", persons[i], name + 1);
                    resolve(full, 0);
                }
                at += len;
            } else if (isalnum((unsigned char)*at) || *at == '_') {
                at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
            } else {
                at++;
            }
        }
    }
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_template(const struct dirent *entry)
{
    return strstr(entry->d_name, ".cs") != NULL;
}

static void read_templates(void)
{
    struct dirent **entry;
    char path[300], *text[PAGES_MAX];
    int count = scandir("html", &entry, is_template, by_name);

    CHECK(count > 0 && count <= PAGES_MAX);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "html/%s", entry[i]->d_name);
        text[i] = read_file(path);
        find_loops(text[i]);
        if (entry[i]->d_name[0] != '_' || strcmp(entry[i]->d_name, "_messages_split.cs") == 0)
            pages[pages_count++] = mem_dup(entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    for (int i = 0; i < count; i++) {
        find_names(text[i]);
        free(text[i]);
    }
}

/* ---- what a page is made of */

/* The same value, harmless, just as true to a template's `if`, and equal only to what it was equal to: what is no letter
 * or digit, and Q itself, becomes Q and two digits. */
static char *harmless(const char *value)
{
    struct strbuf out = STRBUF_INIT;
    char *end;

    strtol(value, &end, 0);
    if (*value == '\0' || *end == '\0')
        return mem_dup(value);
    for (const unsigned char *c = (const unsigned char *)value; *c != '\0'; c++)
        if ((isalnum(*c) && *c != 'Q') || strchr("-._", *c) != NULL)
            strbuf_addch(&out, (char)*c);
        else
            strbuf_addf(&out, "Q%02x", *c);
    return strbuf_detach(&out);
}

/* A colour, a kind or a role is chosen by the program; a tag's own name is never. Text between tags and in attributes is
 * dropped; what is left is what a value must not touch. Addresses must stay on this site. */
static void skeleton(const char *html, struct strbuf *out)
{
    for (; (html = strchr(html, '<')) != NULL; html++) {
        CHECK(isalpha((unsigned char)html[1]) || html[1] == '/' || html[1] == '!');
        size_t len = strcspn(html + 1, " \n>");
        strbuf_add(out, html, len + 1);
        html += len + 1;
        while (*html != '>') {
            while (*html == ' ' || *html == '\n' || *html == '/')
                html++;
            if (*html == '>')
                break;
            len = strcspn(html, "= \n>");
            CHECK(len > 0 && strcspn(html, "<\"'&") >= len);
            strbuf_addch(out, ' ');
            strbuf_add(out, html, len);
            bool address = (len == 4 && strncmp(html, "href", 4) == 0) ||
                           (len == 6 && strncmp(html, "action", 6) == 0) ||
                           (len == 3 && strncmp(html, "src", 3) == 0);
            html += len;
            if (*html != '=')
                continue;
            CHECK(html[1] == '"');
            html += 2;
            if (address)
                strbuf_add(out, html,
                           strcspn(html, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\""));
            len = strcspn(html, "\"");
            CHECK(strcspn(html, "<>'") >= len && html[len] == '"');
            html += len + 1;
            CHECK(*html == ' ' || *html == '\n' || *html == '>' || *html == '/');
        }
        strbuf_addch(out, '>');
    }
}

static const char *const entities[][2] = {
    {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&#39;", "'"}};

/* As a browser reads it. */
static char *decoded(const char *html)
{
    struct strbuf out = STRBUF_INIT;

    for (const char *and; (and = strchr(html, '&')) != NULL; html = and) {
        size_t i = 0, count = sizeof entities / sizeof entities[0];
        strbuf_add(&out, html, (size_t)(and-html));
        while (i < count && strncmp(and, entities[i][0], strlen(entities[i][0])) != 0)
            i++;
        CHECK(i < count || strncmp(and, "&nbsp;", 6) == 0);
        strbuf_addstr(&out, i < count ? entities[i][1] : " ");
        and += strcspn(and, ";") + 1;
    }
    strbuf_addstr(&out, html);
    return strbuf_detach(&out);
}

static char *render(struct view *view, const char *page)
{
    struct strbuf out = STRBUF_INIT;

    CHECK(view_render(view, page, &out));
    return strbuf_detach(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct strbuf hostile_bones = STRBUF_INIT, plain_bones = STRBUF_INIT;

    if (pages_count == 0)
        read_templates();
    if (size < 3)
        return 0;
    const char *page = pages[data[0] % pages_count];
    lang_use(data[1] & 1 ? LANG_DE : LANG_EN);
    data += 2;
    size -= 2;

    char *values[64] = {NULL};
    size_t count = 0, len;
    do
        values[count++] = fuzz_part(&data, &size, &len);
    while (count < sizeof values / sizeof values[0] && size > 0);
    struct view *hostile = view_new(), *plain = view_new();
    for (size_t i = 0; i < names_count; i++) {
        const char *dot = strrchr(names[i], '.'), *value = values[(i * 7 + i / count) % count];
        const char *end = dot != NULL ? dot + 1 : names[i];
        /* What markup.c made is shown as it is, and addresses are made by the programs. */
        bool marked = strcmp(end, "Html") == 0;
        bool address = strcmp(end, "Url") == 0 || strcmp(end, "Link") == 0 || strcmp(end, "Path") == 0;
        value = marked ? "<em>marked</em>" : address ? "/made/here" : value;
        char *mild = marked || address ? mem_dup(value) : harmless(value);
        view_set(hostile, names[i], value);
        view_set(plain, names[i], mild);
        free(mild);
    }
    /* One that is on every page that has a head; ClearSilver drops a CR, which no text of ours holds. */
    view_set(hostile, "Site.Name", values[0]);
    char *shown = render(hostile, page), *other = render(plain, page), *read = decoded(shown);
    skeleton(shown, &hostile_bones);
    skeleton(other, &plain_bones);
    bool same = strcmp(hostile_bones.buf, plain_bones.buf) == 0;
    size_t from = 0;
    while (hostile_bones.buf[from] != '\0' && hostile_bones.buf[from] == plain_bones.buf[from])
        from++;
    from = from > 200 ? from - 200 : 0;
    if (!same)
        fprintf(stderr, "%s: …%.500s\nand with harmless values: …%.500s\n", page, hostile_bones.buf + from,
                plain_bones.buf + from);
    CHECK(same);
    if (strstr(shown, "name=\"csrf\"") != NULL && strchr(values[0], '\r') == NULL)
        CHECK(strstr(read, values[0]) != NULL);

    free(shown);
    free(other);
    free(read);
    strbuf_release(&hostile_bones);
    strbuf_release(&plain_bones);
    view_free(hostile);
    view_free(plain);
    for (size_t i = 0; i < count; i++)
        free(values[i]);
    return 0;
}
