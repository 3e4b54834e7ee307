/* SPDX-License-Identifier: MIT */
/*
 * spaces: address spaces of 10 to 100,000 VMAs, of the reference and of the kernel that
 * runs this program, made by the same calls and asked the same questions.
 *
 *     top down   |rw  |r--|  |rw |r--|      |rw    |r--|        1 to 16 pages each
 *                         1..8        40                        pages of a hole
 *
 * Every fourth VMA touches the one above it and none is like its neighbours, so that
 * nothing becomes one by itself; holes of 40 pages are few and all others too small for
 * the requests. What a row asks for is executable memory, which is like no VMA there is.
 *
 * A row counts on a space that nobody used before it: what is counted depends on the code
 * alone. Later runs of the row have the space that the earlier ones left, with the same
 * mappings.
 */
#ifndef BENCH_SPACES_H
#define BENCH_SPACES_H

#include "mm/aspace.h"
#include "mm/mmap.h"
#include "mm/mprotect.h"
#include "mm/munmap.h"
#include "mm/process.h"
#include "mm/rng.h"
#include "mm/vma.h"

#include "bench/counts.h"

#include <stdlib.h>
#include <sys/mman.h>

#define SPACES_PLACES 4096 /* drawn in advance */
#define SPACES_PASS   4096 /* turns of a counting pass */
#define SPACES_PAGES  4    /* of a request */
#define SPACES_WINDOW 24   /* pages per VMA at the most, holes included */

#define SPACES_INLINE static inline __attribute__((always_inline))

#define SPACES_ANON (MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)

enum spaces_kind {
	SPACES_REF,    /* of the reference */
	SPACES_STACKS, /* that, and every VMA keeps a gap below it */
	SPACES_LINUX   /* of this process */
};

/* A VMA of three pages or more. */
struct space_place {
	uint64_t start;
	uint32_t pages;
	uint32_t prot;
};

struct space {
	enum spaces_kind kind;
	uint64_t nr;
	struct mm_machine *m; /* NULL: this process */
	struct mm_struct *mm;
	struct mm_ctx x;
	uint64_t bottom;
	uint64_t top;
	struct mm_maple_range *range; /* of each VMA; last is its last byte */
	uint64_t failed;              /* calls */
	struct space_place place[SPACES_PLACES];
};

/* What the reference announced. */
struct spaces_counts {
	uint64_t calls;
	uint64_t merged;   /* new ranges that joined a VMA */
	uint64_t existing; /* parts of VMAs that did */
	uint64_t split;    /* parts that became VMAs of their own */
};

/* ---- the calls ---- */

SPACES_INLINE uint64_t space_map(struct space *sp, uint64_t addr, uint64_t pages, uint32_t prot,
				 uint32_t flags)
{
	const struct mm_mmap_request q = {
		.addr = addr, .len = pages * MM_PAGE_SIZE, .prot = prot, .flags = flags};
	uint64_t at = 0;

	if (sp->kind == SPACES_LINUX) {
		void *p = mmap((void *)(uintptr_t)addr, q.len, (int)prot, (int)flags, -1, 0);

		sp->failed += p == MAP_FAILED;
		return (uint64_t)(uintptr_t)p;
	}
	sp->failed += mm_mmap(&sp->x, sp->mm, &q, &at) != 0;
	return at;
}

SPACES_INLINE void space_unmap(struct space *sp, uint64_t addr, uint64_t pages)
{
	uint64_t len = pages * MM_PAGE_SIZE;

	if (sp->kind == SPACES_LINUX)
		sp->failed += munmap((void *)(uintptr_t)addr, len) != 0;
	else
		sp->failed += mm_munmap(&sp->x, sp->mm, addr, len) != 0;
}

SPACES_INLINE void space_protect(struct space *sp, uint64_t addr, uint64_t pages, uint32_t prot)
{
	uint64_t len = pages * MM_PAGE_SIZE;

	if (sp->kind == SPACES_LINUX)
		sp->failed += mprotect((void *)(uintptr_t)addr, len, (int)prot) != 0;
	else
		sp->failed += mm_mprotect(&sp->x, sp->mm, addr, len, prot) != 0;
}

/* ---- a space ---- */

static inline uint32_t space_prot(uint64_t i)
{
	return i % 2 ? MM_PROT_READ : MM_PROT_READ | MM_PROT_WRITE;
}

static inline void space_fill(struct space *sp, struct mm_rng *rng)
{
	uint32_t flags =
		SPACES_ANON | MM_MAP_FIXED | (sp->kind == SPACES_STACKS ? MM_MAP_GROWSDOWN : 0);
	uint64_t at = sp->top;
	uint64_t i;

	for (i = sp->nr; i--;) {
		uint64_t pages = 1 + mm_rng_below(rng, 16);
		uint64_t hole = mm_rng_below(rng, 8) ? 1 + mm_rng_below(rng, 3) : 40;

		if (i % 4 && i + 1 < sp->nr)
			at -= hole * MM_PAGE_SIZE;
		at -= pages * MM_PAGE_SIZE;
		sp->range[i] = (struct mm_maple_range){at, at + pages * MM_PAGE_SIZE - 1};
		(void)space_map(sp, at, pages, space_prot(i), flags);
	}
	sp->bottom = at;
}

/* Where nothing of this process is. */
static inline bool space_find_window(struct space *sp)
{
	uint64_t len = sp->nr * SPACES_WINDOW * MM_PAGE_SIZE;
	void *p = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED || munmap(p, len))
		return false;
	sp->top = (uint64_t)(uintptr_t)p + len;
	return true;
}

static inline bool space_boot(struct space *sp)
{
	struct mm_process *p;
	char machine[128];

	if (sp->kind == SPACES_LINUX)
		return space_find_window(sp);
	(void)snprintf(machine, sizeof(machine),
		       "ram=4M procs=1 vmas=%" PRIu64 " max_map_count=1000000 overcommit_memory=1",
		       sp->nr + 16);
	sp->m = mm_boot(machine, NULL);
	if (!sp->m)
		return false;
	mm_ctx_init(&sp->x, sp->m, 0);
	p = mm_process_create(&sp->x);
	if (!p || mm_aspace_create(&sp->x, p))
		return false;
	sp->mm = p->mm;
	sp->top = sp->mm->mmap_base;
	return true;
}

static inline void space_destroy(struct space *sp)
{
	uint64_t i;

	if (!sp)
		return;
	for (i = 0; sp->kind == SPACES_LINUX && sp->bottom && i < sp->nr; i++)
		space_unmap(sp, sp->range[i].first,
			    (sp->range[i].last + 1 - sp->range[i].first) / MM_PAGE_SIZE);
	mm_machine_destroy(sp->m);
	free(sp->range);
	free(sp);
}

static inline struct space_place space_draw(const struct space *sp, struct mm_rng *rng)
{
	struct space_place p;
	uint64_t i;

	do {
		i = mm_rng_below(rng, sp->nr);
		p.start = sp->range[i].first;
		p.pages = (uint32_t)((sp->range[i].last + 1 - p.start) / MM_PAGE_SIZE);
		p.prot = space_prot(i);
	} while (p.pages < 3);
	return p;
}

static inline struct space *space_create(enum spaces_kind kind, uint64_t nr)
{
	struct space *sp = calloc(1, sizeof(*sp));
	struct mm_rng rng;
	uint64_t i;

	if (!sp)
		return NULL;
	mm_rng_init(&rng, nr);
	sp->kind = kind;
	sp->nr = nr;
	sp->range = calloc(nr, sizeof(*sp->range));
	if (!sp->range || !space_boot(sp)) {
		space_destroy(sp);
		return NULL;
	}
	space_fill(sp, &rng);
	for (i = 0; i < SPACES_PLACES; i++)
		sp->place[i] = space_draw(sp, &rng);
	return sp;
}

/*
 * For the start of a row: its space, fresh the first time. NULL: the row was skipped.
 * One is kept at a time: rows of the same size share no state, and 100,000 are made in a
 * moment.
 */
static inline struct space *space_of(struct bench_state *s, enum spaces_kind kind)
{
	static struct space *kept;
	uint64_t nr = (uint64_t)bench_arg(s, 0);

	if (kept && (kept->kind != kind || kept->nr != nr || bench_first_run(s))) {
		space_destroy(kept);
		kept = NULL;
	}
	if (!kept)
		kept = space_create(kind, nr);
	if (kept && !kept->failed)
		return kept;
	bench_skip(s, kind == SPACES_LINUX ? "this kernel does not let so many be mapped"
					   : "no memory for the VMAs");
	return NULL;
}

/* ---- counting ---- */

static inline void spaces_on_event(void *env, const struct mm_event *ev)
{
	struct spaces_counts *c = env;

	if (ev->kind == MM_EV_mm_sys_enter)
		c->calls++;
	else if (!ev->f[3])
		c->merged++;
	else if (ev->f[0] == MM_MERGE_NONE)
		c->split++;
	else
		c->existing++;
}

static inline bool spaces_listen(struct spaces_counts *c, struct mm_machine *m)
{
	struct mm_listener l = {
		.mask = MM_EV_BIT(MM_EV_mm_sys_enter) | MM_EV_BIT(MM_EV_mm_vma_merge),
		.on_event = spaces_on_event,
		.env = c,
	};

	*c = (struct spaces_counts){0};
	return mm_event_listen(m, &l) == 0;
}

/* Judge what a pass of that row counted, and the shape it left the tree in. */
static inline bool spaces_counted(struct bench_state *s, const struct space *sp,
				  const struct spaces_counts *c, const char *row)
{
	char name[COUNTS_LINE_MAX / 2];
	char counted[COUNTS_LINE_MAX];

	(void)snprintf(name, sizeof(name), "%s/vmas:%" PRIu64, row, sp->nr);
	(void)snprintf(counted, sizeof(counted),
		       "%s calls=%" PRIu64 " merged=%" PRIu64 " existing=%" PRIu64 " split=%" PRIu64
		       " map_count=%d total_vm=%" PRIu64 " height=%u",
		       name, c->calls, c->merged, c->existing, c->split, sp->mm->map_count,
		       sp->mm->total_vm, sp->mm->tree.height);
	bench_counter(s, "height", sp->mm->tree.height, BENCH_SUM);
	return counts_as_expected(s, name, counted);
}

/* ---- pairs of calls ---- */

typedef void spaces_turn_fn(struct space *sp, uint64_t place);

/* As many turns as SPACES_PASS, counted, if it is the reference's first time. */
SPACES_INLINE bool spaces_pass(struct bench_state *s, struct space *sp, const char *row,
			       spaces_turn_fn *turn)
{
	struct spaces_counts c;
	uint64_t i;

	if (sp->kind == SPACES_LINUX || !bench_first_run(s))
		return true;
	if (!bench_require(s, spaces_listen(&c, sp->m), "no room for a listener"))
		return false;
	mm_ctx_init(&sp->x, sp->m, 0);
	for (i = 0; i < SPACES_PASS; i++)
		turn(sp, i % SPACES_PLACES);
	mm_event_unlisten(sp->m, &c);
	mm_ctx_init(&sp->x, sp->m, 0);
	return spaces_counted(s, sp, &c, row);
}

/* A row: turns at places that were drawn, each of which leaves all as it was. */
SPACES_INLINE void spaces_turns(struct bench_state *s, enum spaces_kind kind, const char *row,
				spaces_turn_fn *turn)
{
	struct space *sp = space_of(s, kind);
	uint64_t i = 0;

	if (!sp || !spaces_pass(s, sp, row, turn))
		return;
	for (uint64_t n = bench_begin(s); n != 0 || bench_end(s); n--) {
		turn(sp, i);
		i = (i + 1) % SPACES_PLACES;
	}
	bench_require(s, !sp->failed, "%" PRIu64 " calls failed", sp->failed);
	if (sp->mm)
		bench_require(s, (uint64_t)sp->mm->map_count == sp->nr, "%d VMAs",
			      sp->mm->map_count);
	bench_items(s, bench_iterations(s));
}

#endif
