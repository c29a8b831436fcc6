/* llhttp's state machine for MCC's addons, strict, so that what is not HTTP is never taken for it, and with hidden
 * symbols, as hidden_api.c has them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE4_2__
#include <x86intrin.h>
#endif

#define LLHTTP_STRICT_MODE 1
#pragma GCC visibility push(hidden)
#include "llhttp.c"
#pragma GCC visibility pop
