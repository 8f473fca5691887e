/* What people write, marked up: only the elements that are known come out, closed in their order, with addresses that go
 * where they may; and all else is text. */
#include "fuzz.h"

#include "markup.h"
#include "text.h"

#include <regex.h>

#define DEPTH_MAX 100
#define DIR       " dir=\"auto\""

static const char known[] =
    "^<(br|hr|em|strong|del|code|table|tr|li|li class=\"task\"|pre tabindex=\"0\"|blockquote" DIR "|p" DIR
    "( class=\"h[1-6]\")?|ol" DIR "( start=\"[0-9]+\")?|ul" DIR "|t[hd]" DIR
    "( align=\"(right|center)\")?|div class=\"wide\" tabindex=\"0\""
    "|b " MARKUP_MENTION "all\"|a " MARKUP_MENTION
    "[0-9]+\" href=\"/people/[A-Za-z0-9][A-Za-z0-9._-]*\" target=\"_top\""
    "|a href=\"(https?://|mailto:)[^\"]*\" rel=\"nofollow noopener ugc\" target=\"_blank\""
    "|a href=\"/([^\"/][^\"]*)?\" rel=\"nofollow noopener ugc\" target=\"_top\")>$";

static void check_tag(const char *tag, size_t len)
{
    static regex_t pattern;
    static bool ready;
    char *copy = mem_dupn(tag, len);

    if (!ready)
        CHECK(regcomp(&pattern, known, REG_EXTENDED | REG_ICASE | REG_NOSUB) == 0);
    ready = true;
    bool good = regexec(&pattern, copy, 0, NULL, 0) == 0;
    if (!good)
        fprintf(stderr, "unknown: %s\n", copy);
    CHECK(good);
    free(copy);
}

/* Every element that begins ends, and no link is in another. */
static void check_html(const char *html)
{
    const char *open[DEPTH_MAX];
    size_t lengths[DEPTH_MAX], depth = 0, links = 0;

    for (; *html != '\0'; html++) {
        CHECK(*html != '>' && *html != '"' && *html != '\'');
        if (*html == '&') {
            CHECK(strncmp(html, "&amp;", 5) == 0 || strncmp(html, "&lt;", 4) == 0 ||
                  strncmp(html, "&gt;", 4) == 0 || strncmp(html, "&quot;", 6) == 0 ||
                  strncmp(html, "&#39;", 5) == 0);
        } else if (*html == '<') {
            const char *end = strchr(html, '>');
            CHECK(end != NULL);
            bool closes = html[1] == '/';
            const char *name = html + 1 + closes;
            size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz");
            bool link = len == 1 && *name == 'a';
            if (closes) {
                CHECK(name[len] == '>' && depth > 0);
                depth--;
                CHECK(lengths[depth] == len && strncmp(open[depth], name, len) == 0);
                links -= link;
            } else {
                check_tag(html, (size_t)(end - html) + 1);
                links += link;
                CHECK(links <= 1);
                if (strncmp(name, "br>", 3) != 0 && strncmp(name, "hr>", 3) != 0) {
                    CHECK(depth < DEPTH_MAX);
                    lengths[depth] = len;
                    open[depth++] = name;
                }
            }
            html = end;
        }
    }
    CHECK(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *typed = mem_dupn(data, size),
         *text = text_printable(typed, strlen(typed)); /* nothing else gets this far */
    struct markup_names names;
    struct strbuf html = STRBUF_INIT;
    size_t len = strlen(text);

    markup_names(text, len, &names);
    CHECK(names.count <= MARKUP_NAMES_MAX);
    for (size_t i = 0; i < names.count; i++) {
        CHECK(text_is_name(names.person[i].name, strlen(names.person[i].name)));
        names.person[i].id = i % 3;
        names.person[i].everyone = strcmp(names.person[i].name, MARKUP_EVERYONE) == 0;
    }
    strbuf_addstr(&html, "before");
    if (markup_render(text, len, &names, &html)) {
        CHECK(text_utf8_length(html.buf, html.len) >= 0 && strlen(html.buf) == html.len);
        check_html(html.buf + strlen("before"));
    } else {
        CHECK(html.len == strlen("before"));
        for (size_t i = 0; i < names.count; i++)
            CHECK(!names.person[i].mentioned);
    }
    strbuf_release(&html);
    free(text);
    free(typed);
    return 0;
}
