/* SPDX-License-Identifier: MIT */
/*
 * gfps: rows in the order they first appear, found through the same table
 * that frames use.
 */
#include "fuzz/import/gfps.h"

#include "mm/gfp.h"

#include <stdlib.h>

void mm_import_gfps_fini(struct mm_import_gfps *g)
{
	free(g->rows);
	g->rows = NULL;
	g->nr = 0;
	g->cap = 0;
	mm_import_frames_fini(&g->index);
}

static int grow(struct mm_import_gfps *g)
{
	size_t cap = g->cap ? 2 * g->cap : 32;
	struct mm_import_gfp_row *rows = realloc(g->rows, cap * sizeof(*rows));

	if (!rows)
		return -MM_ENOMEM;
	g->rows = rows;
	g->cap = cap;
	return 0;
}

static int add(struct mm_import_gfps *g, uint32_t gfp, struct mm_import_gfp_row **row)
{
	struct mm_import_gfp_row *r;
	uint64_t *place;

	if (g->nr == MM_IMPORT_GFPS_MAX)
		return -MM_EINVAL;
	if (g->nr == g->cap && grow(g))
		return -MM_ENOMEM;
	place = mm_import_frames_add(&g->index, gfp);
	if (!place)
		return -MM_ENOMEM;
	*place = g->nr;
	r = &g->rows[g->nr++];
	r->gfp = gfp;
	r->count = 0;
	r->len = mm_gfp_print(gfp, r->text, sizeof(r->text));
	MM_PRE(r->len < sizeof(r->text));
	*row = r;
	return 0;
}

int mm_import_gfps_get(struct mm_import_gfps *g, uint32_t gfp, struct mm_import_gfp_row **row)
{
	const uint64_t *i = mm_import_frames_find_mut(&g->index, gfp);

	if (!i)
		return add(g, gfp, row);
	*row = &g->rows[*i];
	return 0;
}

static bool before(const struct mm_import_gfp *a, const struct mm_import_gfp *b)
{
	return a->count != b->count ? a->count > b->count : a->gfp < b->gfp;
}

void mm_import_gfps_top(const struct mm_import_gfps *g, struct mm_import_stats *st)
{
	struct mm_import_gfp *top = st->gfp_top;
	size_t nr = 0;
	size_t i;

	for (i = 0; i < g->nr; i++) {
		struct mm_import_gfp one = {g->rows[i].gfp, g->rows[i].count};
		size_t at = nr;

		if (nr < MM_IMPORT_GFP_TOP)
			nr++;
		else if (before(&one, &top[nr - 1]))
			at = nr - 1;
		else
			continue;
		/* 9 7 7 4 .   6 goes in:   9 7 7 . 4 */
		for (; at && before(&one, &top[at - 1]); at--)
			top[at] = top[at - 1];
		top[at] = one;
	}
	st->nr_gfps = g->nr;
	st->nr_gfp_top = nr;
}
