/* SPDX-License-Identifier: MIT */
/*
 * symbols: the names of this program's functions by address, from the symbol
 * table it carries.  No debug information and no other program is needed, so a
 * place has the same name on a host with a symboliser and on one without.
 */
#ifndef MM_SYMBOLS_H
#define MM_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The function that holds the byte at this distance from where the program was
 * loaded, without what a compiler appends (".part.0"); of several names the one
 * of a runtime ("__interceptor_memcpy").  False: there is none (stripped).
 */
bool symbols_function(uintptr_t at, char *name, size_t len);

#endif
