/* Forms, queries and cookies. */
#include "unit.h"

#include "form.h"

static void parse(struct form *form, const char *text)
{
    assert_true(form_parse(form, text, strlen(text)));
}

static void fields_are_found_and_decoded(void **state)
{
    (void)state;
    struct form form;

    parse(&form, "name=A+B%2bC&text=%C3%A4%0D%0A&empty=&bare&%6eame2=x");
    assert_string_equal(form_get(&form, "name"), "A B+C");
    assert_string_equal(form_get(&form, "text"), "\xc3\xa4\r\n");
    assert_string_equal(form_get(&form, "empty"), "");
    assert_string_equal(form_get(&form, "bare"), "");
    assert_string_equal(form_get(&form, "name2"), "x");
    assert_null(form_get(&form, "nothing"));
    form_release(&form);
}

static void broken_escapes_stay_as_they_are(void **state)
{
    (void)state;
    struct form form;

    parse(&form, "a=%&b=%4&c=%zz&d=100%25&e=%%34");
    assert_string_equal(form_get(&form, "a"), "%");
    assert_string_equal(form_get(&form, "b"), "%4");
    assert_string_equal(form_get(&form, "c"), "%zz");
    assert_string_equal(form_get(&form, "d"), "100%");
    assert_string_equal(form_get(&form, "e"), "%4");
    form_release(&form);
}

static void the_first_of_two_counts(void **state)
{
    (void)state;
    struct form form;

    parse(&form, "a=1&a=2");
    assert_string_equal(form_get(&form, "a"), "1");
    form_release(&form);
}

static void separators_alone_are_nothing(void **state)
{
    (void)state;
    struct form form;

    parse(&form, "");
    assert_int_equal(form.count, 0);
    form_release(&form);
    parse(&form, "&&&");
    assert_int_equal(form.count, 0);
    form_release(&form);
    parse(&form, "=x&=");
    assert_string_equal(form_get(&form, ""), "x");
    form_release(&form);
    parse(&form, "a=b=c");
    assert_string_equal(form_get(&form, "a"), "b=c");
    form_release(&form);
}

static void a_nul_byte_is_kept_and_seen(void **state)
{
    (void)state;
    struct form form;

    parse(&form, "a=x%00y&b=1");
    assert_null(form_get(&form, "a"));
    assert_int_equal(form_find(&form, "a")->len, 3);
    assert_memory_equal(form_find(&form, "a")->value, "x\0y", 4);
    assert_string_equal(form_get(&form, "b"), "1");
    form_release(&form);
}

static void too_many_fields_are_refused(void **state)
{
    (void)state;
    struct form form;
    char text[(FORM_FIELDS_MAX + 1) * 4 + 1] = "";

    for (int i = 0; i < FORM_FIELDS_MAX; i++)
        memcpy(text + 4 * i, "a=1&", 5);
    parse(&form, text);
    assert_int_equal(form.count, FORM_FIELDS_MAX);
    form_release(&form);
    memcpy(text + 4 * FORM_FIELDS_MAX, "b=2", 4);
    assert_false(form_parse(&form, text, strlen(text)));
    assert_int_equal(form.count, 0);
}

static void cookies_are_found_by_their_whole_name(void **state)
{
    (void)state;
    char out[16];

    assert_true(form_cookie("a=1; snug=two ;b=3", "snug", out, sizeof out));
    assert_string_equal(out, "two");
    assert_true(form_cookie("snug=x=y", "snug", out, sizeof out));
    assert_string_equal(out, "x=y");
    assert_true(form_cookie("xsnug=1; snug2=2; snug=3", "snug", out, sizeof out));
    assert_string_equal(out, "3");
    assert_true(form_cookie(";;  ; snug=", "snug", out, sizeof out));
    assert_string_equal(out, "");
    assert_false(form_cookie("xsnug=1; snug2=2; snug", "snug", out, sizeof out));
    assert_false(form_cookie("", "snug", out, sizeof out));
    assert_false(form_cookie(NULL, "snug", out, sizeof out));
    assert_true(form_cookie("snug=123456789012345", "snug", out, sizeof out));
    assert_false(form_cookie("snug=1234567890123456", "snug", out, sizeof out)); /* does not fit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_and_decoded),
        cmocka_unit_test(broken_escapes_stay_as_they_are),
        cmocka_unit_test(the_first_of_two_counts),
        cmocka_unit_test(separators_alone_are_nothing),
        cmocka_unit_test(a_nul_byte_is_kept_and_seen),
        cmocka_unit_test(too_many_fields_are_refused),
        cmocka_unit_test(cookies_are_found_by_their_whole_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
