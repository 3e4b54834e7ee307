/* SPDX-License-Identifier: MIT */
/*
 * suite: tests of the engine itself, so they use none of its checking: a test
 * is a function, a check that does not hold is printed and counted.
 */
#ifndef MM_PROPERTY_SUITE_H
#define MM_PROPERTY_SUITE_H

#include <theft.h>

struct suite_run {
	size_t checks;
	size_t failures;
};

struct suite_test {
	const char *name; /* subject.what_holds; NULL ends a table */
	void (*fn)(struct suite_run *s);
};

/* Tables of the program, ended by NULL. */
extern const struct suite_test *const suite_all[];

void suite_fail(struct suite_run *s, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#define CHECK(s, cond, ...)                                                                        \
	do {                                                                                       \
		(s)->checks++;                                                                     \
		if (!(cond))                                                                       \
			suite_fail((s), __FILE__, __LINE__, #cond ": " __VA_ARGS__);               \
	} while (0)

/* A run whose hooks print nothing. */
struct theft_run_config suite_quiet(const char *name);

/* What is printed to stdout between begin and end; the caller frees it. */
void suite_capture_begin(void);
char *suite_capture_end(void);

/* How often `part` stands in `text`. */
size_t suite_count(const char *text, const char *part);

/* A type of 32 bits, as drawn; without hash and shrinking. */
extern const struct theft_type_info suite_u32;

/* The same, autoshrunk. */
extern const struct theft_type_info suite_auto_u32;

/* Properties of one argument that do not look at it. */
enum theft_trial_res suite_passes(struct theft *t, void *a);
enum theft_trial_res suite_fails(struct theft *t, void *a);

#endif
