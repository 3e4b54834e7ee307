/* SPDX-License-Identifier: MIT */
/*
 * prop_trial: a run as a value of the engine, here or in a child.
 */
#include "invariants/engine/prop_trial.h"

#include "invariants/engine/prop_child.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* A property that fails in a loop has said enough after this many lines. */
#define SAID_MAX 8

/* What to say when a property takes the process with it. */
static const struct prop_trial *running;

const struct prop_trial *prop_trial_running(void)
{
	return running;
}

bool prop_trial_init(struct prop_trial *r, const struct prop_item *item)
{
	void *page = mmap(NULL, sizeof(*r->shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	memset(r, 0, sizeof(*r));
	r->item = item;
	r->shared = page == MAP_FAILED ? NULL : page;
	return r->shared != NULL;
}

void prop_trial_fini(struct prop_trial *r)
{
	(void)munmap(r->shared, sizeof(*r->shared));
}

/* ---- what a property says ---- */

static uint64_t hash_of(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = prop_mix(h, (unsigned char)*s);
	return h;
}

static void say(const struct mm_prop_run *p, const char *file, int line)
{
	const struct prop_report *report = p->report;

	if (report->is_quiet || p->failures > SAID_MAX)
		return;
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s:%d: %s", file, line, p->name);
	if (running && running->is_replay && !running->runs)
		(void)fprintf(stderr, ", kept failure");
	else if (running)
		(void)fprintf(stderr, ", seed 0x%016" PRIx64, running->seed);
	(void)fprintf(stderr, ": %s\n", report->text);
}

void prop_fail(struct mm_prop_run *p, const char *file, int line, const char *fmt, ...)
{
	char text[PROP_TEXT_MAX];
	struct prop_report *report = p->report;
	va_list ap;

	p->failures++;
	if (!report)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (report->failures++ == 0) {
		report->class = hash_of(report->class + (uint64_t)line + 1, file);
		memcpy(report->text, text, sizeof(text));
		say(p, file, line);
	} else if (!report->is_quiet && p->failures <= SAID_MAX) {
		(void)fprintf(stderr, "%s:%d: %s: %s\n", file, line, p->name, text);
	}
}

void prop_class(struct mm_prop_run *p, const char *claim)
{
	if (p->report && !p->report->failures)
		p->report->class = hash_of(0, claim);
}

void prop_cover(struct mm_prop_run *p, double percent, const char *what, bool met)
{
	struct prop_report *report = p->report;
	unsigned int i;

	if (!report)
		return;
	for (i = 0; i < report->nr_covers && strcmp(report->cover[i].what, what) != 0; i++)
		continue;
	if (i == PROP_COVERS_MAX)
		return;
	if (i == report->nr_covers) {
		report->nr_covers++;
		report->cover[i].what = what;
		report->cover[i].percent = percent;
		report->cover[i].met = false;
	}
	report->cover[i].met |= met;
}

bool prop_is_shown(const struct mm_prop_run *p)
{
	return p->report && p->report->is_shown;
}

void prop_show(struct mm_prop_run *p, const char *text)
{
	struct prop_report *report = p->report;
	size_t len = strlen(text);

	if (!prop_is_shown(p) || len >= PROP_INPUT_MAX)
		return;
	memcpy(report->input, text, len + 1);
	report->input_len = len;
}

/* ---- one run ---- */

void prop_trial_run(struct prop_trial *r, struct prop_draws *draws)
{
	struct prop_report *report = &r->shared->report;
	struct mm_prop_run p = {.draws = draws, .report = report, .name = r->item->name};

	running = r;
	r->item->fn(&p, r->item->env);
	running = NULL;
	report->checks = p.checks;
	/* plantings count failures that they do not say */
	if (p.failures && !report->failures) {
		report->failures = p.failures;
		report->class = 1;
		(void)snprintf(report->text, sizeof(report->text), "%d failures", p.failures);
	}
	report->ended = true;
}

/* Requirements are those of the runs that were drawn, not of smaller ones. */
static void count(struct prop_trial *r, const struct prop_report *report)
{
	unsigned int i;
	unsigned int k;

	r->runs++;
	r->checks += report->checks;
	for (i = 0; i < report->nr_covers; i++) {
		for (k = 0; k < r->nr_covers; k++) {
			if (strcmp(r->cover[k].what, report->cover[i].what) == 0)
				break;
		}
		if (k == PROP_COVERS_MAX)
			return;
		if (k == r->nr_covers)
			r->cover[r->nr_covers++] = (struct prop_covered){
				report->cover[i].what, report->cover[i].percent, 0};
		r->cover[k].met += report->cover[i].met;
	}
}

/* Has it failed, and as the first one has?  One that fails in another way would
 * lead shrinking away from what was found; it is said at the end. */
static bool fails_alike(struct prop_trial *r, const struct prop_report *report, bool died)
{
	if (!report->failures)
		return false;
	if (!r->class) {
		r->class = report->class;
		r->has_died = died;
	}
	if (r->class == report->class)
		return true;
	if (r->others++ == 0)
		memcpy(r->other, report->text, sizeof(r->other));
	return false;
}

static struct prop_case *case_of(const struct prop_report *report, const struct prop_draws *draws)
{
	struct prop_case *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	memcpy(c->text, report->text, sizeof(c->text));
	c->nr_draws = draws->nr;
	memcpy(c->seen, draws->seen, sizeof(c->seen));
	if (report->input_len) {
		c->input = malloc(report->input_len + 1);
		if (c->input)
			memcpy(c->input, report->input, report->input_len + 1);
	}
	return c;
}

static void forget(struct prop_report *report)
{
	report->ended = false;
	report->failures = 0;
	report->checks = 0;
	report->class = 0;
	report->text[0] = '\0';
	report->input_len = 0;
	report->input[0] = '\0';
	report->nr_covers = 0;
}

static enum theft_alloc_res make_case(struct theft *t, void *env, void **instance)
{
	struct prop_trial *r = env;
	struct prop_report *report = &r->shared->report;
	struct prop_draws draws = {.t = t};
	bool shrinking = mm_property_is_shrinking(t);
	bool died = false;
	struct prop_case *c;

	forget(report);
	report->is_quiet = shrinking;
	report->is_shown = shrinking || r->is_shown || r->is_replay || r->fork;
	if (r->fork || (shrinking && (r->has_died || !r->item->is_clean)))
		died = prop_child_run(r, &draws);
	else
		prop_trial_run(r, &draws);
	if (!shrinking)
		count(r, report);
	c = case_of(report, &draws);
	if (!c)
		return THEFT_ALLOC_ERROR;
	c->owner = r;
	c->failed = fails_alike(r, report, died);
	*instance = c;
	return THEFT_ALLOC_OK;
}

void prop_trial_keep(struct prop_trial *r, const struct prop_case *c)
{
	free(r->smallest.input);
	r->smallest = *c;
	r->smallest.input = c->input ? strdup(c->input) : NULL;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as the API has them */
static void free_case(void *instance, void *env)
{
	struct prop_case *c = instance;

	(void)env;
	free(c->input);
	free(c);
}

static void print_case(FILE *f, const void *instance, void *env)
{
	const struct prop_case *c = instance;

	(void)env;
	(void)fputs(c->text, f);
}

static enum theft_trial_res judge(struct theft *t, void *arg)
{
	const struct prop_case *c = arg;

	if (!c->failed)
		return THEFT_TRIAL_PASS;
	if (c->owner->keeps_failing)
		prop_trial_keep(c->owner, c);
	mm_property_note(t, "%s", c->text);
	return THEFT_TRIAL_FAIL;
}

static enum theft_hook_gen_args_pre_res begin(const struct theft_hook_gen_args_pre_info *info,
					      void *env)
{
	struct prop_trial *r = env;

	r->seed = info->trial_seed;
	return THEFT_HOOK_GEN_ARGS_PRE_CONTINUE;
}

void prop_trial_configure(struct prop_trial *r, struct theft_type_info *type,
			  struct theft_run_config *cfg)
{
	memset(type, 0, sizeof(*type));
	memset(cfg, 0, sizeof(*cfg));
	type->alloc = make_case;
	type->free = free_case;
	type->print = print_case;
	type->autoshrink_config.enable = true;
	type->env = r;
	cfg->prop1 = judge;
	cfg->type_info[0] = type;
	cfg->name = r->item->name;
	cfg->hooks.gen_args_pre = begin;
	cfg->hooks.env = r;
}
