/* SPDX-License-Identifier: MIT */
/* page properties: the memmap at boot, and that each field has its part in the
 * digest. */
#include "mm/page.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/nodes.h"
#include "invariants/engine/prop.h"

#include <string.h>

static bool in_ranges(const struct mm_range *r, int nr, uint64_t pfn)
{
	bool in = false;
	int i;

	for (i = 0; i < nr; i++)
		in |= pfn >= r[i].start && pfn < r[i].end;
	return in;
}

/* What a frame is by the description, and nothing of an owner. */
static void check_frame(struct mm_prop_run *p, const struct mm_machine *m, uint64_t pfn)
{
	const struct mm_machine_desc *d = &m->desc;
	const struct page *page = mm_page_of(m, pfn_of(pfn));
	bool present = in_ranges(d->ram, d->nr_ram, pfn);
	bool reserved = in_ranges(d->reserved, d->nr_reserved, pfn);
	int zone = mm_nodes_zone(m, pfn);

	if (d->deferred && !mm_sparse_ready(m, pfn))
		return; /* its section has nothing to give: no struct page was ever written */
	PROP(p, page->zone == zone, "pfn %llu is in zone %u, not %d", (unsigned long long)pfn,
	     page->zone, zone);
	PROP(p,
	     (page->flags & ~MM_PG_BUDDY) ==
		     (present ? (reserved ? MM_PG_RESERVED : 0) : MM_PG_ABSENT),
	     "pfn %llu has flags 0x%x", (unsigned long long)pfn, page->flags);
	PROP(p, mm_page_valid(m, pfn_of(pfn)) == present, "pfn %llu is valid or not",
	     (unsigned long long)pfn);
	PROP(p, page->refcount == 0 && page->mapcount == -1 && !page->mapping && !page->memcg_data,
	     "pfn %llu has an owner at boot", (unsigned long long)pfn);
	PROP(p, pfn_eq(mm_page_pfn(m, page), pfn_of(pfn)), "a page and its number");
}

static void memmap_is_what_was_described(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_machine *m;
	uint64_t pfn;

	mm_walk_any_machine(p, machine, sizeof(machine));
	m = mm_boot(machine, NULL);
	PROP(p, m, "%s does not boot", machine);
	mm_walk_make_ready(m);
	for (pfn = 0; pfn < m->max_pfn && !p->failures; pfn++)
		check_frame(p, m, pfn);
	PROP(p, !mm_page_valid(m, pfn_of(m->max_pfn)) && !mm_page_valid(m, pfn_none()),
	     "a frame past the end is valid");
	mm_machine_destroy(m);
}

/* ---- digest ---- */

/* A field of struct page, and how to make it another by n. */
static void spoil_field(struct page *page, unsigned int field, uint8_t n)
{
	switch (field) {
	case 0:
		page->flags ^= (uint32_t)n << 5;
		break;
	case 1:
		page->order = (uint8_t)(page->order + n);
		break;
	case 2:
		page->list = (uint8_t)(page->list + n);
		break;
	case 3:
		page->refcount += n;
		break;
	case 4:
		page->mapcount += n;
		break;
	case 5:
		page->mapping ^= n;
		break;
	case 6:
		page->private_data ^= n;
		break;
	case 7:
		page->memcg_data ^= n;
		break;
	case 8:
		page->index ^= n;
		break;
	default:
		/* a tail of the frame before it, or of the one before that */
		page->compound_head = (uintptr_t)(page - n) | 1;
		break;
	}
}

static const char *const fields[] = {"flags",    "order",        "list",         "refcount",
				     "mapcount", "mapping",      "private_data", "memcg_data",
				     "index",    "compound_head"};

#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))
#define NR_STATES (NR_FIELDS * 4)

/* No two of these states, each one field away from boot, are summed up alike:
 * two frames, two values of each field. */
static void each_field_is_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	uint64_t seen[NR_STATES + 1];
	uint64_t first;
	size_t i;
	size_t k;

	PROP(p, m, "the machine does not boot");
	first = 2 + prop_below(p, m->max_pfn - 3);
	seen[0] = mm_machine_digest_sweep(m);
	for (i = 0; i < NR_STATES; i++) {
		struct page *page = &m->memmap[first + i % 2];
		struct page before = *page;

		spoil_field(page, (unsigned int)(i / 4), (uint8_t)(1 + i / 2 % 2));
		seen[i + 1] = mm_machine_digest_sweep(m);
		*page = before;
		for (k = 0; k <= i; k++)
			PROP(p, seen[i + 1] != seen[k], "%s has no part in the digest",
			     fields[i / 4]);
	}
	PROP(p, mm_machine_digest_sweep(m) == seen[0], "the way back gives another digest");
	mm_machine_destroy(m);
}

/* Which page follows on a list, and which is a tail's head, though nothing else differs. */
static void where_links_lead_is_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot(mm_walk_machines[0], NULL);
	uint64_t pfn[3];
	uint64_t seen[4];
	size_t i;

	PROP(p, m, "the machine does not boot");
	for (i = 0; i < 3; i++) {
		pfn[i] = 3 * (1 + prop_below(p, 50)) + i;
		memset(&m->memmap[pfn[i]].lru, 0, sizeof(m->memmap[0].lru));
		m->memmap[pfn[i]].flags = 0;
	}
	for (i = 0; i < 2; i++) {
		m->memmap[pfn[2]].compound_head = (uintptr_t)&m->memmap[pfn[i]] | 1;
		seen[i] = mm_machine_digest_sweep(m);
	}
	m->memmap[pfn[2]].flags = MM_PG_LRU;
	for (i = 0; i < 2; i++) {
		m->memmap[pfn[2]].lru.next = &m->memmap[pfn[i]].lru;
		seen[2 + i] = mm_machine_digest_sweep(m);
	}
	PROP(p, seen[0] != seen[1], "a tail's head has no part in the digest");
	PROP(p, seen[2] != seen[3], "the next on a list has no part in the digest");
	mm_machine_destroy(m);
}

static void flags_have_names(struct mm_prop_run *p)
{
	static const char *const names[] = {"absent", "reserved",   "buddy",   "head",
					    "bad",    "pfmemalloc", "movable", "comp"};
	struct page page = {.flags = (uint32_t)prop_below(p, 256)};
	char text[100];
	size_t i;

	(void)mm_page_flags_text(&page, text, sizeof(text));
	for (i = 0; i < 8; i++)
		PROP(p, (strstr(text, names[i]) != NULL) == (page.flags >> i & 1),
		     "0x%x is called %s", page.flags, text);
	page.flags = 0;
	PROP(p, strcmp(mm_page_flags_text(&page, text, sizeof(text)), "none") == 0,
	     "no flags are called %s", text);
}

/* ---- plantings ---- */

static void spoil(struct mm_victim *v, uint64_t pfn, uint8_t zone, uint32_t flags)
{
	struct page *page = &v->m->memmap[pfn];

	page->zone = zone;
	page->flags = flags;
	mm_page_touch(v->x, page);
}

static void another_zone(struct mm_victim *v)
{
	spoil(v, mm_victim_held(v, VICTIM_A) + 1, MM_ZONE_MOVABLE, 0);
}

static void no_zone(struct mm_victim *v)
{
	spoil(v, mm_victim_held(v, VICTIM_A) + 1, MM_NR_ZONES, 0);
}

static void hole_that_exists(struct mm_victim *v)
{
	spoil(v, 513, MM_ZONE_NORMAL, 0);
}

static void frame_that_does_not(struct mm_victim *v)
{
	spoil(v, mm_victim_held(v, VICTIM_A) + 1, v->m->memmap[mm_victim_held(v, VICTIM_A)].zone,
	      MM_PG_ABSENT);
}

static const struct mm_plant plants[] = {
	{"zone.nodes", another_zone, NULL, false},
	{"zone.nodes", no_zone, NULL, false},
	{"zone.nodes", hole_that_exists, NULL, false},
	{"zone.nodes", frame_that_does_not, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_page_props[] = {
	{"page.memmap_is_what_was_described", memmap_is_what_was_described, 50},
	{"page.each_field_is_in_the_digest", each_field_is_in_the_digest, 5},
	{"page.where_links_lead_is_in_the_digest", where_links_lead_is_in_the_digest, 5},
	{"page.flags_have_names", flags_have_names, 50},
	{"page." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
