/* SPDX-License-Identifier: MIT */
/* zone properties: sizes counted frame by frame, and the digest. */
#include "mm/zone.h"

#include "mm/page.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

static bool in_ranges(const struct mm_range *r, int nr, uint64_t pfn)
{
	bool in = false;
	int i;

	for (i = 0; i < nr; i++)
		in |= pfn >= r[i].start && pfn < r[i].end;
	return in;
}

static void check_zone(struct mm_prop_run *p, const struct mm_machine *m, int type)
{
	const struct mm_machine_desc *d = &m->desc;
	const struct zone *z = &m->zones[type];
	uint64_t pfn = type ? d->zone_end[type - 1] : 0;
	uint64_t present = 0;
	uint64_t managed = 0;
	uint64_t first = 0;
	uint64_t last = 0;

	for (; pfn < d->zone_end[type]; pfn++) {
		if (!in_ranges(d->ram, d->nr_ram, pfn))
			continue;
		first = present++ ? first : pfn;
		last = pfn;
		managed += !in_ranges(d->reserved, d->nr_reserved, pfn);
	}
	PROP(p, z->present == present && z->managed == managed, "%s: present %llu managed %llu",
	     z->name, (unsigned long long)z->present, (unsigned long long)z->managed);
	PROP(p, z->vm_stat[MM_NR_FREE_PAGES] == (int64_t)managed, "%s: %lld free at boot", z->name,
	     (long long)z->vm_stat[MM_NR_FREE_PAGES]);
	PROP(p, z->spanned == (present ? last - first + 1 : 0), "%s: spanned %llu", z->name,
	     (unsigned long long)z->spanned);
	PROP(p, !present || z->start_pfn == first, "%s: starts at %llu", z->name,
	     (unsigned long long)z->start_pfn);
	PROP(p, !present || (mm_zone_spans(z, first) && mm_zone_spans(z, last)), "%s: its edges",
	     z->name);
	PROP(p, !mm_zone_spans(z, last + 1) && (!first || !mm_zone_spans(z, first - 1)),
	     "%s: past its edges", z->name);
	PROP(p, z->lock.rank == MM_LOCK_RANK_ZONE && strcmp(z->lock.name, "zone->lock") == 0,
	     "%s: its lock", z->name);
	PROP(p,
	     mm_zone_managed(z) == (managed != 0) && z->type == (enum mm_zone_type)type &&
		     mm_zone_of(m, (enum mm_zone_type)type) == z &&
		     strcmp(z->name, mm_gfp_zone_name((enum mm_zone_type)type)) == 0,
	     "%s: its name", z->name);
}

static void sizes_are_what_was_described(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_machine *m;
	int64_t sum = 0;
	int z;

	mm_walk_any_machine(p, machine, sizeof(machine));
	m = mm_boot(machine, NULL);
	PROP(p, m, "%s does not boot", machine);
	for (z = 0; z < MM_NR_ZONES && !p->failures; z++) {
		check_zone(p, m, z);
		sum += m->zones[z].vm_stat[MM_NR_FREE_PAGES];
	}
	PROP(p, m->vm_stat[MM_NR_FREE_PAGES] == sum, "the machine's total is %lld, not %lld",
	     (long long)m->vm_stat[MM_NR_FREE_PAGES], (long long)sum);
	mm_machine_destroy(m);
}

/* The order of a list and the counts are state; the digest sees them. */
static void lists_are_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	struct zone *z = m ? &m->zones[MM_ZONE_NORMAL] : NULL;
	struct mm_list *list;
	struct mm_list *moved;
	uint64_t boot;
	uint64_t i;

	PROP(p, m, "the machine does not boot");
	boot = mm_machine_digest_sweep(m);
	list = &z->free_area[6].free_list[MM_MIGRATE_MOVABLE];
	moved = list->next;
	for (i = mm_rng_below(&p->rng, 15); i > 0; i--)
		moved = moved->next;
	/* one place on at a time; 15 times would lead back to where it was */
	for (i = 0; i < 14; i++) {
		struct mm_list *after = moved->next == list ? list->next : moved->next;

		mm_list_del(moved);
		mm_list_add_between(moved, after, after->next);
		PROP(p, mm_machine_digest_sweep(m) != boot,
		     "the order of a list is not in the digest");
	}
	mm_machine_reset(m);
	for (i = 0; i <= m->desc.max_order; i++) {
		z->free_area[i].nr_free ^= 1;
		PROP(p, mm_machine_digest_sweep(m) != boot, "nr_free is not in the digest");
		z->free_area[i].nr_free ^= 1;
	}
	z->vm_stat[MM_NR_FREE_PAGES] ^= 1;
	PROP(p, mm_machine_digest_sweep(m) != boot, "the count of free pages is not in the digest");
	z->vm_stat[MM_NR_FREE_PAGES] ^= 1;
	PROP(p, mm_machine_digest_sweep(m) == boot, "the way back gives another digest");
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

static struct zone *normal(const struct mm_victim *v)
{
	return &v->m->zones[MM_ZONE_NORMAL];
}

static void more_than_it_spans(struct mm_victim *v)
{
	normal(v)->present = normal(v)->spanned + 1;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_NORMAL);
}

static void over_its_limit(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_MOVABLE].spanned++;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_MOVABLE);
}

static void before_its_limit(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_MOVABLE].start_pfn--;
	mm_touch(v->x, MM_OBJ_ZONE, MM_ZONE_MOVABLE);
}

static const struct mm_plant plants[] = {
	{"zone.size_order", more_than_it_spans, NULL, false},
	{"zone.size_order", over_its_limit, NULL, false},
	{"zone.size_order", before_its_limit, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_zone_props[] = {
	{"zone.sizes_are_what_was_described", sizes_are_what_was_described, 80},
	{"zone.lists_are_in_the_digest", lists_are_in_the_digest, 10},
	{"zone." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
