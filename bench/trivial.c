/* The least that a libfcgi program can do: reads the whole body and answers with the same small JSON every time.
 * What a request costs between the network, nginx and FastCGI, before anything has been done. */
#include <fcgiapp.h>
#include <stdio.h>

#define BODY "{\"room\":101,\"seq\":123456,\"change\":123456}"

int main(void)
{
    FCGX_Request request;
    char body[4096];

    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
        return 70;
    while (FCGX_Accept_r(&request) >= 0) {
        while (FCGX_GetStr(body, sizeof body, request.in) > 0)
            ;
        FCGX_PutS("Status: 200 OK\r\n"
                  "Content-Type: application/json\r\n"
                  "Cache-Control: private, no-store\r\n"
                  "Content-Length: 41\r\n\r\n" BODY,
                  request.out);
        FCGX_Finish_r(&request);
    }
    return 0;
}
