/* SPDX-License-Identifier: MIT */
/*
 * import_try: one import of some bytes, and what came of it, for the
 * properties of the importer.
 */
#ifndef MM_IMPORT_TRY_H
#define MM_IMPORT_TRY_H

#include "fuzz/import/import.h"
#include "invariants/engine/prop.h"

#include <stdbool.h>

#define IMPORT_HEAD "# kernel-trace kmem v1. cmd: true\n# columns: dt_us cpu pid EV ...\n"

struct import_try {
	char path[256]; /* a scratch file */
	struct mm_import_stats st;
	struct mm_error e;
	int err;
	char *text; /* the trace, valid until the next try */
	size_t len;
};

/* Makes the scratch file, which fini removes. */
void mm_import_try_init(struct import_try *t);
void mm_import_try_fini(struct import_try *t);

void mm_import_try_path(struct import_try *t, const char *path);
/* Write bytes to the scratch file and import that. */
void mm_import_try_bytes(struct import_try *t, const char *bytes, size_t len);
void mm_import_try_text(struct import_try *t, const char *text);
/* Only write; false when the host cannot. */
bool mm_import_try_write(struct import_try *t, const char *bytes, size_t len);

/* Does the trace say what the counts say, each handle freed at most once? */
bool mm_import_try_sound(const struct import_try *t);
/* Do the equations of import.h hold? */
bool mm_import_try_adds_up(const struct mm_import_stats *st);

/* The import was refused, with place and reason, and nothing was written. */
void mm_import_try_refused(struct mm_prop_run *p, const struct import_try *t, const char *what);

/* A file that is refused, where, and part of the reason. */
struct import_bad_line {
	const char *text; /* the whole file */
	int line;
	int col;
	const char *why;
};

/* Each of nr files is refused at its place and for its reason. */
void mm_import_try_bad_lines(struct mm_prop_run *p, const struct import_bad_line *lines, size_t nr);

/* Damage s, of at most max bytes: its new length. */
size_t mm_import_try_mutate(struct mm_rng *rng, char *s, size_t len, size_t max);
/* What damaged input must come to: refused so, or counted right. */
void mm_import_try_mutant(struct mm_prop_run *p, const struct import_try *t);

/* Damaged input, in import_bad.c; the table of properties names them. */
void mm_import_bad_lines(struct mm_prop_run *p);
void mm_import_bad_files(struct mm_prop_run *p);
void mm_import_bad_gzip(struct mm_prop_run *p);
void mm_import_bad_output(struct mm_prop_run *p);
void mm_import_mutations(struct mm_prop_run *p);

/* Text recordings, in import_text_bad.c. */
void mm_import_text_bad_lines(struct mm_prop_run *p);
void mm_import_text_mutations(struct mm_prop_run *p);

#endif
