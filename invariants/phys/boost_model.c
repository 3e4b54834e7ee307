/* SPDX-License-Identifier: MIT */
/*
 * boost model: each zone's boost from the fallbacks that were announced, the ends of
 * kswapd's work, and sysctls that move marks.
 */
#include "mm/boost.h"

#include "mm/check.h"
#include "mm/page.h"

#include <string.h>

struct model {
	uint64_t boost[MM_ZONES_MAX];
	uint64_t began[MM_ZONES_MAX]; /* when kswapd began its work */

	/* within an operation */
	uint32_t rights;          /* of the attempt that looks at zones */
	bool waits[MM_ZONES_MAX]; /* boosted, and kswapd is yet to be told */
	bool stepped[MM_ZONES_MAX];
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

/* The most that a zone may get; 0: it gets nothing. */
static uint64_t cap_of(const struct mm_machine *m, const struct zone *z)
{
	uint64_t pageblock = (uint64_t)1 << m->desc.pageblock_order;
	uint64_t most = z->wmark[MM_WMARK_HIGH] * m->sysctl.watermark_boost_factor / 10000;

	if (!most || mm_zone_pages(z) / 4 < pageblock)
		return 0;
	return most > pageblock ? most : pageblock;
}

/* A block smaller than a pageblock of another type is about to be taken. */
static void on_extfrag(struct model *md, const struct mm_machine *m, const struct mm_event *ev)
{
	unsigned int po = m->desc.pageblock_order;
	const struct zone *z = &m->zones[m->memmap[ev->f[0]].zone];
	uint64_t cap = cap_of(m, z);
	uint64_t *boost = &md->boost[z->id];

	if (ev->f[2] >= po || !cap)
		return;
	*boost += (uint64_t)1 << po;
	*boost = *boost > cap ? cap : *boost;
	md->stepped[z->id] = true;
	md->waits[z->id] |= (md->rights & MM_ALLOC_KSWAPD) != 0;
}

/* Announced: up, with a cap, or down. */
static void on_boost(struct model *md, struct mm_report *r, const struct mm_machine *m,
		     const struct mm_event *ev)
{
	const struct zone *z = &m->zones[ev->f[0]];
	uint64_t cap = cap_of(m, z);

	if (!ev->f[3]) {
		uint64_t gone = md->began[z->id];

		md->boost[z->id] -= gone < md->boost[z->id] ? gone : md->boost[z->id];
		md->began[z->id] = 0;
		return;
	}
	MM_CHECK(r, "watermark.boost_cap", cap && ev->f[2] <= cap,
		 "zone %s of %llu pages: boosted to %llu, the cap is %llu", z->name,
		 (unsigned long long)mm_zone_pages(z), (unsigned long long)ev->f[2],
		 (unsigned long long)cap);
	MM_CHECK(r, "watermark.boost", md->stepped[z->id],
		 "zone %s: boosted from %llu to %llu although no types were mixed", z->name,
		 (unsigned long long)ev->f[1], (unsigned long long)ev->f[2]);
	md->stepped[z->id] = false;
}

static void on_wake(struct model *md, struct mm_report *r, const struct mm_machine *m,
		    const struct mm_event *ev)
{
	if (!ev->f[3])
		return; /* below the low mark */
	MM_CHECK(r, "watermark.boost_wake", md->waits[ev->f[0]],
		 "kswapd is told of a boost of zone %s that there was not",
		 m->zones[ev->f[0]].name);
	md->waits[ev->f[0]] = false;
}

static void on_begin(struct model *md, const struct mm_event *ev)
{
	uint64_t i;

	for (i = 0; i <= ev->f[2] && i < MM_NR_ZONES; i++)
		md->began[ev->f[0] * MM_NR_ZONES + i] = md->boost[ev->f[0] * MM_NR_ZONES + i];
}

static void on_end(const struct model *md, struct mm_report *r, const struct mm_machine *m,
		   const struct mm_event *ev)
{
	uint64_t i;

	for (i = ev->f[0] * MM_NR_ZONES; i < (ev->f[0] + 1) * MM_NR_ZONES; i++)
		MM_CHECK(r, "watermark.boost", !md->began[i],
			 "zone %s: work is over, %llu pages of boost are not taken back",
			 m->zones[i].name, (unsigned long long)md->began[i]);
}

/* The kernel ends boosts when it computes marks anew. */
static void on_sysctl(struct model *md, const struct mm_event *ev)
{
	if (strcmp(mm_sysctl_name(ev->f[0]), "min_free_kbytes") == 0 ||
	    strcmp(mm_sysctl_name(ev->f[0]), "watermark_scale_factor") == 0)
		memset(md->boost, 0, sizeof(md->boost));
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;

	/* clang-format off */
	switch ((int)ev->kind) {
	case MM_EV_mm_sysctl:             on_sysctl(md, ev); break;
	case MM_EV_mm_zone_watermark:     md->rights = (uint32_t)ev->f[3]; break;
	case MM_EV_mm_page_bulk:          md->rights = 0; break;
	case MM_EV_mm_page_alloc_extfrag: on_extfrag(md, m, ev); break;
	case MM_EV_mm_zone_boost:         on_boost(md, r, m, ev); break;
	case MM_EV_mm_page_alloc_wake:    on_wake(md, r, m, ev); break;
	case MM_EV_mm_vmscan_kswapd_wake: on_begin(md, ev); break;
	case MM_EV_mm_vmscan_kswapd_sleep: on_end(md, r, m, ev); break;
	default: break;
	}
	/* clang-format on */
}

static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	int i;

	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];

		MM_CHECK(r, "watermark.boost", z->boost == md->boost[i],
			 "zone %s: boost %llu, due is %llu", z->name, (unsigned long long)z->boost,
			 (unsigned long long)md->boost[i]);
		MM_CHECK(r, "watermark.boost_wake", !md->waits[i] && !(z->flags & MM_ZONE_BOOSTED),
			 "zone %s was boosted, and kswapd is not told", z->name);
	}
	memset(md->waits, 0, sizeof(md->waits));
	memset(md->stepped, 0, sizeof(md->stepped));
	md->rights = 0;
}

const struct mm_model mm_boost_model = {
	.name = "boost",
	.events = MM_EV_BIT(MM_EV_mm_zone_watermark) | MM_EV_BIT(MM_EV_mm_page_bulk) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_extfrag) | MM_EV_BIT(MM_EV_mm_zone_boost) |
		  MM_EV_BIT(MM_EV_mm_page_alloc_wake) | MM_EV_BIT(MM_EV_mm_vmscan_kswapd_wake) |
		  MM_EV_BIT(MM_EV_mm_vmscan_kswapd_sleep) | MM_EV_BIT(MM_EV_mm_sysctl),
	.size = model_size,
	.on_event = model_event,
	.after_op = model_after_op,
};
