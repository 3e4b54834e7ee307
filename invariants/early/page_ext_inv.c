/* SPDX-License-Identifier: MIT */
/* page_ext claims: bytes that no client owns stay zero; who has a record. */
#include "mm/page_ext.h"

#include "mm/check.h"
#include "mm/sparse.h"

/* Of a client with a word and more, only the first word is ever stored. */
static void check_record(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	int c;
	size_t i;

	for (c = 0; c < MM_PAGE_EXT_CLIENTS; c++) {
		const unsigned char *part = mm_page_ext_of(m, pfn, (enum mm_page_ext_client)c);

		/* what page_owner keeps is its own model's */
		if (m->desc.page_owner && c == MM_PAGE_EXT_OWNER)
			continue;
		for (i = 8; part && i < mm_page_ext_part((enum mm_page_ext_client)c); i++)
			MM_CHECK(r, "page_ext.record", part[i] == 0,
				 "pfn %llu: byte %zu of %s is 0x%x", (unsigned long long)pfn, i,
				 mm_page_ext_name((enum mm_page_ext_client)c), part[i]);
	}
}

static void check_rest(struct mm_report *r, const struct mm_machine *m, uint64_t pfn)
{
	if (m->page_ext)
		check_record(r, m, pfn);
}

static bool has_record(const struct mm_machine *m, uint64_t pfn)
{
	int c;

	for (c = 0; c < MM_PAGE_EXT_CLIENTS; c++) {
		if (mm_page_ext_of(m, pfn, (enum mm_page_ext_client)c))
			return true;
	}
	return false;
}

static bool is_zero(const unsigned char *bytes, uint64_t n)
{
	while (n && !*bytes) {
		bytes++;
		n--;
	}
	return !n;
}

/* By the section's own word and bits, not by what sparse answers. */
static void check_total(struct mm_report *r, const struct mm_machine *m, uint64_t nr)
{
	const struct mem_section *s = mm_sparse_section(m, nr);
	uint64_t size = mm_page_ext_size(m);
	uint64_t step = mm_sparse_subsection_pages(m);
	uint64_t first = nr << m->desc.section_order;
	uint64_t end = first + ((uint64_t)1 << m->desc.section_order);
	uint64_t word = s ? s->section_mem_map : 0;
	bool ready =
		(word & MM_SECTION_HAS_MAP) && (!m->desc.deferred || (word & MM_SECTION_READY));
	/* what boot found has struct pages for its holes, too */
	bool whole = m->desc.memmodel == MM_MEMMODEL_SPARSE || (word & MM_SECTION_EARLY);
	uint64_t pfn;

	end = end < m->max_pfn ? end : m->max_pfn;
	for (pfn = first; m->page_ext && pfn < end; pfn += step) {
		bool there = ready && (whole || (s->subsections >> ((pfn - first) / step) & 1));
		uint64_t n = pfn + step < end ? step : end - pfn;

		MM_CHECK(r, "page_ext.total", has_record(m, pfn) == there,
			 "section %llu: pfn %llu has %s record", (unsigned long long)nr,
			 (unsigned long long)pfn, there ? "no" : "a");
		MM_CHECK(r, "page_ext.total", there || is_zero(m->page_ext + pfn * size, n * size),
			 "section %llu: a record from pfn %llu on is written, of no frame",
			 (unsigned long long)nr, (unsigned long long)pfn);
	}
}

const struct mm_inv mm_page_ext_invs[] = {
	{"page_ext.record", "a client finds what it stored; what nobody stored is zero",
	 MM_OBJ_FRAME, check_rest, false},
	{"page_ext.total", "frames whose section is ready have a record, and no others",
	 MM_OBJ_SECTION, check_total, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
