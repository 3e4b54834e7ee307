/* SPDX-License-Identifier: MIT */
/*
 * simplify: the passes over arguments, one by one and equal ones together.
 *
 * Mildest is the default of the kind.  Plain numbers go down to the least that
 * fails, by halving; masks get fewer flags, known masks first; a handle
 * names an older maker, so that younger ones become deletable.
 */
#include "fuzz/trace/arg.h"
#include "fuzz/trace/candidate.h"

/* Older makers a handle is moved to, at most. */
#define MAKERS_MAX 16

/* Raw numbers of masks that mean something else than a smaller one. */
#define MASKS 32u

/* Which arguments change: one, or all that have its kind and value. */
struct choice {
	struct mm_candidate *c;
	enum mm_arg_kind kind;
	size_t pos;
	int arg;
	bool all;
};

static enum mm_arg_kind kind_of(const struct mm_op *op, int arg)
{
	return mm_optable_get(op->op)->args[arg].kind;
}

static uint64_t value_of(const struct choice *ch)
{
	return ch->c->best.ops[ch->pos].arg[ch->arg];
}

static void set_all(const struct choice *ch, uint64_t value)
{
	uint64_t old = value_of(ch);
	size_t i;
	int a;

	for (i = 0; i < ch->c->best.nr; i++) {
		struct mm_op *op = &ch->c->ops[i];

		for (a = 0; a < MM_OP_ARGS_MAX && kind_of(op, a) != MM_ARG_END; a++) {
			if (kind_of(op, a) == ch->kind && op->arg[a] == old)
				op->arg[a] = value;
		}
	}
}

static bool try_value(const struct choice *ch, uint64_t value)
{
	if (value == value_of(ch))
		return false;
	if (ch->all)
		set_all(ch, value);
	else
		ch->c->ops[ch->pos].arg[ch->arg] = value;
	return mm_candidate_try(ch->c);
}

/* The least value that fails, if failing is monotonic; else a lower one. */
static bool lower_number(const struct choice *ch, uint64_t floor)
{
	uint64_t low = floor;
	bool smaller = false;

	while (low + 1 < value_of(ch) && mm_candidate_goes_on(ch->c)) {
		uint64_t mid = low + (value_of(ch) - low) / 2;

		if (try_value(ch, mid))
			smaller = true;
		else
			low = mid;
	}
	return smaller;
}

static bool fewer_flags(uint64_t a, uint64_t b)
{
	return __builtin_popcountll(a) < __builtin_popcountll(b);
}

static bool lower_mask(const struct choice *ch)
{
	bool smaller = false;
	unsigned int raw;
	uint64_t bit;

	for (raw = 1; raw < MASKS; raw++) {
		uint64_t mask = mm_arg_from_raw(ch->kind, raw);

		if (fewer_flags(mask, value_of(ch)))
			smaller |= try_value(ch, mask);
	}
	if (mm_arg_to_raw(ch->kind, value_of(ch), &raw))
		return smaller;
	for (bit = 1; bit && bit <= value_of(ch); bit <<= 1) {
		if (value_of(ch) & bit)
			smaller |= try_value(ch, value_of(ch) & ~bit);
	}
	return smaller;
}

static bool older_maker(const struct choice *ch)
{
	uint64_t made;
	int tries = 0;

	for (made = 1; made < value_of(ch) && tries < MAKERS_MAX; made++) {
		if (mm_optable_get(ch->c->best.ops[made - 1].op)->makes != ch->kind)
			continue;
		if (try_value(ch, made))
			return true;
		tries++;
	}
	return false;
}

static bool lower(const struct choice *ch)
{
	uint64_t mildest;

	if (mm_arg_is_handle(ch->kind))
		return value_of(ch) && !ch->all && older_maker(ch);
	mildest = mm_arg_default(ch->kind);
	if (value_of(ch) == mildest)
		return false;
	if (try_value(ch, mildest))
		return true;
	if (ch->kind == MM_ARG_GFP)
		return lower_mask(ch);
	return ch->kind != MM_ARG_SYSCTL && ch->kind != MM_ARG_FAULT && lower_number(ch, mildest);
}

/* Does the value stand anywhere behind this place, too? */
static bool stands_again(const struct choice *ch)
{
	size_t i;
	int a;

	for (i = ch->pos; i < ch->c->best.nr; i++) {
		const struct mm_op *op = &ch->c->best.ops[i];

		for (a = i == ch->pos ? ch->arg + 1 : 0;
		     a < MM_OP_ARGS_MAX && kind_of(op, a) != MM_ARG_END; a++) {
			if (kind_of(op, a) == ch->kind && op->arg[a] == value_of(ch))
				return true;
		}
	}
	return false;
}

static bool each_arg(struct mm_candidate *c, bool all)
{
	struct choice ch = {.c = c, .all = all};
	bool smaller = false;

	for (ch.pos = 0; ch.pos < c->best.nr; ch.pos++) {
		for (ch.arg = 0; ch.arg < MM_OP_ARGS_MAX && mm_candidate_goes_on(c); ch.arg++) {
			ch.kind = kind_of(&c->best.ops[ch.pos], ch.arg);
			if (ch.kind == MM_ARG_END)
				break;
			if (!all || (!mm_arg_is_handle(ch.kind) && stands_again(&ch)))
				smaller |= lower(&ch);
		}
	}
	return smaller;
}

bool mm_simplify_args(struct mm_candidate *c)
{
	bool smaller = each_arg(c, false);

	return each_arg(c, true) || smaller;
}
