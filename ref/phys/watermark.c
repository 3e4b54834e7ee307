/* SPDX-License-Identifier: MIT */
/*
 * watermark: three formulas (marks, lowmem reserve, total reserve) and one
 * question.
 *
 * The order of the computations matters: total reserve reads the high marks
 * and the reserves.  Integer divisions truncate where the kernel's do.
 */
#include "mm/watermark.h"

#include "mm/rng.h"

static bool is_lowmem(const struct zone *z)
{
	return z->type <= MM_ZONE_NORMAL;
}

/* Largest r with r * r <= v.  Kernel: int_sqrt. */
static uint64_t isqrt(uint64_t v)
{
	uint64_t r = 0;
	uint64_t bit;

	for (bit = (uint64_t)1 << 31; bit; bit >>= 1) {
		uint64_t t = r | bit;

		if (t * t <= v)
			r = t;
	}
	return r;
}

static uint64_t clamp_u64(uint64_t v, uint64_t lo, uint64_t hi)
{
	if (v < lo)
		return lo;
	return v > hi ? hi : v;
}

/* v * num / den without overflow.  Kernel: mult_frac. */
static uint64_t mult_frac(uint64_t v, uint64_t num, uint64_t den)
{
	return v / den * num + v % den * num / den;
}

static uint64_t lowmem_managed(const struct mm_machine *m)
{
	uint64_t sum = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		if (is_lowmem(&m->zones[z]))
			sum += mm_zone_pages(&m->zones[z]);
	}
	return sum;
}

uint64_t mm_watermark_min_free_kbytes(uint64_t lowmem_kbytes)
{
	return clamp_u64(isqrt(lowmem_kbytes * 16), 128, 262144);
}

uint64_t mm_watermark_default_min_free_kbytes(const struct mm_machine *m)
{
	uint64_t pages = 0;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		uint64_t high = m->zones[z].wmark[MM_WMARK_HIGH];

		if (is_lowmem(&m->zones[z]) && mm_zone_pages(&m->zones[z]) > high)
			pages += mm_zone_pages(&m->zones[z]) - high;
	}
	return mm_watermark_min_free_kbytes(pages * (MM_PAGE_SIZE / 1024));
}

static void setup_marks(struct mm_ctx *x, struct zone *z, uint64_t lowmem)
{
	const struct mm_machine *m = x->m;
	const struct mm_watermark_input in = {mm_zone_pages(z), lowmem, is_lowmem(z),
					      m->sysctl.min_free_kbytes,
					      m->sysctl.watermark_scale_factor};

	mm_lock_assert_held(x, &z->lock);
	mm_watermark_compute(z->wmark, &in);
	z->boost = 0;
}

static void setup_lowmem_reserve(const struct mm_machine *m, struct zone *z)
{
	uint64_t managed[MM_NR_ZONES];
	int j;

	for (j = 0; j < MM_NR_ZONES; j++) {
		managed[j] = mm_zone_pages(mm_zone_at(m, z->nid, (enum mm_zone_type)j));
		z->lowmem_reserve[j] = 0;
	}
	mm_watermark_compute_reserve(&z->lowmem_reserve[z->type],
				     (size_t)(MM_NR_ZONES - (int)z->type), &managed[z->type],
				     m->sysctl.lowmem_reserve_ratio[z->type]);
}

uint64_t mm_watermark_totalreserve(const struct zone *z)
{
	uint64_t max = 0;
	int j;

	for (j = 0; j < MM_NR_ZONES; j++) {
		if (z->lowmem_reserve[j] > max)
			max = z->lowmem_reserve[j];
	}
	max += z->wmark[MM_WMARK_HIGH];
	return max > mm_zone_pages(z) ? mm_zone_pages(z) : max;
}

static uint64_t settings_count(const struct mm_machine *m)
{
	(void)m;
	return 1;
}

static uint64_t settings_hash(const struct mm_machine *m, uint64_t id)
{
	uint64_t h = mm_hash64_step(id, m->totalreserve_pages + ~m->gfp_allowed_mask);
	size_t k;
	int i;
	int j;

	for (k = 0; k < mm_sysctl_count(); k++)
		h = mm_hash64_step(h, mm_sysctl_get(m, k));
	if (m->cpus_offline || m->cpu_coming)
		h = mm_hash64_step(h, m->cpus_offline ^ (uint64_t)m->cpu_coming << 58);
	if (m->node_reclaim_busy)
		h = mm_hash64_step(mm_hash64_step(h, MM_NR_ZONES), m->node_reclaim_busy);
	for (i = 0; i < m->desc.nr_nodes; i++) {
		if (m->node_dirty[i].dirty | m->node_dirty[i].writeback)
			h = mm_hash64_step(h, m->node_dirty[i].dirty << 32 |
						      m->node_dirty[i].writeback);
	}
	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		h = mm_hash64_step(h, z->managed);
		if (z->deferred)
			h = mm_hash64_step(h, z->deferred);
		h = mm_hash64_step(h, z->boost);
		h = mm_hash64_step(h, z->percpu_drift_mark);
		h = mm_hash64_step(h, z->pageset_high_min << 32 | z->pageset_high_max);
		h = mm_hash64_step(h, z->pageset_batch << 1 | z->pageset_disabled);
		for (j = 0; j < MM_NR_WMARK; j++)
			h = mm_hash64_step(h, z->wmark[j]);
		for (j = 0; j < MM_NR_ZONES; j++)
			h = mm_hash64_step(h, z->lowmem_reserve[j]);
	}
	return h;
}

static const struct mm_kind_ops settings_kind = {"settings", settings_count, settings_hash, NULL};

int mm_watermark_boot(struct mm_ctx *x)
{
	return mm_machine_kind_set(x->m, MM_OBJ_SETTINGS, &settings_kind);
}

void mm_watermark_compute(uint64_t wmark[MM_NR_WMARK], const struct mm_watermark_input *in)
{
	uint64_t pages_min = in->min_free_kbytes >> (MM_PAGE_SHIFT - 10);
	uint64_t share = in->lowmem ? pages_min * in->managed / in->lowmem : 0;
	uint64_t gap = mult_frac(in->managed, in->scale_factor, 10000);

	if (gap < share / 4)
		gap = share / 4;
	/* HighMem and Movable hold nothing the kernel needs to make progress */
	wmark[MM_WMARK_MIN] = in->is_lowmem ? share : clamp_u64(in->managed / 1024, 32, 128);
	wmark[MM_WMARK_LOW] = wmark[MM_WMARK_MIN] + gap;
	wmark[MM_WMARK_HIGH] = wmark[MM_WMARK_LOW] + gap;
	wmark[MM_WMARK_PROMO] = wmark[MM_WMARK_HIGH] + gap;
}

void mm_watermark_compute_reserve(uint64_t *reserve, size_t nr, const uint64_t *managed,
				  uint64_t ratio)
{
	uint64_t above = 0;
	size_t j;

	reserve[0] = 0;
	for (j = 1; j < nr; j++) {
		above += managed[j];
		reserve[j] = ratio && managed[0] ? above / ratio : 0;
	}
}

void mm_watermark_setup_reserve(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	uint64_t total = 0;
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		setup_lowmem_reserve(m, &m->zones[i]);
		total += mm_watermark_totalreserve(&m->zones[i]);
	}
	m->totalreserve_pages = total;
	mm_touch(x, MM_OBJ_SETTINGS, 0);
}

void mm_watermark_setup(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	uint64_t lowmem = lowmem_managed(m);
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		struct zone *z = &m->zones[i];

		mm_lock_acquire(x, &z->lock);
		setup_marks(x, z, lowmem);
		mm_lock_release(x, &z->lock);
	}
	mm_watermark_setup_reserve(x);
}

uint64_t mm_watermark_effective(uint64_t mark, uint32_t alloc_flags)
{
	if (alloc_flags & MM_ALLOC_MIN_RESERVE) {
		mark -= mark / 2;
		/* only a caller that also cannot wait gets the next quarter */
		if (alloc_flags & MM_ALLOC_NON_BLOCK)
			mark -= mark / 4;
	}
	if (alloc_flags & MM_ALLOC_OOM)
		mark -= mark / 2;
	return mark;
}

/* Is there a block of at least this order that such a request may take? */
static bool has_block(const struct mm_machine *m, const struct zone *z, unsigned int order,
		      uint32_t alloc_flags)
{
	unsigned int o;
	int t;

	for (o = order; o <= m->desc.max_order; o++) {
		const struct free_area *area = &z->free_area[o];

		if (!area->nr_free)
			continue;
		for (t = 0; t < MM_MIGRATE_PCPTYPES; t++) {
			if (!mm_list_empty(&area->free_list[t]))
				return true;
		}
		if ((alloc_flags & MM_ALLOC_CMA) &&
		    !mm_list_empty(&area->free_list[MM_MIGRATE_CMA]))
			return true;
		if ((alloc_flags & (MM_ALLOC_HIGHATOMIC | MM_ALLOC_OOM)) &&
		    !mm_list_empty(&area->free_list[MM_MIGRATE_HIGHATOMIC]))
			return true;
	}
	return false;
}

/* Of a block of this order, with so many pages free?  Strictly more than needed
 * must be left: equality fails. */
static bool leaves_enough(uint64_t free_pages, unsigned int order, uint64_t need)
{
	uint64_t unusable = ((uint64_t)1 << order) - 1;

	return free_pages > unusable && free_pages - unusable > need;
}

bool mm_watermark_ok(const struct mm_machine *m, const struct zone *z, unsigned int order,
		     uint64_t mark, enum mm_zone_type highest, uint32_t alloc_flags)
{
	uint64_t need = mm_watermark_effective(mark, alloc_flags) + z->lowmem_reserve[highest] +
			mm_watermark_kept(z, alloc_flags);

	return leaves_enough(mm_vmstat_zone(z, MM_NR_FREE_PAGES), order, need) &&
	       (order == 0 || has_block(m, z, order, alloc_flags));
}

bool mm_watermark_ok_safe(const struct mm_machine *m, const struct zone *z, unsigned int order,
			  uint64_t mark, enum mm_zone_type highest, uint32_t alloc_flags)
{
	uint64_t need = mm_watermark_effective(mark, alloc_flags) + z->lowmem_reserve[highest] +
			mm_watermark_kept(z, alloc_flags);
	uint64_t free_pages = mm_vmstat_zone(z, MM_NR_FREE_PAGES);

	if (free_pages < z->percpu_drift_mark)
		free_pages = mm_vmstat_zone_exact(m, z, MM_NR_FREE_PAGES);
	return leaves_enough(free_pages, order, need) &&
	       (order == 0 || has_block(m, z, order, alloc_flags));
}

bool mm_watermark_ok_unboosted(const struct mm_machine *m, const struct zone *z, unsigned int order,
			       enum mm_zone_type highest, uint32_t alloc_flags)
{
	/* who is urgent need not pay for what others mixed */
	if (order || !(alloc_flags & MM_ALLOC_MIN_RESERVE) ||
	    (alloc_flags & MM_ALLOC_WMARK_MASK) != MM_ALLOC_WMARK_MIN)
		return false;
	return mm_watermark_ok(m, z, order, z->wmark[MM_WMARK_MIN], highest, alloc_flags);
}

/* NOLINTNEXTLINE(readability-function-size): its parameters are __zone_watermark_ok's */
bool mm_watermark_ok_given(const struct mm_machine *m, const struct zone *z, unsigned int order,
			   uint64_t mark, enum mm_zone_type highest, uint32_t alloc_flags,
			   uint64_t free_pages)
{
	uint64_t need = mm_watermark_effective(mark, alloc_flags) + z->lowmem_reserve[highest] +
			mm_watermark_kept(z, alloc_flags);

	return leaves_enough(free_pages, order, need) &&
	       (order == 0 || has_block(m, z, order, alloc_flags));
}

bool mm_watermark_suits_compaction(const struct mm_machine *m, const struct zone *z,
				   unsigned int order, enum mm_zone_type highest)
{
	enum mm_wmark w = order > MM_PCP_COSTLY_ORDER ? MM_WMARK_LOW : MM_WMARK_MIN;

	return mm_watermark_ok(m, z, 0, mm_zone_wmark(z, w) + mm_watermark_compact_gap(order),
			       highest, MM_ALLOC_CMA);
}
