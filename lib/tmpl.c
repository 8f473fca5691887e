/* Views and templates, by ClearSilver. */
#include "tmpl.h"
#include "lang.h"
#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util/neo_misc.h>

#include <util/neo_hdf.h>

#include <cs/cs.h>

#define FILES_MAX 160

/* Templates as read from the disk, and as parsed, kept for the life of the process: one for each language. */
struct file {
    char *name;
    enum lang lang;
    char *text;
    CSPARSE *parse; /* of those that were rendered; partials are parsed into these */
};

static const char *folder = "html";
static struct file files[FILES_MAX];
static size_t files_count;

static HDF *hdf_of(struct view *view)
{
    return (HDF *)view;
}

/* An error in building a view is memory running out, or a fault of ours: neither is gone on with. */
static void must(NEOERR *err)
{
    if (err == STATUS_OK)
        return;
    nerr_log_error(err);
    log_line("view cannot be built");
    abort();
}

void tmpl_folder(const char *path)
{
    folder = path;
    lang_folder(path);
}

struct view *view_new(void)
{
    HDF *hdf = NULL;

    must(hdf_init(&hdf));
    must(hdf_set_value(hdf, "Config.VarEscapeMode", "html"));
    return (struct view *)hdf;
}

void view_free(struct view *view)
{
    HDF *hdf = hdf_of(view);

    hdf_destroy(&hdf);
}

void view_set(struct view *view, const char *name, const char *value)
{
    must(hdf_set_value(hdf_of(view), name, value));
}

void view_set_u64(struct view *view, const char *name, uint64_t value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRIu64, value);
    must(hdf_set_value(hdf_of(view), name, digits));
}

void view_flag(struct view *view, const char *name, bool on)
{
    if (on)
        must(hdf_set_value(hdf_of(view), name, "1"));
}

struct view *view_child(struct view *view, const char *name)
{
    HDF *node = NULL;

    must(hdf_get_node(hdf_of(view), name, &node));
    return (struct view *)node;
}

struct view *view_item(struct view *view, const char *list, size_t index)
{
    char name[64];

    snprintf(name, sizeof name, "%s.%zu", list, index);
    return view_child(view, name);
}

/* Puts the texts {{…}} of a template into the language in use. */
static char *translate(const char *from)
{
    struct strbuf out = STRBUF_INIT;
    const char *begin, *end;

    while ((begin = strstr(from, "{{")) != NULL && (end = strstr(begin, "}}")) != NULL) {
        const char *text = lang_text(begin + 2, (size_t)(end - begin - 2));
        strbuf_add(&out, from, (size_t)(begin - from));
        if (text != NULL)
            strbuf_addstr(&out, text);
        else
            strbuf_add(&out, begin + 2, (size_t)(end - begin - 2));
        from = end + 2;
    }
    strbuf_addstr(&out, from);
    return strbuf_detach(&out);
}

static struct file *find_file(const char *name)
{
    for (size_t i = 0; i < files_count; i++)
        if (files[i].lang == lang_used() && strcmp(files[i].name, name) == 0)
            return &files[i];

    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *in = fopen(path, "r");
    if (in == NULL || files_count == FILES_MAX) {
        log_line("cannot read template: '%s'", path);
        if (in != NULL)
            fclose(in);
        return NULL;
    }
    struct strbuf text = STRBUF_INIT;
    char part[4096];
    size_t got;
    while ((got = fread(part, 1, sizeof part, in)) > 0)
        strbuf_add(&text, part, got);
    fclose(in);
    struct file *file = &files[files_count++];
    *file = (struct file){.name = mem_dup(name), .lang = lang_used(), .text = translate(text.buf)};
    strbuf_release(&text);
    return file;
}

/* Called by ClearSilver for each include; what it returns is freed by ClearSilver. */
static NEOERR *load(void *context, HDF *hdf, const char *name, char **contents)
{
    (void)context;
    (void)hdf;
    const struct file *file = find_file(name);
    if (file == NULL)
        return nerr_raise(NERR_NOT_FOUND, "no template %s", name);
    *contents = mem_dup(file->text);
    return STATUS_OK;
}

static NEOERR *append(void *context, char *text)
{
    strbuf_addstr(context, text);
    return STATUS_OK;
}

static bool failed(NEOERR *err, const char *file)
{
    STRING why;

    string_init(&why);
    nerr_error_string(err, &why);
    log_line("cannot render template: '%s': %s", file, why.buf != NULL ? why.buf : "");
    string_clear(&why);
    nerr_ignore(&err);
    return false;
}

/* Parses a template, once. The escape mode is taken from the tree that it is parsed with. */
static bool parse_file(struct file *file)
{
    struct view *empty = view_new();
    NEOERR *err = cs_init(&file->parse, hdf_of(empty));

    if (err == STATUS_OK) {
        cs_register_fileload(file->parse, NULL, load);
        /* cs_parse_string takes over what it is given, also when it fails. */
        err = cs_parse_string(file->parse, mem_dup(file->text), strlen(file->text));
    }
    if (err != STATUS_OK && file->parse != NULL)
        cs_destroy(&file->parse);
    else if (err == STATUS_OK)
        file->parse->hdf = NULL;
    view_free(empty);
    return err == STATUS_OK || failed(err, file->name);
}

bool view_render(struct view *view, const char *name, struct strbuf *out)
{
    struct file *file = find_file(name);

    if (file == NULL || (file->parse == NULL && !parse_file(file)))
        return false;
    file->parse->hdf = hdf_of(view);
    NEOERR *err = cs_render(file->parse, out, append);
    file->parse->hdf = NULL;
    return err == STATUS_OK || failed(err, name);
}
