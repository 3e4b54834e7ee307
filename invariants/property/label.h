/* SPDX-License-Identifier: MIT */
/*
 * label: which trials were called what, and how many have to be.
 */
#ifndef MM_PROPERTY_LABEL_H
#define MM_PROPERTY_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct mm_property_cover;

struct label {
	char *name;
	size_t with; /* trials that have it */
	bool here;   /* so does the one that goes on */
};

struct labels {
	struct label *label;
	size_t n;
	size_t trials; /* that were counted */
};

/* false: no memory. */
bool labels_note(struct labels *l, const char *name);
/* The trial has ended; count it, or forget what it was called. */
void labels_end_trial(struct labels *l, bool count);
size_t labels_with(const struct labels *l, const char *name);
void labels_free(struct labels *l);

/* Print each label's share, and each requirement's verdict; how many of those
 * were not met. */
size_t labels_print(const struct labels *l, FILE *out, const struct mm_property_cover *cover,
		    size_t nr_cover);

/* How many requirements were not met. */
size_t labels_not_covered(const struct labels *l, const struct mm_property_cover *cover,
			  size_t nr_cover);

#endif
