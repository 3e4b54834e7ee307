/* SPDX-License-Identifier: MIT */
/*
 * claims_machine: machines to walk on: some that differ in kind, and any.
 */
#include "mm/page_alloc.h"

#include "invariants/engine/claims_walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char reserves_matter[] =
	"ram=4M dma=1M dma32=2M max_order=6 pageblock_order=3 min_free_kbytes=400 "
	"lowmem_reserve_ratio=2/3/4/5/6 watermark_scale_factor=300";

const char *mm_walk_machines[] = {
	/* the plain one, and one with every zone */
	"ram=4M max_order=6 pageblock_order=3 cpus=2",
	"ram=4M dma=512K dma32=1M normal=2M highmem=3M max_order=6 pageblock_order=3 cpus=3",
	/* zone limits and holes inside pageblocks */
	"ram=4M dma=1028K dma32=2052K normal=3076K highmem=3332K max_order=5 pageblock_order=4",
	"ram=4M hole=1M-1292K,2764K-3M max_order=6 pageblock_order=3 cpus=2",
	/* reserved frames, RAM that starts late, a zone that is all reserved */
	"ram=4M reserved=0-64K,1M-1100K,3M-3080K max_order=6 pageblock_order=3",
	"ram=1028K-2M,3100K-4M dma=512K max_order=7 pageblock_order=3",
	"ram=2M dma=64K reserved=0-64K max_order=4 pageblock_order=2",
	/* hardly any watermark: zones can be emptied */
	"ram=2M max_order=5 pageblock_order=3 min_free_kbytes=8 watermark_scale_factor=1",
	/* orders at their edges */
	"ram=2M dma=512K max_order=4 pageblock_order=4 contents=full",
	"ram=2M dma=512K max_order=0 pageblock_order=0",
	"ram=2M max_order=5 pageblock_order=0 cpus=2",
	"ram=8M max_order=10 pageblock_order=2 contents=none",
	"ram=4M dma=1M max_order=3 pageblock_order=3",
	/* tiny ones, where grouping by mobility is off */
	"ram=64K",
	"ram=1p",
	"ram=8M dma=37p max_order=10 pageblock_order=9",
	"ram=1M dma=512K max_order=8 pageblock_order=6",
	reserves_matter,
	/* several nodes: in order, interleaved, without memory, with zones of their own */
	"ram=6M nodes=0-2M/2M-4M/4M-6M cpus=3 max_order=6 pageblock_order=3",
	"ram=8M nodes=0-1M,4M-8M/1M-4M/none cpus=3 dma32=2M max_order=6 pageblock_order=3",
	("ram=8M nodes=4 cpus=4 pcp=on max_order=5 pageblock_order=3 kernelcore=4M "
	 "distance=10,40,20,30/40,10,30,20/20,30,10,40/30,20,40,10"),
	"ram=6M nodes=3 cpus=2 hotplug=4M-6M movable_node=on dma=512K max_order=4",
	/* memory that comes by section, some of it reserved, of two zones or two nodes */
	"ram=8M section=1M deferred=on max_order=6 pageblock_order=3 cpus=2",
	("ram=1M-5M,6M-8M reserved=2M-2100K,4M-5M section=512K deferred=on dma32=2300K max_order=5 "
	 "pageblock_order=3 cpus=3 nodes=2 pcp=on min_free_kbytes=512"),
	/* lists and counters by CPU: little memory, huge pages, every zone, big caches */
	"ram=4M max_order=6 pageblock_order=3 cpus=2 pcp=on",
	"ram=4M max_order=6 pageblock_order=5 cpus=2 pcp=on thp=5 min_free_kbytes=64",
	"ram=4M dma=512K dma32=1M normal=2M highmem=3M max_order=6 pageblock_order=3 cpus=3 pcp=on",
	"ram=16M max_order=6 pageblock_order=4 cpus=2 pcp=on cache=1M",
	/* contents that are always zero, or a pattern, while they are free */
	("ram=2M max_order=5 pageblock_order=3 cpus=2 pcp=on contents=full page_poison=on "
	 "init_on_free=on"),
	"ram=2M max_order=5 pageblock_order=3 cpus=2 pcp=on contents=full init_on_free=on",
	/* guards beside small blocks */
	"ram=2M dma=516K hole=1M-1100K max_order=6 pageblock_order=3 debug_guardpage_minorder=3",
	"ram=2M max_order=6 pageblock_order=2 cpus=2 pcp=on debug_guardpage_minorder=2",
	/* far ones: frames whose numbers 32 bits do not hold: after a wide hole, of each zone */
	("ram=0-1M,20971520M-20971524M section=4M deferred=on max_order=6 pageblock_order=3 cpus=2 "
	 "pcp=on min_free_kbytes=64"),
	("ram=2M-4M,20971520M-20971524M nodes=2M-4M/20971520M-20971524M dma=20971521M "
	 "dma32=20971522M normal=20971523M section=2M deferred=on max_order=6 pageblock_order=3 "
	 "cpus=3 reserved=20971520M-21474836600K,20971522M-21474838588K"),
	NULL,
};

#define FAR_MACHINES 2

static const char **const first_far =
	&mm_walk_machines[sizeof(mm_walk_machines) / sizeof(mm_walk_machines[0]) - 1 -
			  FAR_MACHINES];

void mm_walk_only_near(void)
{
	*first_far = NULL;
}

bool mm_walk_has_far(void)
{
	return *first_far != NULL;
}

static uint64_t below(struct mm_prop_run *p, uint64_t ceil)
{
	return prop_below(p, ceil);
}

/* ---- any machine ---- */

struct text {
	char *buf;
	size_t len;
	size_t at;
};

MM_PRINTF(2, 3) static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->at, t->len - t->at, fmt, ap);
	va_end(ap);
	MM_PRE(n >= 0 && (size_t)n < t->len - t->at);
	t->at += (size_t)n;
}

static int compare(const void *a, const void *b)
{
	uint64_t x;
	uint64_t y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* nr numbers in [lo, hi], ascending; half of them multiples of 8. */
static void cuts(struct mm_prop_run *p, uint64_t *cut, size_t nr, uint64_t lo, uint64_t hi)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		cut[i] = lo + below(p, hi - lo + 1);
		if (below(p, 2) && (cut[i] & ~(uint64_t)7) >= lo)
			cut[i] &= ~(uint64_t)7;
	}
	qsort(cut, nr, sizeof(cut[0]), compare);
}

static void add_zones(struct mm_prop_run *p, struct text *t, uint64_t end)
{
	static const char *const name[] = {"dma", "dma32", "normal", "highmem"};
	uint64_t cut[4];
	int i;

	cuts(p, cut, 4, 0, end + end / 4);
	for (i = 0; i < 4; i++) {
		/* a limit of 0 means no such zone below normal */
		if (below(p, 2) && (cut[i] || i < 2))
			add(t, " %s=%" PRIu64 "p", name[i], cut[i]);
	}
}

/* Lists and counters by CPU, with huge pages where a block can be one. */
static void add_pcp(struct mm_prop_run *p, struct text *t, uint64_t max_order)
{
	add(t, " pcp=on");
	if (max_order > MM_PCP_COSTLY_ORDER && below(p, 2))
		add(t, " thp=%" PRIu64,
		    MM_PCP_COSTLY_ORDER + 1 + below(p, max_order - MM_PCP_COSTLY_ORDER));
	if (below(p, 3) == 0)
		add(t, " cache=%" PRIu64 "K", below(p, 200));
}

/* Take the words added since `at` back if the description is none with them. */
static void keep_if_good(struct text *t, size_t at)
{
	struct mm_machine_desc d;

	if (!mm_machine_desc_parse(&d, t->buf, NULL))
		return;
	t->at = at;
	t->buf[at] = '\0';
}

static void add_nodes(struct mm_prop_run *p, struct text *t, uint64_t end)
{
	size_t at = t->at;
	uint64_t share = below(p, end);

	add(t, " nodes=%" PRIu64, 1 + below(p, 5));
	keep_if_good(t, at);
	at = t->at;
	if (below(p, 2))
		add(t, " kernelcore=%" PRIu64 "p", share);
	else if (below(p, 2))
		add(t, " movablecore=%" PRIu64 "%%", share % 100);
	keep_if_good(t, at);
}

/* All at once in sections of any size, or one by one. */
static void add_sections(struct mm_prop_run *p, struct text *t, uint64_t max_order)
{
	static const char *const models[] = {"flat", "sparse", "vmemmap"};
	size_t at = t->at;

	add(t, " section=%" PRIu64 "p", (uint64_t)1 << (max_order + below(p, 3)));
	add(t, " memmodel=%s", models[below(p, 3)]);
	keep_if_good(t, at);
	at = t->at;
	add(t, " deferred=on");
	keep_if_good(t, at);
}

static void add_guards(struct mm_prop_run *p, struct text *t, uint64_t max_order)
{
	size_t at = t->at;

	add(t, " debug_guardpage_minorder=%" PRIu64, below(p, max_order / 2 + 1));
	keep_if_good(t, at);
}

void mm_walk_any_machine(struct mm_prop_run *p, char *buf, size_t len)
{
	static const char *const contents[] = {"none", "tag", "full"};
	struct text t;
	uint64_t end = below(p, 4) ? 64 + below(p, 1984) : 1 + below(p, 64);
	uint64_t max_order = below(p, below(p, 4) ? 8 : 12);
	uint64_t cut[4];

	t.buf = buf;
	t.len = len;
	t.at = 0;
	cuts(p, cut, 4, 0, end - 1);
	add(&t, "ram=");
	if (below(p, 2) && cut[0] < cut[1])
		add(&t, "%" PRIu64 "p-%" PRIu64 "p,", cut[0], cut[1]);
	add(&t, "%" PRIu64 "p-%" PRIu64 "p", cut[1], end);
	if (below(p, 3) == 0 && cut[1] < cut[2] && cut[2] < cut[3])
		add(&t, " hole=%" PRIu64 "p-%" PRIu64 "p", cut[2], cut[3]);
	else if (below(p, 2) && cut[2] < cut[3])
		add(&t, " reserved=%" PRIu64 "p-%" PRIu64 "p", cut[2], cut[3]);
	if (below(p, 4))
		add_zones(p, &t, end);
	add(&t, " max_order=%" PRIu64, max_order);
	/* one draw a call: C leaves the order of arguments open */
	add(&t, " pageblock_order=%" PRIu64, below(p, max_order + 1));
	add(&t, " cpus=%" PRIu64, 1 + below(p, 3));
	add(&t, " contents=%s", contents[below(p, 3)]);
	if (below(p, 2))
		add_pcp(p, &t, max_order);
	if (below(p, 8) == 0)
		add(&t, " init_on_alloc=on");
	if (below(p, 8) == 0)
		add(&t, " init_on_free=on");
	if (below(p, 8) == 0)
		add(&t, " page_poison=on");
	if (below(p, 3) == 0)
		add(&t, " min_free_kbytes=%" PRIu64, below(p, end * 2));
	if (below(p, 3) == 0)
		add(&t, " watermark_scale_factor=%" PRIu64, 1 + below(p, 3000));
	if (below(p, 3) == 0) {
		add(&t, " lowmem_reserve_ratio=%" PRIu64, below(p, 9));
		add(&t, "/%" PRIu64, below(p, 9));
		add(&t, "/%" PRIu64, below(p, 300));
	}
	if (below(p, 2))
		add_nodes(p, &t, end);
	if (below(p, 4) == 0)
		add_sections(p, &t, max_order);
	if (below(p, 6) == 0)
		add_guards(p, &t, max_order);
	prop_show(p, buf);
}

uint64_t mm_walk_unused(const struct mm_machine *m)
{
	uint64_t sum = mm_vmstat_free_exact(m);
	int cpu;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		for (cpu = 0; cpu < m->desc.cpus; cpu++)
			sum += (uint64_t)m->zones[z].pageset[cpu].count;
	}
	return sum;
}

void mm_walk_make_ready(struct mm_machine *m)
{
	struct mm_ctx x;
	int z;

	mm_ctx_init(&x, m, 0);
	for (z = 0; z < m->nr_zones; z++) {
		while (mm_page_alloc_grow(&x, &m->zones[z]))
			;
	}
}
