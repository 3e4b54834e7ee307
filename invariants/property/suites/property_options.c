/* SPDX-License-Identifier: MIT */
/*
 * property_options: labels, coverage, budgets, seeds, notes, marks, bytes and
 * failures that come and go.
 */
#include "invariants/property/suites/property_tables.h"

#include <stdlib.h>
#include <string.h>

/* Run, and give back what was printed; the caller frees it. */
static char *run_text(const struct theft_run_config *cfg, struct mm_property_options options,
		      struct mm_property_result *result)
{
	char *text;

	suite_capture_begin();
	(void)mm_property_run(cfg, &options, result);
	text = suite_capture_end();
	return text;
}

/* ---- labels ---- */

static enum theft_trial_res labelled(struct theft *t, void *a)
{
	uint32_t value = *(uint32_t *)a;

	mm_property_label(t, value % 4 == 0 ? "fourth" : "other");
	/* twice is once: trials are counted */
	mm_property_label(t, value % 4 == 0 ? "fourth" : "other");
	if (value % 64 == 0)
		mm_property_label(t, "rare");
	return THEFT_TRIAL_PASS;
}

static void cover(struct suite_run *s, bool in_child, double percent, enum theft_run_res wanted,
		  const char *word)
{
	const struct mm_property_cover required = {"fourth", percent};
	struct mm_property_options options = {
		.ignore_environment = true, .cover = &required, .nr_cover = 1};
	struct theft_run_config cfg = {
		.prop1 = labelled, .type_info = {&suite_u32}, .name = "labelled"};
	struct mm_property_result result;
	char *text;

	cfg.fork.enable = in_child;
	cfg.trials = in_child ? 60 : 2000;
	text = run_text(&cfg, options, &result);
	CHECK(s, result.res == wanted, "%s", theft_run_res_str(result.res));
	CHECK(s, strstr(text, word) != NULL, "no \"%s\" in %s", word, text);
	CHECK(s, strstr(text, "rare") != NULL, "no label in %s", text);
	CHECK(s, result.not_covered == (wanted == THEFT_RUN_FAIL), "%zu", result.not_covered);
	free(text);
}

static void test_cover(struct suite_run *s)
{
	cover(s, false, 10, THEFT_RUN_PASS, ": met");
	cover(s, false, 25, THEFT_RUN_PASS, ": UNDECIDED");
	cover(s, false, 40, THEFT_RUN_FAIL, ": NOT MET");
}

static void test_cover_in_child(struct suite_run *s)
{
	cover(s, true, 5, THEFT_RUN_PASS, ": met");
	cover(s, true, 60, THEFT_RUN_FAIL, ": NOT MET");
}

static void test_interval(struct suite_run *s)
{
	double low;
	double high;

	/* by hand: z = 3.2905, n = 100, 10 of them */
	mm_property_interval(10, 100, &low, &high);
	CHECK(s, low > 3.7 && low < 3.9 && high > 23.9 && high < 24.1, "%f to %f", low, high);
	mm_property_interval(0, 100, &low, &high);
	CHECK(s, low == 0 && high > 9.7 && high < 9.9, "%f to %f", low, high);
	mm_property_interval(100, 100, &low, &high);
	CHECK(s, high == 100 && low > 90.1 && low < 90.3, "%f to %f", low, high);
	mm_property_interval(0, 0, &low, &high);
	CHECK(s, low == 0 && high == 100, "%f to %f", low, high);
	CHECK(s, mm_property_judge(0, 100, 5) == MM_PROPERTY_UNDECIDED, "none of 100, 5 %%");
	CHECK(s, mm_property_judge(0, 1000, 5) == MM_PROPERTY_NOT_MET, "none of 1000, 5 %%");
	CHECK(s, mm_property_judge(100, 1000, 5) == MM_PROPERTY_MET, "10 %% of 1000, 5 %%");
	CHECK(s, mm_property_judge(0, 10, 0) == MM_PROPERTY_MET, "nothing is wanted");
}

/* ---- budgets ---- */

static enum theft_trial_res slow_to_shrink(struct theft *t, void *a)
{
	volatile uint32_t spin = 0;

	/* shrinking is what takes time here */
	while (mm_property_is_shrinking(t) && spin < 300000)
		spin++;
	return *(uint32_t *)a > 5 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_shrink_calls(struct suite_run *s)
{
	struct theft_run_config cfg = {
		.prop1 = slow_to_shrink, .type_info = {&suite_auto_u32}, .trials = 1, .seed = 3};
	struct mm_property_options options = {
		.ignore_environment = true, .quiet = true, .max_shrink_calls = 4};
	struct mm_property_result result;

	free(run_text(&cfg, options, &result));
	CHECK(s, result.shrink_stopped, "not stopped");
	/* and one to be sure of what is reported */
	CHECK(s, result.shrink_calls <= 5, "%zu calls", result.shrink_calls);
	options.max_shrink_calls = 0;
	free(run_text(&cfg, options, &result));
	CHECK(s, !result.shrink_stopped && result.shrink_calls > 5, "%zu calls",
	      result.shrink_calls);
}

static void test_shrink_ms(struct suite_run *s)
{
	struct theft_run_config cfg = {
		.prop1 = slow_to_shrink, .type_info = {&suite_auto_u32}, .trials = 1, .seed = 3};
	struct mm_property_options options = {
		.ignore_environment = true, .quiet = true, .max_shrink_ms = 1};
	struct mm_property_result result;

	free(run_text(&cfg, options, &result));
	CHECK(s, result.shrink_stopped, "not stopped");
	CHECK(s, result.counts.fail == 1, "the failure is lost");
}

static void test_max_ms(struct suite_run *s)
{
	struct theft_run_config cfg = {.prop1 = suite_passes, .type_info = {&suite_u32}};
	struct mm_property_options options = {
		.ignore_environment = true, .quiet = true, .max_ms = 20};
	struct mm_property_result result;

	/* no number of trials: as many as there is time for */
	free(run_text(&cfg, options, &result));
	CHECK(s, result.res == THEFT_RUN_PASS && result.out_of_time, "%s",
	      theft_run_res_str(result.res));
	CHECK(s, result.counts.pass > 1000, "%zu trials", result.counts.pass);
	CHECK(s, result.seconds >= 0.02, "%f s", result.seconds);
}

/* ---- seeds ---- */

static enum theft_trial_res above_half(struct theft *t, void *a)
{
	(void)t;
	return *(uint32_t *)a > UINT32_MAX / 100 * 99 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_environment(struct suite_run *s)
{
	struct theft_run_config cfg = {
		.prop1 = above_half, .type_info = {&suite_u32}, .trials = 1000, .name = "env"};
	struct mm_property_options options = {.halt_on_failure = true};
	struct mm_property_result first;
	struct mm_property_result again;
	char seed[32];
	char *text;

	free(run_text(&cfg, options, &first));
	CHECK(s, first.counts.fail == 1 && first.counts.pass > 0, "not in a later trial");
	/* the seed of a trial that failed makes it the first */
	(void)snprintf(seed, sizeof(seed), "0x%llx", (unsigned long long)first.failed_seed);
	(void)setenv("MM_PROPERTY_SEED", seed, 1);
	text = run_text(&cfg, options, &again);
	CHECK(s, again.counts.fail == 1 && again.counts.pass == 0, "pass %zu", again.counts.pass);
	CHECK(s, again.run_seed == first.failed_seed, "another seed");
	CHECK(s, strstr(text, seed + 2) != NULL, "no %s in %s", seed, text);
	free(text);
	options.ignore_environment = true;
	free(run_text(&cfg, options, &again));
	CHECK(s, again.run_seed == THEFT_DEFAULT_SEED, "the environment is not ignored");
	options.ignore_environment = false;
	(void)setenv("MM_PROPERTY_SEED", "12x", 1);
	free(run_text(&cfg, options, &again));
	CHECK(s, again.res == THEFT_RUN_ERROR_BAD_ARGS, "%s", theft_run_res_str(again.res));
	(void)unsetenv("MM_PROPERTY_SEED");
}

/* ---- failures ---- */

static enum theft_trial_res notes(struct theft *t, void *a)
{
	uint32_t value = *(uint32_t *)a;

	if (value < 1000)
		return THEFT_TRIAL_PASS;
	mm_property_note(t, "%u is too much", value);
	mm_property_note(t, "by %u", value - 999);
	return THEFT_TRIAL_FAIL;
}

static void notes_of(struct suite_run *s, bool in_child)
{
	struct theft_run_config cfg = {
		.prop1 = notes, .type_info = {&suite_auto_u32}, .trials = 1, .seed = 2};
	struct mm_property_options options = {.ignore_environment = true};
	struct mm_property_result result;
	const char *first;
	const char *last;
	char *text;

	cfg.fork.enable = in_child;
	text = run_text(&cfg, options, &result);
	CHECK(s, strcmp(result.note, "1000 is too much\nby 1") == 0, "%s", result.note);
	/* what failed first is shown before it is shrunk */
	first = strstr(text, "-- failed");
	last = strstr(text, "-- counterexample");
	CHECK(s, first && last && first < last, "%s", text);
	CHECK(s, suite_count(text, "is too much") == 2 && strstr(text, "    by 1\n"), "%s", text);
	CHECK(s, suite_count(text, "argument 0: <") == 2 && strstr(text, "<1000>"), "%s", text);
	free(text);
}

static void test_notes(struct suite_run *s)
{
	notes_of(s, false);
}

static void test_notes_in_child(struct suite_run *s)
{
	notes_of(s, true);
}

static enum theft_trial_res fails_at_first(struct theft *t, void *a)
{
	size_t *calls = theft_hook_get_env(t);

	(void)a;
	return (*calls)++ == 0 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static enum theft_trial_res fails_five_times(struct theft *t, void *a)
{
	size_t *calls = theft_hook_get_env(t);

	(void)a;
	return (*calls)++ < 5 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void flaky(struct suite_run *s, theft_propfun1 *fn, const struct theft_type_info *type)
{
	size_t calls = 0;
	struct theft_run_config cfg = {.prop1 = fn, .type_info = {type}, .trials = 20};
	struct mm_property_options options = {.ignore_environment = true};
	struct mm_property_result result;
	char *text;

	cfg.hooks.env = &calls;
	text = run_text(&cfg, options, &result);
	CHECK(s, result.flaky == 1, "%zu flaky of %zu", result.flaky, result.counts.fail);
	CHECK(s, result.res == THEFT_RUN_FAIL, "%s", theft_run_res_str(result.res));
	CHECK(s, strstr(text, "-- flaky") != NULL, "%s", text);
	free(text);
}

static void test_flaky(struct suite_run *s)
{
	flaky(s, fails_at_first, &suite_auto_u32);
	flaky(s, fails_at_first, &suite_u32);
	flaky(s, fails_five_times, &suite_auto_u32);
}

/* ---- bytes ---- */

static enum theft_trial_res is_word(struct theft *t, void *a)
{
	uint64_t byte = theft_random_bits(t, 3);

	return *(uint32_t *)a == 0x04030201 && byte == 5 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static void test_bytes(struct suite_run *s)
{
	const uint8_t bytes[] = {1, 2, 3, 4, 0xfd};
	struct theft_run_config cfg = {.prop1 = is_word, .type_info = {&suite_u32}};
	struct theft_run_config bad = {.prop1 = is_word};
	int saved;

	saved = (int)mm_property_one(&cfg, bytes, sizeof(bytes));
	CHECK(s, saved == THEFT_TRIAL_FAIL, "%d", saved);
	CHECK(s, mm_property_one(&cfg, bytes, 4) == THEFT_TRIAL_PASS, "zeros past the end");
	CHECK(s, mm_property_one(&cfg, NULL, 0) == THEFT_TRIAL_PASS, "nothing at all");
	CHECK(s, mm_property_one(&bad, bytes, 4) == THEFT_TRIAL_ERROR, "a bad configuration");
}

/* ---- marks ---- */

/* Each element needs the one before it, so that only whole elements can go. */
static enum theft_alloc_res make_chain(struct theft *t, void *env, void **instance)
{
	uint32_t *sum = calloc(1, sizeof(*sum));
	unsigned int i;

	if (!sum)
		return THEFT_ALLOC_ERROR;
	mm_property_end(t); /* one too many, ignored */
	for (i = 0; i < 60; i++) {
		uint64_t a;
		uint64_t b;
		uint64_t c;

		if (*(const bool *)env)
			mm_property_begin(t);
		a = theft_random_bits(t, (uint8_t)(1 + i % 3));
		b = theft_random_bits(t, 8);
		c = theft_random_bits(t, 8);
		if (*(const bool *)env)
			mm_property_end(t);
		if (a == 0 && i % 3)
			break;
		*sum += (b ^ c) > 200;
	}
	mm_property_begin(t); /* never ended: the argument ends it */
	*instance = sum;
	return THEFT_ALLOC_OK;
}

static enum theft_trial_res at_least_2(struct theft *t, void *a)
{
	(void)t;
	return *(uint32_t *)a >= 2 ? THEFT_TRIAL_FAIL : THEFT_TRIAL_PASS;
}

static size_t calls_of_chain(bool marks)
{
	struct theft_type_info type = {.alloc = make_chain,
				       .free = theft_generic_free_cb,
				       .autoshrink_config = {.enable = true},
				       .env = &marks};
	struct theft_run_config cfg = {.prop1 = at_least_2, .type_info = {&type}, .trials = 1000};
	struct mm_property_options options = {
		.ignore_environment = true, .quiet = true, .halt_on_failure = true};
	struct mm_property_result result;

	free(run_text(&cfg, options, &result));
	return result.shrink_calls;
}

static void test_marks(struct suite_run *s)
{
	size_t with = calls_of_chain(true);
	size_t without = calls_of_chain(false);

	CHECK(s, with > 1 && without > 1, "nothing was found");
	CHECK(s, with < without, "%zu calls with marks, %zu without", with, without);
}

/* ---- others ---- */

static enum theft_trial_res runs_inside(struct theft *t, void *a)
{
	struct theft_run_config cfg = suite_quiet("inner");

	(void)a;
	(void)t;
	cfg.prop1 = suite_passes;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 3;
	return theft_run(&cfg) == THEFT_RUN_PASS ? THEFT_TRIAL_PASS : THEFT_TRIAL_FAIL;
}

static void test_nested(struct suite_run *s)
{
	struct theft_run_config cfg = suite_quiet("outer");

	cfg.prop1 = runs_inside;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = 3;
	CHECK(s, theft_run(&cfg) == THEFT_RUN_PASS, "runs do not nest");
	CHECK(s, mm_property_is_bundled(), "this is not the bundled engine");
}

const struct suite_test property_option_tests[] = {
	{"options.coverage_is_judged", test_cover},
	{"child.labels_come_back", test_cover_in_child},
	{"options.interval_is_wilsons", test_interval},
	{"options.shrink_calls_are_limited", test_shrink_calls},
	{"options.shrink_time_is_limited", test_shrink_ms},
	{"options.time_instead_of_trials", test_max_ms},
	{"options.seed_from_the_environment", test_environment},
	{"options.notes_and_the_first_failure", test_notes},
	{"child.notes_come_back", test_notes_in_child},
	{"options.flaky_failures_are_called_so", test_flaky},
	{"options.draws_from_bytes", test_bytes},
	{"options.marks_may_be_unbalanced", test_marks},
	{"options.runs_nest", test_nested},
	{NULL, NULL},
};
