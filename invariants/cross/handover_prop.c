/* SPDX-License-Identifier: MIT */
/*
 * handover: what memblock says is free at boot is what the buddy allocator got.
 * No layer sees both sides, so no module can claim it.
 */
#include "mm/memblock.h"
#include "mm/page.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <sys/mman.h>

/* Count each frame of free blocks in times[]. */
static void count_free(const struct mm_machine *m, uint8_t *times)
{
	uint64_t pfn;
	uint64_t i;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		const struct page *p = &m->memmap[pfn];

		if (!(p->flags & MM_PG_BUDDY))
			continue;
		for (i = 0; i < (uint64_t)1 << p->order && pfn + i < m->max_pfn; i++)
			times[pfn + i]++;
	}
}

static bool in_a_range(const struct mm_machine *m, uint64_t pfn)
{
	struct mm_memblock_iter it = mm_memblock_first(MM_MEMBLOCK_NO_NODE, 0);

	while (mm_memblock_next_free(m, &it)) {
		if (pfn * MM_PAGE_SIZE >= it.span.base &&
		    pfn * MM_PAGE_SIZE - it.span.base < it.span.size)
			return true;
	}
	return false;
}

/* From pfn on, the first that is RAM or ready: holes may be wide. */
static uint64_t next_frame(const struct mm_machine *m, uint64_t pfn)
{
	uint64_t next = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn);
	int i;

	for (i = 0; i < m->desc.nr_ram; i++) {
		const struct mm_range *r = &m->desc.ram[i];

		if (pfn < r->end && r->start < next)
			next = r->start > pfn ? r->start : pfn;
	}
	return next;
}

static void check_frames(struct mm_prop_run *p, const struct mm_machine *m, const char *machine,
			 const uint8_t *times)
{
	uint64_t pfn;

	for (pfn = next_frame(m, 0); pfn < m->max_pfn; pfn = next_frame(m, pfn + 1)) {
		bool taken = mm_memblock_search(m, MM_MEMBLOCK_RESERVED, pfn * MM_PAGE_SIZE);
		bool there = mm_memblock_search(m, MM_MEMBLOCK_MEMORY, pfn * MM_PAGE_SIZE);
		/* without a struct page it is absent, too */
		uint32_t flags =
			mm_page_valid(m, pfn_of(pfn)) ? m->memmap[pfn].flags : MM_PG_ABSENT;

		/* a section of nothing but reserved frames is never made ready */
		if (there && taken && (flags & MM_PG_ABSENT) && m->desc.deferred)
			continue;
		PROP(p, times[pfn] == in_a_range(m, pfn), "%s: pfn %llu is free %u times", machine,
		     (unsigned long long)pfn, times[pfn]);
		PROP(p, there == !(flags & MM_PG_ABSENT), "%s: pfn %llu: flags 0x%x", machine,
		     (unsigned long long)pfn, flags);
		PROP(p, !there || taken == ((flags & MM_PG_RESERVED) != 0),
		     "%s: pfn %llu: flags 0x%x", machine, (unsigned long long)pfn, flags);
	}
}

static void check_machine(struct mm_prop_run *p, const char *machine)
{
	struct mm_machine *m = mm_boot(machine, NULL);
	size_t size = m ? (size_t)m->max_pfn : 1;
	/* address space for the most part */
	uint8_t *times = mmap(NULL, size, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (m && times != MAP_FAILED) {
		const struct mm_memblock_span all = {0, UINT64_MAX};
		struct mm_ctx x;

		/* held back from who asks memblock, until memblock hands over */
		mm_ctx_init(&x, m, 0);
		if (mm_memblock_clear(&x, all, MM_MEMBLOCK_HOTPLUG))
			prop_fail(p, __FILE__, __LINE__, "%s: its hotplug marks", machine);
		mm_walk_make_ready(m);
		count_free(m, times);
		check_frames(p, m, machine, times);
	} else {
		prop_fail(p, __FILE__, __LINE__, "%s: does not boot", machine);
	}
	if (times != MAP_FAILED)
		(void)munmap(times, size);
	mm_machine_destroy(m);
}

static void buddy_gets_memory_minus_reserved(struct mm_prop_run *p)
{
	int i;

	for (i = 0; mm_walk_machines[i] && !p->failures; i++)
		check_machine(p, mm_walk_machines[i]);
}

static void on_any_machine(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];

	mm_walk_any_machine(p, machine, sizeof(machine));
	check_machine(p, machine);
}

const struct mm_prop mm_handover_props[] = {
	{"handover.buddy_gets_memory_minus_reserved", buddy_gets_memory_minus_reserved, 1},
	{"handover.on_any_machine", on_any_machine, 60},
	{NULL, NULL, 0},
};
