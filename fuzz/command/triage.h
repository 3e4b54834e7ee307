/* SPDX-License-Identifier: MIT */
/*
 * triage: from a folder of artefacts to a list of bugs.
 *
 *     find    every file is an artefact or is passed over     triage_find.c
 *     judge   each artefact gets one outcome                  triage_judge.c
 *     sort    outcomes become buckets and lists               triage_sort.c
 *     keep    a folder per bucket, with its shortest trace    triage_keep.c
 *     report  report.md for people, report.json for programs  triage_report.c,
 *                                                             triage_json.c
 *
 * Every artefact ends in exactly one bucket or list.
 */
#ifndef MM_TRIAGE_H
#define MM_TRIAGE_H

#include "fuzz/command/command.h"

#include <signal.h>

#define TRIAGE_NAME_MAX 120 /* of a bucket's folder */

struct triage_args {
	const char *folder;
	const char *out;
	const char *target;
	const char *known;
	uint64_t jobs;
	uint64_t timeout; /* CPU seconds of a run */
	uint64_t memory;  /* MiB of a run */
	uint64_t runs;    /* of each artefact */
	uint64_t budget;  /* seconds of shrinking per bucket; 0: none */
	bool json;
};

/* Where an artefact ends. */
enum triage_list {
	LIST_WAITS, /* not judged: interrupted */
	LIST_FAILS, /* in a bucket */
	LIST_PASSES,
	LIST_FLAKY,
	LIST_REFUSED,      /* no trace, or a machine that does not boot */
	LIST_UNREADABLE,   /* the host does not give it to us */
	LIST_UNATTRIBUTED, /* bytes of an unknown target */
	LIST_NR
};

struct artefact {
	char *path;
	const char *name;   /* within the folder: a part of path */
	const char *origin; /* "libFuzzer crash", "trace", ... */
	char target[32];    /* bytes of which target; empty: a text */
	bool known;         /* of --known: judged, and counted nowhere */
};

/* In shared memory: who judges may die. */
struct outcome {
	enum triage_list list;
	bool unread; /* died while it was read, so that there is no trace */
	char bucket[400];
	char text[400];
	char op[40];
	size_t pos;
	size_t ops; /* of the trace */
	off_t size; /* of the file */
};

struct bucket {
	const char *key;
	char name[TRIAGE_NAME_MAX + 8]; /* of its folder */
	size_t *members;                /* artefacts, the shortest first */
	size_t nr;
	bool fresh; /* --known has none like it */
};

/* What shrinking made of a bucket; in shared memory. */
struct kept_bucket {
	bool written; /* trace.ops is there */
	bool shrunk;
	size_t ops;
	char note[300]; /* why it is not shrunk, or not to the end; may be empty */
};

struct triage {
	struct triage_args a;
	char out[3000];

	struct artefact *artefacts;
	size_t nr, cap;
	bool found_all;     /* no folder below could not be read */
	size_t passed_over; /* files that are no artefacts */
	struct outcome *outcomes;

	struct bucket *buckets; /* most members first */
	size_t nr_buckets;
	struct kept_bucket *kept;
	char **known; /* keys of buckets that were met before */
	size_t nr_known;
	bool met_others; /* a failure that is in no bucket, met while shrinking */
	bool interrupted;
};

/* Set by SIGINT and SIGTERM. */
extern volatile sig_atomic_t triage_told_to_stop;

/* ---- triage_find.c ---- */

/* All artefacts below a folder, sorted by name; STATUS_OK or what to exit with. */
int triage_find(struct triage *t, const char *folder, bool known);
/* Is it a file or folder that --known takes?  Adds what it holds. */
int triage_find_known(struct triage *t);
void triage_free(struct triage *t);

/* ---- triage_judge.c ---- */

/* Fill the outcomes.  STATUS_OK, also when interrupted, or STATUS_OUR_FAULT. */
int triage_judge(struct triage *t);
/* Call work(t, i) for each i < nr in a process of its own, so many at a time; dies
 * is told of those that ended in another way than with status 0. */
int triage_parallel(struct triage *t, size_t nr, void (*work)(struct triage *t, size_t i),
		    void (*dies)(struct triage *t, size_t i, int wstatus), const char *what);
/* Zeroed memory that children write to; NULL when the host refuses. */
void *triage_share(size_t size);

/* ---- triage_sort.c ---- */

int triage_sort(struct triage *t);
size_t triage_count(const struct triage *t, enum triage_list list);
/* Artefacts, without those of --known. */
size_t triage_total(const struct triage *t);
/* Is each artefact in exactly one bucket or list? */
bool triage_adds_up(const struct triage *t);
const char *triage_list_name(enum triage_list list);

/* ---- triage_keep.c ---- */

/* Where results go; artefacts do not lie there. */
void triage_name_out(struct triage *t);
/* Make that folder; one that holds something else is refused. */
int triage_open_out(struct triage *t);
int triage_keep(struct triage *t);
/* Put what print() prints into OUT/NAME, all or nothing. */
int triage_write(const struct triage *t, const char *name,
		 void (*print)(const struct triage *t, FILE *out));

/* ---- reports ---- */

void triage_print_report(const struct triage *t, FILE *out);
void triage_print_json(const struct triage *t, FILE *out);
/* Keys of buckets in a report.json; STATUS_OK or STATUS_BAD_INPUT. */
int triage_read_json(struct triage *t, const char *path);

#endif
