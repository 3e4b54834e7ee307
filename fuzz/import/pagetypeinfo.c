/* SPDX-License-Identifier: MIT */
/*
 * pagetypeinfo: free blocks by zone, type and order, then pageblocks by zone
 * and type.  buddyinfo is the first table without its types.
 */
#include "fuzz/import/cursor.h"
#include "fuzz/import/proc.h"

#include <string.h>

#define FREE_HEAD   "Free pages count per migrate type at order "
#define BLOCKS_HEAD "\nNumber of blocks type "
#define MIXED_HEAD  "\nNumber of mixed blocks "

#define ROWS_MAX ((size_t)MM_PROC_NODES_MAX * MM_PROC_ZONES_MAX)

/* Widths of the columns of a table's lines. */
struct widths {
	size_t node;
	size_t number;
};

static const struct widths buddy_widths = {0, 6};
static const struct widths free_widths = {4, 6};
static const struct widths blocks_widths = {0, 12};

/* "Node 0, zone   Normal" */
static bool read_place(struct mm_cursor *c, const struct widths *w, unsigned int *node,
		       struct mm_cursor_word zone)
{
	uint64_t v;

	if (!mm_cursor_text(c, "Node ") ||
	    !mm_cursor_number(c, w->node, &v, MM_PROC_NODES_MAX - 1) ||
	    !mm_cursor_text(c, ", zone ") || !mm_cursor_right(c, zone))
		return false;
	*node = (unsigned int)v;
	return true;
}

/* ---- free blocks ---- */

/* The numbers of one row; the first row of buddyinfo decides how many. */
static bool read_orders(struct mm_cursor *c, struct mm_proc_frees *f, struct mm_proc_free *r)
{
	unsigned int o;

	for (o = 0; f->nr_orders ? o < f->nr_orders : !o || !mm_cursor_is(c, "\n"); o++) {
		if (o == MM_PROC_ORDERS_MAX)
			return mm_cursor_refuse(c, 0, "at most %d orders", MM_PROC_ORDERS_MAX);
		if (r->type[0] && mm_cursor_is(c, ">")) {
			r->capped |= (uint64_t)1 << o;
			if (!mm_cursor_text(c, ">"))
				return false;
		}
		if (!mm_cursor_number(c, buddy_widths.number, &r->blocks[o], UINT64_MAX) ||
		    !mm_cursor_text(c, " "))
			return false;
	}
	f->nr_orders = o;
	return mm_cursor_text(c, "\n");
}

static bool read_free(struct mm_cursor *c, struct mm_proc_frees *f, struct mm_proc_free *r,
		      bool typed)
{
	struct mm_cursor_word zone = {r->zone, sizeof(r->zone), 8};
	struct mm_cursor_word type = {r->type, sizeof(r->type), 12};

	if (!read_place(c, typed ? &free_widths : &buddy_widths, &r->node, zone))
		return false;
	if (typed && (!mm_cursor_text(c, ", type ") || !mm_cursor_right(c, type)))
		return false;
	return mm_cursor_text(c, " ") && read_orders(c, f, r);
}

static bool read_frees(struct mm_cursor *c, struct mm_proc_frees *f, bool typed)
{
	do {
		struct mm_proc_free *v;

		if (f->nr == ROWS_MAX * MM_PROC_TYPES_MAX)
			return mm_cursor_refuse(c, 0, "fewer lines");
		v = mm_proc_grow(c, f->nr, f->row, sizeof(*v));
		if (!v)
			return false;
		f->row = v;
		if (!read_free(c, f, &v[f->nr], typed))
			return false;
		f->nr++;
	} while (typed ? !mm_cursor_is(c, "\n") : !mm_cursor_at_end(c));
	return true;
}

static void print_frees(const struct mm_proc_frees *f, FILE *out)
{
	unsigned int o;
	size_t i;

	for (i = 0; i < f->nr; i++) {
		const struct mm_proc_free *r = &f->row[i];

		if (r->type[0])
			(void)fprintf(out, "Node %4u, zone %8s, type %12s ", r->node, r->zone,
				      r->type);
		else
			(void)fprintf(out, "Node %u, zone %8s ", r->node, r->zone);
		for (o = 0; o < f->nr_orders; o++)
			(void)fprintf(out, "%s%6llu ", r->capped >> o & 1 ? ">" : "",
				      (unsigned long long)r->blocks[o]);
		(void)fputc('\n', out);
	}
}

bool mm_proc_buddyinfo_read(struct mm_cursor *c, struct mm_proc_frees *f)
{
	return read_frees(c, f, false);
}

void mm_proc_buddyinfo_print(const struct mm_proc_frees *f, FILE *out)
{
	print_frees(f, out);
}

/* ---- pageblocks ---- */

static bool read_types(struct mm_cursor *c, struct mm_proc_block_table *t)
{
	struct mm_cursor_word type = {NULL, sizeof(t->type[0]), 12};

	do {
		if (t->nr_types == MM_PROC_TYPES_MAX)
			return mm_cursor_refuse(c, 0, "at most %d types", MM_PROC_TYPES_MAX);
		type.buf = t->type[t->nr_types];
		if (!mm_cursor_right(c, type) || !mm_cursor_text(c, " "))
			return false;
		t->nr_types++;
	} while (!mm_cursor_is(c, "\n"));
	return mm_cursor_text(c, "\n");
}

static bool read_counts(struct mm_cursor *c, const struct mm_proc_block_table *t,
			struct mm_proc_blocks *r)
{
	struct mm_cursor_word zone = {r->zone, sizeof(r->zone), 8};
	unsigned int i;

	if (!read_place(c, &blocks_widths, &r->node, zone) || !mm_cursor_text(c, " "))
		return false;
	for (i = 0; i < t->nr_types; i++) {
		if (!mm_cursor_number(c, blocks_widths.number, &r->count[i], UINT64_MAX) ||
		    !mm_cursor_text(c, " "))
			return false;
	}
	return mm_cursor_text(c, "\n");
}

/* A table begins behind an empty line and ends with one, or with the file. */
static bool read_blocks(struct mm_cursor *c, const char *head, struct mm_proc_block_table *t)
{
	if (!mm_cursor_text(c, head) || !read_types(c, t))
		return false;
	do {
		struct mm_proc_blocks *v;

		if (t->nr == ROWS_MAX)
			return mm_cursor_refuse(c, 0, "fewer lines");
		v = mm_proc_grow(c, t->nr, t->row, sizeof(*v));
		if (!v)
			return false;
		t->row = v;
		if (!read_counts(c, t, &v[t->nr]))
			return false;
		t->nr++;
	} while (!mm_cursor_at_end(c) && !mm_cursor_is(c, "\n"));
	return true;
}

static void print_blocks(const char *head, const struct mm_proc_block_table *t, FILE *out)
{
	unsigned int o;
	size_t i;

	(void)fputs(head, out);
	for (o = 0; o < t->nr_types; o++)
		(void)fprintf(out, "%12s ", t->type[o]);
	(void)fputc('\n', out);
	for (i = 0; i < t->nr; i++) {
		const struct mm_proc_blocks *r = &t->row[i];

		(void)fprintf(out, "Node %u, zone %8s ", r->node, r->zone);
		for (o = 0; o < t->nr_types; o++)
			(void)fprintf(out, "%12llu ", (unsigned long long)r->count[o]);
		(void)fputc('\n', out);
	}
}

/* ---- the file ---- */

/* The line that numbers the orders; it says how many there are. */
static bool read_free_head(struct mm_cursor *c, struct mm_proc_frees *f)
{
	char number[24];
	unsigned int o;

	if (!mm_cursor_text(c, FREE_HEAD " "))
		return false;
	for (o = 0; !o || !mm_cursor_is(c, "\n"); o++) {
		if (o == MM_PROC_ORDERS_MAX)
			return mm_cursor_refuse(c, 0, "at most %d orders", MM_PROC_ORDERS_MAX);
		(void)snprintf(number, sizeof(number), "%6u ", o);
		if (!mm_cursor_text(c, number))
			return false;
	}
	f->nr_orders = o;
	return mm_cursor_text(c, "\n");
}

bool mm_proc_pagetypeinfo_read(struct mm_cursor *c, struct mm_proc_pagetypeinfo *t)
{
	if (!mm_cursor_text(c, "Page block order: ") ||
	    !mm_cursor_number(c, 0, &t->block_order, UINT64_MAX) ||
	    !mm_cursor_text(c, "\nPages per block:  ") ||
	    !mm_cursor_number(c, 0, &t->block_pages, UINT64_MAX) || !mm_cursor_text(c, "\n\n") ||
	    !read_free_head(c, &t->free) || !read_frees(c, &t->free, true) ||
	    !read_blocks(c, BLOCKS_HEAD " ", &t->blocks))
		return false;
	return mm_cursor_at_end(c) || read_blocks(c, MIXED_HEAD, &t->mixed);
}

void mm_proc_pagetypeinfo_print(const struct mm_proc_pagetypeinfo *t, FILE *out)
{
	unsigned int o;

	(void)fprintf(out, "Page block order: %llu\n", (unsigned long long)t->block_order);
	(void)fprintf(out, "Pages per block:  %llu\n\n", (unsigned long long)t->block_pages);
	(void)fputs(FREE_HEAD " ", out);
	for (o = 0; o < t->free.nr_orders; o++)
		(void)fprintf(out, "%6u ", o);
	(void)fputc('\n', out);
	print_frees(&t->free, out);
	print_blocks(BLOCKS_HEAD " ", &t->blocks, out);
	if (t->mixed.nr_types)
		print_blocks(MIXED_HEAD, &t->mixed, out);
}
