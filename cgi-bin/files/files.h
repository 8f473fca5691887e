/* What the files of this program share. */
#ifndef SNUG_FILES_H
#define SNUG_FILES_H

#include "app.h"

app_handler files_upload; /* POST /files */

#endif
