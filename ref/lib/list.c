/* SPDX-License-Identifier: MIT */
/*
 * list: the only thing a list needs out of line is its proof.  The walk is
 * bounded, so that a corrupt list ends in a report and not in a hang.
 */
#include "mm/list.h"

int64_t mm_list_check(const struct mm_list *head, uint64_t max)
{
	const struct mm_list *l;
	uint64_t n = 0;

	for (l = head; n <= max; n++) {
		if (l->next->prev != l)
			return -1;
		l = l->next;
		if (l == head)
			return (int64_t)n;
	}
	return -1;
}
