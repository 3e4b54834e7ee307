/* SPDX-License-Identifier: MIT */
/*
 * mmap: which errors come first is part of the contract, so the checks stand in the
 * kernel's order.  Then, with all that can fail before anything that shows:
 *
 *     split at the ends -> limits -> promise -> who takes it over, or a VMA of its own
 *            -> what was there goes -> the new one comes
 */
#include "mm/mmap.h"

#include "mm/file.h"
#include "mm/munmap.h"
#include "mm/overcommit.h"
#include "mm/process.h"
#include "mm/unmapped_area.h"
#include "mm/vm_fault.h"
#include "mm/vma.h"

#define PAGE_MASK (MM_PAGE_SIZE - 1)

/* MAP_32BIT, MAP_ABOVE4G, MAP_HUGETLB; all bits of MAP_HUGE_2MB and MAP_HUGE_1GB. */
#define WITHOUT_MEANING (0x40u | 0x80u | 0x40000u | 0x7c000000u)

/* Flags of mmap that mean something to a file opened without further promises; unknown
 * ones are an error with MAP_SHARED_VALIDATE only.  Kernel: LEGACY_MAP_MASK. */
#define KNOWN_FLAGS                                                                                \
	(MM_MAP_SHARED | MM_MAP_PRIVATE | MM_MAP_FIXED | MM_MAP_ANONYMOUS | MM_MAP_DENYWRITE |     \
	 MM_MAP_EXECUTABLE | MM_MAP_GROWSDOWN | MM_MAP_LOCKED | MM_MAP_NORESERVE |                 \
	 MM_MAP_POPULATE | MM_MAP_NONBLOCK | MM_MAP_STACK | WITHOUT_MEANING)

/* Largest file: no page of it lies beyond.  Kernel: MAX_LFS_FILESIZE. */
#define FILE_BYTES_MAX ((uint64_t)INT64_MAX)

static uint64_t page_align(uint64_t bytes)
{
	return (bytes + PAGE_MASK) & ~PAGE_MASK;
}

/* ---- what is asked for ---- */

/* Kernel: calc_vm_prot_bits, calc_vm_flag_bits. */
static uint64_t flags_of(const struct mm_struct *mm, const struct mm_mmap_request *q)
{
	uint64_t flags = mm->def_flags | MM_VM_MAY | (q->prot & MM_VM_ACCESS);

	if (q->flags & MM_MAP_GROWSDOWN)
		flags |= MM_VM_GROWSDOWN;
	if (q->flags & MM_MAP_LOCKED)
		flags |= MM_VM_LOCKED;
	if (q->flags & MM_MAP_STACK)
		flags |= MM_VM_NOHUGEPAGE;
	return flags;
}

/* A wish below what is allowed is one for the lowest that is.  Kernel: round_hint_to_min. */
static uint64_t round_hint(const struct mm_machine *m, uint64_t hint)
{
	hint &= ~PAGE_MASK;
	return hint && hint < m->sysctl.mmap_min_addr ? page_align(m->sysctl.mmap_min_addr) : hint;
}

/* What a file lets be done.  *flags gets and loses what follows from it. */
static int ask_file(const struct mm_mmap_request *q, uint64_t len, uint64_t *flags)
{
	const struct mm_file *f = q->file;
	uint32_t type = q->flags & MM_MAP_TYPE;
	uint64_t pgoff = q->offset >> MM_PAGE_SHIFT;

	if (len > FILE_BYTES_MAX || pgoff > (FILE_BYTES_MAX - len) >> MM_PAGE_SHIFT)
		return -MM_EOVERFLOW;
	if (type == MM_MAP_SHARED_VALIDATE && (q->flags & ~(KNOWN_FLAGS | MM_MAP_TYPE)))
		return -MM_EOPNOTSUPP;
	if (type == MM_MAP_SHARED || type == MM_MAP_SHARED_VALIDATE) {
		if ((q->prot & MM_PROT_WRITE) && !(f->mode & MM_FILE_WRITE))
			return -MM_EACCES;
		if ((f->mode & MM_FILE_APPEND) && (f->mode & MM_FILE_WRITE))
			return -MM_EACCES;
		*flags |= MM_VM_SHARED | MM_VM_MAYSHARE;
		if (!(f->mode & MM_FILE_WRITE))
			*flags &= ~(uint64_t)(MM_VM_MAYWRITE | MM_VM_SHARED);
	} else if (type != MM_MAP_PRIVATE) {
		return -MM_EINVAL;
	}
	if (!(f->mode & MM_FILE_READ))
		return -MM_EACCES;
	if (f->mode & MM_FILE_NOEXEC) {
		if (*flags & MM_VM_EXEC)
			return -MM_EPERM;
		*flags &= ~(uint64_t)MM_VM_MAYEXEC;
	}
	if (f->mode & MM_FILE_NOMMAP)
		return -MM_ENODEV;
	return *flags & MM_VM_GROWSDOWN ? -MM_EINVAL : 0;
}

static int ask_anonymous(const struct mm_mmap_request *q, uint64_t *flags)
{
	switch (q->flags & MM_MAP_TYPE) {
	case MM_MAP_SHARED:
		if (*flags & MM_VM_GROWSDOWN)
			return -MM_EINVAL;
		*flags |= MM_VM_SHARED | MM_VM_MAYSHARE;
		return 0;
	case MM_MAP_PRIVATE:
		return 0;
	default:
		return -MM_EINVAL;
	}
}

static int ask_lock(const struct mm_struct *mm, const struct mm_mmap_request *q, uint64_t flags,
		    uint64_t len)
{
	const struct mm_process *p = mm->owner;

	/* Kernel: can_do_mlock */
	if ((q->flags & MM_MAP_LOCKED) && !p->rlimit[MM_RLIMIT_MEMLOCK] &&
	    !(p->caps & MM_CAP_IPC_LOCK))
		return -MM_EPERM;
	return mm_aspace_may_lock(mm, flags, len) ? 0 : -MM_EAGAIN;
}

/* ---- a range gets its mapping ---- */

/* Pages of [start, end) that are mapped.  Kernel: count_vma_pages_range. */
static uint64_t mapped_pages(const struct mm_struct *mm, uint64_t start, uint64_t end)
{
	const struct vm_area_struct *vma;
	uint64_t bytes = 0;

	for (vma = mm_aspace_find_in(mm, start, end); vma && vma->vm_start < end;
	     vma = mm_aspace_next(mm, vma)) {
		uint64_t from = vma->vm_start > start ? vma->vm_start : start;
		uint64_t to = vma->vm_end < end ? vma->vm_end : end;

		bytes += to - from;
	}
	return bytes >> MM_PAGE_SHIFT;
}

/* What is replaced makes room. */
static bool within_limits(const struct mm_vma_range *r)
{
	uint64_t pages = (r->end - r->start) >> MM_PAGE_SHIFT;

	return mm_aspace_may_expand(r->mm, r->flags, pages - mapped_pages(r->mm, r->start, r->end));
}

/* Does private memory come to be by it?  Kernel: accountable_mapping. */
static bool is_accountable(uint64_t flags)
{
	return (flags & (MM_VM_NORESERVE | MM_VM_SHARED | MM_VM_WRITE)) == MM_VM_WRITE;
}

/*
 * Shared anonymous memory is a file that nobody else has.  Promised as a whole when it is
 * made.  NULL: no memory.  Kernel: shmem_zero_setup.
 */
static struct mm_file *create_shared(struct mm_ctx *x, const struct mm_vma_range *r)
{
	uint64_t pages = (r->end - r->start) >> MM_PAGE_SHIFT;
	bool accounted = !(r->flags & MM_VM_NORESERVE);
	struct mm_file *f;

	if (accounted && mm_overcommit_charge(x, r->mm, pages))
		return NULL;
	f = mm_file_create(x, pages, MM_FILE_READ | MM_FILE_WRITE | MM_FILE_SHMEM | MM_FILE_ANON);
	if (f)
		f->accounted = accounted ? pages : 0;
	else if (accounted)
		mm_overcommit_uncharge(x, pages);
	return f;
}

static struct vm_area_struct *create_vma(struct mm_ctx *x, struct mm_vma_range *r)
{
	bool shared = (r->flags & MM_VM_SHARED) && !r->file;
	struct vm_area_struct *vma;

	if (shared) {
		r->file = create_shared(x, r);
		if (!r->file)
			return NULL;
	}
	vma = mm_vma_create(x, r);
	/* who made the file drops it: it is the VMA's alone */
	if (shared)
		mm_vma_put_file(x, r->file);
	return vma;
}

/* There is a plan for r, or a VMA of its own, when nothing has been taken away yet. */
static int place(struct mm_ctx *x, struct mm_vma_range *r)
{
	struct mm_vma_plan plan = {NULL, MM_MERGE_NONE};
	struct vm_area_struct *vma = NULL;

	if (mm_vma_reserve(x, r->mm, 2))
		return -MM_ENOMEM;
	/* each piece of shared anonymous memory is a file of its own */
	if (r->file || !(r->flags & MM_VM_SHARED))
		plan = mm_vma_plan_merge(x, r);
	if (!plan.vma) {
		vma = create_vma(x, r);
		if (!vma) {
			mm_vma_release(x, r->mm);
			return -MM_ENOMEM;
		}
	}
	mm_munmap_complete(x, r->mm, r->start, r->end, true);
	if (vma)
		mm_vma_link(x, vma);
	else
		mm_vma_merge(x, plan, r);
	mm_vma_release(x, r->mm);
	return 0;
}

/* Kernel: mmap_region. */
static int map_range(struct mm_ctx *x, struct mm_vma_range *r)
{
	uint64_t pages = (r->end - r->start) >> MM_PAGE_SHIFT;
	uint64_t had;
	int64_t more = 0;
	int err;

	/* limits are asked when it is known what goes: VMAs stay split by then */
	if (mm_munmap_prepare(x, r->mm, r->start, r->end, &had) || !within_limits(r))
		return -MM_ENOMEM;
	if (is_accountable(r->flags)) {
		r->flags |= MM_VM_ACCOUNT;
		more = (int64_t)pages;
	}
	/* promises of what goes are taken over */
	more -= (int64_t)had;
	if (more > 0 && mm_overcommit_charge(x, r->mm, (uint64_t)more))
		return -MM_ENOMEM;
	err = place(x, r);
	if (err) {
		if (more > 0)
			mm_overcommit_uncharge(x, (uint64_t)more);
		return err;
	}
	if (more < 0)
		mm_overcommit_uncharge(x, (uint64_t)-more);
	if (r->flags & MM_VM_LOCKED)
		r->mm->locked_vm += pages;
	mm_aspace_account(x, r->mm, r->flags, (int64_t)pages);
	return 0;
}

/* ---- the call ---- */

/* What can be said without looking at what is mapped, and where it goes. */
static int find_place(struct mm_ctx *x, const struct mm_struct *mm, const struct mm_mmap_request *q,
		      uint64_t len, uint64_t *addr)
{
	bool fixed = (q->flags & (MM_MAP_FIXED | MM_MAP_FIXED_NOREPLACE)) != 0;
	uint64_t pgoff = q->offset >> MM_PAGE_SHIFT;
	int err;

	if (!len)
		return -MM_ENOMEM;
	if (pgoff + (len >> MM_PAGE_SHIFT) < pgoff)
		return -MM_EOVERFLOW;
	if ((uint64_t)mm->map_count > x->m->sysctl.max_map_count)
		return -MM_ENOMEM;
	err = mm_unmapped_area(x, mm, fixed ? q->addr : round_hint(x->m, q->addr), len, fixed,
			       addr);
	if (err)
		return err;
	if ((q->flags & MM_MAP_FIXED_NOREPLACE) && mm_aspace_find_in(mm, *addr, *addr + len))
		return -MM_EEXIST;
	return 0;
}

static bool is_populated(const struct mm_mmap_request *q, uint64_t flags)
{
	return (flags & MM_VM_LOCKED) ||
	       (q->flags & (MM_MAP_POPULATE | MM_MAP_NONBLOCK)) == MM_MAP_POPULATE;
}

static int do_mmap(struct mm_ctx *x, struct mm_struct *mm, const struct mm_mmap_request *q,
		   uint64_t *addr)
{
	bool anonymous = (q->flags & MM_MAP_ANONYMOUS) != 0;
	uint64_t flags = flags_of(mm, q);
	uint64_t len = page_align(q->len);
	struct mm_vma_range r;
	int err;

	if (q->offset & PAGE_MASK)
		return -MM_EINVAL;
	if (!anonymous && !q->file)
		return -MM_EBADF;
	if (!q->len)
		return -MM_EINVAL;
	err = find_place(x, mm, q, len, addr);
	if (!err)
		err = ask_lock(mm, q, flags, len);
	if (!err)
		err = anonymous ? ask_anonymous(q, &flags) : ask_file(q, len, &flags);
	if (err)
		return err;
	if ((q->flags & MM_MAP_NORESERVE) && x->m->sysctl.overcommit_memory != MM_OVERCOMMIT_NEVER)
		flags |= MM_VM_NORESERVE;
	r = (struct mm_vma_range){
		.mm = mm,
		.start = *addr,
		.end = *addr + len,
		.flags = flags,
		.file = anonymous ? NULL : q->file,
		.pgoff = q->offset >> MM_PAGE_SHIFT,
	};
	if (anonymous)
		r.pgoff = flags & MM_VM_SHARED ? 0 : *addr >> MM_PAGE_SHIFT;
	err = map_range(x, &r);
	if (!err && is_populated(q, flags))
		mm_vm_fault_populate(x, mm, r.start, r.end);
	return err;
}

int mm_mmap(struct mm_ctx *x, struct mm_struct *mm, const struct mm_mmap_request *q, uint64_t *addr)
{
	int err;

	mm_aspace_enter(x, mm, MM_CALL_MMAP, q->addr, q->len, (uint64_t)q->flags << 32 | q->prot);
	mm_event(x, MM_EV_mm_sys_file, q->file ? 1 + mm_file_id(x->m, q->file) : 0, q->offset);
	err = do_mmap(x, mm, q, addr);
	mm_aspace_answer(x, mm_process_pid(x->m, mm->owner), MM_CALL_MMAP, err ? 0 : *addr, err);
	return err;
}
