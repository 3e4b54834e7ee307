/* SPDX-License-Identifier: MIT */
/*
 * page_owner model: for each frame the order it is in use with, the mask, and who took it
 * and gave it back when.
 *
 * A frame that is dropped keeps what it had: nobody took it back.
 */
#include "mm/page_owner.h"

#include "mm/check.h"

struct owner {
	uint8_t unit; /* order plus one; 0: not in use */
	uint8_t ever; /* was it once? */
	uint32_t gfp;
	uint32_t pid; /* 1 and up: one task a CPU */
	uint32_t free_pid;
	uint64_t ns;
	uint64_t free_ns;
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

static void owner_event(struct owner *o, const struct mm_event *ev, uint64_t ns)
{
	uint32_t pid = (uint32_t)ev->cpu + 1;

	switch ((unsigned int)ev->kind) {
	case MM_EV_mm_page_alloc:
		o->unit = (uint8_t)(ev->f[1] + 1);
		o->ever = 1;
		o->gfp = (uint32_t)ev->f[2];
		o->pid = pid;
		o->ns = ns;
		break;
	case MM_EV_mm_page_split:
		o->unit = 1;
		break;
	default:
		o->unit = 0;
		o->free_pid = pid;
		o->free_ns = ns;
	}
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	uint64_t pfn = ev->f[0];
	uint64_t end = pfn + ((uint64_t)1 << ev->f[1]);

	(void)r;
	md->first = pfn < md->first ? pfn : md->first;
	md->end = end > md->end ? end : md->end;
	for (; pfn < end; pfn++)
		owner_event(&md->at[pfn], ev, m->clock_ns);
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
	MM_CHECK(r, "page_owner.who_and_when",
		 o.pid == due->pid && o.ns == due->ns && o.free_pid == due->free_pid &&
			 o.free_ns == due->free_ns && o.tgid == o.pid && o.free_tgid == o.free_pid,
		 "pfn %llu: task %u at %llu, freed by %u at %llu; due: %u at %llu, %u at %llu",
		 (unsigned long long)pfn, o.pid, (unsigned long long)o.ns, o.free_pid,
		 (unsigned long long)o.free_ns, due->pid, (unsigned long long)due->ns,
		 due->free_pid, (unsigned long long)due->free_ns);
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
