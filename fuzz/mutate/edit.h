/* SPDX-License-Identifier: MIT */
/*
 * edit: a trace while it is being changed.
 *
 * In a trace a handle is the position of its maker, so whatever is put in or
 * taken out before it would change what it means.  Here every operation has a
 * number of its own, its id, and a handle is the id of its maker plus one: it
 * goes on meaning that operation wherever the two are moved.
 *
 *     trace    0 alloc      1 alloc     2 free 1+1
 *     edit     id 0 alloc   id 1 alloc  id 2 free id 1
 *     cut 0                 id 1 alloc  id 2 free id 1
 *     write                 0 alloc     1 free 0+1
 *
 * Writing to bytes gives positions again.  A handle whose maker is gone, comes
 * later or makes something else by now takes the newest maker of its kind that
 * nothing has consumed.
 */
#ifndef MM_EDIT_H
#define MM_EDIT_H

#include "fuzz/trace/bytes.h"

/* The id of nothing plus one, as a handle: writing finds a maker for it. */
#define MM_EDIT_NOBODY UINT32_MAX

struct mm_step {
	uint32_t id;
	struct mm_op op;
};

struct mm_edit {
	const struct mm_target *target;
	struct mm_step *steps;
	size_t nr, cap; /* cap: no edit makes it longer */
	int machine;    /* of the target's */

	uint32_t ids;         /* given so far */
	uint32_t *to;         /* by id: what it became in a copy, or its position plus one */
	uint8_t *mark;        /* by id: to is set, or the operation goes */
	struct mm_step *room; /* cap steps for what an edit moves aside */
	struct mm_handles *handles;
};

/* Room for cap operations; false when host memory is gone. */
bool mm_edit_init(struct mm_edit *e, const struct mm_target *target, size_t cap);
void mm_edit_fini(struct mm_edit *e);

/* Begin with a trace, cut to the room there is. */
void mm_edit_load(struct mm_edit *e, const struct mm_trace *t);
/* Its bytes: as many whole operations as fit max and the target. */
size_t mm_edit_write(struct mm_edit *e, uint8_t *to, size_t max);

/* The edits.  Each is passed over when it does not fit or a place is not there. */

/* Put an operation before step at; its handles are ids plus one. */
void mm_edit_insert(struct mm_edit *e, size_t at, const struct mm_op *op);
/* Take out nr steps; with_users: and those that use what these made, and so on. */
void mm_edit_delete(struct mm_edit *e, size_t at, size_t nr, bool with_users);
/* Move nr steps so that they come before what is now step to. */
void mm_edit_move(struct mm_edit *e, size_t at, size_t nr, size_t to);
/*
 * Put a copy of nr steps before step to.  A handle made inside the block means
 * the copy's maker.  Any other means what it meant; but what the copy would
 * consume a second time is MM_EDIT_NOBODY's.  Returns how many came.
 */
size_t mm_edit_copy(struct mm_edit *e, size_t at, size_t nr, size_t to);
/* The same out of another trace; what it names outside of the block is nobody's. */
size_t mm_edit_splice(struct mm_edit *e, const struct mm_trace *t, size_t at, size_t nr, size_t to);

#endif
