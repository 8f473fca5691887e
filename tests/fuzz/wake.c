/* Datagrams that another program of the host sends: the input is their sizes and bytes. */
#include "fuzz.h"

#include "wake.h"

#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wake wake;
    int ends[2];
    size_t good = 0, got = 0;

    CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends) == 0);
    for (size_t sent = 0; size > 0 && sent < 8; sent++) {
        /* Of the right length (the rest is zeros), of a little more, or of whatever it is. */
        char one[sizeof wake + 8] = "";
        size_t len = *data & 31, whole = len == 31 ? sizeof wake : len == 30 ? sizeof wake + 1 : 0;
        data++;
        size--;
        if (len > size)
            len = size;
        memcpy(one, data, len);
        if (whole == 0)
            whole = len;
        CHECK(send(ends[0], one, whole, 0) == (ssize_t)whole);
        uint64_t kind = 0;
        if (whole == sizeof wake)
            memcpy(&kind, one, sizeof kind);
        good += kind != 0;
        data += len;
        size -= len;
    }
    for (; wake_receive(ends[1], &wake); got++) {
        CHECK(wake.kind != 0);
        wake_answer_readers(ends[1], wake.id); /* to a sender without a name: nothing happens */
    }
    CHECK(got == good);
    close(ends[0]);
    close(ends[1]);
    return 0;
}
