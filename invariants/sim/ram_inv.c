/* SPDX-License-Identifier: MIT */
/* ram claims. */
#include "mm/ram.h"

#include "mm/bitmap.h"
#include "mm/check.h"

static void check_written(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	const struct mm_machine_desc *d = &m->desc;
	bool present = false;
	int i;

	for (i = 0; i < d->nr_ram; i++)
		present |= pfn >= d->ram[i].start && pfn < d->ram[i].end;
	MM_CHECK(r, "ram.written_is_present", present || !mm_bitmap_test(m->written, pfn),
		 "pfn %llu is a hole and has been written", (unsigned long long)pfn);
}

const struct mm_inv mm_ram_invs[] = {
	{"ram.written_is_present", "only frames that exist have ever been written", MM_OBJ_FRAME,
	 check_written, false},
	{"ram.read_your_write", "a frame holds what was last written to it", MM_OBJ_EVENT, NULL,
	 false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
