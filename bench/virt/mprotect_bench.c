/* SPDX-License-Identifier: MIT */
/*
 * Question: what do other rights for a part of a VMA cost, and back: it is split and is
 * one again?
 *
 * An iteration is two calls. middle: it becomes three VMAs; head: its first page becomes
 * one. linux_ rows: the same calls of the kernel this runs on.
 */
#include "mm/mprotect.h"

#include "bench/gbench.h"
#include "bench/spaces.h"

SPACES_INLINE void turn(struct space *sp, uint64_t place, unsigned int skip)
{
	const struct space_place *p = &sp->place[place];
	uint64_t addr = p->start + skip * MM_PAGE_SIZE;

	space_protect(sp, addr, 1, MM_PROT_READ | MM_PROT_EXEC);
	space_protect(sp, addr, 1, p->prot);
}

SPACES_INLINE void middle_turn(struct space *sp, uint64_t place)
{
	turn(sp, place, 1);
}

SPACES_INLINE void head_turn(struct space *sp, uint64_t place)
{
	turn(sp, place, 0);
}

static void middle(struct bench_state *s)
{
	spaces_turns(s, SPACES_REF, "mprotect/middle", middle_turn);
}

static void head(struct bench_state *s)
{
	spaces_turns(s, SPACES_REF, "mprotect/head", head_turn);
}

static void linux_middle(struct bench_state *s)
{
	spaces_turns(s, SPACES_LINUX, "", middle_turn);
}

static void linux_head(struct bench_state *s)
{
	spaces_turns(s, SPACES_LINUX, "", head_turn);
}

static const int64_t sizes[] = {10, 100, 1000, 10000, 100000};

/* clang-format off */
const struct bench_def mm_mprotect_benches[] = {
	{.name = "mprotect/middle", .fn = middle,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	{.name = "mprotect/head", .fn = head,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 5},
	/* a process has 65,530 at the most */
	{.name = "mprotect/linux_middle", .fn = linux_middle,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 4},
	{.name = "mprotect/linux_head", .fn = linux_head,
	 .arg_names = {"vmas"}, .args = sizes, .nr_args = 4},
	{.name = NULL},
};
/* clang-format on */
