/* SPDX-License-Identifier: MIT */
/*
 * property_tables: tests of what the bundled engine does beyond theft's
 * interface, and better than libtheft.
 */
#ifndef MM_PROPERTY_PROPERTY_TABLES_H
#define MM_PROPERTY_PROPERTY_TABLES_H

#include "invariants/property/mm_property.h"
#include "invariants/property/suites/suite.h"

extern const struct suite_test property_defect_tests[];
extern const struct suite_test property_shrink_tests[];
extern const struct suite_test property_challenge_tests[];
extern const struct suite_test property_option_tests[];
extern const struct suite_test property_kept_tests[];
extern const struct suite_test property_report_tests[];
extern const struct suite_test property_speed_tests[];

#endif
