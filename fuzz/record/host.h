/* SPDX-License-Identifier: MIT */
/*
 * host: what the kernel says of the machine: copies of files of /proc, and the
 * description that `mmref -m` takes.
 */
#ifndef MM_RECORD_HOST_H
#define MM_RECORD_HOST_H

#include "mm/err.h"

#include "fuzz/import/proc.h"
#include "fuzz/record/record.h"

#define MM_RECORD_RAM_MAX 256

/* Frames [start, end) that the firmware says are RAM. */
struct mm_record_ram {
	uint64_t start;
	uint64_t end;
};

/* All that a description is made of. */
struct mm_record_host {
	struct mm_proc_zoneinfo zoneinfo; /* borrowed */
	struct mm_record_ram ram[MM_RECORD_RAM_MAX];
	int nr_ram;                            /* 0: nobody tells */
	uint8_t cpu_node[MM_RECORD_CPUS_MAX];  /* ids as zoneinfo has them; CPUs in use */
	unsigned int nr_cpus;                  /* in use */
	char distance[MM_PROC_NODES_MAX][512]; /* by id: "10 20"; "": nobody tells */
	unsigned int max_order;
	unsigned int pageblock_order;
	uint64_t min_free_kbytes;
	uint64_t watermark_scale_factor;
	uint64_t lowmem_reserve_ratio[MM_PROC_ZONES_MAX]; /* by place in the node */
	unsigned int nr_ratios;
};

/*
 * The description as lines of text.  false: why it cannot be told in it.  What it
 * says is exact: present, spanned and managed pages of each zone; where in a zone
 * holes and reserved pages are, only as far as h->ram says.
 */
bool mm_record_describe(const struct mm_record_host *h, FILE *out, char why[MM_RECORD_WHY_MAX]);

/*
 * Copies of zoneinfo, buddyinfo, pagetypeinfo (root), vmstat and the vm sysctls to
 * DIR, which is there.  0, or errno of the first that could not be written.
 */
int mm_record_host_save(const char *dir);

/*
 * Describe the machine that DIR's copies are of, as DIR/machine.  false: why; then
 * there is no such file.  *err: errno when it could not be written.
 */
bool mm_record_host_describe(const char *dir, char why[MM_RECORD_WHY_MAX], int *err);

#endif
