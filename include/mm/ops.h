/* SPDX-License-Identifier: MIT */
/*
 * ops: one row per operation of the trace language.  Decoder, printer, parser,
 * help, generator and fuzz dictionary all come from these rows; nobody writes
 * a decoder case or a harness by hand.
 *
 * A trace is an array of struct mm_op.  A handle argument holds the position
 * of its maker in that array plus one (0: no such maker), so the meaning of a
 * trace never depends on what a machine answered.
 */
#ifndef MM_OPS_H
#define MM_OPS_H

#include "mm/ctx.h"

#define MM_OP_ARGS_MAX 7

enum mm_arg_kind {
	MM_ARG_END = 0,
	MM_ARG_ORDER,  /* block order, 0 .. 15 in bytes */
	MM_ARG_GFP,    /* MM_GFP_* mask, text: KERNEL|ZERO or 0x... */
	MM_ARG_CPU,    /* CPU number */
	MM_ARG_NODE,   /* node + 1, 0 for the local one; text: its number, or local */
	MM_ARG_NODES,  /* a bit per node, 0 for all; text: 0,2-3, or all */
	MM_ARG_COUNT,  /* a number, 0 .. 16383 in bytes */
	MM_ARG_SIZE,   /* bytes, text takes K M G p */
	MM_ARG_SYSCTL, /* index into the machine's sysctl table, text: its name */
	MM_ARG_PAGE,   /* handle of a page block */
	MM_ARG_REF,    /* handle of a further reference to a block */
	MM_ARG_TASK,   /* MM_TASK_* flags, text: NOIO|PIN */
	MM_ARG_SCOPE,  /* handle of a scope that was entered */
	MM_ARG_PAGES,  /* handle of an array of single pages */
	MM_ARG_EXACT,  /* handle of an exact number of pages */
	MM_ARG_FRAG,   /* handle of a page fragment */
	MM_ARG_FAULT,  /* attribute of fault injection, text: fail_page_alloc/times */
	MM_ARG_INT,    /* a number that may be below 0; arg: its two's complement */
	MM_ARG_PROC,   /* handle of a process */
	MM_ARG_FILE,   /* handle of an open file, or none */
	MM_ARG_ADDR,   /* an address of a process; in bytes near MM_ARG_ADDR_BASE */
	MM_ARG_LEN,    /* bytes of an address space or file: in bytes mostly whole pages */
	MM_ARG_PROT,   /* MM_PROT_*, text: READ|WRITE, NONE */
	MM_ARG_MAP,    /* MM_MAP_*, text: PRIVATE|ANONYMOUS|FIXED */
	MM_ARG_ACCESS, /* enum mm_access, text: read, write, exec */
	MM_ARG_MODE,   /* MM_FILE_*, text: READ|WRITE */
	MM_ARG_RLIMIT, /* enum mm_rlimit, text: AS */
	MM_ARG_CAPS,   /* MM_CAP_*, text: IPC_LOCK, NONE */
	MM_ARG_KIND_NR
};

/* The pages that addresses in bytes name first: what a target's machines leave free. */
#define MM_ARG_ADDR_BASE  ((uint64_t)1 << 44)
#define MM_ARG_ADDR_PAGES 256u

/* Flags of an argument. */
#define MM_ARGF_CONSUMES 0x1 /* handle: its maker is used up by this row */
#define MM_ARGF_SHOW     0x2 /* printed even when it has its default, 0 */

struct mm_arg_def {
	const char *name; /* key in text; handles are positional and need none */
	enum mm_arg_kind kind;
	unsigned int flags;
};

struct mm_op {
	uint16_t op; /* index into the merged table (mm_optable_get) */
	uint16_t line_hint;
	uint32_t line; /* source line in text, 0 when decoded from bytes */
	uint64_t arg[MM_OP_ARGS_MAX];
};

/* What an operation answered. */
struct mm_op_result {
	int err;        /* 0 or -MM_E... */
	bool skipped;   /* its handle never came to be, or a CPU is missing */
	bool has_value; /* value is meant for the reader: ! 0x41 */
	uint64_t value;
};

/* What a handle stands for while a trace runs. */
struct mm_handle {
	uint64_t value; /* pfn */
	uint8_t order;  /* of the block, when it was allocated */
	uint8_t state;  /* enum mm_handle_state */
};

enum mm_handle_state {
	MM_HANDLE_NONE, /* maker not run, skipped or failed */
	MM_HANDLE_LIVE,
	MM_HANDLE_CONSUMED /* a later operation took it */
};

struct mm_process;
struct mm_run; /* fuzz/trace/run.h: the machine, its contexts, the handles */

/* For operations: the acting context, NULL when the machine has no such CPU online. */
struct mm_ctx *mm_run_ctx(struct mm_run *r, uint64_t cpu);
struct mm_machine *mm_run_machine(struct mm_run *r);
/* The process a handle stands for; NULL: it has ended. */
struct mm_process *mm_run_process(struct mm_run *r, uint64_t arg);
/* The handle an argument names; never NULL where the driver called run. */
struct mm_handle *mm_run_handle(struct mm_run *r, uint64_t arg);
/* Make this operation's own handle live. */
void mm_run_make(struct mm_run *r, uint64_t value, uint8_t order);

/* Count blocks handed out and taken back, for the summary of a run. */
void mm_run_count_alloc(struct mm_run *r, uint64_t order, bool ok);
void mm_run_count_free(struct mm_run *r, uint64_t order);

/* For teardown: fn gives back what each live handle of a kind holds. */
void mm_run_each_live(struct mm_run *r, enum mm_arg_kind kind,
		      void (*fn)(struct mm_run *r, struct mm_handle *h));

struct mm_op_def {
	const char *name;
	enum mm_arg_kind makes; /* MM_ARG_END: makes no handle */
	void (*run)(struct mm_run *r, const struct mm_op *op, struct mm_op_result *res);
	const char *help; /* one line */
	struct mm_arg_def args[MM_OP_ARGS_MAX + 1];
};

/*
 * A fact that `expect PATH VALUE` can ask for.  pattern is dotted; %z stands
 * for a zone name, %n for a number in brackets ("zone.%z.free[%n]"), %t for a
 * migratetype name; their values come in order in key[].
 */
struct mm_fact {
	const char *pattern;
	/* 0 and *value, or -MM_ENOENT when the machine has no such object */
	int (*get)(const struct mm_machine *m, const uint64_t *key, uint64_t *value);
	const char *help;
};

struct mm_optable {
	const char *module;
	const struct mm_op_def *ops; /* ends with name == NULL */
	const struct mm_fact *facts; /* ends with pattern == NULL; may be NULL */
	/* give back what its handles hold; may be NULL */
	void (*teardown)(struct mm_run *r);
};

/* Generated, NULL-terminated, in module order. */
extern const struct mm_optable *const mm_all_optables[];

#endif
