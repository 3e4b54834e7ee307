/* SPDX-License-Identifier: MIT */
/*
 * prop_main: mmref-prop runs the property suites of all modules.
 *
 *     mmref-prop [OPTION...] [NAME...]
 *     mmref-prop --bytes NAME FILE
 *
 * A property runs once per seed.  The first seed follows from its name, or is
 * S; later ones follow from the first.  A failure prints the seed it happened
 * under, and --seed with that number makes it the first one again.
 *
 * Exit: 0 all hold, 1 one failed, 2 usage, 3 bad input, 4 nothing is called
 * that, 5 our own fault.
 */
#include "mm/err.h"

#include "fuzz/trace/arg.h"
#include "invariants/engine/claims_walk.h"
#include "invariants/engine/prop_run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status {
	STATUS_OK,
	STATUS_FAILED,
	STATUS_USAGE,
	STATUS_BAD_INPUT,
	STATUS_NOTHING,
	STATUS_OUR_FAULT
};

#define FAILURES   ".mmref-fail/properties"
#define SHRINK_MS  10000
#define BYTES_MAX  ((size_t)1 << 20)
#define NAME_SHOWN "mmref-prop"

struct options {
	struct prop_options run;
	bool list;
	bool tap;
	const char *junit;
	const char *bytes; /* property */
	char **names;
	int nr_names; /* 0: all */
};

/* For the death callback. */
static const char *program;
static volatile sig_atomic_t has_said;

/* ---- death ---- */

static void say_last_words(void)
{
	const struct prop_trial *r = prop_trial_running();

	if (!r || has_said)
		return;
	has_said = 1;
	(void)fflush(stdout);
	(void)fprintf(stderr, "\n" NAME_SHOWN ": the process died in %s%s; --fork shrinks it\n",
		      r->item->name, r->class ? ", while shrinking what failed" : "");
	(void)fprintf(stderr, "replay: %s %s --seed 0x%016" PRIx64 " --runs 1\n", program,
		      r->item->name, r->seed);
	(void)fflush(stderr);
}

static void on_signal(int sig)
{
	say_last_words();
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

/* Present in sanitized builds only, under the name they gave it. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* Undefined behaviour is reported by a runtime that knows no callback: let it
 * end in a signal. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
const char *__ubsan_default_options(void);

/* NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming) */
const char *__ubsan_default_options(void)
{
	return "abort_on_error=1";
}

static void install_last_words(void)
{
	static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
	size_t i;

	(void)signal(SIGABRT, on_signal);
	if (__sanitizer_set_death_callback) {
		/* it reports memory faults better than we do, then calls back */
		__sanitizer_set_death_callback(say_last_words);
		return;
	}
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], on_signal);
}

/* ---- which ---- */

static bool is_selected(const struct options *o, const struct prop_list *l,
			const struct prop_item *item)
{
	int i;

	for (i = 0; i < o->nr_names; i++) {
		if (prop_list_selects(l, o->names[i], item))
			return true;
	}
	return o->nr_names == 0;
}

/* A name that nothing is called is an error even beside good ones. */
static bool each_name_selects(const struct options *o, const struct prop_list *l)
{
	size_t k;
	int i;

	for (i = 0; i < o->nr_names; i++) {
		for (k = 0; k < prop_list_count(l); k++) {
			if (prop_list_selects(l, o->names[i], prop_list_get(l, k)))
				break;
		}
		if (k == prop_list_count(l)) {
			(void)fprintf(stderr,
				      NAME_SHOWN ": no module or property is called \"%s\"; "
						 "--list shows them\n",
				      o->names[i]);
			return false;
		}
	}
	return true;
}

/* ---- running ---- */

static int run_list(const struct options *o, const struct prop_list *l)
{
	size_t i;

	for (i = 0; i < prop_list_count(l); i++) {
		if (is_selected(o, l, prop_list_get(l, i)))
			(void)printf("%s\n", prop_list_get(l, i)->name);
	}
	return STATUS_OK;
}

static int run_selected(const struct options *o, const struct prop_list *l)
{
	struct prop_totals t = {.failed = 0};
	bool ok = true;
	size_t i;

	for (i = 0; i < prop_list_count(l); i++) {
		if (is_selected(o, l, prop_list_get(l, i)))
			ok &= prop_run(&o->run, prop_list_get(l, i), &t);
	}
	(void)fprintf(o->run.out, "%" PRIu64 " properties, %" PRIu64 " runs, %" PRIu64 " checks: ",
		      t.properties, t.runs, t.checks);
	if (t.failed)
		(void)fprintf(o->run.out, "%" PRIu64 " failed\n", t.failed);
	else
		(void)fprintf(o->run.out, "ok\n");
	(void)fflush(o->run.out);
	/* once more, because the last line is the one that people copy */
	if (t.failed)
		(void)fprintf(stderr, "%s\n", t.replay);
	return !ok ? STATUS_OUR_FAULT : t.failed ? STATUS_FAILED : STATUS_OK;
}

static bool add_report(struct options *o, enum mm_property_format format, FILE *f)
{
	struct mm_property_report *report = mm_property_report_open(format, f, NAME_SHOWN);

	if (report)
		o->run.reports[o->run.nr_reports++] = report;
	else
		(void)fprintf(stderr, NAME_SHOWN ": no host memory for a report\n");
	return report != NULL;
}

static int run_with_reports(struct options *o, const struct prop_list *l)
{
	FILE *junit = o->junit ? fopen(o->junit, "w") : NULL;
	int status = STATUS_OUR_FAULT;
	bool ok = true;

	if (o->junit && !junit) {
		(void)fprintf(stderr, NAME_SHOWN ": %s: %s\n", o->junit, strerror(errno));
		return STATUS_BAD_INPUT;
	}
	if ((!o->tap || add_report(o, MM_PROPERTY_TAP, stdout)) &&
	    (!junit || add_report(o, MM_PROPERTY_JUNIT, junit)))
		status = run_selected(o, l);
	while (o->run.nr_reports > 0)
		ok &= mm_property_report_close(o->run.reports[--o->run.nr_reports]);
	if (junit)
		ok &= fclose(junit) == 0;
	if (!ok)
		(void)fprintf(stderr, NAME_SHOWN ": a report cannot be written (disk full?)\n");
	return ok ? status : STATUS_OUR_FAULT;
}

static int run_bytes(const struct options *o, const struct prop_list *l)
{
	const struct prop_item *item = prop_list_find(l, o->bytes);
	const char *path = o->names[0];
	uint8_t *data = malloc(BYTES_MAX);
	FILE *f = item ? fopen(path, "rb") : NULL;
	size_t size = 0;
	int status;

	if (!item) {
		(void)fprintf(stderr,
			      NAME_SHOWN ": no property is called \"%s\"; --list shows them\n",
			      o->bytes);
		free(data);
		return STATUS_NOTHING;
	}
	if (f && data)
		size = fread(data, 1, BYTES_MAX, f);
	if (!f || !data || ferror(f)) {
		(void)fprintf(stderr, NAME_SHOWN ": %s: %s\n", path, strerror(errno));
		status = STATUS_BAD_INPUT;
	} else {
		status = prop_run_bytes(&o->run, item, data, size);
		(void)printf("%-58s %s\n", item->name, status ? "FAILED" : "ok");
		(void)fflush(stdout);
		if (status)
			(void)fprintf(stderr, "replay: %s --bytes %s %s\n", program, o->bytes,
				      path);
	}
	if (f)
		(void)fclose(f); /* only read */
	free(data);
	return status;
}

/* ---- command line ---- */

static const char usage[] =
	"usage: mmref-prop [OPTION...] [NAME...]\n"
	"       mmref-prop --bytes NAME FILE\n"
	"  NAME           a module, a property, or how properties of a module begin; all\n"
	"  --list         print names, run nothing\n"
	"  --seed S       the first run of each property has this seed; also from the\n"
	"                 environment, MM_PROPERTY_SEED\n"
	"  --runs N       run each property N times, with a seed each\n"
	"  --ms N         run each property that draws for N ms\n"
	"  --shrink-ms N  make a failure smaller for N ms; 10000\n"
	"  --fork         each run in a child: a crash is shrunk like any failure\n"
	"  --near         no machines that span terabytes, of which an emulator may\n"
	"                 keep a record per page\n"
	"  --cover        print how many runs got where they have to\n"
	"  --failures DIR keep failures in DIR, which run first the next time;\n"
	"                 " FAILURES ", none: keep none\n"
	"  --tap          the Test Anything Protocol on standard output\n"
	"  --junit FILE   JUnit's XML\n"
	"  --bytes NAME FILE  run a property once, its draws are the bytes of FILE\n";

static bool read_number(const char *s, uint64_t max, uint64_t *value)
{
	return s && mm_arg_number(s, strlen(s), value) && *value <= max;
}

/* An option with a number; false: it is none, or the number is not good. */
static bool take_number(struct options *o, const char *name, const char *value)
{
	uint64_t v = 0;

	if (strcmp(name, "--seed") == 0) {
		o->run.has_seed = read_number(value, UINT64_MAX, &o->run.seed);
		return o->run.has_seed;
	}
	if (!read_number(value, UINT32_MAX, &v) || !v)
		return false;
	if (strcmp(name, "--runs") == 0)
		o->run.runs = (unsigned int)v;
	else if (strcmp(name, "--ms") == 0)
		o->run.ms = (uint32_t)v;
	else if (strcmp(name, "--shrink-ms") == 0)
		o->run.shrink_ms = (uint32_t)v;
	else
		return false;
	return true;
}

static bool take_text(struct options *o, const char *word, const char *value)
{
	if (!value)
		return false;
	if (strcmp(word, "--junit") == 0)
		o->junit = value;
	else if (strcmp(word, "--bytes") == 0)
		o->bytes = value;
	else if (strcmp(word, "--failures") == 0)
		o->run.failures = strcmp(value, "none") == 0 ? NULL : value;
	else
		return false;
	return true;
}

static bool take_flag(struct options *o, const char *word)
{
	if (strcmp(word, "--list") == 0)
		o->list = true;
	else if (strcmp(word, "--fork") == 0)
		o->run.fork = true;
	else if (strcmp(word, "--cover") == 0)
		o->run.cover = true;
	else if (strcmp(word, "--near") == 0)
		mm_walk_only_near();
	else if (strcmp(word, "--tap") == 0)
		o->tap = true;
	else
		return false;
	return true;
}

static bool read_environment(struct options *o)
{
	const char *text = getenv("MM_PROPERTY_SEED");

	if (!text)
		return true;
	o->run.has_seed = read_number(text, UINT64_MAX, &o->run.seed);
	if (!o->run.has_seed)
		(void)fprintf(stderr, NAME_SHOWN ": MM_PROPERTY_SEED=%s: expected a number\n",
			      text);
	return o->run.has_seed;
}

/* Fill o; false: the command line cannot be meant. */
static bool read_options(struct options *o, int argc, char **argv)
{
	int i;

	o->names = argv + 1;
	for (i = 1; i < argc; i++) {
		if (argv[i][0] != '-') {
			o->names[o->nr_names++] = argv[i];
			continue;
		}
		if (take_flag(o, argv[i]))
			continue;
		if (!take_number(o, argv[i], argv[i + 1]) && !take_text(o, argv[i], argv[i + 1])) {
			(void)fprintf(stderr, NAME_SHOWN ": unknown or incomplete option %s\n%s",
				      argv[i], usage);
			return false;
		}
		i++;
	}
	if (o->bytes && o->nr_names != 1) {
		(void)fprintf(stderr, NAME_SHOWN ": --bytes takes a property and one file\n%s",
			      usage);
		return false;
	}
	return true;
}

static int run(struct options *o)
{
	struct prop_list *l = prop_list_create();
	int status;

	if (!l) {
		(void)fprintf(stderr, NAME_SHOWN ": no host memory\n");
		return STATUS_OUR_FAULT;
	}
	if (o->bytes)
		status = run_bytes(o, l);
	else if (!each_name_selects(o, l))
		status = STATUS_NOTHING;
	else if (o->list)
		status = run_list(o, l);
	else
		status = run_with_reports(o, l);
	prop_list_destroy(l);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = {.run = {.program = argv[0],
				    .shrink_ms = SHRINK_MS,
				    .failures = FAILURES,
				    .out = stdout}};
	int status;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		(void)fputs(usage, stdout);
		return STATUS_OK;
	}
	if (!read_environment(&o) || !read_options(&o, argc, argv))
		return STATUS_USAGE;
	if (o.tap)
		o.run.out = stderr;
	program = argv[0];
	install_last_words();
	status = run(&o);
	(void)fflush(stdout);
	/* a failed property may have left memory behind: no leak report after
	 * the line that replays it */
	if (status)
		_Exit(status);
	return status;
}
