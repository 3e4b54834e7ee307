/* SPDX-License-Identifier: MIT */
/*
 * help_cmd: `mmref help` explains what the tables hold: operations, machines,
 * facts, claims, targets, subcommands; all of the latter as a manual page or as
 * a shell's completion.
 */
#include "mm/machine.h"

#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/command/manual.h"
#include "fuzz/trace/arg.h"
#include "fuzz/trace/embedded.h"

#include <string.h>

struct help_args {
	const char *topic;
	const char *shell;
	bool man;
};

static const struct command_option options[] = {
	OPTION_FLAG("man", struct help_args, man, "print the manual page"),
	OPTION_LISTED("completion", "SHELL", struct help_args, shell, "bash zsh fish",
		      "print what completes our words in this shell"),
	OPTION_END,
};

static const struct command_word words[] = {
	WORD_MAYBE("TOPIC", WORD_TOPIC, struct help_args, topic),
	WORD_END,
};

const struct command_form help_form = {
	options, words,
	"TOPIC: ops, machine, facts, claims, targets, a subcommand, or the id of a claim.\n",
	"mmref help ops\nthe operations of the trace language\n"
	"source <(mmref help --completion bash)\ncompletion in the shell at hand\n"};

static void help_ops(void)
{
	size_t i;

	(void)printf("Operations, one per line of a trace: [name =] operation [handle] "
		     "[key=value ...] [! result]\n\n");
	for (i = 0; i < mm_optable_count(); i++) {
		const struct mm_op_def *d = mm_optable_get(i);
		char form[128];
		size_t at;
		int a;

		at = (size_t)snprintf(form, sizeof(form), "%s%s",
				      d->makes != MM_ARG_END ? "NAME = " : "", d->name);
		for (a = 0; a < MM_OP_ARGS_MAX && d->args[a].kind != MM_ARG_END; a++) {
			bool handle = mm_arg_is_handle(d->args[a].kind);

			at += (size_t)snprintf(form + at, sizeof(form) - at,
					       handle ? " HANDLE" : " %s=", d->args[a].name);
		}
		(void)printf("  %-38s %s\n", form, d->help);
	}
	(void)printf("\nAlso: machine FIELD=VALUE ... (first), expect FACT VALUE, # comment.\n"
		     "Results: ok, skip, -ENOMEM ..., a value, or an outcome such as bad_page.\n");
}

static void help_machine(void)
{
	(void)printf("Fields of a machine, with form, meaning and default:\n\n");
	mm_machine_desc_help(stdout);
}

static void help_facts(void)
{
	(void)printf("Facts for `expect`: %%z zone, %%t migratetype, %%n number\n\n");
	mm_run_facts_help(stdout);
}

/* The claims of a table, or that of one id; whether there was one. */
static bool print_table(const struct mm_inv *inv, const char *id, bool of_run)
{
	bool found = false;

	for (; inv->id; inv++) {
		if (id && strcmp(id, inv->id) != 0)
			continue;
		(void)printf("  %-28s %-9s %s\n", inv->id,
			     of_run ? "run" : mm_checker_object_name(inv->kind), inv->claim);
		found = true;
	}
	return found;
}

static bool print_claims(const char *id)
{
	bool found = false;
	size_t i;

	for (i = 0; mm_all_invs[i]; i++)
		found = print_table(mm_all_invs[i], id, false) || found;
	return print_table(mm_checker_invs, id, true) || found;
}

static void help_claims(void)
{
	(void)print_claims(NULL);
}

static void help_targets(void)
{
	size_t i;
	int k;

	for (i = 0; mm_embedded_targets[i].name; i++) {
		struct mm_target t;

		if (mm_target_find(mm_embedded_targets[i].name, &t, NULL))
			continue;
		(void)printf("%s: %s\n  at most %u operations per input; floors: %u features, %u "
			     "executions\n",
			     t.name, t.about, t.ops_max, t.floor_features, t.floor_execs);
		for (k = 0; k < t.nr_machines; k++)
			(void)printf("  machine %s\n", t.machines[k]);
	}
}

const struct help_topic help_topics[] = {
	{"ops", help_ops, "operations of the trace language"},
	{"machine", help_machine, "fields of a machine's description"},
	{"facts", help_facts, "what a trace can expect"},
	{"claims", help_claims, "what is checked after every operation"},
	{"targets", help_targets, "what can be fuzzed"},
	{NULL, NULL, NULL},
};

void help_subcommand(const struct subcommand *s, FILE *out)
{
	(void)fprintf(out, "%s\nusage: mmref ", s->line);
	form_synopsis(s->name, s->form, out);
	if (s->form->options[0].name) {
		(void)fputs("\n", out);
		form_options_help(s->form, out);
	}
	if (s->form->text)
		(void)fprintf(out, "\n%s", s->form->text);
}

static int explain(const char *topic)
{
	const struct subcommand *s = subcommand_find(topic);
	size_t i;

	for (i = 0; help_topics[i].name; i++) {
		if (strcmp(topic, help_topics[i].name) == 0) {
			help_topics[i].print();
			return STATUS_OK;
		}
	}
	if (s)
		help_subcommand(s, stdout);
	else if (!print_claims(topic))
		return usage_error("help", "no help on \"%s\"", topic);
	return STATUS_OK;
}

int command_help(int argc, char **argv)
{
	struct help_args a = {NULL, NULL, false};
	int status = form_parse(&help_form, &a, argc, argv);

	if (status)
		return status;
	if ((a.topic != NULL) + (a.shell != NULL) + a.man > 1)
		return usage_error("help", "one of TOPIC, --man and --completion at a time");
	if (a.man)
		manual_page(stdout);
	else if (a.shell)
		manual_completion(a.shell, stdout);
	else if (a.topic)
		return explain(a.topic);
	else
		usage(stdout);
	return STATUS_OK;
}
