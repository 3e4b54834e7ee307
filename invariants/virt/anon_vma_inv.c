/* SPDX-License-Identifier: MIT */
/* anon_vma claims: chains and trees name the same links, and counts are theirs. */
#include "mm/anon_vma.h"

#include "mm/check.h"
#include "mm/pool.h"

/* Links of a chain at the most: each to another anon_vma. */
static uint64_t chain_max(const struct mm_machine *m)
{
	return mm_pool_max(m->anon_vmas) + 1;
}

static void check_link(struct mm_report *r, const struct vm_area_struct *vma,
		       const struct anon_vma_chain *avc)
{
	uint64_t pages = (vma->vm_end - vma->vm_start) / MM_PAGE_SIZE;

	MM_CHECK(r, "anon_vma.chain_symmetry",
		 avc->vma == vma && mm_interval_tree_linked(&avc->node) &&
			 avc->node.start == vma->vm_pgoff &&
			 avc->node.last == vma->vm_pgoff + pages - 1,
		 "VMA from 0x%llx on: a link is keyed %llu-%llu, its pages are %llu-%llu",
		 (unsigned long long)vma->vm_start, (unsigned long long)avc->node.start,
		 (unsigned long long)avc->node.last, (unsigned long long)vma->vm_pgoff,
		 (unsigned long long)(vma->vm_pgoff + pages - 1));
}

static void check_chain(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct vm_area_struct *vma = mm_pool_at(m->vmas, id);
	const struct anon_vma *root = NULL;
	const struct mm_list *l;
	bool own = false;

	if (!vma)
		return;
	if (mm_list_check(&vma->anon_vma_chain, chain_max(m)) < 0) {
		mm_report_fail(r, "anon_vma.chain_symmetry",
			       "VMA from 0x%llx on: its chain is broken",
			       (unsigned long long)vma->vm_start);
		return;
	}
	for (l = vma->anon_vma_chain.next; l != &vma->anon_vma_chain; l = l->next) {
		const struct anon_vma_chain *avc =
			mm_list_entry_const(l, struct anon_vma_chain, same_vma);

		check_link(r, vma, avc);
		if (!root)
			root = avc->anon_vma->root;
		own |= avc->anon_vma == vma->anon_vma;
		MM_CHECK(r, "anon_vma.root", avc->anon_vma->root == root,
			 "VMA from 0x%llx on: links to anon_vmas of several roots",
			 (unsigned long long)vma->vm_start);
	}
	MM_CHECK(r, "anon_vma.root", vma->anon_vma ? own : !root,
		 "VMA from 0x%llx on: its anon_vma is not on its chain",
		 (unsigned long long)vma->vm_start);
}

/* By the table of VMAs: how many chains and VMAs name it. */
static void check_counts(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	const struct anon_vma *av = mm_pool_at(m->anon_vmas, id);
	const struct mm_interval_tree_node *n;
	uint64_t active = 0;
	uint64_t links = 0;
	uint64_t i;

	if (!av)
		return;
	for (i = 0; i < mm_pool_max(m->vmas); i++) {
		const struct vm_area_struct *vma = mm_pool_at(m->vmas, i);

		active += vma && vma->anon_vma == av;
	}
	for (n = mm_interval_tree_iter_first(&av->tree, 0, UINT64_MAX);
	     n && links <= mm_pool_max(m->vmas); n = mm_interval_tree_iter_next(n, 0, UINT64_MAX))
		links++;
	MM_CHECK(r, "anon_vma.num_active", av->num_active_vmas == active,
		 "anon_vma %llu: num_active_vmas %u, it is that of %llu VMAs",
		 (unsigned long long)id, av->num_active_vmas, (unsigned long long)active);
	/* each is its own root, and its only child */
	MM_CHECK(r, "anon_vma.num_active", av->num_children == 1,
		 "anon_vma %llu: num_children %u, and nobody forked", (unsigned long long)id,
		 av->num_children);
	MM_CHECK(r, "anon_vma.refcount", av->refcount == links && links,
		 "anon_vma %llu: refcount %u, %llu links in its tree", (unsigned long long)id,
		 av->refcount, (unsigned long long)links);
}

const struct mm_inv mm_anon_vma_invs[] = {
	{"anon_vma.root", "anon_vmas of a chain share a root, and a VMA's own is among them",
	 MM_OBJ_VMA, check_chain, false},
	{"anon_vma.chain_symmetry", "a link is on the chain and in the tree, keyed as its VMA",
	 MM_OBJ_VMA, check_chain, false},
	{"anon_vma.num_active", "num_active_vmas counts the VMAs whose own it is", MM_OBJ_ANON_VMA,
	 check_counts, false},
	{"anon_vma.refcount", "an anon_vma is there as long as links are in its tree",
	 MM_OBJ_ANON_VMA, check_counts, false},
	{"anon_vma.lent", "the first touch takes a neighbour's anon_vma, or makes one",
	 MM_OBJ_EVENT, NULL, false},
	{"anon_vma.kept", "pages whose VMA had an anon_vma find it in the one they are in now",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
