/* SPDX-License-Identifier: MIT */
/*
 * event_truth: an eyewitness of events, beside the models.
 *
 *     event --> is each of its fields what the machine has at that moment, what the
 *               operation was told, what was said before or has to follow from that?
 *
 * Models judge decisions, and read of an event what they need for it.  What else it
 * says is for readers of trails and recordings, and here that is judged too: nothing
 * of it may differ from what anybody can see.
 */
#ifndef MM_EVENT_TRUTH_H
#define MM_EVENT_TRUTH_H

#include "fuzz/trace/run.h"

struct event_truth;

/* A witness of a machine that is as booted or as reset; NULL: no host memory. */
struct event_truth *event_truth_create(const struct mm_run *run);
void event_truth_destroy(struct event_truth *t);

/* A listener's function; env: the witness. */
void event_truth_hear(void *env, const struct mm_event *ev);
/* After each operation: mm_run_options.progress, progress_every 0. */
void event_truth_after_op(void *env, size_t done, size_t total);

/* The first thing that was not true, as a sentence; NULL: nothing. */
const char *event_truth_lie(const struct event_truth *t);

#endif
