/* SPDX-License-Identifier: MIT */
/*
 * corpus_dict: the operations of a target as a dictionary, for engines that
 * mutate bytes: NAME="\x83\x03", as libFuzzer and AFL++ read it.
 *
 * Per operation: its code alone, and with each argument at the values that make a
 * difference, the others at their mildest.  Then the target's machines, and values
 * of 64 bits that two data bytes cannot hold.
 */
#include "mm/failpoint.h"
#include "mm/machine.h"
#include "mm/task.h"

#include "fuzz/command/corpus.h"
#include "fuzz/trace/arg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 128 /* codes in the first page */

/* Raw numbers of a kind; 0, the mildest, is in every entry.  The meaning is that
 * of the tables in fuzz/trace/arg.c, which do not change. */
struct values {
	size_t nr;
	unsigned int raw[12];
};

static struct values values_of(enum mm_arg_kind kind)
{
	switch (kind) {
	case MM_ARG_ORDER:
		return (struct values){5, {1, 3, 5, 6, 15}};
	case MM_ARG_GFP: /* anonymous, ATOMIC, with MEMALLOC, DMA, MOVABLE, THISNODE */
		return (struct values){7, {1, 6, 16, 18, 21, 25, 28}};
	case MM_ARG_CPU:
		return (struct values){1, {1}};
	case MM_ARG_NODE:
	case MM_ARG_NODES:
		return (struct values){2, {1, 2}};
	case MM_ARG_COUNT:
		return (struct values){4, {1, 8, 256, MM_ARG_RAW_NR - 1}};
	case MM_ARG_SIZE: /* 64; then 4K, 64K, 1M, 4K + 1, the last */
		return (struct values){6, {64, 4096, 4100, 4104, 4112, 4127}};
	case MM_ARG_INT: /* a switch, a percentage, below 0 */
		return (struct values){3, {1, 100, MM_ARG_RAW_NR - 1}};
	case MM_ARG_TASK:
		return (struct values){5, {1, 2, 4, 8, 16}};
	case MM_ARG_ADDR: /* pages of the stretch, beside one, limits */
		return (struct values){7, {1, 2, 9, 65, 128, 2049, 2817}};
	case MM_ARG_LEN: /* pages, then beside one, wrapping */
		return (struct values){7, {1, 2, 8, 64, 1024, 1027, 1028}};
	case MM_ARG_PROT: /* read, write, nothing, exec too */
		return (struct values){4, {2, 1, 3, 4}};
	case MM_ARG_MAP: /* fixed, shared, of a file, locked, growing */
		return (struct values){8, {1, 3, 4, 5, 7, 32, 64, 128}};
	case MM_ARG_ACCESS:
		return (struct values){2, {1, 2}};
	case MM_ARG_MODE:
		return (struct values){4, {1, 2, 4, 8}};
	case MM_ARG_RLIMIT:
		return (struct values){3, {1, 2, 3}};
	case MM_ARG_CAPS:
		return (struct values){3, {1, 2, 4}};
	case MM_ARG_PROC:
	case MM_ARG_FILE:
	case MM_ARG_PAGE:
	case MM_ARG_REF:
	case MM_ARG_SCOPE:
	case MM_ARG_PAGES:
	case MM_ARG_EXACT:
	case MM_ARG_FRAG: /* the second newest, the one that was given up last */
		return (struct values){2, {1, MM_ARG_RAW_NR - 1}};
	case MM_ARG_SYSCTL:
	case MM_ARG_FAULT:
	case MM_ARG_END:
	case MM_ARG_KIND_NR:
		break;
	}
	return (struct values){0, {0}};
}

/* Kinds whose raw numbers are names: all of them matter. */
static size_t nr_names(enum mm_arg_kind kind)
{
	if (kind == MM_ARG_SYSCTL)
		return mm_sysctl_count();
	return kind == MM_ARG_FAULT ? mm_failpoint_files() : 0;
}

/* ---- printing ---- */

static void put_byte(unsigned int byte, FILE *out)
{
	(void)fprintf(out, "\\x%02x", byte);
}

static void put_code(int code, FILE *out)
{
	if (code < PAGE) {
		put_byte(0x80u | (unsigned int)code, out);
	} else {
		put_byte(0x80u | MM_CODE_PREFIX, out);
		put_byte((unsigned int)(code - PAGE), out);
	}
}

/* Argument number `arg` has this raw number, those before it 0. */
static void put_entry(size_t op, int arg, unsigned int raw, FILE *out)
{
	const struct mm_op_def *def = mm_optable_get(op);
	const char *name = def->args[arg].name;
	int i;

	(void)fprintf(out, "%s_%s_%u=\"", def->name, name ? name : mm_arg_word(def->args[arg].kind),
		      raw);
	put_code(mm_optable_code(op), out);
	for (i = 0; i < 2 * arg; i++)
		put_byte(0, out);
	put_byte(raw & 0x7f, out);
	if (raw >> 7)
		put_byte(raw >> 7, out);
	(void)fputs("\"\n", out);
}

static void put_op(size_t op, FILE *out)
{
	const struct mm_op_def *def = mm_optable_get(op);
	unsigned int raw;
	int i;

	(void)fprintf(out, "%s=\"", def->name);
	put_code(mm_optable_code(op), out);
	(void)fputs("\"\n", out);
	for (i = 0; def->args[i].kind != MM_ARG_END; i++) {
		struct values v = values_of(def->args[i].kind);
		size_t k;

		for (k = 0; k < v.nr; k++)
			put_entry(op, i, v.raw[k], out);
		for (raw = 1; raw < nr_names(def->args[i].kind); raw++)
			put_entry(op, i, raw, out);
	}
}

static void put_literals(FILE *out)
{
	static const uint64_t values[] = {(uint64_t)1 << 32, (uint64_t)1 << 63, UINT64_MAX};
	unsigned int arg;
	size_t i;

	for (arg = 0; arg < 2; arg++) {
		for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
			uint64_t v;

			(void)fprintf(out, "lit_%u_%" PRIx64 "=\"", arg, values[i]);
			put_code(MM_CODE_LIT, out);
			put_byte(arg, out);
			for (v = values[i]; v; v >>= 7)
				put_byte(v & 0x7f, out);
			(void)fputs("\"\n", out);
		}
	}
}

static void put_all(const struct mm_target *t, FILE *out)
{
	size_t op;
	int i;

	(void)fprintf(out, "# Operations of target %s; made by `mmref corpus dict`.\n", t->name);
	for (i = 1; i < t->nr_machines; i++) {
		(void)fprintf(out, "machine_%d=\"", i);
		put_code(MM_CODE_MACHINE, out);
		put_byte((unsigned int)i, out);
		(void)fputs("\"\n", out);
	}
	put_literals(out);
	for (op = 0; op < mm_optable_count(); op++) {
		if (t->selected[op] && mm_optable_code(op) >= 0)
			put_op(op, out);
	}
}

int corpus_dict(const struct corpus_args *a)
{
	FILE *out = a->out ? fopen(a->out, "w") : stdout;
	bool bad;

	if (out)
		put_all(&a->t, out);
	bad = !out || ferror(out);
	if (a->out && out && fclose(out))
		bad = true;
	if (!bad || !a->out)
		return STATUS_OK; /* standard output is judged at the end */
	(void)fprintf(stderr, "mmref: %s: cannot be written: %s\n", a->out, strerror(errno));
	return STATUS_BAD_INPUT;
}
