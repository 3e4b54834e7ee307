/* SPDX-License-Identifier: MIT */
/*
 * proc_machine: what a machine prints, parsed and held against the machine.
 */
#ifndef MM_PROC_MACHINE_H
#define MM_PROC_MACHINE_H

#include "mm/machine.h"

#include "fuzz/import/proc.h"
#include "invariants/engine/prop.h"

/*
 * Parse what m prints and demand that it prints the same bytes; the caller
 * frees v.  False when p failed, and then v holds nothing.
 */
bool mm_proc_try_printed(struct mm_prop_run *p, struct mm_proc *v, enum mm_proc_kind kind,
			 const struct mm_machine *m);

/* All four files parse, come back to the byte, and say what m is. */
void mm_proc_check_printed(struct mm_prop_run *p, const struct mm_machine *m);

#endif
