/* SPDX-License-Identifier: MIT */
/*
 * claims_plant: boot, make sure that all is well, harm, look who cries.
 */
#include "invariants/engine/claims_plant.h"

#include "mm/aspace.h"
#include "mm/pool.h"

#include <string.h>

#define MACHINE                                                                                    \
	"ram=4M dma=1028K normal=3M hole=2M-2060K reserved=2560K-2576K "                           \
	"max_order=6 pageblock_order=3 cpus=2"

/* What a victim is made of: its machine, and what happens before the planting. */
struct stage {
	const char *machine;
	const char *trace;
};

/* The order of enum mm_victim_block. */
#define BLOCKS                                                                                     \
	"a = alloc order=3 gfp=KERNEL\n"                                                           \
	"b = alloc order=2 gfp=KERNEL|MOVABLE\n"                                                   \
	"c = alloc order=1 gfp=KERNEL|RECLAIMABLE\n"                                               \
	"d = alloc order=0 gfp=KERNEL|ZERO\n"                                                      \
	"e = alloc order=4 gfp=KERNEL|COMP\n"

static const char blocks[] = BLOCKS;

/* Order 2 lies on a list of CPU 0, orders 1 and 0 on lists of CPU 1. */
static const char listed[] = BLOCKS "free b\n"
				    "free c cpu=1\n"
				    "free d cpu=1\n";

static const struct stage plain_stage = {MACHINE, blocks};
static const struct stage pcp_stage = {MACHINE " pcp=on thp=5", listed};

static const struct stage debug_stage = {MACHINE " debug_guardpage_minorder=2 page_owner=on "
						 "page_poison=on",
					 blocks};

#define ANON "flags=PRIVATE|ANONYMOUS|FIXED"

static const struct stage virt_stage = {
	MACHINE " procs=2 vmas=32 files=4 task_size=0x100000100000 mmap_base=0x1000000f0000 "
		"start_brk=0x100000080000 stack_guard_gap=4",
	BLOCKS "p = spawn\n"
	       "f = open pages=16 mode=READ|WRITE\n"
	       "mmap p - addr=0x100000000000 len=4p prot=READ|WRITE " ANON "\n"
	       "mmap p - addr=0x100000004000 len=2p prot=READ " ANON "\n"
	       "mmap p - addr=0x100000008000 len=4p prot=READ|WRITE " ANON "\n"
	       "mmap p f addr=0x100000010000 len=4p prot=READ|WRITE flags=PRIVATE|FIXED "
	       "offset=2p\n"
	       "mmap p f addr=0x100000018000 len=4p prot=READ|WRITE flags=SHARED|FIXED "
	       "offset=1p\n"
	       "mmap p - addr=0x100000020000 len=4p prot=READ|WRITE " ANON "|GROWSDOWN\n"
	       "mmap p - addr=0x100000028000 len=2p prot=READ|WRITE "
	       "flags=SHARED|ANONYMOUS|FIXED\n"
	       "mmap p - addr=0x100000030000 len=2p prot=READ|WRITE " ANON "\n"
	       "touch p addr=0x100000000000 access=write\n"
	       "touch p addr=0x100000030000 access=write\n"
	       "brk p addr=0x100000082000\n"};

void mm_victim_note(void *env, const struct mm_failure *f)
{
	struct mm_victim *v = env;
	int i;

	for (i = 0; i < v->nr; i++) {
		if (strcmp(v->id[i], f->id) == 0)
			return;
	}
	if (v->nr < MM_VICTIM_IDS_MAX)
		v->id[v->nr++] = f->id;
}

static bool noted(const struct mm_victim *v, const char *id)
{
	int i;

	for (i = 0; i < v->nr; i++) {
		if (strcmp(v->id[i], id) == 0)
			return true;
	}
	return false;
}

uint64_t mm_victim_held(const struct mm_victim *v, enum mm_victim_block block)
{
	return v->run->handles[block].value;
}

struct vm_area_struct *mm_victim_vma(const struct mm_victim *v, uint64_t page)
{
	uint64_t id;

	for (id = 0; id < mm_pool_max(v->m->vmas); id++) {
		struct vm_area_struct *vma = mm_pool_at(v->m->vmas, id);

		if (vma && vma->vm_start == MM_VICTIM_BASE + page * MM_PAGE_SIZE)
			return vma;
	}
	MM_PRE(false);
	return NULL;
}

void mm_victim_trace(struct mm_victim *v, const char *text)
{
	const struct mm_run_options o = {
		.expect = true, .atomic = true, .sweep = true, .teardown = true};
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_trace t;

	mm_trace_init(&t);
	if (mm_trace_parse(&t, text, strlen(text), NULL, &e) || mm_run_trace(v->run, &t, &o))
		prop_fail(v->p, __FILE__, __LINE__, "the trace does not run: %s", e.text);
	/* the trace goes away, what was found stays */
	v->run->trace = NULL;
	mm_trace_free(&t);
}

/* The blocks of the head comment, through the handles of a trace. */
static bool hold_blocks(struct mm_victim *v, const char *trace)
{
	const struct mm_run_options o = {.expect = true, .atomic = true, .sweep = true};
	struct mm_trace t;
	bool ok;

	mm_trace_init(&t);
	ok = mm_trace_parse(&t, trace, strlen(trace), NULL, NULL) == 0 &&
	     mm_run_trace(v->run, &t, &o) == 0 && v->run->finding == MM_FINDING_NONE;
	v->run->trace = NULL;
	mm_trace_free(&t);
	return ok && v->run->handles[VICTIM_E].state == MM_HANDLE_LIVE;
}

static bool victim_open(struct mm_victim *v, struct mm_prop_run *p, const struct stage *stage)
{
	struct mm_error e = {NULL, 0, 0, ""};

	*v = (struct mm_victim){.p = p};
	v->m = mm_boot(stage->machine, &e);
	v->checker = v->m ? mm_checker_create(v->m) : NULL;
	v->run = v->checker ? mm_run_create(v->m, v->checker) : NULL;
	if (!v->run || !hold_blocks(v, stage->trace)) {
		prop_fail(p, __FILE__, __LINE__, "no healthy machine to harm: %s", e.text);
		return false;
	}
	v->x = &v->run->ctx[0];
	v->checker->report.on_failure = mm_victim_note;
	v->checker->report.env = v;
	return true;
}

static void victim_close(struct mm_victim *v)
{
	mm_run_destroy(v->run);
	mm_checker_destroy(v->checker);
	mm_machine_destroy(v->m);
}

/* As a run does it: the operation's objects, then, if all seems well, all. */
static void judge(struct mm_victim *v)
{
	if (v->run->finding) {
		mm_victim_note(v, &(struct mm_failure){.id = v->run->claim});
		return;
	}
	if (mm_checker_after_op(v->checker))
		(void)mm_checker_sweep(v->checker);
}

static bool word_in(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = words;

	while (at && (at = strstr(at, word)) != NULL) {
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
		at += len;
	}
	return false;
}

static void check_reported(struct mm_victim *v, const struct mm_plant *plant)
{
	struct mm_prop_run *p = v->p;
	int i;

	PROP(p, noted(v, plant->id), "%s is silent; reported: %s", plant->id,
	     v->nr ? v->id[0] : "nothing");
	for (i = 0; i < v->nr; i++) {
		PROP(p,
		     v->id[i] == plant->id || strcmp(v->id[i], plant->id) == 0 ||
			     word_in(plant->also, v->id[i]),
		     "planted for %s: %s reports as well", plant->id, v->id[i]);
	}
	if (p->seen)
		p->seen(p->env, plant->id);
	if (plant->step)
		return;
	/* the state is still broken: who comes later must see it too */
	v->nr = 0;
	v->run->finding = MM_FINDING_NONE;
	v->checker->report.failures = 0;
	(void)mm_checker_sweep(v->checker);
	PROP(p, noted(v, plant->id), "%s is silent in a sweep", plant->id);
}

static void run_plants(struct mm_prop_run *p, const struct mm_plant *plants,
		       const struct stage *stage)
{
	const struct mm_plant *plant;
	struct mm_victim v;

	for (plant = plants; plant->id && !p->failures; plant++) {
		if (victim_open(&v, p, stage)) {
			plant->plant(&v);
			judge(&v);
			check_reported(&v, plant);
		}
		victim_close(&v);
	}
}

void mm_plants_run(struct mm_prop_run *p, const struct mm_plant *plants)
{
	run_plants(p, plants, &plain_stage);
}

void mm_plants_run_pcp(struct mm_prop_run *p, const struct mm_plant *plants)
{
	run_plants(p, plants, &pcp_stage);
}

void mm_plants_run_debug(struct mm_prop_run *p, const struct mm_plant *plants)
{
	run_plants(p, plants, &debug_stage);
}

void mm_plants_run_virt(struct mm_prop_run *p, const struct mm_plant *plants)
{
	run_plants(p, plants, &virt_stage);
}
