/* Previews of pictures: small ones without what the camera wrote into them.
 *
 * They are made by a program of its own (cgi-bin/preview.c), which has neither files nor network, little memory and little
 * time: what a hostile picture breaks there is its own preview. */
#ifndef SNUG_PREVIEW_H
#define SNUG_PREVIEW_H

#include "strbuf.h"

#include <stdbool.h>

#define PREVIEW_WIDTH  800 /* the most that a preview has */
#define PREVIEW_HEIGHT 600
#define PREVIEW_TYPE   "image/webp"

/* Whether pictures of this type get one. */
bool preview_fits(const char *type);

/* Makes one of the bytes that `read` gives (0: no more). False: there is none, for whatever reason. Width and height are
 * the picture's own, as it is seen. */
bool preview_make(size_t (*read)(void *context, uint64_t offset, void *buf, size_t len), void *context,
                  struct strbuf *out, uint64_t *width, uint64_t *height);

#endif
