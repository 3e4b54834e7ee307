/* SPDX-License-Identifier: MIT */
/*
 * rights properties: every combination of the bits that say what a request may have,
 * against a table of sentences.
 *
 * What is granted is written down as rows: who (bits of the mask and of the task, set
 * and clear), and what.  All masks are then tried in groups, each of them in full:
 *
 *     what is left of the mask   zone bits, RECLAIMABLE, IO, FS; all tasks    2^15
 *     what it is entitled to     11 bits of the mask, order; all tasks        2^20
 *     what becomes of it         7 bits, order, all tasks; 12 fill levels     12 * 2^16
 *
 * The first combination that differs is printed in words.
 */
#include "mm/page_alloc.h"
#include "mm/ram.h"
#include "mm/task.h"

#include "invariants/engine/prop.h"

#include <string.h>

#define IRQ (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ)

#define NR(table) (sizeof(table) / sizeof((table)[0]))

struct who {
	uint32_t gfp;     /* all of these */
	uint32_t not_gfp; /* none of these */
	uint32_t task;
	uint32_t not_task;
	unsigned int order; /* 1: more than a page */
};

struct request {
	uint32_t gfp;
	uint32_t task;
	unsigned int order;
};

static bool is(const struct request *rq, const struct who *who)
{
	return (rq->gfp & who->gfp) == who->gfp && !(rq->gfp & who->not_gfp) &&
	       (rq->task & who->task) == who->task && !(rq->task & who->not_task) &&
	       rq->order >= who->order;
}

/* ---- the sentences ---- */

/* clang-format off */
/* All that apply take their part. */
static const struct {
	const char *sentence;
	struct who who;
	uint32_t gone;
} mask_rules[] = {
	{"who must not start I/O starts none", {.task = MM_TASK_NOIO}, MM_GFP_IO},
	{"and calls no filesystem, which would", {.task = MM_TASK_NOIO}, MM_GFP_FS},
	{"who must not call filesystems does not", {.task = MM_TASK_NOFS}, MM_GFP_FS},
	{"what will be pinned is not put where pages move", {.task = MM_TASK_PIN}, MM_GFP_MOVABLE},
};

/* All that apply add up. */
static const struct {
	const char *sentence;
	struct who who;
	uint32_t grant;
} slow_rules[] = {
	{"who is urgent may leave half of min", {.gfp = MM_GFP_HIGH}, MM_ALLOC_MIN_RESERVE},
	{"so may a task in real time that could wait, but an interrupt is no task",
	 {.gfp = MM_GFP_DIRECT_RECLAIM, .task = MM_TASK_RT, .not_task = IRQ}, MM_ALLOC_MIN_RESERVE},
	{"who cannot wait gets more, unless it wants none of the reserves",
	 {.not_gfp = MM_GFP_DIRECT_RECLAIM | MM_GFP_NOMEMALLOC}, MM_ALLOC_NON_BLOCK},
	{"and for more than a page may look at what is kept for such",
	 {.not_gfp = MM_GFP_DIRECT_RECLAIM | MM_GFP_NOMEMALLOC, .order = 1}, MM_ALLOC_HIGHATOMIC},
	{"who does not mind wakes kswapd", {.gfp = MM_GFP_KSWAPD_RECLAIM}, MM_ALLOC_KSWAPD},
};

/* The first that applies decides. */
static const struct {
	const char *sentence;
	struct who who;
	uint32_t grant;
} reserve_rules[] = {
	{"who wants no reserves gets none", {.gfp = MM_GFP_NOMEMALLOC}, 0},
	{"who says that it frees memory gets all", {.gfp = MM_GFP_MEMALLOC}, MM_ALLOC_NO_WATERMARKS},
	{"so does a soft interrupt that a task which frees memory serves",
	 {.task = MM_TASK_MEMALLOC | MM_TASK_SOFTIRQ}, MM_ALLOC_NO_WATERMARKS},
	{"a hard interrupt gets nothing from its task", {.task = MM_TASK_HARDIRQ}, 0},
	{"nor does a soft one otherwise", {.task = MM_TASK_SOFTIRQ}, 0},
	{"a task that frees memory gets all", {.task = MM_TASK_MEMALLOC}, MM_ALLOC_NO_WATERMARKS},
	{"a victim of the OOM killer gets half of min", {.task = MM_TASK_VICTIM}, MM_ALLOC_OOM},
};

#define BAD MM_NR_ZONES

/* By DMA, HIGHMEM, DMA32, MOVABLE as bits 0 to 3: how far up a page may lie. */
static const enum mm_zone_type zone_rows[16] = {
	/* no bit: Normal.  DMA and DMA32 lie below it, HighMem above */
	MM_ZONE_NORMAL, MM_ZONE_DMA, MM_ZONE_HIGHMEM, BAD, MM_ZONE_DMA32, BAD, BAD, BAD,
	/* what can move may lie in Movable, if it may lie in HighMem at all */
	MM_ZONE_NORMAL, MM_ZONE_DMA, MM_ZONE_MOVABLE, BAD, MM_ZONE_DMA32, BAD, BAD, BAD,
};
/* clang-format on */

/* By MOVABLE and RECLAIMABLE; both contradict each other, and count as neither. */
static const enum mm_migratetype type_rows[2][2] = {
	{MM_MIGRATE_UNMOVABLE, MM_MIGRATE_RECLAIMABLE},
	{MM_MIGRATE_MOVABLE, MM_MIGRATE_UNMOVABLE},
};

static uint32_t mask_due(const struct request *rq)
{
	uint32_t gfp = rq->gfp;
	size_t i;

	for (i = 0; i < NR(mask_rules); i++) {
		if (is(rq, &mask_rules[i].who))
			gfp &= ~mask_rules[i].gone;
	}
	return gfp;
}

static uint32_t slow_due(const struct request *rq)
{
	uint32_t flags = 0;
	size_t i;

	for (i = 0; i < NR(slow_rules); i++) {
		if (is(rq, &slow_rules[i].who))
			flags |= slow_rules[i].grant;
	}
	return flags;
}

static uint32_t reserve_due(const struct request *rq)
{
	size_t i;

	for (i = 0; i < NR(reserve_rules); i++) {
		if (is(rq, &reserve_rules[i].who))
			return reserve_rules[i].grant;
	}
	return 0;
}

/* ---- in words ---- */

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	{MM_ALLOC_NO_WATERMARKS, "all of the reserves"},
	{MM_ALLOC_OOM, "half of min as a victim"},
	{MM_ALLOC_NON_BLOCK, "more because it cannot wait"},
	{MM_ALLOC_MIN_RESERVE, "half of min"},
	{MM_ALLOC_HIGHATOMIC, "the HighAtomic reserve"},
	{MM_ALLOC_KSWAPD, "waking kswapd"},
};

static const char *flags_text(uint32_t flags, char *buf, size_t len)
{
	size_t at = 0;
	size_t i;

	buf[0] = '\0';
	for (i = 0; i < NR(flag_names) && at < len; i++) {
		if (flags & flag_names[i].flag)
			at += (size_t)snprintf(buf + at, len - at, "%s%s", at ? ", " : "",
					       flag_names[i].name);
	}
	return at ? buf : "nothing";
}

static const char *request_text(const struct request *rq, char *buf, size_t len)
{
	char gfp[256];
	char task[80];

	(void)mm_gfp_print(rq->gfp, gfp, sizeof(gfp));
	(void)mm_task_print(rq->task, task, sizeof(task));
	(void)snprintf(buf, len, "order %u, gfp %s, task %s", rq->order, gfp, task);
	return buf;
}

/* Judge what request rq is given; false, and said in words, when it is not due. */
static bool same(struct mm_prop_run *p, const struct request *rq, const char *what, uint32_t have,
		 uint32_t want)
{
	char text[400];
	char a[160];
	char b[160];

	p->checks++;
	if (have == want)
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s: %s: has %s (0x%x), due is %s (0x%x)",
		  request_text(rq, text, sizeof(text)), what, flags_text(have, a, sizeof(a)), have,
		  flags_text(want, b, sizeof(b)), want);
	return false;
}

/* The n-th combination of the bits of a mask. */
static uint32_t spread(uint32_t n, uint32_t bits)
{
	uint32_t mask = 0;

	for (; bits; bits &= bits - 1, n >>= 1)
		mask |= n & 1 ? bits & (0u - bits) : 0;
	return mask;
}

static uint32_t combinations(uint32_t bits)
{
	uint32_t n = 1;

	for (; bits; bits &= bits - 1)
		n *= 2;
	return n;
}

/* ---- what is left of the mask ---- */

static bool check_mask(struct mm_prop_run *p, struct mm_ctx *x, const struct request *rq)
{
	uint32_t left = mm_page_alloc_scoped_gfp(x, rq->gfp);
	uint32_t due = mask_due(rq);
	enum mm_zone_type zone = MM_NR_ZONES;
	bool good = mm_gfp_zone(left, &zone);
	char text[400];
	char a[256];
	char b[256];

	p->checks += 3;
	(void)request_text(rq, text, sizeof(text));
	(void)mm_gfp_print(left, a, sizeof(a));
	(void)mm_gfp_print(due, b, sizeof(b));
	if (left != due)
		prop_fail(p, __FILE__, __LINE__, "%s: %s is left, due is %s", text, a, b);
	else if ((good ? zone : BAD) != zone_rows[due & MM_GFP_ZONE_BITS])
		prop_fail(p, __FILE__, __LINE__, "%s: up to zone %d, due is %d", text,
			  (int)(good ? zone : BAD), (int)zone_rows[due & MM_GFP_ZONE_BITS]);
	else if (mm_gfp_migratetype(left) !=
		 type_rows[(due & MM_GFP_MOVABLE) != 0][(due & MM_GFP_RECLAIMABLE) != 0])
		prop_fail(p, __FILE__, __LINE__, "%s: type %s", text,
			  mm_gfp_migratetype_name(mm_gfp_migratetype(left)));
	else
		return true;
	return false;
}

static void masks_follow_the_sentences(struct mm_prop_run *p)
{
	const uint32_t bits = MM_GFP_ZONE_BITS | MM_GFP_RECLAIMABLE | MM_GFP_IO | MM_GFP_FS;
	const uint32_t named = (MM_GFP_NO_OBJ_EXT * 2 - 1) & ~0x200u;
	struct mm_machine *m = mm_boot("ram=1M", NULL);
	struct request rq;
	struct mm_ctx x;
	uint32_t n;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (rq.task = 0; rq.task <= MM_TASK_ALL; rq.task++) {
		uint32_t other = (uint32_t)prop_bits(p, 64) & named & ~bits;

		x.task_flags = rq.task;
		rq.order = 0;
		for (n = 0; n < combinations(bits); n++) {
			/* no other bit has a say, nor is one lost */
			rq.gfp = spread(n, bits) | other;
			if (!check_mask(p, &x, &rq))
				goto out;
		}
	}
out:
	mm_machine_destroy(m);
}

/* ---- what it is entitled to ---- */

static void rights_follow_the_sentences(struct mm_prop_run *p)
{
	const uint32_t bits = MM_GFP_HIGH | MM_GFP_DIRECT_RECLAIM | MM_GFP_KSWAPD_RECLAIM |
			      MM_GFP_NOFAIL | MM_GFP_NOWARN | MM_GFP_NORETRY |
			      MM_GFP_RETRY_MAYFAIL | MM_GFP_MEMALLOC | MM_GFP_NOMEMALLOC |
			      MM_GFP_COMP | MM_GFP_ZERO;
	struct mm_machine *m = mm_boot("ram=1M", NULL);
	struct request rq;
	struct mm_ctx x;
	uint32_t n;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	for (n = 0; n < combinations(bits) * 2; n++) {
		rq.gfp = spread(n / 2, bits) | (uint32_t)prop_below(p, 0x20);
		rq.order = n & 1 ? 1 + (unsigned int)prop_below(p, 10) : 0;
		for (rq.task = 0; rq.task <= MM_TASK_ALL; rq.task++) {
			x.task_flags = rq.task;
			if (!same(p, &rq, "in the slow path",
				  mm_page_alloc_slow_flags(&x, rq.order, rq.gfp), slow_due(&rq)) ||
			    !same(p, &rq, "of the reserves",
				  mm_page_alloc_reserve_flags(&x, rq.gfp), reserve_due(&rq)))
				goto out;
		}
	}
out:
	mm_machine_destroy(m);
}

/* ---- what becomes of it ---- */

/* min 32, low 40, high 48 pages of 256; the lists are exact. */
#define MACHINE "ram=1M max_order=4 pageblock_order=4 min_free_kbytes=128 pcp=off"
#define MIN     32
#define LOW     40

struct fate {
	bool served;
	bool reserves; /* by a right to all of them */
	bool warned;   /* it must not fail, and cannot wait */
	bool stalled;  /* it must not fail, and does */
	bool slept;    /* it could wait, in an interrupt */
};

/* Does an attempt leave its mark?  A block of the order is there if enough is free. */
static bool leaves(uint64_t free_pages, unsigned int order, uint64_t mark)
{
	uint64_t size = (uint64_t)1 << order;

	return free_pages >= size && free_pages - (size - 1) > mark;
}

static uint64_t mark_under(uint32_t grants)
{
	uint64_t mark = MIN;

	if (grants & MM_ALLOC_MIN_RESERVE)
		mark = grants & MM_ALLOC_NON_BLOCK ? MIN * 3 / 8 : MIN / 2;
	return grants & MM_ALLOC_OOM ? MIN / 2 : mark;
}

static struct fate fate_due(const struct request *rq, uint64_t free_pages)
{
	bool waits = (rq->gfp & MM_GFP_DIRECT_RECLAIM) != 0;
	bool nofail = (rq->gfp & MM_GFP_NOFAIL) != 0;
	uint32_t reserve = reserve_due(rq);
	struct fate f = {.slept = waits && (rq->task & IRQ)};

	f.served = leaves(free_pages, rq->order, LOW) ||
		   leaves(free_pages, rq->order, mark_under(slow_due(rq)));
	if (!f.served && reserve == MM_ALLOC_NO_WATERMARKS) {
		f.served = free_pages >= (uint64_t)1 << rq->order;
		f.reserves = f.served;
	} else if (!f.served && reserve) {
		f.served = leaves(free_pages, rq->order, mark_under(reserve));
	}
	if (f.served || !nofail)
		return f;
	f.warned = !waits;
	f.served = waits && leaves(free_pages, rq->order, MIN / 2);
	f.stalled = waits && !f.served;
	return f;
}

static struct fate fate_of(struct mm_ctx *x, const struct request *rq)
{
	struct mm_machine *m = x->m;
	struct page *page;
	struct fate f = {false, false, false, false, false};

	memset(m->outcomes, 0, sizeof(m->outcomes));
	x->task_flags = rq->task;
	page = mm_page_alloc_get(x, rq->order, rq->gfp);
	x->task_flags = 0;
	f.warned = m->outcomes[MM_OUTCOME_WARN_NOFAIL] != 0;
	f.stalled = m->outcomes[MM_OUTCOME_NOFAIL_STALL] != 0;
	f.slept = m->outcomes[MM_OUTCOME_ATOMIC_SLEEP] != 0;
	if (!page)
		return f;
	f.served = true;
	f.reserves = (page->flags & MM_PG_PFMEMALLOC) != 0;
	mm_page_alloc_put(x, page, rq->order);
	return f;
}

static bool check_fate(struct mm_prop_run *p, struct mm_ctx *x, const struct request *rq,
		       uint64_t free_pages)
{
	struct fate have = fate_of(x, rq);
	struct fate want = fate_due(rq, free_pages);
	char text[400];

	p->checks++;
	if (memcmp(&have, &want, sizeof(have)) == 0)
		return true;
	prop_fail(p, __FILE__, __LINE__, "%s with %llu pages free: %s%s%s%s%s; due: %s%s%s%s%s",
		  request_text(rq, text, sizeof(text)), (unsigned long long)free_pages,
		  have.served ? "served" : "refused", have.reserves ? " by right to all" : "",
		  have.warned ? ", warned" : "", have.stalled ? ", loops" : "",
		  have.slept ? ", sleeps in an interrupt" : "", want.served ? "served" : "refused",
		  want.reserves ? " by right to all" : "", want.warned ? ", warned" : "",
		  want.stalled ? ", loops" : "", want.slept ? ", sleeps in an interrupt" : "");
	return false;
}

static bool check_level(struct mm_prop_run *p, struct mm_ctx *x, uint64_t free_pages)
{
	const uint32_t bits = MM_GFP_HIGH | MM_GFP_DIRECT_RECLAIM | MM_GFP_KSWAPD_RECLAIM |
			      MM_GFP_NOFAIL | MM_GFP_NOWARN | MM_GFP_MEMALLOC | MM_GFP_NOMEMALLOC;
	const uint32_t idle = MM_GFP_IO | MM_GFP_FS | MM_GFP_ZERO | MM_GFP_COMP | MM_GFP_NORETRY |
			      MM_GFP_RETRY_MAYFAIL;
	struct request rq;
	uint32_t n;

	while (mm_vmstat_free_exact(x->m) > free_pages) {
		if (!mm_page_alloc_get(x, 0, MM_GFP_MEMALLOC))
			return false;
	}
	for (n = 0; n < combinations(bits) * 2; n++) {
		rq.gfp = spread(n / 2, bits) | ((uint32_t)prop_bits(p, 64) & idle);
		rq.order = n & 1;
		for (rq.task = 0; rq.task <= MM_TASK_ALL; rq.task++) {
			if (!check_fate(p, x, &rq, free_pages))
				return false;
		}
	}
	return true;
}

static void fates_follow_the_sentences(struct mm_prop_run *p)
{
	/* around low, min, its half, three eighths, and the end */
	static const uint64_t levels[] = {42, 40, 34, 33, 32, 18, 17, 16, 13, 12, 2, 0};
	struct mm_machine *m = mm_boot(MACHINE, NULL);
	struct mm_ctx x;
	size_t i;

	PROP(p, m, "the machine does not boot");
	PROP(p,
	     m->zones[MM_ZONE_NORMAL].wmark[MM_WMARK_MIN] == MIN &&
		     m->zones[MM_ZONE_NORMAL].wmark[MM_WMARK_LOW] == LOW,
	     "the machine has other marks");
	mm_ctx_init(&x, m, 0);
	for (i = 0; i < NR(levels) && !p->failures; i++)
		PROP(p, check_level(p, &x, levels[i]), "with %llu pages free",
		     (unsigned long long)levels[i]);
	mm_machine_destroy(m);
}

/* Zone bits end to end: a machine with every zone, one request for each combination. */
static void zones_follow_the_sentences(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=5M dma=1M dma32=2M normal=3M highmem=4M", NULL);
	uint32_t bits;

	PROP(p, m, "the machine does not boot");
	for (bits = 0; bits < 16 * 2; bits++) {
		struct request rq = {MM_GFP_KERNEL | (bits & 15), bits & 16 ? MM_TASK_PIN : 0, 0};
		enum mm_zone_type due = zone_rows[mask_due(&rq) & 15];
		struct page *page;
		struct mm_ctx x;

		mm_machine_reset(m);
		mm_ctx_init(&x, m, 0);
		x.task_flags = rq.task;
		page = mm_page_alloc_get(&x, 0, rq.gfp);
		PROP(p,
		     due == BAD ? !page && m->outcomes[MM_OUTCOME_BAD_ZONE] == 1
				: page && page->zone == due && !m->nr_outcomes,
		     "gfp 0x%x by task %#x: from zone %d, due is %d", rq.gfp, rq.task,
		     page ? page->zone : -1, (int)due);
		PROP(p,
		     !page || !(page->flags & MM_PG_MOVABLE) == !(mask_due(&rq) & MM_GFP_MOVABLE),
		     "gfp 0x%x by task %#x: Movable or not", rq.gfp, rq.task);
	}
	mm_machine_destroy(m);
}

const struct mm_prop mm_rights_props[] = {
	{"rights.masks_follow_the_sentences", masks_follow_the_sentences, 1},
	{"rights.rights_follow_the_sentences", rights_follow_the_sentences, 1},
	{"rights.fates_follow_the_sentences", fates_follow_the_sentences, 1},
	{"rights.zones_follow_the_sentences", zones_follow_the_sentences, 1},
	{NULL, NULL, 0},
};
