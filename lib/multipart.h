/* Bodies in multipart/form-data (RFC 7578, and WHATWG HTML for how browsers write names), read in pieces.
 *
 * Nothing is kept but one buffer: whoever reads takes each part as it comes. A body that ends before its last boundary
 * was cut, and is malformed like any other that breaks the rules. */
#ifndef SNUG_MULTIPART_H
#define SNUG_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#define MULTIPART_BUFFER (64 * 1024)
#define MULTIPART_NAME   1024 /* bytes of a part's name, or of its file's */

struct multipart {
    /* Gives up to `len` bytes; 0: there are no more. */
    size_t (*read)(void *context, char *buf, size_t len);
    void *context;
    char delimiter[4 + 70 + 1]; /* CRLF, "--" and the boundary */
    size_t delimiter_len;
    /* Of the present part: */
    char name[MULTIPART_NAME];
    char filename[MULTIPART_NAME]; /* as it was sent: it may be anything */
    bool is_file;
    /* Internal. */
    size_t from, len;
    char buf[MULTIPART_BUFFER];
};

enum multipart_result { MULTIPART_PART, MULTIPART_END, MULTIPART_BAD };

/* False when the content type is not multipart/form-data with a boundary. */
bool multipart_begin(struct multipart *m, const char *content_type,
                     size_t (*read)(void *context, char *buf, size_t len), void *context);

/* The next part; what was not read of the one before is passed over. */
enum multipart_result multipart_next(struct multipart *m);

/* The next piece of the present part; *len is 0 at its end. It stays until the next call. False: malformed, or cut. */
bool multipart_read(struct multipart *m, const char **data, size_t *len);

#endif
