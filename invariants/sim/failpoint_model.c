/* SPDX-License-Identifier: MIT */
/*
 * failpoint model: what was written, what was asked, and a generator of its own that
 * draws when a draw is due.
 *
 * The kernel's text in one sentence: the n-th of a task fails and all before it pass;
 * else nothing fails while probability is 0, the task is not concerned, times are used
 * up, more than this size is left of space, or the interval has another's turn; else
 * so many of a hundred draws fail.
 */
#include "mm/failpoint.h"

#include "mm/check.h"

#include <string.h>

struct site {
	uint64_t interval;
	uint64_t probability;
	uint64_t space;
	int64_t times;
	bool filter;
	uint64_t turns; /* the interval has had */
	struct mm_rng rng;
};

struct model {
	struct site site[MM_FAILPOINT_SITES];
	uint64_t nth[MM_CPUS_MAX]; /* left to count; 0: not armed */
	bool concerned[MM_CPUS_MAX];
};

static size_t model_size(const struct mm_machine *m)
{
	(void)m;
	return sizeof(struct model);
}

/* What a kernel has before anybody writes. */
static void model_boot(void *state, const struct mm_machine *m)
{
	struct model *md = state;
	int s;

	for (s = 0; s < MM_FAILPOINT_SITES; s++)
		md->site[s] = (struct site){.interval = 1, .times = 1, .rng = m->faults[s].rng};
}

static bool in_range(enum mm_failpoint_attr attr, int64_t v)
{
	switch (attr) {
	case MM_FAILPOINT_IGNORE_GFP_HIGHMEM:
	case MM_FAILPOINT_IGNORE_GFP_WAIT:
	case MM_FAILPOINT_TASK_FILTER:
		return v == 0 || v == 1;
	case MM_FAILPOINT_INTERVAL:
	case MM_FAILPOINT_MIN_ORDER:
		return v >= 0 && v < (int64_t)1 << 32;
	case MM_FAILPOINT_PROBABILITY:
		return v >= 0 && v <= 100;
	case MM_FAILPOINT_SPACE:
		return v >= 0 && v < (int64_t)1 << 31;
	case MM_FAILPOINT_TIMES:
		return v >= -1 && v < (int64_t)1 << 31;
	case MM_FAILPOINT_ATTRS:
		break;
	}
	return false;
}

static void take(struct site *s, enum mm_failpoint_attr attr, int64_t v)
{
	switch (attr) {
	case MM_FAILPOINT_INTERVAL:
		s->interval = (uint64_t)v;
		break;
	case MM_FAILPOINT_PROBABILITY:
		s->probability = (uint64_t)v;
		break;
	case MM_FAILPOINT_SPACE:
		s->space = (uint64_t)v;
		break;
	case MM_FAILPOINT_TASK_FILTER:
		s->filter = v != 0;
		break;
	case MM_FAILPOINT_TIMES:
		s->times = v;
		break;
	case MM_FAILPOINT_IGNORE_GFP_HIGHMEM:
	case MM_FAILPOINT_IGNORE_GFP_WAIT:
	case MM_FAILPOINT_MIN_ORDER:
	case MM_FAILPOINT_ATTRS:
		break; /* what they leave out comes with the question */
	}
}

static void on_write(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	enum mm_failpoint_attr attr = (enum mm_failpoint_attr)(ev->f[1] % MM_FAILPOINT_ATTRS);
	uint64_t site = ev->f[1] / MM_FAILPOINT_ATTRS;
	bool good = site < MM_FAILPOINT_SITES && in_range(attr, (int64_t)ev->f[2]);

	if (ev->f[0] == MM_FAILPOINT_NTH) {
		md->nth[ev->cpu] = ev->f[2];
	} else if (ev->f[0] == MM_FAILPOINT_CONCERN) {
		md->concerned[ev->cpu] = ev->f[2] != 0;
	} else {
		MM_CHECK(r, "fault.range", good == !ev->f[3], "%lld for attribute %llu: error %llu",
			 (long long)ev->f[2], (unsigned long long)ev->f[1],
			 (unsigned long long)ev->f[3]);
		if (good)
			take(&md->site[site], attr, (int64_t)ev->f[2]);
	}
}

/* Attributes alone: does a request of this size fail? */
static bool attributes_fail(struct site *s, uint64_t size, bool concerned)
{
	if (!s->probability || (s->filter && !concerned) || !s->times)
		return false;
	if (s->space > size) {
		s->space -= size;
		return false;
	}
	if (s->interval >= 2 && (s->turns = s->turns + 1) % s->interval != 0)
		return false;
	return mm_rng_below(&s->rng, 100) < s->probability;
}

static bool due(struct model *md, int cpu, struct site *s, const struct mm_event *ev)
{
	if (md->nth[cpu])
		return --md->nth[cpu] == 0;
	if (!s || ev->f[3] || !attributes_fail(s, ev->f[2], md->concerned[cpu]))
		return false;
	s->times -= s->times > 0;
	return true;
}

static void on_ask(struct model *md, struct mm_report *r, const struct mm_event *ev)
{
	struct site *s = ev->f[0] < MM_FAILPOINT_SITES ? &md->site[ev->f[0]] : NULL;
	uint64_t nth = md->nth[ev->cpu];
	bool fails;

	if (ev->f[5] == MM_FAILPOINT_TOLD)
		return; /* the run's wish, which no attribute knows */
	fails = due(md, ev->cpu, s, ev);
	MM_CHECK(r, "fault.decision", (ev->f[5] == MM_FAILPOINT_FAILED) == fails && ev->f[4] == nth,
		 "CPU %d: the fail point %s, due: it %s (armed with %llu, due: %llu)", ev->cpu,
		 ev->f[5] == MM_FAILPOINT_FAILED ? "fails" : "passes", fails ? "fails" : "passes",
		 (unsigned long long)ev->f[4], (unsigned long long)nth);
}

static void model_event(void *state, struct mm_report *r, const struct mm_machine *m,
			const struct mm_event *ev)
{
	(void)m;
	if (ev->kind == MM_EV_mm_fault_write)
		on_write(state, r, ev);
	else
		on_ask(state, r, ev);
}

static void model_after(void *state, struct mm_report *r, const struct mm_machine *m)
{
	const struct model *md = state;
	int i;

	for (i = 0; i < MM_FAILPOINT_SITES; i++) {
		const struct mm_failpoint *f = &m->faults[i];
		const struct site *s = &md->site[i];

		MM_CHECK(r, "fault.counters",
			 f->attr[MM_FAILPOINT_TIMES] == s->times &&
				 f->attr[MM_FAILPOINT_SPACE] == (int64_t)s->space &&
				 f->count == s->turns && !memcmp(&f->rng, &s->rng, sizeof(s->rng)),
			 "times %lld, space %lld, count %llu; due %lld, %llu, %llu, and the draws",
			 (long long)f->attr[MM_FAILPOINT_TIMES],
			 (long long)f->attr[MM_FAILPOINT_SPACE], (unsigned long long)f->count,
			 (long long)s->times, (unsigned long long)s->space,
			 (unsigned long long)s->turns);
		MM_CHECK(r, "fault.counters",
			 f->attr[MM_FAILPOINT_INTERVAL] == (int64_t)s->interval &&
				 f->attr[MM_FAILPOINT_PROBABILITY] == (int64_t)s->probability &&
				 f->attr[MM_FAILPOINT_TASK_FILTER] == s->filter &&
				 (m->fault_armed >> i & 1) == (s->probability != 0),
			 "interval, probability or task-filter is not what was written");
	}
}

const struct mm_model mm_failpoint_model = {
	.name = "failpoint",
	.events = MM_EV_BIT(MM_EV_mm_fault_write) | MM_EV_BIT(MM_EV_mm_fault_ask),
	.objects = MM_OBJ_BIT(MM_OBJ_FAULT),
	.size = model_size,
	.boot = model_boot,
	.on_event = model_event,
	.after_op = model_after,
	.sweep = model_after,
};
