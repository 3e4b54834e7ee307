/* SPDX-License-Identifier: MIT */
/*
 * task model: the flags of each CPU's task, set by set and taken away by name.
 *
 * What a scope added is what was not there before.  Whoever entered it is told
 * that, and gives it back when leaving: a wrong answer takes away what an outer
 * scope added.
 */
#include "mm/task.h"

#include "mm/check.h"
#include "mm/machine.h"

struct model {
	uint32_t flags[MM_CPUS_MAX];
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static uint32_t due(uint32_t before, enum mm_task_change what, uint32_t by)
{
	switch (what) {
	case MM_TASK_ENTER:
		return before | by;
	case MM_TASK_EXIT:
		return before & ~by;
	case MM_TASK_SET:
		return (before & (MM_TASK_MEMALLOC | MM_TASK_NOIO | MM_TASK_NOFS | MM_TASK_PIN)) |
		       by;
	}
	return before;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	uint32_t *flags = &md->flags[ev->cpu];
	uint32_t want = due(*flags, (enum mm_task_change)ev->f[2], (uint32_t)ev->f[3]);

	(void)m;
	MM_CHECK(r, "task.scope_restores", ev->f[0] == *flags && ev->f[1] == want,
		 "CPU %d: flags went from 0x%llx to 0x%llx, due: from 0x%x to 0x%x", ev->cpu,
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1], *flags, want);
	MM_CHECK(r, "task.scope_restores",
		 ev->f[2] != MM_TASK_ENTER || ev->f[4] == (ev->f[3] & ~ev->f[0]),
		 "CPU %d: entering 0x%llx over 0x%llx answers 0x%llx", ev->cpu,
		 (unsigned long long)ev->f[3], (unsigned long long)ev->f[0],
		 (unsigned long long)ev->f[4]);
	*flags = want;
}

const struct mm_model mm_task_model = {
	.name = "task",
	.events = MM_EV_BIT(MM_EV_mm_task_flags),
	.size = model_size,
	.on_event = model_event,
};
