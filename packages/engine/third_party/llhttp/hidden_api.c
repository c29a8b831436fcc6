/* llhttp's interface for MCC's addons, with hidden symbols. Node exports those of another version, with another struct:
 * an addon that exported its own would be bound to node's. README.md says how the pieces fit. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC visibility push(hidden)
#include "api.c"
#include "http.c"
#pragma GCC visibility pop
