/* Bodies in multipart/form-data. */
#include "unit.h"

#include "multipart.h"

#define TYPE "multipart/form-data; boundary=AaB03x"

static const char *body;
static size_t body_len, given, step;

/* Gives so many bytes at a time. */
static size_t give(void *context, char *buf, size_t len)
{
    size_t part = step < len ? step : len;

    (void)context;
    if (part > body_len - given)
        part = body_len - given;
    memcpy(buf, body + given, part);
    given += part;
    return part;
}

static void begin(struct multipart *m, const char *text, size_t len, size_t at_once)
{
    body = text;
    body_len = len;
    given = 0;
    step = at_once;
    assert_true(multipart_begin(m, TYPE, give, NULL));
}

/* The present part as a whole; false when it is malformed. */
static bool whole(struct multipart *m, char *out, size_t *total)
{
    const char *data;
    size_t len;

    for (*total = 0; multipart_read(m, &data, &len); *total += len) {
        if (len == 0) {
            out[*total] = '\0';
            return true;
        }
        memcpy(out + *total, data, len);
    }
    return false;
}

static const char plain[] =
    "--AaB03x\r\n"
    "Content-Disposition: form-data; name=\"room\"\r\n\r\n"
    "5\r\n"
    "--AaB03x\r\n"
    "content-disposition: form-data; name=\"empty\"\r\n\r\n"
    "\r\n"
    "--AaB03x  \r\n"
    "Content-Type: text/plain\r\n"
    "Content-Disposition: form-data; name=\"file\"; filename=\"a;\xc3\xa4 %22b%22.txt\"\r\n\r\n"
    "one\r\n--AaB03\r\n-\r\n\r\n--AaB03y\r\n"
    "--AaB03x--\r\nafterwards";

static void parts_are_the_same_wherever_the_body_is_split(void **state)
{
    (void)state;
    struct multipart *m = malloc(sizeof *m);
    char out[sizeof plain];
    size_t len;

    for (size_t at_once = 1; at_once <= sizeof plain; at_once++) {
        begin(m, plain, sizeof plain - 1, at_once);
        assert_int_equal(multipart_next(m), MULTIPART_PART);
        assert_string_equal(m->name, "room");
        assert_false(m->is_file);
        assert_true(whole(m, out, &len));
        assert_string_equal(out, "5");
        assert_int_equal(multipart_next(m), MULTIPART_PART);
        assert_string_equal(m->name, "empty");
        assert_true(whole(m, out, &len));
        assert_int_equal(len, 0);
        assert_int_equal(multipart_next(m), MULTIPART_PART);
        assert_string_equal(m->name, "file");
        assert_true(m->is_file);
        assert_string_equal(m->filename, "a;\xc3\xa4 \"b\".txt");
        assert_true(whole(m, out, &len));
        assert_string_equal(out, "one\r\n--AaB03\r\n-\r\n\r\n--AaB03y");
        assert_int_equal(multipart_next(m), MULTIPART_END);
    }
    free(m);
}

static void a_body_that_was_cut_is_never_taken_for_a_whole_one(void **state)
{
    (void)state;
    struct multipart *m = malloc(sizeof *m);
    size_t last = (size_t)(strstr(plain, "afterwards") - plain) -
                  2; /* the line end after the last boundary is not needed */

    for (size_t len = 0; len < last; len++) {
        enum multipart_result result;
        begin(m, plain, len, len % 7 + 1);
        while ((result = multipart_next(m)) == MULTIPART_PART)
            ;
        assert_int_equal(result, MULTIPART_BAD);
    }
    free(m);
}

static void parts_that_are_not_read_are_passed_over(void **state)
{
    (void)state;
    struct multipart *m = malloc(sizeof *m);

    begin(m, plain, sizeof plain - 1, 5);
    for (int i = 0; i < 3; i++)
        assert_int_equal(multipart_next(m), MULTIPART_PART);
    assert_int_equal(multipart_next(m), MULTIPART_END);
    free(m);
}

static void malformed_bodies_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "--AaB03x",
        "--AaB03x--x",
        "--AaB03xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--AaB03x--",
        "--AaB03x\r\n\r\n1\r\n--AaB03x--",
        "--AaB03x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--AaB03x--",
        "--AaB03x\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--AaB03x--",
        "--AaB03x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--AaB03x--",
        "--AaB03x\nContent-Disposition: form-data; name=\"a\"\n\n1\n--AaB03x--",
        "--AaB03x\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n1\r\n--AaB03x--",
    };
    struct multipart *m = malloc(sizeof *m);

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        enum multipart_result result = MULTIPART_PART;
        begin(m, bad[i], strlen(bad[i]), 9);
        if (strcmp(bad[i], "--AaB03x--x") == 0) { /* what follows the end is nobody's business */
            assert_int_equal(multipart_next(m), MULTIPART_END);
            continue;
        }
        while (result == MULTIPART_PART)
            result = multipart_next(m);
        assert_int_equal(result, MULTIPART_BAD);
    }
    free(m);
}

static void headers_have_an_end_and_names_too(void **state)
{
    (void)state;
    static char text[200000];
    struct multipart *m = malloc(sizeof *m);

    memset(text, 'x', sizeof text);
    static const char begun[] = "--AaB03x\r\nX: ";
    memcpy(text, begun, sizeof begun - 1);
    begin(m, text, sizeof text, 4096);
    assert_int_equal(multipart_next(m), MULTIPART_BAD);
    assert_true(given < 100000);

    static const char head[] = "--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"";
    memcpy(text, head, sizeof head - 1);
    memcpy(text + 5000, "\"\r\n\r\n1\r\n--AaB03x--", 19);
    begin(m, text, 5019, 4096);
    assert_int_equal(multipart_next(m), MULTIPART_PART);
    assert_int_equal(strlen(m->filename), MULTIPART_NAME - 1);
    assert_int_equal(multipart_next(m), MULTIPART_END);
    free(m);
}

static void only_form_data_with_a_boundary_is_taken(void **state)
{
    (void)state;
    struct multipart *m = malloc(sizeof *m);

    assert_true(multipart_begin(m, "Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", give, NULL));
    assert_string_equal(m->delimiter, "\r\n--a b");
    assert_false(multipart_begin(m, "multipart/form-data", give, NULL));
    assert_false(multipart_begin(m, "multipart/form-data; boundary=", give, NULL));
    assert_false(multipart_begin(m, "multipart/mixed; boundary=a", give, NULL));
    assert_false(multipart_begin(m, "", give, NULL));
    assert_false(multipart_begin(
        m, TYPE "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", give, NULL));
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_the_same_wherever_the_body_is_split),
        cmocka_unit_test(a_body_that_was_cut_is_never_taken_for_a_whole_one),
        cmocka_unit_test(parts_that_are_not_read_are_passed_over),
        cmocka_unit_test(malformed_bodies_are_refused),
        cmocka_unit_test(headers_have_an_end_and_names_too),
        cmocka_unit_test(only_form_data_with_a_boundary_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
