/* SPDX-License-Identifier: MIT */
/*
 * memblock: changes that fail.  A reader of events tells by them that a request which
 * failed touched nothing, so they name the change, its span and the error.
 */
#include "mm/memblock.h"

#include "invariants/early/memblock/prop.h"

#define REGIONS_MAX 128 /* of a table that has not doubled */

static void keep_last(void *env, const struct mm_event *ev)
{
	*(struct mm_event *)env = *ev;
}

/* Both tables are full, and may not grow. */
static int crowd(struct mm_ctx *x)
{
	struct mm_memblock_span s = {0x100000, 0x1000};
	int err = 0;
	int i;

	for (i = 0; i < REGIONS_MAX && !err; i++, s.base += 0x2000) {
		/* the machine's own RAM is the first of memory */
		if (i < REGIONS_MAX - 1)
			err = mm_memblock_add(x, s, 0, 0);
		if (!err)
			err = mm_memblock_reserve(x, s);
	}
	return err;
}

/* In the middle of a region: both its ends would be new. */
static const struct mm_memblock_span inside = {0x100400, 0x400};

static int attempt(struct mm_ctx *x, enum mm_memblock_what what)
{
	switch (what) {
	case MM_MEMBLOCK_ADD:
		return mm_memblock_add(x, (struct mm_memblock_span){0x1000000, 64}, 0, 0);
	case MM_MEMBLOCK_REMOVE:
		return mm_memblock_remove(x, inside);
	case MM_MEMBLOCK_RESERVE:
		return mm_memblock_reserve(x, (struct mm_memblock_span){0x1000000, 64});
	case MM_MEMBLOCK_FREE:
		return mm_memblock_free(x, inside);
	case MM_MEMBLOCK_MARK:
		return mm_memblock_mark(x, inside, MM_MEMBLOCK_HOTPLUG);
	case MM_MEMBLOCK_CLEAR:
		return mm_memblock_clear(x, inside, MM_MEMBLOCK_HOTPLUG);
	case MM_MEMBLOCK_NODE:
		return mm_memblock_set_node(x, inside, MM_MEMBLOCK_RESERVED, 1);
	case MM_MEMBLOCK_CAP:
	case MM_MEMBLOCK_LIMIT:
	case MM_MEMBLOCK_LIMIT_MAP:
	case MM_MEMBLOCK_TRIM:
		break; /* announced when done */
	}
	return 0;
}

void memblock_failures_are_announced(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=64K", NULL);
	struct mm_event last = {MM_EV_NR, 0, {0}};
	const struct mm_listener l = {MM_EV_BIT(MM_EV_mm_memblock_change), keep_last, &last};
	struct mm_ctx x;
	int what;

	PROP(p, m && mm_event_listen(m, &l) == 0, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	PROP(p, crowd(&x) == 0, "the tables are full too early");
	for (what = 0; what <= MM_MEMBLOCK_NODE; what++) {
		int err = attempt(&x, (enum mm_memblock_what)what);

		PROP(p, err == -MM_ENOMEM, "change %d: %d, and the table is full", what, err);
		PROP(p, last.f[0] == (uint64_t)what && last.f[5] == MM_ENOMEM,
		     "change %d that fails is announced as %llu, error %llu", what,
		     (unsigned long long)last.f[0], (unsigned long long)last.f[5]);
		PROP(p, last.f[1] >= 0x100000 && last.f[2] != 0, "of no span");
	}
	mm_machine_destroy(m);
}

/* mem=, or what a crash kernel keeps, cuts a region, for which a full table doubles; but what
 * is to go has the only room for another. */
static void try_cut(struct mm_prop_run *p, bool cap)
{
	struct mm_machine *m = mm_boot("ram=4K", NULL);
	const struct memblock late = {.can_resize = true, .current_limit = UINT64_MAX};
	struct mm_memblock_span s = {0x100000, 0x1000};
	struct mm_ctx x;
	int err = 0;
	int i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	mm_memblock_set(&x, &late);
	for (i = 2; i < REGIONS_MAX && !err; i++, s.base += 0x2000)
		err = mm_memblock_add(&x, s, 0, 0);
	s.size = 0x10000;
	PROP(p, !err && mm_memblock_add(&x, s, 0, 0) == 0, "the table is full too early");
	if (cap)
		err = mm_memblock_cap(&x, (struct mm_memblock_span){0, 0x102800});
	else
		err = mm_memblock_limit(&x, 0x2800, false);
	PROP(p,
	     err == -MM_ENOMEM && m->outcomes[MM_OUTCOME_MEMBLOCK_FULL] == 1 &&
		     m->outcome_object[MM_OUTCOME_MEMBLOCK_FULL] == MM_MEMBLOCK_MEMORY,
	     "%s without room answers %d", cap ? "a cap" : "a limit", err);
	PROP(p, m->memblock->type[MM_MEMBLOCK_MEMORY].cnt == REGIONS_MAX, "and cuts");
	mm_machine_destroy(m);
}

void memblock_no_room_below_a_limit(struct mm_prop_run *p)
{
	try_cut(p, false);
	try_cut(p, true);
}
