/* SPDX-License-Identifier: MIT */
/*
 * formula: what the formulas of watermarks, lists per CPU, counters and blocks
 * give, worked out in another way than the reference works it out: quotients by
 * products of 128 bits, roots by squares, limits by counting, blocks by frames.
 *
 * The list of formulas, with the function that has each and the property that
 * judges it: README.md beside this.
 */
#ifndef MM_FORMULA_H
#define MM_FORMULA_H

#include "invariants/engine/prop.h"

/* hi * 2^64 + lo */
struct formula_wide {
	uint64_t hi;
	uint64_t lo;
};

struct formula_wide formula_product(uint64_t a, uint64_t b);
/* a > b */
bool formula_exceeds(struct formula_wide a, struct formula_wide b);
/* Is q what is left of num / den when the remainder is dropped?  den > 0. */
bool formula_is_quotient(uint64_t q, struct formula_wide num, uint64_t den);
/* Is r the largest number whose square is no more than v? */
bool formula_is_root(uint64_t r, uint64_t v);

/* v itself, or a neighbour of it. */
uint64_t formula_near(struct mm_prop_run *p, uint64_t v);
/* Pages of a zone: up to 2^34, close to a power of two every other time. */
uint64_t formula_pages(struct mm_prop_run *p);

/* Properties: rows of formula_prop.c. */
void formula_products(struct mm_prop_run *p);
void formula_min_free(struct mm_prop_run *p);
void formula_marks(struct mm_prop_run *p);
void formula_boost(struct mm_prop_run *p);
void formula_reserves(struct mm_prop_run *p);
void formula_total(struct mm_prop_run *p);
void formula_rights(struct mm_prop_run *p);
void formula_question(struct mm_prop_run *p);
void formula_unboosted(struct mm_prop_run *p);
void formula_compaction(struct mm_prop_run *p);
void formula_batches(struct mm_prop_run *p);
void formula_limits(struct mm_prop_run *p);
void formula_refills(struct mm_prop_run *p);
void formula_excess(struct mm_prop_run *p);
void formula_high(struct mm_prop_run *p);
void formula_thresholds(struct mm_prop_run *p);
void formula_drift(struct mm_prop_run *p);
void formula_worth(struct mm_prop_run *p);
void formula_search(struct mm_prop_run *p);
void formula_buddies(struct mm_prop_run *p);
void formula_likely(struct mm_prop_run *p);
void formula_joins(struct mm_prop_run *p);

#endif
