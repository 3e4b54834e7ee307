/* SPDX-License-Identifier: MIT */
/*
 * mm_property: what the bundled engine can do beyond theft's interface.
 *
 *     suite ── theft_run(cfg) ─────────────────────┐
 *     suite ── mm_property_run(cfg, options, out) ─┴─ engine
 *
 * A suite may use either; theft_run is mm_property_run without options.  With
 * MM_THEFT=system this header stays, libtheft does the work, and what it cannot
 * do is left out; the first such use in a process says so on stderr.
 *
 * Environment: MM_PROPERTY_SEED=0x... is the seed of every run instead of the
 * configuration's.  A trial's seed used so makes this trial the first.
 */
#ifndef MM_PROPERTY_H
#define MM_PROPERTY_H

#include <theft.h>

/* ---- inside a property, or where its arguments are made ---- */

/*
 * Marks around what belongs together, for instance one operation with its
 * arguments: shrinking takes it out as a whole.  They nest; an end too many is
 * ignored, and an argument that is finished ends its own.
 */
void mm_property_begin(struct theft *t);
void mm_property_end(struct theft *t);

/* This trial is one of those called so.  Trials are counted, not calls. */
void mm_property_label(struct theft *t, const char *label);

/* Why the trial fails: printed with the counterexample and kept with it.  The
 * first note of a trial stays, later ones are appended as lines. */
void mm_property_note(struct theft *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whether this run of the property is one of shrinking's: nobody will see what
 * it prints. */
bool mm_property_is_shrinking(const struct theft *t);

/* ---- options of a run ---- */

/*
 * A label and how many of the trials that passed or failed have to have it.
 * Chance decides how many do, so a bare share would make a suite fail for
 * nothing.  The verdict is that of the Wilson interval at 99.9 %:
 *
 *     0 %      [------ what was seen ------]            100 %
 *           ^ MET               ^ UNDECIDED        ^ NOT_MET   (percent)
 *
 * Only NOT_MET makes a run fail.
 */
struct mm_property_cover {
	const char *label;
	double percent;
};

enum mm_property_verdict {
	MM_PROPERTY_UNDECIDED,
	MM_PROPERTY_MET,
	MM_PROPERTY_NOT_MET,
};

struct mm_property_report;

/* All zero: as theft_run does. */
struct mm_property_options {
	/* Budgets, 0: none.  When one is used up, the best so far is reported. */
	uint32_t max_ms;         /* no further trial is begun */
	uint32_t max_shrink_ms;  /* for each failure */
	size_t max_shrink_calls; /* of the property, for each failure */

	/* coverage requirements */
	const struct mm_property_cover *cover;
	size_t nr_cover;

	/*
	 * A folder of failures, NULL: none.  The shrunk counterexample is kept
	 * in FOLDER/NAME.failure, and replayed first by the next run.
	 */
	const char *failures;

	/* End after the first trial that failed. */
	bool halt_on_failure;

	/* Print nothing but failures: hooks that are NULL stay silent. */
	bool quiet;

	/* Do not look at MM_PROPERTY_SEED. */
	bool ignore_environment;

	FILE *out; /* NULL: stdout */

	/* The run is one test of it; NULL: of none. */
	struct mm_property_report *report;
};

/* ---- what came of a run ---- */

struct mm_property_result {
	enum theft_run_res res;
	struct theft_run_report counts;
	theft_seed run_seed;
	double seconds;

	/* The first failure, valid when counts.fail is not 0. */
	theft_seed failed_seed; /* of the trial; 0 when a kept failure failed again */
	size_t shrink_calls;    /* runs of the property while shrinking */
	size_t shrunk;          /* of which made it smaller */
	bool replayed;          /* it was a kept failure */
	char note[256];         /* what mm_property_note said, cut to fit */

	/* Failures that did not fail again on the same tape; also in counts.fail. */
	size_t flaky;
	bool out_of_time;    /* max_ms ended the run */
	bool shrink_stopped; /* a budget ended shrinking */
	size_t not_covered;  /* requirements with verdict NOT_MET */
};

/* As theft_run; result may be NULL, and so may options. */
enum theft_run_res mm_property_run(const struct theft_run_config *cfg,
				   const struct mm_property_options *options,
				   struct mm_property_result *result);

/* The verdict on a requirement of percent, seen in `with` of `trials`. */
enum mm_property_verdict mm_property_judge(size_t with, size_t trials, double percent);

/* Its interval, in percent. */
void mm_property_interval(size_t with, size_t trials, double *lo, double *hi);

/* ---- a property as a fuzz target ---- */

/*
 * One trial in this process whose draws come from the bytes: n bits take the
 * next (n + 7) / 8 of them, low ones first; past the end all are zero.  No hook
 * is called, nothing is shrunk; a failure prints arguments and note to stderr.
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
 *     {
 *     	if (mm_property_one(&cfg, data, size) == THEFT_TRIAL_FAIL)
 *     		abort();
 *     	return 0;
 *     }
 */
enum theft_trial_res mm_property_one(const struct theft_run_config *cfg, const uint8_t *data,
				     size_t size);

/* ---- reports for machines ---- */

enum mm_property_format {
	MM_PROPERTY_TAP,   /* Test Anything Protocol 13, a line per run as it ends */
	MM_PROPERTY_JUNIT, /* JUnit's XML, written as a whole at the end */
};

/* suite names the report; NULL when memory is short.  out is not closed. */
struct mm_property_report *mm_property_report_open(enum mm_property_format format, FILE *out,
						   const char *suite);

/* A test that is no run of this engine; why (may be NULL) says what failed. */
void mm_property_report_add(struct mm_property_report *report, const char *name,
			    const struct mm_property_result *result, const char *why);

/* Write what is left, and free it; false: not all could be written. */
bool mm_property_report_close(struct mm_property_report *report);

/* Whether the engine behind theft.h is this project's. */
bool mm_property_is_bundled(void);

#endif
