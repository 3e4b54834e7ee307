/* SPDX-License-Identifier: MIT */
/*
 * oracle: what must hold of the comparison with a real kernel: a saved copy is
 * explained to the last number, each number planted wrong is named and no
 * other, and what our own machines print is explained as well.
 */
#include "fuzz/oracle/oracle.h"

#include "mm/kswapd.h"
#include "mm/zone.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/proc_machine.h"
#include "invariants/engine/prop.h"

#include <stdlib.h>
#include <string.h>

/* Where the tree lies; without it, the folder the program runs in. */
#ifndef MM_SOURCE_DIR
#define MM_SOURCE_DIR "."
#endif

#define SAVED MM_SOURCE_DIR "/corpus/recordings/proc/linux-6.18-2cpu-24g"

/* The last row that differed. */
static void note(void *env, const struct mm_oracle_row *row)
{
	if (!row->equal && !row->skipped)
		*(struct mm_oracle_row *)env = *row;
}

static bool saved(struct mm_prop_run *p, struct mm_oracle_input *in, const char *path)
{
	struct mm_error e = {0};
	char why[400];

	p->checks++;
	if (!mm_oracle_saved(in, path, &e))
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s", mm_error_text(&e, why, sizeof(why)));
	return false;
}

static void expect(struct mm_prop_run *p, const struct mm_oracle_input *in, unsigned long compared)
{
	struct mm_oracle_row row = {0};
	struct mm_oracle_result r = {0};

	mm_oracle_compare(in, note, &row, &r);
	PROP(p, r.differ == 0, "%s %s: ours %s, the kernel's %s", row.zone, row.item, row.ours,
	     row.kernels);
	PROP(p, r.compared == compared, "%lu values compared, expected %lu", r.compared, compared);
}

static void saved_copy_is_explained(struct mm_prop_run *p)
{
	struct mm_oracle_input in;

	if (!saved(p, &in, SAVED))
		return;
	expect(p, &in, 49);
	mm_oracle_input_free(&in);
}

/* ---- planted ---- */

static struct mm_proc_zone *zone_at(struct mm_oracle_input *in, size_t i)
{
	return &in->zoneinfo.u.zoneinfo.zone[i];
}

/* With a number changed, this zone and item differ, and nothing else. */
static void planted(struct mm_prop_run *p, struct mm_oracle_input *in, uint64_t *number,
		    const struct mm_oracle_row *want)
{
	uint64_t old = *number;
	struct mm_oracle_row row = {0};
	struct mm_oracle_result r = {0};

	*number = old ^ 1;
	mm_oracle_compare(in, note, &row, &r);
	*number = old;
	PROP(p, r.differ == 1, "%s %s planted: %lu rows differ", want->zone, want->item, r.differ);
	PROP(p, strcmp(row.zone, want->zone) == 0 && strcmp(row.item, want->item) == 0,
	     "%s %s planted, %s %s reported", want->zone, want->item, row.zone, row.item);
}

static void planted_pageset(struct mm_prop_run *p, struct mm_oracle_input *in,
			    struct mm_oracle_row *want, struct mm_proc_pageset *s)
{
	static const struct {
		enum mm_proc_pageset_field field;
		const char *name;
	} item[] = {
		{MM_PROC_BATCH, "batch"},
		{MM_PROC_HIGH_MIN, "high_min"},
		{MM_PROC_HIGH_MAX, "high_max"},
		{MM_PROC_THRESHOLD, "threshold"},
	};
	size_t i;

	for (i = 0; i < sizeof(item) / sizeof(item[0]); i++) {
		(void)snprintf(want->item, sizeof(want->item), "cpu %u %s", s->cpu, item[i].name);
		planted(p, in, &s->field[item[i].field], want);
	}
}

static void each_planted_number_is_named(struct mm_prop_run *p)
{
	static const char *const mark[] = {"min", "low", "high", "promo"};
	struct mm_oracle_row want = {0};
	struct mm_oracle_input in;
	size_t i;
	size_t k;

	if (!saved(p, &in, SAVED))
		return;
	for (i = 0; i < in.zoneinfo.u.zoneinfo.nr_zones; i++) {
		struct mm_proc_zone *z = zone_at(&in, i);

		want.zone = z->name;
		for (k = 0; k < 4; k++) {
			(void)snprintf(want.item, sizeof(want.item), "%s", mark[k]);
			planted(p, &in, &z->pages[MM_PROC_MIN + k], &want);
		}
		(void)snprintf(want.item, sizeof(want.item), "protection");
		for (k = 0; k < z->nr_protection; k++)
			planted(p, &in, &z->protection[k], &want);
		for (k = 0; k < z->nr_pagesets; k++)
			planted_pageset(p, &in, &want, &z->pageset[k]);
	}
	mm_oracle_input_free(&in);
}

/* What is never compared may be anything, and a boost raises all marks. */
static void what_follows_the_load_is_free(struct mm_prop_run *p)
{
	struct mm_oracle_input in;
	size_t i;
	size_t k;

	if (!saved(p, &in, SAVED))
		return;
	for (i = 0; i < in.zoneinfo.u.zoneinfo.nr_zones; i++) {
		struct mm_proc_zone *z = zone_at(&in, i);
		uint64_t boost = prop_below(p, 10000);

		z->pages[MM_PROC_BOOST] = boost;
		for (k = MM_PROC_MIN; k <= MM_PROC_PROMO; k++)
			z->pages[k] += boost;
		z->pages[MM_PROC_FREE] = prop_bits(p, 64);
		for (k = 0; k < z->nr_pagesets; k++) {
			z->pageset[k].field[MM_PROC_COUNT] = prop_bits(p, 64);
			z->pageset[k].field[MM_PROC_PCP_HIGH] = prop_bits(p, 64);
		}
	}
	expect(p, &in, 49);
	mm_oracle_input_free(&in);
}

/* Kernels differ in what they protect against an empty zone; both are right. */
static void empty_zones_may_need_no_protection(struct mm_prop_run *p)
{
	struct mm_oracle_input in;
	size_t i;
	size_t k;

	if (!saved(p, &in, SAVED))
		return;
	for (i = 0; i < in.zoneinfo.u.zoneinfo.nr_zones; i++) {
		for (k = 0; k < zone_at(&in, i)->nr_protection; k++) {
			if (!zone_at(&in, k)->pages[MM_PROC_MANAGED])
				zone_at(&in, i)->protection[k] = 0;
		}
	}
	expect(p, &in, 49);
	mm_oracle_input_free(&in);
}

/* ---- settings that are not known ---- */

static void marks_tell_their_settings(struct mm_prop_run *p)
{
	const uint64_t kbytes = 67584; /* in the copy's sysctl */
	const struct mm_oracle_setting *s;
	struct mm_oracle_input in;

	if (!saved(p, &in, SAVED "/zoneinfo"))
		return;
	s = in.settings.s;
	PROP(p, s[MM_ORACLE_MIN_FREE_KBYTES].derived, "derived, and not marked as such");
	PROP(p, s[MM_ORACLE_MIN_FREE_KBYTES].v[0] / 4 == kbytes / 4, "min_free_kbytes %llu",
	     (unsigned long long)s[MM_ORACLE_MIN_FREE_KBYTES].v[0]);
	PROP(p, !s[MM_ORACLE_LOWMEM_RESERVE_RATIO].nr, "known from where?");
	/* marks of five zones; batch and threshold of three by two CPUs */
	expect(p, &in, 32);
	mm_oracle_input_free(&in);
}

/* Marks are made by random settings; those derived must make the same marks. */
static void any_marks_tell_their_settings(struct mm_prop_run *p)
{
	struct mm_oracle_input in;
	size_t i;
	size_t k;

	if (!saved(p, &in, SAVED))
		return;
	for (i = 0; i < 3; i++)
		zone_at(&in, i)->pages[MM_PROC_MANAGED] = 1 + prop_any(p, 24);
	in.settings.s[MM_ORACLE_MIN_FREE_KBYTES].v[0] = prop_any(p, 22);
	in.settings.s[MM_ORACLE_WATERMARK_SCALE_FACTOR].v[0] = 1 + prop_below(p, 3000);
	for (i = 0; i < in.zoneinfo.u.zoneinfo.nr_zones; i++) {
		struct mm_oracle_marks m = mm_oracle_marks_of(&in, i);

		for (k = 0; k < 4; k++)
			zone_at(&in, i)->pages[MM_PROC_MIN + k] = m.wmark[k];
		zone_at(&in, i)->nr_pagesets = 0;
	}
	memset(&in.settings, 0, sizeof(in.settings));
	mm_oracle_derive(&in);
	expect(p, &in, 20);
	mm_oracle_input_free(&in);
}

static void unknown_cpus_are_a_reason(struct mm_prop_run *p)
{
	struct mm_oracle_result r = {0};
	struct mm_oracle_input in;

	if (!saved(p, &in, SAVED))
		return;
	in.cpus.known[0] = false;
	mm_oracle_compare(&in, NULL, NULL, &r);
	mm_oracle_input_free(&in);
	PROP(p, r.differ == 0 && r.skipped == 12, "%lu differ, %lu skipped", r.differ, r.skipped);
	PROP(p, r.reason[0].why && strstr(r.reason[0].why, "CPUs") && r.reason[0].nr == 12,
	     "%lu for \"%s\"", r.reason[0].nr, r.reason[0].why);
}

/*
 * A second node like the first, and twice the min_free_kbytes: the same marks,
 * with as many CPUs the same limits, and without any those of all CPUs.
 */
static void twin_nodes_share_the_marks(struct mm_prop_run *p)
{
	struct mm_proc_zone twins[2 * MM_PROC_ZONES_MAX];
	struct mm_proc_zoneinfo *v;
	struct mm_proc_zoneinfo one;
	struct mm_oracle_input in;
	size_t i;

	if (!saved(p, &in, SAVED))
		return;
	v = &in.zoneinfo.u.zoneinfo;
	one = *v;
	memcpy(twins, one.zone, one.nr_zones * sizeof(*twins));
	memcpy(twins + one.nr_zones, one.zone, one.nr_zones * sizeof(*twins));
	for (i = one.nr_zones; i < 2 * one.nr_zones; i++)
		twins[i].node = 1;
	v->zone = twins;
	v->nr_zones = 2 * one.nr_zones;
	in.settings.s[MM_ORACLE_MIN_FREE_KBYTES].v[0] *= 2;
	in.cpus.known[1] = true;
	in.cpus.nr[1] = in.cpus.nr[0] * (unsigned int)prop_below(p, 2);
	expect(p, &in, 98);
	*v = one;
	mm_oracle_input_free(&in);
}

/* ---- our own machines ---- */

static void settings_of(struct mm_oracle_input *in, const struct mm_machine *m)
{
	struct mm_oracle_setting *s = in->settings.s;
	unsigned int i;

	s[MM_ORACLE_MIN_FREE_KBYTES] =
		(struct mm_oracle_setting){.v = {m->sysctl.min_free_kbytes}, .nr = 1};
	s[MM_ORACLE_WATERMARK_SCALE_FACTOR] =
		(struct mm_oracle_setting){.v = {m->sysctl.watermark_scale_factor}, .nr = 1};
	s[MM_ORACLE_HIGH_FRACTION] =
		(struct mm_oracle_setting){.v = {m->sysctl.percpu_pagelist_high_fraction}, .nr = 1};
	for (i = 0; i < MM_NR_ZONES; i++)
		s[MM_ORACLE_LOWMEM_RESERVE_RATIO].v[i] = m->sysctl.lowmem_reserve_ratio[i];
	s[MM_ORACLE_LOWMEM_RESERVE_RATIO].nr = MM_NR_ZONES;
	for (i = 0; i < (unsigned int)m->desc.cpus; i++)
		in->cpus.nr[m->desc.cpu_node[i]] += mm_machine_cpu_online(m, (int)i);
	for (i = 0; i < (unsigned int)m->desc.nr_nodes; i++)
		in->cpus.known[i] = true;
}

/* Lists that are off or disabled by a trace have no limits to speak of, and thresholds
 * are low from when kswapd begins until it sleeps; limits may count a CPU twice that came. */
static bool has_limits(const struct mm_machine *m)
{
	bool has = m->desc.pcp && !m->cpu_coming;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		const struct zone *zone = &m->zones[z];
		const struct mm_kswapd *k = mm_kswapd_of(m, zone->nid);

		has &= !zone->pageset_disabled && !k->working && !k->awake;
	}
	return has;
}

static void our_machines_are_explained(struct mm_prop_run *p)
{
	const struct mm_run_options o = {.measure = false};
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_oracle_row row = {0};
	struct mm_oracle_result r = {0};
	struct mm_oracle_input in;
	struct mm_trace t;
	struct mm_walk w;
	int err;

	mm_walk_any_machine(p, machine, sizeof(machine));
	if (!mm_walk_open(&w, p, machine))
		return;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, 100);
	err = mm_run_trace(w.run, &t, &o);
	mm_trace_free(&t);
	memset(&in, 0, sizeof(in));
	mm_walk_make_ready(w.m);
	if (!err && has_limits(w.m) &&
	    mm_proc_try_printed(p, &in.zoneinfo, MM_PROC_ZONEINFO, w.m)) {
		settings_of(&in, w.m);
		mm_oracle_compare(&in, note, &row, &r);
		if (r.differ)
			prop_fail(p, __FILE__, __LINE__, "%s\n%s %s: %s, printed as %s", machine,
				  row.zone, row.item, row.ours, row.kernels);
		mm_oracle_input_free(&in);
	}
	mm_walk_close(&w);
	PROP(p, !err, "the trace ended with %d", err);
}

/* ---- text of settings ---- */

static void bad_settings_have_a_place(struct mm_prop_run *p)
{
	static const struct {
		const char *text;
		int line;
		int col;
	} bad[] = {
		{"vm.min_free_kbytes = x\n", 1, 22},
		{"vm.min_free_kbytes = \n", 1, 22},
		{"vm.min_free_kbytes = 1 2\n", 1, 24},
		{"vm.min_free_kbytes = 1x\n", 1, 23},
		{"vm.min_free_kbytes 1\n", 1, 20},
		{"# a\n\nvm.watermark_scale_factor = 0\n", 3, 29},
		{"vm.watermark_scale_factor = 3001\n", 1, 29},
		{"vm.percpu_pagelist_high_fraction = 7\n", 1, 36},
		{"vm.lowmem_reserve_ratio = 1 2 3 4 5 6 7 8 9\n", 1, 43},
		{"vm.lowmem_reserve_ratio = 1\t-2\n", 1, 29},
		{"vm.swappiness = 60\nnonsense\n", 2, 1},
		{"min_free_kbytes = 1\nvm.min_free_kbytes = 1\n", 2, 1},
	};
	struct mm_oracle_settings s;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mm_proc_text t = {"sysctl", bad[i].text, strlen(bad[i].text)};
		struct mm_error e = {0};

		PROP(p, mm_oracle_settings_parse(&s, &t, &e) == -MM_EINVAL, "taken: %s", t.bytes);
		PROP(p, e.line == bad[i].line && e.col == bad[i].col, "%d:%d: %s: %s", e.line,
		     e.col, e.text, t.bytes);
	}
}

/* A changed byte is taken or refused with a place; nothing else happens. */
static void changed_settings_end_well(struct mm_prop_run *p)
{
	static const char text[] = "vm.min_free_kbytes = 67584\nvm.watermark_scale_factor = 10\n"
				   "vm.swappiness=60\nvm.lowmem_reserve_ratio = 256\t256\t32\t0\n"
				   "vm.percpu_pagelist_high_fraction = 0\n";
	char *copy = malloc(sizeof(text) - 1);
	struct mm_proc_text t = {"sysctl", copy, sizeof(text) - 1};
	struct mm_oracle_settings s;
	int i;

	for (i = 0; i < 2000 && copy; i++) {
		uint64_t at = prop_below(p, t.len);
		bool cut = prop_below(p, 3) != 0;
		struct mm_error e = {0};

		memcpy(copy, text, t.len);
		copy[at] = (char)prop_bits(p, 64);
		t.len = sizeof(text) - 1 - (cut ? prop_below(p, 80) : 0);
		if (mm_oracle_settings_parse(&s, &t, &e) && !(e.line && e.col))
			prop_fail(p, __FILE__, __LINE__, "refused without a place: %s", e.text);
		p->checks++;
	}
	free(copy);
}

/* ---- the sweep's list ---- */

static bool in_bounds(const struct mm_oracle_settings *s, uint64_t managed)
{
	uint64_t fraction = s->s[MM_ORACLE_HIGH_FRACTION].v[0];
	uint64_t scale = s->s[MM_ORACLE_WATERMARK_SCALE_FACTOR].v[0];

	return s->s[MM_ORACLE_MIN_FREE_KBYTES].v[0] <= managed * 4 / 20 && scale >= 1 &&
	       scale <= 200 && (fraction == 0 || fraction >= 8);
}

static void sweeps_stay_in_bounds(struct mm_prop_run *p)
{
	struct mm_oracle_settings current = {
		.s = {{.v = {prop_any(p, 22)}, .nr = 1},
		      {.v = {10}, .nr = 1},
		      {.v = {256, 256, 32}, .nr = 1 + (unsigned int)prop_below(p, 5)},
		      {.v = {0}, .nr = 1}}};
	uint64_t managed = 1 + prop_any(p, 40);
	unsigned int i;

	for (i = 0; i < MM_ORACLE_SWEEP_NR; i++) {
		struct mm_oracle_settings s;

		mm_oracle_sweep_setting(&s, i, &current, managed);
		PROP(p, in_bounds(&s, managed), "setting %u of %llu pages: min_free_kbytes %llu", i,
		     (unsigned long long)managed,
		     (unsigned long long)s.s[MM_ORACLE_MIN_FREE_KBYTES].v[0]);
	}
}

const struct mm_prop mm_oracle_props[] = {
	{"oracle.saved_copy_is_explained", saved_copy_is_explained, 1},
	{"oracle.each_planted_number_is_named", each_planted_number_is_named, 1},
	{"oracle.what_follows_the_load_is_free", what_follows_the_load_is_free, 20},
	{"oracle.empty_zones_may_need_no_protection", empty_zones_may_need_no_protection, 1},
	{"oracle.marks_tell_their_settings", marks_tell_their_settings, 1},
	{"oracle.any_marks_tell_their_settings", any_marks_tell_their_settings, 20},
	{"oracle.unknown_cpus_are_a_reason", unknown_cpus_are_a_reason, 1},
	{"oracle.twin_nodes_share_the_marks", twin_nodes_share_the_marks, 4},
	{"oracle.our_machines_are_explained", our_machines_are_explained, 30},
	{"oracle.bad_settings_have_a_place", bad_settings_have_a_place, 1},
	{"oracle.changed_settings_end_well", changed_settings_end_well, 5},
	{"oracle.sweeps_stay_in_bounds", sweeps_stay_in_bounds, 50},
	{NULL, NULL, 0},
};
