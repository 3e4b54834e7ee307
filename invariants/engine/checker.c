/* SPDX-License-Identifier: MIT */
/*
 * checker: the driver of claims.  Host memory is malloc's: this is no module.
 */
#include "invariants/engine/checker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

const struct mm_inv mm_checker_invs[] = {
	{"touched.complete", "an object that changed was marked as touched", MM_OBJ_EVENT, NULL,
	 true},
	{"op.atomicity_on_failure", "a failed operation leaves the digest as it was", MM_OBJ_EVENT,
	 NULL, true},
	{"machine.reset_is_fresh", "a reset machine has the digest of a fresh one", MM_OBJ_EVENT,
	 NULL, true},
	{"failure.no_effect",
	 "an operation that an injected failure ends leaves the digest as it was", MM_OBJ_EVENT,
	 NULL, true},
	{"sweep.complete", "each fail point of a trace is told to fail, once", MM_OBJ_EVENT, NULL,
	 true},
	{"teardown.zero", "with all handles given back, every frame is free", MM_OBJ_EVENT, NULL,
	 true},
	{"check.reads_only", "a sweep changes nothing", MM_OBJ_EVENT, NULL, true},
	{NULL, NULL, MM_OBJ_NR, NULL, false},
};

const char *mm_checker_object_name(enum mm_obj kind)
{
	static const char *const names[] = {"frame",
					    "pageblock",
					    "zone",
					    "machine",
					    "settings",
					    "lists of a CPU",
					    "tuning of a CPU",
					    "events of CPU",
					    "memblock table",
					    "section",
					    "fragment cache of CPU",
					    "fault attributes of site",
					    "kswapd of node",
					    "cache of node",
					    "process",
					    "file",
					    "address space of process",
					    "VMA",
					    "anon_vma",
					    "step"};

	_Static_assert(sizeof(names) / sizeof(names[0]) == MM_OBJ_EVENT + 1, "a name each");
	return kind <= MM_OBJ_EVENT ? names[kind] : "object";
}

static void on_event(void *env, const struct mm_event *ev)
{
	struct mm_checker *c = env;
	const struct mm_reader *reader;

	c->announced |= MM_EV_BIT(ev->kind);
	c->report.kind = MM_OBJ_EVENT;
	c->report.object = ev->f[0];
	for (reader = c->by_event[ev->kind]; reader->on_event; reader++)
		reader->on_event(reader->state, &c->report, c->m, ev);
}

static size_t count_claims(void)
{
	const struct mm_inv *inv;
	size_t n = 0;
	size_t i;

	for (i = 0; mm_all_invs[i]; i++) {
		for (inv = mm_all_invs[i]; inv->id; inv++)
			n++;
	}
	return n;
}

static bool is_listed(mm_inv_fn *list, size_t n, mm_inv_fn check)
{
	while (n-- > 0) {
		if (list[n] == check)
			return true;
	}
	return false;
}

/* All claims of one kind as a list, so that judging an object is one loop; a function
 * that judges two claims stands there once. */
static mm_inv_fn *claims_of(enum mm_obj kind)
{
	mm_inv_fn *list = calloc(count_claims() + 1, sizeof(*list));
	const struct mm_inv *inv;
	size_t n = 0;
	size_t i;

	for (i = 0; list && mm_all_invs[i]; i++) {
		for (inv = mm_all_invs[i]; inv->id; inv++) {
			if (inv->kind == kind && !inv->sweep_only && inv->check &&
			    !is_listed(list, n, inv->check))
				list[n++] = inv->check;
		}
	}
	return list;
}

/* The models that read one kind of event, likewise. */
static struct mm_reader *readers_of(const struct mm_checker *c, enum mm_event_kind kind)
{
	struct mm_reader *list = calloc(MM_CHECKER_MODELS_MAX + 1, sizeof(*list));
	size_t n = 0;
	size_t i;

	for (i = 0; list && mm_all_models[i]; i++) {
		if (c->state[i] && (mm_all_models[i]->events & MM_EV_BIT(kind)))
			list[n++] = (struct mm_reader){mm_all_models[i]->on_event, c->state[i]};
	}
	return list;
}

/* A state this large, of a machine whose memory comes by section, is mostly address
 * space: it is booted anew instead of copied. */
#define STATE_LARGE ((size_t)16 << 20)

static bool is_large(const struct mm_checker *c, size_t i)
{
	return c->size[i] >= STATE_LARGE;
}

static void *state_alloc(const struct mm_checker *c, size_t i)
{
	void *p;

	if (!is_large(c, i))
		return calloc(1, c->size[i]);
	p = mmap(NULL, c->size[i], PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

static void state_free(const struct mm_checker *c, size_t i)
{
	if (c->state[i] && is_large(c, i))
		(void)munmap(c->state[i], c->size[i]);
	else
		free(c->state[i]);
}

static void boot_model(struct mm_checker *c, size_t i)
{
	if (mm_all_models[i]->boot)
		mm_all_models[i]->boot(c->state[i], c->m);
}

static bool boot_models(struct mm_checker *c)
{
	size_t i;

	for (i = 0; mm_all_models[i]; i++) {
		MM_PRE(i < MM_CHECKER_MODELS_MAX);
		if (mm_all_models[i]->concerns && !mm_all_models[i]->concerns(c->m))
			continue;
		c->size[i] = mm_all_models[i]->size(c->m);
		c->state[i] = state_alloc(c, i);
		if (!c->state[i])
			return false;
		boot_model(c, i);
		if (mm_all_models[i]->reset || is_large(c, i))
			continue;
		c->image[i] = malloc(c->size[i]);
		if (!c->image[i])
			return false;
		memcpy(c->image[i], c->state[i], c->size[i]);
	}
	return true;
}

static void add_judge(struct mm_checker *c, const struct mm_model *model, void *state)
{
	struct mm_judge j = {model->after_op, state, model->events & ~model->quiet, model->objects};

	if (!j.after_op)
		return;
	if (!j.objects) {
		j.objects = UINT32_MAX;
		j.events = UINT64_MAX;
		c->always[c->nr_always++] = j;
	} else {
		c->any_events |= j.events;
		c->any_objects |= j.objects;
	}
	c->judge[c->nr_judges++] = j;
}

/* What is asked when: worked out once. */
static bool list_all(struct mm_checker *c)
{
	size_t i;
	int k;

	for (k = 0; k < MM_OBJ_NR; k++) {
		c->by_kind[k] = claims_of((enum mm_obj)k);
		if (!c->by_kind[k])
			return false;
	}
	for (k = 0; k < MM_EV_NR; k++) {
		c->by_event[k] = readers_of(c, (enum mm_event_kind)k);
		if (!c->by_event[k])
			return false;
	}
	for (i = 0; mm_all_models[i]; i++) {
		if (c->state[i])
			add_judge(c, mm_all_models[i], c->state[i]);
	}
	return true;
}

struct mm_checker *mm_checker_create(struct mm_machine *m)
{
	struct mm_checker *c = calloc(1, sizeof(*c));
	struct mm_listener l = {0, on_event, c};
	size_t i;

	if (!c)
		return NULL;
	c->m = m;
	c->follow_digest = true;
	c->boot_digest = mm_machine_digest(m);
	mm_report_init(&c->report);
	for (i = 0; mm_all_models[i]; i++)
		l.mask |= mm_all_models[i]->events;
	if (!boot_models(c) || !list_all(c) || mm_event_listen(m, &l)) {
		mm_checker_destroy(c);
		return NULL;
	}
	return c;
}

void mm_checker_destroy(struct mm_checker *c)
{
	size_t i;
	int kind;

	if (!c)
		return;
	mm_event_unlisten(c->m, c);
	for (kind = 0; kind < MM_OBJ_NR; kind++)
		free(c->by_kind[kind]);
	for (kind = 0; kind < MM_EV_NR; kind++)
		free(c->by_event[kind]);
	for (i = 0; mm_all_models[i]; i++) {
		state_free(c, i);
		free(c->image[i]);
	}
	free(c);
}

void mm_checker_attach(struct mm_checker *c, struct mm_ctx *x)
{
	x->touched = &c->touched;
	x->events = mm_event_mask(c->m);
}

static void judge(struct mm_checker *c, enum mm_obj kind, uint64_t id)
{
	const mm_inv_fn *check;

	c->report.kind = kind;
	c->report.object = id;
	for (check = c->by_kind[kind]; *check; check++)
		(*check)(&c->report, c->m, id);
}

static void judge_all(struct mm_checker *c)
{
	int kind;

	for (kind = 0; kind < MM_OBJ_NR; kind++) {
		enum mm_obj k = (enum mm_obj)kind;
		uint64_t n = mm_machine_kind_count(c->m, k);
		uint64_t id;

		for (id = mm_machine_kind_next(c->m, k, 0); id < n;
		     id = mm_machine_kind_next(c->m, k, id + 1))
			judge(c, k, id);
	}
}

/* Claims on what the operation touched; the kinds of that, a bit each. */
static uint32_t judge_touched(struct mm_checker *c)
{
	const struct mm_touched *t = &c->touched;
	uint32_t kinds = 0;
	uint32_t i;

	if (t->all) {
		judge_all(c);
		return UINT32_MAX;
	}
	for (i = 0; i < t->nr; i++) {
		enum mm_obj kind = mm_touched_kind(t->key[i]);

		kinds |= MM_OBJ_BIT(kind);
		judge(c, kind, mm_touched_id(t->key[i]));
	}
	return kinds;
}

/* Those that are due.  Most operations concern none but those that always are. */
static void ask_models(struct mm_checker *c, uint32_t kinds)
{
	bool any = (c->any_events & c->announced) || (c->any_objects & kinds);
	const struct mm_judge *j = any ? c->judge : c->always;

	for (; j->after_op && !c->report.failures; j++) {
		if (!any || (j->objects & kinds) || (j->events & c->announced))
			j->after_op(j->state, &c->report, c->m);
	}
}

bool mm_checker_after_op(struct mm_checker *c)
{
	uint32_t kinds;

	if (c->follow_digest)
		mm_machine_digest_follow(c->m, &c->touched);
	kinds = judge_touched(c);
	c->report.kind = MM_OBJ_MACHINE;
	c->report.object = 0;
	ask_models(c, kinds);
	c->announced = 0;
	c->touched.nr = 0;
	c->touched.all = false;
	return c->report.failures == 0;
}

/* One claim on all objects of its kind. */
static void sweep_claim(struct mm_checker *c, const struct mm_inv *inv)
{
	uint64_t n = mm_machine_kind_count(c->m, inv->kind);
	uint64_t id;

	for (id = mm_machine_kind_next(c->m, inv->kind, 0); id < n;
	     id = mm_machine_kind_next(c->m, inv->kind, id + 1)) {
		c->report.kind = inv->kind;
		c->report.object = id;
		inv->check(&c->report, c->m, id);
	}
}

static void sweep_only_claims(struct mm_checker *c)
{
	const struct mm_inv *inv;
	size_t i;

	for (i = 0; mm_all_invs[i]; i++) {
		for (inv = mm_all_invs[i]; inv->id; inv++) {
			if (inv->sweep_only && inv->check)
				sweep_claim(c, inv);
		}
	}
}

static void check_touched_complete(struct mm_checker *c)
{
	enum mm_obj kind = MM_OBJ_MACHINE;
	uint64_t id = 0;
	bool stale = mm_machine_digest_stale(c->m, &kind, &id);

	c->report.kind = kind;
	c->report.object = id;
	MM_CHECK(&c->report, "touched.complete", !stale,
		 "%s %llu changed and nothing marked it as touched", mm_checker_object_name(kind),
		 (unsigned long long)id);
}

bool mm_checker_sweep(struct mm_checker *c)
{
	uint64_t before = c->follow_digest ? mm_machine_digest_sweep(c->m) : 0;
	size_t i;

	c->sweeps++;
	if (c->follow_digest)
		check_touched_complete(c);
	judge_all(c);
	sweep_only_claims(c);
	for (i = 0; mm_all_models[i] && !c->report.failures; i++) {
		if (!c->state[i])
			continue;
		if (mm_all_models[i]->after_op)
			mm_all_models[i]->after_op(c->state[i], &c->report, c->m);
		if (mm_all_models[i]->sweep)
			mm_all_models[i]->sweep(c->state[i], &c->report, c->m);
	}
	MM_CHECK(&c->report, "check.reads_only",
		 !c->follow_digest || before == mm_machine_digest_sweep(c->m),
		 "the digest changed during a sweep");
	return c->report.failures == 0;
}

void mm_checker_reset(struct mm_checker *c)
{
	size_t i;

	for (i = 0; mm_all_models[i]; i++) {
		if (!c->state[i])
			continue;
		if (is_large(c, i)) {
			(void)madvise(c->state[i], c->size[i], MADV_DONTNEED);
			boot_model(c, i);
		} else if (mm_all_models[i]->reset) {
			mm_all_models[i]->reset(c->state[i]);
		} else {
			memcpy(c->state[i], c->image[i], c->size[i]);
		}
	}
	c->announced = 0;
	c->touched.nr = 0;
	c->touched.all = false;
	/* what was seen is then the input's own: a stale slot costs no check, but would
	 * show a fuzzer branches that an earlier input prepared */
	memset(c->touched.slot, 0, sizeof(c->touched.slot));
	c->report.failures = 0;
}

bool mm_checker_fresh(struct mm_checker *c)
{
	uint64_t now = mm_machine_digest_sweep(c->m);

	c->report.kind = MM_OBJ_MACHINE;
	c->report.object = 0;
	MM_CHECK(&c->report, "machine.reset_is_fresh",
		 now == c->boot_digest && now == mm_machine_digest(c->m),
		 "digest 0x%016llx after a reset, kept as 0x%016llx, 0x%016llx when fresh",
		 (unsigned long long)now, (unsigned long long)mm_machine_digest(c->m),
		 (unsigned long long)c->boot_digest);
	return c->report.failures == 0;
}
