/* Passwords, tokens, digests. */
#include "unit.h"

#include "crypto.h"

static const struct crypto_cost cheap = {4, 8, 1};

static void a_password_fits_its_own_hash_alone(void **state)
{
    (void)state;
    char hash[CRYPTO_PASSWORD_TEXT], again[CRYPTO_PASSWORD_TEXT];

    assert_true(crypto_password_hash("correct horse", cheap, hash));
    assert_true(crypto_password_hash("correct horse", cheap, again));
    assert_string_not_equal(hash, again); /* each has its salt */
    assert_int_equal(strncmp(hash, "$scrypt$ln=4,r=8,p=1$", 21), 0);
    assert_true(crypto_password_verify("correct horse", hash, cheap));
    assert_true(crypto_password_verify("correct horse", again, cheap));
    assert_false(crypto_password_verify("correct horsE", hash, cheap));
    assert_false(crypto_password_verify("", hash, cheap));
}

static void the_usual_cost_is_within_openssls_bounds(void **state)
{
    (void)state;
    const struct crypto_cost usual = {15, 8, 3};
    char hash[CRYPTO_PASSWORD_TEXT];

    assert_true(crypto_password_hash("p\xc3\xa4ssword", usual, hash));
    assert_true(crypto_password_verify("p\xc3\xa4ssword", hash, cheap)); /* the stored cost counts */
}

static void what_scrypt_gives_is_what_rfc_7914_says(void **state)
{
    (void)state;
    /* No vector of the RFC has a salt of 16 bytes; this one was computed by another implementation of scrypt. */
    assert_true(crypto_password_verify("password",
                                       "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                                       "jU+wVnnRO8xMJ6kk2pn2W1IFgOT9r8PK+dHZ+HH3bt4",
                                       cheap));
}

static void unknown_or_broken_hashes_fit_nothing(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "x",
        "$scrypt$",
        "$scrypt$ln=4,r=8,p=1$",
        "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg",
        "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$",
        "$scrypt$ln=4,r=8,p=1$!!!!$????",
        "$scrypt$ln=99,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };

    assert_false(crypto_password_verify("password", NULL, cheap));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        assert_false(crypto_password_verify("password", broken[i], cheap));
}

static void costs_out_of_bounds_are_refused(void **state)
{
    (void)state;
    char hash[CRYPTO_PASSWORD_TEXT];

    assert_false(crypto_password_hash("password", (struct crypto_cost){0, 8, 1}, hash));
    assert_false(crypto_password_hash("password", (struct crypto_cost){21, 8, 1}, hash));
    assert_false(crypto_password_hash("password", (struct crypto_cost){4, 0, 1}, hash));
    assert_false(crypto_password_hash("password", (struct crypto_cost){4, 8, 0}, hash));
}

static void tokens_are_long_and_never_the_same(void **state)
{
    (void)state;
    char a[CRYPTO_TOKEN_TEXT], b[CRYPTO_TOKEN_TEXT];

    crypto_token(a);
    crypto_token(b);
    assert_int_equal(strlen(a), 43);
    assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
    assert_string_not_equal(a, b);
}

static void a_form_token_follows_from_the_cookie(void **state)
{
    (void)state;
    char a[CRYPTO_TOKEN_TEXT], b[CRYPTO_TOKEN_TEXT], c[CRYPTO_TOKEN_TEXT];

    crypto_csrf("token", a);
    crypto_csrf("token", b);
    crypto_csrf("other", c);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_int_equal(strlen(a), 43);
}

static void comparing_looks_at_all_of_it(void **state)
{
    (void)state;
    assert_true(crypto_equal("", ""));
    assert_true(crypto_equal("abc", "abc"));
    assert_false(crypto_equal("abc", "abd"));
    assert_false(crypto_equal("abc", "abcd"));
    assert_false(crypto_equal("abc", ""));
}

static void sha256_is_sha256(void **state)
{
    (void)state;
    static const uint8_t want[4] = {0xba, 0x78, 0x16, 0xbf}; /* FIPS 180-4, "abc" */
    uint8_t hash[CRYPTO_HASH];

    crypto_sha256("abc", 3, hash);
    assert_memory_equal(hash, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_password_fits_its_own_hash_alone),
        cmocka_unit_test(the_usual_cost_is_within_openssls_bounds),
        cmocka_unit_test(what_scrypt_gives_is_what_rfc_7914_says),
        cmocka_unit_test(unknown_or_broken_hashes_fit_nothing),
        cmocka_unit_test(costs_out_of_bounds_are_refused),
        cmocka_unit_test(tokens_are_long_and_never_the_same),
        cmocka_unit_test(a_form_token_follows_from_the_cookie),
        cmocka_unit_test(comparing_looks_at_all_of_it),
        cmocka_unit_test(sha256_is_sha256),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
