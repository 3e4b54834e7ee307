/* SPDX-License-Identifier: MIT */
#include "invariants/property/suites/property_tables.h"

const struct suite_test *const suite_all[] = {
	property_defect_tests,    property_shrink_tests,
	property_challenge_tests, property_option_tests,
	property_kept_tests,      property_report_tests,
	property_speed_tests,     NULL,
};
