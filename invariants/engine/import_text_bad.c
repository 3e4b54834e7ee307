/* SPDX-License-Identifier: MIT */
/*
 * import_text_bad: ftrace text and perf script that is cut or damaged is
 * refused with line, column and reason, and never crashes the importer.
 */
#include "mm/rng.h"

#include "invariants/engine/import_try.h"

#include <string.h>

/* ---- lines with a known fault ---- */

#define T  "# tracer: nop\n"
#define F  "sh-7 [001] ..... 4.000001: "
#define P  "sh  7 [001]  4.000001: "
#define OK "mm_page_free: page=1 pfn=0x1 order=0\n"

static const struct import_bad_line bad_lines[] = {
	/* the file */
	{T, 1, 0, "no event"},
	{T "#\n#\n", 3, 0, "no event"},
	{T F "mm_page_free: page=1 pfn=0x1 order=0", 2, 64, "cut"},
	{T F OK "sh-7", 3, 5, "cut"},
	{T "# entries-in-buffer/entries-written: x/2\n", 2, 38, "two numbers"},
	{T "# entries-in-buffer/entries-written: 1 2\n", 2, 39, "two numbers"},
	{T "# entries-in-buffer/entries-written: 3/2   #P:2\n", 2, 41, "not less"},
	{T "# entries-in-buffer/entries-written: 99999999999999999999/2\n", 2, 38, "two numbers"},
	{T F OK "\x7f\x45LF\n", 3, 1, "0x7f"},
	{T F OK F "mm_page_free:\1page=1\n", 3, 41, "0x01"},
	{T F OK "hello\n", 3, 1, "no event of ftrace"},
	{T F OK "   hello\n", 3, 4, "no event of ftrace"},
	{T F OK " 0)   1.2 us  |  do_idle();\n", 3, 1, "function_graph"},
	{T F OK "CPU:1 [LOST x EVENTS]\n", 3, 13, "notice of loss"},
	{T F OK "CPU:1 LOST\n", 3, 6, "notice of loss"},
	{T F OK "CPU:1 [LOST 3 EVENTS] more\n", 3, 22, "notice of loss"},
	{T F OK "CPU:1 [LOST 18446744073709551615 EVENTS]\nCPU:1 [LOST 1 EVENTS]\n", 4, 22,
	 "notice of loss"},
	/* the stamp */
	{T F OK "sh-7 [064] ..... 4.000001: " OK, 3, 7, "at most 63"},
	{T F OK "sh-7 [99999999999999999999] 4.000001: " OK, 3, 7, "at most 63"},
	{T F OK "sh-7 [001] \n", 3, 12, "time should be"},
	{T F OK "sh-7 [001] .....\n", 3, 17, "time should be"},
	{T F OK "sh-7 [001] ..... 4.000001 " OK, 3, 18, "the time is '4.000001'"},
	{T F OK "sh-7 [001] ..... x4.000001: " OK, 3, 18, "the time is 'x4.000001:'"},
	{T F OK "sh-7 [001] ..... 4.: " OK, 3, 18, "the time is"},
	{T F OK "sh-7 [001] ..... 4.0000000001: " OK, 3, 18, "the time is"},
	{T F OK "sh-7 [001] ....-. 4.0: " OK, 3, 12, "the time is '....-.'"},
	{T F OK "sh-7 [001] ..... 18446744073.0: " OK, 3, 18, "too big"},
	{T F OK "sh-7 [001] ..... 18446744073709551616: " OK, 3, 18, "too big"},
	{T F OK "sh-7 [001] ..... 18446744073709551615: " OK, 3, 18, "no dot here"},
	{T "sh-7 [001] ..... 5: " OK F OK, 3, 18, "a dot here"},
	{T F OK F "\n", 3, 28, "no name of an event"},
	{T F OK F "mm_page_free page=1 pfn=1 order=0\n", 3, 28, "no name of an event"},
	/* the arguments */
	{T F OK F "mm_page_free:\n", 3, 41, "without page="},
	{T F OK F "mm_page_free: page=1\n", 3, 48, "without pfn="},
	{T F OK F "mm_page_free: page=1 pfn=\n", 3, 53, "behind pfn="},
	{T F OK F "mm_page_free: page=1 pfn=1x order=0\n", 3, 53, "pfn is '1x'"},
	{T F OK F "mm_page_free: page=1 pfn=0x1g order=0\n", 3, 55, "hexadecimal"},
	{T F OK F "mm_page_free: page=1 pfn=0x order=0\n", 3, 53, "pfn is '0x'"},
	{T F OK F "mm_page_free: page=1 pfn=-1 order=0\n", 3, 53, "pfn is '-1'"},
	{T F OK F "mm_page_free: page=1 pfn=0x10000000000 order=0\n", 3, 55, "too big"},
	{T F OK F "mm_page_free: page=1 pfn=1 order=15\n", 3, 61, "at most 14"},
	{T F OK F "mm_page_free: page=1 pfn=1 order=-1\n", 3, 61, "order is '-1'"},
	{T F OK F "mm_page_free_batched: page=1 order=0\n", 3, 64, "without pfn="},
	{T F OK F "mm_page_alloc_zone_locked: page=1 pfn=1 order=99 migratetype=0\n", 3, 74,
	 "at most 14"},
	{T F OK F "kmalloc: call_site=f+0x1/0x2 ptr=1 bytes_req=x bytes_alloc=8\n", 3, 73,
	 "bytes_req is 'x'"},
	{T F OK F "mm_page_alloc: page=1 pfn=1 order=0 migratetype=6 gfp_flags=none\n", 3, 76,
	 "at most 5"},
	{T F OK F "mm_page_alloc: page=1 pfn=1 order=0 migratetype=0\n", 3, 77,
	 "without gfp_flags="},
	{T F OK F "mm_page_alloc: page=(null) pfn=0 order=x migratetype=0 gfp_flags=none\n", 3, 67,
	 "order is 'x'"},
#define A "mm_page_alloc: page=1 pfn=1 order=0 migratetype=0 gfp_flags="
	/* GFP names: the value begins in column 88 */
	{T F OK F A "GFP_KERNEL|\n", 3, 99, "unknown GFP name ''"},
	{T F OK F A "GFP_KERNAL|__GFP_ZERO\n", 3, 88, "unknown GFP name 'GFP_KERNAL'"},
	{T F OK F A "GFP_KERNEL|__GFP_BOO|__GFP_ZERO\n", 3, 99, "unknown GFP name '__GFP_BOO'"},
	{T F OK F A "GFP_KERNEL|GFP_ZERO\n", 3, 99, "unknown GFP name 'GFP_ZERO'"},
	{T F OK F A "GFP_KERNEL|0x400000\n", 3, 99, "'0x400000' have no name"},
	{T F OK F A "0xcc0\n", 3, 88, "numbers mean another flag"},
	{T F OK F A "__GFP_WAIT|__GFP_IO\n", 3, 88, "before 4.4"},
	{T F OK F A "GFP_KERNEL|__GFP_NO_KSWAPD\n", 3, 99, "before 4.4"},
	{T F OK F A "GFP_KERNEL|__GFP_NOACCOUNT\n", 3, 99, "4.1 to 4.4"},
	/* perf script */
	{P OK "hello\n", 2, 1, "no event of perf script"},
	{P OK "git  7  4.000001: " OK, 2, 1, "-F +cpu"},
	{P OK "git  7 [064]  4.000001: " OK, 2, 9, "at most 63"},
	{P OK "git  7 [001]  4,000001: " OK, 2, 15, "the time is '4,000001:'"},
	{P OK P "1 mm_page_free\n", 2, 26, "no name of an event"},
	{P OK P "kmem:mm_page_free: page=1 pfn=y order=0\n", 2, 54, "pfn is 'y'"},
	{P OK P "PERF_RECORD_LOST lost x\n", 2, 46, "lost N"},
	{P OK "LOST 18446744073709551615 events!\nLOST 1 events!\n", 3, 15, "2^64"},
	{P OK P "kmem:" A "GFP_KERNEL|0x1000\n", 2, 100, "'0x1000' have no name"},
	{P OK P "\n", 2, 24, "no name of an event"},
	{P OK P OK "git", 3, 4, "cut"},
#undef A
};

void mm_import_text_bad_lines(struct mm_prop_run *p)
{
	mm_import_try_bad_lines(p, bad_lines, sizeof(bad_lines) / sizeof(bad_lines[0]));
}

/* ---- mutations ---- */

#define SMALL_MAX 16384

static const char *const ftrace_lines[] = {
	"      bash-9178    [001] .....  4128.4917%02u: mm_page_alloc: page=000000003527187d "
	"pfn=0x%x order=0 migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_COMP\n",
	"      bash-9178    (  9178) [000] d..1.  4128.4917%02u: mm_page_free: "
	"page=00000000384bb181 pfn=0x%x order=0\n",
	"      bash-9178    [001] 4128.4918%02u: mm_page_free_batched: page=1 pfn=%u order=0\n",
	"      <...>-1      [001] ....  4128.4919%02u: sched_waking: comm=x pid=%u\n",
	"      <...>-1      [001] ....  4128.4919%02u: do_idle+0x%x <-play_dead\n",
	"CPU:%u [LOST %u EVENTS]\n",
	" => do_idle+0x%x/0x%x\n",
	"# %u remark %u\n",
};

static const char *const perf_lines[] = {
	"            git  9191 [001]  4128.8023%02u: kmem:mm_page_alloc: page=0x2 pfn=0x%x order=0 "
	"migratetype=0 gfp_flags=GFP_NOFS|__GFP_NOFAIL\n",
	"            git  9191/9191 [001]  4128.8023%02u:  kmem:mm_page_free: page=0x2326dd "
	"pfn=0x%x order=0\n",
	"        ffffffff8125b0%02u free_unref_page+0x%x ([kernel.kallsyms])\n",
	"    Web Content  7 [000] 4128.8023%02u: %u cycles:ppp:  ffffffff8125b0c0 [unknown]\n",
	"git 1 [000] 4128.8023%02u: PERF_RECORD_LOST lost %u\n",
	"Processed %u events and lost %u chunks!\n",
	"# cmdline : %u %u\n",
	"\n",
};

/* A recording of 60 lines, those of operations more often; its length. */
static size_t make_small(struct mm_rng *rng, char *text, const char *const *lines)
{
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < 60; i++) {
		uint64_t which = mm_rng_below(rng, 2) ? mm_rng_below(rng, 2) : mm_rng_below(rng, 8);
		unsigned int a = (unsigned int)mm_rng_below(rng, 100);
		unsigned int b = 1 + (unsigned int)mm_rng_below(rng, 9);

		len += (size_t)snprintf(text + len, SMALL_MAX - len, lines[i ? which : 0], a, b);
	}
	return len;
}

void mm_import_text_mutations(struct mm_prop_run *p)
{
	char text[2][SMALL_MAX];
	char mutant[SMALL_MAX];
	struct import_try t;
	struct mm_rng rng;
	size_t len[2];
	unsigned int i;

	mm_import_try_init(&t);
	prop_rng(p, &rng);
	len[0] = make_small(&rng, text[0], ftrace_lines);
	len[1] = make_small(&rng, text[1], perf_lines);
	for (i = 0; i < 400 && p->failures == 0; i++) {
		size_t size = len[i % 2];
		uint64_t times = mm_rng_below(&rng, 4);

		memcpy(mutant, text[i % 2], size);
		while (i > 1 && times--)
			size = mm_import_try_mutate(&rng, mutant, size, sizeof(mutant));
		mm_import_try_bytes(&t, mutant, size);
		if (i < 2 && t.err)
			prop_fail(p, __FILE__, __LINE__, "unharmed, and refused: %s", t.e.text);
		mm_import_try_mutant(p, &t);
	}
	mm_import_try_fini(&t);
}
