/* SPDX-License-Identifier: MIT */
/*
 * run: what a run needs before its first trial.
 */
#ifndef MM_PROPERTY_RUN_H
#define MM_PROPERTY_RUN_H

#include "invariants/property/engine.h"

/* NULL, if there is no memory or the configuration is refused; *res says which,
 * and stderr why. */
struct theft *run_new(const struct theft_run_config *cfg, const struct mm_property_options *options,
		      enum theft_run_res *res);
void run_delete(struct theft *t);

#endif
