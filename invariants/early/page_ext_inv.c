/* SPDX-License-Identifier: MIT */
/* page_ext claims: bytes that no client owns stay zero. */
#include "mm/page_ext.h"

#include "mm/check.h"

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

const struct mm_inv mm_page_ext_invs[] = {
	{"page_ext.record", "a client finds what it stored; what nobody stored is zero",
	 MM_OBJ_FRAME, check_rest, false},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};
