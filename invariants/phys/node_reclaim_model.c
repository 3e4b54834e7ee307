/* SPDX-License-Identifier: MIT */
/*
 * node_reclaim model: of each zone that refuses, whether its node must be asked; of each
 * answer, what it must be.
 *
 *     refused --> asked: at once        --> looked at again: at once, if it gave some
 *             --> not asked: remembered until the mask of the request is known
 *
 * Nodes that a request may use are worked out from its mask and from who makes it, as the
 * model of page_alloc does.  In its later attempts a request may get free of its cpuset:
 * any of the zones that it could prefer then will do.
 */
#include "mm/node_reclaim.h"

#include "mm/check.h"
#include "mm/page.h"
#include "mm/task.h"

#include "invariants/engine/nodes.h"

#include <string.h>

/* Kernel: RECLAIM_DISTANCE. */
#define FAR 30

enum attempt { FIRST = 1, LATER = 2 };

/* Nodes that a caller named. */
struct origin {
	bool from;
	uint64_t nid;
	uint32_t nodemask;
};

struct model {
	struct mm_node_order order[MM_NODES_MAX];
	uint32_t task[MM_CPUS_MAX];
	uint32_t mems[MM_CPUS_MAX];
	uint64_t success; /* so far */
	uint64_t failed;

	/* of a request */
	struct origin origin;
	struct origin outer; /* that reclaim works for */
	uint8_t unasked[MM_ZONES_MAX];

	/* of the zone that refused last */
	int last; /* -1: none */
	enum attempt attempt;
	uint64_t cached; /* on its node */
	uint64_t usable; /* in zones that help */
	bool busy;
	uint64_t freed; /* since */
	bool elsewhere; /* some of that where it does not help */
	int again;      /* to be looked at again; -1: none */
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

static void forget(struct model *md)
{
	memset(md->unasked, 0, sizeof(md->unasked));
	md->origin.from = false;
	md->last = -1;
	md->again = -1;
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	mm_nodes_order(&m->desc, md->order);
	forget(md);
}

/* ---- nodes ---- */

static bool in_interrupt(const struct model *md, int cpu)
{
	return (md->task[cpu] & (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ)) != 0;
}

/* The zone that it prefers when it may use these nodes, or -1. */
static int preferred(const struct model *md, const struct mm_machine *m, uint32_t nodes,
		     const struct mm_event *ev, uint32_t gfp)
{
	uint64_t start = md->origin.from ? md->origin.nid : m->desc.cpu_node[ev->cpu];
	bool own = (gfp & MM_GFP_THISNODE) != 0;
	struct mm_walk_order walk;
	enum mm_zone_type highest;

	if (!mm_gfp_zone(gfp, &highest))
		return -1;
	mm_nodes_walk(m, &md->order[start], own, highest, nodes, &walk);
	return walk.nr ? walk.zone[0] : -1;
}

/* All that it may prefer in such an attempt; how many. */
static int candidates(const struct model *md, const struct mm_machine *m, const struct mm_event *ev,
		      uint32_t gfp, enum attempt attempt, int zone[3])
{
	uint32_t callers =
		md->origin.from && md->origin.nodemask ? md->origin.nodemask : UINT32_MAX;
	uint32_t mems = in_interrupt(md, ev->cpu) ? 0 : md->mems[ev->cpu];
	uint32_t held = mems ? callers & mems : callers;

	zone[0] = preferred(md, m, held, ev, gfp);
	zone[1] = preferred(md, m, callers, ev, gfp);
	zone[2] = preferred(md, m, UINT32_MAX, ev, gfp);
	return attempt == FIRST ? 1 : 3;
}

static bool is_near(const struct mm_machine *m, int from, int zone)
{
	return (m->sysctl.zone_reclaim_mode & 7) && from >= 0 &&
	       m->desc.distance[from / MM_NR_ZONES][zone / MM_NR_ZONES] <= FAR;
}

/* ---- asked or not ---- */

/* Of zones that refused and were not asked about, each must be far. */
static void judge(struct model *md, struct mm_report *r, const struct mm_machine *m,
		  const struct mm_event *ev, uint32_t gfp, enum attempt attempt)
{
	int zone[3];
	int n = candidates(md, m, ev, gfp, attempt, zone);
	int z;
	int i;

	for (z = 0; z < m->nr_zones; z++) {
		bool all_near = true;

		for (i = 0; i < n; i++)
			all_near &= is_near(m, zone[i], z);
		MM_CHECK(r, "alloc.node_reclaim", !(md->unasked[z] & attempt) || !all_near,
			 "zone %s of node %d is below its mark for gfp 0x%x, and its node is not "
			 "reclaimed",
			 m->zones[z].name, m->zones[z].nid, gfp);
		md->unasked[z] &= (uint8_t)~attempt;
	}
}

/* What the request does next; zone: or -1, when no zone is asked. */
static void check_again(struct model *md, struct mm_report *r, const struct mm_machine *m, int zone)
{
	MM_CHECK(r, "alloc.node_reclaim", md->again < 0 || md->again == zone,
		 "zone %s is not looked at again after reclaim", m->zones[md->again & 0xff].name);
	md->again = -1;
}

static uint64_t cached(const struct mm_machine *m, int nid, enum mm_zone_type highest)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i <= (int)highest; i++) {
		int64_t n = m->zones[nid * MM_NR_ZONES + i].vm_stat[MM_NR_ZONE_CACHE];

		sum += n > 0 ? (uint64_t)n : 0;
	}
	return sum;
}

static void on_zone(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	int zone = (int)ev->f[0];
	bool again = md->again == zone;

	check_again(md, r, m, zone);
	md->attempt = ev->f[3] & MM_ALLOC_WMARK_LOW ? FIRST : LATER;
	md->unasked[zone] &= (uint8_t)~md->attempt;
	md->last = -1;
	if (ev->kind != MM_EV_mm_zone_refused || again)
		return;
	md->unasked[zone] |= (uint8_t)md->attempt;
	md->last = zone;
	md->cached = cached(m, zone / MM_NR_ZONES, MM_ZONE_MOVABLE);
	md->usable = cached(m, zone / MM_NR_ZONES, (enum mm_zone_type)ev->f[4]);
	if (!(m->sysctl.zone_reclaim_mode & 2))
		md->cached -= m->node_dirty[zone / MM_NR_ZONES].dirty < md->cached
				      ? m->node_dirty[zone / MM_NR_ZONES].dirty
				      : md->cached;
	md->busy = (m->node_reclaim_busy >> zone / MM_NR_ZONES & 1) != 0;
	md->freed = 0;
	md->elsewhere = false;
}

/* ---- answers ---- */

static bool cpu_on(const struct mm_machine *m, int nid)
{
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		if (m->desc.cpu_node[cpu] == nid && !(m->cpus_offline >> cpu & 1))
			return true;
	}
	return false;
}

/* May it have something given up? */
static bool may_scan(const struct model *md, const struct mm_machine *m, const struct mm_event *ev,
		     int nid)
{
	return (ev->f[2] & MM_GFP_DIRECT_RECLAIM) && !(md->task[ev->cpu] & MM_TASK_MEMALLOC) &&
	       (!cpu_on(m, nid) || m->desc.cpu_node[ev->cpu] == nid) && !md->busy;
}

/* A sixteenth, an eighth ... all of what is left, of 32 pages or of what is asked for. */
/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): what there is, what is needed */
static uint64_t freed_due(uint64_t usable, uint64_t need)
{
	uint64_t wanted = need < 32 ? 32 : need;
	uint64_t freed = 0;
	uint64_t part;

	for (part = 16; part && freed < need; part /= 2) {
		uint64_t n = (usable - freed) / part;

		freed = freed + n < wanted ? freed + n : wanted;
	}
	return freed;
}

static void check_answer(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			 const struct mm_event *ev)
{
	int nid = (int)ev->f[0] / MM_NR_ZONES;
	uint64_t need = (uint64_t)1 << ev->f[1];
	uint64_t stays = 0;
	uint64_t due = MM_NODE_RECLAIM_NOSCAN;
	int i;

	for (i = nid * MM_NR_ZONES; i < (nid + 1) * MM_NR_ZONES; i++)
		stays += (m->zones[i].managed + m->zones[i].deferred) *
			 m->sysctl.min_unmapped_ratio / 100;
	if (md->cached <= stays)
		due = MM_NODE_RECLAIM_FULL;
	else if (may_scan(md, m, ev, nid))
		due = md->freed >= need ? MM_NODE_RECLAIM_SUCCESS : MM_NODE_RECLAIM_SOME;
	MM_CHECK(r, "node_reclaim.answer",
		 ev->f[4] == due && ev->f[5] == md->freed && !md->elsewhere &&
			 (due >= MM_NODE_RECLAIM_SOME || !md->freed),
		 "node %d, %llu cached, %llu to stay: answer %llu after %llu pages; due %llu, %llu",
		 nid, (unsigned long long)md->cached, (unsigned long long)stays,
		 (unsigned long long)ev->f[4], (unsigned long long)ev->f[5],
		 (unsigned long long)due, (unsigned long long)md->freed);
	/* where CPUs hold counts back it may be less, and never much more */
	if (due >= MM_NODE_RECLAIM_SOME)
		MM_CHECK(r, "node_reclaim.answer",
			 m->desc.pcp ? md->freed <= (need < 32 ? 32 : need)
				     : md->freed == freed_due(md->usable, need),
			 "node %d gives up %llu of %llu pages for order %llu; due %llu", nid,
			 (unsigned long long)md->freed, (unsigned long long)md->usable,
			 (unsigned long long)ev->f[1],
			 (unsigned long long)freed_due(md->usable, need));
}

static void on_reclaim(struct model *md, struct mm_report *r, const struct mm_machine *m,
		       const struct mm_event *ev)
{
	int zone[3];
	int n = candidates(md, m, ev, (uint32_t)ev->f[2], md->attempt, zone);
	bool known = false;

	while (n-- > 0)
		known |= zone[n] == (int)ev->f[3];
	MM_CHECK(r, "alloc.node_reclaim",
		 md->last == (int)ev->f[0] && known && is_near(m, (int)ev->f[3], md->last),
		 "zone %s of node %d is reclaimed for gfp 0x%x, which prefers zone %s of node %d",
		 m->zones[ev->f[0]].name, m->zones[ev->f[0]].nid, (uint32_t)ev->f[2],
		 m->zones[ev->f[3]].name, m->zones[ev->f[3]].nid);
	if (r->failures)
		return;
	md->unasked[md->last] &= (uint8_t)~md->attempt;
	check_answer(md, r, m, ev);
	md->again = ev->f[4] >= MM_NODE_RECLAIM_SOME ? md->last : -1;
	md->success += ev->f[4] == MM_NODE_RECLAIM_SUCCESS;
	md->failed += ev->f[4] == MM_NODE_RECLAIM_SOME;
	md->last = -1;
}

static void on_given_up(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	md->freed++;
	md->elsewhere |= m->memmap[ev->f[0]].zone / MM_NR_ZONES != md->last / MM_NR_ZONES;
}

/* The mask of a request is known, and so is what it prefers. */
static void on_step(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev, uint32_t gfp)
{
	check_again(md, r, m, -1);
	judge(md, r, m, ev, gfp, FIRST);
	judge(md, r, m, ev, gfp, LATER);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	if (r->failures)
		return;
	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_zone_watermark:
	case MM_EV_mm_zone_refused:    on_zone(md, r, m, ev); break;
	case MM_EV_mm_node_reclaim:    on_reclaim(md, r, m, ev); break;
	case MM_EV_mm_cache_del:       on_given_up(md, m, ev); break;
	case MM_EV_mm_page_alloc_slowpath: on_step(md, r, m, ev, (uint32_t)ev->f[1]); break;
	case MM_EV_mm_vmscan_direct_reclaim_begin:
		on_step(md, r, m, ev, (uint32_t)ev->f[1]);
		md->outer = md->origin;
		forget(md);
		break;
	case MM_EV_mm_vmscan_direct_reclaim_end:
		forget(md);
		md->origin = md->outer;
		break;
	case MM_EV_mm_page_alloc:
		/* of what reclaim took to give it up nothing is judged here */
		check_again(md, r, m, -1);
		judge(md, r, m, ev, (uint32_t)ev->f[2], FIRST);
		judge(md, r, m, ev, (uint32_t)ev->f[2], LATER);
		forget(md);
		break;
	case MM_EV_mm_page_alloc_failed:
		if (!ev->f[4])
			on_step(md, r, m, ev, (uint32_t)ev->f[1]);
		forget(md);
		break;
	case MM_EV_mm_page_alloc_from:
		md->origin = (struct origin){true, ev->f[0], (uint32_t)ev->f[1]};
		break;
	case MM_EV_mm_task_flags:  md->task[ev->cpu] = (uint32_t)ev->f[1]; break;
	case MM_EV_mm_cpuset_mems: md->mems[ev->f[0]] = (uint32_t)ev->f[1]; break;
	default: break;
	}
	/* clang-format on */
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	uint64_t sum[2] = {0, 0};
	int cpu;

	for (cpu = 0; cpu < m->desc.cpus; cpu++) {
		const uint64_t *e = &m->vm_events[(size_t)cpu * MM_VM_STRIDE];

		sum[0] += e[MM_VM_ZONE_RECLAIM_SUCCESS];
		sum[1] += e[MM_VM_ZONE_RECLAIM_FAILED];
	}
	MM_CHECK(r, "vmstat.events", sum[0] == md->success && sum[1] == md->failed,
		 "reclaim of nodes counted %llu successes and %llu failures; due %llu, %llu",
		 (unsigned long long)sum[0], (unsigned long long)sum[1],
		 (unsigned long long)md->success, (unsigned long long)md->failed);
	forget(md);
}

const struct mm_model mm_node_reclaim_model = {
	.name = "node_reclaim",
	.events = MM_EV_BIT(MM_EV_mm_zone_watermark) | MM_EV_BIT(MM_EV_mm_zone_refused) |
		  MM_EV_BIT(MM_EV_mm_node_reclaim) | MM_EV_BIT(MM_EV_mm_cache_del) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_slowpath) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_begin) |
		  MM_EV_BIT(MM_EV_mm_vmscan_direct_reclaim_end) | MM_EV_BIT(MM_EV_mm_page_alloc) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_failed) | MM_EV_BIT(MM_EV_mm_page_alloc_from) |
		  MM_EV_BIT(MM_EV_mm_task_flags) | MM_EV_BIT(MM_EV_mm_cpuset_mems),
	/* what is counted */
	.objects = MM_OBJ_BIT(MM_OBJ_EVENTS),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
};
