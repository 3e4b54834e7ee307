/* SPDX-License-Identifier: MIT */
/* list properties: a list against an array of the same links. */
#include "mm/list.h"

#include "invariants/engine/prop.h"

#include <string.h>

#define LINKS 24

struct thing {
	int before; /* so that the link is not the object's first member */
	struct mm_list link;
};

/* Links on a list, in order, kept beside it. */
struct picture {
	struct thing thing[LINKS];
	struct mm_list head;
	uint8_t order[LINKS]; /* indices of things */
	size_t nr;
};

static void start(struct picture *pic)
{
	size_t i;

	pic->nr = 0;
	mm_list_init(&pic->head);
	for (i = 0; i < LINKS; i++)
		mm_list_init(&pic->thing[i].link);
}

static size_t place_of(const struct picture *pic, size_t which)
{
	size_t i;

	for (i = 0; i < pic->nr && pic->order[i] != which; i++)
		;
	return i;
}

/* Add a thing that is off the list, or delete one that is on it. */
static void step(struct mm_prop_run *p, struct picture *pic)
{
	uint8_t which = (uint8_t)prop_below(p, LINKS);
	struct mm_list *l = &pic->thing[which].link;
	size_t at = place_of(pic, which);

	if (at < pic->nr) {
		mm_list_del(l);
		pic->nr--;
		memmove(&pic->order[at], &pic->order[at + 1],
			(pic->nr - at) * sizeof(pic->order[0]));
	} else if (prop_below(p, 2)) {
		mm_list_add_tail(l, &pic->head);
		pic->order[pic->nr++] = which;
	} else {
		mm_list_add(l, &pic->head);
		memmove(&pic->order[1], &pic->order[0], pic->nr * sizeof(pic->order[0]));
		pic->order[0] = which;
		pic->nr++;
	}
}

static void check_picture(struct mm_prop_run *p, const struct picture *pic)
{
	const struct mm_list *l = pic->head.next;
	const struct mm_list *back = pic->head.prev;
	size_t i;

	for (i = 0; i < pic->nr; i++, l = l->next, back = back->prev) {
		PROP(p, mm_list_entry_const(l, struct thing, link) == &pic->thing[pic->order[i]],
		     "link %zu of %zu is another", i, pic->nr);
		PROP(p, back == &pic->thing[pic->order[pic->nr - 1 - i]].link,
		     "link %zu from the end", i);
	}
	PROP(p, l == &pic->head && back == &pic->head, "%zu links do not lead home", pic->nr);
	PROP(p, mm_list_empty(&pic->head) == !pic->nr, "%zu links, empty or not", pic->nr);
	PROP(p, mm_list_check(&pic->head, pic->nr) == (int64_t)pic->nr, "the length is not %zu",
	     pic->nr);
	for (i = 0; i < LINKS; i++)
		PROP(p, mm_list_linked(&pic->thing[i].link) == (place_of(pic, i) < pic->nr),
		     "thing %zu: linked or not", i);
}

static void follows_an_array(struct mm_prop_run *p)
{
	struct picture pic;
	int i;

	start(&pic);
	for (i = 0; i < 200 && !p->failures; i++) {
		step(p, &pic);
		check_picture(p, &pic);
	}
}

/* Whatever single pointer is wrong, the walk says so and comes to an end. */
static void check_sees_a_wrong_pointer(struct mm_prop_run *p)
{
	struct picture pic;
	struct mm_list *l;
	struct mm_list **pointer;
	struct mm_list *wrong;

	start(&pic);
	while (pic.nr < 3)
		step(p, &pic);
	PROP(p, mm_list_check(&pic.head, pic.nr - 1) == -1, "a list of %zu fits in %zu", pic.nr,
	     pic.nr - 1);
	l = &pic.thing[pic.order[prop_below(p, pic.nr)]].link;
	if (prop_below(p, 4) == 0)
		l = &pic.head;
	pointer = prop_below(p, 2) ? &l->next : &l->prev;
	do {
		wrong = &pic.thing[prop_below(p, LINKS)].link;
	} while (wrong == *pointer);
	*pointer = wrong;
	PROP(p, mm_list_check(&pic.head, LINKS) == -1, "a wrong pointer goes unseen");
}

static void deleting_twice_harms_nobody(struct mm_prop_run *p)
{
	struct picture pic;
	struct mm_list *gone;

	start(&pic);
	while (pic.nr < 4)
		step(p, &pic);
	gone = &pic.thing[pic.order[1]].link;
	mm_list_del(gone);
	memmove(&pic.order[1], &pic.order[2], (--pic.nr - 1) * sizeof(pic.order[0]));
	mm_list_del(gone);
	check_picture(p, &pic);
}

const struct mm_prop mm_list_props[] = {
	{"list.follows_an_array", follows_an_array, 10},
	{"list.check_sees_a_wrong_pointer", check_sees_a_wrong_pointer, 300},
	{"list.deleting_twice_harms_nobody", deleting_twice_harms_nobody, 5},
	{NULL, NULL, 0},
};
