/* SPDX-License-Identifier: MIT */
/*
 * anon_vma: made when a VMA first needs one, shared by what may become one VMA, given
 * back with its last link.
 *
 * A neighbour's is taken over only while the neighbour's chain has one link: a longer
 * one says that it, or the VMA it was split from, came by a fork.
 */
#include "mm/anon_vma.h"

#include "mm/pool.h"
#include "mm/rng.h"

static void touch(struct mm_ctx *x, const struct anon_vma *av)
{
	mm_touch(x, MM_OBJ_ANON_VMA, mm_pool_id(x->m->anon_vmas, av));
}

/* ---- digest ---- */

static uint64_t anon_vma_count(const struct mm_machine *m)
{
	return mm_pool_max(m->anon_vmas);
}

static uint64_t anon_vma_hash(const struct mm_machine *m, uint64_t id)
{
	const struct anon_vma *av = mm_pool_at(m->anon_vmas, id);

	if (!av)
		return 0;
	return mm_hash64_step(id, (uint64_t)av->refcount << 32 ^
					  (uint64_t)av->num_active_vmas << 16 ^ av->num_children);
}

static const struct mm_kind_ops anon_vma_kind = {"anon_vmas", anon_vma_count, anon_vma_hash, NULL};

int mm_anon_vma_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;

	if (!m->desc.procs)
		return 0;
	m->anon_vmas = mm_pool_create_table(x, "anon_vma", sizeof(struct anon_vma), m->desc.vmas);
	m->anon_vma_chains = mm_pool_create(x, "anon_vma_chain", sizeof(struct anon_vma_chain), 64);
	return m->anon_vmas && m->anon_vma_chains
		       ? mm_machine_kind_set(m, MM_OBJ_ANON_VMA, &anon_vma_kind)
		       : -MM_ENOMEM;
}

/* ---- links ---- */

static struct anon_vma_chain *link_of(struct mm_list *l)
{
	return mm_list_entry(l, struct anon_vma_chain, same_vma);
}

static void enter_tree(struct anon_vma_chain *avc)
{
	const struct vm_area_struct *vma = avc->vma;

	mm_interval_tree_node_init(&avc->node, vma->vm_pgoff,
				   vma->vm_pgoff + mm_vma_pages(vma) - 1);
	mm_interval_tree_add(&avc->anon_vma->tree, &avc->node);
}

static void link_up(struct mm_ctx *x, struct anon_vma_chain *avc, struct vm_area_struct *vma,
		    struct anon_vma *av)
{
	avc->vma = vma;
	avc->anon_vma = av;
	mm_list_add_tail(&avc->same_vma, &vma->anon_vma_chain);
	enter_tree(avc);
	av->refcount++;
	touch(x, av);
}

static void put(struct mm_ctx *x, struct anon_vma *av)
{
	touch(x, av);
	if (--av->refcount == 0)
		mm_pool_put(x, x->m->anon_vmas, av);
}

static void unlink_one(struct mm_ctx *x, struct anon_vma_chain *avc)
{
	struct anon_vma *av = avc->anon_vma;

	mm_interval_tree_del(&av->tree, &avc->node);
	mm_list_del(&avc->same_vma);
	mm_pool_put(x, x->m->anon_vma_chains, avc);
	put(x, av);
}

void mm_anon_vma_before(struct vm_area_struct *vma)
{
	struct mm_list *l;

	for (l = vma->anon_vma_chain.next; l != &vma->anon_vma_chain; l = l->next)
		mm_interval_tree_del(&link_of(l)->anon_vma->tree, &link_of(l)->node);
}

void mm_anon_vma_after(struct vm_area_struct *vma)
{
	struct mm_list *l;

	for (l = vma->anon_vma_chain.next; l != &vma->anon_vma_chain; l = l->next)
		enter_tree(link_of(l));
}

void mm_anon_vma_unlink(struct mm_ctx *x, struct vm_area_struct *vma)
{
	if (vma->anon_vma) {
		vma->anon_vma->num_active_vmas--;
		touch(x, vma->anon_vma);
	}
	while (!mm_list_empty(&vma->anon_vma_chain))
		unlink_one(x, link_of(vma->anon_vma_chain.prev));
	vma->anon_vma = NULL;
}

/* ---- making one ---- */

static bool has_one_link(const struct mm_list *chain)
{
	return !mm_list_empty(chain) && chain->next == chain->prev;
}

/* Could these become one, but for the rights of a moment?  Kernel: anon_vma_compatible. */
static bool are_alike(const struct vm_area_struct *low, const struct vm_area_struct *high)
{
	return low->vm_end == high->vm_start && low->vm_file == high->vm_file &&
	       !((low->vm_flags ^ high->vm_flags) & ~(uint64_t)MM_VM_ACCESS) &&
	       high->vm_pgoff == low->vm_pgoff + mm_vma_pages(low);
}

/* That of a neighbour; the one above is asked first.  Kernel: find_mergeable_anon_vma. */
static struct anon_vma *find_near(const struct vm_area_struct *vma)
{
	const struct vm_area_struct *next = mm_aspace_next(vma->vm_mm, vma);
	const struct vm_area_struct *prev = mm_aspace_prev(vma->vm_mm, vma);

	if (next && next->anon_vma && has_one_link(&next->anon_vma_chain) && are_alike(vma, next))
		return next->anon_vma;
	if (prev && prev->anon_vma && has_one_link(&prev->anon_vma_chain) && are_alike(prev, vma))
		return prev->anon_vma;
	return NULL;
}

static struct anon_vma *create(struct mm_ctx *x)
{
	struct anon_vma *av = mm_pool_get(x, x->m->anon_vmas);

	if (!av)
		return NULL;
	av->root = av;
	av->num_children = 1;
	mm_interval_tree_init(&av->tree);
	return av;
}

int mm_anon_vma_prepare(struct mm_ctx *x, struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc;
	struct anon_vma *av;

	if (vma->anon_vma)
		return 0;
	avc = mm_pool_get(x, x->m->anon_vma_chains);
	if (!avc)
		return -MM_ENOMEM;
	av = find_near(vma);
	if (!av)
		av = create(x);
	if (!av) {
		mm_pool_put(x, x->m->anon_vma_chains, avc);
		return -MM_ENOMEM;
	}
	vma->anon_vma = av;
	av->num_active_vmas++;
	link_up(x, avc, vma, av);
	mm_aspace_touch_vma(x, vma);
	return 0;
}

int mm_anon_vma_clone(struct mm_ctx *x, struct vm_area_struct *dst,
		      const struct vm_area_struct *src)
{
	const struct mm_list *l;

	MM_PRE(mm_list_empty(&dst->anon_vma_chain) && !dst->anon_vma);
	for (l = src->anon_vma_chain.next; l != &src->anon_vma_chain; l = l->next) {
		struct anon_vma_chain *avc = mm_pool_get(x, x->m->anon_vma_chains);

		if (!avc) {
			mm_anon_vma_unlink(x, dst);
			return -MM_ENOMEM;
		}
		link_up(x, avc, dst,
			mm_list_entry_const(l, struct anon_vma_chain, same_vma)->anon_vma);
	}
	dst->anon_vma = src->anon_vma;
	if (dst->anon_vma)
		dst->anon_vma->num_active_vmas++;
	return 0;
}

bool mm_anon_vma_mergeable(const struct anon_vma *a, const struct anon_vma *b,
			   const struct vm_area_struct *vma)
{
	if ((!a || !b) && (!vma || has_one_link(&vma->anon_vma_chain)))
		return true;
	return a == b;
}
