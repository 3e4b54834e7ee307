/* SPDX-License-Identifier: MIT */
/*
 * counts: what an allocator did, counted from its events, and compared with
 * what is written down.
 *
 * A row runs its workload once more with a listener, outside the timed loop
 * and always with the same number of operations. What is counted then depends
 * on the code alone: one split more is a change that somebody made, on every
 * host and at every hour. bench/expected/MODULE.txt has one line per row,
 *
 *	page_alloc/pair/order:0 splits=3 merges=0 fallbacks=1 claims=1 refills=1 drains=0
 *
 * and a row whose line differs or is missing fails and prints the line to write
 * there. The file is looked for in the working directory, as the recordings
 * are: run from the source tree.
 */
#ifndef BENCH_COUNTS_H
#define BENCH_COUNTS_H

#include "mm/event.h"
#include "mm/machine.h"

#include "bench/gbench.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNTS_LINE_MAX 256

struct counts {
	uint64_t splits;    /* halves given back while a block was cut */
	uint64_t merges;    /* halves joined */
	uint64_t fallbacks; /* blocks taken from another migratetype */
	uint64_t claims;    /* of these, with the pageblock */
	uint64_t refills;   /* of a CPU's list from the zone */
	uint64_t drains;    /* blocks of such lists given back */
};

static inline void counts_on_event(void *env, const struct mm_event *ev)
{
	struct counts *c = env;

	if (ev->kind == MM_EV_mm_page_alloc_zone_locked)
		c->splits += ev->f[3] - ev->f[1];
	else if (ev->kind == MM_EV_mm_buddy_merge)
		c->merges++;
	else if (ev->kind == MM_EV_mm_page_alloc_extfrag)
		c->claims += ev->f[5];
	c->refills += ev->kind == MM_EV_mm_pcp_refill;
	c->drains += ev->kind == MM_EV_mm_page_pcpu_drain;
	c->fallbacks += ev->kind == MM_EV_mm_page_alloc_extfrag;
}

/* Count the events of m from now on. Contexts must be made anew. */
static inline bool counts_listen(struct counts *c, struct mm_machine *m)
{
	struct mm_listener l = {
		.mask = MM_EV_BIT(MM_EV_mm_page_alloc_zone_locked) |
			MM_EV_BIT(MM_EV_mm_buddy_merge) | MM_EV_BIT(MM_EV_mm_page_alloc_extfrag) |
			MM_EV_BIT(MM_EV_mm_pcp_refill) | MM_EV_BIT(MM_EV_mm_page_pcpu_drain),
		.on_event = counts_on_event,
		.env = c,
	};

	return mm_event_listen(m, &l) == 0;
}

/* Stop counting. Contexts must be made anew. */
static inline void counts_unlisten(struct counts *c, struct mm_machine *m)
{
	mm_event_unlisten(m, c);
}

/* The line that begins with the row's name, without its end; false: none. */
static inline bool counts_find_line(FILE *f, const char *row, char line[COUNTS_LINE_MAX])
{
	size_t len = strlen(row);

	while (fgets(line, COUNTS_LINE_MAX, f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, row, len) == 0 && line[len] == ' ')
			return true;
	}
	return false;
}

/* Compare with bench/expected/MODULE.txt; name is "module/op/param:value". */
static inline bool counts_as_expected(struct bench_state *s, const char *name, const char *counted)
{
	char expected[COUNTS_LINE_MAX];
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof(path), "bench/expected/%.*s.txt", (int)strcspn(name, "/"),
		       name);
	f = fopen(path, "r");
	if (!f) {
		bench_label(s, "counts not compared: run from the source tree");
		return true;
	}
	if (!counts_find_line(f, name, expected))
		(void)snprintf(expected, sizeof(expected), "no such row");
	(void)fclose(f);
	return bench_require(s, strcmp(expected, counted) == 0, "%s has: %s\nnow it is: %s", path,
			     expected, counted);
}

/*
 * Per operation. None rather than 0: libbenchmark then writes the spread of
 * repetitions as NaN, which is no JSON.
 */
static inline void counts_show(struct bench_state *s, const char *name, uint64_t count,
			       uint64_t ops)
{
	if (count)
		bench_counter(s, name, (double)count / (double)ops, BENCH_SUM);
}

/* Report what a row counted in so many operations, and judge it. */
static inline bool counts_report(struct bench_state *s, const struct counts *c, const char *row,
				 uint64_t ops)
{
	char counted[COUNTS_LINE_MAX];

	(void)snprintf(counted, sizeof(counted),
		       "%s splits=%" PRIu64 " merges=%" PRIu64 " fallbacks=%" PRIu64
		       " claims=%" PRIu64 " refills=%" PRIu64 " drains=%" PRIu64,
		       row, c->splits, c->merges, c->fallbacks, c->claims, c->refills, c->drains);
	counts_show(s, "splits", c->splits, ops);
	counts_show(s, "merges", c->merges, ops);
	counts_show(s, "fallbacks", c->fallbacks, ops);
	counts_show(s, "refills", c->refills, ops);
	counts_show(s, "drains", c->drains, ops);
	return counts_as_expected(s, row, counted);
}

#endif
