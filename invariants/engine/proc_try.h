/* SPDX-License-Identifier: MIT */
/*
 * proc_try: a text of /proc parsed and printed again, for the properties of
 * the parser and of the renderers.
 */
#ifndef MM_PROC_TRY_H
#define MM_PROC_TRY_H

#include "fuzz/import/proc.h"
#include "invariants/engine/prop.h"

/* Parse len bytes; p fails with the place when they are refused. */
bool mm_proc_try_parse(struct mm_prop_run *p, struct mm_proc *v, enum mm_proc_kind kind,
		       const struct mm_proc_text *t);

/* Does what was parsed print the same bytes? */
bool mm_proc_try_same(const struct mm_proc *v, const struct mm_proc_text *t);

/*
 * Parse, and demand that it prints the same bytes; the caller frees v.  False
 * when p failed, and then v holds nothing.
 */
bool mm_proc_try(struct mm_prop_run *p, struct mm_proc *v, enum mm_proc_kind kind,
		 const struct mm_proc_text *t);

#endif
