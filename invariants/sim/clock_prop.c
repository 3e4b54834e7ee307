/* SPDX-License-Identifier: MIT */
/* clock properties. */
#include "mm/clock.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

/* 250 ticks are a second, in whatever steps they pass. */
static void ticks_add_up(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M", NULL);
	uint64_t digest = m ? mm_machine_digest(m) : 0;
	uint64_t sum = 0;
	struct mm_ctx x;
	int i;

	PROP(p, m && mm_clock_ns(m) == 0 && mm_clock_jiffies(m) == 0, "time passes before boot");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < 50; i++) {
		uint64_t n = prop_below(p, 1000);

		mm_clock_tick(&x, n);
		sum += n;
		PROP(p, mm_clock_jiffies(m) == sum, "%llu ticks passed, jiffies %llu",
		     (unsigned long long)sum, (unsigned long long)mm_clock_jiffies(m));
		PROP(p, mm_clock_ns(m) == sum * 4000000, "%llu ticks are %llu ns",
		     (unsigned long long)sum, (unsigned long long)mm_clock_ns(m));
	}
	mm_clock_tick(&x, 250 - sum % 250);
	PROP(p, mm_clock_ns(m) % 1000000000 == 0, "250 ticks are no second");
	PROP(p, mm_machine_digest_sweep(m) != digest, "time is not in the digest");
	mm_machine_reset(m);
	PROP(p, mm_clock_ns(m) == 0 && mm_clock_jiffies(m) == 0, "a reset leaves the clock");
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

static void jiffies_ahead(struct mm_victim *v)
{
	v->m->jiffies++;
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static void nanoseconds_ahead(struct mm_victim *v)
{
	v->m->clock_ns += MM_CLOCK_TICK_NS;
	mm_touch(v->x, MM_OBJ_MACHINE, 0);
}

static const struct mm_plant plants[] = {
	{"machine.clock_in_step", jiffies_ahead, NULL, false},
	{"machine.clock_in_step", nanoseconds_ahead, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_clock_props[] = {
	{"clock.ticks_add_up", ticks_add_up, 5},
	{"clock." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
