/* SPDX-License-Identifier: MIT */
/*
 * doctor: what `mmref doctor` looks at, as tables: one file for tools, one for
 * the machine and its kernel.
 */
#ifndef MM_DOCTOR_H
#define MM_DOCTOR_H

/*
 * look is for sh: it prints what it found in one line and exits 0 (ok) or 2
 * (limited); anything else is missing.
 */
struct complaint {
	const char *name;
	const char *serves; /* what works with it */
	const char *look;
	const char *mend; /* the command that mends it, or who can */
};

extern const struct complaint doctor_tools[];
extern const struct complaint doctor_kernel[];

#endif
