/* SPDX-License-Identifier: MIT */
/*
 * mmref-bench: the suites of all modules and the floor rows in one program.
 *
 * libbenchmark does the work and keeps its own options. What is added: --smoke
 * (each row for 10 ms, which runs every row's own check), --list, and exit
 * statuses that a script can rely on.
 */
#include "bench/gbench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	EXIT_OK = 0,
	EXIT_WRONG = 1,   /* a row's own result was wrong */
	EXIT_USAGE = 2,   /* unknown option or value */
	EXIT_OUTPUT = 3,  /* the output file cannot be written */
	EXIT_NOTHING = 4, /* no row matches the filter */
	EXIT_FAULT = 5,   /* a definition is wrong */
};

struct options {
	bool smoke;
	bool list;
	bool out_is_json;
	const char *out; /* --benchmark_out, or NULL */
};

static void print_help(void)
{
	printf("usage: mmref-bench [--list] [--smoke] [--benchmark_...]\n"
	       "  --list    print the names of the rows and exit\n"
	       "  --smoke   run each row for 10 ms: checks the results, not the times\n"
	       "  --help    this text\n"
	       "Most used of libbenchmark's own options:\n"
	       "  --benchmark_filter=REGEX         only rows that match (-REGEX: all others)\n"
	       "  --benchmark_repetitions=N        N runs of each row; compare needs 5 or more\n"
	       "  --benchmark_enable_random_interleaving=true   shuffle the runs\n"
	       "  --benchmark_min_time=SECONDS     time of one run\n"
	       "  --benchmark_format=console|json  what goes to the terminal\n"
	       "  --benchmark_out=FILE             write JSON (--benchmark_out_format)\n"
	       "exit status: 0 ok, 1 a row's own check failed, 2 usage, 3 output not written,\n"
	       "             4 no row matches, 5 a definition is wrong\n");
}

/* libbenchmark calls this for --help and for a bad value of its options. */
static void help_and_exit(void)
{
	fprintf(stderr, "mmref-bench: bad value of an option, see mmref-bench --help\n");
	exit(EXIT_USAGE);
}

/*
 * Takes our options out of argv and puts in what they mean to libbenchmark, in
 * front so that an explicit option still wins. args has room for argc + 4.
 */
static int take_options(int argc, char **argv, char **args, struct options *opt)
{
	static const char out[] = "--benchmark_out=";
	static const char format[] = "--benchmark_out_format=";
	int nr = 1;

	args[0] = argv[0];
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--smoke") == 0)
			opt->smoke = true;
		else if (strcmp(argv[i], "--list") == 0)
			opt->list = true;
	}
	if (opt->smoke) {
		args[nr++] = "--benchmark_min_time=0.01";
		args[nr++] = "--benchmark_repetitions=1";
	}
	if (opt->list)
		args[nr++] = "--benchmark_list_tests=true";
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--smoke") == 0 || strcmp(argv[i], "--list") == 0)
			continue;
		if (strncmp(argv[i], out, sizeof(out) - 1) == 0)
			opt->out = argv[i] + sizeof(out) - 1;
		if (strncmp(argv[i], format, sizeof(format) - 1) == 0)
			opt->out_is_json = strcmp(argv[i] + sizeof(format) - 1, "json") == 0;
		args[nr++] = argv[i];
	}
	args[nr] = NULL;
	return nr;
}

static bool complain(const char *path, const char *why)
{
	fprintf(stderr, "mmref-bench: %s: %s\n", path, why);
	return false;
}

static bool can_write(const char *path)
{
	FILE *f = fopen(path, "a");

	if (!f)
		return complain(path, strerror(errno));
	if (fclose(f) != 0)
		return complain(path, strerror(errno));
	return true;
}

/* libbenchmark ignores write errors: look whether the end arrived. */
static bool was_written(const char *path, const char *end)
{
	struct stat st;
	char tail[4] = "";
	long nr = (long)strlen(end);
	FILE *f;

	if (stat(path, &st) != 0)
		return complain(path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return true;
	f = fopen(path, "r");
	if (!f)
		return complain(path, strerror(errno));
	if (fseek(f, -nr, SEEK_END) == 0 && fread(tail, 1, (size_t)nr, f) != (size_t)nr)
		tail[0] = '\0';
	(void)fclose(f);
	if (strcmp(tail, end) != 0)
		return complain(path, "the output is cut off, is the disk full?");
	return true;
}

static bool register_all(bool smoke)
{
	for (const struct bench_def *const *defs = mm_all_benches; *defs; defs++) {
		if (!bench_register(*defs, smoke))
			return false;
	}
	return bench_register(mm_floor_benches, smoke);
}

static int run(const struct options *opt)
{
	if (opt->out && !opt->list && !can_write(opt->out))
		return EXIT_OUTPUT;
	if (!register_all(opt->smoke))
		return EXIT_FAULT;
	if (bench_run() == 0) {
		fprintf(stderr, "mmref-bench: nothing to run: no row matches the filter\n");
		return EXIT_NOTHING;
	}
	if (bench_failures() > 0)
		return EXIT_WRONG;
	if (opt->out && !opt->list && !was_written(opt->out, opt->out_is_json ? "\n}\n" : "\n"))
		return EXIT_OUTPUT;
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("standard output", strerror(errno));
		return EXIT_OUTPUT;
	}
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	struct options opt = {.out_is_json = true};
	char **args = NULL;
	int nr;
	int status;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_help();
			return EXIT_OK;
		}
	}
	args = calloc((size_t)argc + 4, sizeof(*args));
	if (!args) {
		fprintf(stderr, "mmref-bench: out of memory\n");
		return EXIT_FAULT;
	}
	nr = take_options(argc, argv, args, &opt);
	bench_init(&nr, args, help_and_exit);
	if (nr > 1) {
		fprintf(stderr, "mmref-bench: unknown option '%s', see mmref-bench --help\n",
			args[1]);
		status = EXIT_USAGE;
	} else {
		status = run(&opt);
	}
	free(args);
	return status;
}
