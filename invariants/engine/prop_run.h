/* SPDX-License-Identifier: MIT */
/*
 * prop_run: a property under all its seeds, and what is said of a failure.
 */
#ifndef MM_PROP_RUN_H
#define MM_PROP_RUN_H

#include "invariants/engine/prop_list.h"

struct prop_options {
	const char *program;
	bool has_seed;
	uint64_t seed;
	unsigned int runs; /* 0: as many as the property asks for */
	uint32_t ms;       /* 0: no budget; for each property */
	uint32_t shrink_ms;
	bool fork;
	bool cover;           /* print requirements, also those that are met */
	const char *failures; /* folder, NULL: keep none */
	FILE *out;            /* a line for each property */
	struct mm_property_report *reports[2];
	int nr_reports;
};

struct prop_totals {
	uint64_t properties;
	uint64_t runs;
	uint64_t checks;
	uint64_t failed;

	/* how to repeat the last failure; valid when failed > 0 */
	char replay[300];
};

/* False: our own fault, which has been said. */
bool prop_run(const struct prop_options *o, const struct prop_item *item, struct prop_totals *t);

/* One run whose draws are these bytes; 0, or 1 when it fails, 5: our own fault. */
int prop_run_bytes(const struct prop_options *o, const struct prop_item *item, const uint8_t *data,
		   size_t size);

#endif
