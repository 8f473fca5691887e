/* What cmocka wants included before it, in one place. */
#ifndef SNUG_UNIT_H
#define SNUG_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#endif
