/* SPDX-License-Identifier: MIT */
/*
 * mmap model: limits of a process, what may be promised, where there is room.
 *
 * Room is looked for from gap to gap, from the top or from the bottom.  A gap that is long
 * enough and lies below a stack, in what the stack keeps free, is no use, and then nothing
 * above the end of what it keeps free is.
 */
#include "mm/overcommit.h"
#include "mm/zone.h"

#include "model.h"

#define KIB_PER_PAGE (MM_PAGE_SIZE / 1024)

bool mm_mmap_may_expand(const struct mmap_model *md, const struct mm_process *p, uint64_t flags,
			uint64_t pages)
{
	uint64_t of_all = p->rlimit[MM_RLIMIT_AS] / MM_PAGE_SIZE;
	uint64_t of_data = p->rlimit[MM_RLIMIT_DATA] / MM_PAGE_SIZE;
	bool data = (flags & MM_VM_WRITE) && !(flags & (MM_VM_SHARED | MM_VM_GROWSDOWN));

	if (md->totals.total_vm + pages > of_all)
		return false;
	return !data || md->totals.data_vm + pages <= of_data;
}

bool mm_mmap_may_lock(const struct mmap_model *md, const struct mm_process *p, uint64_t bytes)
{
	if (p->caps & MM_CAP_IPC_LOCK)
		return true;
	return bytes / MM_PAGE_SIZE + md->totals.locked_vm <=
	       p->rlimit[MM_RLIMIT_MEMLOCK] / MM_PAGE_SIZE;
}

/* Pages that mode 2 grants to a process; it may be below 0. */
static int64_t granted(const struct mmap_model *md, const struct mm_machine *m)
{
	const struct mm_sysctl *s = &m->sysctl;
	const struct mm_process *p = &m->processes[md->call.pid];
	uint64_t own = md->totals.total_vm / 32;
	uint64_t reserve = s->user_reserve_kbytes / KIB_PER_PAGE;
	int64_t limit =
		(int64_t)(s->overcommit_kbytes ? s->overcommit_kbytes / KIB_PER_PAGE
					       : md->totals.ram * s->overcommit_ratio / 100);

	if (!(p->caps & MM_CAP_SYS_ADMIN))
		limit -= (int64_t)(s->admin_reserve_kbytes / KIB_PER_PAGE);
	return limit - (int64_t)(own < reserve ? own : reserve);
}

bool mm_mmap_may_promise(const struct mmap_model *md, const struct mm_machine *m, uint64_t pages)
{
	if (m->sysctl.overcommit_memory == MM_OVERCOMMIT_ALWAYS)
		return true;
	if (m->sysctl.overcommit_memory == MM_OVERCOMMIT_GUESS)
		return pages <= md->totals.ram;
	return md->totals.committed + (int64_t)pages < granted(md, m);
}

bool mm_mmap_no_hole(const struct mmap_model *md, const struct mm_machine *m, uint64_t start,
		     uint64_t end)
{
	const struct mmap_area *a = mm_mmap_areas_at(&md->before, md->call.pid, start);

	return a && a->start < start && end < a->end &&
	       md->totals.map_count >= m->sysctl.max_map_count;
}

/* ---- room ---- */

/* The first byte that it leaves to others, from above. */
static uint64_t kept_from(const struct mm_machine *m, const struct mmap_area *a)
{
	uint64_t gap = m->sysctl.stack_guard_gap * MM_PAGE_SIZE;

	if (!(a->flags & MM_VM_GROWSDOWN))
		return a->start;
	return a->start > gap ? a->start - gap : 0;
}

bool mm_mmap_keeps_clear(const struct mm_machine *m, const struct mmap_area *a, uint64_t end)
{
	return !a || end <= kept_from(m, a);
}

/* Does [low, high), cut to the gap below area k of n, hold len bytes? */
static bool gap_holds(const struct mmap_area *a, size_t n, size_t k, uint64_t *low, uint64_t *high,
		      uint64_t len)
{
	if (k && a[k - 1].end > *low)
		*low = a[k - 1].end;
	if (k < n && a[k].start < *high)
		*high = a[k].start;
	return *high > *low && *high - *low >= len;
}

static bool place_down(const struct mmap_model *md, const struct mm_machine *m, uint64_t len,
		       uint64_t *addr)
{
	const struct mmap_area *a;
	size_t n = mm_mmap_areas_of(&md->pages, md->call.pid, &a);
	uint64_t top = m->desc.mmap_base;
	size_t k;

	for (k = n + 1; k-- > 0;) {
		uint64_t low = MM_PAGE_SIZE;
		uint64_t high = top;

		if (!gap_holds(a, n, k, &low, &high, len))
			continue;
		if (k < n && !mm_mmap_keeps_clear(m, &a[k], high)) {
			top = kept_from(m, &a[k]);
			low = MM_PAGE_SIZE;
			high = top;
			if (!gap_holds(a, n, k, &low, &high, len))
				continue;
		}
		*addr = high - len;
		return true;
	}
	return false;
}

static bool place_up(const struct mmap_model *md, const struct mm_machine *m, uint64_t len,
		     uint64_t *addr)
{
	uint64_t bottom =
		m->desc.bottom_up ? m->desc.mmap_base : mmap_page_align(m->desc.task_size / 3);
	const struct mmap_area *a;
	size_t n = mm_mmap_areas_of(&md->pages, md->call.pid, &a);
	size_t k;

	for (k = 0; k <= n; k++) {
		uint64_t low = bottom;
		uint64_t high = m->desc.task_size;

		if (gap_holds(a, n, k, &low, &high, len) &&
		    (k == n || mm_mmap_keeps_clear(m, &a[k], low + len))) {
			*addr = low;
			return true;
		}
	}
	return false;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as mmap has them */
static bool place_wish(const struct mmap_model *md, const struct mm_machine *m, uint64_t hint,
		       uint64_t len, uint64_t *addr)
{
	*addr = hint & ~(MM_PAGE_SIZE - 1);
	if (!*addr)
		return false;
	if (*addr < m->sysctl.mmap_min_addr)
		*addr = mmap_page_align(m->sysctl.mmap_min_addr);
	return *addr <= m->desc.task_size - len &&
	       mm_mmap_keeps_clear(m, mm_mmap_areas_above(&md->pages, md->call.pid, *addr),
				   *addr + len);
}

int mm_mmap_place(const struct mmap_model *md, const struct mm_machine *m, uint64_t hint,
		  uint64_t len, uint64_t *addr)
{
	if (len > m->desc.task_size)
		return -MM_ENOMEM;
	if (place_wish(md, m, hint, len, addr) ||
	    (!m->desc.bottom_up && place_down(md, m, len, addr)) || place_up(md, m, len, addr))
		return 0;
	return -MM_ENOMEM;
}

int mm_mmap_place_ok(const struct mmap_model *md, const struct mm_machine *m, uint64_t addr,
		     uint64_t len)
{
	if (len > m->desc.task_size || addr > m->desc.task_size - len)
		return -MM_ENOMEM;
	if (addr % MM_PAGE_SIZE)
		return -MM_EINVAL;
	if (addr < m->sysctl.mmap_min_addr && !(m->processes[md->call.pid].caps & MM_CAP_SYS_RAWIO))
		return -MM_EPERM;
	return 0;
}
