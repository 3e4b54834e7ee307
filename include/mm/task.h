/* SPDX-License-Identifier: MIT */
/*
 * task: what the allocator asks about who calls it.  A context stands for one
 * task on one CPU; a few flags say what it is in the middle of.  Scopes set some
 * of them for a while, so that a function far below need not be told:
 *
 *     saved = enter(NOFS) ... enter(NOIO|NOFS) ... exit ... exit(saved)
 *
 * Kernel: current->flags (PF_MEMALLOC...), memalloc_noio_save and its family
 *   (include/linux/sched/mm.h, 6.12), in_interrupt, in_serving_softirq,
 *   rt_or_dl_task, tsk_is_oom_victim.
 * Differs: one task per CPU, without mm, fork or exit; being in an interrupt is a
 *   flag of the same word, not a count.  A task that is marked as a victim of the
 *   OOM killer stays alive.
 * State: a word in the context, which is the caller's: no part of the machine, its
 *   image or its digest.
 * Invariants:
 *   task.scope_restores   leaving a scope takes away what entering it added, and
 *                         nothing else
 */
#ifndef MM_TASK_H
#define MM_TASK_H

#include "mm/err.h"
#include "mm/event.h"

/* Set by scopes.  Kernel: PF_MEMALLOC, PF_MEMALLOC_NOIO, _NOFS, _PIN. */
#define MM_TASK_MEMALLOC 0x1u /* it frees memory: no watermark holds it */
#define MM_TASK_NOIO     0x2u /* its requests start no I/O */
#define MM_TASK_NOFS     0x4u /* nor call into filesystems */
#define MM_TASK_PIN      0x8u /* its pages will be pinned: none that can move */

/* What it is. */
#define MM_TASK_RT      0x10u /* scheduled in real time */
#define MM_TASK_VICTIM  0x20u /* the OOM killer chose it */
#define MM_TASK_HARDIRQ 0x40u /* interrupted: a handler acts in its name */
#define MM_TASK_SOFTIRQ 0x80u /* the same, serving a soft interrupt */

#define MM_TASK_SCOPES    (MM_TASK_MEMALLOC | MM_TASK_NOIO | MM_TASK_NOFS | MM_TASK_PIN)
#define MM_TASK_INTERRUPT (MM_TASK_HARDIRQ | MM_TASK_SOFTIRQ)
#define MM_TASK_ALL       0xffu

/* What changed: field of the event mm_task_flags. */
enum mm_task_change { MM_TASK_ENTER, MM_TASK_EXIT, MM_TASK_SET };

/*
 * Enter a scope: flags of MM_TASK_SCOPES.  Returns those that were not set before,
 * for mm_task_exit.  Kernel: memalloc_flags_save.
 */
uint32_t mm_task_enter(struct mm_ctx *x, uint32_t flags) MM_MUST_USE;
/* Leave it: saved is what entering returned.  Kernel: memalloc_flags_restore. */
void mm_task_exit(struct mm_ctx *x, uint32_t saved);
/* Say what it is: flags that no scope sets, all at once. */
void mm_task_set(struct mm_ctx *x, uint32_t flags);

/* Kernel: in_interrupt. */
static inline bool mm_task_in_interrupt(const struct mm_ctx *x)
{
	return (x->task_flags & MM_TASK_INTERRUPT) != 0;
}

/* "NOIO|NOFS", "0" for none: into buf; returns the length as snprintf does. */
size_t mm_task_print(uint32_t flags, char *buf, size_t len);
/* -MM_EINVAL for an unknown name; *out is then untouched. */
int mm_task_parse(const char *s, size_t len, uint32_t *out) MM_MUST_USE;

#endif
