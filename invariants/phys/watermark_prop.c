/* SPDX-License-Identifier: MIT */
/*
 * watermark properties: a real kernel's numbers, the table in the kernel's own
 * comment, and the one question against a formula, on all small inputs.
 */
#include "mm/watermark.h"

#include "mm/check.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

extern const struct mm_inv mm_watermark_invs[];

/* A machine that is nothing but sizes and settings. */
struct paper {
	struct mm_machine m;
	struct zone zones[MM_NR_ZONES];
	struct mm_ctx x;
};

static void paper_init(struct paper *pa, const uint64_t *managed)
{
	static const uint64_t ratio[MM_NR_ZONES] = {256, 256, 32, 0, 0};
	int z;

	memset(pa, 0, sizeof(*pa));
	pa->m.zones = pa->zones;
	pa->m.nr_zones = MM_NR_ZONES;
	pa->m.sysctl.watermark_scale_factor = 10;
	memcpy(pa->m.sysctl.lowmem_reserve_ratio, ratio, sizeof(ratio));
	for (z = 0; z < MM_NR_ZONES; z++) {
		pa->zones[z].type = (enum mm_zone_type)z;
		pa->zones[z].id = (uint8_t)z;
		pa->zones[z].name = mm_gfp_zone_name((enum mm_zone_type)z);
		pa->zones[z].managed = managed[z];
		mm_lock_init(&pa->zones[z].lock, "zone->lock", MM_LOCK_RANK_ZONE);
	}
	mm_ctx_init(&pa->x, &pa->m, 0);
}

/* ---- numbers of a kernel ---- */

/* /proc/zoneinfo of Linux 6.18, 2 CPUs, 24 GiB; it has no HighMem, so that what
 * it keeps from Movable stands twice. */
static const struct {
	uint64_t managed;
	uint64_t wmark[MM_NR_WMARK]; /* min, low, high, promo */
	uint64_t protection[MM_NR_ZONES];
} recorded[MM_NR_ZONES] = {
	{3840, {30, 37, 44, 51}, {0, 3019, 8395, 8395, 8395}},
	{772917, {6065, 7581, 9097, 10613}, {0, 0, 5376, 5376, 5376}},
	{1376256, {10800, 13500, 16200, 18900}, {0, 0, 0, 0, 0}},
	{0, {32, 32, 32, 32}, {0, 0, 0, 0, 0}},
	{0, {32, 32, 32, 32}, {0, 0, 0, 0, 0}},
};

static void zoneinfo_of_a_kernel(struct mm_prop_run *p)
{
	uint64_t managed[MM_NR_ZONES];
	struct paper pa;
	int z;
	int i;

	for (z = 0; z < MM_NR_ZONES; z++)
		managed[z] = recorded[z].managed;
	paper_init(&pa, managed);
	pa.m.sysctl.min_free_kbytes = 67584;
	mm_watermark_setup(&pa.x);
	for (z = 0; z < MM_NR_ZONES; z++) {
		for (i = 0; i < MM_NR_WMARK; i++)
			PROP(p, pa.zones[z].wmark[i] == recorded[z].wmark[i],
			     "%s: mark %d is %llu, %llu in Linux", pa.zones[z].name, i,
			     (unsigned long long)pa.zones[z].wmark[i],
			     (unsigned long long)recorded[z].wmark[i]);
		for (i = 0; i < MM_NR_ZONES; i++)
			PROP(p, pa.zones[z].lowmem_reserve[i] == recorded[z].protection[i],
			     "%s: protection %d is %llu, %llu in Linux", pa.zones[z].name, i,
			     (unsigned long long)pa.zones[z].lowmem_reserve[i],
			     (unsigned long long)recorded[z].protection[i]);
	}
	/* DMA keeps all it has, DMA32 5376 + 9097, Normal 16200 */
	PROP(p, pa.m.totalreserve_pages == 3840 + 14473 + 16200, "total reserve is %llu",
	     (unsigned long long)pa.m.totalreserve_pages);
}

/* The comment above calculate_min_free_kbytes(), which has 8 GiB wrong by one,
 * and the two clamps. */
static void min_free_kbytes_of_the_comment(struct mm_prop_run *p)
{
	static const struct {
		uint64_t mib;
		uint64_t kbytes;
	} table[] = {
		{0, 128},     {1, 128},      {16, 512},      {32, 724},         {64, 1024},
		{128, 1448},  {256, 2048},   {512, 2896},    {1024, 4096},      {2048, 5792},
		{4096, 8192}, {8192, 11585}, {16384, 16384}, {4194304, 262144}, {8388608, 262144},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		/* in any lowmem zone; HighMem and Movable have no part in it */
		uint64_t managed[MM_NR_ZONES] = {0, 0, 0, 77777, 88888};
		uint64_t have;
		struct paper pa;

		managed[prop_below(p, 3)] = table[i].mib * 256;
		paper_init(&pa, managed);
		have = mm_watermark_default_min_free_kbytes(&pa.m);
		PROP(p, have == table[i].kbytes, "%llu MiB: %llu, %llu in Linux",
		     (unsigned long long)table[i].mib, (unsigned long long)have,
		     (unsigned long long)table[i].kbytes);
	}
}

/* Once there are marks, what lies below high is no memory for the formula: a zone that
 * is all mark counts nothing. */
static void default_leaves_out_what_is_below_high(struct mm_prop_run *p)
{
	uint64_t managed[MM_NR_ZONES] = {4096, 0, 262144, 77777, 0};
	struct paper pa;
	uint64_t have;

	paper_init(&pa, managed);
	pa.m.zones[MM_ZONE_DMA].wmark[MM_WMARK_HIGH] = 4096;
	pa.m.zones[MM_ZONE_NORMAL].wmark[MM_WMARK_HIGH] = 262144 - 65536;
	have = mm_watermark_default_min_free_kbytes(&pa.m);
	/* of 256 MiB */
	PROP(p, have == 2048, "%llu", (unsigned long long)have);
	pa.m.zones[MM_ZONE_DMA].wmark[MM_WMARK_HIGH] = 4097;
	have = mm_watermark_default_min_free_kbytes(&pa.m);
	PROP(p, have == 2048, "a zone smaller than its mark: %llu", (unsigned long long)have);
}

static void boot_keeps_what_is_given(struct mm_prop_run *p)
{
	static const struct {
		const char *machine;
		uint64_t kbytes;
	} table[] = {
		{"ram=4M", 256},
		{"ram=16M max_order=6", 512},
		{"ram=16M max_order=6 normal=4M", 256},
		{"ram=16M max_order=6 reserved=4M-16M", 256},
		{"ram=16M max_order=6 min_free_kbytes=100", 100},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct mm_machine *m = mm_boot(table[i].machine, NULL);

		PROP(p, m && m->sysctl.min_free_kbytes == table[i].kbytes,
		     "%s: min_free_kbytes is not %llu", table[i].machine,
		     (unsigned long long)table[i].kbytes);
		mm_machine_destroy(m);
	}
}

/* ---- all sizes ---- */

/* Whatever the sizes and settings, what is computed is what the claims say. */
static void claims_hold_for_all_sizes(struct mm_prop_run *p)
{
	uint64_t managed[MM_NR_ZONES];
	const struct mm_inv *inv;
	struct mm_report r;
	struct paper pa;
	int z;

	for (z = 0; z < MM_NR_ZONES; z++)
		managed[z] = prop_below(p, 4) ? prop_any(p, 32) : 0;
	paper_init(&pa, managed);
	pa.m.sysctl.min_free_kbytes = prop_any(p, 31);
	pa.m.sysctl.watermark_scale_factor = 1 + prop_below(p, 3000);
	for (z = 0; z < MM_NR_ZONES; z++) {
		pa.m.sysctl.lowmem_reserve_ratio[z] = prop_any(p, 31);
		pa.zones[z].boost = prop_below(p, 3); /* ends with each setup */
	}
	mm_watermark_setup(&pa.x);
	mm_report_init(&r);
	for (inv = mm_watermark_invs; inv->id; inv++) {
		if (inv->check)
			inv->check(&r, &pa.m, 0);
	}
	p->checks += r.checks;
	PROP(p, !r.failures, "%s: %s", r.first.id, r.first.text);
	PROP(p, !pa.m.lock.violations && !pa.m.lock.held, "a lock rule is broken");
}

/* The n-th of all numbers that settings consist of; NULL past the last. */
static uint64_t *setting(struct mm_machine *m, size_t n)
{
	struct zone *z;

	if (n == 0)
		return &m->totalreserve_pages;
	if (n == 1)
		return &m->sysctl.min_free_kbytes;
	if (n == 2)
		return &m->sysctl.watermark_scale_factor;
	if (n < 3 + MM_NR_ZONES)
		return &m->sysctl.lowmem_reserve_ratio[n - 3];
	n -= 3 + MM_NR_ZONES;
	z = &m->zones[n % MM_NR_ZONES];
	n /= MM_NR_ZONES;
	if (n < 2)
		return n ? &z->managed : &z->boost;
	n -= 2;
	if (n < MM_NR_WMARK)
		return &z->wmark[n];
	n -= MM_NR_WMARK;
	return n < MM_NR_ZONES ? &z->lowmem_reserve[n] : NULL;
}

#define NR_SETTINGS (3 + MM_NR_ZONES * (3 + MM_NR_WMARK + MM_NR_ZONES))

/* No two settings that differ in one number are summed up alike. */
static void each_setting_is_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[1], NULL);
	uint64_t seen[1 + 2 * NR_SETTINGS];
	size_t nr = 0;
	size_t i;

	PROP(p, m, "the machine does not boot");
	seen[nr++] = mm_machine_digest_sweep(m);
	for (; setting(m, (nr - 1) / 2); nr++) {
		uint64_t *v = setting(m, (nr - 1) / 2);

		*v += 1 + nr % 2;
		seen[nr] = mm_machine_digest_sweep(m);
		*v -= 1 + nr % 2;
		for (i = 0; i < nr; i++)
			PROP(p, seen[nr] != seen[i], "setting %zu has no part in the digest",
			     (nr - 1) / 2);
	}
	PROP(p, nr == 1 + 2 * NR_SETTINGS, "%zu states", nr);
	mm_machine_destroy(m);
}

/* ---- the question ---- */

static uint64_t half_up(uint64_t v)
{
	return (v + 1) / 2;
}

/* What of a mark holds: half of it, 3/8, or half again, all rounded up. */
static uint64_t mark_left(uint64_t mark, uint32_t flags)
{
	if (flags & MM_ALLOC_MIN_RESERVE)
		mark = half_up(mark);
	if ((flags & MM_ALLOC_MIN_RESERVE) && (flags & MM_ALLOC_NON_BLOCK))
		mark = (3 * mark + 3) / 4;
	return flags & MM_ALLOC_OOM ? half_up(mark) : mark;
}

static const uint32_t flag_sets[] = {
	0,
	MM_ALLOC_NON_BLOCK,
	MM_ALLOC_MIN_RESERVE,
	MM_ALLOC_MIN_RESERVE | MM_ALLOC_NON_BLOCK,
	MM_ALLOC_OOM,
	MM_ALLOC_OOM | MM_ALLOC_MIN_RESERVE,
	MM_ALLOC_OOM | MM_ALLOC_MIN_RESERVE | MM_ALLOC_NON_BLOCK | MM_ALLOC_KSWAPD,
};

#define NR_FLAG_SETS (sizeof(flag_sets) / sizeof(flag_sets[0]))

static void marks_shrink_for_those_in_need(struct mm_prop_run *p)
{
	uint64_t mark;
	size_t f;

	for (mark = 0; mark < 300; mark++) {
		for (f = 0; f < NR_FLAG_SETS; f++)
			PROP(p,
			     mm_watermark_effective(mark, flag_sets[f]) ==
				     mark_left(mark, flag_sets[f]),
			     "mark %llu, flags 0x%x", (unsigned long long)mark, flag_sets[f]);
	}
}

#define LARGEST_NONE 4

/* A zone of n free pages whose largest block is of this order, or which has
 * none; a block of a special type serves no ordinary request. */
struct sample {
	struct mm_machine m;
	struct zone z;
	struct mm_list block;
	struct mm_list special;
};

static void sample_init(struct sample *s, unsigned int largest, enum mm_migratetype type)
{
	unsigned int o;
	int t;

	memset(s, 0, sizeof(*s));
	s->m.desc.max_order = 3;
	for (o = 0; o < MM_NR_ORDERS; o++) {
		for (t = 0; t < MM_MIGRATE_TYPES; t++)
			mm_list_init(&s->z.free_area[o].free_list[t]);
	}
	mm_list_add(&s->special, &s->z.free_area[3].free_list[MM_MIGRATE_ISOLATE]);
	s->z.free_area[3].nr_free++;
	if (largest == LARGEST_NONE)
		return;
	mm_list_add(&s->block, &s->z.free_area[largest].free_list[type]);
	s->z.free_area[largest].nr_free++;
}

/* One order of one zone, for all marks, reserves and rights. */
static void check_question(struct mm_prop_run *p, struct sample *s, unsigned int order,
			   bool has_block)
{
	struct zone *z = &s->z;
	int64_t left = z->vm_stat[MM_NR_FREE_PAGES] - (1 << order) + 1;
	unsigned int n;

	for (n = 0; n < 52 * NR_FLAG_SETS; n++) {
		uint32_t flags = flag_sets[n % NR_FLAG_SETS];
		uint64_t reserve = n / NR_FLAG_SETS % 4;
		uint64_t mark = n / NR_FLAG_SETS / 4;
		bool want =
			left > (int64_t)(mark_left(mark, flags) + reserve) && (!order || has_block);

		z->lowmem_reserve[MM_ZONE_HIGHMEM] = reserve;
		PROP(p, mm_watermark_ok(&s->m, z, order, mark, MM_ZONE_HIGHMEM, flags) == want,
		     "free %llu order %u mark %llu reserve %llu flags 0x%x: %d",
		     (unsigned long long)z->vm_stat[MM_NR_FREE_PAGES], order,
		     (unsigned long long)mark, (unsigned long long)reserve, flags, !want);
		PROP(p, mm_watermark_fast(&s->m, z, order, mark, MM_ZONE_HIGHMEM, flags) == want,
		     "the quick answer is another");
	}
}

static void all_small_questions(struct mm_prop_run *p)
{
	unsigned int largest;
	unsigned int n;
	struct sample s;

	for (largest = 0; largest <= LARGEST_NONE; largest++) {
		sample_init(&s, largest, (enum mm_migratetype)(largest % MM_MIGRATE_PCPTYPES));
		for (n = 0; n < 4 * 22; n++) {
			unsigned int order = n % 4;

			s.z.vm_stat[MM_NR_FREE_PAGES] = (int64_t)(n / 4);
			check_question(p, &s, order, largest != LARGEST_NONE && largest >= order);
		}
	}
}

/* Formulas 11 and 13 for pages that are kept from some, and for blocks of each type. */
static void kept_pages_are_for_those_with_a_right(struct mm_prop_run *p)
{
	static const uint32_t rights[] = {0, MM_ALLOC_NON_BLOCK, MM_ALLOC_MIN_RESERVE,
					  MM_ALLOC_HIGHATOMIC, MM_ALLOC_OOM};
	static const enum mm_migratetype types[] = {MM_MIGRATE_MOVABLE, MM_MIGRATE_HIGHATOMIC,
						    MM_MIGRATE_CMA, MM_MIGRATE_ISOLATE};
	unsigned int n;

	for (n = 0; n < 10 * 4 * 2 * 3 * 3 * 12; n++) {
		uint32_t flags = rights[n % 5] | (n / 5 % 2 ? MM_ALLOC_CMA : 0);
		enum mm_migratetype type = types[n / 10 % 4];
		unsigned int order = n / 40 % 2;
		uint64_t highatomic = n / 80 % 3;
		uint64_t cma = n / 240 % 3;
		int64_t left = (int64_t)(n / 720);
		bool block = type == MM_MIGRATE_MOVABLE || (type == MM_MIGRATE_CMA && n / 5 % 2) ||
			     (type == MM_MIGRATE_HIGHATOMIC && n % 5 >= 3);
		uint64_t mark;
		struct sample s;

		sample_init(&s, 1, type);
		s.z.vm_stat[MM_NR_FREE_PAGES] = left;
		s.z.vm_stat[MM_NR_FREE_CMA] = (int64_t)cma;
		s.z.nr_free_highatomic = highatomic;
		left -= (int64_t)((n % 5 ? 0 : highatomic) + (n / 5 % 2 ? 0 : cma) + order);
		for (mark = 0; mark < 6; mark++) {
			bool want = left > (int64_t)mark_left(mark, flags) && (!order || block);

			PROP(p,
			     mm_watermark_ok(&s.m, &s.z, order, mark, MM_ZONE_NORMAL, flags) ==
				     want,
			     "type %d order %u mark %llu flags 0x%x: %d", (int)type, order,
			     (unsigned long long)mark, flags, !want);
			PROP(p,
			     mm_watermark_fast(&s.m, &s.z, order, mark, MM_ZONE_NORMAL, flags) ==
				     want,
			     "the quick answer is another");
		}
	}
}

/*
 * Below the drift mark what CPUs hold back counts too; from there on the quick
 * look is near enough.  7 are seen, and what is held back makes it 5 or 9.
 */
static void close_looks_count_what_cpus_hold_back(struct mm_prop_run *p)
{
	static const int8_t held[] = {-2, 0, 2};
	struct per_cpu_zonestat stats[3];
	struct sample s;
	unsigned int n;

	for (n = 0; n < 3 * 2 * 16; n++) {
		int8_t by = held[n % 3];
		uint64_t drift_mark = n / 3 % 2 ? 8 : 7;
		uint64_t mark = n / 6;
		uint64_t count = drift_mark > 7 ? (uint64_t)(7 + by) : 7;

		sample_init(&s, 1, MM_MIGRATE_MOVABLE);
		memset(stats, 0, sizeof(stats));
		s.m.desc.cpus = 3;
		s.z.zonestats = stats;
		s.z.vm_stat[MM_NR_FREE_PAGES] = 7;
		s.z.percpu_drift_mark = drift_mark;
		/* all of it on the last CPU */
		stats[2].diff[MM_NR_FREE_PAGES] = by;
		PROP(p,
		     mm_watermark_ok_safe(&s.m, &s.z, 0, mark, MM_ZONE_NORMAL, 0) == (count > mark),
		     "7 seen, %d held back, drift mark %llu, mark %llu", by,
		     (unsigned long long)drift_mark, (unsigned long long)mark);
		PROP(p,
		     mm_watermark_ok_safe(&s.m, &s.z, 1, mark, MM_ZONE_NORMAL, 0) ==
			     (count - 1 > mark),
		     "order 1, mark %llu", (unsigned long long)mark);
		PROP(p, !mm_watermark_ok_safe(&s.m, &s.z, 2, 0, MM_ZONE_NORMAL, 0),
		     "a block that is not there");
		s.z.lowmem_reserve[MM_ZONE_HIGHMEM] = 3;
		PROP(p,
		     mm_watermark_ok_safe(&s.m, &s.z, 0, mark, MM_ZONE_HIGHMEM,
					  MM_ALLOC_MIN_RESERVE) == (count > half_up(mark) + 3),
		     "reserve and rights, mark %llu", (unsigned long long)mark);
	}
}

/* More free pages never turn a yes into a no, nor does a lower mark. */
static void answers_are_monotone(struct mm_prop_run *p)
{
	struct sample s;
	int i;

	sample_init(&s, 3, MM_MIGRATE_MOVABLE);
	for (i = 0; i < 500; i++) {
		uint64_t mark = prop_any(p, 40);
		uint64_t less = prop_below(p, mark + 1);
		uint32_t flags = flag_sets[prop_below(p, NR_FLAG_SETS)];
		unsigned int order = (unsigned int)prop_below(p, 4);
		bool yes;

		s.z.vm_stat[MM_NR_FREE_PAGES] =
			(int64_t)(mark_left(mark, flags) - 2 + prop_below(p, 16));
		if (s.z.vm_stat[MM_NR_FREE_PAGES] < 0)
			continue;
		yes = mm_watermark_ok(&s.m, &s.z, order, mark, MM_ZONE_NORMAL, flags);
		PROP(p, !yes || mm_watermark_ok(&s.m, &s.z, order, less, MM_ZONE_NORMAL, flags),
		     "a lower mark forbids");
		s.z.vm_stat[MM_NR_FREE_PAGES] += (int64_t)prop_below(p, 1000);
		PROP(p, !yes || mm_watermark_ok(&s.m, &s.z, order, mark, MM_ZONE_NORMAL, flags),
		     "more free pages forbid");
	}
}

/* ---- plantings ---- */

static struct zone *normal(const struct mm_victim *v)
{
	return &v->m->zones[MM_ZONE_NORMAL];
}

static void uneven_gap(struct mm_victim *v)
{
	normal(v)->wmark[MM_WMARK_PROMO]++;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

/* All marks of a zone move, and the total with them. */
static void shift_marks(struct mm_victim *v, enum mm_zone_type zone, uint64_t by)
{
	int i;

	for (i = 0; i < MM_NR_WMARK; i++)
		v->m->zones[zone].wmark[i] += by;
	v->m->totalreserve_pages += by;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

static void more_than_its_share(struct mm_victim *v)
{
	shift_marks(v, MM_ZONE_NORMAL, 1);
}

static void movable_keeps_too_much(struct mm_victim *v)
{
	shift_marks(v, MM_ZONE_MOVABLE, 100);
}

static void reserve_off_by_one(struct mm_victim *v)
{
	/* less than what it keeps from Movable, so that the total stays */
	v->m->zones[MM_ZONE_DMA].lowmem_reserve[MM_ZONE_NORMAL]++;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

static void reserve_from_itself(struct mm_victim *v)
{
	v->m->zones[MM_ZONE_DMA].lowmem_reserve[MM_ZONE_DMA] = 1;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

static void total_off_by_one(struct mm_victim *v)
{
	v->m->totalreserve_pages--;
	mm_touch(v->x, MM_OBJ_SETTINGS, 0);
}

/* Between the yes and the page, the mark rises to what was free. */
static void on_yes(void *env, const struct mm_event *ev)
{
	struct mm_victim *v = env;

	v->m->zones[ev->f[0]].wmark[MM_WMARK_LOW] = ev->f[5];
}

static void served_below_the_mark(struct mm_victim *v)
{
	const struct mm_listener l = {MM_EV_BIT(MM_EV_mm_zone_watermark), on_yes, v};

	if (mm_event_listen(v->m, &l))
		return;
	v->x->events = mm_event_mask(v->m);
	mm_victim_trace(v, "alloc order=0 gfp=KERNEL\n");
	mm_event_unlisten(v->m, v);
}

static void yes_without_a_block(struct mm_victim *v)
{
	mm_event(v->x, MM_EV_mm_zone_watermark, MM_ZONE_HIGHMEM, 1,
		 v->m->zones[MM_ZONE_HIGHMEM].wmark[MM_WMARK_HIGH], 0, MM_ZONE_HIGHMEM, 0);
}

static const struct mm_plant plants[] = {
	{"watermark.order", uneven_gap, NULL, false},
	{"watermark.sum", more_than_its_share, NULL, false},
	{"watermark.sum", movable_keeps_too_much, NULL, false},
	{"lowmem_reserve.formula", reserve_off_by_one, NULL, false},
	{"lowmem_reserve.formula", reserve_from_itself, NULL, false},
	{"totalreserve", total_off_by_one, NULL, false},
	{"watermark.respected", served_below_the_mark, NULL, true},
	{"watermark.order_suitable", yes_without_a_block, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_watermark_props[] = {
	{"watermark.zoneinfo_of_a_kernel", zoneinfo_of_a_kernel, 1},
	{"watermark.min_free_kbytes_of_the_kernels_comment", min_free_kbytes_of_the_comment, 3},
	{"watermark.default_leaves_out_what_is_below_high", default_leaves_out_what_is_below_high,
	 1},
	{"watermark.boot_keeps_what_is_given", boot_keeps_what_is_given, 1},
	{"watermark.each_setting_is_in_the_digest", each_setting_is_in_the_digest, 1},
	{"watermark.claims_hold_for_all_sizes", claims_hold_for_all_sizes, 1000},
	{"watermark.marks_shrink_for_those_in_need", marks_shrink_for_those_in_need, 1},
	{"watermark.all_small_questions", all_small_questions, 1},
	{"watermark.kept_pages_are_for_those_with_a_right", kept_pages_are_for_those_with_a_right,
	 1},
	{"watermark.answers_are_monotone", answers_are_monotone, 10},
	{"watermark.close_looks_count_what_cpus_hold_back", close_looks_count_what_cpus_hold_back,
	 1},
	{"watermark." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
