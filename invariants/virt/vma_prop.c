/* SPDX-License-Identifier: MIT */
/*
 * vma properties: every way in which VMAs become one, under every rule of anon_vmas, by
 * the rules of both kernels; failures in the midst of it; plantings.
 */
#include "mm/vma.h"

#include "mm/failpoint.h"
#include "mm/mmap.h"
#include "mm/pool.h"

#include "invariants/engine/aspace_try.h"
#include "invariants/engine/claims_plant.h"
#include "invariants/engine/prop.h"

#include <stdio.h>
#include <string.h>

static const char *const rules[] = {MM_TRY_MACHINE, MM_TRY_MACHINE "kernel=6.18"};

/* ---- becoming one ---- */

/*
 * Three pages' ranges of two pages each, P V N, made apart from each other.  A letter per
 * range: '-' free, 'p' plain, 'a' with an anon_vma of its own, 'r' readable only, 'R' that
 * and an anon_vma of its own.
 */
struct merging {
	const char *before;
	/* V is mapped anew (m), or gets the rights of plain memory (w) */
	char call;
	const char *after[2]; /* 6.12, 6.18 */
};

static const struct merging mergings[] = {
	/* mapped: to nobody, to one side, to both */
	{"---", 'm', {"2-4 rw-p +", "2-4 rw-p +"}},
	{"p--", 'm', {"0-4 rw-p +", "0-4 rw-p +"}},
	{"--p", 'm', {"2-6 rw-p +", "2-6 rw-p +"}},
	{"p-p", 'm', {"0-6 rw-p +", "0-6 rw-p +"}},
	{"a--", 'm', {"0-4 rw-p *+", "0-4 rw-p *+"}},
	{"--a", 'm', {"2-6 rw-p *+", "2-6 rw-p *+"}},
	{"a-p", 'm', {"0-6 rw-p *+", "0-6 rw-p *+"}},
	{"p-a", 'm', {"0-6 rw-p *+", "0-6 rw-p *+"}},
	/* two anon_vmas are not one: the one before takes it */
	{"a-a", 'm', {"0-4 rw-p *+, 4-6 rw-p *+", "0-4 rw-p *+, 4-6 rw-p *+"}},
	/* other rights */
	{"r-r", 'm', {"0-2 r--p, 2-4 rw-p +, 4-6 r--p", "0-2 r--p, 2-4 rw-p +, 4-6 r--p"}},
	{"r-p", 'm', {"0-2 r--p, 2-6 rw-p +", "0-2 r--p, 2-6 rw-p +"}},
	/* changed */
	{"prp", 'w', {"0-6 rw-p +", "0-6 rw-p +"}},
	{"pr-", 'w', {"0-4 rw-p +", "0-4 rw-p +"}},
	{"-rp", 'w', {"2-6 rw-p +", "2-6 rw-p +"}},
	{"arp", 'w', {"0-6 rw-p *+", "0-6 rw-p *+"}},
	{"pra", 'w', {"0-6 rw-p *+", "0-6 rw-p *+"}},
	{"ara", 'w', {"0-4 rw-p *+, 4-6 rw-p *+", "0-4 rw-p *+, 4-6 rw-p *+"}},
	/* what changes has an anon_vma, and neighbours have none */
	{"pR-", 'w', {"0-2 rw-p +, 2-4 rw-p *+", "0-4 rw-p *+"}},
	{"-Rp", 'w', {"2-4 rw-p *+, 4-6 rw-p +", "2-6 rw-p *+"}},
	{"pRp", 'w', {"0-2 rw-p +, 2-4 rw-p *+, 4-6 rw-p +", "0-6 rw-p *+"}},
	/* ... or others */
	{"aR-", 'w', {"0-2 rw-p *+, 2-4 rw-p *+", "0-2 rw-p *+, 2-4 rw-p *+"}},
	{"aRp", 'w', {"0-2 rw-p *+, 2-4 rw-p *+, 4-6 rw-p +", "0-2 rw-p *+, 2-6 rw-p *+"}},
	{"pRa", 'w', {"0-2 rw-p +, 2-4 rw-p *+, 4-6 rw-p *+", "0-4 rw-p *+, 4-6 rw-p *+"}},
};

/* Touched while nothing lies beside it that could lend an anon_vma. */
static int make(struct mm_aspace_try *t, char kind, uint64_t page)
{
	int err;

	if (kind == '-')
		return 0;
	if (kind == 'r')
		return mm_aspace_try_map(t, page, 2, MM_TRY_R, 0);
	err = mm_aspace_try_map(t, page, 2, MM_TRY_RW, 0);
	if (!err && kind != 'p')
		err = mm_aspace_try_write(t, page);
	if (!err && kind == 'R')
		err = mm_aspace_try_protect(t, page, 2, MM_TRY_R);
	return err;
}

/* Neighbours that could become one at once are made so that they do not: touched ones
 * first, each before it has a neighbour, and through other rights. */
static int make_all(struct mm_aspace_try *t, const char *kinds)
{
	int err = 0;
	int i;

	for (i = 0; i < 3 && !err; i += 2)
		err = make(t, kinds[i], (uint64_t)i * 2);
	return err ? err : make(t, kinds[1], 2);
}

/* Two pages; the one that is touched is away from who could lend it an anon_vma. */
static int make_beside(struct mm_aspace_try *t, char kind, uint64_t away, uint64_t near)
{
	int err;

	if (kind == '-')
		return 0;
	err = mm_aspace_try_map(t, away, 1, MM_TRY_RW, 0);
	if (!err && kind == 'a')
		err = mm_aspace_try_write(t, away);
	return err ? err : mm_aspace_try_map(t, near, 1, MM_TRY_RW, 0);
}

/* The middle one has an anon_vma of its own: it comes before its neighbours. */
static int make_middle_first(struct mm_aspace_try *t, const char *kinds)
{
	int err = make(t, kinds[1], 2);

	if (!err)
		err = make_beside(t, kinds[0], 0, 1);
	return err ? err : make_beside(t, kinds[2], 5, 4);
}

static int make_before(struct mm_aspace_try *t, const char *kinds)
{
	return kinds[1] == 'R' ? make_middle_first(t, kinds) : make_all(t, kinds);
}

static void one_merging(struct mm_prop_run *p, const struct merging *g, int rule)
{
	struct mm_aspace_try t;
	int err;

	if (!mm_aspace_try_open(&t, p, rules[rule]))
		return;
	err = make_before(&t, g->before);
	PROP(p, !err, "%s: %d before", g->before, err);
	err = g->call == 'm' ? mm_aspace_try_map(&t, 2, 2, MM_TRY_RW, 0)
			     : mm_aspace_try_protect(&t, 2, 2, MM_TRY_RW);
	PROP(p, !err && strcmp(mm_aspace_try_text(&t), g->after[rule]) == 0,
	     "%s, %c, %s: %d, \"%s\"; due: \"%s\"", g->before, g->call, rules[rule], err,
	     mm_aspace_try_text(&t), g->after[rule]);
	mm_aspace_try_close(&t, p);
}

/* Whichever allocation fails, rights change and VMAs become one, or all is as it was. */
static void one_failing(struct mm_prop_run *p, const struct merging *g, int rule, unsigned int nth)
{
	struct mm_aspace_try t;
	char before[MM_TRY_LEN];
	int err;

	if (!mm_aspace_try_open(&t, p, rules[rule]))
		return;
	err = make_before(&t, g->before);
	PROP(p, !err, "%s: %d before", g->before, err);
	(void)snprintf(before, sizeof(before), "%s", mm_aspace_try_text(&t));
	mm_failpoint_arm(&t.x, nth);
	err = mm_aspace_try_protect(&t, 2, 2, MM_TRY_RW);
	mm_failpoint_arm(&t.x, 0);
	PROP(p,
	     (!err || err == -MM_ENOMEM) &&
		     strcmp(mm_aspace_try_text(&t), err ? before : g->after[rule]) == 0,
	     "%s, %s, failure %u: %d, \"%s\"", g->before, rules[rule], nth, err, t.text);
	mm_aspace_try_close(&t, p);
}

static void failing_merges_change_nothing(struct mm_prop_run *p)
{
	size_t i;
	int rule;

	for (i = 0; i < sizeof(mergings) / sizeof(mergings[0]); i++) {
		for (rule = 0; rule < 2 && mergings[i].call == 'w' && !p->failures; rule++) {
			unsigned int nth;

			for (nth = 1; nth < 5; nth++)
				one_failing(p, &mergings[i], rule, nth);
		}
	}
}

static void vmas_become_one(struct mm_prop_run *p)
{
	size_t i;
	int rule;

	for (i = 0; i < sizeof(mergings) / sizeof(mergings[0]) && !p->failures; i++) {
		for (rule = 0; rule < 2; rule++)
			one_merging(p, &mergings[i], rule);
	}
}

/* A part at either end goes to a neighbour; one in the midst makes three. */
static void parts_go_over(struct mm_prop_run *p)
{
	struct mm_aspace_try t;

	if (!mm_aspace_try_open(&t, p, rules[0]))
		return;
	PROP(p,
	     !mm_aspace_try_map(&t, 0, 4, MM_TRY_RW, 0) &&
		     !mm_aspace_try_map(&t, 4, 8, MM_TRY_R, 0) &&
		     !mm_aspace_try_map(&t, 12, 4, MM_TRY_RW, 0),
	     "three VMAs cannot be had");
	PROP(p,
	     !mm_aspace_try_protect(&t, 4, 2, MM_TRY_RW) &&
		     !strcmp(mm_aspace_try_text(&t), "0-6 rw-p +, 6-12 r--p, 12-16 rw-p +"),
	     "%s", t.text);
	PROP(p,
	     !mm_aspace_try_protect(&t, 11, 1, MM_TRY_RW) &&
		     !strcmp(mm_aspace_try_text(&t), "0-6 rw-p +, 6-11 r--p, 11-16 rw-p +"),
	     "%s", t.text);
	PROP(p,
	     !mm_aspace_try_protect(&t, 8, 1, MM_TRY_RW) &&
		     !strcmp(mm_aspace_try_text(&t), "0-6 rw-p +, 6-8 r--p, 8-9 rw-p +, "
						     "9-11 r--p, 11-16 rw-p +"),
	     "%s", t.text);
	PROP(p,
	     !mm_aspace_try_protect(&t, 6, 5, MM_TRY_RW) &&
		     !strcmp(mm_aspace_try_text(&t), "0-16 rw-p +"),
	     "%s", t.text);
	mm_aspace_try_close(&t, p);
}

/* Pages 2 and 3 get other rights, where below and above them there may be VMAs that have
 * those, or more of their own. */
static void one_modified(struct mm_prop_run *p, uint32_t below, uint32_t above)
{
	const uint64_t start = MM_TRY_PAGE(2);
	struct vm_area_struct *vma;
	struct vm_area_struct *out = NULL;
	struct mm_vma_range r;
	struct mm_aspace_try t;
	int err;

	if (!mm_aspace_try_open(&t, p, MM_TRY_MACHINE))
		return;
	err = mm_aspace_try_map(&t, 2, 2, MM_PROT_READ, MM_MAP_NORESERVE);
	if (below)
		err |= mm_aspace_try_map(&t, 0, 2, below, MM_MAP_NORESERVE);
	if (above)
		err |= mm_aspace_try_map(&t, 4, 2, above, MM_MAP_NORESERVE);
	PROP(p, !err, "no mappings");
	vma = mm_aspace_find(t.mm, start);
	r = (struct mm_vma_range){
		.mm = t.mm,
		.start = start,
		.end = MM_TRY_PAGE(4),
		.pgoff = start >> MM_PAGE_SHIFT,
		.flags = vma->vm_flags | MM_VM_WRITE,
	};
	err = mm_vma_modify(&t.x, vma, &r, &out);
	PROP(p, !err && out == mm_aspace_find(t.mm, start) && (out->vm_flags & MM_VM_WRITE),
	     "%x below, %x above: error %d, or another VMA has the part", below, above, err);
	mm_aspace_try_close(&t, p);
}

static void what_has_the_part_is_answered(struct mm_prop_run *p)
{
	static const uint32_t prots[] = {0, MM_PROT_READ, MM_TRY_RW};
	size_t i;

	for (i = 0; i < 9; i++)
		one_modified(p, prots[i / 3], prots[i % 3]);
}

/* Whichever allocation fails: rights are as before or as asked for, and nothing is lost. */
static void failures_leave_rights(struct mm_prop_run *p)
{
	struct mm_aspace_try t;
	unsigned int nth;

	for (nth = 1; nth < 12; nth++) {
		int err;

		if (!mm_aspace_try_open(&t, p, rules[1]))
			return;
		PROP(p,
		     !mm_aspace_try_map(&t, 0, 2, MM_TRY_RW, 0) &&
			     !mm_aspace_try_map(&t, 2, 6, MM_TRY_RW, 0) &&
			     !mm_aspace_try_write(&t, 3),
		     "nothing to change");
		mm_failpoint_arm(&t.x, nth);
		err = mm_aspace_try_protect(&t, 4, 2, MM_TRY_R);
		mm_failpoint_arm(&t.x, 0);
		PROP(p, err == 0 || err == -MM_ENOMEM, "failure %u: error %d", nth, err);
		PROP(p, (strstr(mm_aspace_try_text(&t), "r--p") != NULL) == (err == 0),
		     "failure %u: error %d, \"%s\"", nth, err, t.text);
		mm_aspace_try_close(&t, p);
	}
}

/* ---- plantings ---- */

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): which, and by how many */
static void shift(struct mm_victim *v, uint64_t page, uint64_t pgoff)
{
	struct vm_area_struct *vma = mm_victim_vma(v, page);

	vma->vm_pgoff = pgoff;
	mm_aspace_touch_vma(v->x, vma);
}

static void offset_wraps(struct mm_victim *v)
{
	shift(v, 16, UINT64_MAX);
}

static void offset_of_another_address(struct mm_victim *v)
{
	shift(v, 8, 5);
}

static void another_part_of_the_file(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 16);

	vma->shared.start++;
	vma->shared.last++;
	shift(v, 16, vma->vm_pgoff + 1);
}

static void given_back_in_the_tree(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 8);

	mm_aspace_touch_vma(v->x, vma);
	mm_aspace_touch(v->x, vma->vm_mm);
	mm_pool_put(v->x, v->m->vmas, vma);
}

/* A mapping that splits what it lies in, and is not put together again. */
static void left_apart(struct mm_victim *v)
{
	struct vm_area_struct *vma = mm_victim_vma(v, 8);
	uint64_t addr = vma->vm_start + 2 * MM_PAGE_SIZE;

	mm_aspace_enter(v->x, vma->vm_mm, MM_CALL_MMAP, addr, 2 * MM_PAGE_SIZE,
			(uint64_t)0x32 << 32 | MM_TRY_RW);
	mm_event(v->x, MM_EV_mm_sys_file, 0, 0);
	if (mm_vma_split(v->x, vma, addr, true))
		prop_fail(v->p, __FILE__, __LINE__, "no split");
	mm_aspace_answer(v->x, 0, MM_CALL_MMAP, addr, 0);
}

static const struct mm_plant plants[] = {
	{"vma.pgoff_no_wrap", offset_wraps, "vma.pgoff_linear vma.i_mmap_tree", false},
	{"vma.anon_pgoff", offset_of_another_address, "vma.pgoff_linear", false},
	{"vma.pgoff_linear", another_part_of_the_file, NULL, false},
	{"vma.detached", given_back_in_the_tree,
	 "mm.map_count mm.total_vm mm.data_exec_stack_vm mm.committed_as mmap.pages", false},
	{"vma.merged_maximal", left_apart, NULL, true},
	{NULL, NULL, NULL, false},
};

static void planted(struct mm_prop_run *p)
{
	mm_plants_run_virt(p, plants);
}

const struct mm_prop mm_vma_props[] = {
	{"vma.vmas_become_one", vmas_become_one, 1},
	{"vma.failing_merges_change_nothing", failing_merges_change_nothing, 1},
	{"vma.parts_go_over", parts_go_over, 1},
	{"vma.failures_leave_rights", failures_leave_rights, 1},
	{"vma.what_has_the_part_is_answered", what_has_the_part_is_answered, 1},
	{"vma." MM_PLANTS_PROPERTY, planted, 1},
	{NULL, NULL, 0},
};
