/* SPDX-License-Identifier: MIT */
/*
 * one: a property as a fuzz target.
 */
#include "invariants/property/print.h"
#include "invariants/property/run.h"

#include <stdlib.h>

static enum theft_trial_res one(struct theft *t, const uint8_t *data, size_t size)
{
	struct source source;
	enum theft_alloc_res made;
	enum theft_trial_res res;

	source_bytes(&source, data, size);
	draw_start(t, &source);
	made = args_make(t, &t->trial.args, NULL);
	if (made != THEFT_ALLOC_OK)
		return made == THEFT_ALLOC_SKIP ? THEFT_TRIAL_SKIP : THEFT_TRIAL_ERROR;
	draw_switch(t, t->arity);
	/* a fuzzer wants the crash itself, not to hear of it */
	res = trial_call_here(t, &t->trial.args);
	if (res == THEFT_TRIAL_FAIL) {
		tape_swap(&t->failing, &t->tape);
		t->failing_note = t->note;
		(void)fprintf(stderr, "-- failed: %s\n", print_name(t));
		print_arguments(t, stderr, t->trial.args.instance);
	}
	args_free(t, &t->trial.args);
	return t->no_memory ? THEFT_TRIAL_ERROR : res;
}

enum theft_trial_res mm_property_one(const struct theft_run_config *cfg, const uint8_t *data,
				     size_t size)
{
	const struct mm_property_options options = {.ignore_environment = true};
	enum theft_run_res refused;
	enum theft_trial_res res;
	struct theft *t = run_new(cfg, &options, &refused);

	if (!t)
		return THEFT_TRIAL_ERROR;
	res = one(t, data, size);
	run_delete(t);
	return res;
}
