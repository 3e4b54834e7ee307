/* SPDX-License-Identifier: MIT */
/*
 * print: what a run says to people.
 */
#ifndef MM_PROPERTY_PRINT_H
#define MM_PROPERTY_PRINT_H

#include "invariants/property/engine.h"

/* "NAME", or what stands for a run without one. */
const char *print_name(const struct theft *t);

/* Before shrinking, which may take long or be interrupted: which trial failed,
 * how to repeat it, and, if all, on what. */
void print_failure(struct theft *t, bool all);

/* All arguments of the trial, then its note. */
void print_arguments(struct theft *t, FILE *out, void *const *args);

/* The line of characters has ended. */
void print_end_dots(struct theft *t);

#endif
