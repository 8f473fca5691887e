/* Forms, queries and cookies. */
#include "form.h"
#include "mem.h"

#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

size_t form_decode(char *text, size_t len, bool plus)
{
    size_t to = 0;

    for (size_t from = 0; from < len; from++) {
        char c = text[from];
        if (c == '+' && plus) {
            c = ' ';
        } else if (c == '%' && from + 2 < len && hex(text[from + 1]) >= 0 && hex(text[from + 2]) >= 0) {
            c = (char)(hex(text[from + 1]) << 4 | hex(text[from + 2]));
            from += 2;
        }
        text[to++] = c;
    }
    return to;
}

void form_encode(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                     (*text >= '0' && *text <= '9') || strchr("/-._~", *text) != NULL;
        if (plain)
            strbuf_addch(out, *text);
        else
            strbuf_addf(out, "%%%02X", (unsigned char)*text);
    }
}

bool form_parse(struct form *form, const char *text, size_t len)
{
    form->count = 0;
    form->memory = mem_dupn(text, len);

    char *at = form->memory, *end = at + len;
    while (at < end) {
        char *stop = memchr(at, '&', (size_t)(end - at));
        if (stop == NULL)
            stop = end;
        if (stop > at) {
            if (form->count == FORM_FIELDS_MAX) {
                form_release(form);
                return false;
            }
            char *equals = memchr(at, '=', (size_t)(stop - at));
            char *value = equals != NULL ? equals + 1 : stop;
            struct form_field *field = &form->field[form->count++];
            field->name = at;
            field->value = value;
            field->len = form_decode(value, (size_t)(stop - value), true);
            size_t name_len = form_decode(at, (size_t)((equals != NULL ? equals : stop) - at), true);
            at[name_len] = '\0';
            value[field->len] = '\0';
        }
        at = stop + 1;
    }
    return true;
}

void form_release(struct form *form)
{
    free(form->memory);
    form->memory = NULL;
    form->count = 0;
}

struct form_field *form_find(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->field[i].name, name) == 0)
            return (struct form_field *)(uintptr_t)&form->field[i];
    return NULL;
}

const char *form_get(const struct form *form, const char *name)
{
    const struct form_field *field = form_find(form, name);

    return field != NULL && strlen(field->value) == field->len ? field->value : NULL;
}

bool form_cookie(const char *header, const char *name, char *out, size_t size)
{
    size_t name_len = strlen(name);

    while (header != NULL && *header != '\0') {
        while (*header == ' ' || *header == ';')
            header++;
        size_t len = strcspn(header, ";");
        if (len > name_len && header[name_len] == '=' && strncmp(header, name, name_len) == 0) {
            const char *value = header + name_len + 1;
            size_t value_len = len - name_len - 1;
            while (value_len > 0 && value[value_len - 1] == ' ')
                value_len--;
            if (value_len >= size)
                return false;
            memcpy(out, value, value_len);
            out[value_len] = '\0';
            return true;
        }
        header += len;
    }
    return false;
}
