/* SPDX-License-Identifier: MIT */
/*
 * theft_builtin: types that are there, their limits, and their special values.
 */
#include "invariants/property/suites/theft_tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TRIALS 4000

/* What came of a type of numbers; all fit a double well enough to compare. */
struct range {
	size_t size;
	bool is_signed;
	double low;
	double high;
	bool least; /* came exactly */
	bool most;
	bool zero;
	size_t outside;
	size_t values;
};

static double number_of(const void *instance, const struct range *r)
{
	uint64_t value = 0;
	unsigned int at;

	/* byte by byte would depend on the byte order: read by size instead */
	if (r->size == 1)
		value = *(const uint8_t *)instance;
	else if (r->size == 2)
		value = *(const uint16_t *)instance;
	else if (r->size == 4)
		value = *(const uint32_t *)instance;
	else
		value = *(const uint64_t *)instance;
	at = (unsigned int)(8 * r->size - 1);
	if (r->is_signed && value >> at)
		return -(double)((~value & (UINT64_MAX >> (63 - at))) + 1);
	return (double)value;
}

static enum theft_trial_res note_number(struct theft *t, void *a)
{
	struct range *r = theft_hook_get_env(t);
	double value = number_of(a, r);

	r->values++;
	r->outside += value < r->low || value > r->high;
	r->least = r->least || value == r->low;
	r->most = r->most || value == r->high;
	r->zero = r->zero || value == 0;
	return THEFT_TRIAL_PASS;
}

static void run_type(const struct theft_type_info *type, theft_propfun1 *fn, void *env)
{
	struct theft_run_config cfg = suite_quiet("builtin");

	cfg.prop1 = fn;
	cfg.type_info[0] = type;
	cfg.trials = TRIALS;
	cfg.hooks.env = env;
	(void)theft_run(&cfg);
}

struct number_case {
	enum theft_builtin_type_info type;
	size_t size;
	bool is_signed;
};

static const struct number_case numbers[] = {
	{THEFT_BUILTIN_uint, sizeof(unsigned int), false},
	{THEFT_BUILTIN_uint8_t, 1, false},
	{THEFT_BUILTIN_uint16_t, 2, false},
	{THEFT_BUILTIN_uint32_t, 4, false},
	{THEFT_BUILTIN_uint64_t, 8, false},
	{THEFT_BUILTIN_size_t, sizeof(size_t), false},
	{THEFT_BUILTIN_int, sizeof(int), true},
	{THEFT_BUILTIN_int8_t, 1, true},
	{THEFT_BUILTIN_int16_t, 2, true},
	{THEFT_BUILTIN_int32_t, 4, true},
	{THEFT_BUILTIN_int64_t, 8, true},
};

#define NR_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static void test_numbers(struct suite_run *s)
{
	size_t i;

	for (i = 0; i < NR_NUMBERS; i++) {
		const struct number_case *n = &numbers[i];
		double all = ldexp(1, (int)(8 * n->size));
		struct range r = {.size = n->size, .is_signed = n->is_signed};

		r.low = n->is_signed ? -all / 2 : 0;
		/* 2^64 - 1 is no double; its neighbour is what it reads as */
		r.high = n->size == 8 ? (n->is_signed ? all / 2 : all)
				      : (n->is_signed ? all / 2 - 1 : all - 1);
		run_type(theft_get_builtin_type_info(n->type), note_number, &r);
		CHECK(s, r.outside == 0, "type %zu: %zu outside", i, r.outside);
		CHECK(s, r.zero && r.most && r.least, "type %zu: no zero, least or greatest", i);
		/* most 8-bit values repeat and are not run */
		CHECK(s, r.values > (n->size == 1 ? 200u : 2000u), "type %zu: %zu values", i,
		      r.values);
	}
}

/* A limit of the type's own size. */
union limit {
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;
};

static void set_limit(union limit *limit, size_t size, uint8_t value)
{
	if (size == 1)
		limit->v8 = value;
	else if (size == 2)
		limit->v16 = value;
	else if (size == 4)
		limit->v32 = value;
	else
		limit->v64 = value;
}

static void test_limits(struct suite_run *s)
{
	size_t i;

	for (i = 0; i < NR_NUMBERS; i++) {
		const struct number_case *n = &numbers[i];
		struct range r = {.size = n->size, .is_signed = n->is_signed, .high = 99};
		struct theft_type_info type;
		union limit limit = {.v64 = 0};

		set_limit(&limit, n->size, 100);
		r.low = n->is_signed ? -100 : 0;
		theft_copy_builtin_type_info(n->type, &type);
		type.env = &limit;
		run_type(&type, note_number, &r);
		CHECK(s, r.outside == 0, "type %zu: %zu outside", i, r.outside);
		CHECK(s, r.least && r.most && r.zero, "type %zu: no zero, least or greatest", i);
		CHECK(s, r.values == (n->is_signed ? 200u : 100u), "type %zu: %zu values", i,
		      r.values);
	}
}

/* ---- bool, float, double ---- */

struct reals {
	size_t nan, infinite, negative, outside, whole, values;
	double limit;
};

static void note_real(struct reals *r, double value)
{
	r->values++;
	r->nan += isnan(value) != 0;
	r->infinite += isinf(value) != 0;
	r->negative += value < 0;
	r->whole += value == floor(value);
	r->outside += r->limit > 0 && !(value >= -r->limit && value < r->limit);
}

static enum theft_trial_res note_float(struct theft *t, void *a)
{
	note_real(theft_hook_get_env(t), (double)*(const float *)a);
	return THEFT_TRIAL_PASS;
}

static enum theft_trial_res note_double(struct theft *t, void *a)
{
	note_real(theft_hook_get_env(t), *(const double *)a);
	return THEFT_TRIAL_PASS;
}

static void test_reals(struct suite_run *s)
{
	struct reals f = {.values = 0};
	struct reals d = {.values = 0};

	run_type(theft_get_builtin_type_info(THEFT_BUILTIN_float), note_float, &f);
	run_type(theft_get_builtin_type_info(THEFT_BUILTIN_double), note_double, &d);
	CHECK(s, f.nan && f.infinite && f.negative && f.whole && f.whole < f.values, "floats");
	CHECK(s, d.nan && d.infinite && d.negative && d.whole && d.whole < d.values, "doubles");
}

static void test_real_limits(struct suite_run *s)
{
	float float_limit = 2.5f;
	double double_limit = 1e-3;
	struct reals f = {.limit = 2.5};
	struct reals d = {.limit = 1e-3};
	struct theft_type_info type;

	theft_copy_builtin_type_info(THEFT_BUILTIN_float, &type);
	type.env = &float_limit;
	run_type(&type, note_float, &f);
	CHECK(s, f.outside == 0 && f.negative, "%zu floats outside", f.outside);
	theft_copy_builtin_type_info(THEFT_BUILTIN_double, &type);
	type.env = &double_limit;
	run_type(&type, note_double, &d);
	CHECK(s, d.outside == 0 && d.negative, "%zu doubles outside", d.outside);
}

static enum theft_trial_res note_bool(struct theft *t, void *a)
{
	bool *seen = theft_hook_get_env(t);

	seen[*(const bool *)a] = true;
	return THEFT_TRIAL_PASS;
}

static void test_bool(struct suite_run *s)
{
	bool seen[2] = {false, false};

	run_type(theft_get_builtin_type_info(THEFT_BUILTIN_bool), note_bool, seen);
	CHECK(s, seen[0] && seen[1], "not both");
}

/* ---- arrays ---- */

struct lengths {
	size_t longest;
	size_t empty;
	size_t values;
	bool bytes[256];
};

static enum theft_trial_res note_array(struct theft *t, void *a)
{
	struct lengths *l = theft_hook_get_env(t);
	const unsigned char *c;
	size_t length = strlen(a);

	l->values++;
	l->longest = length > l->longest ? length : l->longest;
	l->empty += length == 0;
	for (c = a; *c; c++)
		l->bytes[*c] = true;
	return THEFT_TRIAL_PASS;
}

static void test_arrays(struct suite_run *s)
{
	const enum theft_builtin_type_info arrays[] = {THEFT_BUILTIN_char_ARRAY,
						       THEFT_BUILTIN_uint8_t_ARRAY};
	size_t limit = 5;
	size_t i;
	size_t c;

	for (i = 0; i < 2; i++) {
		struct lengths all = {.values = 0};
		struct lengths few = {.values = 0};
		struct theft_type_info type;

		run_type(theft_get_builtin_type_info(arrays[i]), note_array, &all);
		CHECK(s, all.longest > 20 && all.empty, "longest %zu", all.longest);
		for (c = 1; c < 256; c++)
			CHECK(s, all.bytes[c], "array %zu never holds %zu", i, c);
		theft_copy_builtin_type_info(arrays[i], &type);
		type.env = &limit;
		run_type(&type, note_array, &few);
		CHECK(s, few.longest == 5, "longest %zu", few.longest);
	}
}

/* ---- all ---- */

static void test_table(struct suite_run *s)
{
	int i;

	for (i = THEFT_BUILTIN_bool; i <= THEFT_BUILTIN_uint8_t_ARRAY; i++) {
		const struct theft_type_info *type =
			theft_get_builtin_type_info((enum theft_builtin_type_info)i);
		struct theft_type_info copy = {.alloc = NULL};
		char *text;

		CHECK(s, type && type->alloc && type->free && type->hash && type->print,
		      "type %d has not all callbacks", i);
		CHECK(s, type && type->autoshrink_config.enable && !type->shrink,
		      "type %d is not autoshrunk", i);
		theft_copy_builtin_type_info((enum theft_builtin_type_info)i, &copy);
		CHECK(s, type && copy.alloc == type->alloc, "type %d is not copied", i);
		suite_capture_begin();
		(void)theft_generate(stdout, 3, type, NULL);
		text = suite_capture_end();
		CHECK(s, strlen(text) > strlen("-- Seed 0x0000000000000003\n\n"), "type %d: %s", i,
		      text);
		free(text);
	}
	CHECK(s, i == 16, "%d types", i);
}

const struct suite_test theft_builtin_tests[] = {
	{"builtin.numbers_fill_their_range", test_numbers},
	{"builtin.numbers_keep_a_limit", test_limits},
	{"builtin.reals_of_all_kinds", test_reals},
	{"builtin.reals_keep_a_limit", test_real_limits},
	{"builtin.bool_is_both", test_bool},
	{"builtin.arrays_end_in_0", test_arrays},
	{"builtin.all_16_are_there", test_table},
	{NULL, NULL},
};
