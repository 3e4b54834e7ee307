/* SPDX-License-Identifier: MIT */
/* sparse properties: words come back, and any trace of additions and removals. */
#include "mm/sparse.h"

#include "invariants/engine/claims_plant.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop.h"

#include <string.h>

static void words_come_back(struct mm_prop_run *p)
{
	uint64_t index = prop_any(p, 52);
	uint64_t first = prop_any(p, 52);
	uint32_t flags = (uint32_t)prop_below(p, MM_SECTION_FLAGS + 1);
	uint64_t word = mm_sparse_encode(index, first, flags);

	PROP(p, mm_sparse_decode(word, first) == index, "0x%llx from 0x%llx gives 0x%llx",
	     (unsigned long long)index, (unsigned long long)first,
	     (unsigned long long)mm_sparse_decode(word, first));
	PROP(p, (word & MM_SECTION_FLAGS) == flags, "flags 0x%x", flags);
	/* any frame of the section is as far from the first as its struct page is */
	PROP(p, mm_sparse_decode(word, first + 77) == index + 77, "the 77th frame");
}

/* ---- any trace ---- */

static const char *const machines[] = {
	"ram=1M-3M,9M-10M,20M-24M section=4M max_order=6 deferred=on",
	"ram=0-1M,15M-16M section=4M max_order=3 memmodel=sparse",
	"ram=0-2M,62M-64M section=8M max_order=6",
	"ram=4M,12M-16M section=1M max_order=4 memmodel=flat",
	"ram=0-2M,510M-512M section=256M deferred=on",
	"ram=2M-130M,640M-641M deferred=on",
};

static void any_change(struct mm_prop_run *p, struct mm_trace *t, uint64_t grain, uint64_t end)
{
	bool add = prop_below(p, 5) < 3;
	const char *name = add ? "section_add" : "section_remove";
	struct mm_op op;

	memset(&op, 0, sizeof(op));
	op.op = (uint16_t)mm_optable_find(name, strlen(name));
	op.arg[0] = prop_below(p, end / grain + 2) * grain;
	op.arg[1] = (1 + prop_below(p, prop_below(p, 3) ? 3 : 40)) * grain;
	/* now and then a border that is none */
	if (prop_below(p, 16) == 0)
		op.arg[prop_below(p, 2)] += MM_PAGE_SIZE;
	MM_PRE(mm_trace_add(t, &op) == 0);
}

static void changes_follow_the_set(struct mm_prop_run *p)
{
	const char *machine = machines[prop_below(p, 6)];
	struct mm_machine *m = mm_boot(machine, NULL);
	struct mm_trace t;
	uint64_t grain;
	int i;

	PROP(p, m, "%s does not boot", machine);
	grain = mm_sparse_subsection_pages(m) * MM_PAGE_SIZE;
	if (m->desc.memmodel == MM_MEMMODEL_SPARSE && prop_below(p, 4))
		grain = mm_sparse_pages(m) * MM_PAGE_SIZE;
	mm_trace_init(&t);
	t.machine = mm_trace_keep(&t, machine, strlen(machine));
	for (i = 0; i < 60 && prop_bits(p, 16); i++) {
		prop_begin(p);
		any_change(p, &t, grain, m->max_pfn * MM_PAGE_SIZE);
		prop_end(p);
	}
	mm_walk_judge(p, &t);
	mm_trace_free(&t);
	mm_machine_destroy(m);
}

/* A section of a root that is not there yet needs memory for it. */
static void a_section_without_memory_is_refused(struct mm_prop_run *p)
{
	struct mm_machine *m =
		mm_boot("ram=0-64K,8G-8388672K section=64K max_order=2 deferred=on", NULL);
	uint64_t digest = m ? mm_machine_digest_sweep(m) : 0;
	const uint64_t base = (uint64_t)4 << 30;
	size_t size = m ? m->arena.size : 0;
	struct mm_ctx x;

	PROP(p, m, "the machine does not boot");
	mm_ctx_init(&x, m, 0);
	m->arena.size = m->arena.used;
	PROP(p, mm_sparse_add(&x, base / MM_PAGE_SIZE, 16) == -MM_ENOMEM, "added without memory");
	PROP(p, mm_machine_digest_sweep(m) == digest, "refused, and something is changed");
	m->arena.size = size;
	PROP(p, mm_sparse_add(&x, base / MM_PAGE_SIZE, 16) == 0, "refused with memory");
	mm_machine_destroy(m);
}

/* ---- plantings ---- */

static struct mem_section *first(const struct mm_victim *v)
{
	mm_touch(v->x, MM_OBJ_SECTION, 0);
	return mm_sparse_section(v->m, 0);
}

static void map_without_memory(struct mm_victim *v)
{
	first(v)->subsections = 0;
}

static void absent_with_a_map(struct mm_victim *v)
{
	first(v)->section_mem_map &= ~(uint64_t)MM_SECTION_PRESENT;
}

static void map_that_leads_elsewhere(struct mm_victim *v)
{
	first(v)->section_mem_map += 64;
}

static void later_section_is_ready(struct mm_victim *v)
{
	first(v)->section_mem_map &= ~(uint64_t)(MM_SECTION_EARLY | MM_SECTION_ONLINE);
}

static void subsection_too_many(struct mm_victim *v)
{
	first(v)->subsections |= (uint64_t)1 << 60;
}

static const struct mm_plant plants[] = {
	{"sparse.sections", map_without_memory, NULL, false},
	{"sparse.sections", absent_with_a_map, NULL, false},
	{"sparse.sections", map_that_leads_elsewhere, NULL, false},
	{"sparse.sections", later_section_is_ready, NULL, false},
	{"sparse.sections", subsection_too_many, NULL, false},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run(p, plants);
}

const struct mm_prop mm_sparse_props[] = {
	{"sparse.words_come_back", words_come_back, 2000},
	{"sparse.changes_follow_the_set", changes_follow_the_set, 120},
	{"sparse.a_section_without_memory_is_refused", a_section_without_memory_is_refused, 1},
	{"sparse." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
