/* SPDX-License-Identifier: MIT */
/*
 * anon_vma: where the anonymous pages of a VMA are found again.  A page knows its
 * anon_vma; the anon_vma knows all VMAs that may map it.  VMAs that were one once
 * share it.
 *
 *     vma --anon_vma_chain--> avc --> anon_vma <-- avc <--anon_vma_chain-- vma
 *                              in the anon_vma's tree, by page offsets
 *
 * Kernel: include/linux/rmap.h, mm/rmap.c, mm/vma.c reusable_anon_vma (6.12).
 * Differs: no fork yet, so that each is its own root.
 * State: anon_vmas and links are drawn from pools; an anon_vma is given back with the
 *   last VMA in its tree.
 * Invariants:
 *   anon_vma.root             those of a VMA's chain share a root; its own is among them
 *   anon_vma.chain_symmetry   a link is in the tree and on the chain, keyed as its VMA
 *   anon_vma.num_active       counts the VMAs whose own it is
 *   anon_vma.refcount         it is there as long as a VMA or another refers to it
 *   anon_vma.lent             the first touch takes that of a VMA that this one could be one with
 *                             but for their rights, the one above first; else it makes one
 *   anon_vma.kept             pages of a VMA that had one find it in any VMA they come to be in
 */
#ifndef MM_ANON_VMA_H
#define MM_ANON_VMA_H

#include "mm/aspace.h"

struct anon_vma {
	struct anon_vma *root;
	uint32_t refcount;
	uint32_t num_active_vmas;     /* VMAs whose ->anon_vma it is */
	uint32_t num_children;        /* anon_vmas whose parent it is, itself too */
	struct mm_interval_tree tree; /* of links */
};

struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct mm_list same_vma;           /* on the VMA's chain */
	struct mm_interval_tree_node node; /* in the anon_vma's tree */
};

int mm_anon_vma_boot(struct mm_ctx *x);

/*
 * Give the VMA an anon_vma if it has none: that of a neighbour it could become one
 * with, else a new one.  -MM_ENOMEM: nothing changed.  Kernel: anon_vma_prepare.
 */
int mm_anon_vma_prepare(struct mm_ctx *x, struct vm_area_struct *vma) MM_MUST_USE;
/*
 * dst, which has no links, gets one to each anon_vma of src, and src's own.
 * -MM_ENOMEM: dst has none.  Kernel: anon_vma_clone.
 */
int mm_anon_vma_clone(struct mm_ctx *x, struct vm_area_struct *dst,
		      const struct vm_area_struct *src) MM_MUST_USE;
/* Drop all its links.  Kernel: unlink_anon_vmas. */
void mm_anon_vma_unlink(struct mm_ctx *x, struct vm_area_struct *vma);

/* Around a change of a VMA's range: its links leave the trees, and enter them anew. */
void mm_anon_vma_before(struct vm_area_struct *vma);
void mm_anon_vma_after(struct vm_area_struct *vma);

/*
 * May VMAs with these anon_vmas become one?  vma: the one of them that stays, whose chain
 * decides when one has none; NULL: not asked.  Kernel: is_mergeable_anon_vma.
 */
bool mm_anon_vma_mergeable(const struct anon_vma *a, const struct anon_vma *b,
			   const struct vm_area_struct *vma);

#endif
