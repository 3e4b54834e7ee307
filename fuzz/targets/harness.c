/* SPDX-License-Identifier: MIT */
/*
 * harness: the one fuzz entry.  MM_TARGET names the target; what it draws from
 * is data (NAME.target).  The input is copied to a buffer of exactly its size,
 * so that a read past its end is seen.
 */
#include "fuzz/trace/exec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mm_exec *exec;

static void stop(void)
{
	mm_exec_destroy(exec);
}

static void start(void)
{
	struct mm_error e = {NULL, 0, 0, ""};

	exec = mm_exec_create(MM_TARGET, &e);
	if (!exec) {
		(void)fprintf(stderr, "target %s: %s\n", MM_TARGET, e.text);
		exit(5);
	}
	(void)atexit(stop);
}

static void finding(const struct mm_run *r)
{
	char op[512] = "at the end";

	if (r->finding_pos < r->trace->nr)
		(void)mm_trace_print_op(r->trace, r->finding_pos, op, sizeof(op));
	(void)fprintf(stderr, "finding: %s @%zu: %s\n  %s\n", r->claim, r->finding_pos, op,
		      r->text);
	(void)fprintf(stderr, "trace:\n");
	(void)mm_trace_print(r->trace, stderr);
	(void)fprintf(stderr, "replay: mmref check --bytes %s FILE\n", MM_TARGET);
	(void)fflush(stderr);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mm_run *r;
	uint8_t *copy;

	if (!exec)
		start();
	copy = malloc(size ? size : 1);
	if (!copy)
		return 0;
	if (size)
		memcpy(copy, data, size);
	r = mm_exec_input(exec, copy, size, false);
	if (r && r->finding && r->finding != MM_FINDING_STOP)
		finding(r);
	free(copy);
	return 0;
}
