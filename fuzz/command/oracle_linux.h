/* SPDX-License-Identifier: MIT */
/*
 * oracle_linux: `mmref oracle linux`, the part of oracle_cmd.c that runs operations.
 */
#ifndef MM_ORACLE_LINUX_H
#define MM_ORACLE_LINUX_H

#include <stdbool.h>
#include <stdint.h>

struct oracle_linux_args {
	const char *trace;  /* NULL: generated ones */
	const char *from;   /* a log of a kernel that was asked before; NULL: this one */
	const char *record; /* write such a log; NULL: not */
	uint64_t seconds;   /* 0: no limit */
	uint64_t ops;       /* 0: no limit */
	uint64_t seed;
	uint64_t jobs; /* 0: as many as there are CPUs */
	bool json;
};

int oracle_linux(const struct oracle_linux_args *a);

#endif
