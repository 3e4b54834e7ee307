/* SPDX-License-Identifier: MIT */
/*
 * target: a fuzz target is a text of a few lines, embedded at build time.
 *
 *     machine ram=4M max_order=6      up to 16; the first is the default
 *     modules page_alloc ram          whose operations inputs may use
 *     ops_max 1000                    operations per input
 *     about TEXT                      what it is for, one line
 *     floor features N                what fuzz-smoke demands of it: README.md there
 *     floor execs N
 *     weight alloc 8                  drawn eight times as often as others
 *
 * A machine's description is not looked at here: booting it does that.  A
 * module that the tables lack is passed over, for a build may leave it out.
 */
#include "fuzz/trace/arg.h"
#include "fuzz/trace/embedded.h"
#include "fuzz/trace/trace.h"

#include <stdio.h>
#include <string.h>

struct target_parse {
	struct mm_target *t;
	struct mm_error *e;
	const char *file;
	int line;
	bool has_modules;
	bool has_ops_max;
	uint8_t weighed[MM_OPS_MAX]; /* by op index: has its line */
};

struct word {
	const char *s;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct word next_word(const char **at, const char *end)
{
	struct word w;

	while (*at < end && is_blank(**at))
		(*at)++;
	w.s = *at;
	while (*at < end && !is_blank(**at))
		(*at)++;
	w.len = (size_t)(*at - w.s);
	return w;
}

static bool word_is(struct word w, const char *name)
{
	return strlen(name) == w.len && memcmp(w.s, name, w.len) == 0;
}

static int refuse(const struct target_parse *p, const char *text)
{
	int err = mm_error_set(p->e, -MM_EINVAL, p->line, 0, "%s", text);

	if (p->e)
		p->e->file = p->file;
	return err;
}

static int read_machine(struct target_parse *p, const char *s, const char *end)
{
	struct mm_target *t = p->t;
	size_t len = 0;
	struct word w;
	char *to;

	if (t->nr_machines == MM_TARGET_MACHINES_MAX)
		return refuse(p, "expected at most 16 machines");
	to = t->machines[t->nr_machines];
	for (w = next_word(&s, end); w.len; w = next_word(&s, end)) {
		if (len + w.len + 2 > MM_TARGET_MACHINE_LEN)
			return refuse(p, "expected a machine of at most 255 characters");
		if (len)
			to[len++] = ' ';
		memcpy(to + len, w.s, w.len);
		len += w.len;
	}
	to[len] = '\0';
	if (!len)
		return refuse(p, "expected a description after machine");
	t->nr_machines++;
	return 0;
}

static int read_modules(struct target_parse *p, const char *s, const char *end)
{
	struct word w;
	size_t op;

	for (w = next_word(&s, end); w.len; w = next_word(&s, end)) {
		for (op = 0; op < mm_optable_count(); op++) {
			if (word_is(w, mm_optable_module(op)))
				p->t->selected[op] = 1;
		}
	}
	p->has_modules = true;
	return 0;
}

static int read_ops_max(struct target_parse *p, const char *s, const char *end)
{
	struct word w = next_word(&s, end);
	uint64_t v;

	if (!mm_arg_number(w.s, w.len, &v) || v > UINT32_MAX || next_word(&s, end).len)
		return refuse(p, "expected one number below 2^32 after ops_max");
	p->t->ops_max = (unsigned int)v;
	p->has_ops_max = true;
	return 0;
}

/* The rest of the line, with single blanks. */
static int read_about(struct target_parse *p, const char *s, const char *end)
{
	char *to = p->t->about;
	size_t len = 0;
	struct word w;

	if (to[0])
		return refuse(p, "expected one line about");
	for (w = next_word(&s, end); w.len; w = next_word(&s, end)) {
		if (len + w.len + 2 > sizeof(p->t->about))
			return refuse(p, "expected at most 119 characters after about");
		if (len)
			to[len++] = ' ';
		memcpy(to + len, w.s, w.len);
		len += w.len;
	}
	to[len] = '\0';
	return len ? 0 : refuse(p, "expected what the target is for after about");
}

static int read_floor(struct target_parse *p, const char *s, const char *end)
{
	struct word what = next_word(&s, end);
	struct word w = next_word(&s, end);
	uint32_t *floor = NULL;
	uint64_t v;

	if (word_is(what, "features"))
		floor = &p->t->floor_features;
	if (word_is(what, "execs"))
		floor = &p->t->floor_execs;
	if (!floor || !mm_arg_number(w.s, w.len, &v) || v > UINT32_MAX || next_word(&s, end).len)
		return refuse(p, "expected features or execs and a number after floor");
	if (*floor)
		return refuse(p, "expected one floor of a kind");
	*floor = (uint32_t)v;
	return 0;
}

/*
 * Whether an operation is misspelt or its module is left out of the build cannot
 * be told from the tables; the lock has the names of both.
 */
static int weigh(struct target_parse *p, struct word name, unsigned int weight)
{
	int op = mm_optable_find(name.s, name.len);

	if (op < 0 && !mm_optable_knows(name.s, name.len))
		return refuse(p, "expected the name of an operation after weight");
	if (op < 0)
		return 0;
	if (!p->t->selected[op])
		return refuse(p, "expected an operation of the modules, which a line before names");
	if (p->weighed[op])
		return refuse(p, "expected one weight for an operation");
	p->weighed[op] = 1;
	p->t->weight[op] = (uint8_t)weight;
	return 0;
}

static int read_weight(struct target_parse *p, const char *s, const char *end)
{
	struct word name = next_word(&s, end);
	struct word w = next_word(&s, end);
	uint64_t v;

	if (!mm_arg_number(w.s, w.len, &v) || v > UINT8_MAX || next_word(&s, end).len)
		return refuse(p, "expected an operation and a number below 256 after weight");
	return weigh(p, name, (unsigned int)v);
}

static int read_line(struct target_parse *p, const char *s, const char *end)
{
	struct word w = next_word(&s, end);

	if (!w.len)
		return 0;
	if (word_is(w, "machine"))
		return read_machine(p, s, end);
	if (word_is(w, "about"))
		return read_about(p, s, end);
	if (word_is(w, "floor"))
		return read_floor(p, s, end);
	if (word_is(w, "modules"))
		return read_modules(p, s, end);
	if (word_is(w, "ops_max"))
		return read_ops_max(p, s, end);
	if (word_is(w, "weight"))
		return read_weight(p, s, end);
	return refuse(p, "expected about, machine, modules, ops_max, floor or weight");
}

int mm_target_parse(const char *text, struct mm_target *t, const char *file, struct mm_error *e)
{
	struct target_parse p = {.t = t, .e = e, .file = file};
	int err = 0;

	memset(t, 0, sizeof(*t));
	memset(t->weight, 1, sizeof(t->weight));
	while (*text && !err) {
		size_t len = strcspn(text, "\n");
		const char *hash = memchr(text, '#', len);

		p.line++;
		err = read_line(&p, text, hash ? hash : text + len);
		text += len + (text[len] == '\n');
	}
	if (err)
		return err;
	if (!t->nr_machines || !p.has_modules || !p.has_ops_max)
		return refuse(&p, "a target has lines machine, modules and ops_max");
	return 0;
}

static int no_such_target(const char *name, struct mm_error *e)
{
	const struct mm_embedded *i;
	char list[160];
	size_t at = 0;

	list[0] = '\0';
	for (i = mm_embedded_targets; i->name && at < sizeof(list); i++)
		at += (size_t)snprintf(list + at, sizeof(list) - at, "%s%s", at ? ", " : "",
				       i->name);
	if (e)
		e->file = NULL;
	return mm_error_set(e, -MM_EINVAL, 0, 0, "no target \"%.40s\"; there are: %s", name, list);
}

int mm_target_find(const char *name, struct mm_target *t, struct mm_error *e)
{
	const struct mm_embedded *i;
	int err;

	for (i = mm_embedded_targets; i->name; i++) {
		if (strcmp(i->name, name) == 0)
			break;
	}
	if (!i->name)
		return no_such_target(name, e);
	err = mm_target_parse(i->text, t, i->name, e);
	if (!err)
		(void)snprintf(t->name, sizeof(t->name), "%s", name);
	return err;
}
