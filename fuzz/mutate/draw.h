/* SPDX-License-Identifier: MIT */
/*
 * draw: random operations for a place in a trace that is being edited.
 *
 * What makes an operation matter is seldom its kind alone.  It acts on what was
 * made just before, on the same CPU, in the same order.  So a value is often one
 * that the trace has already, handles are mostly near and not yet consumed, and
 * an operation that needs what nobody made brings its maker along.
 */
#ifndef MM_DRAW_H
#define MM_DRAW_H

#include "mm/rng.h"

#include "fuzz/mutate/edit.h"

struct mm_draw {
	struct mm_edit *edit;
	struct mm_rng rng;
	uint32_t *makers; /* ids that a look-up found, oldest first */
	size_t nr_makers;
};

/* false when host memory is gone. */
bool mm_draw_init(struct mm_draw *d, struct mm_edit *edit);
void mm_draw_fini(struct mm_draw *d);

static inline size_t mm_draw_below(struct mm_draw *d, size_t ceil)
{
	return (size_t)mm_rng_below(&d->rng, ceil);
}
/* 1 .. max, each twice as likely as the next. */
size_t mm_draw_few(struct mm_draw *d, size_t max);

/* A value for an argument that is no handle. */
uint64_t mm_draw_value(struct mm_draw *d, enum mm_arg_kind kind);
/* Fill makers with those of a kind before step at that no step before it consumed;
 * spent: with those that one did, too. */
void mm_draw_find(struct mm_draw *d, size_t at, enum mm_arg_kind kind, bool spent);
/* A handle for step at: mostly new and not consumed; 0 when there is no maker. */
uint64_t mm_draw_handle(struct mm_draw *d, size_t at, enum mm_arg_kind kind);
/* An operation of the target by its weight; -1 when all weigh nothing.  A kind:
 * among those that make it; consumes: among those that use it up. */
int mm_draw_op(struct mm_draw *d, enum mm_arg_kind kind, bool consumes);
/*
 * Put operation row before step at with drawn arguments, makers that it needs
 * before it; how many steps came.
 */
size_t mm_draw_insert(struct mm_draw *d, size_t at, int row);

#endif
