/* SPDX-License-Identifier: MIT */
/*
 * watermark claims: what the settings imply, derived again from managed sizes
 * and sysctls.  Division is done with remainders, where the code under test
 * truncates.
 */
#include "mm/watermark.h"

#include "mm/check.h"

static void check_order(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	int i;

	(void)id;
	for (i = 0; i < m->nr_zones; i++) {
		const uint64_t *w = m->zones[i].wmark;
		uint64_t gap = w[MM_WMARK_LOW] - w[MM_WMARK_MIN];
		uint64_t by_scale =
			mm_zone_pages(&m->zones[i]) * m->sysctl.watermark_scale_factor / 10000;

		MM_CHECK(r, "watermark.order",
			 w[MM_WMARK_MIN] <= w[MM_WMARK_LOW] && gap >= by_scale &&
				 w[MM_WMARK_HIGH] - w[MM_WMARK_LOW] == gap &&
				 w[MM_WMARK_PROMO] - w[MM_WMARK_HIGH] == gap,
			 "zone %s: min %llu low %llu high %llu promo %llu", m->zones[i].name,
			 (unsigned long long)w[0], (unsigned long long)w[1],
			 (unsigned long long)w[2], (unsigned long long)w[3]);
	}
}

static void check_sum(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	uint64_t pages_min = m->sysctl.min_free_kbytes / 4;
	uint64_t lowmem = 0;
	uint64_t sum = 0;
	uint64_t nr = 0;
	int i;

	(void)id;
	for (i = 0; i < m->nr_zones; i++) {
		if (i % MM_NR_ZONES > MM_ZONE_NORMAL)
			continue;
		lowmem += mm_zone_pages(&m->zones[i]);
		nr++;
		sum += m->zones[i].wmark[MM_WMARK_MIN];
	}
	MM_CHECK(r, "watermark.sum", lowmem ? sum <= pages_min && sum + nr >= pages_min : sum == 0,
		 "lowmem zones keep %llu pages, min_free_kbytes asks for %llu",
		 (unsigned long long)sum, (unsigned long long)pages_min);
	for (i = 0; i < m->nr_zones && lowmem; i++) {
		const struct zone *z = &m->zones[i];
		uint64_t min = z->wmark[MM_WMARK_MIN];

		if (i % MM_NR_ZONES > MM_ZONE_NORMAL)
			continue;
		MM_CHECK(r, "watermark.sum",
			 min * lowmem <= pages_min * mm_zone_pages(z) &&
				 (min + 1) * lowmem > pages_min * mm_zone_pages(z),
			 "zone %s: min %llu is not its share of %llu", z->name,
			 (unsigned long long)min, (unsigned long long)pages_min);
	}
	for (i = 0; i < m->nr_zones; i++) {
		uint64_t min = m->zones[i].wmark[MM_WMARK_MIN];

		if (i % MM_NR_ZONES <= MM_ZONE_NORMAL)
			continue;
		MM_CHECK(r, "watermark.sum",
			 min >= 32 && min <= 128 &&
				 (min == 32 || min == 128 ||
				  mm_zone_pages(&m->zones[i]) / 1024 == min),
			 "zone %s: min %llu", m->zones[i].name, (unsigned long long)min);
	}
}

static void check_zone_reserve(struct mm_report *r, const struct mm_machine *m, int i)
{
	const struct zone *z = &m->zones[i];
	uint64_t ratio = m->sysctl.lowmem_reserve_ratio[i % MM_NR_ZONES];
	uint64_t above = 0;
	int first = i - i % MM_NR_ZONES; /* of its node */
	int j;

	for (j = 0; j < MM_NR_ZONES; j++) {
		uint64_t have = z->lowmem_reserve[j];
		bool none = j <= (int)z->type || !ratio || !mm_zone_pages(z);

		above += j > (int)z->type ? mm_zone_pages(&m->zones[first + j]) : 0;
		MM_CHECK(r, "lowmem_reserve.formula",
			 none ? have == 0 : have * ratio <= above && above - have * ratio < ratio,
			 "zone %s keeps %llu from %s", z->name, (unsigned long long)have,
			 m->zones[first + j].name);
	}
}

static void check_reserve(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	int i;

	(void)id;
	for (i = 0; i < m->nr_zones; i++)
		check_zone_reserve(r, m, i);
}

static void check_total(struct mm_report *r, const struct mm_machine *m, uint64_t id)
{
	uint64_t total = 0;
	int i;
	int j;

	(void)id;
	for (i = 0; i < m->nr_zones; i++) {
		const struct zone *z = &m->zones[i];
		uint64_t most = 0;

		for (j = (int)z->type; j < MM_NR_ZONES; j++)
			most = z->lowmem_reserve[j] > most ? z->lowmem_reserve[j] : most;
		most += z->wmark[MM_WMARK_HIGH];
		total += most < mm_zone_pages(z) ? most : mm_zone_pages(z);
	}
	MM_CHECK(r, "totalreserve", total == m->totalreserve_pages,
		 "totalreserve_pages %llu, zones keep %llu",
		 (unsigned long long)m->totalreserve_pages, (unsigned long long)total);
}

const struct mm_inv mm_watermark_invs[] = {
	{"watermark.order", "min <= low <= high <= promo with equal gaps", MM_OBJ_SETTINGS,
	 check_order, false},
	{"watermark.sum", "each lowmem zone's min is its share of min_free_kbytes", MM_OBJ_SETTINGS,
	 check_sum, false},
	{"lowmem_reserve.formula", "reserve[j] is the managed above over the ratio",
	 MM_OBJ_SETTINGS, check_reserve, false},
	{"totalreserve", "total reserve follows from reserves and high marks", MM_OBJ_SETTINGS,
	 check_total, false},
	{"watermark.respected", "a checked request left the mark and the reserve alone",
	 MM_OBJ_EVENT, NULL, false},
	{"watermark.order_suitable", "a yes for order > 0 means such a block is there",
	 MM_OBJ_EVENT, NULL, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
