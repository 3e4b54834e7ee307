/* SPDX-License-Identifier: MIT */
/*
 * oracle: a real kernel's zoneinfo recomputed by the reference's formulas.
 *
 *     vm sysctls ---+
 *                   +--> mm_watermark_compute, ... = ours ----+
 *     managed ------+                                         | equal?
 *     min low high promo protection batch high_min ... -------+
 *
 * Sizes and settings are the kernel's word; all that follows from them is
 * computed anew and compared.  What follows the load (count and high of lists
 * per CPU, boost) is not compared; a boost is added to our marks, as the kernel
 * does before it prints them.
 *
 * A setting that is not known (a saved copy without it) is derived from the
 * marks where they tell, else what depends on it is passed over, with a reason.
 */
#ifndef MM_ORACLE_H
#define MM_ORACLE_H

#include "fuzz/import/proc.h"

/* ---- settings ---- */

enum mm_oracle_sysctl {
	MM_ORACLE_MIN_FREE_KBYTES,
	MM_ORACLE_WATERMARK_SCALE_FACTOR,
	MM_ORACLE_LOWMEM_RESERVE_RATIO,
	MM_ORACLE_HIGH_FRACTION, /* percpu_pagelist_high_fraction */
	MM_ORACLE_NR_SYSCTLS
};

const char *mm_oracle_sysctl_name(enum mm_oracle_sysctl s);

/* One sysctl; nr 0: not known.  Only lowmem_reserve_ratio has more than one
 * number: one for each zone that the kernel is configured with. */
struct mm_oracle_setting {
	uint64_t v[MM_PROC_ZONES_MAX];
	unsigned int nr; /* a failed reading leaves 0 */
	bool derived;    /* from the marks, not read */
	int line;        /* of the file it was read from */
};

struct mm_oracle_settings {
	struct mm_oracle_setting s[MM_ORACLE_NR_SYSCTLS];
};

/* Lines "vm.NAME = VALUE"; other names are passed over.  -MM_EINVAL with the
 * place in e. */
int mm_oracle_settings_parse(struct mm_oracle_settings *s, const struct mm_proc_text *t,
			     struct mm_error *e) MM_MUST_USE;
/* The value alone, as a file of /proc/sys/vm has it. */
int mm_oracle_setting_parse(struct mm_oracle_settings *s, enum mm_oracle_sysctl which,
			    const struct mm_proc_text *t, struct mm_error *e) MM_MUST_USE;
/* "min_free_kbytes=67584", numbers of a list with commas. */
void mm_oracle_setting_print(const struct mm_oracle_settings *s, enum mm_oracle_sysctl which,
			     FILE *out);

/* ---- what is compared ---- */

/* CPUs that share a node's lists. */
struct mm_oracle_cpus {
	bool known[MM_PROC_NODES_MAX];
	unsigned int nr[MM_PROC_NODES_MAX]; /* online */
};

struct mm_oracle_input {
	struct mm_proc zoneinfo;
	struct mm_oracle_settings settings;
	struct mm_oracle_cpus cpus;
	char path[400]; /* the file read last, for messages */
};

void mm_oracle_input_free(struct mm_oracle_input *in);

/* A saved copy: a folder with zoneinfo and perhaps sysctl, or a zoneinfo ("-":
 * standard input).  The
 * name of a file in e is borrowed from in. */
int mm_oracle_saved(struct mm_oracle_input *in, const char *path, struct mm_error *e) MM_MUST_USE;
/* Everything of the running kernel, once.  -MM_ENODEV: something is missing. */
int mm_oracle_running(struct mm_oracle_input *in, struct mm_error *e) MM_MUST_USE;
/*
 * The same in one state: sizes and marks are read again after the settings,
 * and all of it up to five times, until it neither moved nor differs.
 */
int mm_oracle_settled(struct mm_oracle_input *in, struct mm_error *e) MM_MUST_USE;

/* Fill in what the marks tell of settings that are not known. */
void mm_oracle_derive(struct mm_oracle_input *in);

/* ---- comparing ---- */

#define MM_ORACLE_REASONS_MAX 8

struct mm_oracle_row {
	unsigned int node;
	const char *zone;
	char item[32];
	char ours[160];
	char kernels[160];
	bool equal;
	const char *skipped; /* why it was not compared; NULL: it was */
};

struct mm_oracle_result {
	unsigned long compared;
	unsigned long differ;
	unsigned long skipped;
	struct {
		const char *why;
		unsigned long nr;
	} reason[MM_ORACLE_REASONS_MAX];
};

/* Told each row; may be NULL. */
typedef void (*mm_oracle_row_fn)(void *env, const struct mm_oracle_row *row);

/* Adds to what r has. */
void mm_oracle_compare(const struct mm_oracle_input *in, mm_oracle_row_fn fn, void *env,
		       struct mm_oracle_result *r);

/* Marks of zone i that follow from the settings, without boost. */
struct mm_oracle_marks {
	uint64_t wmark[4];
};
struct mm_oracle_marks mm_oracle_marks_of(const struct mm_oracle_input *in, size_t zone);
/* A mark as the kernel computed it: what it printed, less the boost. */
uint64_t mm_oracle_kernel_mark(const struct mm_proc_zone *z, enum mm_proc_pages mark);
bool mm_oracle_is_lowmem(const struct mm_proc_zone *z);

/* ---- fragmentation ---- */

#define MM_ORACLE_INDEXES 2

/* Free blocks before and after the two files of debugfs. */
struct mm_oracle_extfrag {
	struct mm_proc before;
	struct mm_proc_text index[MM_ORACLE_INDEXES]; /* extfrag_index, unusable_index */
	struct mm_proc after;
};

void mm_oracle_extfrag_free(struct mm_oracle_extfrag *in);

/* Compare zones whose blocks did not move, and that are not done yet (a bit each); adds
 * to done and to what r has. */
void mm_oracle_extfrag_compare(const struct mm_oracle_extfrag *in, uint64_t *done,
			       mm_oracle_row_fn fn, void *env, struct mm_oracle_result *r);

/* All zones of the running kernel, as soon as each stands still for a moment; those that
 * never do are skipped.  What mm_proc_load says when a file cannot be read: debugfs is
 * root's, and to be mounted. */
int mm_oracle_extfrag_run(mm_oracle_row_fn fn, void *env, struct mm_oracle_result *r,
			  struct mm_error *e) MM_MUST_USE;

/* ---- a sweep of settings ---- */

#define MM_ORACLE_SWEEP_NR 20

/* Setting number i for a machine of so many managed pages; current is kept
 * where the list says nothing. */
void mm_oracle_sweep_setting(struct mm_oracle_settings *to, unsigned int i,
			     const struct mm_oracle_settings *current, uint64_t managed);

struct mm_oracle_sweep {
	unsigned int pause_ms; /* after each setting */
	/* told each setting in the worker, before its comparison */
	void (*begin)(void *env, unsigned int i, const struct mm_oracle_settings *s);
	mm_oracle_row_fn row;
	void *env;
};

enum mm_oracle_sweep_end {
	MM_ORACLE_SWEPT,
	MM_ORACLE_SWEEP_IMPOSSIBLE,  /* e says why; nothing was changed */
	MM_ORACLE_SWEEP_WORKER_DIED, /* e says how */
	MM_ORACLE_SWEEP_SIGNAL       /* raise `signal` when all is said */
};

struct mm_oracle_swept {
	enum mm_oracle_sweep_end end;
	struct mm_oracle_result r;
	unsigned int settings; /* that were compared */
	bool changed;          /* the settings were touched, and written back */
	bool restored;         /* and read back as they were */
	int signal;
};

/*
 * Write each setting to the running kernel and compare.  A worker process does
 * it; this one only waits, and writes back what was there, however the worker
 * ends and whatever signal arrives.  Should this one die, the worker does.
 */
struct mm_oracle_swept mm_oracle_sweep_run(const struct mm_oracle_sweep *s, struct mm_error *e);

#endif
