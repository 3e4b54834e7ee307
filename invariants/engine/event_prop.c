/* SPDX-License-Identifier: MIT */
/*
 * event_prop: what an event says is true, in each of its fields.
 *
 *     machine --event--> liar --the same, or one field of one wrong--> checker, witness
 *                                                                         |
 *                                             of the wrong one somebody has to object
 *
 * A field that nobody compares with anything can say what it likes, to who reads a
 * trail or a recording.  So each field of each kind is made wrong, once in some seed
 * trace, until models, claims or the witness (event_truth.h) have objected to it.
 */
#include "mm/process.h"

#include "invariants/engine/claims_walk.h"
#include "invariants/engine/event_truth.h"
#include "invariants/engine/prop.h"

#include <glob.h>
#include <string.h>

#ifndef MM_SOURCE_DIR
#define MM_SOURCE_DIR "."
#endif

#define SEEDS MM_SOURCE_DIR "/corpus/*/*/seed/*.ops"

/* Models of a larger machine take long to set back, and an emulator may not even hold it. */
#define PAGES_MAX 65536

#define TEXT_MAX 400

extern const struct mm_prop mm_event_props[];

/* Between the machine and its readers. */
struct liar {
	struct mm_walk w;
	struct mm_listener checker;
	struct event_truth *witness;
	enum mm_event_kind kind; /* MM_EV_NR: all is passed on as it is */
	int field;
	uint64_t nth;             /* of this kind */
	uint64_t heard[MM_EV_NR]; /* in this run */
};

/* Which fields somebody has objected to. */
struct fields {
	bool judged[MM_EV_NR][MM_EVENT_FIELDS];
};

/* A number that no machine has is no lie that anybody could tell. */
static bool is_absurd(const struct mm_machine *m, const char *field, uint64_t value)
{
	if (strcmp(field, "cpu") == 0)
		return value >= (uint64_t)m->desc.cpus;
	if (strcmp(field, "zone") == 0 || strcmp(field, "preferred") == 0)
		return value >= (uint64_t)m->nr_zones;
	if (strcmp(field, "pid") == 0)
		return value >= (uint64_t)m->desc.procs || !m->processes[value].mm;
	return strcmp(field, "pfn") == 0 && value >= m->max_pfn;
}

static void pass_on(void *env, const struct mm_event *ev)
{
	struct liar *l = env;
	struct mm_event said = *ev;

	if (ev->kind == l->kind && l->heard[ev->kind] == l->nth &&
	    !is_absurd(l->w.m, mm_event_fields(ev->kind)[l->field], ev->f[l->field] ^ 1))
		said.f[l->field] ^= 1;
	l->heard[ev->kind]++;
	event_truth_hear(l->witness, &said);
	/* what the witness has seen, no model has to stand */
	if (!event_truth_lie(l->witness))
		l->checker.on_event(l->checker.env, &said);
}

/* Run t on the machine as it was booted; the first objection, or NULL. */
static const char *objection(struct liar *l, const struct mm_trace *t)
{
	const struct mm_run_options o = {.sweep = true,
					 .teardown = true,
					 .progress = event_truth_after_op,
					 .env = l->witness};

	memset(l->heard, 0, sizeof(l->heard));
	if (mm_run_trace(l->w.run, t, &o))
		return "no host memory";
	if (event_truth_lie(l->witness))
		return event_truth_lie(l->witness);
	return l->w.run->finding == MM_FINDING_CLAIM ? l->w.run->text : NULL;
}

/* The same, with a witness of its own; what it says is in text. */
static bool is_seen(struct liar *l, const struct mm_trace *t, char *text, size_t len)
{
	const char *said = NULL;

	mm_run_reset(l->w.run);
	l->witness = event_truth_create(l->w.run);
	if (l->witness)
		said = objection(l, t);
	(void)snprintf(text, len, "%s", said ? said : "");
	event_truth_destroy(l->witness);
	return said != NULL;
}

static void lie_in_field(struct liar *l, const struct mm_trace *t, struct fields *f)
{
	char text[TEXT_MAX];
	const uint64_t n = l->heard[l->kind];
	const uint64_t nth[] = {0, n / 2, n - 1};
	size_t i;

	for (i = 0; i < 3 && !f->judged[l->kind][l->field]; i++) {
		l->nth = nth[i];
		f->judged[l->kind][l->field] = is_seen(l, t, text, sizeof(text));
	}
}

static void lie_in(struct liar *l, const struct mm_trace *t, struct fields *f)
{
	uint64_t heard[MM_EV_NR];
	int kind;

	memcpy(heard, l->heard, sizeof(heard));
	for (kind = 0; kind < MM_EV_NR; kind++) {
		const char *const *names = mm_event_fields((enum mm_event_kind)kind);

		l->kind = (enum mm_event_kind)kind;
		for (l->field = 0; heard[kind] && l->field < MM_EVENT_FIELDS; l->field++) {
			l->heard[kind] = heard[kind];
			if (names[l->field][0] && !f->judged[kind][l->field])
				lie_in_field(l, t, f);
		}
	}
}

/* All is true; then, with f, one field after the other is not. */
static void listen(struct mm_prop_run *p, const struct mm_trace *t, struct fields *f)
{
	struct mm_listener *slot;
	char text[TEXT_MAX] = "";
	struct liar l;

	memset(&l, 0, sizeof(l));
	if (!mm_walk_open(&l.w, p, t->machine))
		return;
	for (slot = l.w.m->listeners; slot->env != l.w.checker; slot++)
		;
	l.checker = *slot;
	*slot = (struct mm_listener){UINT64_MAX, pass_on, &l};
	l.kind = MM_EV_NR;
	if (!is_seen(&l, t, text, sizeof(text)) && f)
		lie_in(&l, t, f);
	*slot = l.checker;
	mm_walk_close(&l.w);
	PROP(p, !text[0], "%s: %s", t->file ? t->file : "a random trace", text);
}

/* Asked before it is booted. */
static bool is_small(const char *machine)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_machine_desc d;

	return mm_machine_desc_parse(&d, machine, &e) == 0 && d.ram[d.nr_ram - 1].end <= PAGES_MAX;
}

static void try_seed(struct mm_prop_run *p, const char *path, struct fields *f)
{
	struct mm_error e = {NULL, 0, 0, ""};
	struct mm_trace t;

	mm_trace_init(&t);
	if (mm_trace_load(&t, path, &e) == 0 && t.machine && is_small(t.machine))
		listen(p, &t, f);
	mm_trace_free(&t);
}

static void tell_unjudged(struct mm_prop_run *p, const struct fields *f)
{
	char names[TEXT_MAX] = "";
	size_t len = 0;
	int kind;
	int k;

	for (kind = 0; kind < MM_EV_NR; kind++) {
		const char *const *field = mm_event_fields((enum mm_event_kind)kind);

		for (k = 0; k < MM_EVENT_FIELDS && field[k][0]; k++) {
			if (!f->judged[kind][k] && len < sizeof(names))
				len += (size_t)snprintf(names + len, sizeof(names) - len, " %s.%s",
							mm_event_name((enum mm_event_kind)kind),
							field[k]);
		}
	}
	PROP(p, !len, "nobody would see what is wrong in:%s", names);
}

static void no_field_can_lie(struct mm_prop_run *p)
{
	struct fields f;
	glob_t g;
	size_t i;

	memset(&f, 0, sizeof(f));
	PROP(p, !glob(SEEDS, 0, NULL, &g), "there are no seeds");
	for (i = 0; i < g.gl_pathc && !p->failures; i++)
		try_seed(p, g.gl_pathv[i], &f);
	globfree(&g);
	tell_unjudged(p, &f);
}

/* Whatever is done. */
static void events_say_what_is(struct mm_prop_run *p)
{
	char machine[MM_WALK_MACHINE_LEN];
	struct mm_trace t;

	mm_walk_any_machine(p, machine, sizeof(machine));
	mm_trace_init(&t);
	mm_walk_trace(p, &t, machine, 150);
	p->checks++;
	if (t.nr)
		listen(p, &t, NULL);
	mm_trace_free(&t);
}

const struct mm_prop mm_event_props[] = {
	{"event.no_field_can_lie", no_field_can_lie, 1},
	{"event.says_what_is", events_say_what_is, 20},
	{NULL, NULL, 0},
};
