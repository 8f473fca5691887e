/* Accept-Language. */
#include "fuzz.h"

#include "lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = mem_dupn(data, size);
    enum lang lang = lang_choose("", header);

    CHECK(lang < LANG_COUNT);
    CHECK(lang == LANG_EN || strcasestr(header, lang_code(lang)) != NULL);
    for (enum lang chosen = 0; chosen < LANG_COUNT; chosen++)
        CHECK(lang_choose(lang_code(chosen), header) == chosen);
    /* What a browser asks for alone, it gets; and what was sent as a code chooses nothing by accident. */
    CHECK(lang_choose(header, "de") == LANG_DE || (strcasecmp(header, "en") == 0));
    CHECK(lang_choose(header, "") < LANG_COUNT);
    free(header);
    return 0;
}
