/* SPDX-License-Identifier: MIT */
/*
 * property_challenge: problems that shrinkers are compared by (after
 * github.com/jlink/shrinking-challenge), each with generators as a suite would
 * write them.  Whatever the seed, there is one answer.
 *
 *     with marks     more? element, more? element ...
 *     length first   n, then n elements, without marks
 */
#include "invariants/property/suites/property_tables.h"

#include <stdlib.h>
#include <string.h>

#define LIST_MAX 40
#define SEEDS    20

struct list {
	size_t n;
	uint64_t at[LIST_MAX];
};

/* How a list is drawn: env of its type. */
struct shape {
	bool length_first;
	size_t least_length;
	uint64_t ceil; /* elements are below, 0: below the length */
	size_t lists;  /* 0: one list; else up to so many, one behind another */
	theft_propfun1 *prop;
	const char *answer;
};

static void draw_marked(struct theft *t, struct list *list, const struct shape *shape)
{
	bool more = true;

	while (list->n < LIST_MAX && more) {
		mm_property_begin(t);
		more = theft_random_choice(t, 8) != 0;
		if (more)
			list->at[list->n++] = theft_random_choice(t, shape->ceil);
		mm_property_end(t);
	}
}

static void draw_length_first(struct theft *t, struct list *list, const struct shape *shape)
{
	size_t i;

	list->n = shape->least_length +
		  (size_t)theft_random_choice(t, LIST_MAX / 2 - shape->least_length);
	for (i = 0; i < list->n; i++)
		list->at[i] = theft_random_choice(t, shape->ceil ? shape->ceil : list->n);
}

static enum theft_alloc_res make_list(struct theft *t, void *env, void **instance)
{
	const struct shape *shape = env;
	size_t count = shape->lists ? shape->lists : 1;
	struct list *lists = calloc(count, sizeof(*lists));
	size_t i;

	if (!lists)
		return THEFT_ALLOC_ERROR;
	for (i = 0; i < count; i++) {
		mm_property_begin(t);
		if (shape->length_first)
			draw_length_first(t, &lists[i], shape);
		else
			draw_marked(t, &lists[i], shape);
		mm_property_end(t);
	}
	*instance = lists;
	return THEFT_ALLOC_OK;
}

/* ---- problems: false is a failure ---- */

#define VERDICT(HOLDS) ((void)t, (HOLDS) ? THEFT_TRIAL_PASS : THEFT_TRIAL_FAIL)

/* A list is the same backwards. */
static enum theft_trial_res reverse(struct theft *t, void *a)
{
	const struct list *l = a;
	bool same = true;
	size_t i;

	for (i = 0; i < l->n; i++)
		same = same && l->at[i] == l->at[l->n - 1 - i];
	return VERDICT(same);
}

/* No element is 900 or more. */
static enum theft_trial_res lengthlist(struct theft *t, void *a)
{
	const struct list *l = a;
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < l->n; i++)
		most = l->at[i] > most ? l->at[i] : most;
	return VERDICT(most < 900);
}

static size_t add_distinct(uint64_t *set, size_t n, const struct list *l, size_t max)
{
	size_t i;
	size_t j;

	for (i = 0; i < l->n && n < max; i++) {
		for (j = 0; j < n && set[j] != l->at[i]; j++)
			;
		if (j == n)
			set[n++] = l->at[i];
	}
	return n;
}

/* There are fewer than three different elements. */
static enum theft_trial_res distinct(struct theft *t, void *a)
{
	uint64_t set[3];

	return VERDICT(add_distinct(set, 0, a, 3) < 3);
}

/* No two positions point at each other. */
static enum theft_trial_res coupled(struct theft *t, void *a)
{
	const struct list *l = a;
	bool found = false;
	size_t i;

	for (i = 0; i < l->n; i++)
		found = found || (l->at[i] != i && l->at[l->at[i]] == i);
	return VERDICT(!found);
}

/* The sum is at most 1500; no element alone exceeds 1000. */
static enum theft_trial_res sum(struct theft *t, void *a)
{
	const struct list *l = a;
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < l->n; i++)
		total += l->at[i];
	return VERDICT(total <= 1500);
}

#define LISTS 5

/* All lists together have at most four different elements. */
static enum theft_trial_res large_union(struct theft *t, void *a)
{
	const struct list *l = a;
	uint64_t set[5];
	size_t n = 0;
	size_t i;

	for (i = 0; i < LISTS; i++)
		n = add_distinct(set, n, &l[i], 5);
	return VERDICT(n < 5);
}

/* If each list's 16-bit sum is below 256, so is that of all below 5 * 256. */
static enum theft_trial_res bound5(struct theft *t, void *a)
{
	const struct list *l = a;
	int16_t all = 0;
	size_t i;
	size_t j;

	for (i = 0; i < LISTS; i++) {
		int16_t one = 0;

		for (j = 0; j < l[i].n; j++)
			one = (int16_t)(one + (int16_t)l[i].at[j]);
		if (one >= 256)
			return THEFT_TRIAL_SKIP;
		all = (int16_t)(all + one);
	}
	return VERDICT(all < 5 * 256);
}

/* ---- judging ---- */

struct answer {
	char text[256];
	size_t lists;
};

static enum theft_hook_counterexample_res
write_answer(const struct theft_hook_counterexample_info *info, void *env)
{
	struct answer *answer = env;
	const struct list *l = info->args[0];
	size_t used = 0;
	size_t i;
	size_t j;

	answer->text[0] = '\0';
	for (i = 0; i < answer->lists; i++) {
		for (j = 0; j < l[i].n && used + 24 < sizeof(answer->text); j++)
			used += (size_t)snprintf(answer->text + used, sizeof(answer->text) - used,
						 "%s%llu", j ? " " : "",
						 (unsigned long long)l[i].at[j]);
		if (i + 1 < answer->lists)
			used += (size_t)snprintf(answer->text + used, sizeof(answer->text) - used,
						 "|");
	}
	return THEFT_HOOK_COUNTEREXAMPLE_CONTINUE;
}

static void judge(struct suite_run *s, struct shape shape)
{
	struct theft_type_info type = {.alloc = make_list,
				       .free = theft_generic_free_cb,
				       .autoshrink_config = {.enable = true},
				       .env = &shape};
	struct theft_run_config cfg = suite_quiet("challenge");
	struct mm_property_options options = {
		.halt_on_failure = true, .ignore_environment = true, .out = tmpfile()};
	size_t calls = 0;

	cfg.prop1 = shape.prop;
	cfg.type_info[0] = &type;
	cfg.trials = 100000;
	cfg.hooks.counterexample = write_answer;
	for (cfg.seed = 1; cfg.seed <= SEEDS; cfg.seed++) {
		struct answer answer = {.lists = shape.lists ? shape.lists : 1};
		struct mm_property_result result;

		cfg.hooks.env = &answer;
		(void)mm_property_run(&cfg, &options, &result);
		CHECK(s, result.counts.fail == 1, "seed %u finds nothing", (unsigned int)cfg.seed);
		CHECK(s, strcmp(answer.text, shape.answer) == 0, "seed %u: [%s] is not [%s]",
		      (unsigned int)cfg.seed, answer.text, shape.answer);
		calls += result.shrink_calls;
	}
	if (options.out)
		(void)fclose(options.out);
	(void)printf("    [%s] in %zu calls on average\n", shape.answer, calls / SEEDS);
}

static void test_reverse(struct suite_run *s)
{
	judge(s, (struct shape){.ceil = 1000, .prop = reverse, .answer = "0 1"});
	judge(s,
	      (struct shape){.length_first = true, .ceil = 1000, .prop = reverse, .answer = "0 1"});
}

static void test_lengthlist(struct suite_run *s)
{
	judge(s, (struct shape){.length_first = true,
				.least_length = 1,
				.ceil = 1001,
				.prop = lengthlist,
				.answer = "900"});
	judge(s, (struct shape){.ceil = 1001, .prop = lengthlist, .answer = "900"});
}

static void test_distinct(struct suite_run *s)
{
	judge(s, (struct shape){.ceil = 1000, .prop = distinct, .answer = "0 1 2"});
	judge(s, (struct shape){
			 .length_first = true, .ceil = 1000, .prop = distinct, .answer = "0 1 2"});
}

static void test_coupled(struct suite_run *s)
{
	judge(s, (struct shape){.length_first = true, .prop = coupled, .answer = "1 0"});
}

static void test_sum(struct suite_run *s)
{
	judge(s, (struct shape){.ceil = 1001, .prop = sum, .answer = "501 1000"});
	judge(s, (struct shape){
			 .length_first = true, .ceil = 1001, .prop = sum, .answer = "501 1000"});
}

static void test_large_union(struct suite_run *s)
{
	judge(s, (struct shape){.ceil = 1000,
				.lists = LISTS,
				.prop = large_union,
				.answer = "||||0 1 2 3 4"});
}

static void test_bound5(struct suite_run *s)
{
	judge(s,
	      (struct shape){
		      .ceil = 65536, .lists = LISTS, .prop = bound5, .answer = "|||32768|34048"});
}

const struct suite_test property_challenge_tests[] = {
	{"challenge.reverse", test_reverse},   {"challenge.lengthlist", test_lengthlist},
	{"challenge.distinct", test_distinct}, {"challenge.coupled", test_coupled},
	{"challenge.sum", test_sum},           {"challenge.large_union", test_large_union},
	{"challenge.bound5", test_bound5},     {NULL, NULL},
};
