/* SPDX-License-Identifier: MIT */
/*
 * generate: the value that a seed stands for, to look at.
 */
#include "invariants/property/engine.h"

#include <inttypes.h>
#include <stdlib.h>

enum theft_generate_res theft_generate(FILE *f, theft_seed seed, const struct theft_type_info *info,
				       void *hook_env)
{
	const struct theft_run_config cfg = {.hooks = {.env = hook_env}};
	struct source source;
	struct theft *t;
	enum theft_alloc_res made;
	bool no_memory;

	if (!f || !info || !info->alloc)
		return THEFT_GENERATE_ERROR_BAD_ARGS;
	t = calloc(1, sizeof(*t));
	if (!t)
		return THEFT_GENERATE_ERROR_MEMORY;
	t->cfg = &cfg;
	t->out = f;
	t->arity = 1;
	t->types[0] = *info;
	source_seed(&source, seed);
	draw_start(t, &source);
	made = args_make(t, &t->trial.args, NULL);
	if (made == THEFT_ALLOC_OK) {
		(void)fprintf(f, "-- Seed 0x%016" PRIx64 "\n", seed);
		if (info->print)
			info->print(f, t->trial.args.instance[0], info->env);
		(void)fputc('\n', f);
		args_free(t, &t->trial.args);
	}
	labels_free(&t->labels);
	no_memory = t->no_memory;
	tape_free(&t->tape);
	free(t);
	if (no_memory)
		return THEFT_GENERATE_ERROR_MEMORY;
	if (made == THEFT_ALLOC_SKIP)
		return THEFT_GENERATE_SKIP;
	return made == THEFT_ALLOC_OK ? THEFT_GENERATE_OK : THEFT_GENERATE_ERROR_ALLOC;
}
