/* SPDX-License-Identifier: MIT */
/*
 * theft_draw: numbers, hashes, values of a seed, and the odds and ends.
 */
#include "invariants/property/suites/theft_tables.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ---- */

/* Each test is a property of no consequence, which draws for itself. */
static void draw_in(theft_propfun1 *fn, void *env, size_t trials)
{
	struct theft_run_config cfg = suite_quiet("draws");

	cfg.prop1 = fn;
	cfg.type_info[0] = &suite_u32;
	cfg.trials = trials;
	cfg.hooks.env = env;
	(void)theft_run(&cfg);
}

struct widths {
	uint64_t any[65];  /* or of all drawn */
	uint64_t none[65]; /* or of what was drawn inverted */
};

static enum theft_trial_res draw_widths(struct theft *t, void *a)
{
	struct widths *w = theft_hook_get_env(t);
	uint8_t bits;

	(void)a;
	for (bits = 0; bits <= 64; bits++) {
		uint64_t value = theft_random_bits(t, bits);

		w->any[bits] |= value;
		w->none[bits] |= ~value;
	}
	return THEFT_TRIAL_PASS;
}

static void test_bits(struct suite_run *s)
{
	struct widths w = {.any = {0}};
	unsigned int bits;

	draw_in(draw_widths, &w, 200);
	for (bits = 1; bits <= 64; bits++) {
		uint64_t mask = UINT64_MAX >> (64 - bits);

		CHECK(s, w.any[bits] == mask, "%u bits: 0x%" PRIx64, bits, w.any[bits]);
		CHECK(s, w.none[bits] == UINT64_MAX, "%u bits are never 0 somewhere", bits);
	}
	CHECK(s, w.any[0] == 0, "no bits");
}

#define BULK_WORDS 4

static enum theft_trial_res draw_bulk(struct theft *t, void *a)
{
	uint64_t *any = theft_hook_get_env(t);
	uint64_t buf[BULK_WORDS] = {0};
	size_t i;

	(void)a;
	theft_random_bits_bulk(t, 130, buf);
	for (i = 0; i < BULK_WORDS; i++)
		any[i] |= buf[i];
	return THEFT_TRIAL_PASS;
}

static void test_bulk(struct suite_run *s)
{
	uint64_t any[BULK_WORDS] = {0};

	draw_in(draw_bulk, any, 200);
	CHECK(s, any[0] == UINT64_MAX && any[1] == UINT64_MAX, "whole words");
	CHECK(s, any[2] == 3, "0x%" PRIx64 " of two bits", any[2]);
	CHECK(s, any[3] == 0, "0x%" PRIx64 " behind the end", any[3]);
}

struct choices {
	size_t seen[10];
	size_t too_large;
	uint64_t most;
};

static enum theft_trial_res draw_choices(struct theft *t, void *a)
{
	struct choices *c = theft_hook_get_env(t);
	uint64_t small = theft_random_choice(t, 10);
	uint64_t large = theft_random_choice(t, 1000003);

	(void)a;
	if (small < 10)
		c->seen[small]++;
	c->too_large += small >= 10 || large >= 1000003;
	c->too_large += theft_random_choice(t, 1) != 0;
	c->most = large > c->most ? large : c->most;
	return THEFT_TRIAL_PASS;
}

static void test_choice(struct suite_run *s)
{
	struct choices c = {.too_large = 0};
	size_t i;

	draw_in(draw_choices, &c, 10000);
	CHECK(s, c.too_large == 0, "%zu times", c.too_large);
	CHECK(s, c.most > 990000, "only up to %" PRIu64, c.most);
	for (i = 0; i < 10; i++)
		CHECK(s, c.seen[i] > 850 && c.seen[i] < 1150, "%zu came %zu times", i, c.seen[i]);
}

static enum theft_trial_res draw_doubles(struct theft *t, void *a)
{
	double *range = theft_hook_get_env(t);
	double value = theft_random_double(t);

	(void)a;
	range[0] = value < range[0] ? value : range[0];
	range[1] = value > range[1] ? value : range[1];
	return THEFT_TRIAL_PASS;
}

static void test_double(struct suite_run *s)
{
	double range[2] = {0.5, 0.5};

	draw_in(draw_doubles, range, 10000);
	CHECK(s, range[0] >= 0 && range[0] < 0.01, "least %f", range[0]);
	CHECK(s, range[1] <= 1 && range[1] > 0.99, "greatest %f", range[1]);
}

/* ---- hashes ---- */

static theft_hash hash_of(const char *text)
{
	return theft_hash_onepass((const uint8_t *)text, strlen(text));
}

static void test_hash(struct suite_run *s)
{
	const uint8_t *text = (const uint8_t *)"foobar";
	struct theft_hasher h;

	/* published test vectors of FNV-1a */
	CHECK(s, hash_of("") == 0xcbf29ce484222325u, "empty");
	CHECK(s, hash_of("a") == 0xaf63dc4c8601ec8cu, "a");
	CHECK(s, hash_of("foobar") == 0x85944171f73967e8u, "foobar");
	theft_hash_init(&h);
	theft_hash_sink(&h, text, 2);
	theft_hash_sink(&h, text + 2, 0);
	theft_hash_sink(&h, text + 2, 4);
	CHECK(s, theft_hash_done(&h) == hash_of("foobar"), "in pieces");
}

/* ---- values of a seed ---- */

static enum theft_alloc_res make_nothing(struct theft *t, void *env, void **instance)
{
	(void)t;
	(void)instance;
	return *(const enum theft_alloc_res *)env;
}

static void test_generate(struct suite_run *s)
{
	enum theft_alloc_res res = THEFT_ALLOC_SKIP;
	const struct theft_type_info nothing = {.alloc = make_nothing, .env = &res};
	const struct theft_type_info no_alloc = {.alloc = NULL};
	char *text;
	char *again;

	suite_capture_begin();
	CHECK(s, theft_generate(stdout, 0x1234, &suite_u32, NULL) == THEFT_GENERATE_OK, "ok");
	text = suite_capture_end();
	CHECK(s, strstr(text, "-- Seed 0x0000000000001234") != NULL, "%s", text);
	CHECK(s, strchr(text, '<') && strchr(text, '>'), "no value in %s", text);
	suite_capture_begin();
	(void)theft_generate(stdout, 0x1234, &suite_u32, NULL);
	again = suite_capture_end();
	CHECK(s, strcmp(text, again) == 0, "%s is not %s", text, again);
	free(text);
	free(again);
	CHECK(s, theft_generate(stdout, 1, &nothing, NULL) == THEFT_GENERATE_SKIP, "skip");
	res = THEFT_ALLOC_ERROR;
	CHECK(s, theft_generate(stdout, 1, &nothing, NULL) == THEFT_GENERATE_ERROR_ALLOC, "error");
	CHECK(s, theft_generate(stdout, 1, &no_alloc, NULL) == THEFT_GENERATE_ERROR_BAD_ARGS,
	      "no alloc");
	CHECK(s, theft_generate(NULL, 1, &suite_u32, NULL) == THEFT_GENERATE_ERROR_BAD_ARGS,
	      "no file");
}

/* ---- odds and ends ---- */

static void test_words(struct suite_run *s)
{
	CHECK(s, strcmp(theft_trial_res_str(THEFT_TRIAL_PASS), "PASS") == 0, "pass");
	CHECK(s, strcmp(theft_trial_res_str(THEFT_TRIAL_FAIL), "FAIL") == 0, "fail");
	CHECK(s, strcmp(theft_trial_res_str(THEFT_TRIAL_SKIP), "SKIP") == 0, "skip");
	CHECK(s, strcmp(theft_trial_res_str(THEFT_TRIAL_DUP), "DUP") == 0, "dup");
	CHECK(s, strcmp(theft_trial_res_str(THEFT_TRIAL_ERROR), "ERROR") == 0, "error");
	CHECK(s, strcmp(theft_run_res_str(THEFT_RUN_PASS), "PASS") == 0, "pass");
	CHECK(s, strcmp(theft_run_res_str(THEFT_RUN_FAIL), "FAIL") == 0, "fail");
	CHECK(s, strcmp(theft_run_res_str(THEFT_RUN_SKIP), "SKIP") == 0, "skip");
	CHECK(s, strcmp(theft_run_res_str(THEFT_RUN_ERROR), "ERROR") == 0, "error");
}

static void test_time(struct suite_run *s)
{
	theft_seed first = theft_seed_of_time();
	theft_seed second = first;
	unsigned int tries;

	for (tries = 0; tries < 1000000 && second == first; tries++)
		second = theft_seed_of_time();
	CHECK(s, first != second, "0x%" PRIx64 " for ever", first);
}

const struct suite_test theft_draw_tests[] = {
	{"draw.bits_of_each_width", test_bits},
	{"draw.bulk_of_any_width", test_bulk},
	{"draw.choice_is_even_and_below", test_choice},
	{"draw.double_between_0_and_1", test_double},
	{"draw.hash_is_fnv_1a", test_hash},
	{"draw.generate_prints_a_seeds_value", test_generate},
	{"draw.results_have_words", test_words},
	{"draw.time_gives_seeds", test_time},
	{NULL, NULL},
};
