/* SPDX-License-Identifier: MIT */
/*
 * list: a circular, doubly linked list whose links live inside the objects.
 * The head is a link of its own; an empty list points to itself.  Add and
 * delete are O(1) and never allocate.
 *
 *     head <-> a <-> b <-> c <-> head
 *
 * Kernel: include/linux/list.h, studied at 6.12.
 * Differs: a deleted link points to itself, so deleting twice is harmless to
 *   neighbours and mm_list_linked() can tell; the kernel poisons it.
 * State: the caller owns heads and objects; the list owns nothing.
 * Invariants: l->next->prev == l and l->prev->next == l for each link
 *   (mm_list_check walks a whole list with a bound).
 */
#ifndef MM_LIST_H
#define MM_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mm_list {
	struct mm_list *next;
	struct mm_list *prev;
};

/* The object of type `type` whose member `member` is the link l. */
#define mm_list_entry(l, type, member) ((type *)((char *)(l)-offsetof(type, member)))
#define mm_list_entry_const(l, type, member)                                                       \
	((const type *)((const char *)(l)-offsetof(type, member)))

static inline void mm_list_init(struct mm_list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool mm_list_empty(const struct mm_list *head)
{
	return head->next == head;
}

/* Is this link (not a head) on some list? */
static inline bool mm_list_linked(const struct mm_list *l)
{
	return l->next != l;
}

static inline void mm_list_add_between(struct mm_list *l, struct mm_list *prev,
				       struct mm_list *next)
{
	next->prev = l;
	l->next = next;
	l->prev = prev;
	prev->next = l;
}

static inline void mm_list_add(struct mm_list *l, struct mm_list *head)
{
	mm_list_add_between(l, head, head->next);
}

static inline void mm_list_add_tail(struct mm_list *l, struct mm_list *head)
{
	mm_list_add_between(l, head->prev, head);
}

static inline void mm_list_del(struct mm_list *l)
{
	l->next->prev = l->prev;
	l->prev->next = l->next;
	mm_list_init(l);
}

/*
 * Walk a list of at most max links.  Returns its length, or -1 when a link
 * and its neighbour disagree, or the walk does not come home within max.
 */
int64_t mm_list_check(const struct mm_list *head, uint64_t max);

#endif
