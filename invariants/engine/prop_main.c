/* SPDX-License-Identifier: MIT */
/*
 * prop_main: mmref-prop runs the property suites of all modules.
 *
 *     mmref-prop [--list] [--seed S] [--runs N] [NAME...]
 *
 * A property runs once per seed.  The first seed follows from its name, or is
 * S; later ones follow from the first.  A failure prints the seed it happened
 * under, and --seed with that number makes it the first one again.
 *
 * Exit: 0 all hold, 1 one failed, 2 usage, 4 nothing is called that.
 */
#include "mm/err.h"

#include "fuzz/trace/arg.h"
#include "invariants/engine/prop.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum status { STATUS_OK, STATUS_FAILED, STATUS_USAGE, STATUS_NOTHING = 4 };

/* A property that fails in a loop has said enough after this many lines. */
#define SAID_MAX 8

struct options {
	const char *program;
	bool list;
	bool has_seed;
	uint64_t seed;
	unsigned int runs; /* 0: as many as the property asks for */
	char **names;
	int nr_names; /* 0: all */
};

struct totals {
	uint64_t properties;
	uint64_t runs;
	uint64_t checks;
	uint64_t failed;

	/* the last to fail, valid when failed > 0 */
	const char *name;
	uint64_t seed;
};

/* What to say when a property takes the process with it. */
static const struct mm_prop_run *running;
static const char *program;

void prop_fail(struct mm_prop_run *p, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	if (p->failures++ >= SAID_MAX)
		return;
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s:%d: %s, seed 0x%016" PRIx64 ": ", file, line, p->name, p->seed);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
}

static void print_replay(const char *name, uint64_t seed)
{
	(void)fprintf(stderr, "replay: %s %s --seed 0x%016" PRIx64 " --runs 1\n", program, name,
		      seed);
}

/* ---- death ---- */

static void say_last_words(void)
{
	const struct mm_prop_run *p = running;

	running = NULL; /* once only */
	if (!p)
		return;
	(void)fflush(stdout);
	(void)fprintf(stderr, "\nmmref-prop: the process died in %s\n", p->name);
	print_replay(p->name, p->seed);
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

/* NAME is a module, a property, or how properties of a module begin. */
static bool name_selects(const char *name, const char *property)
{
	size_t len = strlen(name);

	if (strncmp(name, property, len) != 0)
		return false;
	return strchr(name, '.') != NULL || property[len] == '.';
}

static bool is_property(const char *name)
{
	const struct mm_prop *const *suite;
	const struct mm_prop *prop;

	for (suite = mm_all_props; *suite; suite++) {
		for (prop = *suite; prop->name; prop++) {
			if (strcmp(prop->name, name) == 0)
				return true;
		}
	}
	return false;
}

static bool selected(const struct options *o, const char *property)
{
	int i;

	for (i = 0; i < o->nr_names; i++) {
		if (is_property(o->names[i]) ? strcmp(o->names[i], property) == 0
					     : name_selects(o->names[i], property))
			return true;
	}
	return o->nr_names == 0;
}

/* A name that nothing is called is an error even beside good ones. */
static bool each_name_selects(const struct options *o)
{
	int i;

	for (i = 0; i < o->nr_names; i++) {
		const struct mm_prop *const *suite;
		const struct mm_prop *prop;
		bool any = false;

		for (suite = mm_all_props; *suite; suite++) {
			for (prop = *suite; prop->name; prop++)
				any |= name_selects(o->names[i], prop->name);
		}
		if (!any) {
			(void)fprintf(stderr,
				      "mmref-prop: no module or property is called \"%s\"; "
				      "--list shows them\n",
				      o->names[i]);
			return false;
		}
	}
	return true;
}

/* ---- running ---- */

static uint64_t first_seed(const struct options *o, const char *name)
{
	uint64_t seed = 0;

	if (o->has_seed)
		return o->seed;
	for (; *name; name++)
		seed = mm_hash64_add(seed, (unsigned char)*name);
	return seed;
}

/* One property under all its seeds, until one fails. */
static void run_property(const struct options *o, const struct mm_prop *prop, struct totals *t)
{
	unsigned int runs = o->runs ? o->runs : prop->runs ? prop->runs : 1;
	uint64_t seed = first_seed(o, prop->name);
	clock_t start = clock();
	struct mm_prop_run p = {.name = prop->name};
	unsigned int i;

	(void)printf("%-58s ", prop->name);
	(void)fflush(stdout);
	for (i = 0; i < runs && !p.failures; i++) {
		p.seed = i ? mm_hash64_add(seed, i) : seed;
		mm_rng_init(&p.rng, p.seed);
		running = &p;
		prop->fn(&p);
		running = NULL;
	}
	(void)printf("%s seed 0x%016" PRIx64 " runs %u checks %" PRIu64 " %ld ms\n",
		     p.failures ? "FAILED" : "ok", p.failures ? p.seed : seed, i, p.checks,
		     (long)((clock() - start) / (CLOCKS_PER_SEC / 1000)));
	(void)fflush(stdout);
	t->properties++;
	t->runs += i;
	t->checks += p.checks;
	if (p.failures) {
		t->failed++;
		t->name = prop->name;
		t->seed = p.seed;
		print_replay(t->name, t->seed);
	}
}

static int run_selected(const struct options *o)
{
	const struct mm_prop *const *suite;
	const struct mm_prop *prop;
	struct totals t = {.failed = 0};

	for (suite = mm_all_props; *suite; suite++) {
		for (prop = *suite; prop->name; prop++) {
			if (!selected(o, prop->name))
				continue;
			if (o->list)
				(void)printf("%s\n", prop->name);
			else
				run_property(o, prop, &t);
		}
	}
	if (o->list)
		return STATUS_OK;
	(void)printf("%" PRIu64 " properties, %" PRIu64 " runs, %" PRIu64 " checks: ", t.properties,
		     t.runs, t.checks);
	if (!t.failed) {
		(void)printf("ok\n");
		return STATUS_OK;
	}
	(void)printf("%" PRIu64 " failed\n", t.failed);
	(void)fflush(stdout);
	/* once more, because the last line is the one that people copy */
	print_replay(t.name, t.seed);
	return STATUS_FAILED;
}

/* ---- command line ---- */

static const char usage[] =
	"usage: mmref-prop [--list] [--seed S] [--runs N] [NAME...]\n"
	"  NAME      a module, a property, or how properties of a module begin; all\n"
	"  --list    print names, run nothing\n"
	"  --seed S  the first run of each property has this seed\n"
	"  --runs N  run each property N times, with a seed each\n";

static bool read_number(const char *s, uint64_t max, uint64_t *value)
{
	return s && mm_arg_number(s, strlen(s), value) && *value <= max;
}

/* Fill o; false: the command line cannot be meant. */
static bool read_options(struct options *o, int argc, char **argv)
{
	int i;

	o->program = argv[0];
	o->names = argv + 1;
	for (i = 1; i < argc; i++) {
		uint64_t v = 0;

		if (strcmp(argv[i], "--list") == 0) {
			o->list = true;
		} else if (strcmp(argv[i], "--seed") == 0 &&
			   read_number(argv[i + 1], UINT64_MAX, &o->seed)) {
			o->has_seed = true;
			i++;
		} else if (strcmp(argv[i], "--runs") == 0 &&
			   read_number(argv[i + 1], UINT32_MAX, &v) && v) {
			o->runs = (unsigned int)v;
			i++;
		} else if (argv[i][0] == '-') {
			(void)fprintf(stderr, "mmref-prop: unknown or incomplete option %s\n%s",
				      argv[i], usage);
			return false;
		} else {
			o->names[o->nr_names++] = argv[i];
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct options o = {.nr_names = 0};
	int status;

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		(void)fputs(usage, stdout);
		return STATUS_OK;
	}
	if (!read_options(&o, argc, argv))
		return STATUS_USAGE;
	if (!each_name_selects(&o))
		return STATUS_NOTHING;
	program = o.program;
	install_last_words();
	status = run_selected(&o);
	(void)fflush(stdout);
	/* a failed property may have left memory behind: no leak report after
	 * the line that replays it */
	if (status)
		_Exit(status);
	return status;
}
