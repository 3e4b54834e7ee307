/* SPDX-License-Identifier: MIT */
/*
 * pcp model: the lists of each CPU as sequences of frames, and the numbers that
 * follow demand, by the formulas (D1: 15 to 20).
 *
 * It follows what is put on lists and taken off and knows which block must come
 * next, how many a refill has to ask for, and whether, and how much of, the
 * excess has to go back.  The settings (batch, limits) are read from the machine;
 * pcp.limits judges those.
 *
 *     hot end   head -> 12 -> 7 -> 90 <- tail   cold end
 */
#include "mm/watermark.h"

#include "invariants/phys/pcp/model.h"

#include <string.h>

static size_t nr_lists(const struct mm_machine *m)
{
	return (size_t)m->nr_zones * (size_t)m->desc.cpus;
}

static size_t model_size(const struct mm_machine *m)
{
	size_t frames = m->desc.pcp ? (size_t)m->max_pfn : 0;

	return sizeof(struct model) + nr_lists(m) * sizeof(struct lists) +
	       frames * sizeof(struct links);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	size_t i;
	int k;

	md->lists = (struct lists *)(void *)((char *)state + sizeof(*md));
	md->links = (struct links *)(void *)(md->lists + nr_lists(m));
	md->last_take = UINT64_MAX;
	md->cold = NO_PFN;
	for (i = 0; i < nr_lists(m); i++) {
		struct lists *l = &md->lists[i];

		memset(l, 0, sizeof(*l));
		for (k = 0; k < MM_PCP_LISTS; k++) {
			l->head[k] = NONE;
			l->tail[k] = NONE;
		}
		l->owed = NOTHING;
	}
}

static struct lists *lists_of(const struct model *md, const struct mm_machine *m, uint64_t zone,
			      uint64_t cpu)
{
	return &md->lists[zone * (uint64_t)m->desc.cpus + cpu];
}

static const struct per_cpu_pages *settings_of(const struct mm_machine *m, uint64_t zone,
					       uint64_t cpu)
{
	return &m->zones[zone].pageset[cpu];
}

/* ---- events ---- */

/* Three types an order up to 3; of huge pages, the movable ones and all others.  Special
 * types are taken for Movable. */
static uint64_t due_list(uint64_t order, uint64_t type)
{
	if (type > MM_MIGRATE_RECLAIMABLE)
		type = MM_MIGRATE_MOVABLE;
	if (order > 3)
		return type == MM_MIGRATE_MOVABLE ? 13 : 12;
	return order * 3 + type;
}

/* The request is over. */
static void forget_attempts(struct model *md)
{
	memset(md->contended, 0, sizeof(md->contended));
	memset(md->empty, 0, sizeof(md->empty));
}

/* A zone is looked at anew: what kept its lists from serving before is over. */
static void forget_attempt(struct model *md, int zone)
{
	md->contended[zone] = false;
	md->empty[zone] = false;
}

static void on_add(struct model *md, struct mm_report *r, const struct mm_machine *m,
		   const struct mm_event *ev)
{
	struct lists *l = lists_of(md, m, ev->f[3], ev->f[4]);
	unsigned int order = (unsigned int)ev->f[1];

	MM_CHECK(r, "pcp.used", ev->f[4] == (uint64_t)ev->cpu && m->desc.pcp,
		 "CPU %d put pfn %llu on the lists of CPU %llu", ev->cpu,
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[4]);
	if (r->failures)
		return;
	l->count += 1 << order;
	if (ev->f[5] == MM_PCP_ADDED_REFILL) {
		pcp_model_append(md, l, ev->f[2], ev->f[0]);
		return;
	}
	if (ev->f[5] == MM_PCP_ADDED_REFILL_COLD) {
		pcp_model_push(md, l, ev->f[2], ev->f[0]);
		return;
	}
	MM_CHECK(r, "pcp.list",
		 ev->f[2] == due_list(order, m->pageblock[ev->f[0] >> m->desc.pageblock_order]),
		 "pfn %llu order %u was freed to list %llu, its pageblock is of type %u",
		 (unsigned long long)ev->f[0], order, (unsigned long long)ev->f[2],
		 m->pageblock[ev->f[0] >> m->desc.pageblock_order]);
	MM_CHECK(r, "pcp.cold",
		 (md->cold == ev->f[0]) == (ev->f[5] == MM_PCP_ADDED_FREED_COLD) &&
			 (m->desc.hot_cold || ev->f[5] == MM_PCP_ADDED_FREED),
		 "pfn %llu is freed to the %s end", (unsigned long long)ev->f[0],
		 ev->f[5] == MM_PCP_ADDED_FREED ? "hot" : "cold");
	md->cold = NO_PFN;
	if (ev->f[5] == MM_PCP_ADDED_FREED_COLD)
		pcp_model_append(md, l, ev->f[2], ev->f[0]);
	else
		pcp_model_push(md, l, ev->f[2], ev->f[0]);
	if (m->desc.hot_cold) {
		pcp_model_note_hot_cold_put(l, settings_of(m, ev->f[3], ev->f[4]));
		return;
	}
	l->alloc_factor /= 2;
	pcp_model_note_put(l, settings_of(m, ev->f[3], ev->f[4]), &m->zones[ev->f[3]], order);
	l->drain = l->owed == NOTHING ? 0 : (unsigned int)ev->f[2];
}

static void on_refill(struct model *md, struct mm_report *r, const struct mm_machine *m,
		      const struct mm_event *ev)
{
	struct lists *l = lists_of(md, m, ev->f[0], (uint64_t)ev->cpu);
	const struct per_cpu_pages *s = settings_of(m, ev->f[0], (uint64_t)ev->cpu);
	int due;

	md->contended[ev->f[0]] = false;
	md->empty[ev->f[0]] = !ev->f[4];
	if (!ev->f[5])
		pcp_model_begin_get(l);
	/* what the refill brought was not there when it was asked for */
	l->count -= (int)ev->f[4] << ev->f[1];
	due = pcp_model_due_refill(l, s, &m->zones[ev->f[0]], (unsigned int)ev->f[1]);
	l->count += (int)ev->f[4] << ev->f[1];
	l->getting = ev->f[4] != 0;
	MM_CHECK(r, "pcp.refill", ev->f[3] == (uint64_t)due && ev->f[4] <= ev->f[3],
		 "zone %s order %llu: a refill asked for %llu blocks and got %llu, due are %d",
		 m->zones[ev->f[0]].name, (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[3], (unsigned long long)ev->f[4], due);
}

static void on_take(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	struct lists *l = lists_of(md, m, ev->f[3], ev->f[4]);
	bool cold = ev->f[5] == MM_PCP_TAKEN_COLD;
	uint64_t due = cold ? l->tail[ev->f[2]] : l->head[ev->f[2]];

	MM_CHECK(r, "pcp.lifo", due == ev->f[0],
		 "zone %s list %llu: pfn %llu was taken, the %s is %lld", m->zones[ev->f[3]].name,
		 (unsigned long long)ev->f[2], (unsigned long long)ev->f[0],
		 cold ? "coldest" : "hottest", due == NONE ? -1LL : (long long)due);
	MM_CHECK(r, "pcp.cold", cold == (md->wants_cold && !md->reclaims),
		 "pfn %llu was taken from the %s end", (unsigned long long)ev->f[0],
		 cold ? "cold" : "hot");
	if (r->failures)
		return;
	md->contended[ev->f[3]] = false;
	md->empty[ev->f[3]] = false;
	if (!ev->f[5])
		pcp_model_begin_get(l);
	l->getting = false;
	l->count -= 1 << ev->f[1];
	if (cold)
		pcp_model_chop(md, l, ev->f[2]);
	else
		pcp_model_pop(md, l, ev->f[2]);
	md->last_take = ev->f[0];
	md->last_list = ev->f[2];
}

static void on_drain(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	struct lists *l = lists_of(md, m, ev->f[3], ev->f[4]);
	unsigned int tries = MM_PCP_LISTS;
	const bool empty[3] = {l->head[0] == NONE, l->head[1] == NONE, l->head[2] == NONE};

	if (m->desc.hot_cold)
		l->drain = (unsigned int)mm_turns_next(
			&l->turns, empty, l->owed == NOTHING ? l->count : l->owed - l->returned);
	while (l->head[l->drain] == NONE && --tries)
		l->drain = (l->drain + 1) % MM_PCP_LISTS;
	MM_CHECK(r, "pcp.bulk_free",
		 l->tail[l->drain] == ev->f[0] && mm_pcp_order(m, l->drain) == ev->f[1],
		 "zone %s: pfn %llu order %llu went back, due is the coldest of list %u",
		 m->zones[ev->f[3]].name, (unsigned long long)ev->f[0],
		 (unsigned long long)ev->f[1], l->drain);
	if (r->failures)
		return;
	l->count -= 1 << ev->f[1];
	l->returned += 1 << ev->f[1];
	pcp_model_chop(md, l, l->drain);
}

/* More than the high mark free, and what is kept from any other zone's requests? */
static bool has_high(const struct zone *z)
{
	uint64_t high = z->wmark[MM_WMARK_HIGH] + z->boost + z->lowmem_reserve[MM_ZONE_MOVABLE];

	/* of no use to most */
	high += z->nr_free_highatomic;
	high += z->vm_stat[MM_NR_FREE_CMA] > 0 ? (uint64_t)z->vm_stat[MM_NR_FREE_CMA] : 0;
	return z->vm_stat[MM_NR_FREE_PAGES] > (int64_t)high;
}

static void on_bulk(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	struct lists *l = lists_of(md, m, ev->f[0], ev->f[1]);
	int due = pcp_model_due_bulk(l, settings_of(m, ev->f[0], ev->f[1]), ev, m->desc.hot_cold);
	int freed = (int)ev->f[3];
	int largest = 1 << mm_pcp_order(m, l->drain);

	MM_CHECK(r, "pcp.bulk_free",
		 (int)ev->f[2] == due && (freed >= due || l->count == 0) &&
			 freed < pcp_model_most(due, 1) + largest && freed == l->returned,
		 "zone %s: %llu pages were to go back, %d did and %d are said to, due are %d of %d",
		 m->zones[ev->f[0]].name, (unsigned long long)ev->f[2], l->returned, freed, due,
		 l->count + l->returned);
	l->owed = NOTHING;
	l->drain = 0;
	l->returned = 0;
	l->turns = (struct mm_turns){0, 0};
	if (ev->f[4] != MM_PCP_CAUSE_FREE)
		return;
	md->excess[ev->f[0]] = true;
	/* the mark went, or stayed, for a reason */
	MM_CHECK(r, "pcp.below_high",
		 (m->zones[ev->f[0]].flags & MM_ZONE_BELOW_HIGH) || !md->below_high[ev->f[0]] ||
			 has_high(&m->zones[ev->f[0]]),
		 "zone %s: %lld pages are free, and it is no longer below its high mark",
		 m->zones[ev->f[0]].name, (long long)m->zones[ev->f[0]].vm_stat[MM_NR_FREE_PAGES]);
	MM_CHECK(r, "pcp.below_high",
		 !(m->zones[ev->f[0]].flags & MM_ZONE_BELOW_HIGH) || !has_high(&m->zones[ev->f[0]]),
		 "zone %s: %lld pages are free, more than high, and it is below it",
		 m->zones[ev->f[0]].name, (long long)m->zones[ev->f[0]].vm_stat[MM_NR_FREE_PAGES]);
	/* later in the operation, counts that drift may say otherwise */
	md->below_high[ev->f[0]] = (m->zones[ev->f[0]].flags & MM_ZONE_BELOW_HIGH) != 0;
}

static void on_decay(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	struct lists *l = lists_of(md, m, ev->f[0], ev->f[1]);
	const struct per_cpu_pages *s = settings_of(m, ev->f[0], ev->f[1]);

	if (l->high > s->high_min)
		l->high = pcp_model_most(
			pcp_model_most(l->count - s->batch * 32, l->high - l->high / 8),
			s->high_min);
	l->drain = 0;
	if (l->count > l->high)
		l->owed = l->count - l->high;
}

/* The mark that decided: the high one, unless the zone was known to be below. */
static void on_watermark(struct mm_report *r, const struct mm_machine *m, const struct mm_event *ev)
{
	const struct zone *z = &m->zones[ev->f[0]];
	uint64_t high = z->wmark[MM_WMARK_HIGH] + z->boost;
	uint64_t own = z->wmark[ev->f[3] & MM_ALLOC_WMARK_MASK] + z->boost;
	bool below = (z->flags & MM_ZONE_BELOW_HIGH) != 0;

	if (ev->f[3] & MM_ALLOC_NO_WATERMARKS)
		return;
	MM_CHECK(r, "pcp.below_high", ev->f[2] == (below ? own : high),
		 "zone %s: asked for mark %llu, high is %llu, below it: %d", z->name,
		 (unsigned long long)ev->f[2], (unsigned long long)high, below);
}

static void on_alloc(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	bool listed = mm_pcp_allowed(m, (unsigned int)ev->f[1]) && !md->contended[ev->f[5]] &&
		      !md->empty[ev->f[5]];

	MM_CHECK(r, "pcp.used", (md->last_take == ev->f[0]) == listed,
		 "pfn %llu order %llu: from a list or not, against the rule",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1]);
	MM_CHECK(r, "pcp.list", !listed || md->last_list == due_list(ev->f[1], ev->f[3]),
		 "pfn %llu order %llu of list %llu serves a request of type %llu",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
		 (unsigned long long)md->last_list, (unsigned long long)ev->f[3]);
	md->last_take = UINT64_MAX;
	md->wants_cold &= md->reclaims;
	forget_attempts(md);
}

static void on_failed(struct model *md)
{
	md->wants_cold &= md->reclaims;
	forget_attempts(md);
}

/* Does a frame of these lie in an isolated pageblock? */
static bool touches_isolated(const struct mm_machine *m, uint64_t pfn, uint64_t frames)
{
	bool any = false;

	while (frames-- > 0)
		any |= m->pageblock[(pfn + frames) >> m->desc.pageblock_order] ==
		       MM_MIGRATE_ISOLATE;
	return any;
}

static bool has_lists(const struct mm_machine *m, uint64_t order)
{
	if (m->desc.hot_cold)
		return order == 0;
	return m->desc.pcp && (order <= 3 || (m->desc.thp_order && order == m->desc.thp_order));
}

static void on_free(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	uint64_t due = MM_PCP_FREED_TO_ZONE;
	uint8_t zone = m->memmap[ev->f[0]].zone;

	if (has_lists(m, ev->f[1]))
		due = touches_isolated(m, ev->f[0], (uint64_t)1 << ev->f[1]) ? MM_PCP_FREED_ISOLATED
		      : md->taken == zone + 1 ? MM_PCP_FREED_PAST_LIST
					      : MM_PCP_FREED_TO_LIST;
	if (md->trimmed) {
		due = MM_PCP_FREED_UNLISTED;
		md->trimmed--;
	}
	MM_CHECK(r, "pcp.used", ev->f[3] == due, "pfn %llu order %llu went to %llu, due is %llu",
		 (unsigned long long)ev->f[0], (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[3], (unsigned long long)due);
	md->contended[zone] = false;
}

/* A free tries the lock and says at once where the page went; a request says more. */
static void on_contended(struct model *md, int zone)
{
	md->contended[zone] = true;
	md->taken = zone + 1;
}

/* Who asks for a cold page, or frees one, says so first. */
static void on_cold(struct model *md, const struct mm_event *ev)
{
	if (ev->f[0])
		md->cold = ev->f[1];
	else
		md->wants_cold = true;
}

/* What an exact request leaves of its block goes past the lists. */
static void on_split(struct model *md, const struct mm_event *ev)
{
	if (ev->f[2])
		md->trimmed = ((uint64_t)1 << ev->f[1]) - (ev->f[2] + 4095) / 4096;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	if (r->failures)
		return;
	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_pcp_add:           on_add(md, r, m, ev); break;
	case MM_EV_mm_pcp_take:          on_take(md, r, m, ev); break;
	case MM_EV_mm_pcp_refill:        on_refill(md, r, m, ev); break;
	case MM_EV_mm_page_pcpu_drain:   on_drain(md, r, m, ev); break;
	case MM_EV_mm_pcp_bulk_free:     on_bulk(md, r, m, ev); break;
	case MM_EV_mm_pcp_decay:         on_decay(md, m, ev); break;
	case MM_EV_mm_pcp_contended:     on_contended(md, (int)ev->f[0]); break;
	case MM_EV_mm_zone_watermark:
		forget_attempt(md, (int)ev->f[0]);
		/* after reclaim only the request's own mark is asked */
		if (md->reclaimed != (int)ev->f[0] + 1)
			on_watermark(r, m, ev);
		md->reclaimed = 0;
		break;
	case MM_EV_mm_zone_refused:
		forget_attempt(md, (int)ev->f[0]);
		md->reclaimed = 0;
		break;
	case MM_EV_mm_node_reclaim:      md->reclaimed = (int)ev->f[0] + 1; break;
	case MM_EV_mm_page_alloc:        on_alloc(md, r, m, ev); break;
	case MM_EV_mm_page_free:         on_free(md, r, m, ev); break;
	case MM_EV_mm_page_split:        on_split(md, ev); break;
	case MM_EV_mm_page_alloc_failed: on_failed(md); break;
	case MM_EV_mm_page_cold:         on_cold(md, ev); break;
	case MM_EV_mm_vmscan_direct_reclaim_begin: md->reclaims = true; break;
	case MM_EV_mm_vmscan_direct_reclaim_end:   md->reclaims = false; break;
	default: break;
	}
	/* clang-format on */
	if (ev->kind != MM_EV_mm_pcp_contended)
		md->taken = 0;
}

/* Set by a request, cleared only by a free that gave back an excess. */
static void check_below_high(struct model *md, struct mm_report *r, const struct mm_machine *m,
			     int zone)
{
	const struct zone *z = &m->zones[zone];
	bool below = (z->flags & MM_ZONE_BELOW_HIGH) != 0;

	MM_CHECK(r, "pcp.below_high", below || !md->below_high[zone] || md->excess[zone],
		 "zone %s: nothing went back and it is no longer below its high mark", z->name);
	md->below_high[zone] = below;
	md->excess[zone] = false;
}

static void check_numbers(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			  uint64_t zone, uint64_t cpu)
{
	const struct lists *l = lists_of(md, m, zone, cpu);
	const struct per_cpu_pages *pcp = settings_of(m, zone, cpu);

	MM_CHECK(r, "pcp.count", pcp->count == l->count, "zone %s CPU %llu: count %d, due is %d",
		 m->zones[zone].name, (unsigned long long)cpu, pcp->count, l->count);
	MM_CHECK(r, "pcp.tuning",
		 pcp->high == l->high && pcp->free_count == l->free_count &&
			 pcp->alloc_factor == l->alloc_factor &&
			 !(pcp->flags & MM_PCPF_PREV_FREE_HIGH_ORDER) == !l->prev_high_order,
		 "zone %s CPU %llu: high %d free_count %d alloc_factor %u, due are %d %d %d",
		 m->zones[zone].name, (unsigned long long)cpu, pcp->high, pcp->free_count,
		 pcp->alloc_factor, l->high, l->free_count, l->alloc_factor);
	MM_CHECK(r, "pcp.bulk_free", l->owed == NOTHING,
		 "zone %s CPU %llu: %d pages above high %d did not go back", m->zones[zone].name,
		 (unsigned long long)cpu, l->owed, l->high);
	MM_CHECK(r, "pcp.bulk_free", l->returned == 0,
		 "zone %s CPU %llu: %d pages went back, and nobody says why", m->zones[zone].name,
		 (unsigned long long)cpu, l->returned);
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	int zone;
	int cpu;

	md->last_take = UINT64_MAX;
	md->trimmed = 0;
	md->cold = NO_PFN;
	md->wants_cold = false;
	md->reclaims = false;
	md->reclaimed = 0;
	md->taken = 0;
	forget_attempts(md);
	for (zone = 0; zone < m->nr_zones; zone++) {
		if (!m->zones[zone].managed)
			continue;
		check_below_high(md, r, m, zone);
		for (cpu = 0; cpu < m->desc.cpus && m->desc.pcp; cpu++)
			check_numbers(md, r, m, (uint64_t)zone, (uint64_t)cpu);
	}
}

/* The same blocks in the same order? */
static void check_sequence(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			   size_t id)
{
	const struct lists *l = &md->lists[id];
	const struct zone *z = &m->zones[id / (size_t)m->desc.cpus];
	const struct per_cpu_pages *pcp = &z->pageset[id % (size_t)m->desc.cpus];
	unsigned int i;

	for (i = 0; i < MM_PCP_LISTS; i++) {
		const struct mm_list *at = pcp->lists[i].next;
		uint64_t pfn = l->head[i];

		while (pfn != NONE && at == &m->memmap[pfn].lru) {
			pfn = md->links[pfn].next;
			at = at->next;
		}
		MM_CHECK(r, "pcp.lifo", pfn == NONE && at == &pcp->lists[i],
			 "zone %s list %u holds other blocks, or in another order", z->name, i);
	}
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	size_t i;

	for (i = 0; i < nr_lists(m); i++)
		check_sequence(md, r, m, i);
}

const struct mm_model mm_pcp_model = {
	.name = "pcp",
	.events = MM_EV_BIT(MM_EV_mm_pcp_add) | MM_EV_BIT(MM_EV_mm_pcp_take) |
		  MM_EV_BIT(MM_EV_mm_pcp_refill) | MM_EV_BIT(MM_EV_mm_page_pcpu_drain) |
		  MM_EV_BIT(MM_EV_mm_pcp_bulk_free) | MM_EV_BIT(MM_EV_mm_pcp_decay) |
		  MM_EV_BIT(MM_EV_mm_pcp_contended) | MM_EV_BIT(MM_EV_mm_zone_watermark) |
		  MM_EV_BIT(MM_EV_mm_zone_refused) | MM_EV_BIT(MM_EV_mm_node_reclaim) |
		  MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_free) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_failed) | MM_EV_BIT(MM_EV_mm_page_split) |
		  MM_EV_BIT(MM_EV_mm_page_cold) | MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
