/* SPDX-License-Identifier: MIT */
/*
 * prop_stateful: the suites, their machines, and one trace.
 *
 * Machines are booted once and reset before each trace, as in the fuzz targets.
 */
#include "invariants/engine/prop_stateful.h"

#include "fuzz/trace/embedded.h"
#include "invariants/engine/claims_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS         40
#define OPS          400
#define MACHINES_MAX 64
#define SUITES_MAX   64

/* For a module that no target has. */
#define SMALL_MACHINE "ram=4M max_order=6 pageblock_order=3 cpus=2"

/* One in so many traces runs again on the machine that it leaves, after a reset. */
#define AGAIN 8

struct stateful_machine {
	char text[MM_TARGET_MACHINE_LEN];
	uint8_t selected[MM_OPS_MAX];
	struct mm_walk walk;
	bool is_booted;
};

struct stateful_suite {
	char name[80];
	struct mm_stateful row;
	int nr_machines;
	struct stateful_machine machine[MACHINES_MAX];
};

struct stateful_suites {
	struct stateful_suite *suite[SUITES_MAX];
	size_t nr;
};

/* ---- which ---- */

static bool selects(const uint8_t *selected, const char *module)
{
	size_t row;

	for (row = 0; row < mm_optable_count(); row++) {
		if (selected[row] && strcmp(mm_optable_module(row), module) == 0)
			return true;
	}
	return false;
}

static void add_machine(struct stateful_suite *s, const char *text, const uint8_t *selected)
{
	struct stateful_machine *m = &s->machine[s->nr_machines];
	int i;

	for (i = 0; i < s->nr_machines; i++) {
		if (strcmp(s->machine[i].text, text) == 0)
			return;
	}
	if (s->nr_machines == MACHINES_MAX)
		return;
	(void)snprintf(m->text, sizeof(m->text), "%s", text);
	memcpy(m->selected, selected, sizeof(m->selected));
	s->nr_machines++;
}

static void add_target(struct stateful_suite *s, const struct mm_target *t)
{
	int i;

	for (i = 0; i < t->nr_machines; i++)
		add_machine(s, t->machines[i], t->selected);
}

static void select_word(uint8_t *selected, const char *word, size_t len)
{
	size_t row;

	for (row = 0; row < mm_optable_count(); row++) {
		const char *module = mm_optable_module(row);

		if (strlen(module) == len && memcmp(module, word, len) == 0)
			selected[row] = 1;
	}
}

static void select_words(uint8_t *selected, const char *words)
{
	while (*words) {
		size_t len = strcspn(words, " ");

		select_word(selected, words, len);
		words += len + (words[len] == ' ');
	}
}

/* The operations of all targets that have the module's. */
static void select_theirs(uint8_t *selected, const char *module)
{
	const struct mm_embedded *i;
	struct mm_target t;
	size_t row;

	for (i = mm_embedded_targets; i->name; i++) {
		if (mm_target_find(i->name, &t, NULL) || !selects(t.selected, module))
			continue;
		for (row = 0; row < mm_optable_count(); row++)
			selected[row] |= t.selected[row];
	}
}

static void add_machines(struct stateful_suite *s)
{
	uint8_t own[MM_OPS_MAX] = {0};
	const struct mm_embedded *i;
	const char *const *text;
	struct mm_target t;

	if (s->row.modules)
		select_words(own, s->row.modules);
	else
		select_theirs(own, s->row.module);
	for (i = mm_embedded_targets; i->name; i++) {
		if (mm_target_find(i->name, &t, NULL) || !selects(t.selected, s->row.module))
			continue;
		if (s->row.modules)
			memcpy(t.selected, own, sizeof(t.selected));
		add_target(s, &t);
	}
	for (text = s->row.machines; text && *text; text++)
		add_machine(s, *text, own);
	if (s->nr_machines)
		return;
	select_words(own, s->row.module);
	select_words(own, "page_alloc");
	add_machine(s, SMALL_MACHINE, own);
}

static const struct mm_stateful *row_of(const char *module)
{
	size_t i;

	for (i = 0; mm_all_stateful[i]; i++) {
		if (strcmp(mm_all_stateful[i]->module, module) == 0)
			return mm_all_stateful[i];
	}
	return NULL;
}

static bool add_suite(struct stateful_suites *all, const char *module)
{
	const struct mm_stateful *row = row_of(module);
	struct stateful_suite *s = all->nr < SUITES_MAX ? calloc(1, sizeof(*s)) : NULL;

	if (!s)
		return false;
	s->row = row ? *row : (struct mm_stateful){.module = module};
	if (!s->row.runs)
		s->row.runs = RUNS;
	if (!s->row.ops)
		s->row.ops = OPS;
	(void)snprintf(s->name, sizeof(s->name), "%s.%s", module, PROP_STATEFUL_NAME);
	add_machines(s);
	all->suite[all->nr++] = s;
	return true;
}

struct stateful_suites *stateful_suites_create(void)
{
	struct stateful_suites *all = calloc(1, sizeof(*all));
	const struct mm_optable *const *table;
	bool ok = all != NULL;

	for (table = mm_all_optables; ok && *table; table++) {
		if (((*table)->ops && (*table)->ops[0].name) || row_of((*table)->module))
			ok = add_suite(all, (*table)->module);
	}
	if (ok)
		return all;
	stateful_suites_destroy(all);
	return NULL;
}

static void shut_down(void *env)
{
	struct stateful_suite *s = env;
	int i;

	for (i = 0; i < s->nr_machines; i++) {
		if (s->machine[i].is_booted)
			mm_walk_close(&s->machine[i].walk);
		s->machine[i].is_booted = false;
	}
}

void stateful_suites_destroy(struct stateful_suites *all)
{
	size_t i;

	for (i = 0; all && i < all->nr; i++) {
		shut_down(all->suite[i]);
		free(all->suite[i]);
	}
	free(all);
}

/* ---- one trace ---- */

#define COVERS_MAX PROP_COVERS_MAX

/* Where one trace has been, by row of the suite's requirements. */
struct places {
	const struct mm_stateful_cover *cover; /* may be NULL */
	const struct mm_machine *m;
	bool been[COVERS_MAX];
};

static void note_event(void *env, const struct mm_event *ev)
{
	struct places *been = env;
	const struct mm_stateful_cover *c = been->cover;
	size_t i;

	for (i = 0; i < COVERS_MAX && c[i].what; i++) {
		if (!c[i].at_end && c[i].event == ev->kind && !been->been[i])
			been->been[i] = !c[i].when || c[i].when(been->m, ev);
	}
}

static uint64_t events_of(const struct mm_stateful_cover *c)
{
	uint64_t mask = 0;

	for (; c && c->what; c++)
		mask |= c->at_end ? 0 : MM_EV_BIT(c->event);
	return mask;
}

static void look_at_end(struct places *been)
{
	const struct mm_stateful_cover *c = been->cover;
	size_t i;

	for (i = 0; c && i < COVERS_MAX && c[i].what; i++)
		been->been[i] |= c[i].at_end && c[i].at_end(been->m);
}

static bool is_booted(struct mm_prop_run *p, struct stateful_machine *m)
{
	if (!m->is_booted)
		m->is_booted = mm_walk_open(&m->walk, p, m->text);
	return m->is_booted;
}

static void judge(struct mm_prop_run *p, struct stateful_machine *m, const struct mm_trace *t,
		  struct places *been)
{
	const struct mm_listener l = {events_of(been->cover), note_event, been};
	bool again = prop_below(p, AGAIN) == AGAIN - 1;

	if (l.mask && mm_event_listen(m->walk.m, &l)) {
		prop_fail(p, __FILE__, __LINE__, "%s: one listener too many", m->text);
		return;
	}
	been->m = m->walk.m;
	mm_run_reset(m->walk.run);
	mm_walk_judge_on(p, &m->walk, t, again);
	look_at_end(been);
	mm_event_unlisten(m->walk.m, been);
	m->walk.run->trace = NULL;
}

static void any_trace(struct mm_prop_run *p, void *env)
{
	struct stateful_suite *s = env;
	struct stateful_machine *m = &s->machine[prop_below(p, (uint64_t)s->nr_machines)];
	const struct mm_walk_plan plan = {.module = s->row.module, .selected = m->selected};
	struct places been = {.cover = s->row.cover};
	struct mm_trace t;
	size_t i;

	mm_trace_init(&t);
	mm_walk_plan_trace(p, &plan, &t, m->text, s->row.ops);
	p->checks++;
	if (t.nr && is_booted(p, m))
		judge(p, m, &t, &been);
	for (i = 0; been.cover && i < COVERS_MAX && been.cover[i].what; i++)
		prop_cover(p, been.cover[i].percent, been.cover[i].what, been.been[i]);
	mm_trace_free(&t);
}

/* A child would boot its machine anew each time. */
static void boot_all(void *env)
{
	struct stateful_suite *s = env;
	struct mm_prop_run p = {.name = s->name};
	int i;

	for (i = 0; i < s->nr_machines; i++)
		(void)is_booted(&p, &s->machine[i]);
}

bool stateful_suites_get(struct stateful_suites *all, size_t i, struct prop_item *item)
{
	if (i >= all->nr)
		return false;
	*item = (struct prop_item){.name = all->suite[i]->name,
				   .fn = any_trace,
				   .env = all->suite[i],
				   .before_children = boot_all,
				   .after = shut_down,
				   .runs = all->suite[i]->row.runs,
				   .is_clean = true};
	return true;
}
