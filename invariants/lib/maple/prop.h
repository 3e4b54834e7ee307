/* SPDX-License-Identifier: MIT */
/* maple properties: what their files share. */
#ifndef MAPLE_PROP_H
#define MAPLE_PROP_H

#include "mm/check.h"
#include "mm/maple.h"

#include "invariants/engine/prop.h"

#include <stddef.h>

#define ITEMS_MAX 2048

struct item {
	struct mm_maple_range r;
	void *entry;
};

/* A tree, and beside it what it has to hold: ranges with entries, sorted. */
struct picture {
	struct mm_maple t;
	struct item item[ITEMS_MAX];
	size_t nr;

	/* nodes: of the host's memory, each seen by its sanitizer */
	uint64_t nr_out;
	uint64_t gets_left; /* before the allocator has none */
	bool is_closed;     /* a store is at work: it may not ask */
	bool was_asked;     /* it did */
};

/* NULL: no host memory, and said so. */
struct picture *picture_create(struct mm_prop_run *p);
/* All nodes have to come back. */
void picture_destroy(struct mm_prop_run *p, struct picture *pic);

/*
 * Store in both, after a promise if there is none left; judge the tree's
 * structure.
 */
void picture_store(struct mm_prop_run *p, struct picture *pic, struct mm_maple_range r,
		   void *entry);
/* What the tree says, all of it, in order. */
void picture_compare(struct mm_prop_run *p, const struct picture *pic);
/* The structure, without asking anything of what it holds. */
void picture_check(struct mm_prop_run *p, const struct picture *pic);

/* How many items lie wholly below index; the item at index or NULL. */
size_t picture_below(const struct picture *pic, uint64_t index);
const struct item *picture_at(const struct picture *pic, uint64_t index);

/* An entry, of 64. */
void *picture_tag(unsigned int i);

/*
 * Ranges that ascend, descend or lie about, touching or apart, at the bottom,
 * in the middle or at the top of the indices.
 */
void picture_fill(struct mm_prop_run *p, struct picture *pic, uint64_t nr);
struct mm_maple_range picture_any_range(struct mm_prop_run *p, const struct picture *pic);
/*
 * From a node to the same or another one, but for a few items at both ends:
 * what is left of them is too little.  There are items.
 */
struct mm_maple_range picture_over_nodes(struct mm_prop_run *p, const struct picture *pic);
uint64_t picture_any_index(struct mm_prop_run *p, const struct picture *pic);

/* Each clause of the check, by a tree that breaks it. */
void maple_damage_is_reported(struct mm_prop_run *p);

#endif
