/* SPDX-License-Identifier: MIT */
/* extfrag properties: each number against one that goes from frame to frame. */
#include "mm/extfrag.h"

#include "invariants/engine/prop.h"

#define ORDERS 6
#define FRAMES 4096

/* Blocks of drawn orders side by side: each frame has the order of its block. */
struct strip {
	uint8_t order[FRAMES];
	unsigned int frames;
	unsigned int blocks;
	uint64_t nr[ORDERS];
};

static void draw_strip(struct mm_prop_run *p, struct strip *s)
{
	*s = (struct strip){.frames = 0};
	while (s->frames + (1u << ORDERS) < FRAMES && prop_below(p, 24)) {
		unsigned int o = (unsigned int)prop_below(p, ORDERS);
		unsigned int i;

		for (i = 0; i < 1u << o; i++)
			s->order[s->frames++] = (uint8_t)o;
		s->blocks++;
		s->nr[o]++;
	}
}

/* Frames in blocks too small for the order. */
static uint64_t too_small(const struct strip *s, unsigned int order)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < s->frames; i++)
		n += s->order[i] < order;
	return n;
}

/* Largest q with q * den <= num. */
static uint64_t quotient(uint64_t num, uint64_t den)
{
	uint64_t q = 0;

	while ((q + 1) * den <= num)
		q++;
	return q;
}

static void shares_by_frames(struct mm_prop_run *p)
{
	struct strip s;
	unsigned int o;

	draw_strip(p, &s);
	for (o = 0; o < ORDERS; o++) {
		struct mm_extfrag f = mm_extfrag_count(s.nr, ORDERS, o);
		uint64_t bad = too_small(&s, o);

		PROP(p, f.pages == s.frames && f.blocks == s.blocks, "%u frames in %u blocks",
		     s.frames, s.blocks);
		PROP(p,
		     mm_extfrag_unusable(&f, o) ==
			     (s.frames ? quotient(bad * 1000, s.frames) : 1000),
		     "%llu of %u frames, order %u: unusable %u", (unsigned long long)bad, s.frames,
		     o, mm_extfrag_unusable(&f, o));
		PROP(p, mm_extfrag_percent(&f, o) == (s.frames ? quotient(bad * 100, s.frames) : 0),
		     "%llu of %u frames, order %u: %u percent", (unsigned long long)bad, s.frames,
		     o, mm_extfrag_percent(&f, o));
	}
}

/* Thousandths: 1 less (1 + how many such blocks the frames would make) a block. */
static int index_by_frames(const struct strip *s, unsigned int order)
{
	if (!s->frames)
		return 0;
	if (too_small(s, order) < s->frames)
		return -1000;
	return 1000 -
	       (int)quotient(1000 + quotient((uint64_t)s->frames * 1000, (uint64_t)1 << order),
			     s->blocks);
}

static void index_says_why(struct mm_prop_run *p)
{
	struct strip s;
	unsigned int o;

	draw_strip(p, &s);
	for (o = 0; o < ORDERS + 3; o++) {
		struct mm_extfrag f = mm_extfrag_count(s.nr, ORDERS, o);

		PROP(p, mm_extfrag_index(&f, o) == index_by_frames(&s, o),
		     "%u frames in %u blocks, order %u: %d", s.frames, s.blocks, o,
		     mm_extfrag_index(&f, o));
	}
}

const struct mm_prop mm_extfrag_props[] = {
	{"extfrag.shares_by_frames", shares_by_frames, 300},
	{"extfrag.index_says_why_an_order_fails", index_says_why, 300},
	{NULL, NULL, 0},
};
