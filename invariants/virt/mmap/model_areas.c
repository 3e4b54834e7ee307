/* SPDX-License-Identifier: MIT */
/* mmap model: lists of areas, by process and address. */
#include "mm/anon_vma.h"
#include "mm/pool.h"

#include "model.h"

#include <stdlib.h>
#include <string.h>

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int compare_areas(const void *a, const void *b)
{
	const struct mmap_area *x = a;
	const struct mmap_area *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return 0;
}

static struct mmap_area area_of(const struct mm_machine *m, uint32_t id)
{
	const struct vm_area_struct *vma = mm_pool_at(m->vmas, id);

	return (struct mmap_area){
		.pid = (uint64_t)(vma->vm_mm->owner - m->processes),
		.start = vma->vm_start,
		.end = vma->vm_end,
		.flags = vma->vm_flags,
		.pgoff = vma->vm_pgoff,
		.file = vma->vm_file ? 1 + (uint32_t)mm_pool_id(m->files, vma->vm_file) : NO_FILE,
		.id = id,
		.anon = vma->anon_vma,
		.one_link = vma->anon_vma_chain.next != &vma->anon_vma_chain &&
			    vma->anon_vma_chain.next == vma->anon_vma_chain.prev,
	};
}

static struct mmap_look look_at(const struct vm_area_struct *vma)
{
	return (struct mmap_look){
		.owner = vma->vm_mm->owner,
		.start = vma->vm_start,
		.end = vma->vm_end,
		.flags = vma->vm_flags,
		.pgoff = vma->vm_pgoff,
		.file = vma->vm_file,
		.anon = vma->anon_vma,
		.next = vma->anon_vma_chain.next,
		.prev = vma->anon_vma_chain.prev,
	};
}

static bool looks_like(const struct vm_area_struct *vma, const struct mmap_look *was)
{
	if (!vma)
		return !was->owner;
	return vma->vm_mm->owner == was->owner && vma->vm_start == was->start &&
	       vma->vm_end == was->end && vma->vm_flags == was->flags &&
	       vma->vm_pgoff == was->pgoff && vma->vm_file == was->file &&
	       vma->anon_vma == was->anon && vma->anon_vma_chain.next == was->next &&
	       vma->anon_vma_chain.prev == was->prev;
}

/* Which VMAs came, went or are otherwise than they were; how many. */
static uint32_t find_others(const struct mm_machine *m, struct mmap_gathered *g)
{
	uint32_t max = (uint32_t)mm_pool_max(m->vmas);
	uint32_t nr = 0;
	uint32_t i;

	for (i = 0; i < max; i++) {
		const struct vm_area_struct *vma = mm_pool_at(m->vmas, i);

		if (looks_like(vma, &g->look[i]))
			continue;
		g->look[i] = vma ? look_at(vma) : (struct mmap_look){0};
		g->is_other[i] = true;
		g->other[nr++] = i;
	}
	return nr;
}

/* All but the first nr_sorted are few as a rule; where they are many, as after a reset, the
 * library sorts. */
static void sort_rest(struct mmap_areas *as, size_t nr_sorted)
{
	size_t moves = 0;
	size_t i;

	for (i = nr_sorted; i < as->nr && moves <= 4 * as->nr; i++) {
		struct mmap_area a = as->at[i];
		size_t to = i;

		for (; to && compare_areas(&as->at[to - 1], &a) > 0; to--)
			as->at[to] = as->at[to - 1];
		as->at[to] = a;
		moves += i - to;
	}
	if (i < as->nr)
		qsort(as->at, as->nr, sizeof(as->at[0]), compare_areas);
}

/* Take the others out, and put them in as they are now. */
static void put_in_place(const struct mm_machine *m, struct mmap_gathered *g, struct mmap_areas *as,
			 uint32_t nr_others)
{
	size_t nr_sorted = 0;
	uint32_t i;

	for (i = 0; i < as->nr; i++) {
		if (!g->is_other[as->at[i].id])
			as->at[nr_sorted++] = as->at[i];
	}
	as->nr = nr_sorted;
	for (i = 0; i < nr_others; i++) {
		uint32_t id = g->other[i];

		g->is_other[id] = false;
		if (g->look[id].owner)
			as->at[as->nr++] = area_of(m, id);
	}
	sort_rest(as, nr_sorted);
}

bool mm_mmap_areas_gather(struct mmap_model *md, const struct mm_machine *m, struct mmap_areas *as)
{
	struct mmap_gathered *g = &md->gathered;
	uint32_t nr_others = find_others(m, g);

	if (as->at != g->areas.at) {
		memcpy(as->at, g->areas.at, g->areas.nr * sizeof(as->at[0]));
		as->nr = g->areas.nr;
	}
	if (nr_others) {
		put_in_place(m, g, as, nr_others);
		md->agree = false;
	}
	g->areas = *as;
	return nr_others > 0;
}

/* The first that is of a later process, or ends above addr. */
static size_t search(const struct mmap_areas *as, uint64_t pid, uint64_t addr)
{
	size_t low = 0;
	size_t high = as->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct mmap_area *a = &as->at[mid];

		if (a->pid > pid || (a->pid == pid && a->end > addr))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

size_t mm_mmap_areas_of(const struct mmap_areas *as, uint64_t pid, const struct mmap_area **first)
{
	size_t i = search(as, pid, 0);

	*first = as->at + i;
	return search(as, pid + 1, 0) - i;
}

const struct mmap_area *mm_mmap_areas_above(const struct mmap_areas *as, uint64_t pid,
					    uint64_t addr)
{
	size_t i = search(as, pid, addr);

	return i < as->nr && as->at[i].pid == pid ? &as->at[i] : NULL;
}

const struct mmap_area *mm_mmap_areas_below(const struct mmap_areas *as, uint64_t pid,
					    uint64_t addr)
{
	size_t i = search(as, pid, addr);

	return i && as->at[i - 1].pid == pid ? &as->at[i - 1] : NULL;
}

const struct mmap_area *mm_mmap_areas_at(const struct mmap_areas *as, uint64_t pid, uint64_t addr)
{
	const struct mmap_area *a = mm_mmap_areas_above(as, pid, addr);

	return a && a->start <= addr ? a : NULL;
}

bool mm_mmap_areas_any(const struct mmap_areas *as, uint64_t pid, uint64_t start, uint64_t end)
{
	const struct mmap_area *a = mm_mmap_areas_above(as, pid, start);

	return a && a->start < end;
}

uint64_t mm_mmap_areas_bytes(const struct mmap_areas *as, uint64_t pid, uint64_t start,
			     uint64_t end, uint64_t flags)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = search(as, pid, start);
	     i < as->nr && as->at[i].pid == pid && as->at[i].start < end; i++) {
		const struct mmap_area *a = &as->at[i];

		if ((a->flags & flags) == flags)
			bytes += (a->end < end ? a->end : end) -
				 (a->start > start ? a->start : start);
	}
	return bytes;
}

/* ---- changes ---- */

static bool goes_on(const struct mmap_area *a, const struct mmap_area *b)
{
	return a->pid == b->pid && a->end == b->start && a->flags == b->flags &&
	       a->file == b->file && a->pgoff + (a->end - a->start) / MM_PAGE_SIZE == b->pgoff;
}

/* [start, end) of a, if that is not empty, comes last. */
static void push(struct mmap_areas *as, const struct mmap_area *a, uint64_t start, uint64_t end)
{
	struct mmap_area part = *a;

	if (start >= end)
		return;
	part.pgoff += (start - a->start) / MM_PAGE_SIZE;
	part.start = start;
	part.end = end;
	if (as->nr && goes_on(&as->at[as->nr - 1], &part))
		as->at[as->nr - 1].end = end;
	else
		as->at[as->nr++] = part;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t more(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void push_all(struct mmap_areas *as, const struct mmap_area *a, size_t nr)
{
	memcpy(&as->at[as->nr], a, nr * sizeof(*a));
	as->nr += nr;
}

/* Only what touches the range can go on in what is put there, or in what is left. */
void mm_mmap_areas_replace(struct mmap_model *md, uint64_t pid, uint64_t start, uint64_t end,
			   const struct mmap_area *put)
{
	const struct mmap_areas old = md->pages;
	struct mmap_areas *as = &md->spare;
	size_t i = search(&old, pid, start);

	as->nr = 0;
	push_all(as, old.at, i);
	if (i < old.nr && old.at[i].pid == pid)
		push(as, &old.at[i], old.at[i].start, less(old.at[i].end, start));
	if (put)
		push(as, put, start, end);
	for (; i < old.nr && old.at[i].pid == pid && old.at[i].end <= end; i++)
		;
	if (i < old.nr) {
		const struct mmap_area *a = &old.at[i];

		push(as, a, a->pid == pid ? more(a->start, end) : a->start, a->end);
		push_all(as, a + 1, old.nr - i - 1);
	}
	md->pages = *as;
	md->spare = old;
	md->agree = false;
}

/* ---- both beside each other ---- */

static uint64_t pgoff_at(const struct mmap_area *a, uint64_t addr)
{
	return a->pgoff + (addr - a->start) / MM_PAGE_SIZE;
}

/* Both have addr: are they the same there? */
static bool same_at(const struct mmap_area *due, const struct mmap_area *seen, uint64_t addr,
		    struct mm_report *r, const char *id)
{
	uint64_t failures = r->failures;

	MM_CHECK(r, id, due->flags == seen->flags,
		 "process %llu, 0x%llx: flags 0x%llx; due: 0x%llx", (unsigned long long)due->pid,
		 (unsigned long long)addr, (unsigned long long)seen->flags,
		 (unsigned long long)due->flags);
	MM_CHECK(r, "vma.pgoff_linear",
		 due->file == seen->file && pgoff_at(due, addr) == pgoff_at(seen, addr),
		 "process %llu, 0x%llx: page %llu of file %d; due: %llu of %d",
		 (unsigned long long)due->pid, (unsigned long long)addr,
		 (unsigned long long)pgoff_at(seen, addr), (int)seen->file - 1,
		 (unsigned long long)pgoff_at(due, addr), (int)due->file - 1);
	return r->failures == failures;
}

/* One list has something at its place, and the other nothing. */
static void differ(const struct mmap_area *due, uint64_t due_at, const struct mmap_area *seen,
		   uint64_t seen_at, struct mm_report *r, const char *id)
{
	bool missing = due && (!seen || due->pid < seen->pid ||
			       (due->pid == seen->pid && due_at < seen_at));

	mm_report_fail(r, id, "process %llu, 0x%llx: %s",
		       (unsigned long long)(missing ? due : seen)->pid,
		       (unsigned long long)(missing ? due_at : seen_at),
		       missing ? "nothing is mapped" : "something is mapped; due: nothing");
}

/* What lies up to end has been looked at. */
static void advance(const struct mmap_areas *as, size_t *i, uint64_t *at, uint64_t end)
{
	*at = end;
	if (as->at[*i].end == end && ++*i < as->nr)
		*at = as->at[*i].start;
}

void mm_mmap_areas_compare(const struct mmap_areas *due, const struct mmap_areas *seen,
			   struct mm_report *r, const char *id)
{
	uint64_t due_at = due->nr ? due->at[0].start : 0;
	uint64_t seen_at = seen->nr ? seen->at[0].start : 0;
	size_t i = 0;
	size_t j = 0;

	while (i < due->nr || j < seen->nr) {
		const struct mmap_area *a = i < due->nr ? &due->at[i] : NULL;
		const struct mmap_area *b = j < seen->nr ? &seen->at[j] : NULL;
		uint64_t end;

		if (!a || !b || a->pid != b->pid || due_at != seen_at) {
			differ(a, due_at, b, seen_at, r, id);
			return;
		}
		if (!same_at(a, b, due_at, r, id))
			return;
		end = less(a->end, b->end);
		advance(due, &i, &due_at, end);
		advance(seen, &j, &seen_at, end);
	}
}
