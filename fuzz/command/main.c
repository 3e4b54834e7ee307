/* SPDX-License-Identifier: MIT */
/*
 * mmref: the command.  Each subcommand has a file; this one finds it.
 */
#include "fuzz/command/command.h"
#include "fuzz/command/form.h"
#include "fuzz/trace/arg.h"

#include <stdarg.h>
#include <string.h>

const struct subcommand subcommands[] = {
	{"run", command_run, "execute a trace and print each operation with its result", &run_form},
	{"check", command_check, "judge traces: expectations, models, claims, digests",
	 &check_form},
	{"sweep", command_sweep, "judge traces with each of their allocations failing once",
	 &sweep_form},
	{"fuzz", command_fuzz, "search a target for findings", &fuzz_form},
	{"corpus", command_corpus, "make and tend folders of a fuzzer's inputs", &corpus_form},
	{"shrink", command_shrink, "make a failing trace small; it fails in the same way",
	 &shrink_form},
	{"triage", command_triage, "sort what fuzzers left into bugs, a short trace each",
	 &triage_form},
	{"trail", command_trail, "show the way of each operation through the code", &trail_form},
	{"import", command_import, "turn a recording of a kernel into a trace", &import_form},
	{"show", command_show, "print a machine as the kernel prints itself", &show_form},
	{"states", command_states, "count which states of the allocator inputs reach",
	 &states_form},
	{"oracle", command_oracle, "compare with a real kernel: its numbers, its answers",
	 &oracle_form},
	{"record", command_record, "run a command, write what it asked the kernel for",
	 &record_form},
	{"doctor", command_doctor, "what works on this machine, and how to mend the rest",
	 &doctor_form},
	{"help", command_help, "explain operations, machines, facts, claims, targets", &help_form},
	{NULL, NULL, NULL, NULL},
};

void usage(FILE *out)
{
	const struct subcommand *s;

	(void)fprintf(out, "usage: mmref SUBCOMMAND ...\n\n");
	for (s = subcommands; s->name; s++)
		(void)fprintf(out, "  %-8s %s\n", s->name, s->line);
	(void)fprintf(out, "\nExit: 0 ok, 1 finding, 2 usage, 3 bad input, 4 nothing run or\n"
			   "unsupported here, 5 our own fault.\n");
}

const struct subcommand *subcommand_find(const char *name)
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
	const struct subcommand *s = subcommand_find(name);
	va_list ap;

	(void)fprintf(stderr, "mmref %s: ", name);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "\nusage: mmref ");
	if (s)
		form_synopsis(name, s->form, stderr);
	else
		(void)fprintf(stderr, "SUBCOMMAND ...\n");
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
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("mmref %s\n", MM_VERSION);
		return finish_output(STATUS_OK);
	}
	s = subcommand_find(argv[1]);
	if (!s) {
		(void)fprintf(stderr, "mmref: no subcommand \"%s\"\n", argv[1]);
		usage(stderr);
		return STATUS_USAGE;
	}
	if (mm_optable_check_lock(&e)) {
		(void)bad_input(&e);
		return STATUS_OUR_FAULT;
	}
	if (argc == 3 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
		help_subcommand(s, stdout);
		return finish_output(STATUS_OK);
	}
	death_install();
	return finish_output(s->main(argc - 1, argv + 1));
}
