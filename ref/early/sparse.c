/* SPDX-License-Identifier: MIT */
/*
 * sparse: sections of boot, and those that come and go.
 */
#include "mm/sparse.h"

#include "mm/rng.h"

/* Kernel: SECTION_MAP_LAST_BIT; the word's flags lie below. */
#define MAP_SHIFT 6

/* Kernel: SUBSECTION_SHIFT 21. */
#define SUBSECTION_ORDER 9u

static unsigned int subsection_order(const struct mm_machine *m)
{
	unsigned int section = m->desc.section_order;

	if (section > SUBSECTION_ORDER + 6)
		return section - 6;
	return section < SUBSECTION_ORDER ? section : SUBSECTION_ORDER;
}

uint64_t mm_sparse_subsection_pages(const struct mm_machine *m)
{
	return (uint64_t)1 << subsection_order(m);
}

uint64_t mm_sparse_encode(uint64_t map_index, uint64_t first_pfn, uint32_t flags)
{
	return (map_index - first_pfn) << MAP_SHIFT | flags;
}

uint64_t mm_sparse_decode(uint64_t word, uint64_t first_pfn)
{
	/* a memmap may lie below its frames' numbers: the difference has a sign */
	return (uint64_t)((int64_t)word >> MAP_SHIFT) + first_pfn;
}

/* ---- digest ---- */

static uint64_t section_count(const struct mm_machine *m)
{
	return m->nr_sections;
}

static uint64_t section_hash(const struct mm_machine *m, uint64_t id)
{
	const struct mem_section *s = mm_sparse_section(m, id);

	return s && (s->section_mem_map | s->subsections)
		       ? mm_hash64_step(mm_hash64_step(id, s->section_mem_map), s->subsections)
		       : 0;
}

/* Where a root was never made, no section is there. */
static uint64_t section_next(const struct mm_machine *m, uint64_t id)
{
	while (id < m->nr_sections && !m->section_root[id / MM_SECTIONS_PER_ROOT])
		id = (id / MM_SECTIONS_PER_ROOT + 1) * MM_SECTIONS_PER_ROOT;
	return id;
}

static const struct mm_kind_ops section_kind = {"section", section_count, section_hash,
						section_next};

/* ---- roots and sections ---- */

static struct mem_section *make_section(struct mm_machine *m, uint64_t nr)
{
	struct mem_section **root = &m->section_root[nr / MM_SECTIONS_PER_ROOT];
	uint64_t first = nr - nr % MM_SECTIONS_PER_ROOT;

	if (!*root &&
	    !mm_machine_kind_populate(m, MM_OBJ_SECTION, first, first + MM_SECTIONS_PER_ROOT))
		*root = mm_machine_alloc(m, MM_SECTIONS_PER_ROOT * sizeof(**root), 64);
	return *root ? &(*root)[nr % MM_SECTIONS_PER_ROOT] : NULL;
}

/* Subsections of section nr that lie in [start, end). */
static uint64_t subsections_in(const struct mm_machine *m, uint64_t nr, uint64_t start,
			       uint64_t end)
{
	unsigned int order = subsection_order(m);
	uint64_t first = nr << m->desc.section_order;
	uint64_t last = first + mm_sparse_pages(m);
	uint64_t n;

	start = start > first ? start : first;
	end = end < last ? end : last;
	n = ((end - 1) >> order) - (start >> order) + 1;
	return (n < 64 ? ((uint64_t)1 << n) - 1 : UINT64_MAX) << ((start - first) >> order);
}

static void give_map(struct mem_section *s, uint64_t nr, const struct mm_machine *m, uint32_t more)
{
	uint64_t first = nr << m->desc.section_order;

	s->section_mem_map =
		mm_sparse_encode(first, first, MM_SECTION_PRESENT | MM_SECTION_HAS_MAP | more);
}

/* Sections with RAM of one range.  Kernel: memory_present, sparse_init_nid. */
static int present(struct mm_machine *m, const struct mm_range *r)
{
	const uint32_t early = MM_SECTION_ONLINE | MM_SECTION_EARLY;
	uint64_t nr = r->start >> m->desc.section_order;

	for (; nr <= (r->end - 1) >> m->desc.section_order; nr++) {
		struct mem_section *s = make_section(m, nr);

		if (!s)
			return -MM_ENOMEM;
		give_map(s, nr, m, m->desc.deferred ? early : early | MM_SECTION_READY);
		s->subsections |= subsections_in(m, nr, r->start, r->end);
	}
	return 0;
}

int mm_sparse_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	uint64_t roots;
	int err;
	int i;

	if (m->desc.memmodel == MM_MEMMODEL_FLAT)
		return mm_machine_kind_set(m, MM_OBJ_SECTION, &section_kind);
	m->nr_sections = ((m->max_pfn - 1) >> m->desc.section_order) + 1;
	roots = (m->nr_sections - 1) / MM_SECTIONS_PER_ROOT + 1;
	m->section_root = mm_machine_alloc(m, (size_t)roots * sizeof(struct mem_section *), 64);
	if (!m->section_root)
		return -MM_ENOMEM;
	err = mm_machine_kind_set(m, MM_OBJ_SECTION, &section_kind);
	for (i = 0; i < m->desc.nr_ram && !err; i++)
		err = present(m, &m->desc.ram[i]);
	return err;
}

/* ---- questions ---- */

bool mm_sparse_valid(const struct mm_machine *m, uint64_t pfn)
{
	const struct mem_section *s;

	if (m->desc.memmodel == MM_MEMMODEL_FLAT)
		return pfn < m->max_pfn;
	s = mm_sparse_section(m, pfn >> m->desc.section_order);
	if (!s || !(s->section_mem_map & MM_SECTION_HAS_MAP))
		return false;
	if (m->desc.memmodel == MM_MEMMODEL_SPARSE || (s->section_mem_map & MM_SECTION_EARLY))
		return true;
	return (s->subsections & subsections_in(m, pfn >> m->desc.section_order, pfn, pfn + 1)) !=
	       0;
}

bool mm_sparse_ready(const struct mm_machine *m, uint64_t pfn)
{
	const struct mem_section *s;

	if (!m->desc.deferred)
		return true;
	s = mm_sparse_section(m, pfn >> m->desc.section_order);
	return s && (s->section_mem_map & MM_SECTION_READY);
}

uint64_t mm_sparse_next_section(const struct mm_machine *m, uint64_t nr, uint32_t flag)
{
	for (nr = section_next(m, nr); nr < m->nr_sections; nr = section_next(m, nr + 1)) {
		if (mm_sparse_section(m, nr)->section_mem_map & flag)
			break;
	}
	return nr;
}

uint64_t mm_sparse_next_ready(const struct mm_machine *m, uint64_t pfn)
{
	uint64_t nr = pfn >> m->desc.section_order;

	if (!m->desc.deferred)
		return pfn;
	if (mm_sparse_ready(m, pfn))
		return pfn;
	nr = mm_sparse_next_section(m, nr + 1, MM_SECTION_READY);
	return nr < m->nr_sections ? nr << m->desc.section_order : UINT64_MAX;
}

void mm_sparse_set_ready(struct mm_ctx *x, uint64_t nr)
{
	mm_sparse_section(x->m, nr)->section_mem_map |= MM_SECTION_READY;
	x->m->nr_ready++;
	mm_touch(x, MM_OBJ_SECTION, nr);
}

/* ---- coming and going ---- */

struct span {
	uint64_t start;
	uint64_t end;
	uint64_t first; /* sections */
	uint64_t last;
};

/* Kernel: check_pfn_span; whole sections where they are not virtually mapped. */
static int span_of(const struct mm_machine *m, uint64_t pfn, uint64_t pages, struct span *s)
{
	uint64_t grain = m->desc.memmodel == MM_MEMMODEL_VMEMMAP ? mm_sparse_subsection_pages(m)
								 : mm_sparse_pages(m);
	uint64_t top = m->nr_sections << m->desc.section_order;

	if (m->desc.memmodel == MM_MEMMODEL_FLAT)
		return -MM_EOPNOTSUPP;
	if (!pages || pfn >= top || pages > top - pfn ||
	    ((pfn | pages) & (mm_sparse_subsection_pages(m) - 1)))
		return -MM_EINVAL;
	if ((pfn | pages) & (grain - 1))
		return -MM_EOPNOTSUPP;
	*s = (struct span){pfn, pfn + pages, pfn >> m->desc.section_order,
			   (pfn + pages - 1) >> m->desc.section_order};
	return 0;
}

struct held {
	bool any;
	bool all;
};

/* Do sections of the span have any, and have they all of the span's subsections? */
static struct held ask(const struct mm_machine *m, const struct span *s)
{
	struct held h = {false, true};
	uint64_t nr;

	for (nr = s->first; nr <= s->last; nr++) {
		const struct mem_section *sec = mm_sparse_section(m, nr);
		uint64_t in = subsections_in(m, nr, s->start, s->end);
		uint64_t have = sec ? sec->subsections & in : 0;

		h.any |= have != 0;
		h.all &= have == in;
	}
	return h;
}

static int add_span(struct mm_ctx *x, const struct span *s)
{
	uint64_t nr;

	if (ask(x->m, s).any)
		return -MM_EEXIST;
	for (nr = s->first; nr <= s->last; nr++) {
		if (!make_section(x->m, nr))
			return -MM_ENOMEM;
	}
	for (nr = s->first; nr <= s->last; nr++) {
		struct mem_section *sec = mm_sparse_section(x->m, nr);

		/* parts of a section of boot have struct pages already */
		if (!sec->subsections)
			give_map(sec, nr, x->m, 0);
		sec->subsections |= subsections_in(x->m, nr, s->start, s->end);
		mm_touch(x, MM_OBJ_SECTION, nr);
	}
	return 0;
}

/* Whole subsections, so that the ones that the ends of RAM lie in are RAM's. */
static bool holds_ram(const struct mm_machine *m, const struct span *s)
{
	int i;

	for (i = 0; i < m->desc.nr_ram; i++) {
		if (m->desc.ram[i].start < s->end && s->start < m->desc.ram[i].end)
			return true;
	}
	return false;
}

static int remove_span(struct mm_ctx *x, const struct span *s)
{
	uint64_t nr;

	if (holds_ram(x->m, s))
		return -MM_EBUSY;
	if (!ask(x->m, s).all)
		return -MM_ENOENT;
	for (nr = s->first; nr <= s->last; nr++) {
		struct mem_section *sec = mm_sparse_section(x->m, nr);

		sec->subsections &= ~subsections_in(x->m, nr, s->start, s->end);
		if (!sec->subsections)
			sec->section_mem_map = 0;
		mm_touch(x, MM_OBJ_SECTION, nr);
	}
	return 0;
}

static int change(struct mm_ctx *x, uint64_t pfn, uint64_t pages, bool add)
{
	struct span s;
	int err = span_of(x->m, pfn, pages, &s);

	if (!err)
		err = add ? add_span(x, &s) : remove_span(x, &s);
	mm_event(x, MM_EV_mm_section_change, add, pfn, pages, (uint64_t)-err);
	return err;
}

int mm_sparse_add(struct mm_ctx *x, uint64_t pfn, uint64_t pages)
{
	return change(x, pfn, pages, true);
}

int mm_sparse_remove(struct mm_ctx *x, uint64_t pfn, uint64_t pages)
{
	return change(x, pfn, pages, false);
}
