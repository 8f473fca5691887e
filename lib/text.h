/* What people type: UTF-8 (RFC 3629), line ends, names, e-mail addresses, numbers, addresses to go on to. */
#ifndef SNUG_TEXT_H
#define SNUG_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_NAME_MAX     32    /* characters of a sign-in name */
#define TEXT_DISPLAY_MAX  64    /* characters of a display name */
#define TEXT_EMAIL_MAX    254   /* bytes, RFC 5321 */
#define TEXT_GROUP_MAX    64    /* characters of a group's name */
#define TEXT_TOPIC_MAX    250   /* characters of a group's topic */
#define TEXT_MESSAGE_MAX  10000 /* characters of a message */
#define TEXT_PASSWORD_MIN 8     /* characters */
#define TEXT_PASSWORD_MAX 1024  /* bytes */
#define TEXT_LANGUAGE     9     /* "de" */
#define TEXT_THEME        6     /* "auto", "light", "dark", and a NUL */
#define TEXT_NONCE_MAX    36    /* bytes of ASCII */

enum text_result { TEXT_OK, TEXT_EMPTY, TEXT_LONG, TEXT_INVALID };

/* The number of characters (code points), or -1 when the bytes are no valid UTF-8. Overlong forms,
 * surrogates and what lies beyond U+10FFFF are not valid. */
long text_utf8_length(const char *text, size_t len);

/* CRLF and a single CR become LF, in place. Returns the new length; a NUL follows it. */
size_t text_normalise_lines(char *text, size_t len);

/* Cuts white space at both ends, in place (U+00A0, U+2000–U+200A and their like count). Returns the new length. */
size_t text_trim(char *text, size_t len);

/* Nothing but white space and invisible format characters. `text` must be valid UTF-8. */
bool text_is_blank(const char *text, size_t len);

/* A message or another text of several lines: valid UTF-8, no control characters but newline and tab, not
 * blank, at most `max` characters. TEXT_INVALID comes before TEXT_LONG before TEXT_EMPTY. */
enum text_result text_check(const char *text, size_t len, size_t max);

/* The same for a text of one line: newline and tab are not allowed either, nor bidirectional overrides. */
enum text_result text_check_line(const char *text, size_t len, size_t max);

/* 1–32 of letters, digits, '.', '_', '-' (ASCII), beginning with a letter or digit. */
bool text_is_name(const char *text, size_t len);

/* Something, '@', a host with no white space or controls: enough to catch slips, no more. */
bool text_is_email(const char *text, size_t len);

/* One emoji, whatever it is made of: a picture with or without its variation and skin tone, several joined into one, a
 * flag, a keycap. At most TEXT_EMOJI_MAX characters. */
#define TEXT_EMOJI_MAX 16
bool text_is_emoji(const char *text, size_t len);

/* 1–36 printable ASCII characters without space. */
bool text_is_nonce(const char *text, size_t len);

/* Decimal digits only, at most `max`. False leaves *number alone. */
bool text_to_u64(const char *text, uint64_t max, uint64_t *number);

/* True for a path on this site: '/' and then neither '/' nor '\', and no control characters (what browsers
 * do with those: WHATWG URL, "relative slash state"). */
bool text_is_local_path(const char *text);

/* A copy without what cannot be shown: bytes that are no UTF-8, and control characters but newline and tab. The caller
 * frees. */
char *text_printable(const char *text, size_t len);

/* The name of a file as somebody's browser sent it, made fit to be shown and stored: without folders, control characters and
 * what turns the direction of writing, valid UTF-8, at most 200 characters (the end stays); "file" when nothing is left. The
 * caller frees. */
char *text_file_name(const char *text);

/* "Firefox on Linux", from a browser's User-Agent; what is not known stays as it is. */
void text_device(const char *agent, char *out, size_t size);

/* Up to two initials of a display name, as UTF-8 into out[16]. */
void text_initials(const char *display, char out[16]);

/* 0..11: the colour of an avatar, from the sign-in name, without regard to case. */
unsigned text_hue(const char *name);

#endif
