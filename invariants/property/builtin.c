/* SPDX-License-Identifier: MIT */
/*
 * builtin: types of arguments that are there.
 *
 *     number   value, then 3 bits: 7 says "not that, but a special one"
 *     float    1 bit: whole number or any; value; 3 bits
 *     array    elements, each behind 5 bits that are 0 at the end
 *
 * What says that a value is unusual is drawn after it and is 0 when it is not,
 * so shrinking first tries the same draws without.
 */
#include "invariants/property/engine.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPECIAL_BITS 3
#define SPECIAL      7
#define MORE_BITS    5

static enum theft_alloc_res give(const void *value, size_t size, void **instance)
{
	void *copy = malloc(size);

	if (!copy)
		return THEFT_ALLOC_ERROR;
	memcpy(copy, value, size);
	*instance = copy;
	return THEFT_ALLOC_OK;
}

/* ---- whole numbers of 1, 2, 4, 8 bytes ---- */

static uint64_t read_unsigned(const void *from, size_t size)
{
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	switch (size) {
	case sizeof(v8):
		memcpy(&v8, from, sizeof(v8));
		return v8;
	case sizeof(v16):
		memcpy(&v16, from, sizeof(v16));
		return v16;
	case sizeof(v32):
		memcpy(&v32, from, sizeof(v32));
		return v32;
	default:
		memcpy(&v64, from, sizeof(v64));
		return v64;
	}
}

static int64_t read_signed(const void *from, size_t size)
{
	uint64_t value = read_unsigned(from, size);
	uint64_t sign = (uint64_t)1 << (8 * size - 1);

	/* the sign is moved up without a shift of a negative number */
	return (int64_t)((value ^ sign) - sign);
}

static enum theft_alloc_res give_number(uint64_t value, size_t size, void **instance)
{
	const uint8_t v8 = (uint8_t)value;
	const uint16_t v16 = (uint16_t)value;
	const uint32_t v32 = (uint32_t)value;

	switch (size) {
	case sizeof(v8):
		return give(&v8, size, instance);
	case sizeof(v16):
		return give(&v16, size, instance);
	case sizeof(v32):
		return give(&v32, size, instance);
	default:
		return give(&value, size, instance);
	}
}

/* Numbers at which code tends to err: 2^k - 1, 2^k and the greatest, all at
 * most `most`. */
static uint64_t special_number(unsigned int choice, uint64_t most)
{
	unsigned int bits = 0;
	unsigned int count;
	unsigned int k;

	while (bits < 64 && most >> bits)
		bits++;
	/* each k from 0 has two of them, and most is the last */
	count = 2 * bits + 1;
	choice %= count;
	k = choice / 2;
	if (choice == count - 1)
		return most;
	return choice % 2 ? (uint64_t)1 << k : ((uint64_t)1 << k) - 1;
}

static uint64_t draw_up_to(struct theft *t, uint64_t most)
{
	return most == UINT64_MAX ? theft_random_bits(t, 64) : draw_below(t, most + 1);
}

static enum theft_alloc_res make_unsigned(struct theft *t, const void *env, size_t size,
					  void **instance)
{
	uint64_t all = UINT64_MAX >> (64 - 8 * size);
	uint64_t limit = env ? read_unsigned(env, size) : 0;
	uint64_t most = limit ? limit - 1 : all;
	uint64_t value = draw_up_to(t, most);

	if (theft_random_bits(t, SPECIAL_BITS) == SPECIAL)
		value = special_number((unsigned int)value, most);
	return give_number(value, size, instance);
}

/* 0, -1, 1, -2, 2 ... -limit: what is drawn smaller is nearer to 0. */
static uint64_t zigzag(uint64_t drawn)
{
	return drawn & 1 ? ~(drawn >> 1) : drawn >> 1;
}

static enum theft_alloc_res make_signed(struct theft *t, const void *env, size_t size,
					void **instance)
{
	uint64_t half = (uint64_t)1 << (8 * size - 1);
	int64_t limit = env ? read_signed(env, size) : 0;
	uint64_t count = limit > 0 ? (uint64_t)limit : half;
	/* 2 * count numbers; for 8 bytes without a limit that is 2^64 */
	uint64_t drawn = draw_up_to(t, 2 * count - 1);

	if (theft_random_bits(t, SPECIAL_BITS) == SPECIAL) {
		uint64_t size_of = special_number((unsigned int)(drawn >> 1), count - 1);

		return give_number(drawn & 1 ? ~size_of : size_of, size, instance);
	}
	return give_number(zigzag(drawn), size, instance);
}

static enum theft_alloc_res make_bool(struct theft *t, void *env, void **instance)
{
	bool value = theft_random_bits(t, 1) != 0;

	(void)env;
	return give(&value, sizeof(value), instance);
}

static void print_bool(FILE *f, const void *instance, void *env)
{
	bool value;

	(void)env;
	memcpy(&value, instance, sizeof(value));
	(void)fputs(value ? "true" : "false", f);
}

static theft_hash hash_bool(const void *instance, void *env)
{
	(void)env;
	return theft_hash_onepass(instance, sizeof(bool));
}

/* The callbacks of a type differ in its size alone. */
#define WHOLE_NUMBER(NAME, TYPE, MAKE, READ, FORMAT)                                               \
	static enum theft_alloc_res make_##NAME(struct theft *t, void *env, void **instance)       \
	{                                                                                          \
		return MAKE(t, env, sizeof(TYPE), instance);                                       \
	}                                                                                          \
	static theft_hash hash_##NAME(const void *instance, void *env)                             \
	{                                                                                          \
		(void)env;                                                                         \
		return theft_hash_onepass(instance, sizeof(TYPE));                                 \
	}                                                                                          \
	static void print_##NAME(FILE *f, const void *instance, void *env)                         \
	{                                                                                          \
		(void)env;                                                                         \
		(void)fprintf(f, "%" FORMAT, READ(instance, sizeof(TYPE)));                        \
	}

WHOLE_NUMBER(uint, unsigned int, make_unsigned, read_unsigned, PRIu64)
WHOLE_NUMBER(uint8_t, uint8_t, make_unsigned, read_unsigned, PRIu64)
WHOLE_NUMBER(uint16_t, uint16_t, make_unsigned, read_unsigned, PRIu64)
WHOLE_NUMBER(uint32_t, uint32_t, make_unsigned, read_unsigned, PRIu64)
WHOLE_NUMBER(uint64_t, uint64_t, make_unsigned, read_unsigned, PRIu64)
WHOLE_NUMBER(size_t, size_t, make_unsigned, read_unsigned, PRIu64)
WHOLE_NUMBER(int, int, make_signed, read_signed, PRId64)
WHOLE_NUMBER(int8_t, int8_t, make_signed, read_signed, PRId64)
WHOLE_NUMBER(int16_t, int16_t, make_signed, read_signed, PRId64)
WHOLE_NUMBER(int32_t, int32_t, make_signed, read_signed, PRId64)
WHOLE_NUMBER(int64_t, int64_t, make_signed, read_signed, PRId64)

/* ---- float and double ---- */

/* A whole number below 2^24, which both hold, or any bit pattern; below a limit
 * a fraction of it. */
static double draw_double(struct theft *t, double limit, bool is_float)
{
	bool any = theft_random_bits(t, 1) != 0;
	uint64_t drawn = theft_random_bits(t, any ? 64 : 25);
	double value;

	if (!any) {
		value = (double)(int64_t)zigzag(drawn);
		return limit > 0 ? fmod(value, limit) : value;
	}
	if (limit > 0) {
		value = (double)(drawn >> 12) * 0x1p-52 * limit;
		/* rounding may reach the limit */
		value = fabs(value) < limit ? value : 0;
		return drawn & 1 ? -value : value;
	}
	if (is_float) {
		uint32_t pattern = (uint32_t)drawn;
		float narrow;

		memcpy(&narrow, &pattern, sizeof(narrow));
		return (double)narrow;
	}
	memcpy(&value, &drawn, sizeof(value));
	return value;
}

static double special_double(struct theft *t, double limit, bool is_float)
{
	const double values[] = {
		0,
		-0.0,
		1,
		-1,
		is_float ? (double)FLT_EPSILON : DBL_EPSILON,
		is_float ? (double)FLT_MIN : DBL_MIN,
		is_float ? (double)FLT_MAX : DBL_MAX,
		is_float ? -(double)FLT_MAX : -DBL_MAX,
		INFINITY,
		-INFINITY,
		NAN,
	};
	size_t n = sizeof(values) / sizeof(values[0]);
	double value = values[draw_below(t, n)];

	return limit > 0 && !(value < limit && value >= -limit) ? -limit : value;
}

static double draw_real(struct theft *t, double limit, bool is_float)
{
	double value = draw_double(t, limit, is_float);

	if (theft_random_bits(t, SPECIAL_BITS) == SPECIAL)
		value = special_double(t, limit, is_float);
	return value;
}

static enum theft_alloc_res make_float(struct theft *t, void *env, void **instance)
{
	double limit = env ? (double)*(const float *)env : 0;
	float value = (float)draw_real(t, limit, true);

	if (limit > 0 && (double)value >= limit)
		value = 0; /* rounded up to it */
	return give(&value, sizeof(value), instance);
}

static enum theft_alloc_res make_double(struct theft *t, void *env, void **instance)
{
	double value = draw_real(t, env ? *(const double *)env : 0, false);

	return give(&value, sizeof(value), instance);
}

static void print_float(FILE *f, const void *instance, void *env)
{
	float value;

	(void)env;
	memcpy(&value, instance, sizeof(value));
	(void)fprintf(f, "%.9g", (double)value);
}

static void print_double(FILE *f, const void *instance, void *env)
{
	double value;

	(void)env;
	memcpy(&value, instance, sizeof(value));
	(void)fprintf(f, "%.17g", value);
}

static theft_hash hash_float(const void *instance, void *env)
{
	(void)env;
	return theft_hash_onepass(instance, sizeof(float));
}

static theft_hash hash_double(const void *instance, void *env)
{
	(void)env;
	return theft_hash_onepass(instance, sizeof(double));
}

/* ---- arrays: at most `most` bytes, none of them 0, and a 0 behind ---- */

/* How a drawn byte is written: the simplest is `first`, and 0 never comes. */
static uint8_t element(uint64_t drawn, uint8_t first)
{
	return (uint8_t)((drawn + first - 1) % UINT8_MAX + 1);
}

/* One element, or none: the array ends. */
static uint8_t draw_element(struct theft *t, uint8_t first)
{
	uint8_t drawn = 0;

	mm_property_begin(t);
	if (theft_random_bits(t, MORE_BITS))
		drawn = element(draw_below(t, UINT8_MAX), first);
	mm_property_end(t);
	return drawn;
}

static enum theft_alloc_res make_array(struct theft *t, const void *env, uint8_t first,
				       void **instance)
{
	size_t most = env ? *(const size_t *)env : SIZE_MAX;
	size_t room = 16;
	size_t length = 0;
	uint8_t *bytes = malloc(room);

	while (bytes) {
		bytes[length] = length < most ? draw_element(t, first) : 0;
		if (!bytes[length])
			break;
		if (++length == room) {
			uint8_t *moved = realloc(bytes, room *= 2);

			if (!moved)
				free(bytes);
			bytes = moved;
		}
	}
	*instance = bytes;
	return bytes ? THEFT_ALLOC_OK : THEFT_ALLOC_ERROR;
}

static enum theft_alloc_res make_char_array(struct theft *t, void *env, void **instance)
{
	return make_array(t, env, 'a', instance);
}

static enum theft_alloc_res make_byte_array(struct theft *t, void *env, void **instance)
{
	return make_array(t, env, 1, instance);
}

static theft_hash hash_array(const void *instance, void *env)
{
	(void)env;
	return theft_hash_onepass(instance, strlen(instance));
}

static void print_char_array(FILE *f, const void *instance, void *env)
{
	const unsigned char *s;

	(void)env;
	(void)fputc('"', f);
	for (s = instance; *s; s++) {
		if (*s == '"' || *s == '\\')
			(void)fprintf(f, "\\%c", *s);
		else if (*s >= ' ' && *s <= '~')
			(void)fputc(*s, f);
		else
			(void)fprintf(f, "\\x%02x", *s);
	}
	(void)fputc('"', f);
}

static void print_byte_array(FILE *f, const void *instance, void *env)
{
	const uint8_t *s;

	(void)env;
	(void)fprintf(f, "%zu:", strlen(instance));
	for (s = instance; *s; s++)
		(void)fprintf(f, " %02x", *s);
}

/* ---- the table ---- */

#define BUILTIN(NAME, HASH)                                                                        \
	{                                                                                          \
		.alloc = make_##NAME, .free = theft_generic_free_cb, .hash = (HASH),               \
		.print = print_##NAME, .autoshrink_config = {.enable = true},                      \
	}

static const struct theft_type_info types[] = {
	[THEFT_BUILTIN_bool] = BUILTIN(bool, hash_bool),
	[THEFT_BUILTIN_uint] = BUILTIN(uint, hash_uint),
	[THEFT_BUILTIN_uint8_t] = BUILTIN(uint8_t, hash_uint8_t),
	[THEFT_BUILTIN_uint16_t] = BUILTIN(uint16_t, hash_uint16_t),
	[THEFT_BUILTIN_uint32_t] = BUILTIN(uint32_t, hash_uint32_t),
	[THEFT_BUILTIN_uint64_t] = BUILTIN(uint64_t, hash_uint64_t),
	[THEFT_BUILTIN_size_t] = BUILTIN(size_t, hash_size_t),
	[THEFT_BUILTIN_int] = BUILTIN(int, hash_int),
	[THEFT_BUILTIN_int8_t] = BUILTIN(int8_t, hash_int8_t),
	[THEFT_BUILTIN_int16_t] = BUILTIN(int16_t, hash_int16_t),
	[THEFT_BUILTIN_int32_t] = BUILTIN(int32_t, hash_int32_t),
	[THEFT_BUILTIN_int64_t] = BUILTIN(int64_t, hash_int64_t),
	[THEFT_BUILTIN_float] = BUILTIN(float, hash_float),
	[THEFT_BUILTIN_double] = BUILTIN(double, hash_double),
	[THEFT_BUILTIN_char_ARRAY] = BUILTIN(char_array, hash_array),
	[THEFT_BUILTIN_uint8_t_ARRAY] = BUILTIN(byte_array, hash_array),
};

const struct theft_type_info *theft_get_builtin_type_info(enum theft_builtin_type_info type)
{
	size_t index = (size_t)type;

	return index < sizeof(types) / sizeof(types[0]) ? &types[index] : NULL;
}

void theft_copy_builtin_type_info(enum theft_builtin_type_info type, struct theft_type_info *info)
{
	const struct theft_type_info *found = theft_get_builtin_type_info(type);

	if (found)
		*info = *found;
}
