/* SPDX-License-Identifier: MIT */
/*
 * afl: the custom mutator library of AFL++, mmref-afl-mutator.so.
 *
 *     AFL_CUSTOM_MUTATOR_LIBRARY=.../mmref-afl-mutator.so MM_TARGET=buddy afl-fuzz ...
 *
 * afl-fuzz loads it into itself, so it is built without sanitizers and without
 * AFL++'s instrumentation.  It mutates before afl-fuzz's own stages; the engine's
 * own bytes mutations are those, unless AFL_CUSTOM_MUTATOR_ONLY is set, and then the
 * plain ones of mutate.c take a quarter.
 */
#include "fuzz/mutate/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* afl-fuzz allows a mebibyte; libFuzzer's default has proved to be enough. */
#define SIZE_MAX_DEFAULT 4096

/* One in so many mutations has a block of another input put in, too. */
#define SPLICE_SHARE 5

/* Fixed by AFL++. */
void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size, uint8_t **out, uint8_t *add,
		       size_t add_size, size_t max);
const char *afl_custom_describe(void *data, size_t max);
void afl_custom_deinit(void *data);

struct afl {
	struct mm_mutator *mutator;
	struct mm_rng rng;
	uint8_t *out;
	size_t cap;
};

__attribute__((visibility("default"))) void *afl_custom_init(void *afl, unsigned int seed)
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

__attribute__((visibility("default"))) size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t size,
							      uint8_t **out, uint8_t *add,
							      size_t add_size, size_t max)
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
		return mm_crossover(a->mutator, &from, &other, a->out, max, seed);
	size = size < max ? size : max;
	memcpy(a->out, buf, size);
	return mm_mutate(a->mutator, a->out, size, max, seed);
}

/* A word for the names of files in the queue. */
__attribute__((visibility("default"))) const char *afl_custom_describe(void *data, size_t max)
{
	(void)data;
	return max > 4 ? "ops" : "";
}

__attribute__((visibility("default"))) void afl_custom_deinit(void *data)
{
	struct afl *a = data;

	mm_mutator_destroy(a->mutator);
	free(a->out);
	free(a);
}
