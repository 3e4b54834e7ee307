/* SPDX-License-Identifier: MIT */
/* pool properties: objects against an array of those in use. */
#include "mm/pool.h"

#include "mm/failpoint.h"

#include "invariants/engine/prop.h"

#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define POISONS true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISONS true
#endif
#endif
#ifndef POISONS
#define POISONS false
#endif

#define OBJECTS 64

struct object {
	unsigned char *at;
	unsigned char fill; /* what its holder wrote all over it */
};

/* A pool in a machine of its own, and what was drawn from it. */
struct picture {
	struct mm_machine *m;
	struct mm_ctx x;
	struct mm_pool *pool;
	size_t size;
	struct object held[OBJECTS];
	size_t nr;
	/* every object ever seen, held or not */
	const void *seen[OBJECTS];
	size_t nr_seen;
};

static bool start(struct mm_prop_run *p, struct picture *pic)
{
	struct mm_machine_desc d;

	memset(pic, 0, sizeof(*pic));
	if (mm_machine_desc_parse(&d, "ram=1M max_order=4", NULL) == 0)
		pic->m = mm_machine_create(&d, NULL);
	if (!pic->m) {
		prop_fail(p, __FILE__, __LINE__, "no machine");
		return false;
	}
	mm_ctx_init(&pic->x, pic->m, 0);
	pic->size = 1 + prop_below(p, 200);
	pic->pool = mm_pool_create(&pic->x, "things", pic->size, 1 + (uint32_t)prop_below(p, 9));
	return pic->pool != NULL;
}

static bool was_seen(const struct picture *pic, const void *at)
{
	size_t i;

	for (i = 0; i < pic->nr_seen; i++) {
		if (pic->seen[i] == at)
			return true;
	}
	return false;
}

static void get(struct mm_prop_run *p, struct picture *pic)
{
	unsigned char *at = mm_pool_get(&pic->x, pic->pool);
	size_t i;

	PROP(p, at && ((size_t)at & 15) == 0, "no object, or not aligned");
	for (i = 0; i < pic->size; i++)
		PROP(p, at[i] == 0, "byte %zu of a new object is not zero", i);
	for (i = 0; i < pic->nr; i++)
		PROP(p, at + pic->size <= pic->held[i].at || pic->held[i].at + pic->size <= at,
		     "two objects overlap");
	if (!was_seen(pic, at) && pic->nr_seen < OBJECTS)
		pic->seen[pic->nr_seen++] = at;
	pic->held[pic->nr].at = at;
	pic->held[pic->nr].fill = (unsigned char)prop_bits(p, 64);
	memset(at, pic->held[pic->nr++].fill, pic->size);
}

static void put(struct mm_prop_run *p, struct picture *pic)
{
	size_t which = prop_below(p, pic->nr);
	struct object *o = &pic->held[which];
	size_t i;

	for (i = 0; i < pic->size; i++)
		PROP(p, o->at[i] == o->fill, "byte %zu of an object changed", i);
	mm_pool_put(&pic->x, pic->pool, o->at);
	*o = pic->held[--pic->nr];
}

/* Poisoned: exactly what is not held.  Counts: exactly what there is. */
static void check(struct mm_prop_run *p, const struct picture *pic)
{
	size_t i;
	size_t k;

	for (i = 0; i < pic->nr_seen; i++) {
		bool held = false;

		for (k = 0; k < pic->nr; k++)
			held |= pic->held[k].at == pic->seen[i];
		PROP(p, mm_pool_poisoned(pic->pool, pic->seen[i]) == (POISONS && !held),
		     "object %zu, %s, is poisoned or not", i, held ? "held" : "free");
	}
	PROP(p, pic->pool->nr_used == pic->nr, "%llu in use, not %zu",
	     (unsigned long long)pic->pool->nr_used, pic->nr);
	PROP(p, (pic->pool->nr_used + pic->pool->nr_free) % pic->pool->per_chunk == 0,
	     "not whole chunks");
}

static void shuffle(struct mm_prop_run *p, struct picture *pic, int steps)
{
	while (steps-- > 0 && !p->failures) {
		if (pic->nr < OBJECTS && (!pic->nr || prop_below(p, 2)))
			get(p, pic);
		else
			put(p, pic);
		check(p, pic);
	}
}

static void objects_are_apart(struct mm_prop_run *p)
{
	struct picture pic;

	if (start(p, &pic))
		shuffle(p, &pic, 150);
	mm_machine_destroy(pic.m);
}

/* A reset brings back objects, their contents, the free list and the poison. */
static void reset_restores_poison(struct mm_prop_run *p)
{
	struct picture pic;
	struct picture image;
	int round;

	if (!start(p, &pic))
		return;
	shuffle(p, &pic, 60);
	PROP(p, mm_machine_image(pic.m) == 0, "no image");
	image = pic;
	for (round = 0; round < 4 && !p->failures; round++) {
		shuffle(p, &pic, 80);
		mm_machine_reset(pic.m);
		pic = image;
		check(p, &pic);
		/* what was carved since is nobody's: it can be handed out again */
		PROP(p, mm_machine_alloc(pic.m, 30000, 16), "the arena is full");
		mm_machine_reset(pic.m);
	}
	while (pic.nr && !p->failures)
		put(p, &pic);
	mm_machine_destroy(pic.m);
}

static void each_get_is_a_fail_point(struct mm_prop_run *p)
{
	struct picture pic;
	uint32_t n = 1 + (uint32_t)prop_below(p, 20);
	uint32_t i;

	if (!start(p, &pic))
		return;
	mm_failpoint_arm(&pic.x, n);
	for (i = 1; i < n; i++)
		get(p, &pic);
	PROP(p, !mm_pool_get(&pic.x, pic.pool), "get %u of %u does not fail", i, n);
	check(p, &pic);
	get(p, &pic);
	check(p, &pic);
	mm_machine_destroy(pic.m);
}

static void full_arena_gives_none(struct mm_prop_run *p)
{
	struct picture pic;
	void *last = NULL;
	void *obj;

	if (!start(p, &pic))
		return;
	while ((obj = mm_pool_get(&pic.x, pic.pool)) != NULL)
		last = obj;
	PROP(p, last && !mm_pool_get(&pic.x, pic.pool), "a full arena gives more");
	PROP(p, pic.pool->nr_free == 0, "refused with objects left");
	mm_pool_put(&pic.x, pic.pool, last);
	PROP(p, mm_pool_get(&pic.x, pic.pool) == last, "what was put back cannot be had");
	while (mm_machine_alloc(pic.m, 16, 16))
		p->checks++;
	PROP(p, !mm_pool_create(&pic.x, "late", 8, 1), "a pool in a full arena");
	mm_machine_destroy(pic.m);
}

const struct mm_prop mm_pool_props[] = {
	{"pool.objects_are_zeroed_apart_and_poisoned_when_free", objects_are_apart, 20},
	{"pool.reset_restores_objects_and_poison", reset_restores_poison, 20},
	{"pool.each_get_is_a_fail_point", each_get_is_a_fail_point, 10},
	{"pool.a_full_arena_gives_none", full_arena_gives_none, 3},
	{NULL, NULL, 0},
};
