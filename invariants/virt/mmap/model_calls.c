/* SPDX-License-Identifier: MIT */
/* mmap model: what munmap, mprotect, brk and a touch must answer, and do. */
#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/vm_fault.h"

#include "model.h"

#define PAGE_MASK (MM_PAGE_SIZE - 1)

static const struct mm_process *process_of(const struct mmap_model *md, const struct mm_machine *m)
{
	return &m->processes[md->call.pid];
}

/* ---- munmap ---- */

/* What lies in [start, end), if that can be, goes. */
static int due_unmapped(struct mmap_model *md, const struct mm_machine *m, uint64_t start,
			uint64_t end)
{
	if (mm_mmap_no_hole(md, m, start, end))
		return -MM_ENOMEM;
	mmap_part(md, start, end, NULL);
	return 0;
}

void mm_mmap_due_munmap(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d)
{
	const struct mmap_call *c = &md->call;
	uint64_t size = m->desc.task_size;

	if ((c->addr & PAGE_MASK) || !c->len || c->addr > size || c->len > size - c->addr) {
		d->err = -MM_EINVAL;
		return;
	}
	d->may_want =
		mm_mmap_areas_any(&md->pages, c->pid, c->addr, c->addr + mmap_page_align(c->len));
	d->err = due_unmapped(md, m, c->addr, c->addr + mmap_page_align(c->len));
}

/* ---- mprotect ---- */

/* What a part of a VMA that gets flags counts for, before and after. */
static void count_part(struct mmap_model *md, const struct mmap_area *v, uint64_t pages,
		       uint64_t flags)
{
	uint64_t data = MM_VM_WRITE | MM_VM_SHARED | MM_VM_GROWSDOWN;

	if ((v->flags & data) == MM_VM_WRITE)
		md->totals.data_vm -= pages;
	if ((flags & data) == MM_VM_WRITE)
		md->totals.data_vm += pages;
	if (v->flags & MM_VM_ACCOUNT)
		md->totals.committed -= (int64_t)pages;
	if (flags & MM_VM_ACCOUNT)
		md->totals.committed += (int64_t)pages;
}

/* Promises that come or go with other rights for so many pages of v. */
static int due_promise(const struct mmap_model *md, const struct mm_machine *m,
		       const struct mmap_area *v, uint64_t pages, uint64_t *flags)
{
	const struct mm_process *p = process_of(md, m);

	if (!(*flags & MM_VM_WRITE)) {
		/* never written to, and never will be */
		if (v->file == NO_FILE && !v->anon)
			*flags &= ~(uint64_t)MM_VM_ACCOUNT;
		return 0;
	}
	if (mm_mmap_may_expand(md, p, v->flags, pages) && !mm_mmap_may_expand(md, p, *flags, pages))
		return -MM_ENOMEM;
	if (v->flags & (MM_VM_WRITE | MM_VM_SHARED | MM_VM_NORESERVE | MM_VM_ACCOUNT))
		return 0;
	*flags |= MM_VM_ACCOUNT;
	return mm_mmap_may_promise(md, m, pages) ? 0 : -MM_ENOMEM;
}

static int due_part(struct mmap_model *md, const struct mm_machine *m, const struct mmap_area *v,
		    uint64_t start, uint64_t end, uint32_t prot)
{
	uint64_t pages = (end - start) / MM_PAGE_SIZE;
	struct mmap_area put = *v;
	int err;

	put.flags = (v->flags & ~(uint64_t)MM_VM_ACCESS) | (prot & MM_VM_ACCESS);
	if (prot & MM_VM_ACCESS & ~(v->flags >> 4))
		return -MM_EACCES;
	if (put.flags == v->flags)
		return 0;
	err = due_promise(md, m, v, pages, &put.flags);
	if (err)
		return err;
	count_part(md, v, pages, put.flags);
	put.pgoff += (start - v->start) / MM_PAGE_SIZE;
	mmap_part(md, start, end, &put);
	return 0;
}

static int due_range(struct mmap_model *md, const struct mm_machine *m, uint64_t start,
		     uint64_t end, uint32_t prot)
{
	while (start < end) {
		const struct mmap_area *v = mm_mmap_areas_at(&md->before, md->call.pid, start);
		uint64_t stop;
		int err;

		if (!v)
			return -MM_ENOMEM;
		stop = v->end < end ? v->end : end;
		err = due_part(md, m, v, start, stop, prot);
		if (err)
			return err;
		start = stop;
	}
	return 0;
}

/* Where it begins: where it says, or at the start of a stack. */
static int due_start(const struct mmap_model *md, uint64_t *start, uint64_t end, uint32_t prot)
{
	const struct mmap_area *v = mm_mmap_areas_above(&md->before, md->call.pid, *start);

	if (!v || (prot & MM_PROT_GROWSDOWN ? v->start >= end : v->start > *start))
		return -MM_ENOMEM;
	if (prot & MM_PROT_GROWSUP)
		return -MM_EINVAL;
	if (prot & MM_PROT_GROWSDOWN) {
		*start = v->start;
		return v->flags & MM_VM_GROWSDOWN ? 0 : -MM_EINVAL;
	}
	return 0;
}

void mm_mmap_due_mprotect(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d)
{
	const struct mmap_call *c = &md->call;
	uint32_t grows = c->prot & (MM_PROT_GROWSDOWN | MM_PROT_GROWSUP);
	uint64_t start = c->addr;
	uint64_t end = start + mmap_page_align(c->len);

	d->err = -MM_EINVAL;
	if (grows == (MM_PROT_GROWSDOWN | MM_PROT_GROWSUP) || (start & PAGE_MASK))
		return;
	d->err = c->len && end <= start ? -MM_ENOMEM : 0;
	if (!c->len || d->err)
		return;
	d->err = c->prot & ~grows & ~0xfu ? -MM_EINVAL : due_start(md, &start, end, c->prot);
	if (d->err)
		return;
	d->err = due_range(md, m, start, end, c->prot);
	d->may_want = true;
}

/* ---- brk ---- */

static bool may_grow_heap(const struct mmap_model *md, const struct mm_machine *m, uint64_t from,
			  uint64_t to, uint64_t flags)
{
	uint64_t gap = (1 + m->sysctl.stack_guard_gap) * MM_PAGE_SIZE;
	const struct mm_process *p = process_of(md, m);
	const struct mmap_area *next = mm_mmap_areas_above(&md->pages, md->call.pid, from);
	uint64_t pages = (to - from) / MM_PAGE_SIZE;

	if (mm_mmap_place_ok(md, m, from, to - from))
		return false;
	if ((flags & MM_VM_LOCKED) && !mm_mmap_may_lock(md, p, to - from))
		return false;
	/* a page besides, and what a stack keeps free */
	if (next && next->start < to + gap && !mm_mmap_keeps_clear(m, next, to + MM_PAGE_SIZE))
		return false;
	return mm_mmap_may_expand(md, p, flags, pages) &&
	       md->totals.map_count <= m->sysctl.max_map_count && mm_mmap_may_promise(md, m, pages);
}

static bool may_move(struct mmap_model *md, const struct mm_machine *m, uint64_t from, uint64_t to,
		     bool *may_want)
{
	struct mmap_area heap = {.pid = md->call.pid, .start = from, .end = to};

	*may_want = to != from;
	if (to < from)
		return mm_mmap_areas_any(&md->pages, heap.pid, to, from) &&
		       due_unmapped(md, m, to, from) == 0;
	if (to == from)
		return true;
	heap.flags = MM_VM_READ | MM_VM_WRITE | MM_VM_MAY | MM_VM_ACCOUNT | md->totals.def_flags;
	heap.pgoff = from / MM_PAGE_SIZE;
	if (!may_grow_heap(md, m, from, to, heap.flags))
		return false;
	mmap_part(md, from, to, &heap);
	return true;
}

void mm_mmap_due_brk(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d)
{
	uint64_t addr = md->call.addr;
	uint64_t old = mmap_brk(md, m, md->call.pid);
	uint64_t to = mmap_page_align(addr);

	d->answer = old;
	if (addr < m->desc.start_brk || to < addr ||
	    addr - m->desc.start_brk > process_of(md, m)->rlimit[MM_RLIMIT_DATA])
		return;
	if (may_move(md, m, mmap_page_align(old), to, &d->may_want))
		d->answer = addr;
}

/* ---- touches ---- */

/* Does what lies below leave room for a stack to begin at start? */
static bool leaves_gap(const struct mmap_model *md, const struct mm_machine *m, uint64_t start)
{
	const struct mmap_area *below =
		mm_mmap_areas_below(&md->before, md->call.pid, md->call.addr);

	if (!below || !(below->flags & MM_VM_ACCESS) || (below->flags & MM_VM_GROWSDOWN))
		return true;
	return start >= below->end + m->sysctl.stack_guard_gap * MM_PAGE_SIZE;
}

static bool may_grow_stack(const struct mmap_model *md, const struct mm_machine *m,
			   const struct mmap_area *stack, uint64_t start)
{
	const struct mm_process *p = process_of(md, m);
	uint64_t pages = (stack->start - start) / MM_PAGE_SIZE;

	return (stack->flags & MM_VM_GROWSDOWN) && start >= m->sysctl.mmap_min_addr &&
	       leaves_gap(md, m, start) && pages <= stack->pgoff &&
	       mm_mmap_may_expand(md, p, stack->flags, pages) &&
	       stack->end - start <= p->rlimit[MM_RLIMIT_STACK] &&
	       (!(stack->flags & MM_VM_LOCKED) || mm_mmap_may_lock(md, p, pages * MM_PAGE_SIZE)) &&
	       mm_mmap_may_promise(md, m, pages);
}

static bool is_allowed(uint64_t flags, uint64_t access)
{
	static const uint64_t needs[] = {
		[MM_ACCESS_READ] = MM_VM_ACCESS,
		[MM_ACCESS_WRITE] = MM_VM_WRITE,
		[MM_ACCESS_EXEC] = MM_VM_ACCESS,
	};

	return access < sizeof(needs) / sizeof(needs[0]) && (flags & needs[access]);
}

/* Part of d->answer: the VMA is there. */
static uint64_t due_fault(const struct mmap_model *md, const struct mm_machine *m,
			  const struct mmap_area *v, struct mmap_due *d)
{
	uint64_t addr = md->call.addr;
	uint64_t access = md->call.prot;
	/* modulo 2^64: a stack that grows begins above addr still */
	uint64_t page = v->pgoff + (addr / MM_PAGE_SIZE - v->start / MM_PAGE_SIZE);

	if (!is_allowed(v->flags, access))
		return MM_FAULT_SEGV_ACCERR;
	d->own = !(v->flags & MM_VM_SHARED) &&
		 (access == MM_ACCESS_WRITE || (v->file == NO_FILE && m->desc.read_prepares));
	d->may_want |= d->own && !v->anon;
	if (v->file != NO_FILE && page >= mm_file_at(m, v->file - 1)->pages)
		return MM_FAULT_BUS_ADRERR;
	/* that it is not to be executed is seen when the page is there */
	if (access == MM_ACCESS_EXEC && !(v->flags & MM_VM_EXEC))
		return MM_FAULT_SEGV_ACCERR;
	return MM_FAULT_OK;
}

void mm_mmap_due_touch(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d)
{
	uint64_t addr = md->call.addr;
	const struct mmap_area *v = mm_mmap_areas_above(&md->before, md->call.pid, addr);
	struct mmap_area put;

	d->answer = MM_FAULT_SEGV_MAPERR;
	if (!v)
		return;
	if (v->start > addr) {
		uint64_t start = addr & ~PAGE_MASK;

		if (!may_grow_stack(md, m, v, start))
			return;
		put = *v;
		put.pgoff -= (v->start - start) / MM_PAGE_SIZE;
		mmap_part(md, start, v->start, &put);
		d->grows = true;
		d->may_want = true;
	}
	d->answer = due_fault(md, m, v, d);
}
