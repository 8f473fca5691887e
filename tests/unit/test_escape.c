/* What people write, in JSON and in pages: it comes out as the text that it is. */
#include "unit.h"

#include "json.h"
#include "timeline.h"
#include "tmpl.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/snug-unit-XXXXXX";

static void file(const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    tmpl_folder(folder);
    file("show.cs", "<p title=\"<?cs var:Text ?>\"><?cs var:Text ?></p>");
    file("each.cs", "<?cs each:m = List ?><?cs include!\"_one.cs\" ?><?cs /each ?>");
    file("_one.cs", "[<?cs var:m.Text ?><?cs if:m.Flag ?>!<?cs /if ?>]");
    file("missing.cs", "<?cs include!\"_nothing.cs\" ?>");
    file("broken.cs", "<?cs if:Text ?>");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"show.cs", "each.cs", "_one.cs", "missing.cs", "broken.cs"};
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void json_is(const char *text, size_t len, const char *want)
{
    struct strbuf out = STRBUF_INIT;

    json_string(&out, text, len);
    assert_string_equal(out.buf, want);
    strbuf_release(&out);
}

static void json_escapes_what_it_must(void **state)
{
    (void)state;
    json_is("", 0, "\"\"");
    json_is("plain \xc3\xa4\xf0\x9f\x8d\x8e", 12, "\"plain \xc3\xa4\xf0\x9f\x8d\x8e\"");
    json_is("a\"b\\c\nd\te", 9, "\"a\\\"b\\\\c\\nd\\u0009e\"");
    json_is("a\0b", 3, "\"a\\u0000b\"");
    json_is("</script>", 9, "\"\\u003c/script>\"");
    json_is("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa7", 9, "\"\\u2028\\u2029\xe2\x80\xa7\"");
    json_is("\xe2\x80", 2, "\"\xe2\x80\""); /* cut off at the end: nothing is read beyond it */
    struct strbuf out = STRBUF_INIT;
    json_text(&out, NULL);
    assert_string_equal(out.buf, "null");
    strbuf_release(&out);
}

static void json_pieces_hold_their_values(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;

    json_addf(&out, "%r{'id':%u,'least':%u,'name':%s,'none':%s,", "[", UINT64_MAX, (uint64_t)0,
              "it's \"x\" <%s>", (const char *)NULL);
    json_addf(&out, "'yes':%b,'no':%b}%r", true, false, "]");
    assert_string_equal(out.buf,
                        "[{\"id\":18446744073709551615,\"least\":0,\"name\":\"it's \\\"x\\\" \\u003c%s>\","
                        "\"none\":null,\"yes\":true,\"no\":false}]");
    strbuf_release(&out);
}

static void pages_show_text_as_text(void **state)
{
    (void)state;
    struct view *view = view_new();
    struct strbuf out = STRBUF_INIT;

    view_set(view, "Text", "<b onclick='x'>\"&amp;\"</b><?cs var:Secret ?>");
    view_set(view, "Secret", "told");
    assert_true(view_render(view, "show.cs", &out));
    assert_null(strstr(out.buf, "<b"));
    assert_null(strstr(out.buf, "told"));
    assert_non_null(strstr(out.buf, "&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;amp;&quot;&lt;/b&gt;"));
    strbuf_release(&out);
    view_free(view);
}

static void lists_and_partials_escape_too(void **state)
{
    (void)state;
    struct view *view = view_new();
    struct strbuf out = STRBUF_INIT;

    view_set(view_item(view, "List", 0), "Text", "<i>");
    view_set(view_item(view, "List", 1), "Text", "0");
    view_flag(view_item(view, "List", 1), "Flag", true);
    view_flag(view_item(view, "List", 0), "Flag", false);
    assert_true(view_render(view, "each.cs", &out));
    assert_string_equal(out.buf, "[&lt;i&gt;][0!]");
    strbuf_release(&out);
    view_free(view);
}

static void a_template_that_cannot_be_made_says_so(void **state)
{
    (void)state;
    struct view *view = view_new();
    struct strbuf out = STRBUF_INIT;

    assert_false(view_render(view, "nowhere.cs", &out));
    assert_false(view_render(view, "missing.cs", &out));
    assert_false(view_render(view, "broken.cs", &out));
    strbuf_release(&out);
    view_free(view);
}

static void times_read_well(void **state)
{
    (void)state;
    char text[TIMELINE_TEXT];

    timeline_clock("2026-11-20T19:05:06.123Z", text);
    assert_string_equal(text, "19:05");
    timeline_day("2026-11-19T19:05:06.123Z", text);
    assert_string_equal(text, "Thursday 19 November");
    timeline_full("2026-02-01T00:00:00.000Z", text);
    assert_string_equal(text, "Sunday 1 February 2026, 00:00 UTC");
    timeline_full("", text);
    assert_string_equal(text, "");
    timeline_clock("", text);
    assert_string_equal(text, "");
}

static void events_are_sentences(void **state)
{
    (void)state;
    struct message m = {.sender_display = "Tom 2", .event = "added", .text = "Jun 1", .text_len = 5};
    struct strbuf out = STRBUF_INIT;

    timeline_event(&m, &out);
    assert_string_equal(out.buf, "Tom 2 added Jun 1");
    strbuf_reset(&out);
    m.event = "topic";
    m.text_len = 0;
    timeline_event(&m, &out);
    assert_string_equal(out.buf, "Tom 2 cleared the topic");
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_escapes_what_it_must),
        cmocka_unit_test(json_pieces_hold_their_values),
        cmocka_unit_test(pages_show_text_as_text),
        cmocka_unit_test(lists_and_partials_escape_too),
        cmocka_unit_test(a_template_that_cannot_be_made_says_so),
        cmocka_unit_test(times_read_well),
        cmocka_unit_test(events_are_sentences),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
