/* SPDX-License-Identifier: MIT */
/*
 * compare: zone by zone, the numbers that follow from sizes and settings.  No
 * formula stands here; each is the reference's.
 *
 * A limit of the lists per CPU is the node's divided by its CPUs, which only
 * the system's files about nodes tell when there are several.
 */
#include "mm/pcp.h"
#include "mm/watermark.h"

#include "fuzz/oracle/oracle.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One comparison under way. */
struct comparison {
	const struct mm_oracle_input *in;
	mm_oracle_row_fn fn;
	void *env;
	struct mm_oracle_result *r;

	/* of the zone */
	const struct mm_proc_zone *z;
	size_t zone; /* its index */
	struct mm_oracle_row row;
};

void mm_oracle_input_free(struct mm_oracle_input *in)
{
	mm_proc_free(&in->zoneinfo);
}

static const struct mm_proc_zoneinfo *info(const struct mm_oracle_input *in)
{
	return &in->zoneinfo.u.zoneinfo;
}

static const struct mm_oracle_setting *setting(const struct mm_oracle_input *in,
					       enum mm_oracle_sysctl s)
{
	return &in->settings.s[s];
}

bool mm_oracle_is_lowmem(const struct mm_proc_zone *z)
{
	return strcmp(z->name, "HighMem") != 0 && strcmp(z->name, "Movable") != 0;
}

uint64_t mm_oracle_kernel_mark(const struct mm_proc_zone *z, enum mm_proc_pages mark)
{
	return z->pages[mark] - (z->has >> MM_PROC_BOOST & 1 ? z->pages[MM_PROC_BOOST] : 0);
}

struct mm_oracle_marks mm_oracle_marks_of(const struct mm_oracle_input *in, size_t zone)
{
	const struct mm_proc_zoneinfo *v = info(in);
	struct mm_watermark_input w = {v->zone[zone].pages[MM_PROC_MANAGED], 0,
				       mm_oracle_is_lowmem(&v->zone[zone]),
				       setting(in, MM_ORACLE_MIN_FREE_KBYTES)->v[0],
				       setting(in, MM_ORACLE_WATERMARK_SCALE_FACTOR)->v[0]};
	struct mm_oracle_marks marks;
	size_t i;

	for (i = 0; i < v->nr_zones; i++) {
		if (mm_oracle_is_lowmem(&v->zone[i]))
			w.lowmem += v->zone[i].pages[MM_PROC_MANAGED];
	}
	mm_watermark_compute(marks.wmark, &w);
	return marks;
}

/* ---- rows ---- */

static void done(struct comparison *c)
{
	if (c->row.skipped)
		c->r->skipped++;
	else
		c->r->compared++;
	if (!c->row.skipped && !c->row.equal)
		c->r->differ++;
	if (c->fn)
		c->fn(c->env, &c->row);
}

static void numbers(struct comparison *c, uint64_t ours, uint64_t kernels)
{
	(void)snprintf(c->row.ours, sizeof(c->row.ours), "%" PRIu64, ours);
	(void)snprintf(c->row.kernels, sizeof(c->row.kernels), "%" PRIu64, kernels);
	c->row.equal = ours == kernels;
	c->row.skipped = NULL;
	done(c);
}

static void skip(struct comparison *c, const char *why)
{
	int i;

	for (i = 0; i < MM_ORACLE_REASONS_MAX - 1 && c->r->reason[i].why; i++) {
		if (strcmp(c->r->reason[i].why, why) == 0)
			break;
	}
	c->r->reason[i].why = why;
	c->r->reason[i].nr++;
	c->row.ours[0] = '\0';
	c->row.kernels[0] = '\0';
	c->row.equal = false;
	c->row.skipped = why;
	done(c);
}

static void item(struct comparison *c, const char *name)
{
	(void)snprintf(c->row.item, sizeof(c->row.item), "%s", name);
}

static void cpu_item(struct comparison *c, unsigned int cpu, const char *name)
{
	(void)snprintf(c->row.item, sizeof(c->row.item), "cpu %u %s", cpu, name);
}

/* ---- marks ---- */

static void marks(struct comparison *c)
{
	static const char *const name[] = {"min", "low", "high", "promo"};
	const struct mm_oracle_marks ours = mm_oracle_marks_of(c->in, c->zone);
	uint64_t boost = c->z->has >> MM_PROC_BOOST & 1 ? c->z->pages[MM_PROC_BOOST] : 0;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		bool first = i == 0;

		item(c, name[i]);
		if (!(c->z->has >> (MM_PROC_MIN + i) & 1))
			skip(c, "not printed by this kernel");
		else if (!setting(c->in, MM_ORACLE_MIN_FREE_KBYTES)->nr)
			skip(c, "min_free_kbytes is not known");
		else if (!first && !setting(c->in, MM_ORACLE_WATERMARK_SCALE_FACTOR)->nr)
			skip(c, "watermark_scale_factor is not known");
		else
			numbers(c, ours.wmark[i] + boost, c->z->pages[MM_PROC_MIN + i]);
	}
}

/* ---- protection ---- */

static void list(char *to, size_t size, const uint64_t *v, unsigned int nr)
{
	size_t at = (size_t)snprintf(to, size, "(");
	unsigned int i;

	for (i = 0; i < nr && at < size; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%" PRIu64, i ? ", " : "", v[i]);
	if (at < size)
		(void)snprintf(to + at, size - at, ")");
}

/* Zones of a node stand together, the zone itself at `own` among them. */
static unsigned int zones_of_node(const struct comparison *c, unsigned int *own,
				  uint64_t managed[MM_PROC_ZONES_MAX])
{
	const struct mm_proc_zoneinfo *v = info(c->in);
	unsigned int nr = 0;
	size_t i;

	*own = 0;
	for (i = 0; i < v->nr_zones && nr < MM_PROC_ZONES_MAX; i++) {
		if (v->zone[i].node != c->z->node)
			continue;
		if (i == c->zone)
			*own = nr;
		managed[nr++] = v->zone[i].pages[MM_PROC_MANAGED];
	}
	return nr;
}

/* Some kernels protect nothing against a zone that has no pages to fall back
 * from.  False when the kernel is not one of them. */
static bool nothing_against_empty(const struct comparison *c, uint64_t *ours,
				  const uint64_t *managed, unsigned int nr)
{
	uint64_t other[MM_PROC_ZONES_MAX];
	unsigned int j;

	for (j = 0; j < nr; j++) {
		other[j] = managed[j] ? ours[j] : 0;
		if (other[j] != c->z->protection[j])
			return false;
	}
	memcpy(ours, other, nr * sizeof(*ours));
	return true;
}

static void protection(struct comparison *c)
{
	const struct mm_oracle_setting *ratio = setting(c->in, MM_ORACLE_LOWMEM_RESERVE_RATIO);
	uint64_t managed[MM_PROC_ZONES_MAX] = {0};
	uint64_t ours[MM_PROC_ZONES_MAX] = {0};
	unsigned int own;
	unsigned int nr = zones_of_node(c, &own, managed);

	item(c, "protection");
	if (!ratio->nr) {
		skip(c, "lowmem_reserve_ratio is not known");
		return;
	}
	/* nothing is above the highest zone; old kernels give it no ratio */
	mm_watermark_compute_reserve(&ours[own], nr - own, &managed[own], ratio->v[own]);
	(void)nothing_against_empty(c, ours, managed, nr);
	list(c->row.ours, sizeof(c->row.ours), ours, nr);
	list(c->row.kernels, sizeof(c->row.kernels), c->z->protection, c->z->nr_protection);
	c->row.equal = strcmp(c->row.ours, c->row.kernels) == 0;
	c->row.skipped = NULL;
	done(c);
}

/* ---- lists and counters per CPU ---- */

/* What one list per CPU must say; a reason for each that cannot be told. */
struct expected {
	uint64_t value[MM_PROC_NR_PAGESET];
	const char *unknown[MM_PROC_NR_PAGESET];
};

static unsigned int split_of(const struct comparison *c)
{
	unsigned int cpus = c->z->node < MM_PROC_NODES_MAX ? c->in->cpus.nr[c->z->node] : 0;

	/* a node without CPUs of its own is used by all */
	return cpus ? cpus : (unsigned int)c->z->nr_pagesets;
}

static struct expected expect(const struct comparison *c)
{
	const struct mm_oracle_setting *fraction = setting(c->in, MM_ORACLE_HIGH_FRACTION);
	const uint64_t managed = c->z->pages[MM_PROC_MANAGED];
	struct mm_oracle_marks m = mm_oracle_marks_of(c->in, c->zone);
	const struct mm_pcp_sizes sizes = {managed, m.wmark[MM_WMARK_LOW], fraction->v[0],
					   (int)split_of(c)};
	struct mm_pcp_limits l = mm_pcp_compute_limits(&sizes);
	struct expected x = {.value = {[MM_PROC_BATCH] = l.batch,
				       [MM_PROC_HIGH_MIN] = l.high_min,
				       [MM_PROC_HIGH_MAX] = l.high_max}};

	x.value[MM_PROC_THRESHOLD] = mm_vmstat_threshold((int)c->z->nr_pagesets, managed);
	if (!fraction->nr)
		x.unknown[MM_PROC_HIGH_MIN] = "percpu_pagelist_high_fraction is not known";
	else if (!c->in->cpus.known[c->z->node % MM_PROC_NODES_MAX])
		x.unknown[MM_PROC_HIGH_MIN] = "which CPUs a node has is not known";
	x.unknown[MM_PROC_HIGH_MAX] = x.unknown[MM_PROC_HIGH_MIN];
	/* only the lower limit of a self-tuning list follows from the marks */
	if (!x.unknown[MM_PROC_HIGH_MIN] && !fraction->v[0] &&
	    (!setting(c->in, MM_ORACLE_MIN_FREE_KBYTES)->nr ||
	     !setting(c->in, MM_ORACLE_WATERMARK_SCALE_FACTOR)->nr))
		x.unknown[MM_PROC_HIGH_MIN] = "the low mark is not known";
	return x;
}

static void pagesets(struct comparison *c)
{
	static const struct {
		enum mm_proc_pageset_field field;
		const char *name;
	} field[] = {
		{MM_PROC_BATCH, "batch"},
		{MM_PROC_HIGH_MIN, "high_min"},
		{MM_PROC_HIGH_MAX, "high_max"},
		{MM_PROC_THRESHOLD, "threshold"},
	};
	struct expected x;
	size_t i;
	size_t k;

	if (!c->z->nr_pagesets)
		return;
	x = expect(c);
	for (i = 0; i < c->z->nr_pagesets; i++) {
		const struct mm_proc_pageset *p = &c->z->pageset[i];

		for (k = 0; k < sizeof(field) / sizeof(field[0]); k++) {
			enum mm_proc_pageset_field f = field[k].field;

			cpu_item(c, p->cpu, field[k].name);
			if (!(p->has >> f & 1))
				skip(c, "not printed by this kernel");
			else if (x.unknown[f])
				skip(c, x.unknown[f]);
			else
				numbers(c, x.value[f], p->field[f]);
		}
	}
}

void mm_oracle_compare(const struct mm_oracle_input *in, mm_oracle_row_fn fn, void *env,
		       struct mm_oracle_result *r)
{
	struct comparison c = {.in = in, .fn = fn, .env = env, .r = r};

	for (c.zone = 0; c.zone < info(in)->nr_zones; c.zone++) {
		c.z = &info(in)->zone[c.zone];
		c.row.node = c.z->node;
		c.row.zone = c.z->name;
		marks(&c);
		protection(&c);
		pagesets(&c);
	}
}
