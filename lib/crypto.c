/* Passwords, tokens and digests, by OpenSSL. */
#include "crypto.h"
#include "mem.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SALT          16
#define SCRYPT_MEMORY (64u << 20) /* OpenSSL refuses N=2^15, r=8 at its default of 32 MiB */

static void random_bytes(void *out, int len)
{
    if (RAND_bytes(out, len) != 1) {
        log_line("no random bytes from OpenSSL");
        abort();
    }
}

/* base64 without padding; url: with '-' and '_'. Room for 4 * ceil(len / 3) + 1 is needed. */
static void base64(const uint8_t *data, int len, bool url, char *out)
{
    int size = EVP_EncodeBlock((unsigned char *)out, data, len);

    while (size > 0 && out[size - 1] == '=')
        out[--size] = '\0';
    for (char *c = out; url && *c != '\0'; c++)
        *c = (char)(*c == '+' ? '-' : *c == '/' ? '_' : *c);
}

/* The reverse, for the standard alphabet. Returns the bytes, or -1. */
static int unbase64(const char *text, size_t len, uint8_t *out, size_t size)
{
    char padded[128];
    size_t full = (len + 3) / 4 * 4;

    if (full >= sizeof padded || full / 4 * 3 > size)
        return -1;
    memcpy(padded, text, len);
    memset(padded + len, '=', full - len);
    int bytes = EVP_DecodeBlock(out, (const unsigned char *)padded, (int)full);
    return bytes < 0 ? -1 : bytes - (int)(full - len);
}

void crypto_sha256(const void *data, size_t len, uint8_t out[CRYPTO_HASH])
{
    SHA256(data, len, out);
}

/* OpenSSL's own state, under our name. */
struct crypto_hash *crypto_hash_new(void)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    if (hash == NULL || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1) {
        log_line("no SHA-256 from OpenSSL");
        abort();
    }
    return (struct crypto_hash *)hash;
}

void crypto_hash_add(struct crypto_hash *hash, const void *data, size_t len)
{
    EVP_DigestUpdate((EVP_MD_CTX *)hash, data, len);
}

void crypto_hash_end(struct crypto_hash *hash, uint8_t out[CRYPTO_HASH])
{
    uint8_t last[CRYPTO_HASH];

    EVP_DigestFinal_ex((EVP_MD_CTX *)hash, out != NULL ? out : last, NULL);
    EVP_MD_CTX_free((EVP_MD_CTX *)hash);
}

void crypto_token(char out[CRYPTO_TOKEN_TEXT])
{
    uint8_t raw[32];
    char text[48];

    random_bytes(raw, sizeof raw);
    base64(raw, sizeof raw, true, text);
    memcpy(out, text, CRYPTO_TOKEN_TEXT);
}

void crypto_derive(const char *purpose, const char *secret, char out[CRYPTO_TOKEN_TEXT])
{
    char input[256], text[48];
    uint8_t hash[CRYPTO_HASH];

    snprintf(input, sizeof input, "%s%s", purpose, secret);
    SHA256((const unsigned char *)input, strlen(input), hash);
    base64(hash, sizeof hash, true, text);
    memcpy(out, text, CRYPTO_TOKEN_TEXT);
}

void crypto_csrf(const char *token, char out[CRYPTO_TOKEN_TEXT])
{
    crypto_derive("csrf:", token, out);
}

void crypto_code(char out[CRYPTO_CODE_TEXT])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32, none like another */
    uint8_t raw[16];

    random_bytes(raw, sizeof raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        if (i > 0 && i % 4 == 0)
            *out++ = '-';
        *out++ = letters[raw[i] & 31];
    }
    *out = '\0';
}

void crypto_code_hash(const char *code, uint8_t out[CRYPTO_HASH])
{
    char plain[CRYPTO_CODE_TEXT * 2];
    size_t len = 0;

    for (; *code != '\0' && len < sizeof plain; code++)
        if (isalnum((unsigned char)*code))
            plain[len++] = (char)tolower((unsigned char)*code);
    crypto_sha256(plain, len, out);
}

bool crypto_equal(const char *a, const char *b)
{
    size_t len = strlen(a);

    return strlen(b) == len && CRYPTO_memcmp(a, b, len) == 0;
}

static bool scrypt(const char *password, const uint8_t salt[SALT], struct crypto_cost cost,
                   uint8_t out[CRYPTO_HASH])
{
    if (cost.cost < 1 || cost.cost > 20 || cost.block < 1 || cost.block > 64 || cost.parallel < 1 ||
        cost.parallel > 64)
        return false;
    return EVP_PBE_scrypt(password, strlen(password), salt, SALT, (uint64_t)1 << cost.cost, cost.block,
                          cost.parallel, SCRYPT_MEMORY, out, CRYPTO_HASH) == 1;
}

bool crypto_password_hash(const char *password, struct crypto_cost cost, char out[CRYPTO_PASSWORD_TEXT])
{
    uint8_t salt[SALT], hash[CRYPTO_HASH];
    char salt_text[32], hash_text[48];

    random_bytes(salt, sizeof salt);
    if (!scrypt(password, salt, cost, hash))
        return false;
    base64(salt, SALT, false, salt_text);
    base64(hash, CRYPTO_HASH, false, hash_text);
    snprintf(out, CRYPTO_PASSWORD_TEXT, "$scrypt$ln=%u,r=%u,p=%u$%s$%s", cost.cost, cost.block, cost.parallel,
             salt_text, hash_text);
    return true;
}

/* "NAME=DIGITS" and then `end`: reads the number and returns what follows, or NULL. */
static const char *parameter(const char *text, const char *name, char end, unsigned *number)
{
    size_t len = strlen(name);
    char *stop;

    if (text == NULL || strncmp(text, name, len) != 0 || text[len] < '0' || text[len] > '9')
        return NULL;
    unsigned long value = strtoul(text + len, &stop, 10);
    if (*stop != end || value > 99)
        return NULL;
    *number = (unsigned)value;
    return stop + 1;
}

/* Takes a PHC string apart: the cost, the salt and the hash. */
static bool parse_phc(const char *stored, struct crypto_cost *cost, uint8_t salt[SALT + 2],
                      uint8_t hash[CRYPTO_HASH + 2])
{
    const char *text = stored != NULL && strncmp(stored, "$scrypt$", 8) == 0 ? stored + 8 : NULL;

    text = parameter(text, "ln=", ',', &cost->cost);
    text = parameter(text, "r=", ',', &cost->block);
    text = parameter(text, "p=", '$', &cost->parallel);
    const char *dollar = text != NULL ? strchr(text, '$') : NULL;
    return dollar != NULL && unbase64(text, (size_t)(dollar - text), salt, SALT + 2) == SALT &&
           unbase64(dollar + 1, strlen(dollar + 1), hash, CRYPTO_HASH + 2) == CRYPTO_HASH;
}

bool crypto_password_verify(const char *password, const char *stored, struct crypto_cost cost)
{
    uint8_t salt[SALT + 2] = {0}, want[CRYPTO_HASH + 2] = {0}, have[CRYPTO_HASH];
    bool known = parse_phc(stored, &cost, salt, want);

    if (!scrypt(password, salt, cost, have))
        return false;
    return CRYPTO_memcmp(have, want, CRYPTO_HASH) == 0 && known;
}
