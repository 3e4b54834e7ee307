/* SPDX-License-Identifier: MIT */
/*
 * Question: what does it cost to zero a frame, when 64 bytes are kept of it
 * (contents=tag) and when all 4096 are (contents=full)?
 *
 * Frames are taken in turn from 256, as a program that touches new pages does.
 * floor_zero is memset on as many bytes.
 */
#include "mm/ram.h"

#include "bench/gbench.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES    256
#define UNIT_FULL 4096

static const int64_t units[] = {64, UNIT_FULL};

static struct mm_machine *machines[2];

static void setup(struct bench_state *s)
{
	bool full = bench_arg(s, 0) == UNIT_FULL;
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_machine **m = &machines[full];

	if (!*m)
		*m = mm_boot(full ? "ram=4M max_order=6 pageblock_order=3 contents=full"
				  : "ram=4M max_order=6 pageblock_order=3 contents=tag",
			     &e);
	bench_set_data(s, *m);
	if (!*m)
		bench_skip(s, e.text);
}

static bool check(struct bench_state *s, struct mm_ctx *x)
{
	bool before = mm_ram_is_zero(x->m, pfn_of(0));

	mm_ram_write(x, pfn_of(1), MM_PAGE_SIZE - 1, 1);
	mm_ram_zero(x, pfn_of(0), 1);
	return bench_require(s, !before, "a frame that nobody wrote reads as zero") &&
	       bench_require(s, mm_ram_is_zero(x->m, pfn_of(0)), "the frame is not zero") &&
	       bench_require(s, !mm_ram_is_zero(x->m, pfn_of(1)), "its neighbour is zero too") &&
	       bench_require(s, mm_ram_unit(x->m) == (unsigned int)bench_arg(s, 0),
			     "the machine keeps %u bytes of a frame", mm_ram_unit(x->m));
}

static void zero(struct bench_state *s)
{
	struct mm_machine *m = bench_data(s);
	struct mm_ctx x;
	uint64_t pfn = 0;

	mm_ctx_init(&x, m, 0);
	if (bench_first_run(s) && !check(s, &x))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		mm_ram_zero(&x, pfn_of(pfn), 1);
		pfn = (pfn + 1) % FRAMES;
	}
	bench_bytes(s, bench_iterations(s) * mm_ram_unit(m));
}

static void floor_zero(struct bench_state *s)
{
	size_t unit = (size_t)bench_arg(s, 0);
	unsigned char *bytes = aligned_alloc(64, FRAMES * unit);
	size_t at = 0;

	if (!bytes) {
		bench_skip(s, "no memory for the frames");
		return;
	}
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		memset(bytes + at * unit, 0, unit);
		BENCH_USE(bytes);
		at = (at + 1) % FRAMES;
	}
	bench_bytes(s, bench_iterations(s) * unit);
	free(bytes);
}

/* clang-format off */
const struct bench_def mm_ram_benches[] = {
	{.name = "ram/zero", .fn = zero, .setup = setup,
	 .arg_names = {"unit"}, .args = units, .nr_args = 2},
	{.name = "ram/floor_zero", .fn = floor_zero,
	 .arg_names = {"unit"}, .args = units, .nr_args = 2},
	{.name = NULL},
};
/* clang-format on */
