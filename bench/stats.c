/* Latencies, processor time and memory. */
#include "load.h"
#include "mem.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS_MAX 8
#define PIDS_MAX   64

struct group {
    char *name;
    unsigned pids[PIDS_MAX];
    size_t count;
    uint64_t before, after; /* ns */
};

static struct group groups[GROUPS_MAX];
static size_t group_count;

void samples_add(struct samples *samples, uint64_t us)
{
    if (samples->count == samples->alloc) {
        samples->alloc = samples->alloc > 0 ? 2 * samples->alloc : 4096;
        samples->us = mem_grow(samples->us, samples->alloc, sizeof *samples->us);
    }
    samples->us[samples->count++] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void samples_print(struct samples *samples)
{
    static const struct {
        const char *name;
        unsigned percent;
    } wanted[] = {{"p50_us", 50}, {"p95_us", 95}, {"p99_us", 99}, {"max_us", 100}};

    if (samples->count == 0)
        return;
    qsort(samples->us, samples->count, sizeof *samples->us, by_size);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        printf(",\"%s\":%" PRIu32, wanted[i].name,
               samples->us[(samples->count - 1) * wanted[i].percent / 100]);
}

void watch_add(const char *text)
{
    const char *at = strchr(text, '=');

    if (at == NULL || group_count == GROUPS_MAX) {
        log_line("--watch takes name=pid,pid, and %d of them at most", GROUPS_MAX);
        exit(2);
    }
    struct group *group = &groups[group_count++];
    group->name = mem_dupn(text, (size_t)(at - text));
    while (*at != '\0' && group->count < PIDS_MAX) {
        char *end;
        unsigned long pid = strtoul(at + 1, &end, 10);
        if (end == at + 1)
            break;
        group->pids[group->count++] = (unsigned)pid;
        at = end;
    }
}

/* The time that all threads of a process have run, in ns: finer than the ticks of /proc/PID/stat. */
static uint64_t ran(unsigned pid)
{
    char path[300];
    uint64_t sum = 0;

    snprintf(path, sizeof path, "/proc/%u/task", pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL) {
        wrong("process %u is gone", pid);
        return 0;
    }
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char line[128];
        if (*task->d_name == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%u/task/%s/schedstat", pid, task->d_name);
        FILE *file = fopen(path, "re");
        if (file == NULL)
            continue;
        if (fgets(line, sizeof line, file) != NULL)
            sum += strtoull(line, NULL, 10);
        fclose(file);
    }
    closedir(tasks);
    return sum;
}

static uint64_t group_ran(const struct group *group)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < group->count; i++)
        sum += ran(group->pids[i]);
    return sum;
}

void watch_start(void)
{
    for (size_t i = 0; i < group_count; i++)
        groups[i].before = group_ran(&groups[i]);
}

void watch_stop(void)
{
    for (size_t i = 0; i < group_count; i++)
        groups[i].after = group_ran(&groups[i]);
}

void watch_print_cpu(size_t count)
{
    printf(",\"cpu_us\":{");
    for (size_t i = 0; i < group_count; i++)
        printf("%s\"%s\":%.3f", i > 0 ? "," : "", groups[i].name,
               (double)(groups[i].after - groups[i].before) / 1000 / (double)(count > 0 ? count : 1));
    putchar('}');
}

static uint64_t pss(unsigned pid)
{
    char path[64], line[128];
    uint64_t kib = 0;

    snprintf(path, sizeof path, "/proc/%u/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        wrong("the memory of process %u cannot be read", pid);
        return 0;
    }
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "Pss:", 4) == 0)
            kib = strtoull(line + 4, NULL, 10);
    fclose(file);
    return kib;
}

void watch_print_pss(const char *name)
{
    printf(",\"%s\":{", name);
    for (size_t i = 0; i < group_count; i++) {
        uint64_t sum = 0;
        for (size_t p = 0; p < groups[i].count; p++)
            sum += pss(groups[i].pids[p]);
        printf("%s\"%s\":%" PRIu64, i > 0 ? "," : "", groups[i].name, sum);
    }
    putchar('}');
}
