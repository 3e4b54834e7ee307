/* SPDX-License-Identifier: MIT */
/*
 * turns: which of three lists gives back next, as kernels up to 4.14 had it.
 *
 * A page at a time, where the reference has loops: a list that still may give and has
 * some goes on; else the next that has some, and each list that was looked at is one
 * page more.  Three looked at in a row, or one after two were left over, means all.
 */
#ifndef MM_TURNS_H
#define MM_TURNS_H

#include <stdbool.h>

struct mm_turns {
	int list;  /* 0, 1 or 2; at the start 0, which gives last */
	int quota; /* pages that it still may give */
};

/* left: pages to come, this one too; at least one list has some. */
static inline int mm_turns_next(struct mm_turns *t, const bool empty[3], int left)
{
	int looked = 0;

	if (!t->quota || empty[t->list]) {
		do {
			t->quota++;
			t->list = t->list == 2 ? 0 : t->list + 1;
		} while (empty[t->list] && ++looked < 3);
		if (t->quota == 3)
			t->quota = left;
	}
	t->quota--;
	return t->list;
}

#endif
