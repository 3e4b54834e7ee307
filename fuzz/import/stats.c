/* SPDX-License-Identifier: MIT */
/*
 * stats: what an import counted, as lines for people.  They stand on top of
 * the trace and in the summary of the command.  Nothing is left out: a kind of
 * event that occurred has its number here.
 */
#include "mm/gfp.h"

#include "fuzz/import/import.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>

struct printer {
	FILE *out;
	const char *prefix;
	bool failed;
};

#define MM_IMPORT_TEXT(name, text) text,
static const char *const aside_names[] = {MM_IMPORT_ASIDES(MM_IMPORT_TEXT)};
static const char *const hint_names[] = {MM_IMPORT_HINTS(MM_IMPORT_TEXT)};
#undef MM_IMPORT_TEXT

#define MM_IMPORT_TEXT(name, option, text) text,
static const char *const format_names[] = {MM_IMPORT_FORMATS(MM_IMPORT_TEXT)};
#undef MM_IMPORT_TEXT

static void print(struct printer *p, const char *fmt, ...) MM_PRINTF(2, 3);

static void print(struct printer *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vfprintf(p->out, fmt, ap) < 0)
		p->failed = true;
	va_end(ap);
}

static void print_orders(struct printer *p, const char *what, const uint64_t *count)
{
	unsigned int order;

	print(p, "%s%s by order:", p->prefix, what);
	for (order = 0; order < MM_NR_ORDERS; order++) {
		if (count[order])
			print(p, " %u:%" PRIu64, order, count[order]);
	}
	print(p, "\n");
}

/* A count, and where the first one is when there is any. */
static void print_odd(struct printer *p, const char *what, const struct mm_import_odd *odd)
{
	print(p, "%s%s: %" PRIu64, p->prefix, what, odd->count);
	if (odd->count)
		print(p, " (first: line %" PRIu64 ")", odd->line);
	print(p, "\n");
}

static void print_statistics(struct printer *p, const struct mm_import_stats *st)
{
	unsigned int k;

	print(p, "%scounted, no operations:", p->prefix);
	for (k = MM_IMPORT_BATCHED; k < MM_IMPORT_KIND_NR; k++) {
		if (st->events[k])
			print(p, " %s %" PRIu64, mm_import_kind_name((enum mm_import_kind)k),
			      st->events[k]);
	}
	if (st->comments)
		print(p, " comments %" PRIu64, st->comments);
	for (k = 0; k < MM_IMPORT_ASIDE_NR; k++) {
		if (st->asides[k])
			print(p, "; %s %" PRIu64, aside_names[k], st->asides[k]);
	}
	print(p, "\n");
}

/* Each name on its own line: no list is too long for one then. */
static void print_others(struct printer *p, const struct mm_import_stats *st)
{
	size_t i;

	for (i = 0; i < st->nr_others; i++)
		print(p, "%sevent not modelled, %s: %" PRIu64 "\n", p->prefix, st->others[i].name,
		      st->others[i].count);
	if (st->more_others)
		print(p, "%sevents not modelled, of further names: %" PRIu64 "\n", p->prefix,
		      st->more_others);
	for (i = 0; i < MM_IMPORT_HINT_NR; i++) {
		if (st->hints[i])
			print(p, "%sgfp name without effect here, %s: %" PRIu64 "\n", p->prefix,
			      hint_names[i], st->hints[i]);
	}
}

/* Entries of ftrace's buffer: what other tracers put there is among them. */
static uint64_t events_here(const struct mm_import_stats *st)
{
	uint64_t n =
		st->more_others + st->asides[MM_IMPORT_FUNCTION] + st->asides[MM_IMPORT_TRACER];
	size_t i;

	for (i = 0; i < MM_IMPORT_KIND_NR; i++)
		n += st->events[i];
	for (i = 0; i < st->nr_others; i++)
		n += st->others[i].count;
	return n;
}

/* What only text recordings can tell. */
static void print_text(struct printer *p, const struct mm_import_stats *st)
{
	const struct mm_import_loss *lost = &st->lost;
	uint64_t here = events_here(st);

	print(p, "%sfailed allocations (no page, not in the trace): %" PRIu64 "\n", p->prefix,
	      st->failed_allocs);
	print(p, "%sevents lost: %" PRIu64 " (overwritten %" PRIu64 ", reported %" PRIu64,
	      p->prefix, lost->overwritten + lost->reported, lost->overwritten, lost->reported);
	if (lost->unnumbered)
		print(p, ", and %" PRIu64 " times an unknown number", lost->unnumbered);
	print(p, ")\n");
	/* stacks are entries too, of several lines each: nothing to compare then */
	if (st->buffer_known && !st->asides[MM_IMPORT_STACK] && st->buffer_events != here)
		print(p, "%sentries in the buffer by the header: %" PRIu64 ", here: %" PRIu64 "\n",
		      p->prefix, st->buffer_events, here);
}

/* The recording itself: where it is from, how long it is. */
static void print_source(struct printer *p, const struct mm_import_stats *st)
{
	if (st->format != MM_IMPORT_KMEM) {
		print(p, "%sformat: %s", p->prefix, format_names[st->format]);
		if (st->tracer[0])
			print(p, ", tracer %s", st->tracer);
		print(p, "\n");
	}
	if (st->command[0] || st->format == MM_IMPORT_KMEM)
		print(p, "%scommand: %s\n", p->prefix, st->command);
	if (st->ticks)
		print(p, "%slines: %" PRIu64 " in %" PRIu64 " ticks on %u CPUs\n", p->prefix,
		      st->lines, st->duration, st->highest_cpu + 1);
	else
		print(p, "%slines: %" PRIu64 " in %" PRIu64 ".%06" PRIu64 " s on %u CPUs\n",
		      p->prefix, st->lines, st->duration / 1000000, st->duration % 1000000,
		      st->highest_cpu + 1);
}

static void print_gfps(struct printer *p, const struct mm_import_stats *st)
{
	char names[256];
	size_t i;

	for (i = 0; i < st->nr_gfp_top; i++) {
		(void)mm_gfp_print(st->gfp_top[i].gfp, names, sizeof(names));
		print(p, "%sgfp %s: %" PRIu64 "\n", p->prefix, names, st->gfp_top[i].count);
	}
	if (st->nr_gfps > st->nr_gfp_top)
		print(p, "%sgfp: %" PRIu64 " rarer masks\n", p->prefix,
		      st->nr_gfps - st->nr_gfp_top);
}

int mm_import_stats_print(const struct mm_import_stats *st, const char *prefix, FILE *out)
{
	struct printer p = {out, prefix, false};

	print_source(&p, st);
	print(&p, "%sallocations: %" PRIu64 ", frees: %" PRIu64 "\n", prefix,
	      st->events[MM_IMPORT_ALLOC], st->events[MM_IMPORT_FREE]);
	print_orders(&p, "allocations", st->allocs);
	print_orders(&p, "frees", st->frees);
	print(&p, "%sforeign frees (allocated before the start, not in the trace): %" PRIu64 "\n",
	      prefix, st->foreign_frees);
	print_odd(&p, "restarted handles (a free was not seen, added)", &st->restarted);
	print_odd(&p, "order differs at free", &st->order_differs);
	print_odd(&p, "migratetype differs from GFP", &st->migratetype_differs);
	if (st->format != MM_IMPORT_KMEM)
		print_text(&p, st);
	print_statistics(&p, st);
	print_others(&p, st);
	print(&p, "%soperations: %" PRIu64 " alloc, %" PRIu64 " free\n", prefix, st->ops_alloc,
	      st->ops_free);
	print(&p, "%speak: %" PRIu64 " frames (%" PRIu64 " MiB)\n", prefix, st->peak_frames,
	      st->peak_frames >> (20 - MM_PAGE_SHIFT));
	print(&p, "%slive at the end: %" PRIu64 " handles, %" PRIu64 " frames\n", prefix,
	      st->live_handles, st->live_frames);
	print_gfps(&p, st);
	return p.failed ? -MM_EIO : 0;
}
