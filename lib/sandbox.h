/* What a program may still do after it has started: Landlock, where the kernel has it (5.13 and later).
 *
 * It reads the system's files, the templates and nothing else; it writes no file, but makes and removes sockets in
 * <Paths.Run>/wake; it starts no program; over TCP it reaches the database's port, and listens on none; it sends signals to
 * nobody else. With `files` it may also do what it wants in Paths.Files, and start the program that makes previews.
 * Descriptors that are open stay as they are, and Unix sockets can be connected to. */
#ifndef SNUG_SANDBOX_H
#define SNUG_SANDBOX_H

#include "config.h"

/* For the calling thread and those it starts later. False when there is no such protection here (errno says why); a
 * part of it, where an older kernel has only that, is true. */
bool sandbox_enter(const struct config *config, bool files);

#endif
