/* SPDX-License-Identifier: MIT */
/*
 * formula_wide: products that 64 bits do not hold.  Nothing here divides, so
 * that no rounding of the reference is done over again:
 *
 *     q = num / den, remainder dropped   <=>   q * den <= num < q * den + den
 */
#include "formula.h"

bool formula_exceeds(struct formula_wide a, struct formula_wide b)
{
	return a.hi > b.hi || (a.hi == b.hi && a.lo > b.lo);
}

static struct formula_wide plus(struct formula_wide a, uint64_t b)
{
	struct formula_wide sum = {a.hi, a.lo + b};

	sum.hi += sum.lo < b;
	return sum;
}

/* Bit by bit, as on paper. */
/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): the same either way */
struct formula_wide formula_product(uint64_t a, uint64_t b)
{
	struct formula_wide sum = {0, 0};
	int i;

	for (i = 63; i >= 0; i--) {
		sum.hi = sum.hi << 1 | sum.lo >> 63;
		sum.lo <<= 1;
		if (b >> i & 1)
			sum = plus(sum, a);
	}
	return sum;
}

bool formula_is_quotient(uint64_t q, struct formula_wide num, uint64_t den)
{
	struct formula_wide least = formula_product(q, den);

	return !formula_exceeds(least, num) && formula_exceeds(plus(least, den), num);
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): as is_quotient, the answer first */
bool formula_is_root(uint64_t r, uint64_t v)
{
	const struct formula_wide n = {0, v};

	return !formula_exceeds(formula_product(r, r), n) &&
	       formula_exceeds(formula_product(r + 1, r + 1), n);
}

uint64_t formula_near(struct mm_prop_run *p, uint64_t v)
{
	uint64_t by = prop_below(p, 3);

	if (by == 2)
		return v ? v - 1 : v;
	return v + by;
}

uint64_t formula_pages(struct mm_prop_run *p)
{
	if (prop_below(p, 2))
		return formula_near(p, (uint64_t)1 << prop_below(p, 35));
	return prop_any(p, 34);
}

/* By halves of 32 bits.  A quotient or a root is no other number than it is. */
void formula_products(struct mm_prop_run *p)
{
	uint64_t a = prop_any(p, 64);
	uint64_t b = prop_any(p, 64);
	uint64_t rest = prop_below(p, b);
	struct formula_wide ab = formula_product(a, b);
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t left = (a >> 32) * (b & UINT32_MAX);
	uint64_t right = (a & UINT32_MAX) * (b >> 32);
	uint64_t carried = (low >> 32) + (left & UINT32_MAX) + (right & UINT32_MAX);
	uint64_t high = (a >> 32) * (b >> 32) + (left >> 32) + (right >> 32) + (carried >> 32);

	PROP(p, ab.lo == a * b && ab.hi == high, "%llu * %llu", (unsigned long long)a,
	     (unsigned long long)b);
	PROP(p, b == 0 || a == UINT64_MAX || formula_is_quotient(a, plus(ab, rest), b),
	     "%llu is not in it %llu times", (unsigned long long)b, (unsigned long long)a);
	PROP(p, b == 0 || !formula_is_quotient(a, plus(ab, b), b), "once more, and the same");
	PROP(p,
	     a == 0 || b == 0 || !formula_is_quotient(a, plus(formula_product(a - 1, b), b - 1), b),
	     "one less, and the same");
	a >>= 33;
	PROP(p,
	     formula_is_root(a, a * a) && formula_is_root(a, a * a + 2 * a) &&
		     !formula_is_root(a, a * a + 2 * a + 1) &&
		     (!a || !formula_is_root(a, a * a - 1)),
	     "%llu squared", (unsigned long long)a);
}
