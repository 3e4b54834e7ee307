/* SPDX-License-Identifier: MIT */
/*
 * prop_list: all properties there are: rows of the suites, then one for each
 * module with operations; and which of them a name means.
 */
#ifndef MM_PROP_LIST_H
#define MM_PROP_LIST_H

#include "invariants/engine/prop_trial.h"

struct prop_list;

/* NULL: no host memory. */
struct prop_list *prop_list_create(void);
void prop_list_destroy(struct prop_list *l);

size_t prop_list_count(const struct prop_list *l);
const struct prop_item *prop_list_get(const struct prop_list *l, size_t i);

/* The one that is called so, NULL: none is. */
const struct prop_item *prop_list_find(const struct prop_list *l, const char *name);

/* Does NAME (a property, a module, or how properties of a module begin) mean this
 * one? */
bool prop_list_selects(const struct prop_list *l, const char *name, const struct prop_item *item);

#endif
