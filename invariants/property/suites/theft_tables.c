/* SPDX-License-Identifier: MIT */
#include "invariants/property/suites/theft_tables.h"

const struct suite_test *const suite_all[] = {
	theft_run_tests,  theft_draw_tests,   theft_builtin_tests, theft_hook_tests,
	theft_fork_tests, theft_shrink_tests, theft_print_tests,   NULL,
};
