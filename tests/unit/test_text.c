/* UTF-8, line ends, names, addresses, numbers. */
#include "unit.h"

#include "text.h"

#define CHECK(bytes, max) text_check((bytes), sizeof(bytes) - 1, (max))
#define LENGTH(bytes)     text_utf8_length((bytes), sizeof(bytes) - 1)

static void counts_characters_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(LENGTH(""), 0);
    assert_int_equal(LENGTH("abc"), 3);
    assert_int_equal(LENGTH("\xc3\xa4\xe2\x82\xac\xf0\x9f\x8d\x8e"), 3);
    assert_int_equal(LENGTH("\xf4\x8f\xbf\xbf"), 1); /* U+10FFFF */
}

static void refuses_what_is_no_utf8(void **state)
{
    (void)state;
    assert_int_equal(LENGTH("\x80"), -1);
    assert_int_equal(LENGTH("\xc3"), -1); /* cut off */
    assert_int_equal(LENGTH("\xc3("), -1);
    assert_int_equal(LENGTH("\xc0\xaf"), -1); /* overlong '/' */
    assert_int_equal(LENGTH("\xe0\x80\xaf"), -1);
    assert_int_equal(LENGTH("\xf0\x80\x80\xaf"), -1);
    assert_int_equal(LENGTH("\xed\xa0\x80"), -1);     /* a surrogate */
    assert_int_equal(LENGTH("\xf4\x90\x80\x80"), -1); /* U+110000 */
    assert_int_equal(LENGTH("\xf8\x88\x80\x80\x80"), -1);
    assert_int_equal(LENGTH("\xff"), -1);
}

static void line_ends_become_lf(void **state)
{
    (void)state;
    char text[] = "a\r\nb\rc\n\r\n\rd\r";
    size_t len = text_normalise_lines(text, strlen(text));

    assert_string_equal(text, "a\nb\nc\n\n\nd\n");
    assert_int_equal(len, strlen(text));
}

static void white_space_is_cut_at_both_ends(void **state)
{
    (void)state;
    char text[] = " \t\xc2\xa0 a b \xe3\x80\x80\n", blank[] = " \n ", empty[] = "";

    assert_int_equal(text_trim(text, strlen(text)), 3);
    assert_string_equal(text, "a b");
    assert_int_equal(text_trim(blank, strlen(blank)), 0);
    assert_string_equal(blank, "");
    assert_int_equal(text_trim(empty, 0), 0);
}

static void a_message_is_checked(void **state)
{
    (void)state;
    assert_int_equal(CHECK("hello\n\tworld", 100), TEXT_OK);
    assert_int_equal(CHECK("0", 100), TEXT_OK);
    assert_int_equal(CHECK("", 100), TEXT_EMPTY);
    assert_int_equal(CHECK(" \n\t ", 100), TEXT_EMPTY);
    assert_int_equal(CHECK("\xe2\x80\x8b\xe2\x80\x8d", 100), TEXT_EMPTY); /* only invisible characters */
    assert_int_equal(CHECK("a\0b", 100), TEXT_INVALID);
    assert_int_equal(CHECK("\x1b[31m", 100), TEXT_INVALID);
    assert_int_equal(CHECK("a\x7f", 100), TEXT_INVALID);
    assert_int_equal(CHECK("\xc2\x85", 100), TEXT_INVALID); /* a C1 control */
    assert_int_equal(CHECK("\xff", 100), TEXT_INVALID);
    assert_int_equal(CHECK("\xc3\xa4\xc3\xa4\xc3\xa4", 3), TEXT_OK);
    assert_int_equal(CHECK("\xc3\xa4\xc3\xa4\xc3\xa4", 2), TEXT_LONG);
}

static void one_line_takes_no_line_ends_or_overrides(void **state)
{
    (void)state;
    assert_int_equal(text_check_line("a b", 3, 10), TEXT_OK);
    assert_int_equal(text_check_line("a\nb", 3, 10), TEXT_INVALID);
    assert_int_equal(text_check_line("a\tb", 3, 10), TEXT_INVALID);
    assert_int_equal(text_check_line("a\xe2\x80\xae"
                                     "b",
                                     5, 10),
                     TEXT_INVALID); /* right-to-left override */
}

static void names_keep_to_the_rule(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "user1", "9lives", "a.b_c-d", "A23456789012345678901234567890ab"};
    static const char *const bad[] = {
        "", ".a", "_a", "-a", "a b", "a/b", "a@b", "\xc3\xa4", "A23456789012345678901234567890abc"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_is_name(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_name(bad[i], strlen(bad[i])));
    assert_false(text_is_name("a\0b", 3));
}

static void addresses_are_checked_for_slips(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b", "a.b+c@d.example", "\xc3\xa4@b.example"};
    static const char *const bad[] = {"", "a", "@b", "a@", "a b@c", "a@b@c", "a@b\n", "<a@b>", "\xff@b"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_is_email(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_email(bad[i], strlen(bad[i])));
}

static void nonces_are_short_and_ascii(void **state)
{
    (void)state;
    assert_true(text_is_nonce("x", 1));
    assert_true(text_is_nonce("123e4567-e89b-12d3-a456-426614174000", 36));
    assert_false(text_is_nonce("", 0));
    assert_false(text_is_nonce("123e4567-e89b-12d3-a456-4266141740000", 37));
    assert_false(text_is_nonce("a b", 3));
    assert_false(text_is_nonce("\xc3\xa4", 2));
}

static void numbers_are_digits_within_bounds(void **state)
{
    (void)state;
    uint64_t n = 7;

    assert_true(text_to_u64("0", 10, &n));
    assert_int_equal(n, 0);
    assert_true(text_to_u64("18446744073709551615", UINT64_MAX, &n));
    assert_true(n == UINT64_MAX);
    assert_false(text_to_u64("18446744073709551616", UINT64_MAX, &n));
    assert_false(text_to_u64("11", 10, &n));
    assert_false(text_to_u64("", 10, &n));
    assert_false(text_to_u64("-1", 10, &n));
    assert_false(text_to_u64("+1", 10, &n));
    assert_false(text_to_u64(" 1", 10, &n));
    assert_false(text_to_u64("1x", 10, &n));
    assert_false(text_to_u64(NULL, 10, &n));
    assert_true(n == UINT64_MAX);
}

static void only_paths_of_this_site_are_gone_on_to(void **state)
{
    (void)state;
    static const char *const good[] = {"/", "/rooms/5?before=3#m2"};
    static const char *const bad[] = {"",     "rooms", "//evil", "/\\evil", "\\/evil", "http://evil",
                                      "/\tx", "/a\n",  "/a b",   "/a\\b"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_is_local_path(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_local_path(bad[i]));
    assert_false(text_is_local_path(NULL));
}

static void what_cannot_be_shown_is_left_out(void **state)
{
    (void)state;
    char *text = text_printable("a\0b\x07\n\xff\xc3\xa4\t\x1b[\xc3", 13);

    assert_string_equal(text, "ab\n\xc3\xa4\t[");
    free(text);
}

static void initials_and_colours(void **state)
{
    (void)state;
    char out[16];

    text_initials("Mira Okafor", out);
    assert_string_equal(out, "MO");
    text_initials("ana", out);
    assert_string_equal(out, "A");
    text_initials("  jun   de la  sato ", out);
    assert_string_equal(out, "JS");
    text_initials("\xc3\xa4\xc3\xb6 \xe6\x9d\x8e", out);
    assert_string_equal(out, "\xc3\xa4\xe6\x9d\x8e");
    text_initials("", out);
    assert_string_equal(out, "");
    text_initials("\xff", out);
    assert_string_equal(out, "");
    assert_int_equal(text_hue("Anna"), text_hue("aNNA"));
    assert_true(text_hue("") < 12);
}

static void a_reaction_is_one_emoji(void **state)
{
    static const char *const good[] = {"👍",
                                       "👍🏽",
                                       "❤️",
                                       "❤",
                                       "☝🏿",
                                       "👩‍💻",
                                       "👨🏻‍❤️‍💋‍👨🏼",
                                       "👩‍👩‍👧‍👦",
                                       "🏳️‍🌈",
                                       "🏴‍☠️",
                                       "🇩🇪",
                                       "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
                                       "1️⃣",
                                       "#⃣",
                                       "©️",
                                       "㊙️",
                                       "🫠",
                                       "⭐"};
    static const char *const bad[] = {"",
                                      "a",
                                      "1",
                                      "#️",
                                      "👍👍",
                                      "👍 ",
                                      " 👍",
                                      "🇩",
                                      "🇩🇪🇫",
                                      "‍",
                                      "👍‍",
                                      "‍👍",
                                      "👍🏽🏽",
                                      "️",
                                      "☆",
                                      "1⃣⃣",
                                      "é",
                                      "😀\xef\xb8",
                                      "🏴󠁧󠁢",
                                      "\xf0\x9f",
                                      "👍\xff",
                                      "👨‍👨‍👨‍👨‍👨‍👨‍👨‍👨‍👨"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_is_emoji(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_emoji(bad[i], strlen(bad[i])));
    assert_false(text_is_emoji("👍\0", strlen("👍") + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_characters_not_bytes),
        cmocka_unit_test(refuses_what_is_no_utf8),
        cmocka_unit_test(line_ends_become_lf),
        cmocka_unit_test(white_space_is_cut_at_both_ends),
        cmocka_unit_test(a_message_is_checked),
        cmocka_unit_test(one_line_takes_no_line_ends_or_overrides),
        cmocka_unit_test(names_keep_to_the_rule),
        cmocka_unit_test(addresses_are_checked_for_slips),
        cmocka_unit_test(nonces_are_short_and_ascii),
        cmocka_unit_test(numbers_are_digits_within_bounds),
        cmocka_unit_test(only_paths_of_this_site_are_gone_on_to),
        cmocka_unit_test(what_cannot_be_shown_is_left_out),
        cmocka_unit_test(initials_and_colours),
        cmocka_unit_test(a_reaction_is_one_emoji),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
