/* How fast each user may send; who may do what. */
#include "unit.h"

#include "limit.h"
#include "rights.h"

static void a_burst_is_let_through_and_refills(void **state)
{
    (void)state;
    struct limit *limit = limit_new(3, 2);

    for (int i = 0; i < 3; i++)
        assert_true(limit_take(limit, 7, 1000));
    assert_false(limit_take(limit, 7, 1000));
    assert_false(limit_take(limit, 7, 1499));
    assert_true(limit_take(limit, 7, 1500)); /* two a second */
    assert_false(limit_take(limit, 7, 1500));
    assert_true(limit_take(limit, 8, 1500)); /* others are not concerned */
    for (int i = 0; i < 3; i++)
        assert_true(limit_take(limit, 7, 100000)); /* never more than the burst */
    assert_false(limit_take(limit, 7, 100000));
    limit_free(limit);
}

static void roles_rise_and_direct_rooms_are_not_managed(void **state)
{
    (void)state;
    assert_false(rights_may(ROLE_NONE, false, RIGHT_READ));
    assert_true(rights_may(ROLE_MEMBER, false, RIGHT_SEND));
    assert_false(rights_may(ROLE_MEMBER, false, RIGHT_UPDATE));
    assert_true(rights_may(ROLE_ADMIN, false, RIGHT_ADD));
    assert_true(rights_may(ROLE_ADMIN, false, RIGHT_DELETE));
    assert_false(rights_may(ROLE_ADMIN, false, RIGHT_ROLE));
    for (enum right right = 0; right < RIGHT_COUNT; right++)
        assert_true(rights_may(ROLE_OWNER, false, right));
    assert_true(rights_may(ROLE_MEMBER, true, RIGHT_SEND));
    for (enum right right = RIGHT_LEAVE; right < RIGHT_COUNT; right++)
        assert_int_equal(rights_may(ROLE_OWNER, true, right), right == RIGHT_PIN);
    assert_int_equal(rights_role("owner"), ROLE_OWNER);
    assert_int_equal(rights_role("Owner"), ROLE_NONE);
    assert_int_equal(rights_role(""), ROLE_NONE);
    assert_int_equal(rights_role(NULL), ROLE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_let_through_and_refills),
        cmocka_unit_test(roles_rise_and_direct_rooms_are_not_managed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
