/* SPDX-License-Identifier: MIT */
/*
 * overcommit properties: what each mode grants, to the page, by numbers as large as they
 * come; plantings.
 */
#include "mm/overcommit.h"

#include "mm/aspace.h"
#include "mm/process.h"
#include "mm/zone.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

/* Does it grant so many pages?  What was granted is taken back. */
static bool grants(struct mm_aspace_try *t, uint64_t pages)
{
	int64_t before = t->m->vm_committed_as;
	bool ok = mm_overcommit_charge(&t->x, t->mm, pages) == 0;

	if (ok)
		mm_overcommit_uncharge(&t->x, pages);
	return t->m->vm_committed_as == before && ok;
}

/* The largest number it grants, by halving; -1: not even 0. */
static int64_t most(struct mm_aspace_try *t)
{
	uint64_t low = 0;
	uint64_t high = UINT64_C(1) << 60;

	if (!grants(t, 0))
		return -1;
	while (low < high) {
		uint64_t mid = low + (high - low + 1) / 2;

		if (grants(t, mid))
			low = mid;
		else
			high = mid - 1;
	}
	return (int64_t)low;
}

static uint64_t ram_of(const struct mm_machine *m)
{
	uint64_t pages = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		pages += m->zones[z].managed;
	return pages;
}

/* All of memory and not a page more, whatever was promised before. */
static void mode_0(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	t.m->vm_committed_as = (int64_t)prop_any(p, 50);
	PROP(p, most(&t) == (int64_t)ram_of(t.m), "%lld of %llu pages", (long long)most(&t),
	     (unsigned long long)ram_of(t.m));
	t.m->sysctl.overcommit_memory = MM_OVERCOMMIT_ALWAYS;
	PROP(p, grants(&t, UINT64_C(1) << 60), "mode 1 refuses");
	t.m->vm_committed_as = 0;
	mm_aspace_try_close(&t, p);
}

/* A quotient by subtraction of what is larger: remainders go. */
static int64_t quarter(uint64_t kib)
{
	return (int64_t)((kib - kib % 4) / 4);
}

/*
 * What is promised stays below what is granted: the last page of that is nobody's.  So the
 * most there is to be had is one less than the rest.
 */
static int64_t due(const struct mm_aspace_try *t)
{
	const struct mm_sysctl *s = &t->m->sysctl;
	int64_t limit = s->overcommit_kbytes ? quarter(s->overcommit_kbytes)
					     : (int64_t)(ram_of(t->m) * s->overcommit_ratio / 100);
	int64_t own = (int64_t)(t->mm->total_vm >> 5);
	int64_t reserve = quarter(s->user_reserve_kbytes);

	if (!(t->p->caps & MM_CAP_SYS_ADMIN))
		limit -= quarter(s->admin_reserve_kbytes);
	limit -= own < reserve ? own : reserve;
	limit -= t->m->vm_committed_as;
	return limit > 0 ? limit - 1 : -1;
}

static void mode_2(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	struct mm_sysctl *s;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	s = &t.m->sysctl;
	s->overcommit_memory = MM_OVERCOMMIT_NEVER;
	s->overcommit_kbytes = prop_below(p, 2) ? prop_any(p, 50) : 0;
	s->overcommit_ratio = prop_below(p, 200);
	s->admin_reserve_kbytes = prop_any(p, 24);
	s->user_reserve_kbytes = prop_any(p, 30);
	t.mm->total_vm = prop_any(p, 40);
	t.p->caps = prop_below(p, 2) ? MM_CAP_SYS_ADMIN : 0;
	t.m->vm_committed_as = (int64_t)prop_any(p, prop_below(p, 2) ? 48 : 10);
	PROP(p, most(&t) == due(&t), "%lld pages; due: %lld", (long long)most(&t),
	     (long long)due(&t));
	prop_cover(p, 20, "something is to be had", due(&t) >= 0);
	t.mm->total_vm = 0;
	t.m->vm_committed_as = 0;
	mm_aspace_try_close(&t, p);
}

/* The KiB that are set count, and not the ratio; 3 KiB are no page. */
static void kbytes_before_ratio(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	PROP(p, mm_overcommit_limit(t.m) == ram_of(t.m) / 2, "half of memory");
	t.m->sysctl.overcommit_kbytes = 4095;
	PROP(p, mm_overcommit_limit(t.m) == 1023, "4095 KiB");
	t.m->sysctl.overcommit_kbytes = 3;
	PROP(p, mm_overcommit_limit(t.m) == 0, "3 KiB");
	mm_aspace_try_close(&t, p);
}

static void promised_to_nobody(struct mm_victim *v)
{
	v->m->vm_committed_as++;
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static const struct mm_plant plants[] = {
	{"mm.committed_as", promised_to_nobody, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_overcommit_props[] = {
	{"overcommit.mode_0_grants_what_there_is", mode_0, 10},
	{"overcommit.mode_2_grants_less_than_its_limit", mode_2, 200},
	{"overcommit.kbytes_before_ratio", kbytes_before_ratio, 1},
	{"overcommit." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
