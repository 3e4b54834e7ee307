/* SPDX-License-Identifier: MIT */
/*
 * toy: properties that fail in ways whose smallest failure is known.  Linked
 * with the front end of mmref-prop in place of those of the project;
 * cmake/tests/properties.sh says what has to come of them.
 */
#include "invariants/engine/prop_stateful.h"

#include <stdlib.h>

#define MANY 40

extern const struct mm_prop mm_toy_props[];

static void holds(struct mm_prop_run *p)
{
	uint64_t v = prop_below(p, 1000);

	prop_cover(p, 20, "a number below 500", v < 500);
	PROP(p, v < 1000, "%llu is not below 1000", (unsigned long long)v);
}

/* Numbers in marks; the smallest failure is one number, 100. */
static void large_number(struct mm_prop_run *p)
{
	int i;

	for (i = 0; i < MANY && prop_bits(p, 16); i++) {
		uint64_t v;

		prop_begin(p);
		v = prop_any(p, 16);
		prop_end(p);
		PROP(p, v < 100, "%llu is large", (unsigned long long)v);
	}
}

/* As above, and what is large kills the process. */
static void crash(struct mm_prop_run *p)
{
	int i;

	for (i = 0; i < MANY && prop_bits(p, 16); i++) {
		if (prop_any(p, 16) >= 100)
			abort();
	}
}

/* Small numbers fail in another way: shrinking must not go over to them. */
static void two_failures(struct mm_prop_run *p)
{
	uint64_t v = prop_below(p, 100000);

	PROP(p, v != 7, "seven");
	PROP(p, v < 5000, "%llu is large", (unsigned long long)v);
}

static void rare(struct mm_prop_run *p)
{
	prop_cover(p, 30, "a zero", prop_below(p, 100) == 0);
}

/* More draws than a tape keeps, each of them checked. */
static void long_run(struct mm_prop_run *p)
{
	int i;

	for (i = 0; i < 3 * PROP_DRAWS_MAX; i++)
		PROP(p, prop_below(p, 10) < 10, "draw %d", i);
}

/* Ends although every draw is 0. */
static void insists(struct mm_prop_run *p)
{
	while (prop_below(p, 4) != 3)
		p->checks++;
}

static int calls;

static void flaky(struct mm_prop_run *p)
{
	PROP(p, calls++ != 2, "the third call");
}

const struct mm_prop mm_toy_props[] = {
	{"toy.holds", holds, 200},
	{"toy.large_number", large_number, 50},
	{"toy.crash", crash, 50},
	{"toy.two_failures", two_failures, 50},
	{"toy.rare", rare, 200},
	{"toy.long_run", long_run, 2},
	{"toy.insists", insists, 2},
	{"toy.flaky", flaky, 10},
	{NULL, NULL, 0},
};

const struct mm_prop *const mm_all_props[] = {mm_toy_props, NULL};

const struct mm_stateful *const mm_all_stateful[] = {NULL};
