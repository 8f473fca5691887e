/* All that needs OpenSSL: passwords, tokens, digests. */
#ifndef SNUG_CRYPTO_H
#define SNUG_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CRYPTO_HASH          32  /* bytes of SHA-256 */
#define CRYPTO_TOKEN_TEXT    44  /* 256 random bits as base64url without padding (43), and a NUL */
#define CRYPTO_CODE_TEXT     20  /* "k7qf-29xd-mw4t-h8ra": 80 random bits in letters and digits, and a NUL */
#define CRYPTO_PASSWORD_TEXT 128 /* a PHC string of ours fits */

/* scrypt's cost (RFC 7914): N = 2^cost, r = block, p = parallel. */
struct crypto_cost {
    unsigned cost;
    unsigned block;
    unsigned parallel;
};

/* 256 random bits as text. Ends the process when the system has no randomness. */
void crypto_token(char out[CRYPTO_TOKEN_TEXT]);

void crypto_sha256(const void *data, size_t len, uint8_t out[CRYPTO_HASH]);

/* The same in pieces; crypto_hash_end frees it (`out` may be NULL). */
struct crypto_hash *crypto_hash_new(void);
void crypto_hash_add(struct crypto_hash *hash, const void *data, size_t len);
void crypto_hash_end(struct crypto_hash *hash, uint8_t out[CRYPTO_HASH]);

/* base64url(SHA-256(purpose secret)): what is made of a secret for one purpose tells nothing of it or of the others. */
void crypto_derive(const char *purpose, const char *secret, char out[CRYPTO_TOKEN_TEXT]);

/* The form token that belongs to a cookie's token: base64url(SHA-256("csrf:" token)). It can be made from the
 * cookie alone, and the cookie not from it. */
void crypto_csrf(const char *token, char out[CRYPTO_TOKEN_TEXT]);

/* A recovery code: to be written down, and typed again. */
void crypto_code(char out[CRYPTO_CODE_TEXT]);
/* SHA-256 of a code as somebody typed it: capitals, spaces and hyphens make no difference. */
void crypto_code_hash(const char *code, uint8_t out[CRYPTO_HASH]);

/* In time that depends on the lengths alone. */
bool crypto_equal(const char *a, const char *b);

/* A PHC-style string: $scrypt$ln=15,r=8,p=3$salt$hash. False when scrypt refuses (cost out of bounds). */
bool crypto_password_hash(const char *password, struct crypto_cost cost, char out[CRYPTO_PASSWORD_TEXT]);

/* Whether the password belongs to the PHC string. With `stored` NULL it does the same work and says no, so
 * that an unknown name takes the time of a known one. */
bool crypto_password_verify(const char *password, const char *stored, struct crypto_cost cost);

#endif
