/* What people write, as HTML: what comes out exactly, and that nothing else ever does. */
#include "unit.h"

#include "emoji.h"
#include "markup.h"

#include <stdio.h>
#include <strings.h>

#define P(text)         "<p dir=\"auto\">" text "</p>"
#define LINK(url, text) "<a href=\"" url "\" rel=\"nofollow noopener ugc\" target=\"_blank\">" text "</a>"
#define ANA             "<a class=\"mention\" data-user=\"7\" href=\"/people/ana\" target=\"_top\">@ana</a>"

/* In the room are ana (7) and user.1 (8), and who writes may tell everyone. */
static bool render(const char *text, struct strbuf *out)
{
    struct markup_names names;

    markup_names(text, strlen(text), &names);
    for (size_t i = 0; i < names.count; i++) {
        struct markup_person *person = &names.person[i];
        person->id = strcasecmp(person->name, "ana") == 0 ? 7 : strcmp(person->name, "user.1") == 0 ? 8 : 0;
        person->everyone = strcmp(person->name, MARKUP_EVERYONE) == 0;
        if (person->id == 7)
            strcpy(person->name, "ana");
    }
    return markup_render(text, strlen(text), &names, out);
}

static void becomes(const char *text, const char *want)
{
    struct strbuf out = STRBUF_INIT;

    bool rendered = render(text, &out);
    assert_string_equal(rendered ? out.buf : "(as it is)", want);
    if (!rendered)
        assert_int_equal(out.len, 0);
    strbuf_release(&out);
}

static void stays(const char *text)
{
    becomes(text, "(as it is)");
}

static void plain_text_needs_no_html(void **state)
{
    (void)state;
    stays("hello");
    stays("Two  spaces, a line\n  and another.\n\nAnd a paragraph at 10:30, ok? 5 * 3 < 16 & more");
    stays("snake_case_name and 2 * 3 and a@b and C:\\");
    stays("\xe4\xbd\xa0\xe5\xa5\xbd \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d");
    stays("[a]: /nowhere");
    stays("just <b>tags</b> <!-- and so on -->");
    stays("0");
}

static void markup_becomes_html(void **state)
{
    (void)state;
    becomes("*a* **b** ~~c~~ `d < e`", P("<em>a</em> <strong>b</strong> <del>c</del> <code>d &lt; e</code>"));
    becomes("**a**\nb", P("<strong>a</strong><br>b"));
    becomes("- a\n- b\n  1. c", "<ul dir=\"auto\"><li>a</li><li>b<ol dir=\"auto\"><li>c</li></ol></li></ul>");
    becomes("3. a\n\n4. b", "<ol dir=\"auto\" start=\"3\"><li>" P("a") "</li><li>" P("b") "</li></ol>");
    becomes(
        "- [x] a\n- [ ] b",
        "<ul dir=\"auto\"><li class=\"task\">\xe2\x98\x91 a</li><li class=\"task\">\xe2\x98\x90 b</li></ul>");
    becomes("> a\n\nb", "<blockquote dir=\"auto\">" P("a") "</blockquote>" P("b"));
    becomes("```c\nif (a < b)\n\tc;\n```", "<pre tabindex=\"0\"><code>if (a &lt; b)\n\tc;\n</code></pre>");
    becomes("## a\n---", "<p dir=\"auto\" class=\"h2\">a</p><hr>");
    becomes("|a|b|\n|-|-:|\n|1|",
            "<div class=\"wide\" tabindex=\"0\"><table><tr><th dir=\"auto\">a</th><th dir=\"auto\" "
            "align=\"right\">b</th>"
            "</tr><tr><td dir=\"auto\">1</td><td dir=\"auto\" align=\"right\"></td></tr></table></div>");
    becomes("&copy; \\*a\\*", P("\xc2\xa9 *a*"));
}

static void links_go_where_they_may(void **state)
{
    (void)state;
    becomes("[a](https://b.example/?c=1&d=\"2\")",
            P(LINK("https://b.example/?c=1&amp;d=&quot;2&quot;", "a")));
    becomes("see http://b.example/c_d_e, or www.b.example.",
            P("see " LINK("http://b.example/c_d_e", "http://b.example/c_d_e") ", or " LINK(
                "http://www.b.example", "www.b.example") "."));
    becomes("a@b.example", P(LINK("mailto:a@b.example", "a@b.example")));
    becomes("[a](/rooms/5#m3)",
            P("<a href=\"/rooms/5#m3\" rel=\"nofollow noopener ugc\" target=\"_top\">a</a>"));
    becomes("![a *b*](http://c/d.png)", P(LINK("http://c/d.png", "a <em>b</em>")));
    becomes("![](http://c/d.png)", P(LINK("http://c/d.png", "http://c/d.png")));
    becomes("[![a](http://b)](http://c)", P(LINK("http://c", "a")));
    static const char *const bad[] = {
        "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](&#106;avascript:alert(1))",
        "[a](data:text/html,b)",    "[a](vbscript:b)",          "[a](//b.example)",
        "[a](/\\b.example)",        "[a](file:///b)",           "[a](b.html)",
        "![a](javascript:b)",       "[a](<java\tscript:b>)",    "[a](http:b)",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        becomes(bad[i], P("a"));
}

static void what_was_typed_as_html_is_text(void **state)
{
    (void)state;
    becomes("*a* <script>alert(1)</script>", P("<em>a</em> &lt;script&gt;alert(1)&lt;/script&gt;"));
    becomes("<div onclick=\"a\">\n*b*\n</div>\n\n*c*",
            P("&lt;div onclick=&quot;a&quot;&gt;\n*b*\n&lt;/div&gt;\n") P("<em>c</em>"));
    becomes("**\"'&<>**", P("<strong>&quot;&#39;&amp;&lt;&gt;</strong>"));
    becomes("`</code><img src=x>`", P("<code>&lt;/code&gt;&lt;img src=x&gt;</code>"));
    becomes("*<?cs var:Secret ?>*", P("<em>&lt;?cs var:Secret ?&gt;</em>"));
}

static void members_are_mentioned(void **state)
{
    (void)state;
    becomes("@ana", P(ANA));
    becomes("hi @Ana, and @ANA. (@ana)", P("hi " ANA ", and " ANA ". (" ANA ")"));
    becomes("\xe4\xbd\xa0@ana\xe5\xa5\xbd", P("\xe4\xbd\xa0" ANA "\xe5\xa5\xbd"));
    becomes("@user.1.",
            P("<a class=\"mention\" data-user=\"8\" href=\"/people/user.1\" target=\"_top\">@user.1</a>."));
    becomes("@everyone", P("<b class=\"mention\" data-user=\"all\">@everyone</b>"));
    becomes("**@ana**", P("<strong>" ANA "</strong>"));
    stays("@anabel @bob a@ana -@ana @@ana @");
    becomes("`@ana`", P("<code>@ana</code>"));
    becomes("[@ana](http://b)", P(LINK("http://b", "@ana")));
}

static void short_codes_are_emoji(void **state)
{
    (void)state;
    becomes(":+1::tada:", P("\xf0\x9f\x91\x8d\xf0\x9f\x8e\x89"));
    becomes("`:tada:` :tada:", P("<code>:tada:</code> \xf0\x9f\x8e\x89"));
    stays(":nothing: 10:100:20 :smile : tada:");
    size_t bytes;
    assert_null(emoji_find("", 0, &bytes));
    assert_non_null(emoji_find("eu", 2, &bytes));
    assert_int_equal(bytes, 8);
}

/* Whatever is made of pieces like these ends soon, is not much longer than what was typed, and every tag in it is one
 * that the table in markup.c has. */
static void nothing_else_comes_out(void **state)
{
    static const char *const pieces[] = {
        "*",           "**",     "_",    "~~",       "`",           "```\n",    "[",        "]",     "](",
        "](http://a)", "![",     "<",    ">",        "<a href=\"",  "<script>", "\n",       "\n\n",  "> ",
        "- ",          "1. ",    "    ", "| a |",    "\n|-|-|\n",   "# ",       "http://b", "www.",  "a@b.c",
        "@ana",        ":tada:", "&",    "\\",       "\"",          "'",        "<!--",     "a",     " ",
        "- [x] ",      "\t",     "&#0;", "\xc3\xa4", "javascript:", "[a]: b\n", "---\n",    "===\n",
    };
    static const char *const tags[] = {
        "p dir=\"auto\"",
        "p dir=\"auto\" class=\"h",
        "/p",
        "br",
        "em",
        "/em",
        "strong",
        "/strong",
        "del",
        "/del",
        "code",
        "/code",
        "pre tabindex=\"0\"",
        "/pre",
        "hr",
        "ul dir=\"auto\"",
        "/ul",
        "ol dir=\"auto\"",
        "ol dir=\"auto\" start=\"",
        "/ol",
        "li",
        "li class=\"task\"",
        "/li",
        "blockquote dir=\"auto\"",
        "/blockquote",
        "div class=\"wide\" tabindex=\"0\"",
        "/div",
        "table",
        "/table",
        "tr",
        "/tr",
        "th dir=\"auto\"",
        "/th",
        "td dir=\"auto\"",
        "/td",
        "a href=\"http://",
        "a href=\"mailto:",
        "a href=\"https://",
        "/a",
        "a class=\"mention\" data-user=\"7\" href=\"/people/ana\" target=\"_top\"",
    };
    unsigned seed = 20261120;

    (void)state;
    for (int round = 0; round < 4000; round++) {
        struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
        for (int i = 0; i < 1 + round % 60; i++) {
            seed = seed * 1103515245 + 12345;
            strbuf_addstr(&text, pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])]);
        }
        if (render(text.buf, &out))
            for (const char *at = out.buf; (at = strchr(at, '<')) != NULL; at++) {
                bool known = false;
                for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++)
                    known = known || (strncmp(at + 1, tags[i], strlen(tags[i])) == 0 &&
                                      (at[1 + strlen(tags[i])] == '>' ||
                                       strchr("\"/:", tags[i][strlen(tags[i]) - 1]) != NULL));
                if (!known)
                    fail_msg("%s\nbecomes\n%s\nat %s", text.buf, out.buf, at);
            }
        strbuf_release(&text);
        strbuf_release(&out);
    }
}

static void hostile_text_is_bounded(void **state)
{
    static const char *const parts[] = {
        "[",      "*a _",      "> ",        "- ",           "|a", "a|b\n-|-\n", "``a", "a@b",
        "a.b@c ", "<http://a", "http://a(", "![",           "\\", "&#1;",       "\"",  "<",
        "www.",   ":tada:",    "@ana ",     "- a\n  - b\n", "\n", "a\n\n"};

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
        while (text.len + strlen(parts[i]) <= TEXT_MESSAGE_MAX)
            strbuf_addstr(&text, parts[i]);
        render(text.buf, &out);
        assert_true(out.len < 200 * 1024);
        strbuf_release(&text);
        strbuf_release(&out);
    }
    struct markup_names names;
    struct strbuf many = STRBUF_INIT;
    for (int i = 0; i < 2000; i++)
        strbuf_addf(&many, "@n%d ", i);
    markup_names(many.buf, many.len, &names);
    assert_int_equal(names.count, MARKUP_NAMES_MAX);
    strbuf_release(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_needs_no_html), cmocka_unit_test(markup_becomes_html),
        cmocka_unit_test(links_go_where_they_may),  cmocka_unit_test(what_was_typed_as_html_is_text),
        cmocka_unit_test(members_are_mentioned),    cmocka_unit_test(short_codes_are_emoji),
        cmocka_unit_test(nothing_else_comes_out),   cmocka_unit_test(hostile_text_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
