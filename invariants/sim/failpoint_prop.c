/* SPDX-License-Identifier: MIT */
/* failpoint properties: exactly the n-th, and each attribute by itself against
 * numbers.  Whole traces: invariants/engine/sweep_prop.c. */
#include "mm/failpoint.h"

#include "mm/machine.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"
#include "invariants/engine/prop_stateful.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void exactly_the_nth_fails(struct mm_prop_run *p)
{
	static struct mm_machine idle;
	uint32_t n;

	for (n = 0; n <= 60; n++) {
		struct mm_ctx x = {.m = &idle};
		uint32_t i;

		mm_failpoint_arm(&x, n);
		PROP(p, mm_failpoint_left(&x) == n, "armed with %u", n);
		for (i = 1; i <= 70; i++) {
			PROP(p, mm_failpoint_ask(&x) == (i == n), "armed with %u, fail point %u", n,
			     i);
			PROP(p, mm_failpoint_left(&x) == (i < n ? n - i : 0),
			     "armed with %u, %u left after %u", n, mm_failpoint_left(&x), i);
		}
		PROP(p, x.fail_hits == n, "armed with %u, %u passed", n, x.fail_hits);
	}
}

/* Arming again replaces, 0 takes it back, and no other context is concerned. */
static void arming_is_a_contexts_own(struct mm_prop_run *p)
{
	static struct mm_machine idle;
	struct mm_ctx x = {.m = &idle};
	struct mm_ctx y = {.m = &idle};

	mm_failpoint_arm(&x, 1);
	PROP(p, !mm_failpoint_ask(&y), "another context fails");
	mm_failpoint_arm(&x, 2);
	PROP(p, !mm_failpoint_ask(&x) && mm_failpoint_ask(&x), "the first arming counts");
	PROP(p, x.fail_hits == 2, "%u fail points passed, not 2", x.fail_hits);
	mm_failpoint_arm(&x, 3);
	PROP(p, x.fail_hits == 0 && !mm_failpoint_ask(&x) && x.fail_hits == 1,
	     "what was passed before is counted again");
	mm_failpoint_arm(&x, 1);
	mm_failpoint_arm(&x, 0);
	PROP(p, !mm_failpoint_ask(&x), "disarmed and fails");
}

/* ---- attributes ---- */

#define CALLS 4000

static int write_attr(struct mm_ctx *x, enum mm_failpoint_attr a, int64_t value)
{
	return mm_failpoint_write(x, (size_t)MM_FAILPOINT_PAGE_ALLOC * MM_FAILPOINT_ATTRS + a,
				  value);
}

/* Of n questions of a size, how many fail? */
static unsigned int ask(struct mm_ctx *x, unsigned int n, uint64_t size)
{
	const struct mm_failpoint_request rq = {MM_FAILPOINT_PAGE_ALLOC, (uint64_t)1 << 32, size,
						false};
	unsigned int failed = 0;

	while (n-- > 0)
		failed += mm_failpoint_armed(x) && mm_failpoint_should_fail(x, &rq);
	return failed;
}

/* A fresh machine whose attributes let `percent` of all fail, without end. */
static struct mm_ctx *open_attrs(struct mm_walk *w, struct mm_prop_run *p, int64_t percent)
{
	struct mm_ctx *x;

	if (!mm_walk_open(w, p, mm_walk_machines[0]))
		return NULL;
	x = &w->run->ctx[0];
	x->events = 0; /* questions of any size, which no request has */
	if (write_attr(x, MM_FAILPOINT_TIMES, -1) ||
	    write_attr(x, MM_FAILPOINT_PROBABILITY, percent)) {
		prop_fail(p, __FILE__, __LINE__, "attributes are refused");
		return NULL;
	}
	return x;
}

/* Five standard deviations of so many draws are at most 160. */
static void as_many_fail_as_the_percentage(struct mm_prop_run *p)
{
	int64_t percent = (int64_t)prop_below(p, 101);
	struct mm_walk w;
	struct mm_ctx *x = open_attrs(&w, p, percent);
	int64_t failed;

	if (!x)
		return;
	failed = ask(x, CALLS, 1);
	PROP(p, failed * 100 >= CALLS * percent - 16000 && failed * 100 <= CALLS * percent + 16000,
	     "%lld of %d fail at %lld %%", (long long)failed, CALLS, (long long)percent);
	PROP(p, percent != 0 || failed == 0, "%lld fail at 0 %%", (long long)failed);
	PROP(p, percent != 100 || failed == CALLS, "%lld fail at 100 %%", (long long)failed);
	mm_walk_close(&w);
}

static void each_attribute_counts_exactly(struct mm_prop_run *p)
{
	unsigned int interval = 1 + (unsigned int)prop_below(p, 9);
	unsigned int times = (unsigned int)prop_below(p, 50);
	unsigned int space = (unsigned int)prop_below(p, 1000);
	unsigned int size = 1 + (unsigned int)prop_below(p, 16);
	struct mm_walk w;
	struct mm_ctx *x = open_attrs(&w, p, 100);
	unsigned int passed = space > size ? (space - 1) / size : 0;
	unsigned int due;

	if (!x)
		return;
	PROP(p, !write_attr(x, MM_FAILPOINT_SPACE, space), "space %u is refused", space);
	PROP(p, ask(x, passed, size) == 0 && ask(x, 1, size) == 1,
	     "space %u is not used up by %u calls of size %u", space, passed, size);
	PROP(p,
	     !write_attr(x, MM_FAILPOINT_SPACE, 0) &&
		     !write_attr(x, MM_FAILPOINT_INTERVAL, interval),
	     "interval %u is refused", interval);
	PROP(p, ask(x, interval * 40, 1) == 40, "not each %u-th call fails", interval);
	PROP(p, !write_attr(x, MM_FAILPOINT_TIMES, times), "times %u is refused", times);
	due = times < 30 ? times : 30;
	PROP(p, ask(x, interval * 30, 1) == due, "times %u: not %u failures", times, due);
	PROP(p, mm_failpoint_read(w.m, MM_FAILPOINT_TIMES) == (int64_t)(times - due),
	     "times %u: %lld are left", times,
	     (long long)mm_failpoint_read(w.m, MM_FAILPOINT_TIMES));
	mm_walk_close(&w);
}

/* What a file refuses leaves all files as they were; what it takes is read back. */
static void files_keep_what_they_take(struct mm_prop_run *p)
{
	struct mm_failpoint before;
	struct mm_walk w;
	struct mm_ctx *x = open_attrs(&w, p, 0);
	int i;

	if (!x)
		return;
	for (i = 0; i < 200; i++) {
		size_t file = (size_t)prop_below(p, mm_failpoint_files() + 1);
		int64_t value = (int64_t)prop_any(p, 40);
		int err;

		value -= (int64_t)prop_below(p, 4);
		before = w.m->faults[0];
		err = mm_failpoint_write(x, file, value);
		PROP(p, (err == -MM_ENOENT) == (file == mm_failpoint_files()), "file %zu: %d", file,
		     err);
		PROP(p, !err || !memcmp(&before, &w.m->faults[0], sizeof(before)),
		     "file %zu refuses %lld and changes", file, (long long)value);
		PROP(p, err || mm_failpoint_read(w.m, file) == value, "file %zu forgets %lld", file,
		     (long long)value);
	}
	mm_walk_close(&w);
}

/* Run t with nobody judging; has anything been drawn? */
static bool run_alone(struct mm_machine *m, const struct mm_trace *t, bool skip, uint64_t *digest)
{
	struct mm_run *run = mm_run_create(m, NULL);
	struct mm_rng *rng = &m->faults[MM_FAILPOINT_PAGE_ALLOC].rng;
	struct mm_rng first;
	bool drawn;

	if (!run)
		return true;
	if (skip)
		(void)mm_rng_next(rng);
	first = *rng;
	drawn = mm_run_trace(run, t, &(struct mm_run_options){.expect = false}) != 0;
	mm_machine_digest_rebuild(m);
	*digest = mm_machine_digest_firm(m);
	mm_run_destroy(run);
	return drawn || memcmp(&first, rng, sizeof(first)) != 0;
}

/* The draws are the injector's: where none decides, another seed of them changes nothing. */
static void draws_are_nobody_elses(struct mm_prop_run *p)
{
	uint64_t digest[2] = {0, 0};
	struct mm_trace t;
	struct mm_walk w;

	if (!mm_walk_open(&w, p, mm_walk_machines[1]))
		return;
	mm_trace_init(&t);
	mm_walk_trace(p, &t, mm_walk_machines[1], 60);
	if (!run_alone(w.m, &t, false, &digest[0]))
		PROP(p, !run_alone(w.m, &t, true, &digest[1]) && digest[0] == digest[1],
		     "another draw, another machine");
	mm_trace_free(&t);
	mm_walk_close(&w);
}

/* ---- plantings ---- */

static void a_probability_of_two_hundred(struct mm_victim *v)
{
	v->m->faults[0].attr[MM_FAILPOINT_PROBABILITY] = 200;
	mm_touch(v->x, MM_OBJ_FAULT, 0);
}

static void one_failure_below_none(struct mm_victim *v)
{
	v->m->faults[0].attr[MM_FAILPOINT_TIMES] = -2;
	mm_touch(v->x, MM_OBJ_FAULT, 0);
}

static void fails_and_nothing_is_armed(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_fault_ask, MM_FAILPOINT_PAGE_ALLOC, (uint64_t)1 << 32, 2, 0, 0,
		 MM_FAILPOINT_FAILED);
}

static void the_nth_passes(struct mm_victim *v)
{
	mm_failpoint_arm(v->x, 1);
	mm_event(v->x, MM_EV_mm_fault_ask, MM_FAILPOINT_PAGE_ALLOC, (uint64_t)1 << 32, 2, 0, 1,
		 MM_FAILPOINT_PASSED);
}

static void a_turn_of_the_interval_too_many(struct mm_victim *v)
{
	v->m->faults[0].count++;
	mm_touch(v->x, MM_OBJ_FAULT, 0);
}

static void a_bad_value_is_taken(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_fault_write, MM_FAILPOINT_FILE, MM_FAILPOINT_PROBABILITY, 101, 0);
}

static const struct mm_plant plants[] = {
	{"fault.range", a_probability_of_two_hundred, NULL, false},
	{"fault.range", a_bad_value_is_taken, NULL, true},
	{"fault.times", one_failure_below_none, NULL, false},
	{"fault.decision", fails_and_nothing_is_armed, NULL, true},
	{"fault.decision", the_nth_passes, NULL, true},
	{"fault.counters", a_turn_of_the_interval_too_many, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

static bool by_attributes(const struct mm_machine *m, const struct mm_event *ev)
{
	(void)m;
	return !ev->f[4] && ev->f[5] == MM_FAILPOINT_FAILED;
}

static const struct mm_stateful_cover covers[] = {
	{"a request fails by a draw", 2, MM_EV_mm_fault_ask, by_attributes, NULL},
	{NULL, 0, MM_EV_NR, NULL, NULL},
};

const struct mm_stateful mm_failpoint_stateful = {
	.module = "failpoint",
	.cover = covers,
};

/* A line per file: its name, and what reading it gives; yes and no as letters. */
static void all_files_are_listed(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M max_order=5", NULL);
	char line[128] = "";
	FILE *f = tmpfile();
	struct mm_ctx x;
	size_t n = 0;

	PROP(p, m && f, "no machine, or no file");
	mm_ctx_init(&x, m, 0);
	PROP(p, mm_failpoint_write(&x, MM_FAILPOINT_TASK_FILTER, 1) == 0, "not written");
	mm_failpoint_print(m, f);
	rewind(f);
	for (; fgets(line, sizeof(line), f); n++) {
		char *value = strchr(line, ':');
		int file = value ? mm_failpoint_file_find(line, (size_t)(value - line)) : -1;
		bool letter = value && (value[1] == 'Y' || value[1] == 'N');

		PROP(p, file == (int)n, "line %zu: %s", n, line);
		PROP(p,
		     (letter ? value[1] == 'Y' : strtoll(value + 1, NULL, 10)) ==
			     mm_failpoint_read(m, n),
		     "%s is not what is read", line);
	}
	PROP(p, n == mm_failpoint_files(), "%zu lines", n);
	(void)fclose(f);
	mm_machine_destroy(m);
}

const struct mm_prop mm_failpoint_props[] = {
	{"failpoint.exactly_the_nth_fails", exactly_the_nth_fails, 1},
	{"failpoint.arming_is_a_contexts_own", arming_is_a_contexts_own, 1},
	{"failpoint.as_many_fail_as_the_percentage", as_many_fail_as_the_percentage, 20},
	{"failpoint.each_attribute_counts_exactly", each_attribute_counts_exactly, 30},
	{"failpoint.files_keep_what_they_take", files_keep_what_they_take, 5},
	{"failpoint.draws_are_nobody_elses", draws_are_nobody_elses, 4},
	{"failpoint.all_files_are_listed", all_files_are_listed, 1},
	{"failpoint." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
