/* SPDX-License-Identifier: MIT */
/*
 * cover: shares of trials, judged by their Wilson interval.
 *
 * A share of n trials is only an estimate.  The interval holds all true shares
 * under which one like it would still come in 99.9 % of runs; a requirement is
 * met when it lies below the interval, and missed when it lies above.  Unlike
 * the interval of the textbook it does not shrink to nothing when no trial, or
 * each, has the label.
 */
#include "invariants/property/mm_property.h"

#include <math.h>

/* Standard deviations that leave out 0.05 % on either side. */
#define DEVIATIONS 3.2905

void mm_property_interval(size_t with, size_t trials, double *lo, double *hi)
{
	double n = (double)trials;
	double z2 = DEVIATIONS * DEVIATIONS;
	double share;
	double middle;
	double width;

	*lo = 0;
	*hi = 100;
	if (!trials)
		return;
	share = (double)with / n;
	middle = (share + z2 / (2 * n)) / (1 + z2 / n);
	width = DEVIATIONS * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n);
	/* at the ends rounding may miss what is exact */
	*lo = with == 0 ? 0 : 100 * (middle - width);
	*hi = with == trials ? 100 : 100 * (middle + width);
}

enum mm_property_verdict mm_property_judge(size_t with, size_t trials, double percent)
{
	double lo;
	double hi;

	mm_property_interval(with, trials, &lo, &hi);
	if (lo >= percent)
		return MM_PROPERTY_MET;
	return hi < percent ? MM_PROPERTY_NOT_MET : MM_PROPERTY_UNDECIDED;
}
