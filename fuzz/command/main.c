/* SPDX-License-Identifier: MIT */
/*
 * mmref: the command.  Each subcommand has a file; this one finds it.
 */
#include "mm/machine.h"

#include "fuzz/command/command.h"
#include "fuzz/trace/arg.h"
#include "fuzz/trace/embedded.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const struct subcommand subcommands[] = {
	{"run", command_run, "execute a trace and print each operation with its result",
	 "run [--check] [--quiet] [--summary] [-m MACHINE] [--bytes TARGET] FILE"},
	{"check", command_check, "judge traces: expectations, models, claims, digests",
	 "check [-v] [-m MACHINE] [--bytes TARGET] FILE|FOLDER ..."},
	{"fuzz", command_fuzz, "search a target for findings",
	 "fuzz TARGET [--seconds N] [--runs N] [--seed S] [--corpus FOLDER]\n"
	 "                  [--engine libfuzzer|blind] [--ignore-stored] [--no-shrink]"},
	{"shrink", command_shrink, "make a failing trace small; it fails in the same way",
	 "shrink [-o OUT] [--budget SECONDS] [-m MACHINE] [--bytes TARGET] TRACE|FOLDER\n"
	 "FOLDER: a finding (.mmref-fail/ID); its trace.ops is shrunk in place, and kept as\n"
	 "original.ops.  Without -o a TRACE goes, shrunk, to standard output.  It ends with 0\n"
	 "when there is a result, 4 when TRACE does not fail, 1 when it fails in changing ways."},
	{"trail", command_trail, "show the way of each operation through the code",
	 "trail [--op N] [--all] [--json] [-m MACHINE] [--bytes TARGET] TRACE[:LINE]\n"
	 "       mmref trail --table\n"
	 "A step per line: what happens, the function, its file; parts are indented.  --op and\n"
	 ":LINE show one operation.  Of more than six steps of a kind three are shown,\n"
	 "unless --all.  --table: kinds of steps with their functions."},
	{"import", command_import, "turn a recording of a kernel into a trace",
	 "import RECORDING [-o FILE] [--format kmem|ftrace|perf]\n"
	 "RECORDING: compact, ftrace text, or perf script; gzip or plain, - for a pipe"},
	{"show", command_show, "print a machine as the kernel prints itself",
	 "show buddyinfo|pagetypeinfo|zoneinfo|vmstat|unusable_index|extfrag_index|memblock\n"
	 "                  [-m MACHINE] [TRACE]"},
	{"oracle", command_oracle, "recompute a real kernel's zoneinfo and compare",
	 "oracle zoneinfo [--from FOLDER|FILE] [--json]\n"
	 "       mmref oracle zoneinfo --sweep [--pause MS] [--json]\n"
	 "FOLDER: zoneinfo and sysctl (lines vm.NAME = VALUE); FILE: a zoneinfo; neither: the\n"
	 "running kernel.  --sweep (root) writes 20 settings to /proc/sys/vm, compares after\n"
	 "each, and writes back what was there, whatever happens."},
	{"doctor", command_doctor, "what works on this machine, and how to mend the rest",
	 "doctor [--json]"},
	{"help", command_help, "explain operations, machines, facts, claims, targets",
	 "help [ops|machine|facts|claims|targets|SUBCOMMAND]"},
	{NULL, NULL, NULL, NULL},
};

static void usage(FILE *out)
{
	const struct subcommand *s;

	(void)fprintf(out, "usage: mmref SUBCOMMAND ...\n\n");
	for (s = subcommands; s->name; s++)
		(void)fprintf(out, "  %-8s %s\n", s->name, s->line);
	(void)fprintf(out, "\nExit: 0 ok, 1 finding, 2 usage, 3 bad input, 4 nothing run or\n"
			   "unsupported here, 5 our own fault.\n");
}

static const struct subcommand *find(const char *name)
{
	const struct subcommand *s;

	for (s = subcommands; s->name; s++) {
		if (strcmp(s->name, name) == 0)
			return s;
	}
	return NULL;
}

int usage_error(const char *name, const char *fmt, ...)
{
	const struct subcommand *s = find(name);
	va_list ap;

	(void)fprintf(stderr, "mmref %s: ", name);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "\nusage: mmref %s\n", s ? s->usage : "SUBCOMMAND ...");
	return STATUS_USAGE;
}

int bad_input(const struct mm_error *e)
{
	char text[512];

	(void)fprintf(stderr, "mmref: %s\n", mm_error_text(e, text, sizeof(text)));
	return STATUS_BAD_INPUT;
}

int finish_output(int status)
{
	bool failed = ferror(stdout) != 0;

	if (fclose(stdout) || failed) {
		(void)fprintf(stderr, "mmref: standard output: cannot be written (disk full?)\n");
		return status == STATUS_FINDING ? status : STATUS_BAD_INPUT;
	}
	return status;
}

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

static void help_claims(void)
{
	const struct mm_inv *inv;
	size_t i;

	for (i = 0; mm_all_invs[i]; i++) {
		for (inv = mm_all_invs[i]; inv->id; inv++)
			(void)printf("  %-28s %-9s %s\n", inv->id,
				     mm_checker_object_name(inv->kind), inv->claim);
	}
	for (inv = mm_checker_invs; inv->id; inv++)
		(void)printf("  %-28s %-9s %s\n", inv->id, "run", inv->claim);
}

static void help_targets(void)
{
	size_t i;
	int k;

	for (i = 0; mm_embedded_targets[i].name; i++) {
		struct mm_target t;

		if (mm_target_find(mm_embedded_targets[i].name, &t, NULL))
			continue;
		(void)printf("%s: at most %u operations per input, on one of\n", t.name, t.ops_max);
		for (k = 0; k < t.nr_machines; k++)
			(void)printf("  machine %s\n", t.machines[k]);
	}
}

int command_help(int argc, char **argv)
{
	const struct subcommand *s;

	if (argc < 2) {
		usage(stdout);
		return STATUS_OK;
	}
	s = find(argv[1]);
	if (strcmp(argv[1], "ops") == 0 || strcmp(argv[1], "operations") == 0) {
		help_ops();
	} else if (strcmp(argv[1], "machine") == 0) {
		(void)printf("Fields of a machine, with form, meaning and default:\n\n");
		mm_machine_desc_help(stdout);
	} else if (strcmp(argv[1], "facts") == 0) {
		(void)printf("Facts for `expect`: %%z zone, %%t migratetype, %%n number\n\n");
		mm_run_facts_help(stdout);
	} else if (strcmp(argv[1], "claims") == 0) {
		help_claims();
	} else if (strcmp(argv[1], "targets") == 0) {
		help_targets();
	} else if (s) {
		(void)printf("%s\nusage: mmref %s\n", s->line, s->usage);
	} else {
		return usage_error("help", "no help on \"%s\"", argv[1]);
	}
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	const struct subcommand *s;
	struct mm_error e = {"fuzz/optable.lock", 0, 0, ""};

	if (argc < 2) {
		usage(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(stdout);
		return finish_output(STATUS_OK);
	}
	s = find(argv[1]);
	if (!s) {
		(void)fprintf(stderr, "mmref: no subcommand \"%s\"\n", argv[1]);
		usage(stderr);
		return STATUS_USAGE;
	}
	if (mm_optable_check_lock(&e)) {
		(void)bad_input(&e);
		return STATUS_OUR_FAULT;
	}
	death_install();
	return finish_output(s->main(argc - 1, argv + 1));
}
