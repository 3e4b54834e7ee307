/* SPDX-License-Identifier: MIT */
/*
 * libfuzzer: what libFuzzer calls instead of its own mutations.
 *
 * MM_MUTATE=off in the environment gives libFuzzer's own back in the same program,
 * so that the two can be compared.  Then the crossover declines, and libFuzzer
 * takes the one among its own.
 */
#include "fuzz/mutate/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A crossover declines so often, because libFuzzer asks for one as often as for a
 * mutation. */
#define CROSSOVER_SHARE 4

/* libFuzzer's. */
/* NOLINTBEGIN(readability-identifier-naming) */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max, unsigned int seed);
/* NOLINTEND(readability-identifier-naming) */

static struct mm_mutator *mutator;
static bool off;

static void stop(void)
{
	mm_mutator_destroy(mutator);
}

static void refuse(const char *what, const char *text)
{
	(void)fprintf(stderr, "%s: %s\n", what, text);
	exit(2);
}

static void start(void)
{
	const char *word = getenv("MM_MUTATE");
	struct mm_error e = {NULL, 0, 0, ""};

	if (word && strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
		refuse("MM_MUTATE", "expected on, or off for libFuzzer's own mutations");
	off = word && strcmp(word, "off") == 0;
	mutator = mm_mutator_create(MM_TARGET, LLVMFuzzerMutate, &e);
	if (!mutator)
		refuse(MM_TARGET, e.text);
	(void)atexit(stop);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	if (!mutator)
		start();
	return off ? LLVMFuzzerMutate(data, size, max) : mm_mutate(mutator, seed, data, size, max);
}

/* NOLINTNEXTLINE(readability-function-size): its parameters are libFuzzer's */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *data1, size_t size1, const uint8_t *data2,
				 size_t size2, uint8_t *out, size_t max, unsigned int seed)
{
	const struct mm_mutate_input a = {data1, size1};
	const struct mm_mutate_input b = {data2, size2};

	if (!mutator)
		start();
	if (off || seed % CROSSOVER_SHARE)
		return 0;
	return mm_crossover(mutator, seed / CROSSOVER_SHARE, &a, &b, out, max);
}
