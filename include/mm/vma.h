/* SPDX-License-Identifier: MIT */
/*
 * vma: VMAs change their bounds: grow over what is free, become one with neighbours,
 * are split.  What is mapped at an address never changes by it.
 *
 *     new range   PPPP....NNNN      a mapping at the dots may extend P, N, or join both
 *     flags of a part of V change:
 *                 PPPPVVVVVVVV      from its start: V's part goes to P
 *                 VVVVVVVVNNNN      to its end: V's part goes to N
 *                 PPPPVVVVNNNN      all of it: the three become one
 *                 VVVVvvvvVVVV      neither: V is split once or twice
 *
 * Two VMAs become one when flags and file are the same, page offsets go on, and the
 * anon_vmas allow it: the same, or one has none and the other's chain has one link (so
 * that processes that forked do not all hang on one anon_vma).
 *
 * Kernel: mm/vma.c: vma_merge_new_range, vma_merge_existing_range, vma_modify,
 *   __split_vma, vma_expand, vma_shrink, anon_vma_compatible (6.12).
 * Differs: no vm_ops->close, policies, userfaultfd contexts or names of mappings yet.
 * State: as aspace says.
 * Invariants:
 *   vma.merged_maximal   no two VMAs that touch could be one where that was tried
 *   vma.pgoff_linear     a byte's place in its file stays what it was
 *   vma.anon_pgoff       an anonymous VMA without anon_vma has its address as offset
 *   vma.pgoff_no_wrap    offsets of its pages do not wrap
 *   vma.detached         what left the tree is given back, what is in it is not
 */
#ifndef MM_VMA_H
#define MM_VMA_H

#include "mm/aspace.h"

/* How VMAs became one: field of the event mm_vma_merge. */
enum mm_vma_merge {
	MM_MERGE_NONE,
	MM_MERGE_LEFT,                                 /* into the one before */
	MM_MERGE_RIGHT,                                /* into the one after */
	MM_MERGE_BOTH = MM_MERGE_LEFT | MM_MERGE_RIGHT /* all three are one */
};

/* A range that is to be, or to get, something.  Kernel: struct vma_merge_struct. */
struct mm_vma_range {
	struct mm_struct *mm;
	uint64_t start; /* bytes, whole pages */
	uint64_t end;
	uint64_t pgoff; /* of start */
	uint64_t flags;
	struct mm_file *file;
};

/* ---- objects ---- */

/* A VMA of that range, in no tree, with a reference to the file.  NULL: no memory. */
struct vm_area_struct *mm_vma_create(struct mm_ctx *x, const struct mm_vma_range *r);
/* Give one back that is in no tree: its file, its anon_vmas. */
void mm_vma_destroy(struct mm_ctx *x, struct vm_area_struct *vma);
/* Drop a reference to a file, and what was promised for it with the last. */
void mm_vma_put_file(struct mm_ctx *x, struct mm_file *f);
/* Room in the tree for so many changes.  -MM_ENOMEM: nothing changed. */
int mm_vma_reserve(struct mm_ctx *x, struct mm_struct *mm, unsigned int changes) MM_MUST_USE;
/* What is left of it goes back. */
void mm_vma_release(struct mm_ctx *x, struct mm_struct *mm);
/* Into the tree, where nothing may be; out of it, if the tree does not say so already.
 * map_count and the file follow, totals are the caller's. */
void mm_vma_link(struct mm_ctx *x, struct vm_area_struct *vma);
void mm_vma_forget(struct mm_ctx *x, struct vm_area_struct *vma);
/* Other flags; what depends on them follows, but for totals. */
void mm_vma_set_flags(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t flags);
/* "rw-p", as in /proc/PID/maps: four characters and a 0 into buf. */
void mm_vma_print_rights(uint64_t flags, char *buf);

/* ---- becoming one ---- */

struct mm_vma_plan {
	struct vm_area_struct *vma; /* who takes the range over; NULL: nobody */
	enum mm_vma_merge how;
};

/*
 * r is free, or will be at once: who next to it may take it over?  That VMA has all that
 * it needs then, room in the tree was reserved.  Nobody: or there was no memory.
 */
struct mm_vma_plan mm_vma_plan_merge(struct mm_ctx *x, const struct mm_vma_range *r);
/* The same, of the one before alone. */
struct mm_vma_plan mm_vma_plan_left(struct mm_ctx *x, const struct mm_vma_range *r);
/* Now it does.  One change of the tree. */
void mm_vma_merge(struct mm_ctx *x, struct mm_vma_plan plan, const struct mm_vma_range *r);
/*
 * A part of vma, r, is to have other flags: it becomes one with neighbours, or vma is
 * split around it and has them.  *out: the VMA that has the part now.
 * -MM_ENOMEM: too many VMAs, or no memory: flags are as before; vma may be split, as the
 * kernel leaves it.  Kernel: vma_modify_flags.
 */
int mm_vma_modify(struct mm_ctx *x, struct vm_area_struct *vma, const struct mm_vma_range *r,
		  struct vm_area_struct **out) MM_MUST_USE;

/* ---- bounds ---- */

/*
 * vma becomes two at addr, within it: it is the lower half after that, or the upper.
 * -MM_ENOMEM, nothing changed.  Kernel: __split_vma.
 */
int mm_vma_split(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t addr,
		 bool upper) MM_MUST_USE;
/* Is there room for one more?  Kernel: map_count < sysctl_max_map_count. */
bool mm_vma_may_split(const struct mm_ctx *x, const struct mm_struct *mm);
/*
 * Other bounds, over what is free, in a tree that has room for one change.  What the new
 * bounds leave out must be somebody else's in the tree by then, or free afterwards.
 */
void mm_vma_stretch(struct mm_ctx *x, struct vm_area_struct *vma, uint64_t start, uint64_t end);

#endif
