/* SPDX-License-Identifier: MIT */
/*
 * failpoint: a countdown, and attributes that are asked one after the other, the
 * cheapest and the most often decisive first.
 */
#include "mm/failpoint.h"

#include "mm/event.h"

#include <inttypes.h>
#include <string.h>

struct attr_def {
	const char *name;
	int64_t min;
	int64_t max;
	int64_t preset;
	bool yes_no; /* printed as Y or N */
};

static const struct attr_def attrs[MM_FAILPOINT_ATTRS] = {
	[MM_FAILPOINT_IGNORE_GFP_HIGHMEM] = {"ignore-gfp-highmem", 0, 1, 1, true},
	[MM_FAILPOINT_IGNORE_GFP_WAIT] = {"ignore-gfp-wait", 0, 1, 1, true},
	[MM_FAILPOINT_INTERVAL] = {"interval", 0, UINT32_MAX, 1, false},
	[MM_FAILPOINT_MIN_ORDER] = {"min-order", 0, UINT32_MAX, 1, false},
	[MM_FAILPOINT_PROBABILITY] = {"probability", 0, 100, 0, false},
	[MM_FAILPOINT_SPACE] = {"space", 0, INT32_MAX, 0, false},
	[MM_FAILPOINT_TASK_FILTER] = {"task-filter", 0, 1, 0, true},
	[MM_FAILPOINT_TIMES] = {"times", -1, INT32_MAX, 1, false},
};

static const char *const sites[MM_FAILPOINT_SITES] = {
	[MM_FAILPOINT_PAGE_ALLOC] = "fail_page_alloc",
};

/* ---- the n-th of a context ---- */

void mm_failpoint_arm(struct mm_ctx *x, uint32_t n)
{
	x->fail_nth = n;
	x->fail_hits = 0;
	mm_event(x, MM_EV_mm_fault_write, MM_FAILPOINT_NTH, 0, n, 0);
}

uint32_t mm_failpoint_left(const struct mm_ctx *x)
{
	return x->fail_nth;
}

void mm_failpoint_concern(struct mm_ctx *x, bool yes)
{
	x->make_it_fail = yes;
	mm_event(x, MM_EV_mm_fault_write, MM_FAILPOINT_CONCERN, 0, yes, 0);
}

static bool count_down(struct mm_ctx *x)
{
	x->fail_hits++;
	x->fail_nth--;
	return x->fail_nth == 0;
}

/* Does the run tell this one to fail? */
static bool told(const struct mm_ctx *x)
{
	struct mm_failpoint_watch *w = x->m->fault_watch;

	if (!w || ++w->passed != w->fail)
		return false;
	w->told = true;
	w->cpu = x->cpu;
	return true;
}

bool mm_failpoint_hit(struct mm_ctx *x)
{
	uint32_t nth = x->fail_nth;
	enum mm_failpoint_answer a = MM_FAILPOINT_PASSED;

	if (told(x))
		a = MM_FAILPOINT_TOLD;
	else if (nth && count_down(x))
		a = MM_FAILPOINT_FAILED;
	mm_event(x, MM_EV_mm_fault_ask, MM_FAILPOINT_SITES, 0, 0, true, nth, a);
	return a != MM_FAILPOINT_PASSED;
}

void mm_failpoint_set_watch(struct mm_machine *m, struct mm_failpoint_watch *w)
{
	m->fault_watch = w;
	m->fault_armed &= ~MM_FAULT_WATCHED;
	if (w)
		m->fault_armed |= MM_FAULT_WATCHED;
}

/* ---- attributes ---- */

static uint64_t fault_count(const struct mm_machine *m)
{
	(void)m;
	return MM_FAILPOINT_SITES;
}

static uint64_t fault_hash(const struct mm_machine *m, uint64_t id)
{
	const struct mm_failpoint *f = &m->faults[id];
	uint64_t h = f->count;
	int i;

	for (i = 0; i < MM_FAILPOINT_ATTRS; i++)
		h = mm_hash64_step(h, (uint64_t)f->attr[i]);
	for (i = 0; i < 4; i++)
		h = mm_hash64_step(h, f->rng.s[i]);
	return h;
}

static const struct mm_kind_ops fault_kind = {"fault", fault_count, fault_hash, NULL};

int mm_failpoint_boot(struct mm_ctx *x)
{
	struct mm_machine *m = x->m;
	int s;
	int i;

	m->faults = mm_machine_alloc(m, MM_FAILPOINT_SITES * sizeof(*m->faults), 64);
	if (!m->faults)
		return -MM_ENOMEM;
	for (s = 0; s < MM_FAILPOINT_SITES; s++) {
		for (i = 0; i < MM_FAILPOINT_ATTRS; i++)
			m->faults[s].attr[i] = attrs[i].preset;
		mm_rng_init(&m->faults[s].rng,
			    mm_hash64(mm_hash64_step(m->desc.seed, (uint64_t)s)));
	}
	return mm_machine_kind_set(m, MM_OBJ_FAULT, &fault_kind);
}

size_t mm_failpoint_files(void)
{
	return (size_t)MM_FAILPOINT_SITES * MM_FAILPOINT_ATTRS;
}

void mm_failpoint_file_name(size_t file, char *buf, size_t len)
{
	(void)snprintf(buf, len, "%s/%s", sites[file / MM_FAILPOINT_ATTRS],
		       attrs[file % MM_FAILPOINT_ATTRS].name);
}

int mm_failpoint_file_find(const char *name, size_t len)
{
	char buf[64];
	size_t i;

	for (i = 0; i < mm_failpoint_files(); i++) {
		mm_failpoint_file_name(i, buf, sizeof(buf));
		if (strlen(buf) == len && memcmp(buf, name, len) == 0)
			return (int)i;
	}
	return -1;
}

int64_t mm_failpoint_read(const struct mm_machine *m, size_t file)
{
	return m->faults[file / MM_FAILPOINT_ATTRS].attr[file % MM_FAILPOINT_ATTRS];
}

static int write_file(struct mm_ctx *x, size_t file, int64_t value)
{
	size_t site = file / MM_FAILPOINT_ATTRS;
	size_t i = file % MM_FAILPOINT_ATTRS;

	if (file >= mm_failpoint_files())
		return -MM_ENOENT;
	if (value < attrs[i].min || value > attrs[i].max)
		return -MM_EINVAL;
	x->m->faults[site].attr[i] = value;
	if (i == MM_FAILPOINT_PROBABILITY) {
		x->m->fault_armed &= ~(1u << site);
		x->m->fault_armed |= (uint32_t)(value != 0) << site;
	}
	mm_touch(x, MM_OBJ_FAULT, site);
	return 0;
}

int mm_failpoint_write(struct mm_ctx *x, size_t file, int64_t value)
{
	int err = write_file(x, file, value);

	mm_event(x, MM_EV_mm_fault_write, MM_FAILPOINT_FILE, file, (uint64_t)value, (uint64_t)-err);
	return err;
}

void mm_failpoint_print(const struct mm_machine *m, FILE *out)
{
	size_t i;

	for (i = 0; i < mm_failpoint_files(); i++) {
		int64_t value = mm_failpoint_read(m, i);
		char name[64];

		mm_failpoint_file_name(i, name, sizeof(name));
		if (attrs[i % MM_FAILPOINT_ATTRS].yes_no)
			(void)fprintf(out, "%s:%c\n", name, value ? 'Y' : 'N');
		else
			(void)fprintf(out, "%s:%" PRId64 "\n", name, value);
	}
}

/* The questions that have no memory, then those that count; the draw is last, so that
 * what is drawn does not depend on who was never meant. */
static bool attributes_say(const struct mm_ctx *x, struct mm_failpoint *f, uint64_t size)
{
	if (!f->attr[MM_FAILPOINT_PROBABILITY])
		return false;
	if (f->attr[MM_FAILPOINT_TASK_FILTER] && !x->make_it_fail)
		return false;
	if (!f->attr[MM_FAILPOINT_TIMES])
		return false;
	if (f->attr[MM_FAILPOINT_SPACE] > (int64_t)size) {
		f->attr[MM_FAILPOINT_SPACE] -= (int64_t)size;
		return false;
	}
	if (f->attr[MM_FAILPOINT_INTERVAL] > 1 &&
	    ++f->count % (uint64_t)f->attr[MM_FAILPOINT_INTERVAL])
		return false;
	return (int64_t)mm_rng_below(&f->rng, 100) < f->attr[MM_FAILPOINT_PROBABILITY];
}

static enum mm_failpoint_answer answer(struct mm_ctx *x, const struct mm_failpoint_request *rq)
{
	struct mm_failpoint *f = &x->m->faults[rq->site];

	if (told(x))
		return MM_FAILPOINT_TOLD;
	if (x->fail_nth)
		return count_down(x) ? MM_FAILPOINT_FAILED : MM_FAILPOINT_PASSED;
	if (rq->left_out || !attributes_say(x, f, rq->size))
		return MM_FAILPOINT_PASSED;
	if (f->attr[MM_FAILPOINT_TIMES] > 0)
		f->attr[MM_FAILPOINT_TIMES]--;
	return MM_FAILPOINT_FAILED;
}

bool mm_failpoint_should_fail(struct mm_ctx *x, const struct mm_failpoint_request *rq)
{
	uint32_t nth = x->fail_nth;
	enum mm_failpoint_answer a = answer(x, rq);

	mm_touch(x, MM_OBJ_FAULT, rq->site);
	mm_event(x, MM_EV_mm_fault_ask, rq->site, rq->what, rq->size, rq->left_out, nth, a);
	return a != MM_FAILPOINT_PASSED;
}
