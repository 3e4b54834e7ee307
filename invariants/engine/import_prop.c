/* SPDX-License-Identifier: MIT */
/*
 * import: what must hold of the importer of recordings.
 *
 * The shipped recordings have counts that were measured by other means; random
 * small recordings are judged by a model that is an array with one entry per
 * frame; damaged ones must be refused with a place or import cleanly.
 */
#include "fuzz/import/import.h"

#include "mm/gfp.h"
#include "mm/rng.h"

#include "fuzz/import/frames.h"
#include "invariants/engine/import_try.h"
#include "invariants/engine/prop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the tree lies; without it, the folder the program runs in. */
#ifndef MM_SOURCE_DIR
#define MM_SOURCE_DIR "."
#endif

/* ---- recordings with known counts ---- */

struct known {
	const char *name;
	uint64_t allocs, frees, foreign, restarted;
	uint64_t batched, locked, drained;
	uint64_t peak_frames;
};

static const struct known shipped[] = {
	{"git_log", 37343, 18787, 1002, 0, 15479, 4132, 0, 29649},
	{"gcc_c", 14995, 14975, 1462, 0, 12034, 3780, 1539, 5646},
	{"gcc_c_slab", 13142, 9831, 1860, 0, 8779, 2046, 0, 8316},
	{NULL, 0, 0, 0, 0, 0, 0, 0, 0},
};

static const struct known larger[] = {
	{"git_log_slab", 57391, 51075, 7167, 0, 48411, 26299, 8212, 29154},
	{"python", 156444, 190346, 35700, 0, 184362, 68485, 67024, 78636},
	{"sort", 166940, 158024, 5690, 0, 141307, 28161, 0, 44778},
	{"tar", 112415, 42984, 340, 1, 38428, 61095, 0, 82799},
	{NULL, 0, 0, 0, 0, 0, 0, 0, 0},
};

static void check_counts(struct mm_prop_run *p, const struct known *k, const struct import_try *t)
{
	const struct mm_import_stats *st = &t->st;
	char why[400];

	PROP(p, !t->err, "%s: %s", k->name, mm_error_text(&t->e, why, sizeof(why)));
	PROP(p, st->events[MM_IMPORT_ALLOC] == k->allocs && st->events[MM_IMPORT_FREE] == k->frees,
	     "%s: %" PRIu64 " allocations and %" PRIu64 " frees", k->name,
	     st->events[MM_IMPORT_ALLOC], st->events[MM_IMPORT_FREE]);
	PROP(p, st->foreign_frees == k->foreign, "%s: %" PRIu64 " foreign frees", k->name,
	     st->foreign_frees);
	PROP(p, st->restarted.count == k->restarted, "%s: %" PRIu64 " restarted handles", k->name,
	     st->restarted.count);
	PROP(p, !st->order_differs.count && !st->migratetype_differs.count,
	     "%s: order differs in line %" PRIu64 ", migratetype in line %" PRIu64, k->name,
	     st->order_differs.line, st->migratetype_differs.line);
	PROP(p,
	     st->events[MM_IMPORT_BATCHED] == k->batched &&
		     st->events[MM_IMPORT_LOCKED] == k->locked &&
		     st->events[MM_IMPORT_DRAIN] == k->drained,
	     "%s: events that are statistics are miscounted", k->name);
	PROP(p, st->peak_frames == k->peak_frames, "%s: peak of %" PRIu64 " frames", k->name,
	     st->peak_frames);
	PROP(p, mm_import_try_adds_up(st), "%s: counts do not add up", k->name);
	PROP(p, mm_import_try_sound(t), "%s: the trace does not say what was counted", k->name);
	(void)snprintf(why, sizeof(why), " mm_page_free_batched %" PRIu64 " ", k->batched);
	PROP(p, strstr(t->text, why), "%s: the head of the trace lacks \"%s\"", k->name, why);
}

static void check_known(struct mm_prop_run *p, const struct known *k, const char *dir)
{
	struct import_try t;
	char path[1024];

	for (; k->name; k++) {
		(void)snprintf(path, sizeof(path), "%s/%s.txt.gz", dir, k->name);
		memset(&t, 0, sizeof(t));
		mm_import_try_path(&t, path);
		check_counts(p, k, &t);
		free(t.text);
	}
}

static void shipped_counts(struct mm_prop_run *p)
{
	check_known(p, shipped, MM_SOURCE_DIR "/corpus/recordings");
}

static void larger_counts(struct mm_prop_run *p)
{
	const char *dir = getenv("MM_RECORDINGS");

	if (!dir || !*dir) {
		(void)printf("skipped: MM_RECORDINGS not set (larger recordings)\n");
		return;
	}
	check_known(p, shipped, dir);
	check_known(p, larger, dir);
}

/* ---- random recordings and a model ---- */

#define MODEL_FRAMES 48

static const struct {
	const char *hex;
	const char *names;
	unsigned int migratetype;
} masks[] = {
	{"140dca", "HIGHUSER_MOVABLE|ZERO|COMP", 1},
	{"cc0", "KERNEL", 0},
	{"d2050", "RECLAIMABLE|IO|NOWARN|NORETRY|COMP|NOMEMALLOC", 2},
	{"2800", "NOWAIT", 0},
	{"0", "0", 0},
	{"1000000", "NO_OBJ_EXT", 0},
};

/* What the trace must be, from one entry per frame. */
struct model {
	struct mm_rng *rng;
	FILE *recording;
	FILE *trace;
	struct {
		uint64_t handle; /* 0: not live */
		unsigned int order;
	} frame[MODEL_FRAMES];
	uint64_t handles;
	uint64_t foreign, restarted, order_differs, migratetype_differs, frames, peak;
};

static unsigned int below(struct mm_rng *rng, unsigned int ceil)
{
	return (unsigned int)mm_rng_below(rng, ceil);
}

static const char *cpu_text(unsigned int cpu)
{
	static const char *const texts[] = {"", " cpu=1", " cpu=2", " cpu=3"};

	return texts[cpu];
}

static void model_end(struct model *m, unsigned int pfn, unsigned int cpu)
{
	(void)fprintf(m->trace, "free a%" PRIu64 "%s\n", m->frame[pfn].handle, cpu_text(cpu));
	m->frame[pfn].handle = 0;
	m->frames -= (uint64_t)1 << m->frame[pfn].order;
}

static void model_alloc(struct model *m, unsigned int pfn, unsigned int cpu)
{
	unsigned int mask = below(m->rng, sizeof(masks) / sizeof(masks[0]));
	unsigned int mt = below(m->rng, 8) ? masks[mask].migratetype : below(m->rng, 6);
	unsigned int order = below(m->rng, 4) ? 0 : below(m->rng, MM_NR_ORDERS);

	m->migratetype_differs += mt != masks[mask].migratetype;
	if (m->frame[pfn].handle) {
		m->restarted++;
		model_end(m, pfn, cpu);
	}
	m->frame[pfn].handle = ++m->handles;
	m->frame[pfn].order = order;
	m->frames += (uint64_t)1 << order;
	if (m->frames > m->peak)
		m->peak = m->frames;
	(void)fprintf(m->recording, "1 %u 7 A %x %u %u %s\n", cpu, pfn, order, mt, masks[mask].hex);
	(void)fprintf(m->trace, "a%" PRIu64 " = alloc order=%u gfp=%s%s ! ok\n", m->handles, order,
		      masks[mask].names, cpu_text(cpu));
}

static void model_free(struct model *m, unsigned int pfn, unsigned int cpu)
{
	unsigned int order = below(m->rng, 16) ? m->frame[pfn].order : below(m->rng, 15);

	(void)fprintf(m->recording, "1 %u 7 F %x %u\n", cpu, pfn, order);
	if (!m->frame[pfn].handle) {
		m->foreign++;
		return;
	}
	m->order_differs += order != m->frame[pfn].order;
	model_end(m, pfn, cpu);
}

static void model_event(struct model *m)
{
	static const char *const others[] = {
		"# a remark",
		"0 0 0 B 10",
		"3 1 9 X 1000 0 9 1 0 1",
		"0 2 1 Z 3 1 2 0",
		"1 1 1 D ff 0 5",
		"0 0 1 M 4 5 8 cc0 ffffffff81a6afde",
		"0 0 1 m 4",
		"2 3 1 C 3 vm_area_struct 192 192 cc0 1",
		"0 1 1 c 3 vm_area_struct",
	};
	unsigned int pfn = below(m->rng, MODEL_FRAMES);
	unsigned int cpu = below(m->rng, 4);
	unsigned int what = below(m->rng, 8);

	if (what < 4)
		model_alloc(m, pfn, cpu);
	else if (what < 7)
		model_free(m, pfn, cpu);
	else
		(void)fprintf(m->recording, "%s\n",
			      others[below(m->rng, sizeof(others) / sizeof(others[0]))]);
}

/* A recording of n events in *rec, and the operations it must become. */
static bool model_make(struct model *m, unsigned int n, char **rec, char **ops)
{
	size_t len;

	m->recording = open_memstream(rec, &len);
	m->trace = open_memstream(ops, &len);
	if (m->recording && m->trace) {
		(void)fputs(IMPORT_HEAD "0 0 1 F fff 0\n", m->recording);
		m->foreign = 1;
		while (n--)
			model_event(m);
	}
	return m->recording && !fclose(m->recording) && m->trace && !fclose(m->trace);
}

static void check_model(struct mm_prop_run *p, const struct model *m, const struct import_try *t,
			const char *ops)
{
	const struct mm_import_stats *st = &t->st;
	const char *machine;
	char why[400];

	PROP(p, !t->err, "refused: %s", mm_error_text(&t->e, why, sizeof(why)));
	PROP(p, st->foreign_frees == m->foreign, "foreign frees: %" PRIu64 ", model %" PRIu64,
	     st->foreign_frees, m->foreign);
	PROP(p, st->restarted.count == m->restarted, "restarted: %" PRIu64 ", model %" PRIu64,
	     st->restarted.count, m->restarted);
	PROP(p, st->order_differs.count == m->order_differs, "order differs: %" PRIu64,
	     st->order_differs.count);
	PROP(p, st->migratetype_differs.count == m->migratetype_differs,
	     "migratetype differs: %" PRIu64, st->migratetype_differs.count);
	PROP(p, st->peak_frames == m->peak && st->live_frames == m->frames,
	     "peak %" PRIu64 " and live %" PRIu64 " frames, model %" PRIu64 " and %" PRIu64,
	     st->peak_frames, st->live_frames, m->peak, m->frames);
	PROP(p, mm_import_try_adds_up(st), "the counts do not add up");
	PROP(p, mm_import_try_sound(t), "the trace does not say what was counted");
	machine = strstr(t->text, "\nmachine ");
	PROP(p, machine && strcmp(strchr(machine + 1, '\n') + 1, ops) == 0,
	     "other operations than the model's");
}

static void random_recordings(struct mm_prop_run *p)
{
	struct import_try t;
	struct mm_rng rng;
	unsigned int i;

	prop_rng(p, &rng);
	mm_import_try_init(&t);
	for (i = 0; i < 20; i++) {
		struct model m = {.rng = &rng};
		char *rec = NULL;
		char *ops = NULL;

		if (model_make(&m, 1 + below(&rng, 400), &rec, &ops)) {
			mm_import_try_text(&t, rec);
			check_model(p, &m, &t, ops);
		} else {
			prop_fail(p, __FILE__, __LINE__, "no host memory for a recording");
		}
		free(rec);
		free(ops);
	}
	mm_import_try_fini(&t);
}

/* ---- the parts ---- */

static void check_mask(struct mm_prop_run *p, const struct import_try *t, uint32_t mask)
{
	bool known = !(mask & ~0x1fffdffu);
	unsigned int m = mask;

	PROP(p, known || (t->err == -MM_EINVAL && strstr(t->e.text, "names no flag")),
	     "mask %x is taken", m);
	PROP(p, !known || !t->err, "mask %x: %s", m, t->e.text);
	PROP(p, !known || mm_import_try_sound(t), "mask %x: bad trace", m);
	PROP(p, !known || (t->st.nr_gfps == 1 && t->st.gfp_top[0].gfp == mask), "mask %x became %x",
	     m, (unsigned int)t->st.gfp_top[0].gfp);
}

/* Every mask of known bits comes back from its names; others are refused. */
static void gfp_names(struct mm_prop_run *p)
{
	struct import_try t;
	char text[256];
	unsigned int i;

	mm_import_try_init(&t);
	for (i = 0; i < 90; i++) {
		uint32_t mask = i < 32 ? 1u << i : (uint32_t)prop_bits(p, 64) & 0x1fffdff;

		(void)snprintf(text, sizeof(text), IMPORT_HEAD "0 0 1 A 1 0 0 %x\n",
			       (unsigned int)mask);
		mm_import_try_text(&t, text);
		check_mask(p, &t, mask);
	}
	mm_import_try_fini(&t);
}

#define MASKS 40

/* Row i of the list: counted right, not before its turn. */
static void check_top(struct mm_prop_run *p, const struct mm_import_stats *st, size_t i,
		      const unsigned int *count)
{
	const struct mm_import_gfp *row = &st->gfp_top[i];
	const struct mm_import_gfp *last = i ? row - 1 : row;

	PROP(p, row->gfp >> 10 < MASKS && row->count == count[row->gfp >> 10],
	     "mask %x counted %" PRIu64 " times", (unsigned int)row->gfp, row->count);
	PROP(p, row->count <= last->count, "row %zu is out of order", i);
	PROP(p, !i || row->count != last->count || row->gfp > last->gfp,
	     "row %zu: equally frequent masks go by number", i);
}

static bool make_masks(struct mm_prop_run *p, struct import_try *t, unsigned int *count)
{
	char *rec = NULL;
	size_t len;
	FILE *f = open_memstream(&rec, &len);
	struct mm_rng rng;
	unsigned int i;

	if (!f)
		return false;
	prop_rng(p, &rng); /* the list is full because chance has many masks */
	(void)fputs(IMPORT_HEAD, f);
	for (i = 0; i < 300; i++) {
		unsigned int ceil = 1 + below(&rng, MASKS);
		unsigned int mask = below(&rng, ceil);

		count[mask]++;
		(void)fprintf(f, "0 0 1 A %x 0 0 %x\n", i, mask << 10);
	}
	if (fclose(f))
		return false;
	mm_import_try_text(t, rec);
	free(rec);
	return true;
}

/* The sixteen most frequent masks of forty, most frequent first. */
static void gfp_top(struct mm_prop_run *p)
{
	unsigned int count[MASKS] = {0};
	unsigned int more = 0;
	struct import_try t;
	bool made;
	size_t i;

	mm_import_try_init(&t);
	made = make_masks(p, &t, count);
	mm_import_try_fini(&t);
	PROP(p, made, "no host memory for a recording");
	PROP(p, !t.err && t.st.nr_gfp_top == MM_IMPORT_GFP_TOP, "no top list: %s", t.e.text);
	for (i = 0; i < MM_IMPORT_GFP_TOP; i++)
		check_top(p, &t.st, i, count);
	for (i = 0; i < MASKS; i++)
		more += count[i] > t.st.gfp_top[MM_IMPORT_GFP_TOP - 1].count;
	PROP(p, more < MM_IMPORT_GFP_TOP, "%u masks are more frequent than the last one listed",
	     more);
}

#define KEYS 3000

/* The hash against an array with one entry per key. */
static void frame_table(struct mm_prop_run *p)
{
	struct mm_import_frames f = {NULL, 0, 0};
	uint64_t *model = calloc(KEYS, sizeof(*model));
	size_t used = 0;
	struct mm_rng rng;
	unsigned int i;

	PROP(p, model, "no host memory");
	prop_rng(p, &rng);
	for (i = 0; i < 60000 && p->failures == 0; i++) {
		unsigned int k = below(&rng, i < 30000 ? KEYS : 300);
		uint64_t key = (uint64_t)k << (k & 1 ? 20 : 0); /* dense and far apart */
		uint64_t *place = mm_import_frames_find_mut(&f, key);
		uint64_t value = 0;
		bool ok = (place != NULL) == (model[k] != 0) && (!place || *place == model[k]);

		if (place && below(&rng, 2)) {
			ok = ok && mm_import_frames_take(&f, key, &value) && value == model[k];
			model[k] = 0;
			used--;
		} else if (!place) {
			ok = ok && !mm_import_frames_take(&f, key, &value);
			place = mm_import_frames_add(&f, key);
			ok = ok && place;
			model[k] = 1 + mm_rng_next(&rng) % 1000;
			used++;
			if (place)
				*place = model[k];
		}
		if (!ok || f.used != used)
			prop_fail(p, __FILE__, __LINE__, "key %u, step %u: table and array differ",
				  k, i);
	}
	mm_import_frames_fini(&f);
	free(model);
}

struct progress {
	uint64_t done;
	uint64_t total;
	unsigned int calls;
	bool fell;
};

static void on_progress(void *env, uint64_t done, uint64_t total)
{
	struct progress *g = env;

	g->fell = g->fell || done < g->done || done > total || (g->calls && total != g->total);
	g->done = done;
	g->total = total;
	g->calls++;
}

static void progress_grows(struct mm_prop_run *p)
{
	struct progress g = {0, 0, 0, false};
	struct mm_import_options o = {MM_IMPORT_ANY, on_progress, &g};
	struct mm_error e = {0};
	int err = mm_import_recording(MM_SOURCE_DIR "/corpus/recordings/git_log.txt.gz", NULL, &o,
				      NULL, &e);

	PROP(p, !err, "%s", e.text);
	PROP(p, !g.fell, "progress fell or passed its end");
	PROP(p, g.done == g.total && g.total == 303460, "ended at %" PRIu64 " of %" PRIu64, g.done,
	     g.total);
	PROP(p, g.calls > 10, "called %u times", g.calls);
}

const struct mm_prop mm_import_props[] = {
	{"import.shipped_recordings_have_their_counts", shipped_counts, 1},
	{"import.larger_recordings_have_their_counts", larger_counts, 1},
	{"import.random_recordings_follow_the_model", random_recordings, 5},
	{"import.gfp_masks_come_back_from_their_names", gfp_names, 1},
	{"import.frequent_gfp_masks_are_listed", gfp_top, 3},
	{"import.frame_table_is_an_array", frame_table, 3},
	{"import.progress_grows_to_the_end", progress_grows, 1},
	{"import.bad_lines_name_their_place", mm_import_bad_lines, 1},
	{"import.bad_files_give_a_reason", mm_import_bad_files, 1},
	{"import.cut_and_damaged_gzip_is_refused", mm_import_bad_gzip, 3},
	{"import.a_full_disk_is_reported", mm_import_bad_output, 1},
	{"import.mutations_import_or_name_a_line", mm_import_mutations, 3},
	{NULL, NULL, 0},
};
