/* SPDX-License-Identifier: MIT */
/*
 * shrink: a failing tape becomes the simplest one that still fails.
 *
 *     best ── a pass edits a copy ──> candidate
 *      ^                                 │ simpler, and not seen before?
 *      │                                 v
 *      │                              arguments are made from it,
 *      │                              zeros past its end
 *      │                                 │ what they consumed is simpler?
 *      │                                 v
 *      └──────────── fails ────────── the property is called
 *
 * Everything left of the call is cheap, and calls are what shrinking costs: so
 * no tape is tried twice, and passes are ordered by what they take off per
 * call.  They go round until one whole round has changed nothing.
 */
#include "invariants/property/shrink.h"

#define NS_PER_MS 1000000u

static void (*const passes[])(struct shrink *s) = {
	pass_delete_spans,     pass_zero, pass_lower,        pass_lower_equals, pass_delete_draws,
	pass_lower_and_delete, pass_swap, pass_redistribute,
};

#define NR_PASSES (sizeof(passes) / sizeof(passes[0]))

/* ---- budgets and hooks ---- */

/* And every hook of shrinking. */
#define SHRINK_INFO(s, arg)                                                                        \
	TRIAL_INFO((s)->t), .shrink_count = (s)->smaller + (s)->failed,                            \
			    .successful_shrinks = (s)->smaller, .failed_shrinks = (s)->failed,     \
			    .arg_index = (arg)

static void stop(struct shrink *s, enum shrink_end end)
{
	s->stop = true;
	s->end = end;
}

static bool out_of_budget(const struct shrink *s)
{
	size_t max_calls = s->t->options.max_shrink_calls;

	return (max_calls && s->calls >= max_calls) ||
	       (s->deadline_ns && now_ns() >= s->deadline_ns);
}

static bool call_pre_hook(struct shrink *s, uint8_t arg, uint32_t tactic)
{
	const struct theft *t = s->t;
	const struct theft_hook_shrink_pre_info info = {
		SHRINK_INFO(s, arg),
		.arg = t->trial.args.instance[arg],
		.tactic = tactic,
	};

	switch (t->cfg->hooks.shrink_pre(&info, t->cfg->hooks.env)) {
	case THEFT_HOOK_SHRINK_PRE_CONTINUE:
		return true;
	case THEFT_HOOK_SHRINK_PRE_HALT:
		stop(s, SHRINK_DONE);
		return false;
	case THEFT_HOOK_SHRINK_PRE_ERROR:
		break;
	}
	stop(s, SHRINK_ERROR);
	return false;
}

bool shrink_may_try(struct shrink *s, uint8_t arg, uint32_t tactic)
{
	if (s->stop)
		return false;
	if (out_of_budget(s)) {
		s->t->result.shrink_stopped = true;
		stop(s, SHRINK_DONE);
		return false;
	}
	return !s->t->cfg->hooks.shrink_pre || call_pre_hook(s, arg, tactic);
}

void shrink_post(struct shrink *s, uint8_t arg, void *instance, uint32_t tactic,
		 enum theft_shrink_post_state state)
{
	const struct theft *t = s->t;
	const struct theft_hook_shrink_post_info info = {
		SHRINK_INFO(s, arg),
		.arg = instance,
		.tactic = tactic,
		.state = state,
	};

	if (t->cfg->hooks.shrink_post &&
	    t->cfg->hooks.shrink_post(&info, t->cfg->hooks.env) != THEFT_HOOK_SHRINK_POST_CONTINUE)
		stop(s, SHRINK_ERROR);
}

static enum theft_hook_shrink_trial_post_res call_trial_hook(struct shrink *s, struct args *args,
							     uint8_t arg, uint32_t tactic,
							     enum theft_trial_res res)
{
	const struct theft *t = s->t;
	const struct theft_hook_shrink_trial_post_info info = {
		SHRINK_INFO(s, arg),
		.args = args->instance,
		.tactic = tactic,
		.result = res,
	};

	if (!t->cfg->hooks.shrink_trial_post)
		return THEFT_HOOK_SHRINK_TRIAL_POST_CONTINUE;
	return t->cfg->hooks.shrink_trial_post(&info, t->cfg->hooks.env);
}

/* ---- one attempt ---- */

enum theft_trial_res shrink_call(struct shrink *s, struct args *args, uint8_t arg, uint32_t tactic)
{
	struct theft *t = s->t;
	enum theft_trial_res res = trial_call(t, args);
	enum theft_hook_shrink_trial_post_res after;
	bool repeated = false;

	s->calls++;
	for (;;) {
		if (res == THEFT_TRIAL_ERROR) {
			stop(s, t->no_memory ? SHRINK_NO_MEMORY : SHRINK_ERROR);
			return res;
		}
		after = call_trial_hook(s, args, arg, tactic, res);
		if (after == THEFT_HOOK_SHRINK_TRIAL_POST_CONTINUE)
			return res;
		if (after == THEFT_HOOK_SHRINK_TRIAL_POST_ERROR) {
			stop(s, SHRINK_ERROR);
			return THEFT_TRIAL_ERROR;
		}
		if (res != THEFT_TRIAL_FAIL ||
		    (repeated && after == THEFT_HOOK_SHRINK_TRIAL_POST_REPEAT_ONCE))
			return res;
		repeated = true;
		res = trial_call_again(t, args);
	}
}

void shrink_count(struct shrink *s, bool smaller)
{
	if (smaller) {
		s->smaller++;
		s->failed_in_row = 0;
		return;
	}
	s->failed++;
	s->failed_in_row++;
	if (s->failed_limit && s->failed_in_row >= s->failed_limit)
		stop(s, SHRINK_DONE);
}

bool shrink_propose(struct shrink *s)
{
	if (!s->stop && !tape_copy(&s->candidate, &s->best))
		stop(s, SHRINK_NO_MEMORY);
	return !s->stop;
}

/* For hooks, which know arguments only: whose draws the candidate changes. */
static uint8_t changed_arg(const struct shrink *s)
{
	const struct tape *a = &s->candidate;
	const struct tape *b = &s->best;
	size_t i = 0;

	while (i < a->n && a->draws[i].value == b->draws[i].value &&
	       a->draws[i].bits == b->draws[i].bits)
		i++;
	/* the property's own draws belong to none */
	return b->n == 0 || b->draws[i].arg >= s->t->arity ? 0 : b->draws[i].arg;
}

/* A property that draws for itself may yet make the tape longer, but no part of
 * a simpler tape is longer than the best, and one that has drawn nothing so far
 * is taken to go on so. */
static bool cannot_be_simpler(struct shrink *s)
{
	const struct tape *consumed = &s->t->tape;
	const struct tape *best = &s->best;

	if (consumed->n > best->n)
		return true;
	if (best->n && best->draws[best->n - 1].arg >= s->t->arity)
		return false;
	return tape_compare(consumed, best) >= 0 ||
	       (tape_compare(consumed, &s->candidate) != 0 &&
		seen_add(&s->seen, tape_fingerprint(consumed)));
}

/* Make the arguments; false: there is nothing to call the property on. */
static bool make_smaller(struct shrink *s, struct args *args, uint8_t arg)
{
	struct theft *t = s->t;
	struct source source;
	enum theft_alloc_res res;

	source_tape(&source, &s->candidate);
	draw_start(t, &source);
	res = args_make(t, args, &t->trial.args);
	if (t->no_memory)
		stop(s, SHRINK_NO_MEMORY);
	else if (res == THEFT_ALLOC_ERROR)
		stop(s, SHRINK_ERROR);
	if (res == THEFT_ALLOC_OK && !cannot_be_simpler(s))
		return true;
	if (res == THEFT_ALLOC_OK)
		args_free_remade(t, args);
	if (!s->stop)
		shrink_post(s, arg, t->trial.args.instance[arg], s->tactic,
			    THEFT_SHRINK_POST_SHRINK_FAILED);
	shrink_count(s, false);
	return false;
}

bool shrink_try(struct shrink *s)
{
	struct theft *t = s->t;
	struct args args;
	uint8_t arg;
	bool smaller;

	if (s->stop || tape_compare(&s->candidate, &s->best) >= 0 ||
	    seen_add(&s->seen, tape_fingerprint(&s->candidate)))
		return false;
	arg = changed_arg(s);
	if (!shrink_may_try(s, arg, s->tactic) || !make_smaller(s, &args, arg))
		return false;
	shrink_post(s, arg, args.instance[arg], s->tactic, THEFT_SHRINK_POST_SHRUNK);
	smaller = !s->stop && shrink_call(s, &args, arg, s->tactic) == THEFT_TRIAL_FAIL &&
		  tape_compare(&t->tape, &s->best) < 0;
	if (smaller) {
		tape_swap(&t->tape, &s->best);
		args_free_remade(t, &t->trial.args);
		t->trial.args = args;
		t->failing_note = t->note;
	} else {
		args_free_remade(t, &args);
	}
	shrink_count(s, smaller);
	return smaller;
}

/* ---- from a trial to its simplest ---- */

/*
 * Run the failing trial once more, on the same draws and fresh arguments.  What
 * it consumes is what there is to shrink; if it does not fail, it depends on
 * more than its draws.
 */
static bool fails_again(struct shrink *s, const struct tape *tape)
{
	struct theft *t = s->t;
	struct source source;
	struct args args;
	enum theft_trial_res res;

	source_tape(&source, tape);
	draw_start(t, &source);
	if (args_make(t, &args, &t->trial.args) != THEFT_ALLOC_OK)
		return false;
	res = trial_call(t, &args);
	s->calls++;
	if (res == THEFT_TRIAL_ERROR)
		stop(s, t->no_memory ? SHRINK_NO_MEMORY : SHRINK_ERROR);
	if (res != THEFT_TRIAL_FAIL) {
		args_free_remade(t, &args);
		return false;
	}
	args_free_remade(t, &t->trial.args);
	t->trial.args = args;
	t->failing_note = t->note;
	tape_swap(&t->tape, &s->best);
	return true;
}

static bool append(struct tape *to, const struct tape *from, uint8_t arg)
{
	size_t i;

	for (i = 0; i < from->n; i++) {
		if (from->draws[i].arg == arg && !tape_add(to, from->draws[i]))
			return false;
	}
	return true;
}

/* t->failing gets the best draws of what shrinks by its tape, and keeps those of
 * the rest. */
static bool put_back(struct shrink *s)
{
	struct theft *t = s->t;
	struct tape *merged = &s->candidate;
	uint8_t i;

	tape_clear(merged);
	for (i = 0; i <= t->arity; i++) {
		bool shrunk = i == t->arity || t->types[i].autoshrink_config.enable;

		if (!append(merged, shrunk ? &s->best : &t->failing, i))
			return false;
	}
	tape_swap(merged, &t->failing);
	return true;
}

/* One limit for all arguments: the largest that any of them sets. */
static size_t failed_limit(const struct theft *t)
{
	size_t limit = 0;
	size_t i;

	for (i = 0; i < t->arity; i++) {
		const struct theft_autoshrink_config *config = &t->types[i].autoshrink_config;

		if (config->enable && config->max_failed_shrinks == 0)
			return 0;
		if (config->enable && config->max_failed_shrinks > limit)
			limit = config->max_failed_shrinks;
	}
	return limit;
}

/* Passes over the tape, then the user's shrinkers, until neither helps. */
static void shrink_all(struct shrink *s)
{
	struct theft *t = s->t;
	size_t before;
	uint8_t i;

	do {
		before = s->smaller;
		for (s->tactic = 0; s->tactic < NR_PASSES && !s->stop; s->tactic++)
			passes[s->tactic](s);
		for (i = 0; i < t->arity && !s->stop; i++) {
			if (t->types[i].shrink)
				shrink_instance(s, i);
		}
	} while (s->smaller != before && !s->stop);
	for (i = 0; i < t->arity && !s->stop; i++) {
		if (t->types[i].shrink || t->types[i].autoshrink_config.enable)
			shrink_post(s, i, t->trial.args.instance[i], s->tactic,
				    THEFT_SHRINK_POST_DONE_SHRINKING);
	}
}

enum shrink_end shrink_trial(struct theft *t)
{
	struct shrink s = {.t = t, .failed_limit = failed_limit(t), .end = SHRINK_DONE};

	if (t->options.max_shrink_ms)
		s.deadline_ns = now_ns() + (uint64_t)t->options.max_shrink_ms * NS_PER_MS;
	t->shrinking = true;
	if (fails_again(&s, &t->failing)) {
		shrink_all(&s);
		if (s.end == SHRINK_DONE && s.smaller && !put_back(&s))
			s.end = SHRINK_NO_MEMORY;
		/* The last success may have been luck. */
		if (s.end == SHRINK_DONE && s.smaller && !fails_again(&s, &t->failing))
			s.end = s.end == SHRINK_DONE ? SHRINK_FLAKY : s.end;
	} else if (s.end == SHRINK_DONE) {
		s.end = SHRINK_FLAKY;
	}
	t->shrinking = false;
	t->shrink_calls = s.calls;
	t->shrink_smaller = s.smaller;
	tape_free(&s.best);
	tape_free(&s.candidate);
	seen_free(&s.seen);
	return s.end;
}
