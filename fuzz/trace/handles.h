/* SPDX-License-Identifier: MIT */
/*
 * handles: which makers of a kind are still there, counted in the text.
 *
 * Bytes name a handle by rank: the k-th newest maker that no earlier operation
 * consumed, or the k-th most recently consumed one.  Going through a trace
 * from its start, this index turns a rank into the maker's position and back
 * in O(log makers).  It knows the text only, never a machine.
 *
 *     position   0 alloc   1 alloc   2 free 1   3 alloc   4 free ?
 *     makers     a         b                    c
 *     live, newest first:  c a         consumed, latest first:  b
 */
#ifndef MM_HANDLES_H
#define MM_HANDLES_H

#include "mm/err.h"
#include "mm/ops.h"

struct mm_handles;

/* NULL when host memory is gone. */
struct mm_handles *mm_handles_create(void);
/* Forget the makers, keep the memory. */
void mm_handles_clear(struct mm_handles *h);
/* h may be NULL. */
void mm_handles_destroy(struct mm_handles *h);

/* Operation pos makes a handle; positions ascend.  0 or -MM_ENOMEM. */
int mm_handles_make(struct mm_handles *h, enum mm_arg_kind kind, uint32_t pos) MM_MUST_USE;
/* An operation consumes what pos made; a second time changes nothing. */
void mm_handles_consume(struct mm_handles *h, enum mm_arg_kind kind, uint32_t pos);

uint32_t mm_handles_nr_live(const struct mm_handles *h, enum mm_arg_kind kind);
uint32_t mm_handles_nr_consumed(const struct mm_handles *h, enum mm_arg_kind kind);
/* Position of the k-th newest live maker, from 0; k < nr_live. */
uint32_t mm_handles_live(const struct mm_handles *h, enum mm_arg_kind kind, uint32_t k);
/* Position of the k-th most recently consumed maker, from 0; k < nr_consumed. */
uint32_t mm_handles_consumed(const struct mm_handles *h, enum mm_arg_kind kind, uint32_t k);
/* The inverse of both: true and the rank among the live, else among the consumed. */
bool mm_handles_rank(const struct mm_handles *h, enum mm_arg_kind kind, uint32_t pos, uint32_t *k);

#endif
