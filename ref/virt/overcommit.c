/* SPDX-License-Identifier: MIT */
/*
 * overcommit: charge first, then ask whether it was too much.  Promises of others that
 * are made in between are then seen by whoever asks later, and not by both or by none.
 */
#include "mm/overcommit.h"

#include "mm/aspace.h"
#include "mm/process.h"
#include "mm/zone.h"

#define KIB_SHIFT (MM_PAGE_SHIFT - 10)

static void add(struct mm_ctx *x, int64_t pages)
{
	x->m->vm_committed_as += pages;
	mm_touch(x, MM_OBJ_MACHINE, 0);
}

/* Pages that belong to zones, whoever has them.  Kernel: totalram_pages. */
static uint64_t totalram_pages(const struct mm_machine *m)
{
	uint64_t sum = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++)
		sum += m->zones[z].managed;
	return sum;
}

uint64_t mm_overcommit_limit(const struct mm_machine *m)
{
	const struct mm_sysctl *s = &m->sysctl;

	if (s->overcommit_kbytes)
		return s->overcommit_kbytes >> KIB_SHIFT;
	return totalram_pages(m) * s->overcommit_ratio / 100;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* What mode 2 grants to a process at all.  It may be below 0. */
static int64_t allowed(const struct mm_machine *m, const struct mm_struct *mm)
{
	const struct mm_sysctl *s = &m->sysctl;
	int64_t pages = (int64_t)mm_overcommit_limit(m);

	if (!(mm->owner->caps & MM_CAP_SYS_ADMIN))
		pages -= (int64_t)(s->admin_reserve_kbytes >> KIB_SHIFT);
	return pages - (int64_t)less(mm->total_vm / 32, s->user_reserve_kbytes >> KIB_SHIFT);
}

static bool is_too_much(const struct mm_machine *m, const struct mm_struct *mm, uint64_t pages)
{
	switch ((enum mm_overcommit)m->sysctl.overcommit_memory) {
	case MM_OVERCOMMIT_GUESS:
		return pages > totalram_pages(m);
	case MM_OVERCOMMIT_ALWAYS:
		return false;
	case MM_OVERCOMMIT_NEVER:
		break;
	}
	return m->vm_committed_as >= allowed(m, mm);
}

int mm_overcommit_charge(struct mm_ctx *x, const struct mm_struct *mm, uint64_t pages)
{
	add(x, (int64_t)pages);
	if (!is_too_much(x->m, mm, pages))
		return 0;
	add(x, -(int64_t)pages);
	return -MM_ENOMEM;
}

void mm_overcommit_uncharge(struct mm_ctx *x, uint64_t pages)
{
	add(x, -(int64_t)pages);
}
