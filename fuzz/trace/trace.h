/* SPDX-License-Identifier: MIT */
/*
 * trace: the one input language, two spellings.
 *
 *     text  .ops  what people and git see      a = alloc order=1 gfp=KERNEL
 *     bytes       what fuzzers mutate          80|code  d0 d1  d0 d1 ...
 *
 * Decoding never looks at a machine.  Text and bytes meet in struct mm_trace:
 * an array of operations whose handles are positions.
 *
 * The byte format is specified in README.md beside this file.  In short: a byte
 * >= 0x80 starts an operation, bytes below are its data, two per argument;
 * whatever is missing is 0, whatever is too much is ignored.
 */
#ifndef MM_TRACE_H
#define MM_TRACE_H

#include "mm/err.h"
#include "mm/ops.h"

#include <stdio.h>

/* Literal handles: k-th newest live maker, MM_LIT_CONSUMED + k for the k-th
 * most recently consumed one, UINT64_MAX for no maker. */
#define MM_LIT_CONSUMED ((uint64_t)1 << 62)

/* Codes that are no operations of a table. */
enum { MM_CODE_NOP, MM_CODE_MACHINE, MM_CODE_LIT, MM_CODE_OPS, MM_CODE_PREFIX = 127 };

/* ---- the merged operation table ---- */

/* Rows of all modules in module order, 0 .. mm_optable_count() - 1. */
size_t mm_optable_count(void);
const struct mm_op_def *mm_optable_get(size_t op);
const char *mm_optable_module(size_t op);
/* Index of a name, or -1. */
int mm_optable_find(const char *name, size_t len);
/* Byte code of an operation from fuzz/optable.lock, -1 when the lock lacks it. */
int mm_optable_code(size_t op);
/* Does the lock have an operation of that name, be its module left out or not? */
bool mm_optable_knows(const char *name, size_t len);
/* Operation of a byte code, -1 when unassigned or its module is left out. */
int mm_optable_of_code(int code);
/*
 * Compare the tables with the lock: 0, or -MM_EINVAL with the first line that
 * must be appended (or the row that changed against its lock line) in e.
 */
int mm_optable_check_lock(struct mm_error *e);
/* A row as the lock spells it, without its code: "free page! cpu:cpu". */
void mm_optable_row_print(const struct mm_op_def *def, char *buf, size_t len);

/* ---- targets: data, not code ---- */

#define MM_TARGET_MACHINES_MAX 16
#define MM_TARGET_MACHINE_LEN  256
#define MM_OPS_MAX             256 /* rows of all modules together */

struct mm_target {
	char name[32];
	int nr_machines;
	/* descriptions without the word machine, single blanks between fields */
	char machines[MM_TARGET_MACHINES_MAX][MM_TARGET_MACHINE_LEN];
	uint8_t selected[MM_OPS_MAX]; /* by op index: drawn from? */
	uint8_t weight[MM_OPS_MAX];   /* by op index: how often; 1, 0: only decoded */
	unsigned int ops_max;         /* operations per input, 0: no limit */
	char about[120];              /* what it is for; empty: not said */
	uint32_t floor_features;      /* what fuzz-smoke demands; 0: nothing */
	uint32_t floor_execs;
};

/*
 * Find an embedded target by name and parse it (fuzz/targets/NAME.target:
 * lines `machine ...`, `modules a b c`, `ops_max N`, `weight OP N`, # comments).
 * 0, or -MM_EINVAL with a list of the targets, or with the malformed line, in e.
 * Modules that are left out of the build are passed over.
 */
int mm_target_find(const char *name, struct mm_target *t, struct mm_error *e);
/* Parse the text of a target; file names it in e and is the caller's. */
int mm_target_parse(const char *text, struct mm_target *t, const char *file, struct mm_error *e);

/* ---- traces ---- */

/* An expectation written in text; bytes carry none. */
struct mm_expect {
	uint32_t pos;  /* checked after this many operations have run */
	uint32_t line; /* in the file */
	bool fact;     /* `expect PATH VALUE`; else `! result` of operation pos - 1 */
	bool is_err;   /* result: err (0 is ok); else value */
	int err;       /* positive errno */
	uint64_t value;
	char *path; /* fact: as written */
	char *note; /* result that is a word: an outcome such as bad_page */
};

struct mm_trace_strings;
struct mm_handles;

/*
 * ops[0 .. nr - 1] are made by mm_trace_add only, so each is well-formed there:
 * handles name earlier makers of their kind, masks and sysctls exist.  Strings
 * are made by mm_trace_keep and live until the trace is cleared or freed.
 */
struct mm_trace {
	struct mm_op *ops;
	size_t nr, cap;
	char *machine; /* description as written, or NULL: the target's first */
	uint32_t machine_line, machine_col; /* where it starts in text, or 0 */
	struct mm_expect *expects;          /* by pos */
	size_t nr_expects, cap_expects;
	char **names; /* handle name per operation, NULL: none; may be NULL */
	char *file;   /* where it came from, or NULL */
	bool oom;     /* host memory ran out while building */

	/* kept beside ops */
	uint32_t *makers; /* how many of ops[0 .. i] make a handle */
	struct mm_trace_strings *strings;
	struct mm_handles *handles; /* of the last decode */
};

void mm_trace_init(struct mm_trace *t);
/* Keep the memory, forget the content: for one decode per fuzz input. */
void mm_trace_clear(struct mm_trace *t);
void mm_trace_free(struct mm_trace *t);

/*
 * Append; the op's handle arguments already hold positions plus one.  0,
 * -MM_ENOMEM (oom is set), or -MM_EINVAL for an op that cannot stand there.
 */
int mm_trace_add(struct mm_trace *t, const struct mm_op *op);
/* Copy a string into the trace; NULL when host memory is gone (oom is set). */
char *mm_trace_keep(struct mm_trace *t, const char *s, size_t len);
/* Name the handle that operation pos makes; names must not repeat.  0 or
 * -MM_ENOMEM. */
int mm_trace_set_name(struct mm_trace *t, size_t pos, const char *name, size_t len);
/* Append an expectation (its strings kept before).  0 or -MM_ENOMEM. */
int mm_trace_add_expect(struct mm_trace *t, const struct mm_expect *x);

/*
 * Parse text.  The first malformed line is refused with line and column, what
 * was found and what was expected there (an unknown operation gets the nearest
 * name); the trace is then empty.  0, -MM_EINVAL or -MM_ENOMEM.
 */
int mm_trace_parse(struct mm_trace *t, const char *text, size_t len, const char *file,
		   struct mm_error *e);
/* Read FILE (or - for standard input) and parse it.  -MM_EIO with reason. */
int mm_trace_load(struct mm_trace *t, const char *path, struct mm_error *e);

/* Canonical text: generated names, no comments, no results.  0 or -MM_EIO. */
int mm_trace_print(const struct mm_trace *t, FILE *out);
/* The same with names, results and facts as the trace has them. */
int mm_trace_print_judged(const struct mm_trace *t, FILE *out);
/* "ok", "-ENOMEM", "0x41", "bad_page": the result that is expected. */
void mm_expect_print(const struct mm_expect *x, char *buf, size_t len);
/*
 * One operation without newline; names from the trace or, when it has none,
 * generated.  Cut to len, NUL-terminated; returns the whole length as
 * snprintf does.
 */
int mm_trace_print_op(const struct mm_trace *t, size_t pos, char *buf, size_t len);
/* Given or generated name of the handle that operation pos makes: given names
 * are returned as they are, generated ones (a1, a2 ...) are put into buf. */
const char *mm_trace_name(const struct mm_trace *t, size_t pos, char *buf, size_t len);

/*
 * Every byte string is a trace; stops at target->ops_max operations.  The
 * trace names its machine.  No host memory is asked for once the trace has
 * held as much before.
 */
void mm_trace_decode(struct mm_trace *t, const uint8_t *bytes, size_t len,
		     const struct mm_target *target);
/*
 * Bytes of t; nothing is rounded (literals carry what two bytes cannot).  *out
 * is malloc'ed.  0; -MM_ENOMEM; -MM_EINVAL when the target does not have the
 * machine or does not select an operation; -MM_E2BIG when it stops before the
 * end of t.  Decoding the bytes for the same target gives t again.
 */
int mm_trace_encode(const struct mm_trace *t, const struct mm_target *target, uint8_t **out,
		    size_t *len);

#endif
