/* Mail. */
#include "mail.h"
#include "fcgi.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX       32  /* of the command */
#define DESCRIPTORS_MAX 256 /* a page program has a handful */
#define PATIENCE        120 /* seconds for all of one mail */

bool mail_ready(const struct config *config)
{
    return *config->mail_command != '\0' && strstr(config->site_address, "://") != NULL;
}

static void detach(void)
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR);

    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS_MAX; fd++)
        close(fd);
    setsid();
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    alarm(PATIENCE);
}

bool mail_later(const struct config *config, mail_work *work, const char *subject)
{
    pid_t child = fork();

    if (child < 0) {
        log_line("cannot start a process: %s", strerror(errno));
        return false;
    }
    if (child == 0) { /* its child is init's to bury */
        if (fork() != 0)
            _exit(0);
        detach();
        work(config, subject);
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    return true;
}

static void message(const struct config *config, const char *to, const char *subject, const char *text,
                    struct strbuf *out)
{
    const char *host = strstr(config->site_address, "://") + 3;
    int host_len = (int)strcspn(host, ":/");
    char id[CRYPTO_TOKEN_TEXT], date[64];
    time_t now = time(NULL);
    struct tm tm;

    crypto_token(id);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now, &tm));
    strbuf_addf(out, "Date: %s\nMessage-ID: <%s@%.*s>\n", date, id, host_len, host);
    if (*config->mail_from != '\0')
        strbuf_addf(out, "From: %s\n", config->mail_from);
    else
        strbuf_addf(out, "From: snug@%.*s\n", host_len, host);
    strbuf_addf(out,
                "To: <%s>\nSubject: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
                "Content-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n%s",
                to, subject, text);
}

static void run_command(const char *command, int input)
{
    char *words[WORDS_MAX + 1], *save = NULL, *text = mem_dup(command);
    size_t count = 0;

    for (char *word = strtok_r(text, " ", &save); word != NULL && count < WORDS_MAX;
         word = strtok_r(NULL, " ", &save))
        words[count++] = word;
    words[count] = NULL;
    dup2(input, STDIN_FILENO);
    signal(SIGPIPE, SIG_DFL);
    if (count > 0)
        execvp(words[0], words);
    log_line("cannot run the mail command: '%s': %s", command, strerror(errno));
    _exit(127);
}

bool mail_send(const struct config *config, const char *to, const char *subject, const char *text)
{
    struct strbuf mail = STRBUF_INIT;
    int ends[2], status = -1;

    message(config, to, subject, text, &mail);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        strbuf_release(&mail);
        return false;
    }
    pid_t child = fork();
    if (child == 0)
        run_command(config->mail_command, ends[0]);
    close(ends[0]);
    bool written = child > 0 && fcgi_write_all(ends[1], mail.buf, mail.len);
    close(ends[1]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    strbuf_release(&mail);
    if (!written || status != 0)
        log_line("the mail command failed, status %d: '%s'", status, config->mail_command);
    return written && status == 0;
}
