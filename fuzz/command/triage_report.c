/* SPDX-License-Identifier: MIT */
/*
 * triage_report: report.md, to be read beside a failed run: the counts, a row per
 * bucket, then each bucket with what is needed to act on it.
 *
 * It holds no times and no addresses: the same artefacts give the same report.
 */
#include "fuzz/command/triage.h"

#include <stdlib.h>
#include <string.h>

/* What a report shows of long things; the rest is in the bucket's folder. */
#define LINES_MAX   40
#define MEMBERS_MAX 20
#define LISTED_MAX  100

/* Text of any bytes inside backticks, in a table or not. */
static void print_code(const char *text, FILE *out)
{
	const char *c;

	(void)putc('`', out);
	for (c = text; *c; c++) {
		unsigned char b = (unsigned char)*c;

		if (b == '`')
			(void)putc('\'', out);
		else if (b == '|')
			(void)fputs("\\|", out);
		else
			(void)putc(b < 0x20 || b == 0x7f ? '?' : b, out);
	}
	(void)putc('`', out);
}

static void print_plural(size_t n, const char *what, FILE *out)
{
	(void)fprintf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static void print_head(const struct triage *t, FILE *out)
{
	size_t fresh = 0;
	size_t i;

	for (i = 0; i < t->nr_buckets; i++)
		fresh += t->buckets[i].fresh;
	(void)fputs("# Triage of ", out);
	print_code(t->a.folder, out);
	(void)fputs("\n\n**", out);
	print_plural(t->nr_buckets, "bucket", out);
	(void)fputs("**", out);
	if (t->a.known)
		(void)fprintf(out, " (%zu new)", fresh);
	(void)fputs(" from ", out);
	print_plural(triage_total(t), "artefact", out);
	(void)fputs(".\n", out);
	if (t->interrupted)
		(void)fputs("\n**Interrupted**: not all was judged or shrunk.\n", out);
}

static void print_lists(const struct triage *t, FILE *out)
{
	size_t i;

	(void)fprintf(out, "\n| artefacts | |\n|---:|---|\n| %zu | in %zu bucket%s |\n",
		      triage_count(t, LIST_FAILS), t->nr_buckets, t->nr_buckets == 1 ? "" : "s");
	for (i = 0; i < LIST_NR; i++) {
		size_t n = triage_count(t, (enum triage_list)i);

		if (i != LIST_FAILS && (n || i == LIST_PASSES))
			(void)fprintf(out, "| %zu | %s |\n", n,
				      i == LIST_PASSES ? "does not fail (any more)"
						       : triage_list_name((enum triage_list)i));
	}
	(void)fprintf(out, "| **%zu** | **all** |\n", triage_total(t));
	if (t->passed_over) {
		(void)fputs("\n", out);
		print_plural(t->passed_over, "file", out);
		(void)fputs(" passed over: notes, logs, queues.\n", out);
	}
}

static void print_table(const struct triage *t, FILE *out)
{
	size_t i;

	if (!t->nr_buckets)
		return;
	(void)fprintf(out, "\n| | fails | artefacts | operations |%s\n|---:|---|---:|---:|%s\n",
		      t->a.known ? " |" : "", t->a.known ? "---|" : "");
	for (i = 0; i < t->nr_buckets; i++) {
		const struct bucket *b = &t->buckets[i];
		const struct kept_bucket *k = &t->kept[i];

		(void)fprintf(out, "| %zu | ", i + 1);
		print_code(b->key, out);
		(void)fprintf(out, " | %zu | %zu |", b->nr,
			      k->written ? k->ops : t->outcomes[b->members[0]].ops);
		if (t->a.known)
			(void)fputs(b->fresh ? " new |" : " known |", out);
		(void)fputs("\n", out);
	}
}

/* ---- one bucket ---- */

struct tally {
	const char *name;
	size_t nr;
};

#define TALLIES_MAX 32

static void count_in(struct tally *tallies, const char *name)
{
	size_t i;

	for (i = 0; i < TALLIES_MAX - 1 && tallies[i].name; i++) {
		if (strcmp(tallies[i].name, name) == 0)
			break;
	}
	if (!tallies[i].name)
		tallies[i].name = name;
	tallies[i].nr++;
}

/* NOLINTNEXTLINE(bugprone-easily-swappable-parameters): libc wants it so */
static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tally *)a)->name, ((const struct tally *)b)->name);
}

/* "3 libFuzzer crash, 1 trace": by what `of` says of an artefact. */
static void print_tally(const struct triage *t, const struct bucket *b,
			const char *(*of)(const struct artefact *a), FILE *out)
{
	struct tally tallies[TALLIES_MAX];
	size_t nr = 0;
	size_t i;

	memset(tallies, 0, sizeof(tallies));
	for (i = 0; i < b->nr; i++)
		count_in(tallies, of(&t->artefacts[b->members[i]]));
	while (nr < TALLIES_MAX && tallies[nr].name)
		nr++;
	qsort(tallies, nr, sizeof(tallies[0]), by_name);
	for (i = 0; i < nr; i++)
		(void)fprintf(out, "%s%zu %s", i ? ", " : "", tallies[i].nr, tallies[i].name);
}

static const char *origin(const struct artefact *a)
{
	return a->origin;
}

static const char *target(const struct artefact *a)
{
	return a->target[0] ? a->target : "of none (text)";
}

/* The trace without its comments, as a block. */
static void print_trace(const char *path, FILE *out)
{
	FILE *f = fopen(path, "r");
	char line[4200];
	size_t lines = 0;

	if (!f)
		return;
	(void)fputs("\n```\n", out);
	while (fgets(line, sizeof(line), f) && lines <= LINES_MAX) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (lines++ < LINES_MAX)
			(void)fputs(line, out);
		else
			(void)fputs("...\n", out);
	}
	(void)fclose(f);
	(void)fputs("```\n", out);
}

static void print_members(const struct triage *t, const struct bucket *b, FILE *out)
{
	size_t i;

	(void)fputs("\n<details><summary>", out);
	print_plural(b->nr, "artefact", out);
	(void)fputs("</summary>\n\n", out);
	for (i = 0; i < b->nr && i < MEMBERS_MAX; i++) {
		(void)fputs("* ", out);
		print_code(t->artefacts[b->members[i]].name, out);
		(void)fputs("\n", out);
	}
	if (b->nr > MEMBERS_MAX) {
		char members[4096];

		(void)snprintf(members, sizeof(members), "%s/%s/members.txt", t->out, b->name);
		(void)fprintf(out, "* and %zu more: ", b->nr - MEMBERS_MAX);
		print_code(members, out);
		(void)fputs("\n", out);
	}
	(void)fputs("\n</details>\n", out);
}

static void print_bucket(const struct triage *t, size_t i, FILE *out)
{
	const struct bucket *b = &t->buckets[i];
	const struct kept_bucket *k = &t->kept[i];
	const struct outcome *o = &t->outcomes[b->members[0]];
	char path[4096];

	(void)fprintf(out, "\n## %zu. ", i + 1);
	print_code(b->key, out);
	(void)fputs("\n\n", out);
	if (t->a.known)
		(void)fputs(b->fresh ? "**New.** " : "Known. ", out);
	print_tally(t, b, origin, out);
	(void)fputs("; target ", out);
	print_tally(t, b, target, out);
	(void)fputs(". It says: ", out);
	print_code(o->text, out);
	(void)fputs("\n", out);
	(void)snprintf(path, sizeof(path), "%s/%s/trace.ops", t->out, b->name);
	if (k->written) {
		print_trace(path, out);
		(void)fprintf(out, "\nReplay: `mmref check %s`\n", path);
	}
	if (k->note[0])
		(void)fprintf(out, "\n%s\n", k->note);
	print_members(t, b, out);
}

/* ---- the other lists ---- */

static void print_list(const struct triage *t, enum triage_list list, FILE *out)
{
	/* what nobody has to act on is folded, and short */
	bool folded = list == LIST_PASSES || list == LIST_WAITS;
	size_t most = folded ? MEMBERS_MAX : LISTED_MAX;
	size_t shown = 0;
	size_t i;

	if (!triage_count(t, list))
		return;
	(void)fprintf(out, "\n## Artefacts: %s\n\n", triage_list_name(list));
	if (folded)
		(void)fprintf(out, "<details><summary>%zu</summary>\n\n", triage_count(t, list));
	for (i = 0; i < t->nr; i++) {
		if (t->artefacts[i].known || t->outcomes[i].list != list)
			continue;
		if (shown++ == most) {
			(void)fprintf(out, "* and more: `report.json` has all\n");
			break;
		}
		(void)fputs("* ", out);
		print_code(t->artefacts[i].name, out);
		if (t->outcomes[i].text[0]) {
			(void)fputs(": ", out);
			print_code(t->outcomes[i].text, out);
		}
		(void)fputs("\n", out);
	}
	if (folded)
		(void)fputs("\n</details>\n", out);
}

void triage_print_report(const struct triage *t, FILE *out)
{
	size_t i;

	print_head(t, out);
	print_lists(t, out);
	print_table(t, out);
	if (t->met_others)
		(void)fprintf(out,
			      "\nWhile shrinking, failures of no bucket were met: `%s/.mmref-fail`"
			      " (`mmref triage` takes it).\n",
			      t->out);
	for (i = 0; i < t->nr_buckets; i++)
		print_bucket(t, i, out);
	print_list(t, LIST_FLAKY, out);
	print_list(t, LIST_REFUSED, out);
	print_list(t, LIST_UNREADABLE, out);
	print_list(t, LIST_UNATTRIBUTED, out);
	print_list(t, LIST_PASSES, out);
	print_list(t, LIST_WAITS, out);
}
