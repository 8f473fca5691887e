/* Cursors and the digest of the list of rooms. */
#include "unit.h"

#include "cursor.h"
#include "job.h"

#include <stdio.h>

static const struct cursor whole = {"0123456789abcdef", 5, 1045, 0xfedcba9876543210u, true};

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    struct cursor read, bare = whole, large = {"ffffffffffffffff", UINT64_MAX, UINT64_MAX, UINT64_MAX, true};
    char text[CURSOR_TEXT];

    cursor_write(&whole, text);
    assert_true(cursor_read(text, &read));
    assert_string_equal(read.epoch, whole.epoch);
    assert_true(read.room_id == 5 && read.version == 1045 && read.has_digest && read.digest == whole.digest);
    bare.has_digest = false;
    cursor_write(&bare, text);
    assert_true(cursor_read(text, &read));
    assert_true(read.version == 1045 && !read.has_digest);
    cursor_write(&large, text);
    assert_true(cursor_read(text, &read));
    assert_true(read.room_id == UINT64_MAX && read.version == UINT64_MAX && read.digest == UINT64_MAX);
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    struct cursor read;
    static const char *const bad[] = {
        "",
        "garbage",
        "0123456789abcdef",
        "0123456789abcdef-5",
        "0123456789abcdef-5-",
        "0123456789abcdef--5",
        "0123456789abcdef-5-1045-",
        "0123456789abcdef-5-1045-12",
        "0123456789abcdef-5-1045-fedcba987654321x",
        "0123456789abcdef-5-1045-fedcba9876543210-",
        "0123456789abcdef-5-1045-fedcba9876543210-1",
        "0123456789ABCDEF-5-1045",
        "0123456789abcde-5-1045",
        "0123456789abcdef-x-1045",
        "0123456789abcdef-5--1",
        "0123456789abcdef-05-1045",
        "0123456789abcdef-5-01045",
        "0123456789abcdef-5-18446744073709551616",
        "0123456789abcdef-5-1045-fedcba98765432100000000000000000000000000000000000000000000000000000000000",
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(cursor_read(bad[i], &read));
    assert_false(cursor_read(NULL, &read));
}

static struct room room_of(uint64_t id, const char *name, uint64_t last, uint64_t read)
{
    struct room room = {.id = id, .last_seq = last, .read_seq = read, .role = ROLE_MEMBER};

    snprintf(room.name, sizeof room.name, "%s", name);
    return room;
}

static void the_digest_tells_lists_apart(void **state)
{
    (void)state;
    struct room rooms[2] = {room_of(1, "general", 9, 3), room_of(2, "weather", 4, 4)}, changed[2];
    struct room_list list = {rooms, 2}, other = {changed, 2};
    uint64_t digest = job_digest(&list, 0);

    memcpy(changed, rooms, sizeof changed);
    assert_true(job_digest(&other, 0) == digest);
    changed[1].last_seq++; /* a message elsewhere */
    assert_true(job_digest(&other, 0) != digest);
    assert_true(job_digest(&other, 2) == job_digest(&list, 2)); /* where one looks oneself it is no news */
    memcpy(changed, rooms, sizeof changed);
    changed[0].read_seq++;
    assert_true(job_digest(&other, 0) != digest);
    assert_true(job_digest(&other, 1) == job_digest(&list, 1));
    memcpy(changed, rooms, sizeof changed);
    changed[0].role = ROLE_ADMIN;
    assert_true(job_digest(&other, 0) != digest);
    memcpy(changed, rooms, sizeof changed);
    changed[0].name[0] = 'G';
    assert_true(job_digest(&other, 0) != digest);
    memcpy(changed, rooms, sizeof changed);
    other.count = 1;
    assert_true(job_digest(&other, 0) != digest);
    changed[0] = rooms[1]; /* the order does not count */
    changed[1] = rooms[0];
    other.count = 2;
    assert_true(job_digest(&other, 0) == digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(the_digest_tells_lists_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
