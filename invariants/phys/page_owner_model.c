/* SPDX-License-Identifier: MIT */
/*
 * page_owner model: for each frame the order it is in use with, and the mask.
 *
 * A frame that is dropped keeps what it had: nobody took it back.
 */
#include "mm/page_owner.h"

#include "mm/check.h"

struct owner {
	uint8_t unit; /* order plus one; 0: not in use */
	uint8_t ever; /* was it once? */
	uint32_t gfp;
};

struct model {
	uint64_t first; /* frames whose records changed in the operation: a hull */
	uint64_t end;
	struct owner at[]; /* each frame */
};

/* Where none are kept there is no room for one to be wrong. */
static bool has_records(const struct mm_machine *m)
{
	return m->desc.page_owner != 0;
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)m->max_pfn * sizeof(struct owner);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;

	(void)m;
	md->first = UINT64_MAX;
	md->end = 0;
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	uint64_t pfn = ev->f[0];
	uint64_t end = pfn + ((uint64_t)1 << ev->f[1]);

	(void)r;
	(void)m;
	md->first = pfn < md->first ? pfn : md->first;
	md->end = end > md->end ? end : md->end;
	for (; pfn < end; pfn++) {
		struct owner *o = &md->at[pfn];

		if (ev->kind == MM_EV_mm_page_alloc)
			*o = (struct owner){(uint8_t)(ev->f[1] + 1), 1, (uint32_t)ev->f[2]};
		else
			o->unit = ev->kind == MM_EV_mm_page_split ? 1 : 0;
	}
}

static void check_record(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			 uint64_t pfn)
{
	const struct owner *due = &md->at[pfn];
	struct mm_page_owner o = mm_page_owner_get(m, pfn);
	uint32_t flags =
		(due->ever ? MM_PAGE_OWNER_WRITTEN : 0) | (due->unit ? MM_PAGE_OWNER_IN_USE : 0);

	MM_CHECK(r, "page_owner.alloc_bit",
		 o.flags == flags &&
			 (!due->unit || (o.order + 1 == due->unit && o.gfp == due->gfp)),
		 "pfn %llu: flags 0x%x, order %u, mask 0x%x; due: 0x%x, %d, 0x%x",
		 (unsigned long long)pfn, o.flags, o.order, o.gfp, flags, due->unit - 1, due->gfp);
}

/* What the operation touched; not more than a large block of a large hull. */
static void model_after_op(void *state, struct mm_report *r, const struct mm_machine *m)
{
	struct model *md = state;
	uint64_t pfn;

	for (pfn = md->first; pfn < md->end && pfn - md->first < 256; pfn++) {
		if (mm_machine_kind_next(m, MM_OBJ_FRAME, pfn) == pfn)
			check_record(md, r, m, pfn);
	}
	md->first = UINT64_MAX;
	md->end = 0;
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t pfn;

	for (pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, 0); pfn < m->max_pfn;
	     pfn = mm_machine_kind_next(m, MM_OBJ_FRAME, pfn + 1))
		check_record(md, r, m, pfn);
}

const struct mm_model mm_page_owner_model = {
	.name = "page_owner",
	.events = MM_EV_BIT(MM_EV_mm_page_alloc) | MM_EV_BIT(MM_EV_mm_page_free) |
		  MM_EV_BIT(MM_EV_mm_page_split),
	.concerns = has_records,
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after_op,
	.sweep = model_sweep,
};
