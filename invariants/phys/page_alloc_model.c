/* SPDX-License-Identifier: MIT */
/*
 * page_alloc model: which frames are free, who may have which, and what every
 * answer of the allocator must be.
 *
 * It starts from the machine's description, follows what was handed out and
 * taken back, and never asks the allocator's own lists how many blocks there
 * are.  From the picture of free frames it derives: whether a request had to
 * succeed and in which zone, how many blocks of each order must be on the
 * lists, whether a pageblock could be claimed.
 *
 *     in a zone's free blocks <-> in hand <-> on a CPU's list
 *                                    |
 *       <-> guards              taken -> dropped
 *
 * How many pages a watermark check sees is the zone's count, which lacks what
 * CPUs hold back: that count is the machine's, and vmstat.drift bounds it.
 */
#include "mm/bitmap.h"

#include "invariants/phys/page_alloc/model.h"

#include <string.h>

static size_t model_size(const struct mm_machine *m)
{
	size_t words = mm_bitmap_words(m->max_pfn) * sizeof(uint64_t);
	size_t lists = (size_t)m->nr_zones * (size_t)m->desc.cpus * MM_PCP_LISTS;

	return sizeof(struct model) + mm_frames_size(m) + words + lists * sizeof(uint64_t) +
	       2 * (size_t)m->max_pfn + (size_t)m->nr_pageblocks;
}

/* Where frames of a range may begin to be of another zone. */
static uint64_t next_border(const struct mm_machine *m, uint64_t pfn, uint64_t end, int nid)
{
	int i;

	for (i = 0; i < MM_NR_ZONES; i++) {
		uint64_t at = m->desc.zone_end[i];

		end = at > pfn && at < end ? at : end;
	}
	return m->movable_pfn[nid] > pfn && m->movable_pfn[nid] < end ? m->movable_pfn[nid] : end;
}

/* Of frames [start, end). */
static uint64_t reserved_in(const struct mm_machine_desc *d, uint64_t start, uint64_t end)
{
	uint64_t sum = 0;
	int k;

	for (k = 0; k < d->nr_reserved; k++) {
		const struct mm_range *r = &d->reserved[k];

		if (r->start < end && r->end > start)
			sum += (r->end < end ? r->end : end) -
			       (r->start > start ? r->start : start);
	}
	return sum;
}

/* RAM without what is reserved, between borders, by zone. */
static void count_given(struct model *md, const struct mm_machine *m)
{
	const struct mm_machine_desc *d = &m->desc;
	int i;

	for (i = 0; i < d->nr_ram; i++) {
		uint64_t pfn = d->ram[i].start;

		while (pfn < d->ram[i].end) {
			uint64_t stop = next_border(m, pfn, d->ram[i].end, d->ram[i].nid);

			md->given[mm_frames_zone(&md->frames, pfn)] +=
				stop - pfn - reserved_in(d, pfn, stop);
			pfn = stop;
		}
	}
}

/* Pageblocks that the description says are CMA, but for those that zones share. */
static void set_cma(struct model *md, const struct mm_machine *m)
{
	uint64_t size = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t pfn;
	int i;

	for (i = 0; i < m->desc.nr_cma; i++) {
		for (pfn = m->desc.cma[i].start; pfn < m->desc.cma[i].end; pfn += size) {
			if (mm_pageblocks_may_move(&md->pageblocks,
						   mm_frames_zone(&md->frames, pfn), pfn))
				mm_pageblocks_set(&md->pageblocks, pfn, MM_MIGRATE_CMA);
		}
	}
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	uint8_t *at = (uint8_t *)state + sizeof(*md);
	size_t words = mm_bitmap_words(m->max_pfn) * sizeof(uint64_t);
	size_t lists = (size_t)m->nr_zones * (size_t)m->desc.cpus * MM_PCP_LISTS;
	int z;

	mm_frames_init(&md->frames, m, at);
	if (!m->desc.deferred)
		mm_frames_boot(&md->frames);
	at += mm_frames_size(m);
	md->movable = (uint64_t *)(void *)at;
	at += words;
	md->listed = (uint64_t *)(void *)at;
	at += lists * sizeof(uint64_t);
	md->place = at;
	md->unit = at + m->max_pfn;
	md->block = at + 2 * m->max_pfn;
	if (!m->desc.deferred) {
		memset(md->place, IN_ZONE, (size_t)m->max_pfn);
		memset(md->block, MM_MIGRATE_MOVABLE, (size_t)m->nr_pageblocks);
	}
	md->pageblocks.m = m;
	md->pageblocks.frames = &md->frames;
	md->pageblocks.type = md->block;
	md->took = UINT64_MAX;
	mm_nodes_order(&m->desc, md->order);
	count_given(md, m);
	set_cma(md, m);
	for (z = 0; z < m->nr_zones; z++) {
		md->managed[z] = mm_frames_nr_free(&md->frames, z);
		md->count[z][IN_ZONE] = md->managed[z];
		md->freed += md->managed[z];
	}
	md->asked = -1;
	md->bulk = -1;
	page_alloc_passes_forget(&md->passes);
}

/* Events that no attempt to take from a zone makes, and that may change what it has. */
#define GOES_ON                                                                                    \
	(MM_EV_BIT(MM_EV_mm_page_alloc_failed) | MM_EV_BIT(MM_EV_mm_page_alloc_slowpath) |         \
	 MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) | MM_EV_BIT(MM_EV_mm_page_free) |         \
	 MM_EV_BIT(MM_EV_mm_page_pcpu_drain) | MM_EV_BIT(MM_EV_mm_pageblock_move) |                \
	 MM_EV_BIT(MM_EV_mm_zone_grow))

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	if (r->failures)
		return;
	if (GOES_ON >> ev->kind & 1)
		page_alloc_passes_go_on(md, m);
	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_page_alloc:             page_alloc_on_alloc(md, r, m, ev); break;
	case MM_EV_mm_page_free:              page_alloc_on_free(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_failed:
		page_alloc_on_failed(md, r, m, ev);
		page_alloc_forget_attempts(md);
		md->bulk_owes = false;
		break;
	case MM_EV_mm_pcp_add:
	case MM_EV_mm_pcp_take:
	case MM_EV_mm_page_pcpu_drain:        page_alloc_on_list(md, r, m, ev); break;
	case MM_EV_mm_pcp_refill:             md->contended[ev->f[0]] = false; break;
	case MM_EV_mm_pcp_contended:          md->contended[ev->f[0]] = true; break;
	case MM_EV_mm_bad_page:               page_alloc_on_bad(md, ev); break;
	case MM_EV_mm_guard:                  page_alloc_move(md, ev->f[0], ev->f[1], ev->f[3] ? GUARD : IN_ZONE); break;
	case MM_EV_mm_page_alloc_extfrag:     page_alloc_on_extfrag(md, r, m, ev); break;
	case MM_EV_mm_buddy_merge:            page_alloc_on_merge(md, m, ev); break;
	case MM_EV_mm_pageblock_move:         page_alloc_on_pageblock(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_zone_locked: page_alloc_on_take(md, r, m, ev); break;
	case MM_EV_mm_zone_watermark:         page_alloc_on_watermark(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_slowpath:    md->slow = *ev; break;
	case MM_EV_mm_task_flags:             md->task[ev->cpu] = (uint32_t)ev->f[1]; break;
	case MM_EV_mm_page_split:             page_alloc_on_split(md, r, m, ev); break;
	case MM_EV_mm_page_bulk:              page_alloc_on_bulk(md, r, m, ev); break;
	case MM_EV_mm_vmscan_direct_reclaim_begin: page_alloc_on_reclaim(md, r, m, ev); break;
	case MM_EV_mm_vmscan_direct_reclaim_end: page_alloc_on_reclaim_end(md, ev); break;
	case MM_EV_mm_zone_refused:           page_alloc_on_refused(md, r, m, ev); break;
	case MM_EV_mm_node_dirty_ok:
		if (!ev->f[3])
			md->passes.left_out |= 1u << ev->f[0];
		break;
	case MM_EV_mm_node_reclaim:
		if (ev->f[4] >= MM_NODE_RECLAIM_SOME)
			md->passes.again = (int)ev->f[0];
		break;
	case MM_EV_mm_page_bulk_end:          page_alloc_on_bulk_end(md, r, m, ev); break;
	case MM_EV_mm_page_bulk_none:         page_alloc_on_bulk_none(md, r, m, ev); break;
	case MM_EV_mm_zone_grow:              page_alloc_on_grow(md, r, m, ev); break;
	case MM_EV_mm_cpuset_mems:            md->mems[ev->f[0]] = (uint32_t)ev->f[1]; break;
	case MM_EV_mm_page_alloc_from:
		md->from = true;
		md->nid = ev->f[0];
		md->nodemask = (uint32_t)ev->f[1];
		break;
	default: break;
	}
	/* clang-format on */
}

/* A count, with what CPUs hold back. */
static uint64_t exact_count(const struct mm_machine *m, const struct zone *z,
			    enum mm_zone_stat item)
{
	int64_t sum = z->vm_stat[item];
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++)
		sum += z->zonestats[cpu].diff[item];
	return (uint64_t)sum;
}

static void check_kinds(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			const struct zone *z)
{
	uint64_t cma = mm_frames_nr_kind(&md->frames, z->id, MM_FRAMES_CMA);
	uint64_t highatomic = mm_frames_nr_kind(&md->frames, z->id, MM_FRAMES_HIGHATOMIC);

	MM_CHECK(r, "zone.free_cma", exact_count(m, z, MM_NR_FREE_CMA) == cma,
		 "zone %s: %llu free CMA pages counted, %llu are", z->name,
		 (unsigned long long)exact_count(m, z, MM_NR_FREE_CMA), (unsigned long long)cma);
	MM_CHECK(r, "zone.reserved_highatomic",
		 z->nr_reserved_highatomic == md->pageblocks.nr[z->id][MM_FRAMES_HIGHATOMIC]
						      << m->desc.pageblock_order,
		 "zone %s: nr_reserved_highatomic %llu, reserved are %llu pageblocks", z->name,
		 (unsigned long long)z->nr_reserved_highatomic,
		 (unsigned long long)md->pageblocks.nr[z->id][MM_FRAMES_HIGHATOMIC]);
	MM_CHECK(r, "zone.free_highatomic", z->nr_free_highatomic == highatomic,
		 "zone %s: %llu free HighAtomic pages counted, %llu are", z->name,
		 (unsigned long long)z->nr_free_highatomic, (unsigned long long)highatomic);
}

static void check_zone_counts(const struct model *md, struct mm_report *r,
			      const struct mm_machine *m, const struct zone *z)
{
	const uint64_t *count = md->count[z->id];
	uint64_t free_pages = exact_count(m, z, MM_NR_FREE_PAGES);
	uint64_t isolated = mm_frames_nr_kind(&md->frames, z->id, MM_FRAMES_ISOLATED);
	unsigned int o;

	for (o = 0; o <= m->desc.max_order; o++) {
		MM_CHECK(r, "buddy.nr_free",
			 z->free_area[o].nr_free == mm_frames_blocks(&md->frames, z->id, o),
			 "zone %s order %u: nr_free %llu, free frames make %llu", z->name, o,
			 (unsigned long long)z->free_area[o].nr_free,
			 (unsigned long long)mm_frames_blocks(&md->frames, z->id, o));
	}
	MM_CHECK(r, "zone.conservation", z->managed + z->deferred == md->given[z->id],
		 "zone %s: managed %llu and %llu to come, of %llu", z->name,
		 (unsigned long long)z->managed, (unsigned long long)z->deferred,
		 (unsigned long long)md->given[z->id]);
	MM_CHECK(r, "zone.conservation",
		 z->managed == md->managed[z->id] && !count[IN_HAND] &&
			 z->managed == free_pages + isolated + count[ON_LISTS] + count[TAKEN] +
					       count[DROPPED] + count[GUARD],
		 "zone %s: managed %llu, free %llu, isolated %llu, on lists %llu, allocated %llu, "
		 "dropped %llu, guards %llu",
		 z->name, (unsigned long long)z->managed, (unsigned long long)free_pages,
		 (unsigned long long)isolated, (unsigned long long)count[ON_LISTS],
		 (unsigned long long)count[TAKEN], (unsigned long long)count[DROPPED],
		 (unsigned long long)count[GUARD]);
	check_kinds(md, r, m, z);
}

static void check_numa(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct zone *z)
{
	uint64_t sum[MM_NUMA_NR] = {0};
	int cpu;
	int i;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		for (i = 0; i < MM_NUMA_NR; i++)
			sum[i] += z->zonestats[cpu].numa[i];
	}
	for (i = 0; i < MM_NUMA_NR; i++) {
		MM_CHECK(r, "vmstat.events", sum[i] == md->numa[z->id][i],
			 "node %d zone %s: NUMA event %d counted %llu times, due are %llu", z->nid,
			 z->name, i, (unsigned long long)sum[i],
			 (unsigned long long)md->numa[z->id][i]);
	}
}

/* What CPUs have counted. */
static void check_events(const struct model *md, struct mm_report *r, const struct mm_machine *m)
{
	uint64_t sum[MM_VM_NR] = {0};
	int cpu;
	int i;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		for (i = 0; i < MM_VM_NR; i++)
			sum[i] += m->vm_events[cpu * (int)MM_VM_STRIDE + i];
	}
	for (i = 0; i < MM_NR_ZONES; i++)
		MM_CHECK(r, "vmstat.events", sum[MM_VM_PGALLOC + i] == md->allocated[i],
			 "zone %s: %llu pages counted as handed out, %llu were", m->zones[i].name,
			 (unsigned long long)sum[MM_VM_PGALLOC + i],
			 (unsigned long long)md->allocated[i]);
	MM_CHECK(r, "vmstat.events", sum[MM_VM_PGFREE] == md->freed,
		 "%llu pages counted as taken back, %llu were",
		 (unsigned long long)sum[MM_VM_PGFREE], (unsigned long long)md->freed);
}

/* Pageblocks of what is ready, section by section. */
static bool same_types(const struct model *md, const struct mm_machine *m)
{
	uint64_t per = m->desc.deferred
			       ? (uint64_t)1 << (m->desc.section_order - m->desc.pageblock_order)
			       : m->nr_pageblocks;
	uint64_t b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, 0);

	while (b < m->nr_pageblocks) {
		uint64_t n = per < m->nr_pageblocks - b ? per : m->nr_pageblocks - b;

		if (memcmp(md->block + b, m->pageblock + b, (size_t)n) != 0)
			return false;
		b = mm_machine_kind_next(m, MM_OBJ_PAGEBLOCK, b + n);
	}
	return true;
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	int z;

	for (z = 0; z < m->nr_zones; z++) {
		if (!md->given[z])
			continue;
		check_zone_counts(md, r, m, &m->zones[z]);
		check_numa(md, r, m, &m->zones[z]);
	}
	check_events(md, r, m);
	page_alloc_check_reserved(md, r);
	page_alloc_forget_attempts(md);
	MM_CHECK(r, "alloc.bulk", !md->bulk_owes,
		 "a bulk request got no page, and asked for none in the ordinary way");
	md->bulk_owes = false;
	MM_CHECK(r, "alloc.exact_tail", !md->loose,
		 "%llu frames that an exact request did not ask for are not given back",
		 (unsigned long long)md->loose);
	md->loose = 0;
	MM_CHECK(r, "alloc.fallback_claim", same_types(md, m),
		 "a pageblock changed its type outside the steal rule");
}

/* A frame as the machine has it, beside the block that it is in; head: the first frame
 * of the last compound block, all of which it may be in. */
static void check_frame(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			uint64_t pfn, uint64_t head)
{
	const struct page *p = &m->memmap[pfn];
	uint8_t unit = md->unit[pfn];
	bool tail = pfn > head && pfn - head < (uint64_t)1 << ((md->unit[head] & UNIT_ORDER) - 1);

	MM_CHECK(r, "alloc.no_double",
		 !(p->flags & MM_PG_HEAD) || !mm_bitmap_test(md->frames.level[0], pfn),
		 "pfn %llu is allocated, the model has it free", (unsigned long long)pfn);
	MM_CHECK(r, "zone.conservation", !(p->flags & MM_PG_BAD) == (md->place[pfn] != DROPPED),
		 "pfn %llu: dropped on one side only", (unsigned long long)pfn);
	MM_CHECK(r, "alloc.no_double",
		 !unit || (p->flags & MM_PG_BAD) ||
			 ((p->flags & MM_PG_HEAD) && p->order + 1 == (unit & UNIT_ORDER)),
		 "pfn %llu order %u: a block of order %d was allocated there",
		 (unsigned long long)pfn, p->order, (unit & UNIT_ORDER) - 1);
	MM_CHECK(r, "compound.tails",
		 mm_page_is_tail(p) == tail && !(p->flags & MM_PG_COMP) == !(unit & UNIT_COMP) &&
			 (!tail || mm_page_head((struct page *)p) == &m->memmap[head]),
		 "pfn %llu: tail or not, or of another head than pfn %llu", (unsigned long long)pfn,
		 (unsigned long long)head);
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t head = UINT64_MAX;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1)) {
		if (md->unit[pfn])
			head = md->unit[pfn] & UNIT_COMP ? pfn : UINT64_MAX;
		check_frame(md, r, m, pfn, head);
	}
}

const struct mm_model mm_page_alloc_model = {
	.name = "page_alloc",
	.events = MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_free) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_failed) | MM_EV_BIT(MM_EV_mm_bad_page) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_extfrag) | MM_EV_BIT(MM_EV_mm_buddy_merge) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_zone_locked) | MM_EV_BIT(MM_EV_mm_zone_watermark) |
		  MM_EV_BIT(MM_EV_mm_pcp_add) | MM_EV_BIT(MM_EV_mm_pcp_take) |
		  MM_EV_BIT(MM_EV_mm_page_pcpu_drain) | MM_EV_BIT(MM_EV_mm_pcp_contended) |
		  MM_EV_BIT(MM_EV_mm_pcp_refill) | MM_EV_BIT(MM_EV_mm_task_flags) |
		  MM_EV_BIT(MM_EV_mm_page_split) | MM_EV_BIT(MM_EV_mm_page_bulk) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end) | MM_EV_BIT(MM_EV_mm_zone_refused) |
		  MM_EV_BIT(MM_EV_mm_page_bulk_end) | MM_EV_BIT(MM_EV_mm_page_bulk_none) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_from) | MM_EV_BIT(MM_EV_mm_cpuset_mems) |
		  MM_EV_BIT(MM_EV_mm_zone_grow) | MM_EV_BIT(MM_EV_mm_pageblock_move) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_slowpath) | MM_EV_BIT(MM_EV_mm_guard) |
		  MM_EV_BIT(MM_EV_mm_node_reclaim) | MM_EV_BIT(MM_EV_mm_node_dirty_ok),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
