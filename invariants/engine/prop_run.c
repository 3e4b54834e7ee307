/* SPDX-License-Identifier: MIT */
/*
 * prop_run: a failure is said when it happens, shrunk, said again at its
 * smallest, and kept; the last line repeats it.
 */
#include "invariants/engine/prop_run.h"

#include "invariants/engine/prop_draw.h"
#include "invariants/engine/prop_trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Draws on one line. */
#define DRAWS_SHOWN 40

static uint64_t first_seed(const struct prop_options *o, const char *name)
{
	uint64_t seed = 0;

	if (o->has_seed)
		return o->seed;
	for (; *name; name++)
		seed = prop_mix(seed, (unsigned char)*name);
	return seed;
}

/* ---- the smallest failure ---- */

static void print_draws(const struct prop_case *c)
{
	uint32_t i;

	(void)fprintf(stderr, "  %" PRIu32 " draws:", c->nr_draws);
	for (i = 0; i < c->nr_draws && i < DRAWS_SHOWN; i++)
		(void)fprintf(stderr, " %" PRIu64, c->seen[i]);
	(void)fprintf(stderr, "%s\n", c->nr_draws > DRAWS_SHOWN ? " ..." : "");
}

static void print_indented(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		(void)fprintf(stderr, "    %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* What a case is, for people: its trace at the minimum, its input, its draws. */
static void print_case(const struct prop_options *o, const struct prop_trial *r,
		       const struct prop_case *c)
{
	struct prop_trace trace = {.text = c->input, .died = r->has_died, .max_ms = o->shrink_ms};

	(void)fflush(stdout);
	if (!c->input || !prop_trace_is_one(c->input)) {
		(void)fprintf(stderr, "  smallest: %s\n", c->text);
		if (c->input)
			print_indented(c->input);
		print_draws(c);
		return;
	}
	if (!prop_trace_settle(&trace)) {
		(void)fprintf(stderr, "  smallest: %s\n", c->text);
		print_indented(c->input);
		return;
	}
	(void)fprintf(stderr, "  smallest: %zu operation%s: %s\n", trace.ops,
		      trace.ops == 1 ? "" : "s", trace.claim);
	print_indented(trace.small);
	if (trace.path[0])
		(void)fprintf(stderr, "  kept: %s; mmref check runs it\n", trace.path);
	free(trace.small);
}

static enum theft_hook_counterexample_res
keep_case(const struct theft_hook_counterexample_info *info, void *env)
{
	prop_trial_keep(env, info->args[0]);
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

/* ---- requirements ---- */

static void print_cover(const struct prop_options *o, const struct prop_covered *c, uint64_t runs)
{
	double low;
	double high;

	mm_property_interval(c->met, runs, &low, &high);
	(void)fprintf(o->out, "    %5.1f %% (%.1f .. %.1f), at least %g: %s\n",
		      100.0 * (double)c->met / (double)runs, low, high, c->percent, c->what);
}

/* What is not met, in words; empty: all is.  Few runs prove nothing. */
static void judge_cover(const struct prop_options *o, const struct prop_trial *r, char *why,
			size_t len)
{
	unsigned int i;

	why[0] = '\0';
	for (i = 0; i < r->nr_covers && r->runs; i++) {
		const struct prop_covered *c = &r->cover[i];

		if (o->cover)
			print_cover(o, c, r->runs);
		if (mm_property_judge(c->met, r->runs, c->percent) != MM_PROPERTY_NOT_MET)
			continue;
		(void)snprintf(why, len, "%s: %zu of %" PRIu64 " runs, at least %g %% are wanted",
			       c->what, c->met, r->runs, c->percent);
		(void)fprintf(stderr, "%s: too rare: %s\n", r->item->name, why);
	}
}

/* ---- all runs ---- */

static void failure_path(const struct prop_options *o, const struct prop_item *item, char *path,
			 size_t len)
{
	(void)snprintf(path, len, "%s/%s.failure", o->failures ? o->failures : "", item->name);
}

/* Folders on the way to the last, which is made when something is kept. */
static void make_way(const char *folder)
{
	char path[300];
	char *slash;

	(void)snprintf(path, sizeof(path), "%s", folder);
	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0777); /* what is wrong with it, the last one tells */
		*slash = '/';
	}
}

/* A kept failure comes first anyway; a requirement takes all runs. */
static void set_replay(const struct prop_options *o, const struct prop_item *item,
		       const struct mm_property_result *result, struct prop_totals *t)
{
	uint64_t seed = result->counts.fail ? result->failed_seed : result->run_seed;
	char runs[32] = "";
	char text[40] = "";

	if (result->counts.fail)
		(void)snprintf(runs, sizeof(runs), " --runs 1");
	else if (o->runs)
		(void)snprintf(runs, sizeof(runs), " --runs %u", o->runs);
	if (!result->replayed)
		(void)snprintf(text, sizeof(text), " --seed 0x%016" PRIx64, seed);
	(void)snprintf(t->replay, sizeof(t->replay), "replay: %s %s%s%s%s", o->program, item->name,
		       text, runs, o->fork ? " --fork" : "");
}

static void say_failure(const struct prop_options *o, const struct prop_trial *r,
			const struct mm_property_result *result)
{
	char path[400];

	if (!result->counts.fail)
		return;
	if (result->flaky)
		(void)fprintf(stderr, "  flaky: the same draws did not fail again\n");
	else
		print_case(o, r, &r->smallest);
	(void)fprintf(stderr, "  shrinking: %zu runs, %zu smaller%s\n", result->shrink_calls,
		      result->shrunk, result->shrink_stopped ? "; its time was up" : "");
	if (r->others)
		(void)fprintf(stderr, "  another failure on the way, %u times: %s\n", r->others,
			      r->other);
	failure_path(o, r->item, path, sizeof(path));
	if (o->failures && access(path, F_OK) == 0)
		(void)fprintf(stderr, "  to forget it: rm %s\n", path);
	(void)fflush(stderr);
}

static struct mm_property_options engine_options(const struct prop_options *o)
{
	return (struct mm_property_options){
		.max_ms = o->ms,
		.max_shrink_ms = o->shrink_ms,
		.failures = o->failures,
		.halt_on_failure = true,
		.quiet = true,
		.ignore_environment = true,
		.out = stderr,
	};
}

static enum theft_hook_trial_post_res say_nothing(const struct theft_hook_trial_post_info *info,
						  void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_TRIAL_POST_CONTINUE;
}

static enum theft_hook_run_post_res say_no_totals(const struct theft_hook_run_post_info *info,
						  void *env)
{
	(void)info;
	(void)env;
	return THEFT_HOOK_RUN_POST_CONTINUE;
}

static void run_engine(const struct prop_options *o, struct prop_trial *r,
		       struct mm_property_result *result)
{
	const struct mm_property_options options = engine_options(o);
	struct theft_type_info type;
	struct theft_run_config cfg;
	char path[400];

	failure_path(o, r->item, path, sizeof(path));
	r->fork = o->fork;
	r->is_replay = o->failures && access(path, F_OK) == 0;
	if (o->failures)
		make_way(o->failures);
	prop_trial_configure(r, &type, &cfg);
	cfg.seed = first_seed(o, r->item->name);
	cfg.trials = o->runs ? o->runs : r->item->runs;
	if (o->ms && !o->runs && r->item->runs > 1)
		cfg.trials = 0; /* as many as there is time for */
	cfg.hooks.counterexample = keep_case;
	cfg.hooks.trial_post = say_nothing;
	cfg.hooks.run_post = say_no_totals;
	(void)mm_property_run(&cfg, &options, result);
	if (r->item->after)
		r->item->after(r->item->env);
}

static void report(const struct prop_options *o, const struct prop_item *item,
		   const struct mm_property_result *result, const char *why)
{
	int i;

	for (i = 0; i < o->nr_reports; i++)
		mm_property_report_add(o->reports[i], item->name, result, why);
}

bool prop_run(const struct prop_options *o, const struct prop_item *item, struct prop_totals *t)
{
	struct mm_property_result result;
	struct prop_trial r;
	clock_t start = clock();
	char why[300];
	bool failed;

	if (!prop_trial_init(&r, item)) {
		(void)fprintf(stderr, "mmref-prop: no host memory for %s\n", item->name);
		return false;
	}
	(void)fprintf(o->out, "%-58s ", item->name);
	(void)fflush(o->out);
	run_engine(o, &r, &result);
	say_failure(o, &r, &result);
	if (o->cover)
		(void)fputc('\n', o->out);
	judge_cover(o, &r, why, sizeof(why));
	failed = result.res != THEFT_RUN_PASS || why[0];
	(void)fprintf(o->out,
		      "%s seed 0x%016" PRIx64 " runs %" PRIu64 " checks %" PRIu64 " %ld ms\n",
		      failed ? "FAILED" : "ok",
		      result.counts.fail && !result.replayed ? result.failed_seed : result.run_seed,
		      r.runs, r.checks, (long)((clock() - start) / (CLOCKS_PER_SEC / 1000)));
	(void)fflush(o->out);
	report(o, item, &result, why[0] ? why : NULL);
	t->properties++;
	t->runs += r.runs;
	t->checks += r.checks;
	if (failed) {
		t->failed++;
		set_replay(o, item, &result, t);
		(void)fprintf(stderr, "%s\n", t->replay);
	}
	free(r.smallest.input);
	prop_trial_fini(&r);
	return result.res >= 0 && result.res != THEFT_RUN_ERROR;
}

/* ---- a fuzzer's bytes ---- */

int prop_run_bytes(const struct prop_options *o, const struct prop_item *item, const uint8_t *data,
		   size_t size)
{
	struct theft_type_info type;
	struct theft_run_config cfg;
	enum theft_trial_res res;
	struct prop_trial r;

	if (!prop_trial_init(&r, item))
		return 5;
	r.fork = o->fork;
	r.is_shown = true;
	r.keeps_failing = true;
	prop_trial_configure(&r, &type, &cfg);
	res = mm_property_one(&cfg, data, size);
	if (res == THEFT_TRIAL_FAIL)
		print_case(o, &r, &r.smallest);
	if (item->after)
		item->after(item->env);
	free(r.smallest.input);
	prop_trial_fini(&r);
	return res == THEFT_TRIAL_PASS ? 0 : res == THEFT_TRIAL_FAIL ? 1 : 5;
}
