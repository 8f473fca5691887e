/* Who may do what in a room: the whole table, as docs/groups.md tells it. */
#include "unit.h"

#include "rights.h"

#include <stdio.h>

/* A line of the guide's table: "| what | muted | member | admin | owner |", in the order of the rights. */
static bool next_line(FILE *guide, char cells[5][200])
{
    char line[1000];

    while (fgets(line, sizeof line, guide) != NULL) {
        int count = 0;
        for (char *save = NULL, *cell = strtok_r(line, "|", &save); cell != NULL && count < 5;
             cell = strtok_r(NULL, "|", &save))
            snprintf(cells[count++], 200, "%s", cell);
        if (count == 5 && line[0] != '\n' && strstr(cells[0], "---") == NULL &&
            strstr(cells[1], "muted") == NULL)
            return true;
    }
    return false;
}

static void the_guide_and_the_table_are_the_same(void **state)
{
    (void)state;
    char path[4096], cells[5][200];
    const char *root = getenv("SNUG_ROOT");
    snprintf(path, sizeof path, "%s/docs/groups.md", root != NULL ? root : ".");
    FILE *guide = fopen(path, "r");
    assert_non_null(guide);
    for (enum right right = 0; right < RIGHT_COUNT; right++) {
        assert_true(next_line(guide, cells));
        assert_false(rights_may(ROLE_NONE, false, right));
        for (enum role role = ROLE_MUTED; role <= ROLE_OWNER; role++)
            if ((strstr(cells[role], "yes") != NULL) != rights_may(role, false, right))
                fail_msg("%s: %s", rights_role_name(role), cells[0]);
    }
    assert_false(next_line(guide, cells));
    fclose(guide);
}

static void a_higher_role_may_all_that_a_lower_one_may(void **state)
{
    (void)state;
    for (enum right right = 0; right < RIGHT_COUNT; right++)
        for (enum role role = ROLE_MUTED; role <= ROLE_OWNER; role++)
            assert_true(rights_may(role, false, right) >= rights_may(role - 1, false, right));
}

static void direct_rooms_are_read_written_and_pinned_in_and_nothing_else(void **state)
{
    (void)state;
    for (enum right right = 0; right < RIGHT_COUNT; right++)
        for (enum role role = ROLE_MEMBER; role <= ROLE_OWNER; role++)
            assert_int_equal(rights_may(role, true, right),
                             right == RIGHT_READ || right == RIGHT_SEND || right == RIGHT_PIN);
}

static void one_stands_over_lower_roles_and_an_owner_over_all(void **state)
{
    (void)state;
    for (enum role actor = ROLE_MEMBER; actor <= ROLE_OWNER; actor++)
        for (enum role target = ROLE_NONE; target <= ROLE_OWNER; target++)
            assert_int_equal(rights_over(actor, target), target < actor || actor == ROLE_OWNER);
}

static void roles_have_their_names(void **state)
{
    (void)state;
    for (enum role role = ROLE_MUTED; role <= ROLE_OWNER; role++)
        assert_int_equal(rights_role(rights_role_name(role)), role);
    assert_int_equal(rights_role("Owner"), ROLE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_guide_and_the_table_are_the_same),
        cmocka_unit_test(a_higher_role_may_all_that_a_lower_one_may),
        cmocka_unit_test(direct_rooms_are_read_written_and_pinned_in_and_nothing_else),
        cmocka_unit_test(one_stands_over_lower_roles_and_an_owner_over_all),
        cmocka_unit_test(roles_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
