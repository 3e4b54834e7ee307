/* SPDX-License-Identifier: MIT */
/*
 * sparse model: the set of frames that have memory, as a bit each per grain of
 * frames, and which of them boot gave.  Every addition and removal is judged by it
 * before it follows; what sections must say is read off the set.
 */
#include "mm/sparse.h"

#include "mm/check.h"

#include <string.h>

/* Of a section: its subsections that have memory, and those that boot gave. */
struct parts {
	uint64_t has;
	uint64_t boot;
};

struct model {
	uint64_t grain; /* frames of a subsection */
	uint64_t per;   /* subsections of a section, at most 64 */
	uint64_t nr;    /* sections */
	uint64_t there; /* those of them with memory */
	struct parts *section;
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

static uint64_t sections_of(const struct mm_machine *m)
{
	uint64_t section = (uint64_t)1 << m->desc.section_order;

	return m->desc.memmodel == MM_MEMMODEL_FLAT ? 0 : (m->max_pfn + section - 1) / section;
}

static size_t model_size(const struct mm_machine *m)
{
	return sizeof(struct model) + (size_t)sections_of(m) * sizeof(struct parts);
}

static bool has(const struct model *md, uint64_t k)
{
	return md->section[k / md->per].has >> k % md->per & 1;
}

static bool from_boot(const struct model *md, uint64_t k)
{
	return md->section[k / md->per].boot >> k % md->per & 1;
}

static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	uint64_t k;
	int i;

	md->grain = grain_of(m);
	md->per = ((uint64_t)1 << m->desc.section_order) / md->grain;
	md->nr = sections_of(m);
	md->section = (struct parts *)(void *)(md + 1);
	for (i = 0; i < m->desc.nr_ram && md->nr; i++) {
		for (k = m->desc.ram[i].start / md->grain;
		     k <= (m->desc.ram[i].end - 1) / md->grain; k++) {
			md->there += !md->section[k / md->per].has;
			md->section[k / md->per].has |= (uint64_t)1 << k % md->per;
			md->section[k / md->per].boot |= (uint64_t)1 << k % md->per;
		}
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
	if (!pages || pfn % md->grain || pages % md->grain || pfn >= md->nr * section ||
	    pages > md->nr * section - pfn)
		return MM_EINVAL;
	if (m->desc.memmodel == MM_MEMMODEL_SPARSE && (pfn % section || pages % section))
		return MM_EOPNOTSUPP;
	for (k = pfn / md->grain; k < (pfn + pages) / md->grain; k++) {
		have += has(md, k);
		boot += from_boot(md, k);
	}
	if (add)
		return have ? MM_EEXIST : 0;
	if (boot)
		return MM_EBUSY;
	return have == pages / md->grain ? 0 : MM_ENOENT;
}

static void check_section(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			  uint64_t nr)
{
	const struct mem_section *s = mm_sparse_section(m, nr);
	uint64_t bits = md->section[nr].has;
	bool early = md->section[nr].boot != 0;

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
	for (k = ev->f[1] / md->grain; k < (ev->f[1] + ev->f[2]) / md->grain; k++) {
		uint64_t *bits = &md->section[k / md->per].has;

		md->there -= *bits != 0;
		*bits ^= (uint64_t)1 << k % md->per;
		md->there += *bits != 0;
	}
	for (k = ev->f[1] / section; k <= (ev->f[1] + ev->f[2] - 1) / section; k++)
		check_section(md, r, m, k);
}

/* pfn_valid: of a section of boot all frames, of a later one those that came. */
static void check_valid(const struct model *md, struct mm_report *r, const struct mm_machine *m,
			uint64_t k)
{
	const struct parts *s;
	bool valid;

	MM_PRE(md->per);
	s = &md->section[k / md->per];
	valid = s->boot || (m->desc.memmodel == MM_MEMMODEL_SPARSE ? s->has != 0 : has(md, k));

	MM_CHECK(r, "sparse.sections",
		 mm_sparse_valid(m, k * md->grain) == valid &&
			 mm_sparse_valid(m, (k + 1) * md->grain - 1) == valid,
		 "frames from pfn %llu: valid or not", (unsigned long long)(k * md->grain));
}

/* Holes between sections may be wide: the frames at both ends of one, and that no section
 * with memory is in one, as all were seen. */
static void model_sweep(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	uint64_t seen = 0;
	uint64_t next = 0;
	uint64_t nr;
	uint64_t k;

	for (nr = mm_machine_kind_next(m, MM_OBJ_SECTION, 0); nr < md->nr;
	     nr = mm_machine_kind_next(m, MM_OBJ_SECTION, next)) {
		if (nr > next) {
			check_valid(md, r, m, next * md->per);
			check_valid(md, r, m, nr * md->per - 1);
		}
		for (k = 0; k < md->per; k++)
			check_valid(md, r, m, nr * md->per + k);
		check_section(md, r, m, nr);
		seen += md->section[nr].has != 0;
		next = nr + 1;
	}
	MM_CHECK(r, "sparse.sections", seen == md->there,
		 "%llu sections with memory were met, there are %llu", (unsigned long long)seen,
		 (unsigned long long)md->there);
}

const struct mm_model mm_sparse_model = {
	.name = "sparse",
	.events = MM_EV_BIT(MM_EV_mm_section_change),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.sweep = model_sweep,
};
