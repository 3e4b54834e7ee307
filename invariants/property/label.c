/* SPDX-License-Identifier: MIT */
/*
 * label: trials are counted by what they were called.
 */
#include "invariants/property/label.h"

#include "invariants/property/mm_property.h"

#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */

static struct label *find(const struct labels *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (strcmp(l->label[i].name, name) == 0)
			return &l->label[i];
	}
	return NULL;
}

static struct label *add(struct labels *l, const char *name)
{
	struct label *moved = realloc(l->label, (l->n + 1) * sizeof(*moved));
	size_t size = strlen(name) + 1;
	char *copy;

	if (!moved)
		return NULL;
	l->label = moved;
	copy = malloc(size);
	if (!copy)
		return NULL;
	memcpy(copy, name, size);
	moved[l->n] = (struct label){.name = copy};
	return &moved[l->n++];
}

bool labels_note(struct labels *l, const char *name)
{
	struct label *label = find(l, name);

	if (!label)
		label = add(l, name);
	if (label)
		label->here = true;
	return label != NULL;
}

void labels_end_trial(struct labels *l, bool count)
{
	size_t i;

	l->trials += count;
	for (i = 0; i < l->n; i++) {
		l->label[i].with += count && l->label[i].here;
		l->label[i].here = false;
	}
}

size_t labels_with(const struct labels *l, const char *name)
{
	const struct label *label = find(l, name);

	return label ? label->with : 0;
}

void labels_free(struct labels *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->label[i].name);
	free(l->label);
	*l = (struct labels){.n = 0};
}

/* ---- judging ---- */

size_t labels_not_covered(const struct labels *l, const struct mm_property_cover *cover,
			  size_t nr_cover)
{
	size_t missed = 0;
	size_t i;

	for (i = 0; i < nr_cover; i++)
		missed += mm_property_judge(labels_with(l, cover[i].label), l->trials,
					    cover[i].percent) == MM_PROPERTY_NOT_MET;
	return missed;
}

/* ---- printing ---- */

static void print_share(const struct labels *l, FILE *out, const char *name)
{
	size_t with = labels_with(l, name);
	double share = l->trials ? 100 * (double)with / (double)l->trials : 0;
	double low;
	double high;

	mm_property_interval(with, l->trials, &low, &high);
	(void)fprintf(out, "    %6.2f %% %-24s %zu of %zu, true share %.2f to %.2f %%", share, name,
		      with, l->trials, low, high);
}

static bool is_required(const char *name, const struct mm_property_cover *cover, size_t nr_cover)
{
	size_t i;

	for (i = 0; i < nr_cover; i++) {
		if (strcmp(cover[i].label, name) == 0)
			return true;
	}
	return false;
}

size_t labels_print(const struct labels *l, FILE *out, const struct mm_property_cover *cover,
		    size_t nr_cover)
{
	static const char *const words[] = {"UNDECIDED, more trials would tell", "met", "NOT MET"};
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (is_required(l->label[i].name, cover, nr_cover))
			continue;
		print_share(l, out, l->label[i].name);
		(void)fputc('\n', out);
	}
	for (i = 0; i < nr_cover; i++) {
		enum mm_property_verdict verdict = mm_property_judge(labels_with(l, cover[i].label),
								     l->trials, cover[i].percent);

		print_share(l, out, cover[i].label);
		(void)fprintf(out, "; required %.2f %%: %s\n", cover[i].percent, words[verdict]);
	}
	return labels_not_covered(l, cover, nr_cover);
}
