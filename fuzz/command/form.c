/* SPDX-License-Identifier: MIT */
/*
 * form: a command line read by a table.  getopt_long splits it; what goes where
 * is the table's.
 */
#include "fuzz/command/form.h"

#include "fuzz/command/command.h"
#include "fuzz/trace/arg.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

/* Options a form can have, and what getopt_long answers for the first. */
#define OPTIONS_MAX  24
#define FIRST_OPTION 0x100

#define SYNOPSIS_COLUMNS 90
#define LIST_MAX         400 /* of the words there are, in a complaint */

const char *option_dashes(const struct command_option *o)
{
	return o->name[1] ? "--" : "-";
}

/* ---- reading ---- */

/* getopt's form of our table: letters in `letters`, the others in `names`. */
static void to_getopt(const struct command_option *o, char *letters, struct option *names)
{
	size_t at = 0;
	int i;

	letters[at++] = ':';
	for (i = 0; o[i].name && i < OPTIONS_MAX; i++) {
		if (o[i].name[1]) {
			names->name = o[i].name;
			names->has_arg = o[i].argument ? required_argument : no_argument;
			names->flag = NULL;
			names->val = FIRST_OPTION + i;
			names++;
		} else {
			letters[at++] = o[i].name[0];
			if (o[i].argument)
				letters[at++] = ':';
		}
	}
	letters[at] = '\0';
	memset(names, 0, sizeof(*names));
}

static const struct command_option *option_of(const struct command_option *o, int got)
{
	if (got >= FIRST_OPTION)
		return &o[got - FIRST_OPTION];
	while (o->name[1] || o->name[0] != got)
		o++;
	return o;
}

static void add_word(void *env, const char *name, const char *text)
{
	char *list = env;
	size_t at = strlen(list);

	(void)text;
	(void)snprintf(list + at, LIST_MAX - at, " %s", name);
}

static int not_listed(const char *what, enum word_kind kind, const char *listed, const char *name,
		      const char *text)
{
	char list[LIST_MAX] = "";

	word_list(kind, listed, add_word, list);
	return usage_error(name, "unknown %s \"%s\"; there are:%s", what, text, list);
}

static int store_option(const struct command_option *o, void *args, const char *command,
			const char *text)
{
	char *at = (char *)args + o->at;
	uint64_t v;

	if (o->kind == WORD_FLAG) {
		*(bool *)(void *)at = true;
		return STATUS_OK;
	}
	if (o->kind == WORD_LISTED && !word_is_listed(o->kind, o->listed, text))
		return not_listed(o->name, o->kind, o->listed, command, text);
	if (o->kind != WORD_NUMBER) {
		*(const char **)(void *)at = text;
		return STATUS_OK;
	}
	if (!mm_arg_number(text, strlen(text), &v) || (o->max && v > o->max)) {
		if (o->max)
			return usage_error(command, "%s%s %s: expected 0 to %" PRIu64,
					   option_dashes(o), o->name, text, o->max);
		return usage_error(command, "%s%s %s: it takes a number", option_dashes(o), o->name,
				   text);
	}
	*(uint64_t *)(void *)at = v;
	return STATUS_OK;
}

static int parse_options(const struct command_form *form, void *args, int argc, char **argv)
{
	struct option names[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
	int got;

	to_getopt(form->options, letters, names);
	optind = 0; /* anew: a subcommand may call another */
	opterr = 0;
	while ((got = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		const struct command_option *o;
		int status;

		if (got == '?' || got == ':')
			return usage_error(argv[0], "unknown or incomplete option %s",
					   argv[optind - 1]);
		o = option_of(form->options, got);
		status = store_option(o, args, argv[0], optarg);
		if (status)
			return status;
	}
	return STATUS_OK;
}

int form_parse(const struct command_form *form, void *args, int argc, char **argv)
{
	const struct command_word *w;
	int status = parse_options(form, args, argc, argv);
	int i = optind;

	if (status)
		return status;
	for (w = form->words; w->name; w++) {
		char *at = (char *)args + w->at;

		if (i == argc && w->optional)
			return STATUS_OK;
		if (i == argc)
			return usage_error(argv[0], "%s", w->unset);
		if ((w->kind == WORD_LISTED || w->kind == WORD_VIEW) &&
		    !word_is_listed(w->kind, w->listed, argv[i]))
			return not_listed(w->name, w->kind, w->listed, argv[0], argv[i]);
		if (w->many) {
			struct words *words = (void *)at;

			words->word = argv + i;
			words->nr = argc - i;
			return STATUS_OK;
		}
		*(const char **)(void *)at = argv[i++];
	}
	if (i < argc)
		return usage_error(argv[0], "one word too many: %s", argv[i]);
	return STATUS_OK;
}

/* ---- printing ---- */

/* One part of the synopsis, on a new line when it does not fit. */
static void put_part(const char *part, size_t *column, size_t indent, FILE *out)
{
	size_t len = strlen(part);

	if (*column + 1 + len > SYNOPSIS_COLUMNS) {
		(void)fprintf(out, "\n%*s", (int)indent, "");
		*column = indent;
	}
	(void)fprintf(out, " %s", part);
	*column += 1 + len;
}

void form_synopsis(const char *name, const struct command_form *form, FILE *out)
{
	size_t indent = strlen("usage: mmref ") + strlen(name);
	size_t column = indent;
	const struct command_option *o;
	const struct command_word *w;
	char part[120];

	(void)fputs(name, out);
	for (o = form->options; o->name; o++) {
		(void)snprintf(part, sizeof(part), "[%s%s%s%s]", option_dashes(o), o->name,
			       o->argument ? " " : "", o->argument ? o->argument : "");
		put_part(part, &column, indent, out);
	}
	for (w = form->words; w->name; w++) {
		(void)snprintf(part, sizeof(part), "%s%s%s%s", w->optional ? "[" : "", w->name,
			       w->many ? " ..." : "", w->optional ? "]" : "");
		put_part(part, &column, indent, out);
	}
	(void)fputs("\n", out);
}

void form_options_help(const struct command_form *form, FILE *out)
{
	const struct command_option *o;

	for (o = form->options; o->name; o++) {
		char left[80];

		(void)snprintf(left, sizeof(left), "%s%s%s%s", option_dashes(o), o->name,
			       o->argument ? " " : "", o->argument ? o->argument : "");
		(void)fprintf(out, "  %-22s %s\n", left, o->help);
	}
}
