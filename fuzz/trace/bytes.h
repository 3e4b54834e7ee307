/* SPDX-License-Identifier: MIT */
/*
 * bytes: writing the bytes of a trace operation by operation into a buffer of
 * fixed size.  mm_trace_encode does it for a whole trace, and mutators, which
 * may not exceed what an engine gives them, write as many operations as fit.
 */
#ifndef MM_BYTES_H
#define MM_BYTES_H

#include "fuzz/trace/handles.h"
#include "fuzz/trace/trace.h"

struct mm_bytes {
	uint8_t *to;
	size_t nr, cap;
	const struct mm_target *target;
	struct mm_handles *handles; /* of the operations written so far */
	size_t ops;
};

/* Most bytes one operation takes: a literal and raw data per argument, a code. */
#define MM_BYTES_OP_MAX (MM_OP_ARGS_MAX * (2 + 10 + 2) + 2)

/* Begin with the target's machine of that number; nothing is written for the
 * first, nor where two bytes do not fit. */
void mm_bytes_start(struct mm_bytes *w, int machine);
/*
 * Append one operation, whose handles are positions among those written before,
 * plus one.  0; -MM_E2BIG when it does not fit or the target takes no more;
 * -MM_EINVAL when the target does not select it; -MM_ENOMEM.  On failure nothing
 * is written.
 */
int mm_bytes_put(struct mm_bytes *w, const struct mm_op *op) MM_MUST_USE;

/* Which of the target's machines a description is; blanks may differ.  -1: none. */
int mm_bytes_machine(const struct mm_target *target, const char *text);

#endif
