/* SPDX-License-Identifier: MIT */
/*
 * manual: mmref.1, in the classic man macros, from the tables of the
 * subcommands.  What is beside them (files, environment) stands here.
 */
#include "fuzz/command/manual.h"

#include "fuzz/command/command.h"
#include "fuzz/command/form.h"

#include <string.h>

/* When the texts of this file or of a table changed last: no build's date, so
 * that two builds print the same page. */
#define MANUAL_DATE "2026-11-26"

struct entry {
	const char *name;
	const char *text;
};

static const struct entry general[] = {
	{"-h, --help", "Print the subcommands, or after a subcommand what it takes."},
	{"--version", "Print the version."},
	{NULL, NULL},
};

static const struct entry files[] = {
	{"*.ops", "Traces: what drives a machine, as text."},
	{".mmref-fail/CLAIM-OPERATION/",
	 "A finding, in the folder mmref ran in: trace.ops (up to the operation), machine, "
	 "report.txt and env.json; of what mmref fuzz found, target.  The first of its kind is "
	 "kept; mmref fuzz judges what it found before it searches."},
	{"fuzz_TARGET", "Beside mmref: the program that the engine libfuzzer runs."},
	{"/proc/zoneinfo, /proc/sys/vm",
	 "What mmref oracle compares with; --sweep writes to the latter and restores it."},
	{NULL, NULL},
};

static const struct entry statuses[] = {
	{"0", "Everything asked for was done, and nothing was found."},
	{"1", "A finding: a broken claim, an expectation not met, values that differ."},
	{"2", "Usage: an unknown subcommand, option or word."},
	{"3", "Bad input: file, line and column are printed with what was expected."},
	{"4", "Nothing was run, or it is not supported here."},
	{"5", "Our own fault: no memory, or tables that contradict each other."},
	{NULL, NULL},
};

static const struct entry environment[] = {
	{"PATH", "mmref doctor: where compilers and tools are looked for."},
	{"CC", "mmref doctor: the compiler asked for headers; cc."},
	{"TMPDIR", "mmref doctor: where it builds what it tries out."},
	{"POSIXLY_CORRECT", "When set, options end at the first word that is none."},
	{NULL, NULL},
};

/* ---- roff ---- */

/* Text as it is to be read: no backslash, dash or dot means anything. */
static void put_plain(const char *text, FILE *out)
{
	bool fresh = true;

	for (; *text; text++) {
		if (fresh && (*text == '.' || *text == '\''))
			(void)fputs("\\&", out);
		fresh = *text == '\n';
		if (*text == '\\')
			(void)fputs("\\e", out);
		else if (*text == '-')
			(void)fputs("\\-", out);
		else if (*text == '\'')
			(void)fputs("\\(aq", out);
		else if (*text == '`')
			(void)fputs("\\(ga", out);
		else
			(void)fputc(*text, out);
	}
}

/* A paragraph: sentences begin on lines of their own. */
static void put_text(const char *text, FILE *out)
{
	while (*text) {
		const char *stop = strstr(text, ".  ");
		char line[1024];
		size_t len = stop ? (size_t)(stop + 1 - text) : strlen(text);

		(void)snprintf(line, sizeof(line), "%.*s", (int)len, text);
		put_plain(line, out);
		if (!len || line[strlen(line) - 1] != '\n')
			(void)fputs("\n", out);
		text += len;
		text += strspn(text, " ");
	}
}

static void put_entries(const struct entry *e, FILE *out)
{
	for (; e->name; e++) {
		(void)fputs(".TP\n.B ", out);
		put_plain(e->name, out);
		(void)fputs("\n", out);
		put_text(e->text, out);
	}
}

/* ---- sections ---- */

static void synopsis(FILE *out)
{
	const struct subcommand *s;

	(void)fputs(".SH SYNOPSIS\n.nf\n", out);
	for (s = subcommands; s->name; s++) {
		const struct command_word *w;

		(void)fprintf(out, "\\fBmmref %s\\fR%s", s->name,
			      s->form->options[0].name ? " [\\fIoption\\fR ...]" : "");
		for (w = s->form->words; w->name; w++) {
			(void)fprintf(out, " %s\\fI", w->optional ? "[" : "");
			put_plain(w->name, out);
			(void)fprintf(out, "\\fR%s%s", w->many ? " ..." : "",
				      w->optional ? "]" : "");
		}
		(void)fputs("\n", out);
	}
	(void)fputs(".fi\n", out);
}

static void put_listed(void *env, const char *name, const char *text)
{
	(void)text;
	(void)fputc(' ', env);
	put_plain(name, env);
}

static void put_option(const struct command_option *o, FILE *out)
{
	(void)fputs(".TP\n\\fB", out);
	put_plain(option_dashes(o), out);
	put_plain(o->name, out);
	(void)fputs("\\fR", out);
	if (o->argument) {
		(void)fputs(" \\fI", out);
		put_plain(o->argument, out);
		(void)fputs("\\fR", out);
	}
	(void)fputs("\n", out);
	put_text(o->help, out);
	if (o->kind == WORD_LISTED) {
		(void)fputs(".br\nOne of:", out);
		word_list(o->kind, o->listed, put_listed, out);
		(void)fputs("\n", out);
	}
	if (o->max)
		(void)fprintf(out, ".br\nAt most %llu.\n", (unsigned long long)o->max);
}

static void put_views(const struct command_form *f, FILE *out)
{
	const struct command_word *w;

	for (w = f->words; w->name; w++) {
		if (w->kind != WORD_VIEW && w->kind != WORD_TARGET)
			continue;
		(void)fprintf(out, ".PP\n\\fI%s\\fR:", w->name);
		word_list(w->kind, w->listed, put_listed, out);
		(void)fputs("\n", out);
	}
}

static void commands(FILE *out)
{
	const struct subcommand *s;

	(void)fputs(".SH COMMANDS\n", out);
	for (s = subcommands; s->name; s++) {
		const struct entry e[] = {{s->name, s->line}, {NULL, NULL}};

		put_entries(e, out);
	}
	(void)fputs(".SH OPTIONS\n", out);
	put_entries(general, out);
	for (s = subcommands; s->name; s++) {
		const struct command_option *o;

		(void)fprintf(out, ".SS mmref %s\n", s->name);
		put_text(s->form->text ? s->form->text : s->line, out);
		put_views(s->form, out);
		for (o = s->form->options; o->name; o++)
			put_option(o, out);
	}
}

/* "COMMAND\nwhat it does\n", again and again. */
static void put_examples(const char *text, FILE *out)
{
	while (text && *text) {
		char line[256];
		size_t len = strcspn(text, "\n");
		size_t told = strcspn(text + len + 1, "\n");

		(void)fputs(".TP\n.B ", out);
		(void)snprintf(line, sizeof(line), "%.*s", (int)len, text);
		put_plain(line, out);
		(void)snprintf(line, sizeof(line), "%.*s", (int)told, text + len + 1);
		(void)fputs("\n", out);
		put_plain(line, out);
		(void)fputs("\n", out);
		text += len + 1 + told + 1;
	}
}

void manual_page(FILE *out)
{
	const struct subcommand *s;

	(void)fprintf(
		out, ".\\\" Printed by: mmref help --man\n"
		     ".TH MMREF 1 \"" MANUAL_DATE "\" \"mmref " MM_VERSION "\"\n"
		     ".SH NAME\nmmref \\- a reference implementation of Linux memory management\n");
	synopsis(out);
	(void)fputs(".SH DESCRIPTION\n", out);
	put_text(
		"mmref boots a machine that exists only in its process, drives its memory management by "
		"traces, and checks claims and models after every operation.  The same input gives the "
		"same machine, bit for bit, in any process.  The file - is standard input.  Results go "
		"to standard output, complaints and progress to standard error.",
		out);
	commands(out);
	(void)fputs(".SH FILES\n", out);
	put_entries(files, out);
	(void)fputs(
		"mmref needs no file of its own: operations, targets and this page are inside.\n",
		out);
	(void)fputs(".SH EXIT STATUS\n", out);
	put_entries(statuses, out);
	(void)fputs(".SH ENVIRONMENT\n", out);
	put_entries(environment, out);
	(void)fputs(".SH EXAMPLES\n", out);
	for (s = subcommands; s->name; s++)
		put_examples(s->form->examples, out);
	(void)fputs(".SH SEE ALSO\n.BR perf\\-script (1),\n.BR trace\\-cmd\\-report (1),\n"
		    ".BR proc (5)\n",
		    out);
}
