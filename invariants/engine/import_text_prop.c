/* SPDX-License-Identifier: MIT */
/*
 * import_text: what must hold of the importers of ftrace text and perf script.
 *
 * One list of events is written in each format and must become one trace; the
 * names of GFP masks are held against numbers that were read off a kernel; the
 * shipped recordings have counts that were measured by other means.
 */
#include "mm/rng.h"

#include "fuzz/import/import.h"
#include "invariants/engine/import_try.h"
#include "invariants/engine/prop.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifndef MM_SOURCE_DIR
#define MM_SOURCE_DIR "."
#endif

/* ---- recordings with known counts ---- */

static const struct {
	const char *name;
	enum mm_import_format format;
	uint64_t allocs, frees, foreign, batched, locked, comments, lines, duration_us, peak, live;
} shipped[] = {
	{"gcc_hello.ftrace", MM_IMPORT_FTRACE, 10702, 1610, 37, 1528, 9450, 12, 23302, 75738, 9864,
	 9176},
	{"git_version.perf-script", MM_IMPORT_PERF, 994, 103, 44, 0, 0, 0, 1097, 7529, 986, 935},
};

static void check_shipped(struct mm_prop_run *p, size_t i, const struct import_try *t)
{
	const struct mm_import_stats *st = &t->st;
	char why[400];

	PROP(p, !t->err, "%s", mm_error_text(&t->e, why, sizeof(why)));
	PROP(p, st->format == shipped[i].format, "taken for format %d", (int)st->format);
	PROP(p, st->events[MM_IMPORT_ALLOC] == shipped[i].allocs, "allocations");
	PROP(p, st->events[MM_IMPORT_FREE] == shipped[i].frees, "frees");
	PROP(p, st->foreign_frees == shipped[i].foreign, "foreign frees");
	PROP(p, st->events[MM_IMPORT_BATCHED] == shipped[i].batched, "batched");
	PROP(p, st->events[MM_IMPORT_LOCKED] == shipped[i].locked, "locked");
	PROP(p, st->comments == shipped[i].comments && st->lines == shipped[i].lines, "lines");
	PROP(p, st->duration == shipped[i].duration_us && !st->ticks, "duration");
	PROP(p, st->peak_frames == shipped[i].peak && st->live_frames == shipped[i].live,
	     "peak %" PRIu64 ", live %" PRIu64, st->peak_frames, st->live_frames);
	PROP(p, !st->restarted.count && !st->order_differs.count && !st->migratetype_differs.count,
	     "something is odd");
	PROP(p, !st->failed_allocs && !st->nr_others && !st->lost.overwritten && !st->lost.reported,
	     "something failed or was lost");
	PROP(p, mm_import_try_adds_up(st) && mm_import_try_sound(t), "counts and trace differ");
}

static void shipped_counts(struct mm_prop_run *p)
{
	char path[1024];
	size_t i;

	for (i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++) {
		struct import_try t = {.len = 0};

		(void)snprintf(path, sizeof(path), "%s/corpus/recordings/%s.txt.gz", MM_SOURCE_DIR,
			       shipped[i].name);
		mm_import_try_path(&t, path);
		check_shipped(p, i, &t);
		free(t.text);
	}
}

/* ---- one list of events in each format ---- */

/* Compact GFP numbers and the names the kernel prints for them. */
static const struct {
	const char *hex;
	const char *names;
} masks[] = {
	{"140dca", "GFP_HIGHUSER_MOVABLE|__GFP_ZERO|__GFP_COMP"},
	{"cc0", "GFP_KERNEL"},
	{"2800", "GFP_NOWAIT"},
	{"0", "none"},
	{"1c24ca", "GFP_TRANSHUGE"},
	{"1c20ca", "GFP_TRANSHUGE_LIGHT"},
	{"400dc0", "GFP_KERNEL_ACCOUNT|__GFP_ZERO"},
	{"d2050",
	 "__GFP_RECLAIMABLE|__GFP_IO|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_NOMEMALLOC"},
};

static const char *const comms[] = {"bash",     "Web Content", "kworker/0:1-eve", "<...>",
				    "(sd-pam)", "a [1] b",     "x: y=1",          "-"};

#define EVENTS 400

struct event {
	unsigned int what; /* 0 alloc, 1 free, 2 batched, 3 failed, 4 another event, 5 no event */
	unsigned int cpu, pfn, order, mt, mask, dt;
};

struct list {
	struct mm_rng *rng;
	struct event ev[EVENTS];
	unsigned int nr;
	unsigned int count[6];
	uint64_t us; /* while writing: the time of the event at hand */
};

static unsigned int below(struct mm_rng *rng, unsigned int ceil)
{
	return (unsigned int)mm_rng_below(rng, ceil);
}

/* What a compact recording cannot say takes no time and is on CPU 0. */
static void make_list(struct list *l)
{
	unsigned int i;

	l->nr = 1 + below(l->rng, EVENTS - 1);
	for (i = 0; i < l->nr; i++) {
		struct event *e = &l->ev[i];
		unsigned int draw = i ? below(l->rng, 12) : 1;

		e->what = draw < 5 ? 0 : draw < 8 ? 1 : draw - 6;
		e->cpu = e->what < 3 ? below(l->rng, 4) : 0;
		e->pfn = 1 + below(l->rng, 40);
		e->order = below(l->rng, 4) ? 0 : below(l->rng, 11);
		e->mt = below(l->rng, 6);
		e->mask = below(l->rng, sizeof(masks) / sizeof(masks[0]));
		e->dt = i && e->what < 3 ? below(l->rng, 3000000) : 0;
		l->count[e->what]++;
	}
}

static void put_compact(struct list *l, const struct event *e, FILE *f)
{
	if (e->what == 0)
		(void)fprintf(f, "%u %u 7 A %x %u %u %s\n", e->dt, e->cpu, e->pfn, e->order, e->mt,
			      masks[e->mask].hex);
	else if (e->what == 1)
		(void)fprintf(f, "%u %u 7 F %x %u\n", e->dt, e->cpu, e->pfn, e->order);
	else if (e->what == 2)
		(void)fprintf(f, "%u %u 7 B %x\n", e->dt, e->cpu, e->pfn);
	(void)l;
}

static void put_args(struct list *l, const struct event *e, const char *system, FILE *f)
{
	static const char *const no_page[] = {
		"page=(null) pfn=0",
		"page=0000000000000000 pfn=0x0",
		"page=1 pfn=0xffffffffffffffff",
		"page=00000000deadbeef pfn=0x0",
		"page=1 pfn=18446744073709551615",
		"page=1 pfn=-1",
	};
	const char *pfn = below(l->rng, 2) ? "page=00000000384bb181 pfn=0x%x" : "page=1 pfn=%u";

	if (e->what == 4) {
		(void)fprintf(f, "%s: x=1 pfn=%u\n", e->pfn & 1 ? "sched_switch" : "sys_exit",
			      e->pfn);
		return;
	}
	(void)fprintf(f, "%smm_page_%s: ", system,
		      e->what == 1   ? "free"
		      : e->what == 2 ? "free_batched"
				     : "alloc");
	if (e->what == 3)
		(void)fputs(no_page[below(l->rng, 6)], f);
	else
		(void)fprintf(f, pfn, e->pfn);
	(void)fprintf(f, " order=%u", e->order);
	if (e->what == 0 || e->what == 3)
		(void)fprintf(f, " migratetype=%u gfp_flags=%s", e->mt, masks[e->mask].names);
	(void)fputs("\n", f);
}

static void put_time(struct list *l, FILE *f)
{
	(void)fprintf(f, "%4" PRIu64 ".%06" PRIu64 "%s: ", l->us / 1000000, l->us % 1000000,
		      below(l->rng, 2) ? "" : "000");
}

static void put_ftrace(struct list *l, const struct event *e, FILE *f)
{
	static const char *const asides[] = {"CPU:0 [LOST 3 EVENTS]\n", " => do_idle+0x1/0x2\n",
					     "# remark\n", "\n"};
	static const char *const flags[] = {"", ".....  ", "d..1 ", "dNh1.2 "};
	static const char *const groups[] = {"", "(  345) ", "(-----) "};
	/* one after the other: compilers draw arguments in different orders */
	const char *comm = comms[below(l->rng, 8)];
	const char *group = groups[below(l->rng, 3)];

	if (e->what == 5) {
		(void)fputs(asides[below(l->rng, 4)], f);
		return;
	}
	(void)fprintf(f, "%16s-%-5u %s[%03u] %s", comm, 345u, group, e->cpu,
		      flags[below(l->rng, 4)]);
	put_time(l, f);
	put_args(l, e, "", f);
}

static void put_perf(struct list *l, const struct event *e, FILE *f)
{
	static const char *const asides[] = {"sh 1 [000] 0.5: PERF_RECORD_LOST lost 3\n",
					     "\tffffffff8125b0c0 free+0x40 (vmlinux)\n",
					     "# remark\n", "\n"};
	const char *comm = comms[below(l->rng, 8)];

	if (e->what == 5) {
		(void)fputs(asides[below(l->rng, 4)], f);
		return;
	}
	(void)fprintf(f, "%16s %s [%03u] ", comm, below(l->rng, 2) ? "    7" : "345/7", e->cpu);
	put_time(l, f);
	put_args(l, e, below(l->rng, 2) ? " kmem:" : "1 kmem:", f);
}

/* The list as a recording; NULL when there is no memory. */
static char *write_list(struct list *l, const char *head,
			void (*put)(struct list *l, const struct event *e, FILE *f))
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	unsigned int i;

	if (!f)
		return NULL;
	(void)fputs(head, f);
	l->us = 1000000;
	for (i = 0; i < l->nr; i++) {
		l->us += l->ev[i].dt;
		put(l, &l->ev[i], f);
	}
	return fclose(f) ? NULL : text;
}

static const char *operations(const struct import_try *t)
{
	const char *machine = t->text ? strstr(t->text, "\nmachine ") : NULL;

	return machine ? machine : "no trace";
}

static void check_same(struct mm_prop_run *p, const struct list *l, const struct import_try *t,
		       const struct import_try *compact)
{
	const struct mm_import_stats *st = &t->st;
	uint64_t others = 0;
	uint64_t asides = 0;
	char why[400];
	size_t i;

	for (i = 0; i < st->nr_others; i++)
		others += st->others[i].count;
	for (i = 0; i < MM_IMPORT_ASIDE_NR; i++)
		asides += st->asides[i];
	PROP(p, !compact->err, "compact: %s", mm_error_text(&compact->e, why, sizeof(why)));
	PROP(p, !t->err, "refused: %s", mm_error_text(&t->e, why, sizeof(why)));
	PROP(p, strcmp(operations(t), operations(compact)) == 0, "other operations");
	PROP(p, st->failed_allocs == l->count[3], "failed: %" PRIu64, st->failed_allocs);
	PROP(p, others == l->count[4] && st->nr_others <= 2, "others: %" PRIu64, others);
	PROP(p, asides + st->comments - (st->tracer[0] ? 1 : 0) == l->count[5],
	     "no events: %" PRIu64, asides);
	PROP(p, st->lost.reported == 3 * st->asides[MM_IMPORT_LOSS], "lost");
	PROP(p, st->duration == compact->st.duration, "duration: %" PRIu64 ", not %" PRIu64,
	     st->duration, compact->st.duration);
	PROP(p, st->foreign_frees == compact->st.foreign_frees, "foreign frees");
	PROP(p, st->restarted.count == compact->st.restarted.count, "restarted");
	PROP(p, st->order_differs.count == compact->st.order_differs.count, "order differs");
	PROP(p, st->migratetype_differs.count == compact->st.migratetype_differs.count,
	     "migratetype differs");
	PROP(p, mm_import_try_adds_up(st), "the counts do not add up");
	PROP(p, mm_import_try_sound(t), "the trace does not say what was counted");
}

static void check_formats(struct mm_prop_run *p, struct list *l, struct import_try *t,
			  struct import_try *compact)
{
	char *rec[3] = {write_list(l, IMPORT_HEAD, put_compact),
			write_list(l, below(l->rng, 2) ? "# tracer: nop\n" : "", put_ftrace),
			write_list(l, "", put_perf)};
	unsigned int i;

	if (rec[0])
		mm_import_try_text(compact, rec[0]);
	for (i = 1; i < 3 && rec[0] && rec[i]; i++) {
		mm_import_try_text(t, rec[i]);
		check_same(p, l, t, compact);
	}
	if (i < 3)
		prop_fail(p, __FILE__, __LINE__, "no host memory for a recording");
	for (i = 0; i < 3; i++)
		free(rec[i]);
}

static void formats_agree(struct mm_prop_run *p)
{
	struct list *l = calloc(1, sizeof(*l));
	struct import_try compact;
	struct import_try t;
	struct mm_rng rng;
	unsigned int i;

	PROP(p, l, "no host memory");
	prop_rng(p, &rng);
	mm_import_try_init(&compact);
	mm_import_try_init(&t);
	for (i = 0; i < 15 && p->failures == 0; i++) {
		memset(l, 0, sizeof(*l));
		l->rng = &rng;
		make_list(l);
		check_formats(p, l, &t, &compact);
	}
	mm_import_try_fini(&t);
	mm_import_try_fini(&compact);
	free(l);
}

/* ---- GFP names ---- */

/* Bits as 6.18 numbers them and gfp.h does; old names as their successors. */
static const struct {
	const char *name;
	uint32_t mask;
	unsigned int hints;
} names[] = {
	{"none", 0, 0},
	{"(none)", 0, 0},
	{"0x0", 0, 0},
	{"GFP_TRANSHUGE", 0x1c24ca, 0},
	{"GFP_TRANSHUGE_LIGHT", 0x1c20ca, 0},
	{"GFP_HIGHUSER_MOVABLE", 0x100cca, 0},
	{"GFP_HIGHUSER", 0x100cc2, 0},
	{"GFP_USER", 0x100cc0, 0},
	{"GFP_KERNEL_ACCOUNT", 0x400cc0, 0},
	{"GFP_KERNEL", 0xcc0, 0},
	{"GFP_NOFS", 0xc40, 0},
	{"GFP_ATOMIC", 0x820, 0},
	{"GFP_NOIO", 0xc00, 0},
	{"GFP_NOWAIT", 0x2800, 0},
	{"GFP_DMA", 0x1, 0},
	{"GFP_DMA32", 0x4, 0},
	{"__GFP_DMA", 0x1, 0},
	{"__GFP_HIGHMEM", 0x2, 0},
	{"__GFP_DMA32", 0x4, 0},
	{"__GFP_MOVABLE", 0x8, 0},
	{"__GFP_RECLAIMABLE", 0x10, 0},
	{"__GFP_HIGH", 0x20, 0},
	{"__GFP_IO", 0x40, 0},
	{"__GFP_FS", 0x80, 0},
	{"__GFP_ZERO", 0x100, 0},
	{"__GFP_DIRECT_RECLAIM", 0x400, 0},
	{"__GFP_KSWAPD_RECLAIM", 0x800, 0},
	{"__GFP_WRITE", 0x1000, 0},
	{"__GFP_NOWARN", 0x2000, 0},
	{"__GFP_RETRY_MAYFAIL", 0x4000, 0},
	{"__GFP_NOFAIL", 0x8000, 0},
	{"__GFP_NORETRY", 0x10000, 0},
	{"__GFP_MEMALLOC", 0x20000, 0},
	{"__GFP_COMP", 0x40000, 0},
	{"__GFP_NOMEMALLOC", 0x80000, 0},
	{"__GFP_HARDWALL", 0x100000, 0},
	{"__GFP_THISNODE", 0x200000, 0},
	{"__GFP_ACCOUNT", 0x400000, 0},
	{"__GFP_ZEROTAGS", 0x800000, 0},
	{"__GFP_NO_OBJ_EXT", 0x1000000, 0},
	{"__GFP_RECLAIM", 0xc00, 0},
	{"__GFP_ATOMIC|__GFP_ZERO", 0x120, 0},
	{"GFP_KERNEL|__GFP_REPEAT", 0x4cc0, 0},
	{"GFP_TEMPORARY", 0xcd0, 0},
	{"GFP_NOFS|__GFP_COLD", 0xc40, 1},
	{"__GFP_NOTRACK|GFP_NOFS|__GFP_OTHER_NODE", 0xc40, 2},
	{"GFP_USER|__GFP_NOLOCKDEP|__GFP_SKIP_ZERO|__GFP_SKIP_KASAN", 0x100cc0, 3},
	{"GFP_USER|__GFP_SKIP_KASAN_POISON|__GFP_SKIP_KASAN_UNPOISON", 0x100cc0, 2},
};

static void gfp_names(struct mm_prop_run *p)
{
	struct import_try t;
	char text[512];
	size_t i;

	mm_import_try_init(&t);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t hints = 0;
		size_t k;

		(void)snprintf(text, sizeof(text),
			       "a-1 [000] 1.0: mm_page_alloc: page=1 pfn=1 order=0 migratetype=0 "
			       "gfp_flags=%s\n",
			       names[i].name);
		mm_import_try_text(&t, text);
		for (k = 0; k < MM_IMPORT_HINT_NR; k++)
			hints += t.st.hints[k];
		p->checks++;
		if (t.err || t.st.gfp_top[0].gfp != names[i].mask || hints != names[i].hints)
			prop_fail(p, __FILE__, __LINE__, "%s became %x, %s", names[i].name,
				  (unsigned int)t.st.gfp_top[0].gfp, t.err ? t.e.text : "taken");
	}
	mm_import_try_fini(&t);
}

/* ---- what the head of a trace says ---- */

#define FREE "mm_page_free: page=1 pfn=1 order=0\n"
#define A    "a-1 [000] 1.0: "

static const struct {
	const char *text;
	const char *says;
} heads[] = {
	{"# tracer: nop\n" A FREE, "# format: ftrace text, tracer nop\n"},
	{A FREE, "# format: ftrace text\n"},
	{"cpus=2\nCPU 1 is empty\n" A FREE, "; notices of the tool 2\n"},
	{"version = 6\n" A FREE, "; notices of the tool 1\n"},
	{"# tracer: nop\n# entries-in-buffer/entries-written: 1/11   #P:2\n" A FREE,
	 "# events lost: 10 (overwritten 10, reported 0)\n"},
	{"# entries-in-buffer/entries-written: 3/3   #P:2\n" A FREE,
	 "# entries in the buffer by the header: 3, here: 1\n"},
	{A FREE "CPU:1 [LOST 7 EVENTS]\nCPU:1 [LOST EVENTS]\nCPU:0 [5 EVENTS DROPPED]\n",
	 "# events lost: 12 (overwritten 0, reported 12, and 1 times an unknown number)\n"},
	{A FREE "CPU:0 [EVENTS DROPPED]\n", "reported 0, and 1 times an unknown number)\n"},
	{A FREE A "do_idle <-play_dead\n" A "<stack trace>\n => f\n",
	 "; function calls 1; stack lines 2\n"},
	{"# tracer: wakeup\n" A FREE A "  9178:120:R   + [001]\n", "; lines of another tracer 1\n"},
	{A FREE A "sched_switch: a\n" A "sys_exit: b\n" A "sched_switch: c\n",
	 "# event not modelled, sched_switch: 2\n# event not modelled, sys_exit: 1\n"},
	{A FREE A "kmalloc: call_site=f+0x1/0x2 [ext4] ptr=1 bytes_req=3 bytes_alloc=8 "
		  "gfp_flags=GFP_FOO\n" A "kfree: call_site=f ptr=1\n",
	 "# counted, no operations: kmalloc 1 kfree 1\n"},
	{A FREE "a-1 [000] 3.5: " FREE, "# lines: 2 in 2.500000 s on 1 CPUs\n"},
	{"a-1 [003] 7: " FREE "a-1 [000] 12: " FREE, "# lines: 2 in 5 ticks on 4 CPUs\n"},
	{A "mm_page_alloc: page=(null) pfn=0 order=9 migratetype=0 gfp_flags=GFP_DMA\n",
	 "# failed allocations (no page, not in the trace): 1\n"},
	{A "mm_page_alloc: page=1 pfn=1 order=0 migratetype=0 gfp_flags=GFP_NOFS|__GFP_COLD\n",
	 "# gfp name without effect here, __GFP_COLD: 1\n"},
	{"# ========\n# cmdline : perf record -a\n# ========\na 1 [000] 1.0: kmem:" FREE,
	 "# format: perf script\n# command: perf record -a\n"},
	{"a 1 [000] 1.0: kmem:" FREE "LOST 4 events!\nProcessed 9 events and lost 2 chunks!\n",
	 "# events lost: 4 (overwritten 0, reported 4, and 1 times an unknown number)\n"},
	{"a 1 [000] 1.0: kmem:" FREE "a 1 [000] 1.1: PERF_RECORD_COMM exec: b:1/1\n"
	 "[ perf record: Woken up 1 times to write data ]\n",
	 "; notices of the tool 1; records of perf 1\n"},
	{"a 1 [000] 1.0: kmem:" FREE "a 1 [000] 1.1: 4 cycles:u:  1234 f\n",
	 "# event not modelled, cycles:u: 1\n"},
	{":-1 -1 [000] 1.0: kmem:" FREE, "# format: perf script\n"},
};

static void heads_say_all(struct mm_prop_run *p)
{
	struct import_try t;
	size_t i;

	mm_import_try_init(&t);
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		mm_import_try_text(&t, heads[i].text);
		p->checks++;
		if (t.err || !strstr(t.text, heads[i].says))
			prop_fail(p, __FILE__, __LINE__, "case %zu: wanted \"%s\", got %s", i,
				  heads[i].says, t.err ? t.e.text : t.text);
		else
			mm_import_try_mutant(p, &t);
	}
	mm_import_try_fini(&t);
}

/* More names than are kept apart: the rest is one number. */
static void many_names(struct mm_prop_run *p)
{
	struct import_try t;
	char *rec = NULL;
	size_t len;
	FILE *f = open_memstream(&rec, &len);
	unsigned int i;

	PROP(p, f, "no host memory");
	for (i = 0; i < 2 * (MM_IMPORT_OTHERS + 9); i++)
		(void)fprintf(f, A "event_%u: x\n", i % (MM_IMPORT_OTHERS + 9));
	for (i = 0; i < MM_IMPORT_NAME_MAX; i++)
		(void)fprintf(f, "%s", i ? "n" : A);
	(void)fputs("n: of a name that is too long\n", f);
	PROP(p, !fclose(f), "no host memory");
	mm_import_try_init(&t);
	mm_import_try_text(&t, rec);
	free(rec);
	mm_import_try_mutant(p, &t);
	mm_import_try_fini(&t);
	PROP(p, !t.err && t.st.nr_others == MM_IMPORT_OTHERS && t.st.others[9].count == 2,
	     "names are not kept apart: %s", t.e.text);
	PROP(p, t.st.more_others == 19, "further names: %" PRIu64, t.st.more_others);
}

const struct mm_prop mm_import_text_props[] = {
	{"import_text.shipped_recordings_have_their_counts", shipped_counts, 1},
	{"import_text.three_formats_become_the_same_operations", formats_agree, 5},
	{"import_text.gfp_names_mean_their_bits", gfp_names, 1},
	{"import_text.the_head_of_the_trace_says_all", heads_say_all, 1},
	{"import_text.names_that_find_no_room_are_counted", many_names, 1},
	{"import_text.bad_lines_name_their_place", mm_import_text_bad_lines, 1},
	{"import_text.mutations_import_or_name_a_line", mm_import_text_mutations, 3},
	{NULL, NULL, 0},
};
