/* SPDX-License-Identifier: MIT */
/* aspace_try: calls in short, and VMAs in words, by the table of objects. */
#include "invariants/engine/aspace_try.h"

#include "mm/mmap.h"
#include "mm/mprotect.h"
#include "mm/munmap.h"
#include "mm/pool.h"
#include "mm/process.h"
#include "mm/vm_fault.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool mm_aspace_try_open(struct mm_aspace_try *t, struct mm_prop_run *p, const char *machine)
{
	struct mm_error e = {NULL, 0, 0, ""};

	memset(t, 0, sizeof(*t));
	t->m = mm_boot(machine, &e);
	if (t->m) {
		mm_ctx_init(&t->x, t->m, 0);
		t->p = mm_process_create(&t->x);
	}
	if (t->p && mm_aspace_create(&t->x, t->p) == 0) {
		t->mm = t->p->mm;
		return true;
	}
	prop_fail(p, __FILE__, __LINE__, "%s: no process: %s", machine, e.text);
	mm_machine_destroy(t->m);
	return false;
}

static void end(struct mm_aspace_try *t, struct mm_prop_run *p)
{
	mm_munmap_exit(&t->x, t->mm);
	mm_process_destroy(&t->x, t->p);
	PROP(p, !t->m->vmas->nr_used && !t->m->maple_nodes->nr_used && !t->m->mms->nr_used,
	     "%d VMAs, %d nodes, %d address spaces are left", (int)t->m->vmas->nr_used,
	     (int)t->m->maple_nodes->nr_used, (int)t->m->mms->nr_used);
	PROP(p, !t->m->anon_vmas->nr_used && !t->m->anon_vma_chains->nr_used,
	     "%d anon_vmas, %d links are left", (int)t->m->anon_vmas->nr_used,
	     (int)t->m->anon_vma_chains->nr_used);
	PROP(p, t->m->vm_committed_as == t->m->vm_committed_lost, "%d pages are still promised",
	     (int)t->m->vm_committed_as);
}

void mm_aspace_try_close(struct mm_aspace_try *t, struct mm_prop_run *p)
{
	end(t, p);
	mm_machine_destroy(t->m);
}

int mm_aspace_try_map(struct mm_aspace_try *t, uint64_t page, uint64_t pages, uint32_t prot,
		      uint32_t flags)
{
	const struct mm_mmap_request q = {
		.addr = MM_TRY_PAGE(page),
		.len = pages * MM_PAGE_SIZE,
		.prot = prot,
		.flags = MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED | flags,
	};
	uint64_t addr;

	return mm_mmap(&t->x, t->mm, &q, &addr);
}

int mm_aspace_try_unmap(struct mm_aspace_try *t, uint64_t page, uint64_t pages)
{
	return mm_munmap(&t->x, t->mm, MM_TRY_PAGE(page), pages * MM_PAGE_SIZE);
}

int mm_aspace_try_protect(struct mm_aspace_try *t, uint64_t page, uint64_t pages, uint32_t prot)
{
	return mm_mprotect(&t->x, t->mm, MM_TRY_PAGE(page), pages * MM_PAGE_SIZE, prot);
}

int mm_aspace_try_write(struct mm_aspace_try *t, uint64_t page)
{
	return (int)mm_vm_fault(&t->x, t->mm, MM_TRY_PAGE(page), MM_ACCESS_WRITE);
}

/* The VMA with the lowest start from addr on. */
static const struct vm_area_struct *next_from(const struct mm_aspace_try *t, uint64_t addr)
{
	const struct vm_area_struct *best = NULL;
	uint64_t id;

	for (id = 0; id < mm_pool_max(t->m->vmas); id++) {
		const struct vm_area_struct *vma = mm_pool_at(t->m->vmas, id);

		if (vma && vma->vm_mm == t->mm && vma->vm_start >= addr &&
		    (!best || vma->vm_start < best->vm_start))
			best = vma;
	}
	return best;
}

static const char *marks(const struct vm_area_struct *vma)
{
	static const char *const words[] = {"", " *", " ~", " *~", " +", " *+", " ~+", " *~+"};
	unsigned int i = vma->anon_vma ? 1 : 0;

	i |= vma->vm_flags & MM_VM_GROWSDOWN ? 2 : 0;
	i |= vma->vm_flags & MM_VM_ACCOUNT ? 4 : 0;
	return words[i];
}

static int64_t page_of(uint64_t addr)
{
	return ((int64_t)addr - (int64_t)MM_TRY_BASE) / (int64_t)MM_PAGE_SIZE;
}

const char *mm_aspace_try_text(struct mm_aspace_try *t)
{
	const struct vm_area_struct *vma;
	uint64_t from = 0;
	size_t at = 0;

	t->text[0] = '\0';
	while ((vma = next_from(t, from)) != NULL && at < MM_TRY_LEN - 64) {
		uint64_t f = vma->vm_flags;

		at += (size_t)snprintf(
			t->text + at, MM_TRY_LEN - at, "%s%" PRId64 "-%" PRId64 " %c%c%c%c%s",
			from ? ", " : "", page_of(vma->vm_start), page_of(vma->vm_end),
			f & MM_VM_READ ? 'r' : '-', f & MM_VM_WRITE ? 'w' : '-',
			f & MM_VM_EXEC ? 'x' : '-', f & MM_VM_MAYSHARE ? 's' : 'p', marks(vma));
		from = vma->vm_end;
	}
	return t->text;
}
