/* SPDX-License-Identifier: MIT */
/*
 * digest: one number for the whole state, kept as a sum of one hash per
 * object.  A sum can follow a change of one object: take the old part off, add
 * the new.  Hashes never see a host pointer, so the number is the same in any
 * process.  The sweep computes it from nothing and thereby finds an object that
 * changed and was not marked as touched.
 */
#include "mm/machine.h"
#include "mm/rng.h"

/* The part of the sum an object stands for: kind and id are mixed in, so that
 * two objects that swap their states do not cancel out.  One that is not there, whose
 * hash is 0, stands for nothing: who skips it gets the same sum. */
static uint64_t part(const struct mm_machine *m, enum mm_obj kind, uint64_t id)
{
	uint64_t h = m->digest[kind].ops->hash(m, id);

	return h ? mm_hash64(mm_hash64_step(h, mm_touched_key(kind, id))) : 0;
}

int mm_machine_kind_set(struct mm_machine *m, enum mm_obj kind, const struct mm_kind_ops *ops)
{
	uint64_t n = ops->count(m);

	if (kind == MM_OBJ_FRAME)
		m->digest[kind].cached = mm_machine_alloc_frames(m, 64, 0);
	else if (kind == MM_OBJ_PAGEBLOCK)
		m->digest[kind].cached = mm_machine_alloc_frames(m, 64, m->desc.pageblock_order);
	else if (kind == MM_OBJ_SECTION && m->desc.deferred)
		m->digest[kind].cached =
			mm_arena_reserve(&m->arena, (size_t)n * sizeof(uint64_t), 4096);
	else
		m->digest[kind].cached = mm_machine_alloc(m, (size_t)n * sizeof(uint64_t), 64);
	if (!m->digest[kind].cached)
		return -MM_ENOMEM;
	m->digest[kind].ops = ops;
	return 0;
}

int mm_machine_kind_populate(struct mm_machine *m, enum mm_obj kind, uint64_t first, uint64_t last)
{
	uint64_t n = m->digest[kind].ops->count(m);

	if (!m->desc.deferred)
		return 0;
	last = last < n ? last : n;
	return mm_arena_populate(&m->arena, &m->digest[kind].cached[first],
				 (size_t)(last - first) * sizeof(uint64_t));
}

uint64_t mm_machine_kind_count(const struct mm_machine *m, enum mm_obj kind)
{
	return m->digest[kind].ops ? m->digest[kind].ops->count(m) : 0;
}

uint64_t mm_machine_kind_next(const struct mm_machine *m, enum mm_obj kind, uint64_t id)
{
	const struct mm_kind_ops *ops = m->digest[kind].ops;

	return m->desc.deferred && ops && ops->next ? ops->next(m, id) : id;
}

/* The part of an object as it is now, taken into the sums. */
static void refresh(struct mm_machine *m, enum mm_obj kind, uint64_t id)
{
	uint64_t *cached = &m->digest[kind].cached[id];
	uint64_t now = part(m, kind, id);

	if (now != *cached)
		m->digest_changed = mm_touched_key(kind, id);
	m->digest_sum += now - *cached;
	if (mm_touched_is_hint(kind))
		m->digest_hints += now - *cached;
	*cached = now;
}

void mm_machine_digest_adopt(struct mm_machine *m, enum mm_obj kind, uint64_t first, uint64_t last)
{
	for (; first < last; first++)
		refresh(m, kind, first);
}

uint64_t mm_machine_digest(const struct mm_machine *m)
{
	return m->digest_sum;
}

uint64_t mm_machine_digest_firm(const struct mm_machine *m)
{
	return m->digest_sum - m->digest_hints;
}

void mm_machine_digest_follow(struct mm_machine *m, const struct mm_touched *t)
{
	uint32_t i;

	if (t->all) {
		mm_machine_digest_rebuild(m);
		return;
	}
	for (i = 0; i < t->nr; i++) {
		refresh(m, mm_touched_kind(t->key[i]), mm_touched_id(t->key[i]));
	}
}

uint64_t mm_machine_digest_sweep(const struct mm_machine *m)
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < MM_OBJ_NR; kind++) {
		uint64_t n = mm_machine_kind_count(m, (enum mm_obj)kind);
		enum mm_obj k = (enum mm_obj)kind;
		uint64_t id;

		for (id = mm_machine_kind_next(m, k, 0); id < n;
		     id = mm_machine_kind_next(m, k, id + 1))
			sum += part(m, k, id);
	}
	return sum;
}

bool mm_machine_digest_stale(const struct mm_machine *m, enum mm_obj *kind, uint64_t *id)
{
	int k;

	for (k = 0; k < MM_OBJ_NR; k++) {
		uint64_t n = mm_machine_kind_count(m, (enum mm_obj)k);
		uint64_t i = mm_machine_kind_next(m, (enum mm_obj)k, 0);

		while (i < n && m->digest[k].cached[i] == part(m, (enum mm_obj)k, i))
			i = mm_machine_kind_next(m, (enum mm_obj)k, i + 1);
		if (i < n) {
			*kind = (enum mm_obj)k;
			*id = i;
			return true;
		}
	}
	return false;
}

void mm_machine_digest_rebuild(struct mm_machine *m)
{
	uint64_t sum = 0;
	uint64_t hints = 0;
	int k;

	for (k = 0; k < MM_OBJ_NR; k++) {
		uint64_t n = mm_machine_kind_count(m, (enum mm_obj)k);
		uint64_t i;

		for (i = mm_machine_kind_next(m, (enum mm_obj)k, 0); i < n;
		     i = mm_machine_kind_next(m, (enum mm_obj)k, i + 1)) {
			m->digest[k].cached[i] = part(m, (enum mm_obj)k, i);
			sum += m->digest[k].cached[i];
			if (mm_touched_is_hint((enum mm_obj)k))
				hints += m->digest[k].cached[i];
		}
	}
	m->digest_sum = sum;
	m->digest_hints = hints;
}
