/* SPDX-License-Identifier: MIT */
/*
 * vma: several become one.
 *
 * Whether two may is asked of flags, file and offsets, and of the anon_vmas.  A range that
 * is new has none.  Of two neighbours that may each take it, and may not become one with
 * each other, the one before does.
 */
#include "mm/anon_vma.h"
#include "mm/process.h"
#include "mm/vma.h"

#include "parts.h"

/* ---- may it? ---- */

/* Mappings that a driver made are left alone.  Kernel: VM_SPECIAL; there are none yet. */
static bool is_alike(const struct vm_area_struct *vma, const struct mm_vma_range *r)
{
	return vma->vm_flags == r->flags && vma->vm_file == r->file;
}

/* own: the anon_vma of what is there now; vma: who would stay. */
static bool anon_allows(const struct mm_ctx *x, const struct vm_area_struct *middle,
			const struct vm_area_struct *vma)
{
	const struct anon_vma *own = middle ? middle->anon_vma : NULL;

	/* from 6.16 on whoever has one is asked, not whoever stays */
	if (x->m->desc.merge_unfaulted && own && !vma->anon_vma)
		return mm_anon_vma_mergeable(own, NULL, middle);
	return mm_anon_vma_mergeable(own, vma->anon_vma, vma);
}

static bool may_go_left(const struct mm_ctx *x, const struct mm_vma_range *r,
			const struct vm_area_struct *middle, const struct vm_area_struct *prev)
{
	return prev && prev->vm_end == r->start && is_alike(prev, r) &&
	       prev->vm_pgoff + mm_vma_pages(prev) == r->pgoff && anon_allows(x, middle, prev);
}

static bool may_go_right(const struct mm_ctx *x, const struct mm_vma_range *r,
			 const struct vm_area_struct *middle, const struct vm_area_struct *next)
{
	return next && next->vm_start == r->end && is_alike(next, r) &&
	       r->pgoff + ((r->end - r->start) >> MM_PAGE_SHIFT) == next->vm_pgoff &&
	       anon_allows(x, middle, next);
}

/* What r may become one with, where both neighbours are asked. */
static enum mm_vma_merge how_of(bool left, bool right, const struct vm_area_struct *prev,
				const struct vm_area_struct *next)
{
	if (left && right && mm_anon_vma_mergeable(prev->anon_vma, next->anon_vma, NULL))
		return MM_MERGE_BOTH;
	if (left)
		return MM_MERGE_LEFT;
	return right ? MM_MERGE_RIGHT : MM_MERGE_NONE;
}

/* Who stays has to have the anon_vma of who goes.  Kernel: dup_anon_vma. */
static int inherit(struct mm_ctx *x, struct vm_area_struct *vma, const struct vm_area_struct *from)
{
	if (vma->anon_vma || !from->anon_vma)
		return 0;
	return mm_anon_vma_clone(x, vma, from);
}

static void announce(struct mm_ctx *x, enum mm_vma_merge how, const struct mm_vma_range *r,
		     bool existing)
{
	x->m->nr_vma_changes += existing;
	mm_event(x, MM_EV_mm_vma_merge, how, r->start, r->end, existing,
		 mm_process_pid(x->m, r->mm->owner));
}

/* ---- a range that is free ---- */

struct mm_vma_plan mm_vma_plan_merge(struct mm_ctx *x, const struct mm_vma_range *r)
{
	struct vm_area_struct *prev = mm_aspace_find_below(r->mm, r->start);
	struct vm_area_struct *next = mm_aspace_find(r->mm, r->end);
	enum mm_vma_merge how =
		how_of(may_go_left(x, r, NULL, prev), may_go_right(x, r, NULL, next), prev, next);

	if (how == MM_MERGE_NONE || (how == MM_MERGE_BOTH && inherit(x, prev, next)))
		return (struct mm_vma_plan){NULL, MM_MERGE_NONE};
	return (struct mm_vma_plan){how == MM_MERGE_RIGHT ? next : prev, how};
}

struct mm_vma_plan mm_vma_plan_left(struct mm_ctx *x, const struct mm_vma_range *r)
{
	struct vm_area_struct *prev = mm_aspace_find_below(r->mm, r->start);

	if (!may_go_left(x, r, NULL, prev))
		return (struct mm_vma_plan){NULL, MM_MERGE_NONE};
	return (struct mm_vma_plan){prev, MM_MERGE_LEFT};
}

void mm_vma_merge(struct mm_ctx *x, struct mm_vma_plan plan, const struct mm_vma_range *r)
{
	struct vm_area_struct *vma = plan.vma;
	uint64_t start = plan.how == MM_MERGE_RIGHT ? r->start : vma->vm_start;
	uint64_t end = plan.how == MM_MERGE_LEFT ? r->end : vma->vm_end;

	if (plan.how == MM_MERGE_BOTH) {
		struct vm_area_struct *next = mm_aspace_find(r->mm, r->end);

		end = next->vm_end;
		mm_vma_forget(x, next);
	}
	mm_vma_stretch(x, vma, start, end);
	announce(x, plan.how, r, false);
}

/* ---- a part of a VMA ---- */

/* Three become one: the one before stays. */
static int join_both(struct mm_ctx *x, struct vm_area_struct *prev, struct vm_area_struct *vma,
		     struct vm_area_struct *next)
{
	uint64_t end = next->vm_end;

	if (inherit(x, prev, next->anon_vma ? next : vma))
		return -MM_ENOMEM;
	mm_vma_forget(x, vma);
	mm_vma_forget(x, next);
	mm_vma_stretch(x, prev, prev->vm_start, end);
	return 0;
}

/* [.., end) of vma goes to the one before. */
static int join_left(struct mm_ctx *x, struct vm_area_struct *prev, struct vm_area_struct *vma,
		     uint64_t end)
{
	if (inherit(x, prev, vma))
		return -MM_ENOMEM;
	if (end == vma->vm_end)
		mm_vma_forget(x, vma);
	else
		mm_vma_set_bounds(x, vma, end, vma->vm_end);
	mm_vma_stretch(x, prev, prev->vm_start, end);
	return 0;
}

/* [start, ..) of vma goes to the one after. */
static int join_right(struct mm_ctx *x, struct vm_area_struct *vma, struct vm_area_struct *next,
		      uint64_t start)
{
	if (inherit(x, next, vma))
		return -MM_ENOMEM;
	if (start == vma->vm_start)
		mm_vma_forget(x, vma);
	else
		mm_vma_set_bounds(x, vma, vma->vm_start, start);
	mm_vma_stretch(x, next, start, next->vm_end);
	return 0;
}

static enum mm_vma_merge how_existing(const struct mm_ctx *x, const struct vm_area_struct *vma,
				      const struct mm_vma_range *r,
				      const struct vm_area_struct *prev,
				      const struct vm_area_struct *next)
{
	bool left = r->start == vma->vm_start && may_go_left(x, r, vma, prev);
	bool right = r->end == vma->vm_end && may_go_right(x, r, vma, next);

	return how_of(left, right, prev, next);
}

static int join(struct mm_ctx *x, struct vm_area_struct *vma, const struct mm_vma_range *r,
		enum mm_vma_merge how, struct vm_area_struct **out)
{
	struct vm_area_struct *prev = mm_aspace_prev(r->mm, vma);
	struct vm_area_struct *next = mm_aspace_next(r->mm, vma);
	int err;

	*out = how == MM_MERGE_RIGHT ? next : prev;
	if (mm_vma_reserve(x, r->mm, 1))
		return -MM_ENOMEM;
	if (how == MM_MERGE_BOTH)
		err = join_both(x, prev, vma, next);
	else if (how == MM_MERGE_LEFT)
		err = join_left(x, prev, vma, r->end);
	else
		err = join_right(x, vma, next, r->start);
	mm_vma_release(x, r->mm);
	if (!err)
		announce(x, how, r, true);
	return err;
}

/* vma has r afterwards and nothing else. */
static int split_around(struct mm_ctx *x, struct vm_area_struct *vma, const struct mm_vma_range *r)
{
	if (vma->vm_start < r->start) {
		if (!mm_vma_may_split(x, r->mm) || mm_vma_split(x, vma, r->start, true))
			return -MM_ENOMEM;
	}
	if (vma->vm_end > r->end) {
		if (!mm_vma_may_split(x, r->mm) || mm_vma_split(x, vma, r->end, false))
			return -MM_ENOMEM;
	}
	return 0;
}

int mm_vma_modify(struct mm_ctx *x, struct vm_area_struct *vma, const struct mm_vma_range *r,
		  struct vm_area_struct **out)
{
	enum mm_vma_merge how =
		how_existing(x, vma, r, mm_aspace_prev(r->mm, vma), mm_aspace_next(r->mm, vma));
	int err;

	if (how != MM_MERGE_NONE)
		return join(x, vma, r, how, out);
	err = split_around(x, vma, r);
	if (err)
		return err;
	mm_vma_set_flags(x, vma, r->flags);
	announce(x, how, r, true);
	*out = vma;
	return 0;
}
