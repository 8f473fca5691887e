/* The language of what people read: which one is chosen, and what its catalogue says. */
#include "unit.h"

#include "lang.h"
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
    file("de.po", "# The head.\nmsgid \"\"\nmsgstr \"Language: de\\n\"\n\n"
                  "#: html/page.cs\nmsgid \"Sign in\"\nmsgstr \"Anmelden\"\n\n"
                  "msgid \"A \\\"long\\\" \"\n\"text\\n\"\nmsgstr \"Ein \\\"langer\\\" \"\n\"Text\\n\"\n\n"
                  "msgid \"%d member\"\nmsgid_plural \"%d members\"\nmsgstr[0] \"%d Mitglied\"\n"
                  "msgstr[1] \"%d Mitglieder\"\n\n"
                  "msgid \"Not done\"\nmsgstr \"\"\n");
    file("page.cs", "<p title=\"{{Sign in}}\">{{Not done}}, {{nowhere}} {{</p><?cs include!\"_part.cs\" ?>");
    file("_part.cs", "<b>{{Sign in}}</b>");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"de.po", "page.cs", "_part.cs"};
    char path[128];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void the_chosen_language_wins_then_the_browsers_best_then_english(void **state)
{
    (void)state;
    assert_int_equal(lang_choose("de", "en"), LANG_DE);
    assert_int_equal(lang_choose("en", "de"), LANG_EN);
    assert_int_equal(lang_choose("", ""), LANG_EN);
    assert_int_equal(lang_choose("", "de"), LANG_DE);
    assert_int_equal(lang_choose("", "de-AT,de;q=0.9,en;q=0.8"), LANG_DE);
    assert_int_equal(lang_choose("", "en-GB, en;q=0.9, de;q=0.8"), LANG_EN);
    assert_int_equal(lang_choose("", "fr, en;q=0.3, DE;q=0.7"), LANG_DE);
    assert_int_equal(lang_choose("", "fr;q=1, es"), LANG_EN);
    assert_int_equal(lang_choose("", "de;q=0"), LANG_EN);
    assert_int_equal(lang_choose("xx", "den, *;q=0.1,,;;q=,"), LANG_EN);
}

static void a_catalogue_translates_and_english_stays_where_it_lacks(void **state)
{
    (void)state;
    assert_string_equal(t("Sign in"), "Sign in");
    lang_use(LANG_DE);
    assert_string_equal(t("Sign in"), "Anmelden");
    assert_string_equal(t("A \"long\" text\n"), "Ein \"langer\" Text\n");
    assert_string_equal(t("Not done"), "Not done");
    assert_string_equal(t("Unknown"), "Unknown");
    assert_string_equal(tn("%d member", "%d members", 1), "%d Mitglied");
    assert_string_equal(tn("%d member", "%d members", 0), "%d Mitglieder");
    assert_string_equal(tn("%d stone", "%d stones", 2), "%d stones");
    lang_use(LANG_EN);
    assert_string_equal(tn("%d member", "%d members", 1), "%d member");
}

static void a_template_is_shown_in_each_language(void **state)
{
    (void)state;
    struct view *view = view_new();
    struct strbuf out = STRBUF_INIT;

    for (int round = 0; round < 2; round++) {
        lang_use(LANG_DE);
        strbuf_reset(&out);
        assert_true(view_render(view, "page.cs", &out));
        assert_string_equal(out.buf, "<p title=\"Anmelden\">Not done, nowhere {{</p><b>Anmelden</b>");
        lang_use(LANG_EN);
        strbuf_reset(&out);
        assert_true(view_render(view, "page.cs", &out));
        assert_string_equal(out.buf, "<p title=\"Sign in\">Not done, nowhere {{</p><b>Sign in</b>");
    }
    strbuf_release(&out);
    view_free(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chosen_language_wins_then_the_browsers_best_then_english),
        cmocka_unit_test(a_catalogue_translates_and_english_stays_where_it_lacks),
        cmocka_unit_test(a_template_is_shown_in_each_language),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
