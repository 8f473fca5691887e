/* Makes the preview of a picture: no route, "files" starts it (lib/preview.h). The picture comes on the standard input; out
 * go its width, height and the preview's length in a line, and the preview.
 *
 * Once the picture is read, the kernel lets this process do nothing but read, write and end (seccomp's strict mode), with the
 * memory that it has. Whatever else a decoder is brought to try ends it, and there is no preview. */
#include "preview.h"

#include <gd.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MEMORY        (400u << 20) /* a picture of 64 million points takes 256 MiB */
#define SECONDS       5
#define SIZE_MAX_READ (64u << 20)
#define QUALITY       80

static unsigned char *data;
static size_t len;

static bool read_all(void)
{
    ssize_t count;

    data = malloc(SIZE_MAX_READ);
    while (data != NULL && len < SIZE_MAX_READ &&
           (count = read(STDIN_FILENO, data + len, SIZE_MAX_READ - len)) > 0)
        len += (size_t)count;
    return data != NULL && len < SIZE_MAX_READ;
}

static int nothing(const void *a, const void *b)
{
    (void)a;
    (void)b;
    return 0;
}

static void confine(void)
{
    static char much[4096];

    qsort(much, sizeof much, 1, nothing); /* the first large one asks how much memory there is */
#ifndef __SANITIZE_ADDRESS__
    const struct rlimit seconds = {SECONDS, SECONDS};

    /* The heap is taken now and touched when needed: nothing has to be asked of the kernel afterwards. */
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, -1);
    void *volatile heap = malloc(MEMORY);
    free(heap);
    close_range(3, ~0u, 0);
    setrlimit(RLIMIT_CPU, &seconds);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
        exit(1);
#endif
}

static unsigned number(const unsigned char *at, size_t size, bool little)
{
    unsigned value = 0;

    for (size_t i = 0; i < size; i++)
        value |= (unsigned)at[i] << 8 * (little ? i : size - 1 - i);
    return value;
}

/* How the camera was held (1–8), from a JPEG's Exif; 1 when it does not say. */
static unsigned orientation(void)
{
    for (size_t at = 2; at + 4 < len && data[at] == 0xff && data[at + 1] != 0xda;) {
        size_t size = number(data + at + 2, 2, false);
        const unsigned char *tiff = data + at + 10;
        if (data[at + 1] == 0xe1 && size > 24 && at + 2 + size <= len && memcmp(tiff - 6, "Exif", 5) == 0) {
            bool little = tiff[0] == 'I';
            size_t most = size - 8, ifd = number(tiff + 4, 4, little);
            if (ifd > most - 2)
                return 1;
            size_t entries = number(tiff + ifd, 2, little);
            for (size_t e = ifd + 2; entries-- > 0 && e + 12 <= most; e += 12)
                if (number(tiff + e, 2, little) == 0x112)
                    return number(tiff + e + 8, 2, little);
            return 1;
        }
        at += 2 + size;
    }
    return 1;
}

static gdImagePtr decode(void)
{
    int size = (int)len;

    if (len > 12 && memcmp(data + 8, "WEBP", 4) == 0)
        return gdImageCreateFromWebpPtr(size, data);
    if (len > 4 && memcmp(data, "\x89PNG", 4) == 0)
        return gdImageCreateFromPngPtr(size, data);
    if (len > 4 && memcmp(data, "GIF8", 4) == 0)
        return gdImageCreateFromGifPtr(size, data);
    return len > 4 && memcmp(data, "\xff\xd8", 2) == 0 ? gdImageCreateFromJpegPtr(size, data) : NULL;
}

static gdImagePtr shrink(gdImagePtr image, int most_width, int most_height)
{
    double w = gdImageSX(image), h = gdImageSY(image);
    double by = most_width / w < most_height / h ? most_width / w : most_height / h;
    int width = by < 1 ? (int)(w * by + 0.5) : (int)w, height = by < 1 ? (int)(h * by + 0.5) : (int)h;
    gdImagePtr small = gdImageCreateTrueColor(width > 0 ? width : 1, height > 0 ? height : 1);

    if (small == NULL)
        return NULL;
    gdImageAlphaBlending(small, 0);
    gdImageSaveAlpha(small, 1);
    gdImageCopyResampled(small, image, 0, 0, 0, 0, gdImageSX(small), gdImageSY(small), (int)w, (int)h);
    return small;
}

static gdImagePtr turn(gdImagePtr image, unsigned how)
{
    static const int angles[] = {0, 0, 0, 180, 180, 270, 270, 90, 90};
    gdImagePtr turned =
        how <= 8 && angles[how] != 0 ? gdImageRotateInterpolated(image, (float)angles[how], 0) : image;

    if (turned != NULL && (how == 2 || how == 4 || how == 5 || how == 7))
        gdImageFlipHorizontal(turned);
    return turned;
}

static void put(const void *bytes, size_t count)
{
    const char *at = bytes;

    for (ssize_t done; count > 0 && (done = write(STDOUT_FILENO, at, count)) > 0; at += done)
        count -= (size_t)done;
}

static void quiet(int priority, const char *format, va_list args)
{
    (void)priority;
    (void)format;
    (void)args;
}

int main(void)
{
    int size = 0;
    char line[64];

    gdSetErrorMethod(quiet);
    if (!read_all())
        return 1;
    confine();
    unsigned how = orientation();
    gdImagePtr image = decode();
    gdImagePtr small = image == NULL ? NULL
                       : how > 4     ? shrink(image, PREVIEW_HEIGHT, PREVIEW_WIDTH)
                                     : shrink(image, PREVIEW_WIDTH, PREVIEW_HEIGHT);
    small = small != NULL ? turn(small, how) : NULL;
    void *webp = small != NULL ? gdImageWebpPtrEx(small, &size, QUALITY) : NULL;
    if (webp != NULL) {
        int w = gdImageSX(image), h = gdImageSY(image);
        snprintf(line, sizeof line, "%d %d %d\n", how > 4 ? h : w, how > 4 ? w : h, size);
        put(line, strlen(line));
        put(webp, (size_t)size);
    }
    syscall(SYS_exit, webp != NULL ? 0 : 1); /* the only way to end that is left */
    return 1;
}
