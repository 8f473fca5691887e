/* What formatting costs: hostile texts of 10,000 characters beside plain ones, rendered in this process.
 *
 *   format    prints a line of JSON: microseconds for plain text, and for the worst of the others */
#include "markup.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TRIES 7

static char text[TEXT_MESSAGE_MAX + 64];

/* The second part, when there is one, takes the second half. */
static const char *const hostile[][2] = {
    {"["},
    {"]"},
    {"*"},
    {"_"},
    {"~"},
    {"`"},
    {"``a"},
    {"<"},
    {"!"},
    {"!["},
    {"[a]("},
    {"[a](<"},
    {"[]("},
    {"*a "},
    {"_a_"},
    {"*a_ "},
    {"**a *"},
    {"a**b"},
    {"*_"},
    {"~~a"},
    {"~a~~"},
    {"> "},
    {">"},
    {"- "},
    {"* a\n"},
    {"1. "},
    {"+ "},
    {"|"},
    {"|a"},
    {"a|b\n-|-\n"},
    {"a\n\n"},
    {"\n"},
    {"a\n"},
    {"\\"},
    {"&"},
    {"&a;"},
    {"&#1;"},
    {"@"},
    {"@a "},
    {"a@b"},
    {"a@b.c "},
    {"a.b@c"},
    {"http://"},
    {"http://a "},
    {"http://a("},
    {"http://(("},
    {"www."},
    {"www.a&a;"},
    {"<http://a"},
    {"<a "},
    {"<a b="},
    {"<!--"},
    {"<?"},
    {"<![CDATA["},
    {"[a]"},
    {"[a]: b\n"},
    {"[]: b\n["},
    {"]["},
    {"[!["},
    {"x:"},
    {":a:"},
    {":heart:"},
    {"# a\n"},
    {"a\n=\n"},
    {"``` \n"},
    {"    a\n"},
    {"\t"},
    {"- a\n  - b\n"},
    {"> a\n"},
    {"- [ ] a\n"},
    {"* * * * a\n"},
    {"mailto:a@b.c "},
    {"***"},
    {"a***b"},
    {"[x](y "},
    {"&#xffff;"},
    {"\""},
    {"[", "]"},
    {"[", "a]"},
    {"*a ", "b* "},
    {"*a _", "b_ "},
    {"- ", "\n"},
    {"> ", "\n"},
    {">", "a\n"},
    {"- ", "a\n"},
    {"1. ", "\n"},
    {"`a", "``b"},
    {"~~a ", "b~~ "},
    {"[a](", "b)"},
    {"![", "](x)"},
    {"|", "\n|-"},
    {"* ", "    a\n"},
    {"a*", "**b"},
    {"http://a(", ")"},
    {"|a", "\n|-|\na"},
    {"<", ">"},
    {"(", ")"},
    {"*a", "\n"},
    {"a|", "\n-|-\n"},
    {"> - ", "x\n"},
    {"[a", "]: b\n"},
    {"`` ", "\n"},
    {"\n", "-"},
};

static size_t fill(const char *first, const char *second)
{
    size_t len = 0, half = second != NULL ? TEXT_MESSAGE_MAX / 2 : TEXT_MESSAGE_MAX;

    while (len + strlen(first) <= half)
        len += (size_t)sprintf(text + len, "%s", first);
    while (second != NULL && len + strlen(second) <= TEXT_MESSAGE_MAX)
        len += (size_t)sprintf(text + len, "%s", second);
    return len;
}

/* A table of many columns whose rows are short, and lists inside lists with nothing after them. */
static size_t fill_wide(void)
{
    size_t len = 0;

    while (len < 3000)
        len += (size_t)sprintf(text + len, "|a");
    text[len++] = '\n';
    while (len < 6000)
        len += (size_t)sprintf(text + len, "|-");
    while (len < TEXT_MESSAGE_MAX)
        len += (size_t)sprintf(text + len, "\na");
    return TEXT_MESSAGE_MAX;
}

static size_t fill_deep(size_t levels)
{
    size_t len = 0;

    for (size_t i = 0; i < levels; i++)
        len += (size_t)sprintf(text + len, "%*s- a\n", (int)(2 * i), "");
    memset(text + len, '\n', TEXT_MESSAGE_MAX - len);
    return TEXT_MESSAGE_MAX;
}

/* The best of some tries, in microseconds. */
static double cost(size_t len)
{
    double best = 1e9;

    for (int i = 0; i < TRIES; i++) {
        struct markup_names names;
        struct strbuf html = STRBUF_INIT;
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        markup_names(text, len, &names);
        markup_render(text, len, &names, &html);
        clock_gettime(CLOCK_MONOTONIC, &to);
        strbuf_release(&html);
        double took = (double)(to.tv_sec - from.tv_sec) * 1e6 + (double)(to.tv_nsec - from.tv_nsec) / 1e3;
        best = took < best ? took : best;
    }
    return best;
}

static double worst;
static const char *which = "";

static void compare(double took, double plain, const char *name)
{
    if (took > 10 * plain)
        fprintf(stderr, "%-12.12s %5.0f us, %.1f times\n", name, took, took / plain);
    if (took > worst) {
        worst = took;
        which = name;
    }
}

int main(void)
{
    double plain = cost(fill("It's half past ten, and I am on my way: see you there! Shall we go? ", NULL));
    double rich =
        cost(fill("It is **half past ten**, and `I` am on _my_ way: see you there! Shall we go? ", NULL));

    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++)
        compare(cost(fill(hostile[i][0], hostile[i][1])), plain, hostile[i][0]);
    compare(cost(fill_wide()), plain, "a wide table");
    for (size_t levels = 4; levels < 70; levels += 3)
        compare(cost(fill_deep(levels)), plain, "deep lists");
    printf("{\"plain\":%.1f,\"formatted\":%.1f,\"worst\":%.1f,\"times\":%.1f,\"which\":\"", plain, rich,
           worst, worst / plain);
    for (const char *c = which; *c != '\0'; c++)
        printf(*c == '\n' ? "\\n" : *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
    printf("\",\"wrong\":0}\n");
    return 0;
}
