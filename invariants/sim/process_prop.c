/* SPDX-License-Identifier: MIT */
/* process properties: numbers, limits, and plantings. */
#include "mm/process.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

/* The lowest that is free; whoever comes anew has nothing of who went. */
static void numbers_come_again(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=4M max_order=6 procs=3", NULL);
	struct mm_process *q[3];
	struct mm_ctx x;
	uint64_t i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < 3; i++) {
		q[i] = mm_process_create(&x);
		PROP(p, q[i] && mm_process_pid(m, q[i]) == i && mm_process_at(m, i) == q[i],
		     "process %d", (int)i);
	}
	PROP(p, !mm_process_create(&x) && !mm_process_at(m, 3), "a process too many");
	mm_process_caps_set(&x, q[1], UINT32_MAX);
	PROP(p, q[1]->caps == MM_CAP_ALL, "rights that are none");
	PROP(p,
	     !mm_process_limit_set(&x, q[1], MM_RLIMIT_AS, 5) &&
		     mm_process_limit_set(&x, q[1], MM_NR_RLIMITS, 5) == -MM_EINVAL,
	     "limits");
	mm_process_destroy(&x, q[2]);
	mm_process_destroy(&x, q[1]);
	PROP(p,
	     mm_process_create(&x) == q[1] && !q[1]->caps &&
		     q[1]->rlimit[MM_RLIMIT_AS] == MM_RLIM_INFINITY &&
		     mm_process_limit_pages(q[1], MM_RLIMIT_STACK) == 2048,
	     "it has what the one before had");
	mm_machine_destroy(m);
}

static void lives_without_memory(struct mm_victim *v)
{
	v->m->processes[1].alive = true;
	mm_touch(v->x, MM_OBJ_PROCESS, 1);
}

static void gone_and_its_memory_not(struct mm_victim *v)
{
	v->m->processes[0].alive = false;
	mm_touch(v->x, MM_OBJ_PROCESS, 0);
}

static const struct mm_plant plants[] = {
	{"process.owns_mm", lives_without_memory, NULL, false},
	{"process.owns_mm", gone_and_its_memory_not, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_process_props[] = {
	{"process.numbers_come_again", numbers_come_again, 1},
	{"process." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
