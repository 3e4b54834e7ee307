/* SPDX-License-Identifier: MIT */
/*
 * mmap properties: random calls as people make them: whole pages, a few files at offsets
 * that go on, rights that come again.  Operations drawn from all arguments there are meet
 * errors most of the time; these meet each other.
 */
#include "mm/vma.h"

#include "invariants/engine/claims_walk.h"
#include "prop.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE  UINT64_C(0x100000000000)
#define HEAP  UINT64_C(0x100000080000)
#define PAGES 24
#define CALLS 160
#define BYTES ((size_t)32 << 10)

const char *const mm_mmap_machines[] = {
	MMAP_STRETCH "vmas=64",
	MMAP_STRETCH "vmas=64 kernel=6.18",
	/* VMAs run out before they are too many, and after */
	MMAP_STRETCH "vmas=12 kernel=6.18 read_prepares=on",
	MMAP_STRETCH "vmas=64 max_map_count=10",
	/* less than a hundred pages may be promised */
	MMAP_STRETCH "vmas=64 overcommit_memory=2 overcommit_kbytes=400 admin_reserve_kbytes=64",
	MMAP_STRETCH "vmas=64 legacy_va_layout=on",
	NULL,
};

struct text {
	struct mm_prop_run *p;
	char buf[BYTES];
	size_t at;
};

MM_PRINTF(2, 3) static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->at, sizeof(t->buf) - t->at, fmt, ap);
	va_end(ap);
	MM_PRE(n >= 0 && (size_t)n < sizeof(t->buf) - t->at);
	t->at += (size_t)n;
}

static const char *word(struct text *t, const char *const *words, uint64_t nr)
{
	return words[prop_below(t->p, nr)];
}

static const char *rights(struct text *t)
{
	static const char *const words[] = {"READ|WRITE", "READ|WRITE", "READ",           "READ",
					    "NONE",       "READ|EXEC",  "READ|WRITE|EXEC"};

	return word(t, words, 7);
}

static char process(struct text *t)
{
	return prop_below(t->p, 6) < 5 ? 'p' : 'q';
}

static uint64_t some_page(struct text *t)
{
	return prop_below(t->p, PAGES);
}

static uint64_t length(struct text *t)
{
	return 1 + prop_below(t->p, prop_below(t->p, 4) ? 4 : PAGES);
}

/* ---- calls ---- */

static void add_mmap(struct text *t)
{
	static const char *const kinds[] = {
		"PRIVATE|ANONYMOUS", "PRIVATE|ANONYMOUS", "PRIVATE|ANONYMOUS", "PRIVATE", "SHARED",
		"SHARED|ANONYMOUS"};
	static const char *const more[] = {"",
					   "",
					   "",
					   "",
					   "",
					   "",
					   "",
					   "|LOCKED",
					   "|NORESERVE",
					   "|GROWSDOWN",
					   "|GROWSDOWN",
					   "|POPULATE",
					   "|LOCKED|GROWSDOWN"};
	static const char *const where[] = {"|FIXED", "|FIXED", "|FIXED", "|FIXED_NOREPLACE", ""};
	static const char *const files[] = {"f", "g", "h"};
	uint64_t page = some_page(t);
	const char *kind;
	char who;

	if (prop_below(t->p, 3) == 2) {
		add(t, "mmap p - addr=0x%" PRIx64, BASE + page * MM_PAGE_SIZE);
		add(t, " len=%" PRIu64 "p", 1 + prop_below(t->p, 3));
		add(t, " prot=READ|WRITE flags=PRIVATE|ANONYMOUS|FIXED\n");
		return;
	}
	kind = word(t, kinds, 6);
	who = process(t);
	add(t, "mmap %c %s", who, strstr(kind, "ANONYMOUS") ? "-" : word(t, files, 3));
	if (prop_below(t->p, 8) < 7)
		add(t, " addr=0x%" PRIx64, BASE + page * MM_PAGE_SIZE);
	add(t, " len=%" PRIu64 "p", length(t));
	add(t, " prot=%s flags=%s", rights(t), kind);
	add(t, "%s", word(t, more, 13));
	add(t, "%s", word(t, where, 5));
	/* so that what lies side by side is often side by side in the file */
	add(t, " offset=%" PRIu64 "p\n", prop_below(t->p, 4) ? page : prop_below(t->p, 8));
}

static void add_mprotect(struct text *t)
{
	uint64_t page = some_page(t);

	add(t, "mprotect %c addr=0x%" PRIx64, process(t), BASE + page * MM_PAGE_SIZE);
	add(t, " len=%" PRIu64 "p", length(t));
	add(t, " prot=%s", rights(t));
	add(t, "%s\n", prop_below(t->p, 12) ? "" : "|GROWSDOWN");
}

static void add_munmap(struct text *t)
{
	uint64_t page = some_page(t);

	add(t, "munmap %c addr=0x%" PRIx64, process(t), BASE + page * MM_PAGE_SIZE);
	add(t, " len=%" PRIu64 "p\n", length(t));
}

static void add_touch(struct text *t)
{
	static const char *const how[] = {"write", "write", "read", "exec"};
	uint64_t page = some_page(t);

	add(t, "touch %c addr=0x%" PRIx64, process(t), BASE + page * MM_PAGE_SIZE);
	add(t, " access=%s\n", word(t, how, 4));
}

static void add_brk(struct text *t)
{
	uint64_t bytes = prop_below(t->p, 24) * (MM_PAGE_SIZE / 2);

	add(t, "brk %c addr=0x%" PRIx64 "\n", process(t), HEAP + bytes);
}

static void add_limit(struct text *t)
{
	static const char *const limits[] = {"DATA", "STACK", "MEMLOCK", "AS"};
	const char *limit = word(t, limits, 4);

	add(t, "setrlimit %c which=%s", process(t), limit);
	if (prop_below(t->p, 2))
		add(t, " bytes=0xffffffffffffffff\n");
	else
		add(t, " bytes=%" PRIu64 "p\n", prop_below(t->p, 64));
}

static void add_setting(struct text *t)
{
	switch (prop_below(t->p, 4)) {
	case 0:
		add(t, "sysctl name=max_map_count value=%" PRIu64 "\n", 2 + prop_below(t->p, 14));
		break;
	case 1:
		add(t, "sysctl name=overcommit_memory value=%" PRIu64 "\n", prop_below(t->p, 3));
		break;
	case 2:
		add(t, "sysctl name=overcommit_kbytes value=%" PRIu64 "\n",
		    64 * prop_below(t->p, 16));
		break;
	default:
		add(t, "setcap %c", process(t));
		add(t, " caps=%s\n", prop_below(t->p, 2) ? "IPC_LOCK|SYS_ADMIN" : "NONE");
		break;
	}
}

static void add_call(struct text *t)
{
	uint64_t which = prop_below(t->p, 32);

	if (prop_below(t->p, 10) == 9)
		add(t, "fail_nth n=%" PRIu64 "\n", 1 + prop_below(t->p, 9));
	if (which < 10)
		add_mmap(t);
	else if (which < 18)
		add_mprotect(t);
	else if (which < 22)
		add_munmap(t);
	else if (which < 28)
		add_touch(t);
	else if (which < 30)
		add_brk(t);
	else if (which < 31)
		add_limit(t);
	else
		add_setting(t);
}

/* ---- where it has been ---- */

struct places {
	bool how[4][2]; /* by enum mm_vma_merge, and whether a part of a VMA changed */
};

static void note(void *env, const struct mm_event *ev)
{
	struct places *been = env;

	been->how[ev->f[0] & 3][ev->f[3] != 0] = true;
}

static void judge(struct mm_prop_run *p, const struct mm_trace *t, struct places *been)
{
	const struct mm_listener l = {MM_EV_BIT(MM_EV_mm_vma_merge), note, been};
	struct mm_walk w;

	if (!mm_walk_open(&w, p, t->machine))
		return;
	if (mm_event_listen(w.m, &l))
		prop_fail(p, __FILE__, __LINE__, "one listener too many");
	mm_run_reset(w.run);
	mm_walk_judge_on(p, &w, t, prop_below(p, 4) == 3);
	mm_event_unlisten(w.m, been);
	mm_walk_close(&w);
}

void mm_mmap_walk(struct mm_prop_run *p)
{
	struct text *t = calloc(1, sizeof(*t));
	struct places been = {0};
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_trace trace;
	int i;

	if (!t)
		return;
	t->p = p;
	add(t, "# mmref 1\nmachine %s\n", mm_mmap_machines[prop_below(p, 6)]);
	add(t, "p = spawn\nq = spawn\nf = open pages=12 mode=READ|WRITE\n"
	       "g = open pages=5 mode=READ\nh = open pages=16 mode=READ|WRITE|NOEXEC|SHMEM\n");
	for (i = 0; i < CALLS; i++) {
		prop_begin(p);
		if (prop_below(p, 64) < 63)
			add_call(t);
		prop_end(p);
	}
	mm_trace_init(&trace);
	if (mm_trace_parse(&trace, t->buf, t->at, NULL, &e))
		prop_fail(p, __FILE__, __LINE__, "line %d: %s", e.line, e.text);
	else
		judge(p, &trace, &been);
	mm_trace_free(&trace);
	free(t);
	prop_cover(p, 5, "a mapping joins two others", been.how[MM_MERGE_BOTH][0]);
	prop_cover(p, 10, "a part that changes joins both neighbours", been.how[MM_MERGE_BOTH][1]);
	prop_cover(p, 30, "a part goes to the VMA before it", been.how[MM_MERGE_LEFT][1]);
	prop_cover(p, 30, "a part goes to the VMA after it", been.how[MM_MERGE_RIGHT][1]);
}
