/* SPDX-License-Identifier: MIT */
/*
 * trial: arguments are made out of draws, and the property is called on them.
 */
#include "invariants/property/engine.h"

#include <stdarg.h>
#include <string.h>

/* ---- arguments ---- */

/* Only what is remade is on the tape that is shrunk; a user's shrinker goes on
 * from an instance, which no tape can give back. */
static bool is_remade(const struct theft *t, size_t i)
{
	return t->types[i].autoshrink_config.enable;
}

static void free_one(struct theft *t, struct args *args, size_t i)
{
	const struct theft_type_info *type = &t->types[i];

	if (args->instance[i] && type->free)
		type->free(args->instance[i], type->env);
	args->instance[i] = NULL;
}

void args_free(struct theft *t, struct args *args)
{
	size_t i;

	for (i = 0; i < t->arity; i++)
		free_one(t, args, i);
}

void args_free_remade(struct theft *t, struct args *args)
{
	size_t i;

	for (i = 0; i < t->arity; i++) {
		if (is_remade(t, i))
			free_one(t, args, i);
	}
}

enum theft_alloc_res args_make(struct theft *t, struct args *args, const struct args *keep)
{
	enum theft_alloc_res res;
	size_t i;

	*args = keep ? *keep : (struct args){{NULL}};
	for (i = 0; i < t->arity && keep; i++) {
		if (is_remade(t, i))
			args->instance[i] = NULL;
	}
	for (i = 0; i < t->arity; i++) {
		if (keep && !is_remade(t, i))
			continue;
		draw_switch(t, (uint8_t)i);
		res = t->types[i].alloc(t, t->types[i].env, &args->instance[i]);
		if (res == THEFT_ALLOC_OK)
			continue;
		/* what a callback that failed has left there is not ours */
		args->instance[i] = NULL;
		if (keep)
			args_free_remade(t, args);
		else
			args_free(t, args);
		return res == THEFT_ALLOC_SKIP ? THEFT_ALLOC_SKIP : THEFT_ALLOC_ERROR;
	}
	return THEFT_ALLOC_OK;
}

/* ---- the call ---- */

static enum theft_trial_res call_property(struct theft *t, void **a)
{
	const struct theft_run_config *cfg = t->cfg;

	switch (t->arity) {
	case 1:
		return cfg->prop1(t, a[0]);
	case 2:
		return cfg->prop2(t, a[0], a[1]);
	case 3:
		return cfg->prop3(t, a[0], a[1], a[2]);
	case 4:
		return cfg->prop4(t, a[0], a[1], a[2], a[3]);
	case 5:
		return cfg->prop5(t, a[0], a[1], a[2], a[3], a[4]);
	case 6:
		return cfg->prop6(t, a[0], a[1], a[2], a[3], a[4], a[5]);
	default:
		return cfg->prop7(t, a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
	}
}

enum theft_trial_res trial_call_here(struct theft *t, struct args *args)
{
	/* a copy, so that the property cannot lose what has to be freed */
	struct args given = *args;
	enum theft_trial_res res = call_property(t, given.instance);

	while (t->depth)
		mm_property_end(t);
	switch (res) {
	case THEFT_TRIAL_PASS:
	case THEFT_TRIAL_FAIL:
	case THEFT_TRIAL_SKIP:
		return res;
	case THEFT_TRIAL_DUP: /* only the engine knows repetitions */
	case THEFT_TRIAL_ERROR:
		break;
	}
	return THEFT_TRIAL_ERROR;
}

enum theft_trial_res trial_call(struct theft *t, struct args *args)
{
	enum theft_trial_res res;

	t->note.length = 0;
	t->note.text[0] = '\0';
	draw_switch(t, t->arity);
	if (t->cfg->fork.enable)
		res = trial_call_in_child(t, args);
	else
		res = trial_call_here(t, args);
	return t->no_memory ? THEFT_TRIAL_ERROR : res;
}

enum theft_trial_res trial_call_again(struct theft *t, struct args *args)
{
	struct tape drawn = {.n = 0};
	struct source source;
	enum theft_trial_res res;

	tape_swap(&drawn, &t->tape);
	source_tape(&source, &drawn);
	draw_start(t, &source);
	res = trial_call(t, args);
	tape_swap(&drawn, &t->tape);
	tape_free(&drawn);
	return res;
}

/* ---- what a property says ---- */

void mm_property_label(struct theft *t, const char *label)
{
	if (t->journal)
		journal_label(t->journal, label);
	else if (!t->shrinking && !labels_note(&t->labels, label))
		t->no_memory = true;
}

void mm_property_note(struct theft *t, const char *fmt, ...)
{
	struct note *note = &t->note;
	size_t room = sizeof(note->text) - note->length;
	va_list ap;
	int wrote;

	/* a line of its own, if there is room for more than the line break */
	if (note->length && room > 2) {
		note->text[note->length++] = '\n';
		room--;
	}
	va_start(ap, fmt);
	wrote = vsnprintf(note->text + note->length, room, fmt, ap);
	va_end(ap);
	if (wrote > 0)
		note->length += (size_t)wrote < room ? (size_t)wrote : room - 1;
	if (t->journal)
		journal_note(t->journal, note);
}

bool mm_property_is_shrinking(const struct theft *t)
{
	return t->shrinking;
}
