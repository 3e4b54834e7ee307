/* SPDX-License-Identifier: MIT */
/*
 * completion: scripts for shells out of the subcommands' tables.  Names of
 * targets, claims and views are written into the script, so that completing
 * starts no process.
 *
 *     bash   functions over COMP_WORDS; needs no package
 *     zsh    the same functions, through bashcompinit
 *     fish   a line per option and word
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/command/manual.h"

#include <string.h>

static void put_word(void *env, const char *name, const char *text)
{
	(void)text;
	(void)fprintf(env, " %s", name);
}

/* ---- bash ---- */

/* What completes a word: `trace`, `file`, `none`, or `words` and the words. */
static void bash_kind(enum word_kind kind, const char *listed, FILE *out)
{
	switch (kind) {
	case WORD_TRACE:
		(void)fputs("trace", out);
		break;
	case WORD_FILE:
	case WORD_MACHINE:
		(void)fputs("file", out);
		break;
	case WORD_FLAG:
	case WORD_NUMBER:
		(void)fputs("none", out);
		break;
	case WORD_LISTED:
	case WORD_VIEW:
	case WORD_TARGET:
	case WORD_CLAIM:
	case WORD_TOPIC:
		(void)fputs("words", out);
		word_list(kind, listed, put_word, out);
		break;
	}
}

static void bash_options(FILE *out)
{
	const struct subcommand *s;
	const struct command_option *o;

	(void)fputs("_mmref_options()\n{\n\tcase $1 in\n", out);
	for (s = subcommands; s->name; s++) {
		(void)fprintf(out, "\t%s) kind='words --help", s->name);
		for (o = s->form->options; o->name; o++)
			(void)fprintf(out, " %s%s", option_dashes(o), o->name);
		(void)fputs("' ;;\n", out);
	}
	(void)fputs("\tesac\n}\n\n_mmref_argument()\n{\n\tcase \"$1 $2\" in\n", out);
	for (s = subcommands; s->name; s++) {
		for (o = s->form->options; o->name; o++) {
			if (!o->argument)
				continue;
			(void)fprintf(out, "\t'%s %s%s') kind='", s->name, option_dashes(o),
				      o->name);
			bash_kind(o->kind, o->listed, out);
			(void)fputs("' ;;\n", out);
		}
	}
	(void)fputs("\tesac\n}\n\n", out);
}

static void bash_words(FILE *out)
{
	const struct subcommand *s;
	const struct command_word *w;

	(void)fputs("_mmref_word()\n{\n\tcase \"$1 $2\" in\n", out);
	for (s = subcommands; s->name; s++) {
		for (w = s->form->words; w->name; w++) {
			if (w->many)
				(void)fprintf(out, "\t'%s '*) kind='", s->name);
			else
				(void)fprintf(out, "\t'%s %d') kind='", s->name,
					      (int)(w - s->form->words));
			bash_kind(w->kind, w->listed, out);
			(void)fputs("' ;;\n", out);
		}
	}
	(void)fputs("\tesac\n}\n\n", out);
}

/* Walks the words before the cursor: options, what they take, and the rest. */
static const char bash_walk[] = "_mmref_find_kind()\n"
				"{\n"
				"\tlocal command=${COMP_WORDS[1]} i=2 n=0\n"
				"\twhile [ $i -lt $COMP_CWORD ]; do\n"
				"\t\tkind=\n"
				"\t\t_mmref_argument \"$command\" \"${COMP_WORDS[$i]}\"\n"
				"\t\tif [ -n \"$kind\" ]; then\n"
				"\t\t\ti=$((i + 1))\n"
				"\t\t\tif [ $i -eq $COMP_CWORD ]; then\n"
				"\t\t\t\treturn\n"
				"\t\t\tfi\n"
				"\t\telse\n"
				"\t\t\tcase ${COMP_WORDS[$i]} in\n"
				"\t\t\t-?*) ;;\n"
				"\t\t\t*) n=$((n + 1)) ;;\n"
				"\t\t\tesac\n"
				"\t\tfi\n"
				"\t\ti=$((i + 1))\n"
				"\tdone\n"
				"\tkind=none\n"
				"\tcase $1 in\n"
				"\t-*) _mmref_options \"$command\" ;;\n"
				"\t*) _mmref_word \"$command\" $n ;;\n"
				"\tesac\n"
				"}\n\n";

static const char bash_main[] =
	"\tif [ $COMP_CWORD -gt 1 ]; then\n"
	"\t\t_mmref_find_kind \"$cur\"\n"
	"\tfi\n"
	"\tcase $kind in\n"
	"\t'words '*)\n"
	"\t\tIFS=$' \\t\\n'\n"
	"\t\tCOMPREPLY=($(compgen -W \"${kind#words }\" -- \"$cur\")) ;;\n"
	"\ttrace)\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tCOMPREPLY=($(compgen -d -- \"$cur\"; compgen -f -X '!*.ops' -- \"$cur\")) ;;\n"
	"\tfile)\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tCOMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	"\tesac\n"
	"}\n\n";

static void bash_functions(FILE *out)
{
	const struct subcommand *s;

	bash_options(out);
	bash_words(out);
	(void)fputs(bash_walk, out);
	(void)fputs("_mmref_complete()\n{\n\tlocal IFS=$'\\n' cur=${COMP_WORDS[$COMP_CWORD]}\n"
		    "\tlocal kind='words --help --version",
		    out);
	for (s = subcommands; s->name; s++)
		(void)fprintf(out, " %s", s->name);
	(void)fputs("'\n\tCOMPREPLY=()\n", out);
	(void)fputs(bash_main, out);
}

static void bash(FILE *out)
{
	(void)fputs("# Completion of mmref for bash; printed by: mmref help --completion bash\n\n",
		    out);
	bash_functions(out);
	(void)fputs("complete -F _mmref_complete mmref\n", out);
}

/* The first call comes while the file is read, before `complete` counts. */
static void zsh(FILE *out)
{
	(void)fputs("#compdef mmref\n"
		    "# Completion of mmref for zsh; printed by: mmref help --completion zsh\n\n"
		    "autoload -U +X bashcompinit && bashcompinit\n\n",
		    out);
	bash_functions(out);
	(void)fputs("complete -F _mmref_complete mmref\n"
		    "if [[ ${funcstack[1]-} = _mmref ]]; then\n"
		    "\t_bash_complete -F _mmref_complete\n"
		    "fi\n",
		    out);
}

/* ---- fish ---- */

/* In single quotes. */
static void fish_quoted(const char *text, FILE *out)
{
	(void)fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			(void)fputc('\\', out);
		(void)fputc(*text, out);
	}
	(void)fputc('\'', out);
}

static bool is_file(enum word_kind kind)
{
	return kind == WORD_TRACE || kind == WORD_FILE || kind == WORD_MACHINE;
}

static void fish_kind(enum word_kind kind, const char *listed, FILE *out)
{
	if (is_file(kind)) {
		(void)fputs(" -F", out);
	} else if (kind != WORD_NUMBER && kind != WORD_FLAG) {
		(void)fputs(" -a '", out);
		word_list(kind, listed, put_word, out);
		(void)fputs("'", out);
	}
}

static void fish_subcommand(const struct subcommand *s, FILE *out)
{
	const struct command_option *o;
	const struct command_word *w;

	(void)fprintf(out, "complete -c mmref -n __fish_use_subcommand -a %s -d ", s->name);
	fish_quoted(s->line, out);
	(void)fputs("\n", out);
	for (o = s->form->options; o->name; o++) {
		(void)fprintf(out, "complete -c mmref -n '__fish_seen_subcommand_from %s' -%c %s%s",
			      s->name, o->name[1] ? 'l' : 's', o->name,
			      !o->argument       ? ""
			      : is_file(o->kind) ? " -r"
						 : " -x");
		fish_kind(o->kind, o->listed, out);
		(void)fputs(" -d ", out);
		fish_quoted(o->help, out);
		(void)fputs("\n", out);
	}
	for (w = s->form->words; w->name; w++) {
		(void)fprintf(out, "complete -c mmref -n '__fish_seen_subcommand_from %s'",
			      s->name);
		fish_kind(w->kind, w->listed, out);
		(void)fputs("\n", out);
	}
}

static void fish(FILE *out)
{
	const struct subcommand *s;

	(void)fputs("# Completion of mmref for fish; printed by: mmref help --completion fish\n"
		    "complete -c mmref -f\n"
		    "complete -c mmref -s h -l help -d 'what it takes'\n"
		    "complete -c mmref -n __fish_use_subcommand -l version -d 'the version'\n",
		    out);
	for (s = subcommands; s->name; s++)
		fish_subcommand(s, out);
}

void manual_completion(const char *shell, FILE *out)
{
	if (strcmp(shell, "bash") == 0)
		bash(out);
	else if (strcmp(shell, "zsh") == 0)
		zsh(out);
	else
		fish(out);
}
