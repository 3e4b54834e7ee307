/* SPDX-License-Identifier: MIT */
/*
 * form: the words and options of a subcommand, as tables.  The tables are the
 * only reader of a command line, so that what they lack is refused; usage,
 * help, the manual page and the shells' completions are printed from them.
 *
 *     main.c      {"run", command_run, "execute a trace ...", &run_form},
 *     run_cmd.c   static const struct command_option options[] = {
 *                         OPTION_FLAG("quiet", struct run_args, quiet, "..."),
 *                         OPTION_END};
 *                 form_parse(&run_form, &args, argc, argv)
 */
#ifndef MM_FORM_H
#define MM_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What a word stands for, and so how a shell completes it. */
enum word_kind {
	WORD_FLAG,    /* an option that takes nothing */
	WORD_NUMBER,  /* below 2^64, or at most `max` */
	WORD_FILE,    /* any file; - is standard input or output */
	WORD_TRACE,   /* *.ops, and folders of them */
	WORD_MACHINE, /* ram=4M ..., or a file that holds such a line */
	WORD_LISTED,  /* one of `listed` */
	WORD_VIEW,    /* what `mmref show` shows */
	WORD_TARGET,  /* of fuzzing */
	WORD_CLAIM,   /* the id of a claim */
	WORD_TOPIC    /* what `mmref help` explains */
};

/* An option: --NAME, or -N when the name is one letter.  The last has no name. */
struct command_option {
	const char *name;
	const char *argument; /* as the synopsis calls it; NULL: a flag */
	enum word_kind kind;
	size_t at; /* where in the arguments it goes: bool, uint64_t or text */
	const char *help;
	const char *listed; /* WORD_LISTED: separated by blanks */
	uint64_t max;       /* WORD_NUMBER: 0 is no limit */
};

/* A word that is no option.  The last has no name. */
struct command_word {
	const char *name;
	enum word_kind kind;
	bool optional;
	bool many;         /* takes all that are left, at least one; goes to struct words */
	size_t at;         /* const char *, or struct words */
	const char *unset; /* what is said when it is missing */
	const char *listed;
};

struct words {
	char **word;
	int nr;
};

struct command_form {
	const struct command_option *options;
	const struct command_word *words;
	/* more than the line of help; lines as they are printed.  May be NULL */
	const char *text;
	/* "COMMAND\nwhat it does\n" pairs for the manual; may be NULL */
	const char *examples;
};

/* Offsets of members that have exactly the type that is stored there. */
#define FORM_AT(args, member, check) (offsetof(args, member) + 0 * sizeof(check))
#define FORM_FLAG(args, member)      FORM_AT(args, member, _Generic(((args *)0)->member, bool : (char)0))
#define FORM_NUMBER(args, member)                                                                  \
	FORM_AT(args, member, _Generic(((args *)0)->member, uint64_t : (char)0))
#define FORM_TEXT(args, member)                                                                    \
	FORM_AT(args, member, _Generic(((args *)0)->member, const char * : (char)0))
#define FORM_WORDS(args, member)                                                                   \
	FORM_AT(args, member, _Generic(((args *)0)->member, struct words : (char)0))

#define OPTION_FLAG(name, args, member, help)                                                      \
	{                                                                                          \
		name, NULL, WORD_FLAG, FORM_FLAG(args, member), help, NULL, 0                      \
	}
#define OPTION_NUMBER(name, argument, args, member, max, help)                                     \
	{                                                                                          \
		name, argument, WORD_NUMBER, FORM_NUMBER(args, member), help, NULL, max            \
	}
/* Text of a kind; listed: OPTION_LISTED. */
#define OPTION_TEXT(name, argument, kind, args, member, help)                                      \
	{                                                                                          \
		name, argument, kind, FORM_TEXT(args, member), help, NULL, 0                       \
	}
#define OPTION_LISTED(name, argument, args, member, listed, help)                                  \
	{                                                                                          \
		name, argument, WORD_LISTED, FORM_TEXT(args, member), help, listed, 0              \
	}
#define OPTION_END                                                                                 \
	{                                                                                          \
		NULL, NULL, WORD_FLAG, 0, NULL, NULL, 0                                            \
	}

#define WORD_ONE(name, kind, args, member, unset)                                                  \
	{                                                                                          \
		name, kind, false, false, FORM_TEXT(args, member), unset, NULL                     \
	}
#define WORD_MAYBE(name, kind, args, member)                                                       \
	{                                                                                          \
		name, kind, true, false, FORM_TEXT(args, member), NULL, NULL                       \
	}
#define WORD_MANY(name, kind, args, member, unset)                                                 \
	{                                                                                          \
		name, kind, false, true, FORM_WORDS(args, member), unset, NULL                     \
	}
#define WORD_END                                                                                   \
	{                                                                                          \
		NULL, WORD_FLAG, false, false, 0, NULL, NULL                                       \
	}

/*
 * Fill the arguments, which the caller has set to defaults, from the words after
 * argv[0], the subcommand's name.  argv is put in another order.  STATUS_OK, or
 * STATUS_USAGE after having said why.
 */
int form_parse(const struct command_form *form, void *args, int argc, char **argv);

/* "run [--check] ... FILE" on lines of at most 90 columns. */
void form_synopsis(const char *name, const struct command_form *form, FILE *out);
/* The options, a line each; nothing when there are none. */
void form_options_help(const struct command_form *form, FILE *out);

/* "--seconds" or "-m". */
const char *option_dashes(const struct command_option *o);

/*
 * Call put(env, name, line of help) for all words there are of a kind, in order;
 * text may be NULL.  Kinds without such a list (numbers, files) have none.
 */
void word_list(enum word_kind kind, const char *listed,
	       void (*put)(void *env, const char *name, const char *text), void *env);
bool word_is_listed(enum word_kind kind, const char *listed, const char *name);

#endif
