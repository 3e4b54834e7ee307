/* SPDX-License-Identifier: MIT */
/* page_ext properties: parts of records, and who has one. */
#include "mm/page_ext.h"

#include "mm/sparse.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"
#include "invariants/engine/prop_stateful.h"

#include <stdio.h>
#include <string.h>

static const char *const sets[] = {"owner",
				   "idle",
				   "table_check",
				   "owner,idle",
				   "idle,table_check",
				   "table_check,owner",
				   "owner,idle,table_check"};

/* Parts are as large as said, touch, and fill the record; zeros at boot. */
static void parts_fill_the_record(struct mm_prop_run *p)
{
	char machine[128];
	struct mm_machine *m;
	size_t at = 0;
	size_t i;
	int c;

	(void)snprintf(machine, sizeof(machine), "ram=1M page_ext=%s",
		       sets[prop_below(p, sizeof(sets) / sizeof(sets[0]))]);
	m = mm_boot(machine, NULL);
	PROP(p, m, "%s does not boot", machine);
	for (c = 0; c < MM_PAGE_EXT_CLIENTS; c++) {
		enum mm_page_ext_client client = (enum mm_page_ext_client)c;
		size_t offset = mm_page_ext_offset(m, client);

		if (offset == SIZE_MAX)
			continue;
		PROP(p, offset == at, "%s begins at %zu, not %zu", mm_page_ext_name(client), offset,
		     at);
		at += mm_page_ext_part(client);
	}
	PROP(p, at == mm_page_ext_size(m), "parts of %zu bytes, a record of %zu", at,
	     mm_page_ext_size(m));
	for (i = 0; i < at * m->max_pfn; i++)
		PROP(p, !m->page_ext[i], "byte %zu is not zero", i);
	mm_machine_destroy(m);
}

/* Shared flags are there for who needs them, and only then. */
static void flags_come_with_who_needs_them(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M page_ext=table_check", NULL);

	PROP(p, m && mm_page_ext_size(m) == 8, "a record of another size");
	PROP(p,
	     !mm_page_ext_of(m, 0, MM_PAGE_EXT_FLAGS) && !mm_page_ext_of(m, 0, MM_PAGE_EXT_OWNER),
	     "parts of clients that are off");
	mm_machine_destroy(m);
	m = mm_boot("ram=1M page_ext=idle", NULL);
	PROP(p, m && mm_page_ext_size(m) == 8 && mm_page_ext_of(m, 0, MM_PAGE_EXT_FLAGS),
	     "no flags for idle");
	PROP(p, !mm_page_ext_of(m, 0, MM_PAGE_EXT_IDLE), "a part for idle beside the flags");
	PROP(p, !mm_page_ext_of(m, m->max_pfn, MM_PAGE_EXT_FLAGS), "a record beyond the end");
	mm_machine_destroy(m);
	m = mm_boot("ram=1M", NULL);
	PROP(p, m && !m->page_ext && !mm_page_ext_of(m, 0, MM_PAGE_EXT_FLAGS),
	     "records that nobody needs");
	mm_machine_destroy(m);
}

/* Frames have records when their section is ready, and not before. */
static void records_come_with_sections(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=0-2M,6M-8M section=1M max_order=6 deferred=on "
				       "page_ext=owner",
				       NULL);

	PROP(p, m && !mm_page_ext_of(m, 0, MM_PAGE_EXT_OWNER), "a record before its section");
	mm_walk_make_ready(m);
	PROP(p,
	     mm_page_ext_of(m, 0, MM_PAGE_EXT_OWNER) && mm_page_ext_of(m, 2047, MM_PAGE_EXT_OWNER),
	     "no record of a section that is ready");
	PROP(p, !mm_page_ext_of(m, 1024, MM_PAGE_EXT_OWNER), "a record without a section");
	mm_machine_destroy(m);
}

/* Each byte of a record counts, wherever it is. */
static void each_byte_is_in_the_digest(struct mm_prop_run *p)
{
	struct mm_machine *m = mm_boot("ram=1M page_ext=owner,table_check", NULL);
	uint64_t none;
	uint64_t pfn;
	size_t i;

	PROP(p, m, "the machine does not boot");
	pfn = prop_below(p, m->max_pfn);
	none = mm_page_ext_hash(m, pfn);
	PROP(p, !none, "a record of zeros is in the digest");
	for (i = 0; i < mm_page_ext_size(m); i++) {
		unsigned char *byte = m->page_ext + pfn * mm_page_ext_size(m) + i;

		*byte = (unsigned char)(1 + prop_below(p, 255));
		PROP(p, mm_page_ext_hash(m, pfn) != none, "byte %zu is not in the digest", i);
		*byte = 0;
	}
	mm_machine_destroy(m);
}

static const char *const machines[] = {
	"ram=2M max_order=5 pageblock_order=3 page_ext=owner,table_check cpus=2",
	NULL,
};

static const struct mm_stateful_cover cover[] = {
	{"a record that is written", 20, MM_EV_mm_page_ext_store, NULL, NULL},
	{NULL, 0, MM_EV_NR, NULL, NULL},
};

const struct mm_stateful mm_page_ext_stateful = {
	.module = "page_ext", .machines = machines, .cover = cover, .runs = 40, .ops = 200};

/* ---- plantings ---- */

/* The machine of plantings has no records: they are lent. */
static unsigned char lent[72 * 4096];

static void lend_records(struct mm_victim *v, enum mm_page_ext_client c)
{
	MM_PRE(v->m->max_pfn <= 4096);
	memset(lent, 0, sizeof(lent));
	v->m->page_ext = lent;
	v->m->desc.page_ext = (uint32_t)1 << c;
}

static void stored_elsewhere(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_B);

	lend_records(v, MM_PAGE_EXT_TABLE_CHECK);
	lent[8 * pfn] = 1;
	mm_touch(v->x, MM_OBJ_FRAME, pfn);
}

static void stored_past_the_word(struct mm_victim *v)
{
	uint64_t pfn = mm_victim_held(v, VICTIM_B);

	lend_records(v, MM_PAGE_EXT_OWNER);
	lent[72 * pfn + 71] = 1;
	mm_touch(v->x, MM_OBJ_FRAME, pfn);
}

/* Memory for records, and no client whose they are. */
static void section_without_records(struct mm_victim *v)
{
	lend_records(v, MM_PAGE_EXT_TABLE_CHECK);
	v->m->desc.page_ext = 0;
	mm_touch(v->x, MM_OBJ_SECTION, 0);
}

/* No section is ready any more, but one record is written. */
static void stored_before_its_section(struct mm_victim *v)
{
	lend_records(v, MM_PAGE_EXT_TABLE_CHECK);
	v->m->desc.deferred = true;
	mm_sparse_section(v->m, 0)->section_mem_map &= ~(uint64_t)MM_SECTION_READY;
	lent[(size_t)8 * 17] = 1;
	mm_touch(v->x, MM_OBJ_SECTION, 0);
}

static const struct mm_plant plants[] = {
	{"page_ext.record", stored_elsewhere, NULL, false},
	{"page_ext.record", stored_past_the_word, NULL, false},
	{"page_ext.total", section_without_records, NULL, false},
	{"page_ext.total", stored_before_its_section, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_page_ext_props[] = {
	{"page_ext.parts_fill_the_record", parts_fill_the_record, 20},
	{"page_ext.flags_come_with_who_needs_them", flags_come_with_who_needs_them, 1},
	{"page_ext.records_come_with_sections", records_come_with_sections, 1},
	{"page_ext.each_byte_is_in_the_digest", each_byte_is_in_the_digest, 5},
	{"page_ext." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
