/* Wake-ups: hints from other programs, that may be anything. */
#include "unit.h"

#include "wake.h"

#include <sys/socket.h>
#include <unistd.h>

static void only_a_datagram_of_the_right_size_is_one(void **state)
{
    (void)state;
    struct wake wake = {.kind = WAKE_ROOM, .id = 5}, got;
    char bytes[sizeof wake + 1] = {0};
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    memcpy(bytes, &wake, sizeof wake);
    const size_t lengths[] = {0, 1, 8, 16, sizeof wake - 1, sizeof wake, sizeof bytes};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        assert_int_equal(send(ends[0], bytes, lengths[i], 0), (ssize_t)lengths[i]);
    assert_true(wake_receive(ends[1], &got));
    assert_true(got.kind == WAKE_ROOM && got.id == 5);
    assert_false(wake_receive(ends[1], &got));
    close(ends[0]);
    close(ends[1]);
}

static void one_that_says_nothing_is_passed_over(void **state)
{
    (void)state;
    const struct wake nothing = {.id = 5}, user = {.kind = WAKE_USER, .id = 7};
    struct wake got;
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    assert_int_equal(send(ends[0], &nothing, sizeof nothing, 0), sizeof nothing);
    assert_int_equal(send(ends[0], &user, sizeof user, 0), sizeof user);
    assert_true(wake_receive(ends[1], &got));
    assert_true(got.kind == WAKE_USER && got.id == 7);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_datagram_of_the_right_size_is_one),
        cmocka_unit_test(one_that_says_nothing_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
