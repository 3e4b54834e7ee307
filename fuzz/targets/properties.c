/* SPDX-License-Identifier: MIT */
/*
 * properties: every property as a fuzz target.  The input is what a property
 * draws from.
 *
 *     MM_PROPERTY=NAME   | draws ...
 *     else               | which, 2 bytes, low first | draws ...
 *
 * Some properties read the corpus: run it from the root of the tree.
 *
 * Which counts the properties that run more than once: the others draw nothing,
 * or hardly anything.
 */
#include "invariants/engine/prop_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WHICH_BYTES 2

static struct prop_list *list;
static const struct prop_item *only; /* MM_PROPERTY, NULL: the input says */

static void stop(void)
{
	prop_list_destroy(list);
}

static void start(void)
{
	const char *name = getenv("MM_PROPERTY");

	list = prop_list_create();
	if (!list) {
		(void)fprintf(stderr, "fuzz_properties: no host memory\n");
		exit(5);
	}
	(void)atexit(stop);
	if (!name)
		return;
	only = prop_list_find(list, name);
	if (!only) {
		(void)fprintf(stderr,
			      "fuzz_properties: MM_PROPERTY=%s: no property is called so; "
			      "mmref-prop --list shows them\n",
			      name);
		exit(2);
	}
}

/* The which-th of those that run more than once, around. */
static const struct prop_item *choose(size_t which)
{
	size_t nr = 0;
	size_t i;

	for (i = 0; i < prop_list_count(list); i++)
		nr += prop_list_get(list, i)->runs > 1;
	if (!nr)
		return NULL;
	which %= nr;
	for (i = 0; which || prop_list_get(list, i)->runs <= 1; i++)
		which -= prop_list_get(list, i)->runs > 1;
	return prop_list_get(list, i);
}

/* Without the bytes that chose: what mmref-prop --bytes takes. */
static void say_how(const struct prop_item *item, const uint8_t *data, size_t size)
{
	static const char path[] = ".mmref-fail/property.bytes";
	FILE *f;
	bool ok;

	(void)mkdir(".mmref-fail", 0777); /* if it cannot be made, the file says so */
	f = fopen(path, "wb");
	ok = f && fwrite(data, 1, size, f) == size;
	if (f)
		ok &= fclose(f) == 0;
	if (ok)
		(void)fprintf(stderr, "replay: mmref-prop --bytes %s %s\n", item->name, path);
	else
		(void)fprintf(stderr, "%s cannot be written\n", path);
	(void)fflush(stderr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct prop_options o = {.program = "mmref-prop", .shrink_ms = 10000};
	const struct prop_item *item;
	uint8_t *copy;

	if (!list)
		start();
	item = only;
	if (!item) {
		if (size < WHICH_BYTES)
			return 0;
		item = choose((size_t)data[0] | (size_t)data[1] << 8);
		data += WHICH_BYTES;
		size -= WHICH_BYTES;
	}
	copy = malloc(size ? size : 1);
	if (!item || !copy) {
		free(copy);
		return 0;
	}
	if (size)
		memcpy(copy, data, size);
	if (prop_run_bytes(&o, item, copy, size)) {
		say_how(item, copy, size);
		abort();
	}
	free(copy);
	return 0;
}
