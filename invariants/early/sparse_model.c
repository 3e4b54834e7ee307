/* SPDX-License-Identifier: MIT */
/*
 * sparse model: the set of frames that have memory, as a byte each per grain of
 * frames, and which of them boot gave.  Every addition and removal is judged by it
 * before it follows; what sections must say is read off the set.
 */
#include "mm/sparse.h"

#include "mm/check.h"

#include <string.h>

enum { NO_MEMORY, FROM_BOOT, ADDED };

struct model {
	uint64_t grain; /* frames of a subsection */
	uint64_t nr;
	uint8_t *has; /* by subsection */
};

/* 2 MiB, but at least a 64th of a section and at most all of it. */
static uint64_t grain_of(const struct mm_machine *m)
{
	uint64_t section = (uint64_t)1 << m->desc.section_order;
	uint64_t grain = 512;

	if (section / 64 > grain)
		grain = section / 64;
	return grain < section ? grain : section;
}

static uint64_t subsections_of(const struct mm_machine *m)
{
	uint64_t section = (uint64_t)1 << m->desc.section_order;

	if (m->desc.memmodel == MM_MEMMODEL_FLAT)
		return 0;
	return (m->max_pfn + section - 1) / section * (section / grain_of(m));
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)subsections_of(m);
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	uint64_t k;
	int i;

	md->grain = grain_of(m);
	md->nr = subsections_of(m);
	md->has = (uint8_t *)(md + 1);
	memset(md->has, NO_MEMORY, (size_t)md->nr);
	for (i = 0; i < m->desc.nr_ram && md->nr; i++) {
		for (k = m->desc.ram[i].start / md->grain;
		     k <= (m->desc.ram[i].end - 1) / md->grain; k++)
			md->has[k] = FROM_BOOT;
	}
}

static int due(const struct model *md, const struct mm_machine *m, bool add, uint64_t pfn,
	       uint64_t pages)
{
	uint64_t section = (uint64_t)1 << m->desc.section_order;
	uint64_t have = 0;
	uint64_t boot = 0;
	uint64_t k;

	if (!md->nr)
		return MM_EOPNOTSUPP;
	if (!pages || pfn % md->grain || pages % md->grain || pfn >= md->nr * md->grain ||
	    pages > md->nr * md->grain - pfn)
		return MM_EINVAL;
	if (m->desc.memmodel == MM_MEMMODEL_SPARSE && (pfn % section || pages % section))
		return MM_EOPNOTSUPP;
	for (k = pfn / md->grain; k < (pfn + pages) / md->grain; k++) {
		have += md->has[k] != NO_MEMORY;
		boot += md->has[k] == FROM_BOOT;
	}
	if (add)
		return have ? MM_EEXIST : 0;
	if (boot)
		return MM_EBUSY;
	return have == pages / md->grain ? 0 : MM_ENOENT;
}

static uint64_t bits_of(const struct model *md, const struct mm_machine *m, uint64_t nr,
			bool *early)
{
	uint64_t per = ((uint64_t)1 << m->desc.section_order) / md->grain;
	uint64_t bits = 0;
	uint64_t k;

	*early = false;
	for (k = 0; k < per; k++) {
		bits |= (uint64_t)(md->has[nr * per + k] != NO_MEMORY) << k;
		*early |= md->has[nr * per + k] == FROM_BOOT;
	}
	return bits;
}

static void check_section(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			  uint64_t nr)
{
	const struct mem_section *s = mm_sparse_section(m, nr);
	bool early;
	uint64_t bits = bits_of(md, m, nr, &early);

	MM_CHECK(r, "sparse.sections",
		 (s ? s->subsections : 0) == bits &&
			 (s && (s->section_mem_map & MM_SECTION_EARLY)) == early,
		 "section %llu: subsections 0x%llx, those with memory are 0x%llx",
		 (unsigned long long)nr, s ? (unsigned long long)s->subsections : 0,
		 (unsigned long long)bits);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	struct model *md = state;
	bool add = ev->f[0] != 0;
	int err = due(md, m, add, ev->f[1], ev->f[2]);
	uint64_t section = (uint64_t)1 << m->desc.section_order;
	uint64_t k;

	MM_CHECK(r, "sparse.sections", (uint64_t)err == ev->f[3],
		 "%s %llu frames at pfn %llu answers %llu, due is %d", add ? "adding" : "removing",
		 (unsigned long long)ev->f[2], (unsigned long long)ev->f[1],
		 (unsigned long long)ev->f[3], err);
	if (err || r->failures)
		return;
	for (k = ev->f[1] / md->grain; k < (ev->f[1] + ev->f[2]) / md->grain; k++)
		md->has[k] = add ? ADDED : NO_MEMORY;
	for (k = ev->f[1] / section; k <= (ev->f[1] + ev->f[2] - 1) / section; k++)
		check_section(md, r, m, k);
}

/* pfn_valid: of a section of boot all frames, of a later one those that came. */
static void check_valid(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			uint64_t k)
{
	uint64_t per = ((uint64_t)1 << m->desc.section_order) / md->grain;
	bool early;
	uint64_t bits = bits_of(md, m, k / per, &early);
	bool valid = early ||
		     (m->desc.memmodel == MM_MEMMODEL_SPARSE ? bits != 0 : md->has[k] != NO_MEMORY);

	MM_CHECK(r, "sparse.sections",
		 mm_sparse_valid(m, k * md->grain) == valid &&
			 mm_sparse_valid(m, (k + 1) * md->grain - 1) == valid,
		 "frames from pfn %llu: valid or not", (unsigned long long)(k * md->grain));
}

static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t k;

	for (k = 0; k < md->nr; k++)
		check_valid(md, r, m, k);
	for (k = 0; k < m->nr_sections; k++)
		check_section(md, r, m, k);
}

const struct mm_model mm_sparse_model = {
	.name = "sparse",
	.events = MM_EV_BIT(MM_EV_mm_section_change),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.sweep = model_sweep,
};
