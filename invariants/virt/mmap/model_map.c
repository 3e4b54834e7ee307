/* SPDX-License-Identifier: MIT */
/*
 * mmap model: what mmap must answer, rule by rule in the order in which the first that is
 * broken shows.
 */
#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/overcommit.h"

#include "model.h"

#define PAGE_MASK (MM_PAGE_SIZE - 1)

/* Bits of flags that a kernel without further promises knows, MAP_32BIT, MAP_ABOVE4G,
 * MAP_HUGETLB and the sizes of huge pages among them.  Linux 6.18, asked bit by bit,
 * refuses all others. */
#define KNOWN 0x7c07f9f3u

/* As signed bytes, which offsets of files are. */
#define OFFSET_MAX ((uint64_t)INT64_MAX)

static uint32_t type_of(const struct mmap_call *c)
{
	return c->flags & MM_MAP_TYPE;
}

static bool is_shared(const struct mmap_call *c)
{
	return type_of(c) == MM_MAP_SHARED || type_of(c) == MM_MAP_SHARED_VALIDATE;
}

static bool is_anonymous(const struct mmap_call *c)
{
	return (c->flags & MM_MAP_ANONYMOUS) != 0;
}

/* Flags of its pages, but for what its file takes away and promises add. */
static uint64_t flags_asked(const struct mmap_model *md, const struct mm_machine *m)
{
	const struct mmap_call *c = &md->call;
	uint64_t flags = md->totals.def_flags | MM_VM_MAY;

	flags |= c->prot & MM_PROT_READ ? MM_VM_READ : 0;
	flags |= c->prot & MM_PROT_WRITE ? MM_VM_WRITE : 0;
	flags |= c->prot & MM_PROT_EXEC ? MM_VM_EXEC : 0;
	flags |= c->flags & MM_MAP_GROWSDOWN ? MM_VM_GROWSDOWN : 0;
	flags |= c->flags & MM_MAP_LOCKED ? MM_VM_LOCKED : 0;
	flags |= c->flags & MM_MAP_STACK ? MM_VM_NOHUGEPAGE : 0;
	/* who may promise everything twice is who is asked not to count */
	if ((c->flags & MM_MAP_NORESERVE) && m->sysctl.overcommit_memory != MM_OVERCOMMIT_NEVER)
		flags |= MM_VM_NORESERVE;
	return flags;
}

/* ---- errors ---- */

static int bad_numbers(const struct mmap_call *c, uint64_t len)
{
	if (c->offset & PAGE_MASK)
		return -MM_EINVAL;
	if (!is_anonymous(c) && c->file == NO_FILE)
		return -MM_EBADF;
	if (!c->len)
		return -MM_EINVAL;
	if (!len)
		return -MM_ENOMEM;
	return c->offset / MM_PAGE_SIZE + len / MM_PAGE_SIZE < c->offset / MM_PAGE_SIZE
		       ? -MM_EOVERFLOW
		       : 0;
}

static int bad_place(const struct mmap_model *md, const struct mm_machine *m, uint64_t len,
		     uint64_t *addr)
{
	const struct mmap_call *c = &md->call;
	bool fixed = (c->flags & (MM_MAP_FIXED | MM_MAP_FIXED_NOREPLACE)) != 0;
	int err = 0;

	*addr = c->addr;
	if (md->totals.map_count > m->sysctl.max_map_count)
		return -MM_ENOMEM;
	if (!fixed)
		err = mm_mmap_place(md, m, c->addr, len, addr);
	if (!err)
		err = mm_mmap_place_ok(md, m, *addr, len);
	if (err)
		return err;
	if ((c->flags & MM_MAP_FIXED_NOREPLACE) &&
	    mm_mmap_areas_any(&md->pages, c->pid, *addr, *addr + len))
		return -MM_EEXIST;
	return 0;
}

static int bad_lock(const struct mmap_model *md, const struct mm_machine *m, uint64_t flags,
		    uint64_t len)
{
	const struct mm_process *p = &m->processes[md->call.pid];

	if ((md->call.flags & MM_MAP_LOCKED) && !(p->caps & MM_CAP_IPC_LOCK) &&
	    p->rlimit[MM_RLIMIT_MEMLOCK] == 0)
		return -MM_EPERM;
	return (flags & MM_VM_LOCKED) && !mm_mmap_may_lock(md, p, len) ? -MM_EAGAIN : 0;
}

static int bad_sharing(const struct mmap_call *c, uint32_t mode)
{
	if (type_of(c) == MM_MAP_SHARED_VALIDATE && (c->flags & ~(KNOWN | MM_MAP_TYPE)))
		return -MM_EOPNOTSUPP;
	if (!is_shared(c))
		return type_of(c) == MM_MAP_PRIVATE ? 0 : -MM_EINVAL;
	if ((c->prot & MM_PROT_WRITE) && !(mode & MM_FILE_WRITE))
		return -MM_EACCES;
	return (mode & MM_FILE_WRITE) && (mode & MM_FILE_APPEND) ? -MM_EACCES : 0;
}

static int bad_file(const struct mmap_call *c, uint32_t mode, uint64_t len)
{
	int err;

	if (len > OFFSET_MAX || c->offset / MM_PAGE_SIZE > (OFFSET_MAX - len) / MM_PAGE_SIZE)
		return -MM_EOVERFLOW;
	err = bad_sharing(c, mode);
	if (err)
		return err;
	if (!(mode & MM_FILE_READ))
		return -MM_EACCES;
	if ((mode & MM_FILE_NOEXEC) && (c->prot & MM_PROT_EXEC))
		return -MM_EPERM;
	if (mode & MM_FILE_NOMMAP)
		return -MM_ENODEV;
	return c->flags & MM_MAP_GROWSDOWN ? -MM_EINVAL : 0;
}

static int bad_kind(const struct mmap_call *c, uint32_t mode, uint64_t len)
{
	if (!is_anonymous(c))
		return bad_file(c, mode, len);
	if (type_of(c) == MM_MAP_PRIVATE)
		return 0;
	return type_of(c) == MM_MAP_SHARED && !(c->flags & MM_MAP_GROWSDOWN) ? 0 : -MM_EINVAL;
}

/* ---- flags that follow ---- */

static uint64_t flags_due(uint64_t flags, const struct mmap_call *c, uint32_t mode)
{
	bool own = is_anonymous(c) || (mode & MM_FILE_WRITE);

	if (is_shared(c)) {
		flags |= MM_VM_MAYSHARE;
		/* a file that cannot be written to is as good as private */
		if (own)
			flags |= MM_VM_SHARED;
		else
			flags &= ~(uint64_t)MM_VM_MAYWRITE;
	}
	if (!is_anonymous(c) && (mode & MM_FILE_NOEXEC))
		flags &= ~(uint64_t)MM_VM_MAYEXEC;
	if ((flags & MM_VM_WRITE) && !(flags & (MM_VM_SHARED | MM_VM_NORESERVE)))
		flags |= MM_VM_ACCOUNT;
	return flags;
}

/* ---- limits ---- */

static bool is_too_much(const struct mmap_model *md, const struct mm_machine *m,
			const struct mmap_area *a)
{
	const struct mm_process *p = &m->processes[a->pid];
	uint64_t pages = (a->end - a->start) / MM_PAGE_SIZE;
	uint64_t had = mm_mmap_areas_bytes(&md->pages, a->pid, a->start, a->end, 0) / MM_PAGE_SIZE;
	uint64_t promised =
		mm_mmap_areas_bytes(&md->pages, a->pid, a->start, a->end, MM_VM_ACCOUNT) /
		MM_PAGE_SIZE;

	if (!mm_mmap_may_expand(md, p, a->flags & ~(uint64_t)MM_VM_ACCOUNT, pages - had))
		return true;
	if (mm_mmap_no_hole(md, m, a->start, a->end))
		return true;
	/* what goes has been promised already */
	if ((a->flags & MM_VM_ACCOUNT) && pages > promised &&
	    !mm_mmap_may_promise(md, m, pages - promised))
		return true;
	/* memory that is shared, and nobody's file: promised with its file */
	return a->file == NEW_FILE &&
	       ((!(a->flags & MM_VM_NORESERVE) && !mm_mmap_may_promise(md, m, pages)) || !m->files);
}

void mm_mmap_due_mmap(struct mmap_model *md, const struct mm_machine *m, struct mmap_due *d)
{
	const struct mmap_call *c = &md->call;
	const struct mm_file *f = c->file ? mm_file_at(m, c->file - 1) : NULL;
	uint32_t mode = f ? f->mode : 0;
	uint64_t len = mmap_page_align(c->len);
	struct mmap_area a = {.pid = c->pid};

	d->err = bad_numbers(c, len);
	if (!d->err)
		d->err = bad_place(md, m, len, &d->answer);
	a.flags = flags_asked(md, m);
	if (!d->err)
		d->err = bad_lock(md, m, a.flags, len);
	if (!d->err)
		d->err = bad_kind(c, mode, len);
	if (d->err)
		return;
	a.flags = flags_due(a.flags, c, mode);
	a.start = d->answer;
	a.end = a.start + len;
	a.file = is_anonymous(c) ? NO_FILE : c->file;
	a.pgoff = is_anonymous(c) ? a.start / MM_PAGE_SIZE : c->offset / MM_PAGE_SIZE;
	if (is_anonymous(c) && is_shared(c)) {
		a.file = NEW_FILE;
		a.pgoff = 0;
	}
	d->may_want = true;
	if (is_too_much(md, m, &a))
		d->err = -MM_ENOMEM;
	else
		mmap_part(md, a.start, a.end, &a);
}
