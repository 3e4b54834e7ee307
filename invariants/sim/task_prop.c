/* SPDX-License-Identifier: MIT */
/* task properties: scopes nest and come back, names come back from text. */
#include "mm/task.h"

#include "mm/machine.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <string.h>

#define DEPTH 12

/* However scopes nest, what holds inside is what held outside and what was entered. */
static void scopes_nest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M", NULL);
	uint32_t outside[DEPTH];
	uint32_t saved[DEPTH];
	struct mm_ctx x;
	int i;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	PROP(p, !x.task_flags, "a task begins in a scope");
	mm_task_set(&x, (uint32_t)prop_below(p, 16) << 4);
	for (i = 0; i < DEPTH; i++) {
		uint32_t flags = (uint32_t)prop_below(p, 16);

		outside[i] = x.task_flags;
		saved[i] = mm_task_enter(&x, flags);
		PROP(p, x.task_flags == (outside[i] | flags), "entering 0x%x over 0x%x gives 0x%x",
		     flags, outside[i], x.task_flags);
	}
	while (i-- > 0) {
		mm_task_exit(&x, saved[i]);
		PROP(p, x.task_flags == outside[i], "leaving scope %d gives 0x%x, was 0x%x", i,
		     x.task_flags, outside[i]);
	}
	mm_machine_destroy(m);
}

/* What a task is and the scopes it is in do not touch each other. */
static void being_is_no_scope(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M", NULL);
	uint64_t digest = m ? mm_machine_digest_sweep(m) : 0;
	uint32_t saved;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	saved = mm_task_enter(&x, MM_TASK_NOFS | MM_TASK_PIN);
	mm_task_set(&x, MM_TASK_RT | MM_TASK_SOFTIRQ);
	PROP(p, x.task_flags == (MM_TASK_NOFS | MM_TASK_PIN | MM_TASK_RT | MM_TASK_SOFTIRQ),
	     "saying what a task is leaves 0x%x", x.task_flags);
	PROP(p, mm_task_in_interrupt(&x), "a soft interrupt is none");
	mm_task_set(&x, MM_TASK_VICTIM);
	PROP(p, !mm_task_in_interrupt(&x), "an interrupt does not end");
	mm_task_exit(&x, saved);
	PROP(p, x.task_flags == MM_TASK_VICTIM, "leaving a scope changes what a task is: 0x%x",
	     x.task_flags);
	PROP(p, mm_machine_digest_sweep(m) == digest, "a task's flags are in the digest");
	mm_machine_destroy(m);
}

static void names_come_back(struct mm_prop_run *p)
{
	static const char *const bad[] = {"", "|", "NOIO|", "noio", "NOIO,NOFS", "1", "RTX"};
	uint32_t flags;
	char text[80];
	size_t i;

	for (flags = 0; flags <= MM_TASK_ALL; flags++) {
		size_t len = mm_task_print(flags, text, sizeof(text));
		uint32_t back = ~flags;

		PROP(p, len == strlen(text) && len < sizeof(text), "0x%x: length %zu", flags, len);
		PROP(p, mm_task_parse(text, len, &back) == 0 && back == flags,
		     "0x%x prints as %s, which is 0x%x", flags, text, back);
		PROP(p, mm_task_print(flags, NULL, 0) == len, "0x%x has two lengths", flags);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint32_t out = 7;

		PROP(p, mm_task_parse(bad[i], strlen(bad[i]), &out) == -MM_EINVAL && out == 7,
		     "\"%s\" is taken", bad[i]);
	}
	(void)mm_task_print(MM_TASK_NOIO | MM_TASK_VICTIM, text, sizeof(text));
	PROP(p, strcmp(text, "NOIO|VICTIM") == 0, "names are %s", text);
}

/* ---- plantings ---- */

/* The inner scope takes the outer one with it. */
static void exit_takes_all(struct mm_victim *v)
{
	(void)!mm_task_enter(v->x, MM_TASK_NOFS);
	v->x->task_flags = 0;
	mm_event(v->x, MM_EV_mm_task_flags, MM_TASK_NOFS, 0, MM_TASK_EXIT, 0);
}

static void entering_answers_all(struct mm_victim *v)
{
	(void)!mm_task_enter(v->x, MM_TASK_NOFS);
	v->x->task_flags |= MM_TASK_NOIO;
	mm_event(v->x, MM_EV_mm_task_flags, MM_TASK_NOFS, MM_TASK_NOFS | MM_TASK_NOIO,
		 MM_TASK_ENTER, MM_TASK_NOFS | MM_TASK_NOIO, MM_TASK_NOFS | MM_TASK_NOIO);
}

static void changed_in_silence(struct mm_victim *v)
{
	v->x->task_flags = MM_TASK_MEMALLOC;
	mm_task_set(v->x, MM_TASK_RT);
}

static const struct mm_plant plants[] = {
	{"task.scope_restores", exit_takes_all, NULL, true},
	{"task.scope_restores", entering_answers_all, NULL, true},
	{"task.scope_restores", changed_in_silence, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_task_props[] = {
	{"task.scopes_nest", scopes_nest, 50},
	{"task.being_is_no_scope", being_is_no_scope, 1},
	{"task.names_come_back_from_text", names_come_back, 1},
	{"task." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
