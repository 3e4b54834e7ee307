/* SPDX-License-Identifier: MIT */
/*
 * generate: traces in which mappings meet.  Ranges are short and lie close together around
 * the place where the heap begins; now and then a request has one thing that is wrong.
 *
 * A seed chooses the width of the place and how dense it is; the numbers beside each
 * choice say how many of how many.
 */
#include "mm/file.h"
#include "mm/mmap.h"
#include "mm/process.h"
#include "mm/rng.h"

#include "fuzz/oracle/live/live.h"

#include <stdlib.h>
#include <string.h>

#define FILES     6
#define HEAP_PAGE 128u

struct gen {
	struct mm_trace *t;
	const struct mm_live_host *h;
	struct mm_rng rng;
	uint64_t proc[2]; /* handles; 0: none */
	uint64_t at;      /* the one that acts */
	uint64_t file[FILES];
	unsigned int first, pages; /* the place */
	struct mm_op last;         /* mapping that was asked for, to lie beside */
	uint64_t limited;          /* what was limited last, plus one; 0: nothing is */
};

static uint64_t below(struct gen *g, uint64_t n)
{
	return mm_rng_below(&g->rng, n);
}

/* One time in n. */
static bool once(struct gen *g, uint64_t n)
{
	return below(g, n) == 0;
}

static uint64_t emit(struct gen *g, enum mm_live_op o, uint64_t a0, uint64_t a1, uint64_t a2)
{
	struct mm_op op = {.op = (uint16_t)mm_live_op_row(o), .arg = {a0, a1, a2}};

	return mm_trace_add(g->t, &op) ? 0 : g->t->nr;
}

/* ---- ranges ---- */

static uint64_t address(struct gen *g)
{
	return MM_LIVE_BASE + (g->first + below(g, g->pages)) * MM_PAGE_SIZE;
}

static uint64_t length(struct gen *g, uint64_t addr)
{
	uint64_t pages = 1 + below(g, once(g, 4) ? g->pages : 6);
	uint64_t room = (MM_LIVE_END - addr) / MM_PAGE_SIZE;

	return (pages < room ? pages : room) * MM_PAGE_SIZE;
}

static uint64_t rights(struct gen *g)
{
	static const uint8_t usual[] = {3, 3, 3, 1, 0, 5, 7, 2, 4, 6};
	uint64_t prot = usual[below(g, sizeof(usual))];

	/* see MM_LIVE_PKEY */
	return g->h->pkeys && prot == MM_PROT_EXEC ? MM_PROT_EXEC | MM_PROT_READ : prot;
}

/* ---- mmap ---- */

static uint64_t kind(struct gen *g)
{
	static const uint8_t usual[] = {2, 2, 2, 2, 1, 1};
	static const uint8_t odd[] = {3, 3, 0, 4, 5, 12};

	return once(g, 24) ? odd[below(g, sizeof(odd))] : usual[below(g, sizeof(usual))];
}

static uint64_t wishes(struct gen *g, uint64_t flags)
{
	static const struct {
		uint32_t flag;
		uint8_t in;
	} some[] = {
		{MM_MAP_NORESERVE, 8},    {MM_MAP_POPULATE, 10}, {MM_MAP_LOCKED, 12},
		{MM_MAP_NONBLOCK, 60},    {MM_MAP_STACK, 60},    {MM_MAP_DENYWRITE, 120},
		{MM_MAP_EXECUTABLE, 120},
	};
	size_t i;

	for (i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		if (once(g, some[i].in))
			flags |= some[i].flag;
	}
	/* stacks are private and anonymous; others are refused */
	if ((flags & (MM_MAP_TYPE | MM_MAP_ANONYMOUS)) == (MM_MAP_PRIVATE | MM_MAP_ANONYMOUS)
		    ? once(g, 10)
		    : once(g, 80))
		flags |= MM_MAP_GROWSDOWN;
	if (once(g, 150))
		flags |= 0x800000;
	return flags;
}

static uint64_t offset(struct gen *g)
{
	uint64_t page;

	switch (below(g, 120)) {
	case 0:
		page = below(g, 12);
		return page * MM_PAGE_SIZE + 1 + below(g, MM_PAGE_SIZE - 1);
	case 1:
		return (uint64_t)0x7ffffffffffff000 - below(g, 20) * MM_PAGE_SIZE;
	case 2:
		return UINT64_MAX - MM_PAGE_SIZE + 1 - below(g, 20) * MM_PAGE_SIZE;
	default:
		return below(g, 12) * MM_PAGE_SIZE;
	}
}

/* Where: fixed mostly, and anywhere, wished, or fixed if it is free. */
static void place(struct gen *g, struct mm_op *op)
{
	switch (below(g, 16)) {
	case 0:
	case 1:
		op->arg[2] = 0;
		break;
	case 2:
	case 3:
		break;
	case 4:
	case 5:
		op->arg[5] |= MM_MAP_FIXED_NOREPLACE;
		break;
	case 6:
		if (once(g, 6)) /* a wish for what is too low, or taken */
			op->arg[2] = once(g, 2) ? below(g, 32) * 4096 : (uint64_t)1 << 40;
		break;
	default:
		op->arg[5] |= MM_MAP_FIXED;
	}
}

/* One thing that is wrong, or at a limit. */
static void spoil_map(struct gen *g, struct mm_op *op)
{
	switch (below(g, 8)) {
	case 0:
		op->arg[3] = 0;
		break;
	case 1:
		op->arg[3] = UINT64_MAX - below(g, 8192);
		break;
	case 2:
		op->arg[3] = (uint64_t)1 << (40 + below(g, 8));
		op->arg[5] &= ~(uint64_t)MM_MAP_FIXED;
		break;
	case 3:
		op->arg[2] += 1 + below(g, MM_PAGE_SIZE - 1);
		break;
	case 4:
		op->arg[2] = MM_LIVE_TASK_SIZE - below(g, 3) * MM_PAGE_SIZE;
		op->arg[3] = (4 + below(g, 3)) * MM_PAGE_SIZE;
		op->arg[5] |= MM_MAP_FIXED;
		break;
	case 5:
		op->arg[2] = below(g, 16) * MM_PAGE_SIZE;
		op->arg[5] |= MM_MAP_FIXED;
		break;
	case 6:
		op->arg[3] -= below(g, MM_PAGE_SIZE);
		break;
	default:
		op->arg[1] = 0;
		op->arg[5] &= ~(uint64_t)MM_MAP_ANONYMOUS;
	}
}

/* What was mapped last goes on, behind it or before it. */
static bool beside(struct gen *g, struct mm_op *op)
{
	uint64_t pages = 1 + below(g, 4);

	*op = g->last;
	if (!op->arg[2] || (op->arg[2] | op->arg[3]) % MM_PAGE_SIZE || op->arg[2] < MM_LIVE_BASE)
		return false;
	if (once(g, 3)) {
		op->arg[2] -= pages * MM_PAGE_SIZE;
		op->arg[6] -= op->arg[6] >= pages * MM_PAGE_SIZE ? pages * MM_PAGE_SIZE : 0;
	} else {
		op->arg[2] += op->arg[3];
		op->arg[6] += op->arg[1] ? op->arg[3] : 0;
	}
	op->arg[0] = g->at;
	op->arg[3] = pages * MM_PAGE_SIZE;
	return op->arg[2] >= MM_LIVE_BASE && op->arg[2] + op->arg[3] <= MM_LIVE_END;
}

static void gen_mmap(struct gen *g)
{
	struct mm_op op = {.op = (uint16_t)mm_live_op_row(MM_LIVE_MMAP), .arg = {g->at}};

	if (once(g, 4) && beside(g, &op)) {
		g->last = op;
		(void)mm_trace_add(g->t, &op);
		return;
	}
	op = (struct mm_op){.op = (uint16_t)mm_live_op_row(MM_LIVE_MMAP), .arg = {g->at}};
	op.arg[2] = address(g);
	op.arg[3] = length(g, op.arg[2]);
	op.arg[4] = rights(g);
	op.arg[5] = kind(g);
	if (below(g, 3)) {
		op.arg[5] |= MM_MAP_ANONYMOUS;
		if (once(g, 60))
			op.arg[6] = offset(g);
	} else {
		op.arg[1] = g->file[once(g, 12) ? below(g, FILES) : below(g, 2)];
		op.arg[6] = offset(g);
	}
	op.arg[5] = wishes(g, op.arg[5]);
	place(g, &op);
	g->last = op;
	if (once(g, 24))
		spoil_map(g, &op);
	(void)mm_trace_add(g->t, &op);
}

/* ---- the others ---- */

static void gen_munmap(struct gen *g)
{
	uint64_t addr = address(g);
	uint64_t len = length(g, addr);

	switch (below(g, 100)) {
	case 0:
		len = 0;
		break;
	case 1:
		len = UINT64_MAX - below(g, 4096);
		break;
	case 2:
		addr += 1 + below(g, MM_PAGE_SIZE - 1);
		break;
	case 3:
		addr = MM_LIVE_TASK_SIZE - below(g, 2) * MM_PAGE_SIZE;
		len = 2 * MM_PAGE_SIZE;
		break;
	case 4:
		len -= below(g, MM_PAGE_SIZE);
		break;
	default:
		break;
	}
	(void)emit(g, MM_LIVE_MUNMAP, g->at, addr, len);
}

static void gen_mprotect(struct gen *g)
{
	struct mm_op op = {.op = (uint16_t)mm_live_op_row(MM_LIVE_MPROTECT), .arg = {g->at}};

	op.arg[1] = address(g);
	op.arg[2] = length(g, op.arg[1]);
	op.arg[3] = rights(g);
	switch (below(g, 100)) {
	case 0:
		op.arg[2] = 0;
		break;
	case 1:
		op.arg[1] += 1 + below(g, MM_PAGE_SIZE - 1);
		break;
	case 2:
	case 3:
	case 4:
		op.arg[3] |= MM_PROT_GROWSDOWN;
		break;
	case 5:
		op.arg[3] |= MM_PROT_GROWSUP | (once(g, 2) ? MM_PROT_GROWSDOWN : 0);
		break;
	case 6:
		op.arg[3] |= 0x8;
		break;
	case 7:
		op.arg[3] |= 0x10;
		break;
	case 8:
		op.arg[2] -= below(g, MM_PAGE_SIZE);
		break;
	case 9:
		op.arg[2] = UINT64_MAX - below(g, 8192);
		break;
	default:
		break;
	}
	(void)mm_trace_add(g->t, &op);
}

static void gen_touch(struct gen *g)
{
	static const uint8_t access[] = {0, 0, 1, 1, 1, 1, 1, 2};
	uint64_t a = access[below(g, sizeof(access))];
	uint64_t addr = address(g);

	/* what was mapped last, before it is cut and covered: files end in it */
	if (g->last.arg[2] >= MM_LIVE_BASE && g->last.arg[2] < MM_LIVE_END && once(g, 3))
		addr = g->last.arg[2] + below(g, g->last.arg[3] / MM_PAGE_SIZE) * MM_PAGE_SIZE;
	if (once(g, 80))
		addr = below(g, 2 * MM_PAGE_SIZE);
	else if (a != 2 && once(g, 4))
		addr += below(g, MM_PAGE_SIZE);
	(void)emit(g, MM_LIVE_TOUCH_OP, g->at, addr, a);
}

/*
 * What was mapped last is parted by a page that may not be written to, touched on both
 * sides, and becomes whole again, if the sides may be one: they were touched while they
 * were no neighbours.
 */
static void gen_bridge(struct gen *g)
{
	uint64_t pages = g->last.arg[3] / MM_PAGE_SIZE;
	uint64_t middle = g->last.arg[2] + (1 + below(g, 2)) * MM_PAGE_SIZE;
	struct mm_op part = {.op = (uint16_t)mm_live_op_row(MM_LIVE_MPROTECT),
			     .arg = {g->at, middle, MM_PAGE_SIZE, MM_PROT_READ}};

	if (pages < 3 || g->last.arg[2] < MM_LIVE_BASE || g->last.arg[2] >= MM_LIVE_END)
		return;
	(void)mm_trace_add(g->t, &part);
	(void)emit(g, MM_LIVE_TOUCH_OP, g->at, middle - MM_PAGE_SIZE, 1);
	if (below(g, 3))
		(void)emit(g, MM_LIVE_TOUCH_OP, g->at, middle + MM_PAGE_SIZE, 1);
	part.arg[3] = g->last.arg[4];
	(void)mm_trace_add(g->t, &part);
}

static void gen_brk(struct gen *g)
{
	uint64_t addr = MM_LIVE_HEAP + below(g, g->pages / 2) * MM_PAGE_SIZE;

	addr += below(g, 3) * 100;
	if (once(g, 20))
		addr = once(g, 2) ? 0 : MM_LIVE_HEAP - 1;
	else if (once(g, 20))
		addr = MM_LIVE_END;
	(void)emit(g, MM_LIVE_BRK, g->at, addr, 0);
}

/* Limits are lifted soon after, or all else would be refused. */
static void gen_limit(struct gen *g)
{
	uint64_t which = g->limited ? g->limited - 1 : below(g, MM_NR_RLIMITS);
	bool small = which == MM_RLIMIT_MEMLOCK || which == MM_RLIMIT_STACK;
	uint64_t bytes = below(g, small ? 24 : g->pages) * MM_PAGE_SIZE;

	if (g->limited)
		bytes = small ? (uint64_t)4 << 20 : UINT64_MAX;
	else if (once(g, 4))
		bytes += below(g, MM_PAGE_SIZE);
	g->limited = g->limited ? 0 : which + 1;
	(void)emit(g, MM_LIVE_SETRLIMIT, g->at, which, bytes);
}

static void gen_caps(struct gen *g)
{
	uint32_t held = (g->h->permitted >> 14 & 1 ? MM_CAP_IPC_LOCK : 0) |
			(g->h->permitted >> 21 & 1 ? MM_CAP_SYS_ADMIN : 0);

	(void)emit(g, MM_LIVE_SETCAP, g->at, below(g, 3) ? 0 : held & below(g, 8), 0);
}

/* Another process beside the first comes, acts, goes. */
static void gen_process(struct gen *g)
{
	unsigned int i = below(g, 2) ? 1 : 0;

	if (!g->proc[i]) {
		g->proc[i] = emit(g, MM_LIVE_SPAWN, 0, 0, 0);
	} else if (once(g, 4) && g->proc[1 - i]) {
		(void)emit(g, MM_LIVE_EXIT, g->proc[i], 0, 0);
		g->proc[i] = 0;
	}
	g->at = g->proc[i] ? g->proc[i] : g->proc[1 - i];
	g->limited = 0;
}

static void gen_file(struct gen *g)
{
	static const uint32_t modes[] = {
		MM_FILE_READ | MM_FILE_WRITE,
		MM_FILE_READ,
		MM_FILE_READ,
		MM_FILE_WRITE,
		MM_FILE_READ | MM_FILE_WRITE | MM_FILE_APPEND,
		MM_FILE_READ | MM_FILE_WRITE | MM_FILE_NOEXEC,
		MM_FILE_READ | MM_FILE_NOEXEC | MM_FILE_NOMMAP,
		MM_FILE_READ | MM_FILE_WRITE | MM_FILE_NOEXEC | MM_FILE_NOMMAP,
	};
	unsigned int i = 2 + (unsigned int)below(g, FILES - 2);
	uint64_t pages = below(g, 20);
	uint32_t mode = modes[below(g, sizeof(modes) / sizeof(*modes))];

	if (g->file[i] && once(g, 2))
		(void)emit(g, MM_LIVE_CLOSE, g->file[i], 0, 0);
	else
		g->file[i] = emit(g, MM_LIVE_OPEN, pages, MM_FILE_SHMEM | mode, 0);
}

static void gen_op(struct gen *g)
{
	uint64_t n = below(g, 1000);

	/* a limit stands for some thirty operations */
	if (g->limited && once(g, 30)) {
		gen_limit(g);
		return;
	}
	if (n < 440)
		gen_mmap(g);
	else if (n < 450)
		gen_bridge(g);
	else if (n < 590)
		gen_munmap(g);
	else if (n < 770)
		gen_mprotect(g);
	else if (n < 930)
		gen_touch(g);
	else if (n < 980)
		gen_brk(g);
	else if (n < 988 && !g->limited)
		gen_limit(g);
	else if (n < 993)
		gen_caps(g);
	else if (n < 998)
		gen_file(g);
	else
		gen_process(g);
}

/* Files that are always there: small, and of both rights. */
static void begin(struct gen *g)
{
	unsigned int i;

	g->pages = (unsigned int)(once(g, 4) ? 128 : 40 + below(g, 3) * 12);
	g->first = HEAP_PAGE - g->pages / 2;
	for (i = 0; i < FILES; i++)
		g->file[i] = emit(g, MM_LIVE_OPEN, 4 + 4 * i,
				  MM_FILE_SHMEM | MM_FILE_READ | (i < 4 ? MM_FILE_WRITE : 0), 0);
	g->proc[0] = emit(g, MM_LIVE_SPAWN, 0, 0, 0);
	g->at = g->proc[0];
}

/* What lies far from the place is taken, so that what goes anywhere comes near it. */
static void crowd(struct gen *g)
{
	struct mm_op op = {.op = (uint16_t)mm_live_op_row(MM_LIVE_MMAP),
			   .arg = {g->at, 0, MM_LIVE_BASE, g->first * MM_PAGE_SIZE, 0,
				   MM_MAP_PRIVATE | MM_MAP_ANONYMOUS | MM_MAP_FIXED, 0}};

	(void)mm_trace_add(g->t, &op);
	op.arg[2] = MM_LIVE_BASE + (g->first + g->pages) * MM_PAGE_SIZE;
	op.arg[3] = MM_LIVE_END - op.arg[2];
	if (op.arg[3])
		(void)mm_trace_add(g->t, &op);
}

int mm_live_generate(struct mm_trace *t, uint64_t seed, const struct mm_live_host *h, size_t ops)
{
	struct gen g = {.t = t, .h = h};
	char machine[512];

	mm_rng_init(&g.rng, seed);
	mm_trace_clear(t);
	mm_live_machine(h, machine, sizeof(machine));
	t->machine = mm_trace_keep(t, machine, strlen(machine));
	begin(&g);
	if (!once(&g, 3))
		crowd(&g);
	while (t->nr < ops && !t->oom)
		gen_op(&g);
	return t->oom ? -MM_ENOMEM : 0;
}
