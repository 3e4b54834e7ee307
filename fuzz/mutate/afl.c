/* SPDX-License-Identifier: MIT */
/*
 * afl: the custom mutator library of AFL++, mmref-afl-mutator.so.
 *
 *     AFL_CUSTOM_MUTATOR_LIBRARY=.../mmref-afl-mutator.so MM_TARGET=buddy afl-fuzz ...
 *
 * afl-fuzz loads it into itself, so it is built without sanitizers and without
 * AFL++'s instrumentation.  afl-fuzz asks for it before its own stages, or instead
 * of them with AFL_CUSTOM_MUTATOR_ONLY.  Its own mutations of bytes cannot be asked
 * for: those of mutate.c take their quarter.
 */
#include "fuzz/mutate/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* afl-fuzz allows a mebibyte; libFuzzer's default has proved to be enough. */
#define SIZE_MAX_DEFAULT 4096

/* One in so many mutations has a block of another input put in, too. */
#define SPLICE_SHARE 5

/* Fixed by AFL++; all else in the library is hidden. */
#define EXPORT __attribute__((visibility("default")))

EXPORT void *afl_custom_init(void *afl, unsigned int seed);
EXPORT size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size, uint8_t **out, uint8_t *add,
			      size_t add_size, size_t max);
EXPORT const char *afl_custom_describe(void *data, size_t max);
EXPORT void afl_custom_deinit(void *data);

struct afl {
	struct mm_mutator *mutator;
	struct mm_rng rng;
	uint8_t *out;
	size_t cap;
};

void *afl_custom_init(void *afl, unsigned int seed)
{
	const char *target = getenv("MM_TARGET");
	struct afl *a = calloc(1, sizeof(*a));
	struct mm_error e = {NULL, 0, 0, "no host memory"};

	(void)afl;
	if (a)
		a->mutator = mm_mutator_create(target ? target : "", NULL, &e);
	if (!a || !a->mutator) {
		(void)fprintf(stderr, "mmref-afl-mutator: MM_TARGET names the fuzz target: %s\n",
			      e.text);
		free(a);
		return NULL;
	}
	mm_rng_init(&a->rng, seed);
	return a;
}

static bool reserve(struct afl *a, size_t size)
{
	uint8_t *out;

	if (a->cap >= size)
		return true;
	out = realloc(a->out, size);
	if (!out)
		return false;
	a->out = out;
	a->cap = size;
	return true;
}

/* NOLINTBEGIN(bugprone-easily-swappable-parameters,readability-*): AFL++'s */
size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size, uint8_t **out, uint8_t *add,
		       size_t add_size, size_t max)
/* NOLINTEND(bugprone-easily-swappable-parameters,readability-*) */
{
	struct afl *a = data;
	const struct mm_mutate_input from = {buf, size};
	const struct mm_mutate_input other = {add, add_size};
	uint64_t seed = mm_rng_next(&a->rng);
	bool cross = mm_rng_below(&a->rng, SPLICE_SHARE) == 0;

	if (max > SIZE_MAX_DEFAULT)
		max = size > SIZE_MAX_DEFAULT ? size : SIZE_MAX_DEFAULT;
	if (!reserve(a, max)) {
		*out = buf;
		return size;
	}
	*out = a->out;
	if (add && add_size && cross)
		return mm_crossover(a->mutator, seed, &from, &other, a->out, max);
	size = size < max ? size : max;
	memcpy(a->out, buf, size);
	return mm_mutate(a->mutator, seed, a->out, size, max);
}

/* A word for the names of files in the queue. */
const char *afl_custom_describe(void *data, size_t max)
{
	(void)data;
	return max > 4 ? "ops" : "";
}

void afl_custom_deinit(void *data)
{
	struct afl *a = data;

	mm_mutator_destroy(a->mutator);
	free(a->out);
	free(a);
}
