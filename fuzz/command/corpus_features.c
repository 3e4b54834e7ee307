/* SPDX-License-Identifier: MIT */
/*
 * corpus_features: what an input reaches, counted in this process.
 *
 * Where the build is libFuzzer's, the library and the operations inside this
 * program carry its counters, one byte per branch; without its main nobody reads
 * them, so we do.  Elsewhere the machine's events are counted: each with the
 * one before it, within one operation or across two.
 */
#include "mm/event.h"

#include "fuzz/command/corpus.h"

#include <stdlib.h>
#include <string.h>

#define STEPS 8 /* of how often */

struct feature_run {
	struct mm_exec *x;
	/* a byte per event after another, saturated */
	uint8_t pairs[(MM_EV_NR + 1) * MM_EV_NR];
	int last; /* event; MM_EV_NR before the first */
	bool watch;
};

/* ---- counters of the build ---- */

struct counters {
	uint8_t *start;
	uint8_t *stop;
};

#if MM_HAVE_LIBFUZZER
static struct counters branches; /* set once, before main */

/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming) */
void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop);

/* Called by each instrumented file with the same range: all of the program. */
void __sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *stop)
{
	branches.start = start;
	branches.stop = stop;
}
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

static struct counters counters_of(struct feature_run *r)
{
	(void)r;
	return branches;
}

const char *features_kind(void)
{
	return "branches";
}
#else
static struct counters counters_of(struct feature_run *r)
{
	struct counters c = {r->pairs, r->pairs + sizeof(r->pairs)};

	return c;
}

const char *features_kind(void)
{
	return "events";
}
#endif

static void on_event(void *env, const struct mm_event *ev)
{
	struct feature_run *r = env;
	uint8_t *n = &r->pairs[r->last * MM_EV_NR + (int)ev->kind];

	*n = (uint8_t)(*n + (*n < UINT8_MAX));
	r->last = (int)ev->kind;
}

/* ---- runs ---- */

static bool listen(struct feature_run *r)
{
	struct mm_listener l = {UINT64_MAX, on_event, r};
	int i;

	for (i = 0; i < r->x->target.nr_machines; i++) {
		if (mm_event_listen(r->x->m[i], &l))
			return false;
	}
	return true;
}

struct feature_run *features_open(const char *target)
{
	struct mm_error e = {NULL, 0, 0, "no host memory for the target"};
	struct feature_run *r = calloc(1, sizeof(*r));

	if (r)
		r->x = mm_exec_create(target, &e);
	if (r && r->x && listen(r))
		return r;
	(void)bad_input(&e);
	features_close(r);
	return NULL;
}

void features_close(struct feature_run *r)
{
	int i;

	if (!r)
		return;
	for (i = 0; r->x && i < r->x->target.nr_machines; i++)
		mm_event_unlisten(r->x->m[i], r);
	mm_exec_destroy(r->x);
	free(r);
}

const char *features_target(const struct feature_run *r)
{
	return r->x->target.name;
}

static unsigned int step_of(uint8_t n)
{
	if (n <= 3)
		return n - 1u;
	if (n < 8)
		return 3;
	if (n < 16)
		return 4;
	if (n < 32)
		return 5;
	return n < 128 ? 6 : 7;
}

static bool append(struct features *set, uint32_t feature)
{
	if (set->nr == set->cap) {
		size_t cap = set->cap * 2 + 64;
		uint32_t *more = realloc(set->f, cap * sizeof(*more));

		if (!more)
			return false;
		set->f = more;
		set->cap = cap;
	}
	set->f[set->nr++] = feature;
	return true;
}

static void collect(struct counters c, struct features *out)
{
	const uint8_t *at;

	out->nr = 0;
	for (at = c.start; at < c.stop; at++) {
		if (*at)
			(void)append(out, (uint32_t)(at - c.start) * STEPS + step_of(*at));
	}
}

uint32_t features_limit(struct feature_run *r)
{
	struct counters c = counters_of(r);

	return (uint32_t)(c.stop - c.start) * STEPS;
}

/* Which of the target's machines the trace names. */
static struct mm_run *run_of(const struct feature_run *r, const struct mm_trace *t)
{
	int i = r->x->target.nr_machines - 1;

	while (i > 0 && (!t->machine || strcmp(t->machine, r->x->target.machines[i]) != 0))
		i--;
	return r->x->run[i];
}

bool features_of_trace(struct feature_run *r, const struct mm_trace *t, struct features *out,
		       const char **claim)
{
	struct mm_run *run = run_of(r, t);
	struct counters c = counters_of(r);
	struct mm_run_options o;

	memset(&o, 0, sizeof(o));
	mm_run_reset(run);
	/* from here on it is the input's own: a reset depends on the one before */
	memset(c.start, 0, (size_t)(c.stop - c.start));
	r->last = MM_EV_NR;
	if (r->watch)
		death_watch(run);
	if (mm_run_trace(run, t, &o))
		return false;
	collect(c, out);
	*claim = run->claim;
	return !run->finding || run->finding == MM_FINDING_STOP;
}

bool features_of(struct feature_run *r, const uint8_t *bytes, size_t len, struct features *out,
		 const char **claim)
{
	mm_trace_clear(&r->x->trace);
	mm_trace_decode(&r->x->trace, bytes, len, &r->x->target);
	return features_of_trace(r, &r->x->trace, out, claim);
}

void features_watch(struct feature_run *r)
{
	r->watch = true;
}

int features_report(const struct feature_run *r, const struct mm_trace *t)
{
	return report_finding(run_of(r, t), t);
}

void features_decode(const struct feature_run *r, const uint8_t *bytes, size_t len,
		     struct mm_trace *t)
{
	mm_trace_decode(t, bytes, len, &r->x->target);
}

/* ---- sets ---- */

/* Where it is, or where it would stand. */
static size_t find(const struct features *set, uint32_t feature)
{
	size_t low = 0;
	size_t high = set->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (set->f[mid] < feature)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool features_add(struct features *set, uint32_t feature)
{
	size_t at = find(set, feature);

	if ((at < set->nr && set->f[at] == feature) || !append(set, feature))
		return false;
	memmove(&set->f[at + 1], &set->f[at], (set->nr - 1 - at) * sizeof(*set->f));
	set->f[at] = feature;
	return true;
}

bool features_hold(const struct features *set, const struct features *part)
{
	size_t at = 0;
	size_t i;

	for (i = 0; i < part->nr; i++) {
		while (at < set->nr && set->f[at] < part->f[i])
			at++;
		if (at == set->nr || set->f[at] != part->f[i])
			return false;
	}
	return true;
}

void features_free(struct features *f)
{
	free(f->f);
	memset(f, 0, sizeof(*f));
}
