/* SPDX-License-Identifier: MIT */
/*
 * shrink_instance: an argument whose type has a shrinker of its own.
 *
 * Tactics are asked in order.  One that leads to a failing trial is followed by
 * tactic 0 again, on the smaller instance; a dead end or a trial that does not
 * fail is followed by the next.
 */
#include "invariants/property/shrink.h"

/* What the shrinker draws is its own, and must be the same in every run. */
static enum theft_shrink_res call_shrinker(struct shrink *s, uint8_t arg, uint32_t tactic,
					   void **smaller)
{
	struct theft *t = s->t;
	const struct theft_type_info *type = &t->types[arg];
	enum theft_shrink_res res;

	source_seed(&t->source, seed_of_trial(t->trial.seed, s->smaller + s->failed + 1));
	t->off_tape = true;
	res = type->shrink(t, t->trial.args.instance[arg], tactic, type->env, smaller);
	t->off_tape = false;
	return res;
}

static void free_instance(const struct theft *t, uint8_t arg, void *instance)
{
	if (instance && t->types[arg].free)
		t->types[arg].free(instance, t->types[arg].env);
}

/* Whether the property still fails; the instance is kept or freed. */
static bool try_instance(struct shrink *s, uint8_t arg, void *instance, uint32_t tactic)
{
	struct theft *t = s->t;
	struct args args = t->trial.args;
	struct source source;
	bool fails;

	args.instance[arg] = instance;
	/* the property's own draws are those of the best tape */
	source_tape(&source, &s->best);
	draw_start(t, &source);
	fails = shrink_call(s, &args, arg, tactic) == THEFT_TRIAL_FAIL;
	if (fails) {
		free_instance(t, arg, t->trial.args.instance[arg]);
		t->trial.args.instance[arg] = instance;
		t->failing_note = t->note;
	} else {
		free_instance(t, arg, instance);
	}
	shrink_count(s, fails);
	return fails;
}

void shrink_instance(struct shrink *s, uint8_t arg)
{
	uint32_t tactic = 0;

	while (shrink_may_try(s, arg, tactic)) {
		void *smaller = NULL;

		switch (call_shrinker(s, arg, tactic, &smaller)) {
		case THEFT_SHRINK_OK:
			shrink_post(s, arg, smaller, tactic, THEFT_SHRINK_POST_SHRUNK);
			if (s->stop)
				free_instance(s->t, arg, smaller);
			else
				tactic = try_instance(s, arg, smaller, tactic) ? 0 : tactic + 1;
			break;
		case THEFT_SHRINK_DEAD_END:
			shrink_post(s, arg, s->t->trial.args.instance[arg], tactic++,
				    THEFT_SHRINK_POST_SHRINK_FAILED);
			shrink_count(s, false);
			break;
		case THEFT_SHRINK_NO_MORE_TACTICS:
			return;
		case THEFT_SHRINK_ERROR:
			s->stop = true;
			s->end = SHRINK_ERROR;
			return;
		}
	}
}
