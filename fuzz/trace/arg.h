/* SPDX-License-Identifier: MIT */
/*
 * arg: what the kinds of arguments have in common and where they differ: their
 * word in the lock, their spelling in text, their 14 bits in bytes.
 *
 * In bytes an argument is a raw number of 14 bits.  0 is the mildest choice of
 * every kind, and one raw number means one value; several may mean the same.
 * A value that no raw number means travels as a literal.
 */
#ifndef MM_ARG_H
#define MM_ARG_H

#include "mm/err.h"
#include "mm/ops.h"

#define MM_ARG_RAW_NR 0x4000u

/* Longest value that mm_arg_print writes, with its NUL. */
#define MM_ARG_TEXT_MAX 512

/* "order": the word of a kind in optable.lock; NULL for MM_ARG_END. */
const char *mm_arg_word(enum mm_arg_kind kind);
/* Does the argument name the operation that made something? */
bool mm_arg_is_handle(enum mm_arg_kind kind);
/* A handle that may be missing: the operation runs all the same. */
bool mm_arg_is_optional(enum mm_arg_kind kind);
/* "a GFP mask such as KERNEL|ZERO": what text may hold there. */
const char *mm_arg_expected(enum mm_arg_kind kind);

/* The functions below are for kinds that are no handles. */

/* What a key that is left out means: raw number 0, KERNEL for a mask. */
uint64_t mm_arg_default(enum mm_arg_kind kind);
/* What a raw number means. */
uint64_t mm_arg_from_raw(enum mm_arg_kind kind, unsigned int raw);
/* The smallest raw number that means value; false: it needs a literal. */
bool mm_arg_to_raw(enum mm_arg_kind kind, uint64_t value, unsigned int *raw);
/* The nearest value that exists, for literals: unknown GFP bits are dropped. */
uint64_t mm_arg_settle(enum mm_arg_kind kind, uint64_t value);

/* Text of a value into buf, at most MM_ARG_TEXT_MAX. */
void mm_arg_print(enum mm_arg_kind kind, uint64_t value, char *buf, size_t len);
/* 0, or -MM_EINVAL for anything but mm_arg_expected(kind). */
int mm_arg_parse(enum mm_arg_kind kind, const char *s, size_t len, uint64_t *value) MM_MUST_USE;

/* A number without suffix, decimal or 0x, below 2^64. */
bool mm_arg_number(const char *s, size_t len, uint64_t *value);

#endif
