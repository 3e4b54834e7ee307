/* SPDX-License-Identifier: MIT */
/*
 * Questions: what do a mapping and its end cost, beside the kernel this runs on, and how
 * many calls a second does a process make here, unchecked and with all claims judged
 * after each?
 *
 * pair: four pages anywhere, and they go again; two calls.  replace: something is mapped
 * over a VMA, in its place; one call.  rejoin: the last page of a VMA goes, and is mapped
 * again, which the VMA takes over; two calls.
 *
 * replay: a process of up to some 150 VMAs in 256 pages, which maps memory and files, mostly
 * at places of its own choice, unmaps, changes rights, touches, moves its heap.
 * An item is an operation; what they are is drawn once, and always the same.
 */
#include "mm/mmap.h"

#include "bench/replay.h"
#include "bench/spaces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_OPS   5000
#define REPLAY_BASE  UINT64_C(0x100000000000)
#define REPLAY_PAGES 240
#define REPLAY_MACHINE                                                                             \
	"ram=4M max_order=6 pageblock_order=3 procs=1 vmas=192 files=8 overcommit_memory=1 "       \
	"task_size=0x100000100000 mmap_base=0x1000000f0000 start_brk=0x1000000f0000"

/* ---- the same calls here and there ---- */

SPACES_INLINE void pair_turn(struct space *sp, uint64_t place)
{
	uint64_t at = space_map(sp, 0, SPACES_PAGES, MM_PROT_READ | MM_PROT_EXEC, SPACES_ANON);

	(void)place;
	space_unmap(sp, at, SPACES_PAGES);
}

SPACES_INLINE void replace_turn(struct space *sp, uint64_t place)
{
	const struct space_place *p = &sp->place[place];

	(void)space_map(sp, p->start, p->pages, p->prot, SPACES_ANON | MM_MAP_FIXED);
}

SPACES_INLINE void rejoin_turn(struct space *sp, uint64_t place)
{
	const struct space_place *p = &sp->place[place];
	uint64_t last = p->start + (p->pages - 1) * MM_PAGE_SIZE;

	space_unmap(sp, last, 1);
	(void)space_map(sp, last, 1, p->prot, SPACES_ANON | MM_MAP_FIXED);
}

static void pair(struct bench_state *s)
{
	spaces_turns(s, SPACES_REF, "mmap/pair", pair_turn);
}

static void replace(struct bench_state *s)
{
	spaces_turns(s, SPACES_REF, "mmap/replace", replace_turn);
}

static void rejoin(struct bench_state *s)
{
	spaces_turns(s, SPACES_REF, "mmap/rejoin", rejoin_turn);
}

static void linux_pair(struct bench_state *s)
{
	spaces_turns(s, SPACES_LINUX, "", pair_turn);
}

static void linux_replace(struct bench_state *s)
{
	spaces_turns(s, SPACES_LINUX, "", replace_turn);
}

static void linux_rejoin(struct bench_state *s)
{
	spaces_turns(s, SPACES_LINUX, "", rejoin_turn);
}

/* ---- a process ---- */

static struct replay replay;

static uint64_t draw_addr(struct mm_rng *rng)
{
	return REPLAY_BASE + mm_rng_below(rng, REPLAY_PAGES) * MM_PAGE_SIZE;
}

static const char *draw_prot(struct mm_rng *rng)
{
	static const char *const prots[] = {"READ|WRITE", "READ", "READ|WRITE", "NONE",
					    "READ|EXEC"};

	return prots[mm_rng_below(rng, sizeof(prots) / sizeof(prots[0]))];
}

static void write_map(FILE *out, struct mm_rng *rng)
{
	bool file = mm_rng_below(rng, 4) == 0;
	bool fixed = mm_rng_below(rng, 4) != 0;
	uint64_t addr = draw_addr(rng);
	uint64_t len = 1 + mm_rng_below(rng, 8);
	const char *prot = draw_prot(rng);

	(void)fprintf(out,
		      "mmap p %s addr=0x%" PRIx64 " len=%" PRIu64 "p prot=%s flags=PRIVATE%s%s",
		      file ? "f" : "-", fixed ? addr : 0, len, prot, file ? "" : "|ANONYMOUS",
		      fixed ? "|FIXED" : "");
	if (file)
		(void)fprintf(out, " offset=%" PRIu64 "p", mm_rng_below(rng, 8));
	(void)fputc('\n', out);
}

static void write_op(FILE *out, struct mm_rng *rng)
{
	uint64_t which = mm_rng_below(rng, 20);
	uint64_t len = 1 + mm_rng_below(rng, 8);
	uint64_t addr = draw_addr(rng);

	if (which < 8)
		write_map(out, rng);
	else if (which < 11)
		(void)fprintf(out, "munmap p addr=0x%" PRIx64 " len=%" PRIu64 "p\n", addr, len);
	else if (which < 15)
		(void)fprintf(out, "mprotect p addr=0x%" PRIx64 " len=%" PRIu64 "p prot=%s\n", addr,
			      len, draw_prot(rng));
	else if (which < 19)
		(void)fprintf(out, "touch p addr=0x%" PRIx64 " access=%s\n", addr,
			      mm_rng_below(rng, 2) ? "write" : "read");
	else
		(void)fprintf(out, "brk p addr=0x%" PRIx64 "\n",
			      REPLAY_BASE + (REPLAY_PAGES + len) * MM_PAGE_SIZE);
}

static int make_trace(struct mm_trace *t, struct mm_error *e)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct mm_rng rng;
	int err;
	int i;

	if (!out)
		return mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory for the trace");
	mm_rng_init(&rng, REPLAY_OPS);
	(void)fprintf(out, "# mmref 1\nmachine %s\np = spawn\nf = open pages=16 mode=READ|WRITE\n",
		      REPLAY_MACHINE);
	for (i = 0; i < REPLAY_OPS; i++)
		write_op(out, &rng);
	if (fclose(out)) {
		free(text);
		return mm_error_set(e, -MM_ENOMEM, 0, 0, "no memory for the trace");
	}
	err = mm_trace_parse(t, text, len, "mmap/replay", e);
	free(text);
	return err;
}

static void setup_replay(struct bench_state *s)
{
	replay_setup(s, &replay, make_trace);
}

/* Both end in the same state, and what they did is what is written down. */
static bool replay_as_expected(struct bench_state *s, struct replay *p)
{
	struct spaces_counts c;
	const struct mm_struct *mm;
	char counted[COUNTS_LINE_MAX];
	bool ok = bench_require(s, spaces_listen(&c, p->m[0]), "no room for a listener") &&
		  replay_ok(s, p);

	mm_event_unlisten(p->m[0], &c);
	if (!ok)
		return false;
	mm = p->m[0]->processes[0].mm;
	(void)snprintf(counted, sizeof(counted),
		       "mmap/replay/check:0 calls=%" PRIu64 " merged=%" PRIu64 " existing=%" PRIu64
		       " split=%" PRIu64 " map_count=%d total_vm=%" PRIu64 " height=%u",
		       c.calls, c.merged, c.existing, c.split, mm->map_count, mm->total_vm,
		       mm->tree.height);
	return counts_as_expected(s, "mmap/replay/check:0", counted);
}

/* Argument 0: check. An iteration is one replay from the image. */
static void run_replay(struct bench_state *s)
{
	struct replay *p = bench_data(s);
	struct mm_run *r = p->run[bench_arg(s, 0) != 0];

	if (p->ready && (!bench_first_run(s) || replay_as_expected(s, p)))
		(void)replay_time(s, r, &p->trace);
}

static const int64_t sizes[] = {10, 100, 1000, 10000, 100000};
static const int64_t off_and_on[] = {0, 1};

/* clang-format off */
const struct bench_def mm_mmap_benches[] = {
	{.name = "mmap/pair", .fn = pair,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "mmap/replace", .fn = replace,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "mmap/rejoin", .fn = rejoin,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	/* a process has 65,530 at the most */
	{.name = "mmap/linux_pair", .fn = linux_pair,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 4},
	{.name = "mmap/linux_replace", .fn = linux_replace,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 4},
	{.name = "mmap/linux_rejoin", .fn = linux_rejoin,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 4},
	{.name = "mmap/replay", .fn = run_replay, .setup = setup_replay,
	 .arg_names = {"check"}, .args = off_and_on, .nr_args = 2, .unit = BENCH_MS},
	{.name = NULL},
};
/* clang-format on */
