/* SPDX-License-Identifier: MIT */
/*
 * theft_tables: tests that use theft's interface alone, and hold for either
 * engine.
 */
#ifndef MM_PROPERTY_THEFT_TABLES_H
#define MM_PROPERTY_THEFT_TABLES_H

#include "invariants/property/suites/suite.h"

extern const struct suite_test theft_run_tests[];
extern const struct suite_test theft_draw_tests[];
extern const struct suite_test theft_builtin_tests[];
extern const struct suite_test theft_hook_tests[];
extern const struct suite_test theft_fork_tests[];
extern const struct suite_test theft_shrink_tests[];
extern const struct suite_test theft_print_tests[];

#endif
