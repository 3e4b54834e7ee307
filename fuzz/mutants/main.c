/* SPDX-License-Identifier: MIT */
/*
 * mmref-mutants: what could be written wrong in a file of C.
 *
 *     mmref-mutants list [--n N] [--seed S] PATH...   a table, one line each
 *     mmref-mutants show ID                           the lines before and after
 *     mmref-mutants apply ID                          the file with it, to stdout
 *     mmref-mutants operators [PATH...]               operators, and how many of each
 *
 * PATH is a C file or a folder of them.  An id begins with the path of its
 * file, so it holds where it was made: at the root of the tree.
 */
#include "fuzz/mutants/mutant.h"

#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTRACTS "include/mm"

static const char usage_text[] =
	"usage: mmref-mutants list [--n N] [--seed S] PATH...\n"
	"       mmref-mutants operators PATH...\n"
	"       mmref-mutants show ID\n"
	"       mmref-mutants apply ID\n"
	"Exit: 0 ok, 2 usage, 3 bad input, 4 no mutant, 5 a fault of ours.\n";

static _Noreturn void usage(void)
{
	(void)fputs(usage_text, stderr);
	exit(2);
}

/* ---- files ---- */

static bool is_code(const char *path)
{
	size_t len = strlen(path);

	return len > 2 && path[len - 2] == '.' && (path[len - 1] == 'c' || path[len - 1] == 'h');
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void add_file(struct mutants *ms, const char *path, const struct names *n)
{
	struct code c;

	if (strpbrk(path, ": \t\n"))
		give_up(3, "%s: a blank or a colon in a path would break ids", path);
	code_read(&c, path);
	mutants_of_file(ms, &c, n);
	code_free(&c);
}

/* All C files at or below the paths, in the order of their names. */
static void add_paths(struct mutants *ms, char **paths, const struct names *n)
{
	FTS *fts = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	FTSENT *e;

	if (!fts)
		give_up(5, "%s: %s", paths[0], strerror(errno));
	while ((e = fts_read(fts)) != NULL) {
		if (e->fts_info == FTS_NS || e->fts_info == FTS_DNR || e->fts_info == FTS_ERR)
			give_up(3, "%s: %s", e->fts_path, strerror(e->fts_errno));
		if (e->fts_info == FTS_F && is_code(e->fts_path))
			add_file(ms, e->fts_path, n);
		else if (e->fts_info == FTS_F && e->fts_level == 0)
			give_up(3, "%s: is no C file", e->fts_path);
	}
	(void)fts_close(fts);
}

/* ---- one mutant ---- */

/* The file of an id: what stands before the third colon from the end. */
static char *path_of_id(const char *id)
{
	char *path = strdup(id);
	int colons = 3;

	if (!path)
		give_up(5, "out of memory");
	while (colons > 0) {
		char *colon = strrchr(path, ':');

		if (!colon || colon == path)
			give_up(2, "%s: no id; one is FILE:LINE:COLUMN:OPERATOR", id);
		*colon = '\0';
		colons--;
	}
	return path;
}

static const struct mutant *find(const struct mutants *ms, const char *id)
{
	size_t i;

	for (i = 0; i < ms->nr; i++) {
		if (strcmp(ms->m[i].id, id) == 0)
			return &ms->m[i];
	}
	give_up(3, "%s: there is no such mutant; mmref-mutants list prints all of a file", id);
}

static void apply(const struct code *c, const struct mutant *m)
{
	size_t rest = m->at + m->len;

	(void)fwrite(c->text, 1, m->at, stdout);
	(void)fputs(m->text, stdout);
	(void)fwrite(c->text + rest, 1, c->len - rest, stdout);
}

/* Every line of text from at to end with a mark before it. */
static void print_lines(const char *mark, const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		(void)printf("%s%.*s\n", mark, (int)n, text);
		n += end ? 1 : 0;
		text += n;
		len -= n;
	}
}

static void show(const struct code *c, const struct mutant *m)
{
	size_t first = m->at;
	size_t end = m->at + m->len;
	size_t room;
	char *after;

	while (first > 0 && c->text[first - 1] != '\n')
		first--;
	while (end < c->len && c->text[end] != '\n')
		end++;
	room = (m->at - first) + strlen(m->text) + (end - m->at - m->len) + 1;
	after = malloc(room);
	if (!after)
		give_up(5, "out of memory");
	(void)snprintf(after, room, "%.*s%s%.*s", (int)(m->at - first), c->text + first, m->text,
		       (int)(end - m->at - m->len), c->text + m->at + m->len);
	(void)printf("%s: %s (%s)\n", m->id, operator_titles[m->op], m->function);
	print_lines("-", c->text + first, end - first);
	print_lines("+", after, strlen(after));
	free(after);
}

static void one(const char *id, void (*what)(const struct code *c, const struct mutant *m))
{
	struct mutants ms = {NULL, 0, 0};
	struct names *n = names_read(CONTRACTS);
	struct code c;
	char *path = path_of_id(id);

	code_read(&c, path);
	mutants_of_file(&ms, &c, n);
	what(&c, find(&ms, id));
	mutants_free(&ms);
	code_free(&c);
	names_free(n);
	free(path);
}

/* ---- tables ---- */

static void print_list(const struct mutants *ms)
{
	size_t i;

	for (i = 0; i < ms->nr; i++) {
		const struct mutant *m = &ms->m[i];

		(void)printf("%s\t%s\t%s\t%s\t%s\n", m->id, m->function, operator_names[m->op],
			     m->before, m->after);
	}
}

static void print_operators(const struct mutants *ms)
{
	size_t nr[OPERATORS] = {0};
	size_t i;

	for (i = 0; i < ms->nr; i++)
		nr[ms->m[i].op]++;
	for (i = 0; i < OPERATORS; i++)
		(void)printf("%-10s %6zu  %s\n", operator_names[i], nr[i], operator_titles[i]);
	(void)printf("%-10s %6zu\n", "all", ms->nr);
}

static uint64_t number(const char *s)
{
	char *end;
	uint64_t v;

	errno = 0;
	v = s ? strtoull(s, &end, 0) : 0;
	if (!s || !*s || *end || errno || *s == '-')
		give_up(2, "%s: no number", s ? s : "the last option");
	return v;
}

static int table(char **args, void (*print)(const struct mutants *ms))
{
	struct mutants ms = {NULL, 0, 0};
	struct names *n;
	struct draw draw = {SIZE_MAX, 0};
	bool sampled = false;
	bool any;

	for (; *args && strncmp(*args, "--", 2) == 0; args += 2) {
		if (strcmp(*args, "--n") == 0)
			draw.nr = number(args[1]);
		else if (strcmp(*args, "--seed") == 0)
			draw.seed = number(args[1]);
		else
			usage();
		sampled = true;
	}
	if (!*args)
		usage();
	n = names_read(CONTRACTS);
	add_paths(&ms, args, n);
	names_free(n);
	if (sampled)
		mutants_sample(&ms, &draw);
	print(&ms);
	any = ms.nr > 0;
	mutants_free(&ms);
	return any ? 0 : 4;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		(void)fputs(usage_text, stdout);
		return 0;
	}
	if (argc < 3)
		usage();
	if (strcmp(argv[1], "list") == 0)
		return table(argv + 2, print_list);
	if (strcmp(argv[1], "operators") == 0)
		return table(argv + 2, print_operators);
	if (argc != 3)
		usage();
	if (strcmp(argv[1], "show") == 0)
		one(argv[2], show);
	else if (strcmp(argv[1], "apply") == 0)
		one(argv[2], apply);
	else
		usage();
	return 0;
}
