/* The words of a text in any script, and what somebody types to search for. */
#include "unit.h"

#include "query.h"

#include <stdio.h>

static struct units split(const char *text)
{
    struct units units = {NULL, 0};

    words_split(&units, text, strlen(text));
    return units;
}

/* The units of a text, with '|' between. */
static void assert_units(const char *text, const char *expected)
{
    struct units units = split(text);
    char out[400] = "";

    for (size_t i = 0; i < units.count; i++)
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%.*s", i > 0 ? "|" : "",
                 (int)units.unit[i].len, text + units.unit[i].at);
    assert_string_equal(out, expected);
    free(units.unit);
}

static bool finds(const char *typed, const char *text)
{
    struct query query;
    struct units units = split(text);
    const char *wrong = query_parse(&query, typed);

    if (wrong != NULL)
        fail_msg("%s: %s", typed, wrong);
    bool found = query_matches(&query, &units);
    query_release(&query);
    free(units.unit);
    return found;
}

static void parts_texts_of_every_script(void **state)
{
    (void)state;
    assert_units("", "");
    assert_units("  Hello, world! v1.2 a_b ", "Hello|world|v1|2|a|b");
    assert_units("don't l\u2019eau", "don|t|l|eau");
    assert_units("Stra\u00dfe Ko\u0308ln", "Stra\u00dfe|Ko\u0308ln");
    assert_units("日本語 text", "日|本|語|text");
    assert_units("カタカナー", "カ|タ|カ|ナ|ー");
    assert_units("한국어", "한|국|어");
    assert_units("\u1112\u1161\u11ab\u1100\u116e\u11a8",
                 "\u1112\u1161\u11ab|\u1100\u116e\u11a8"); /* by parts */
    assert_units("ที่นี่", "ที่|นี่");
    assert_units("हिन्दी भाषा", "हिन्दी|भाषा");
    assert_units("שָׁלוֹם مَرْحَبًا", "שָׁלוֹם|مَرْحَبًا");
    assert_units("party🎉👍🏽", "party|🎉|👍");
    assert_units("tren\u00adnen", "tren\u00adnen");
    assert_units("a\xff"
                 "b\xc3",
                 "a|b");
}

static void finds_words_whatever_their_case_and_accents(void **state)
{
    (void)state;
    assert_true(finds("HELLO", "well, hello there"));
    assert_false(finds("hell", "hello"));
    assert_true(finds("strasse", "Die Stra\u00dfe"));
    assert_true(finds("K\u00d6LN", "ko\u0308ln"));
    assert_true(finds("koln", "K\u00f6ln"));
    assert_true(finds("елка", "Ёлка"));
    assert_true(finds("αθηνα", "ΑΘΉΝΑ"));
    assert_true(finds("שלום", "שָׁלוֹם"));
    assert_true(finds("مرحبا", "مَرْحَبًا"));
    assert_true(finds("ａｂｃ", "abc"));
    assert_true(finds("カ\uff9e", "ガ") == finds("ガ", "\uff76\uff9e"));
    assert_true(finds("trennen", "tren\u00adnen"));
    assert_false(finds("गीत", "गति")); /* vowels are no accents */
    assert_true(finds("東京", "私は東京にいる"));
    assert_false(finds("京東", "私は東京にいる"));
    assert_true(finds("\u1112\u1161\u11ab", "한국어"));
    assert_true(finds("two one", "one, two"));
    assert_false(finds("\"two one\"", "one, two"));
    assert_true(finds("\u201cone two\u201d", "One (two)"));
    assert_true(finds("v1.2", "in v1.2 it was"));
    assert_false(finds("v1.2", "v1 or 2"));
}

static void assert_wrong(const char *typed, const char *word)
{
    struct query query;
    const char *wrong = query_parse(&query, typed);

    if (wrong == NULL || strstr(wrong, word) == NULL)
        fail_msg("%s: %s", typed, wrong);
    query_release(&query);
}

static void takes_filters_and_says_what_is_wrong_with_them(void **state)
{
    (void)state;
    struct query query;
    char many[QUERY_MAX * 4 + 5], *to = many;

    assert_null(query_parse(
        &query,
        "one From:user2 in:\"two words\" before:2026-02-28 after:2024-02-29 has:file \"a b\" http://x"));
    assert_string_equal(query.from, "user2");
    assert_string_equal(query.in, "two words");
    assert_string_equal(query.before, "2026-02-28");
    assert_string_equal(query.after, "2024-02-29");
    assert_string_equal(query.has, "file");
    assert_int_equal(query.terms, 3);
    assert_int_equal(query.units.count, 5);
    query_release(&query);
    assert_null(query_parse(&query, "from:me"));
    query_release(&query);

    assert_wrong("!?", "no word");
    assert_wrong("\"\"", "no word");
    assert_wrong("from:", "from:");
    assert_wrong("in:\"\" x", "in:");
    assert_wrong("before:2026-02-30", "before:");
    assert_wrong("after:26-02-03", "after:");
    assert_wrong("after:2026-2-3", "after:");
    assert_wrong("has:link", "has:");
    assert_wrong("from:a from:b", "once");
    assert_wrong("a\x01", "characters");
    assert_wrong("\xff", "characters");
    for (int i = 0; i <= QUERY_MAX; i++)
        to = stpcpy(to, "字");
    assert_wrong(many, "500");
    many[QUERY_MAX * 3] = '\0';
    assert_null(query_parse(&query, many));
    query_release(&query);
    to = many;
    for (int i = 0; i <= QUERY_TERMS; i++)
        to = stpcpy(to, "a ");
    assert_wrong(many, "more");
}

static void says_a_name_as_it_can_be_typed(void **state)
{
    static const char *const names[][2] = {{"garden", "in:garden "},
                                           {"two words", "in:\"two words\" "},
                                           {"say \"hi\"", "in:\"say hi\" "},
                                           {"\"so\" “it” is", "in:\"so it is\" "},
                                           {"a\"b", "in:\"a b\" "},
                                           {"#1: all", "in:\"#1: all\" "},
                                           {"\"", "in: "}};
    (void)state;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct strbuf out = STRBUF_INIT;
        struct query query;
        query_in(&out, names[i][0]);
        assert_string_equal(out.buf, names[i][1]);
        assert_int_equal(query_parse(&query, out.buf) == NULL, strcmp(names[i][0], "\"") != 0);
        assert_int_equal(words_same(query.in, names[i][0]), strcmp(names[i][0], "\"") != 0);
        query_release(&query);
        strbuf_release(&out);
    }
    assert_true(words_same("Größe", "GROSSE"));
    assert_true(words_same("?!", "?!"));
    assert_false(words_same("?!", "!?"));
    assert_false(words_same("a b", "a"));
    assert_false(words_same("a", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_texts_of_every_script),
        cmocka_unit_test(finds_words_whatever_their_case_and_accents),
        cmocka_unit_test(takes_filters_and_says_what_is_wrong_with_them),
        cmocka_unit_test(says_a_name_as_it_can_be_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
