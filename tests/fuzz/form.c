/* Queries, bodies and cookies. */
#include "fuzz.h"

#include "form.h"
#include "strbuf.h"

static void encode(struct strbuf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        strbuf_addf(out, "%%%02x", (unsigned char)text[i]);
}

/* Written out again and parsed again it is the same form. */
static void round_trip(const struct form *form)
{
    struct strbuf text = STRBUF_INIT;
    struct form again;

    for (size_t i = 0; i < form->count; i++) {
        encode(&text, form->field[i].name, strlen(form->field[i].name));
        strbuf_addch(&text, '=');
        encode(&text, form->field[i].value, form->field[i].len);
        strbuf_addch(&text, '&');
    }
    CHECK(form_parse(&again, text.buf, text.len));
    CHECK(again.count == form->count);
    for (size_t i = 0; i < form->count; i++) {
        CHECK(strcmp(again.field[i].name, form->field[i].name) == 0);
        CHECK(again.field[i].len == form->field[i].len);
        CHECK(memcmp(again.field[i].value, form->field[i].value, form->field[i].len + 1) == 0);
    }
    form_release(&again);
    strbuf_release(&text);
}

static void fields(const uint8_t *data, size_t size)
{
    struct form form;
    /* A body is read as a length and as many bytes; nothing says that a NUL follows. */
    char *exact = mem_alloc(size);

    if (size > 0)
        memcpy(exact, data, size);
    if (form_parse(&form, exact, size)) {
        CHECK(form.count <= FORM_FIELDS_MAX);
        for (size_t i = 0; i < form.count; i++) {
            const struct form_field *f = &form.field[i], *first = form_find(&form, f->name);
            CHECK(f->value[f->len] == '\0' && f->len <= size);
            CHECK(first != NULL && first <= f);
            const char *got = form_get(&form, f->name);
            CHECK(got == NULL ? memchr(first->value, '\0', first->len) != NULL : got == first->value);
        }
        round_trip(&form);
    } else {
        CHECK(form.count == 0);
    }
    form_release(&form);
    free(exact);
}

static void cookies(const uint8_t *data, size_t size)
{
    char *header = mem_dupn(data, size);
    struct strbuf all = STRBUF_INIT;
    char *small = mem_alloc(8), *large = mem_alloc(size + 1);

    if (form_cookie(header, "a", small, 8))
        CHECK(strlen(small) < 8);
    if (form_cookie(header, "a", large, size + 1)) {
        CHECK(strchr(large, ';') == NULL);
        CHECK(*large == '\0' || strstr(header, large) != NULL);
        bool fits = form_cookie(header, "a", small, 8);
        CHECK(fits == (strlen(large) < 8) && (!fits || strcmp(small, large) == 0));
    }
    /* Whatever comes before it, a cookie of ours is found: unless that has the same name. */
    strbuf_addf(&all, "%s; ours=x1", header);
    CHECK(strstr(header, "ours") != NULL ||
          (form_cookie(all.buf, "ours", small, 8) && strcmp(small, "x1") == 0));
    strbuf_release(&all);
    free(small);
    free(large);
    free(header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fields(data, size);
    cookies(data, size);
    return 0;
}
