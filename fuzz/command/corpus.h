/* SPDX-License-Identifier: MIT */
/*
 * corpus: what the words of `mmref corpus` share: inputs in folders, and what
 * each of them reaches.
 *
 *     seed     corpus/ *.ops ----------------------> bytes, a file per trace
 *     merge    IN... --measure--> what adds -------> OUT
 *     min      FOLDER --measure--> cover --trim----> FOLDER, at once
 *     upgrade  FOLDER --decode, encode-------------> FOLDER, at once
 *
 * A folder is replaced by another that was finished beside it; until then it is
 * as it was.
 */
#ifndef MM_CORPUS_H
#define MM_CORPUS_H

#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/trace/exec.h"

struct corpus_args {
	const char *what;
	const char *target;
	struct words paths;
	const char *from;
	const char *engine;
	const char *out;
	uint64_t tries;
	struct mm_target t; /* the target, read */
};

int corpus_seed(const struct corpus_args *a);
int corpus_merge(const struct corpus_args *a);
int corpus_min(const struct corpus_args *a);
int corpus_upgrade(const struct corpus_args *a);
int corpus_speed(const struct corpus_args *a);
int corpus_dict(const struct corpus_args *a);

/* ---- files (corpus_files.c) ---- */

struct corpus_input {
	char *path;
	const char *name; /* the end of path */
	uint8_t *bytes;
	size_t len;
};

struct corpus {
	struct corpus_input *in;
	size_t nr, cap;
};

/* Add the files of a folder, by name; hidden ones are none.  STATUS_OK, or what
 * to exit with after a complaint: a folder that is missing or holds none, a
 * folder inside, a file that cannot be read. */
int corpus_load(struct corpus *c, const char *folder);
void corpus_free(struct corpus *c);
uint64_t corpus_bytes(const struct corpus *c);
/* A folder to write to: made when missing; empty: it must hold nothing. */
int corpus_folder(const char *folder, bool empty);
/* FOLDER/NAME, there at once and whole, or not at all. */
int corpus_write(const char *folder, const char *name, const void *bytes, size_t len);
/* The folder "FOLDER.new" to fill, empty; path has room for len. */
int corpus_begin(const char *folder, char *path, size_t len);
/* FOLDER becomes what FOLDER.new is; the old one is kept until that is done. */
int corpus_commit(const char *folder);
/* Remove a folder and the files in it; what is missing is removed. */
int corpus_remove(const char *folder);

/* ---- what an input reaches (corpus_features.c) ---- */

/*
 * Features are numbers.  In a build that libFuzzer instruments: a branch and how
 * often it was taken, in eight steps, as libFuzzer counts.  In others: an event
 * that follows another, and how often.
 */
struct features {
	uint32_t *f; /* ascending */
	size_t nr, cap;
};

struct feature_run;

/* "branches" or "events". */
const char *features_kind(void);
/* Booted machines of a target; NULL after a complaint. */
struct feature_run *features_open(const char *target);
void features_close(struct feature_run *r);
const char *features_target(const struct feature_run *r);
/* What the input reaches.  False: it fails, and claim says why. */
bool features_of(struct feature_run *r, const uint8_t *bytes, size_t len, struct features *out,
		 const char **claim);
/* The same of a trace that names a machine of the target. */
bool features_of_trace(struct feature_run *r, const struct mm_trace *t, struct features *out,
		       const char **claim);
/* From here on a death is reported with its trace, and kept. */
void features_watch(struct feature_run *r);
/* Report what the last run of this trace broke, and keep it. */
int features_report(const struct feature_run *r, const struct mm_trace *t);
/* The target's operations as a trace; the caller frees it. */
void features_decode(const struct feature_run *r, const uint8_t *bytes, size_t len,
		     struct mm_trace *t);
/* All features are below it. */
uint32_t features_limit(struct feature_run *r);
bool features_add(struct features *set, uint32_t feature);
bool features_hold(const struct features *set, const struct features *part);
void features_free(struct features *f);

/* ---- all inputs of a corpus (corpus_measure.c) ---- */

struct measured {
	struct features *of; /* per input */
	bool *failed;        /* died, hung or broke a claim */
	size_t nr, nr_failed;
	size_t resumed; /* inputs that an earlier call had measured */
};

/*
 * Measure each input in a child: one that dies or hangs costs a new child.  What
 * is known stands in the file control, from which an interrupted call goes on.
 */
int corpus_measure(struct measured *m, struct feature_run *r, const struct corpus *c,
		   const char *control);
void corpus_measure_free(struct measured *m);

/* ---- shorter inputs (corpus_trim.c) ---- */

struct trim {
	const struct corpus_args *a;
	const struct corpus *c;
	struct feature_run *r;
	const struct measured *of;
	const bool *kept;   /* those to trim */
	const char *folder; /* for the results, under their names */
};

struct trimmed {
	size_t shorter, dropped;
};

/*
 * Write the kept inputs, each without the operations and arguments that no feature
 * needs which it alone reaches.  So together they reach what they did.
 */
int corpus_trim(const struct trim *t, struct trimmed *n);

/* Zeroed memory that children share; NULL when the host refuses. */
void *corpus_share(size_t len);
void corpus_unshare(void *shared, size_t len);

#endif
